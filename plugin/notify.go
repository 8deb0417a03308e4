package plugin

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ready tells the service manager that calls are answered, after a start or a reload. Without one it does nothing.
func Ready() error { return notify(daemon.SdNotifyReady) }

// Stopping tells the service manager that the end has begun.
func Stopping() error { return notify(daemon.SdNotifyStopping) }

// Reloading tells the service manager that a reload has begun; Ready ends it.
func Reloading() error {
	return notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// Status tells the service manager what is going on, in one line for people.
func Status(text string) error { return notify("STATUS=" + strconv.QuoteToASCII(text)) }

// Watchdog tells the service manager at half the interval it asks for that the process is alive, as long as alive says
// so, until ctx ends. It returns at once when there is no watchdog.
func Watchdog(ctx context.Context, alive func() bool) error {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return fmt.Errorf("read watchdog interval: %w", err)
	}
	if interval == 0 {
		return nil
	}
	ticker := time.NewTicker(interval / 2)
	defer ticker.Stop()
	for {
		if alive() {
			if err := notify(daemon.SdNotifyWatchdog); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func notify(state string) error {
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("notify service manager: %w", err)
	}
	return nil
}
