package main

import (
	"context"
	"crypto/sha256"
	"os"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin"
)

// settle is how long files must be quiet before they are loaded: an editor writes in several steps.
const settle = 250 * time.Millisecond

// reloader puts changed policies and site data in force.
type reloader struct {
	from      *origin
	source    *bundle.Source
	seen      [sha256.Size]byte // what was last tried, good or bad
	log       zerolog.Logger
	activated func(revision string)
	quiet     func() (resume func()) // keeps the collector away meanwhile
}

// run reloads on every hang-up, and when what the files hold has changed, until ctx ends.
func (r *reloader) run(ctx context.Context, hangups <-chan os.Signal) {
	var events <-chan fsnotify.Event
	var failures <-chan error
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		r.log.Warn().Err(err).Msg("files are not watched; SIGHUP still reloads")
	} else {
		defer watcher.Close()
		events, failures = watcher.Events, watcher.Errors
		r.watch(watcher)
	}
	quiet := time.NewTimer(0) // the first look catches what changed between loading and watching
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			aside(func() { r.reload("signal") })
		case <-events:
			quiet.Reset(settle)
			continue
		case err := <-failures:
			r.log.Warn().Err(err).Msg("watching files")
			quiet.Reset(settle) // events may have been lost
			continue
		case <-quiet.C:
			aside(func() {
				if r.from.fingerprint() != r.seen {
					r.reload("change")
				}
			})
		}
		if watcher != nil {
			r.watch(watcher) // directories may be new, or other ones under the same name
		}
	}
}

func (r *reloader) watch(watcher *fsnotify.Watcher) {
	for _, dir := range r.from.directories() {
		if err := watcher.Add(dir); err != nil {
			r.log.Warn().Err(err).Str("directory", dir).Msg("directory is not watched; SIGHUP still reloads")
		}
	}
}

// reload compiles first and swaps as a whole; on an error the last good policies stay in force.
func (r *reloader) reload(cause string) {
	notify(r.log, plugin.Reloading)
	defer notify(r.log, plugin.Ready)
	defer r.quiet()()
	r.seen = r.from.fingerprint()
	began := time.Now()
	changed, err := r.source.Reload()
	revision := r.source.Snapshot().Revision()
	if err != nil {
		r.log.Error().Err(err).Str("cause", cause).Str("revision", revision).
			Msg("reload refused; the last good policies stay in force")
		return
	}
	r.activated(revision)
	r.log.Info().Str("cause", cause).Bool("changed", changed).Str("revision", revision).Dur("took", time.Since(began)).
		Msg("reloaded")
	warnExpired(r.log, r.source.Snapshot())
}

// warnExpired says which exceptions of the site data set nothing aside any more.
func warnExpired(log zerolog.Logger, snapshot *bundle.Snapshot) {
	for _, e := range snapshot.Expired(time.Now()) {
		log.Warn().Str("rule", e.Rule).Str("subject", e.Subject).Str("ticket", e.Ticket).Time("expired", e.Expires).
			Msg("exception has expired; remove it from the site data")
	}
}
