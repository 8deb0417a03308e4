// Helper is the program inside the images of the tests. It tells how the kernel sees it, so that a test can compare
// what was admitted with what runs.
//
//	helper            report, then wait for SIGTERM
//	helper status ... report and end, whatever else is said
//	helper exit N     end with a status
//	helper probe JSON            make one attempt to get out, print how it ended
//	helper agent NAME FORWARD... report, then make attempts for the test, serve, and forward LISTEN=TARGET over TCP
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/airlock-gate/airlock/test/engine/probe"
)

// Report is what the helper knows about its own confinement.
type report struct {
	UID        int               `json:"uid"`
	GID        int               `json:"gid"`
	Status     map[string]string `json:"status"`     // of /proc/self/status: capability sets, NoNewPrivs, Seccomp
	RootWrites bool              `json:"rootWrites"` // a file can be made in /
	Links      []string          `json:"links"`      // network interfaces
	Env        []string          `json:"env"`        // names only
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 2 && args[0] == "exit" {
		status, err := strconv.Atoi(args[1])
		if err != nil {
			return 2
		}
		return status
	}
	if len(args) == 2 && args[0] == "probe" {
		return attempt(args[1])
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	text, err := json.Marshal(look())
	if err != nil {
		return 1
	}
	fmt.Println(string(text))
	if len(args) >= 1 && args[0] == "status" {
		return 0
	}
	if len(args) >= 2 && args[0] == "agent" {
		go func() {
			if err := probe.Serve(context.Background(), args[1], args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}()
	}
	<-stop
	return 0
}

func attempt(text string) int {
	var p probe.Probe
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	result, err := json.Marshal(probe.Run(context.Background(), p))
	if err != nil {
		return 1
	}
	fmt.Println(string(result))
	return 0
}

func look() report {
	r := report{UID: os.Getuid(), GID: os.Getgid(), Status: map[string]string{}, Links: []string{}, Env: []string{}}
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp":
			r.Status[name] = strings.TrimSpace(value)
		}
	}
	if f, err := os.Create("/airlock-helper"); err == nil {
		r.RootWrites = true
		f.Close()
		os.Remove("/airlock-helper")
	}
	devices, _ := os.ReadFile("/proc/self/net/dev")
	for line := range strings.Lines(string(devices)) {
		if name, _, found := strings.Cut(line, ":"); found {
			r.Links = append(r.Links, strings.TrimSpace(name))
		}
	}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		r.Env = append(r.Env, name)
	}
	return r
}
