package facts_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/facts"
)

const process = "5e00000000000000000000000000000000000000000000000000000000000001"

// execInspect is what an engine says of a process that waits to be started.
const execInspect = `{"ID":"` + process + `","Running":false,"ExitCode":null,"ProcessConfig":{"tty":false,"entrypoint":"cat",
	"arguments":["/proc/uptime"],"privileged":false,"user":"1001:1001"},"OpenStdin":false,"OpenStdout":true,"ContainerID":"` + container + `"}`

func TestExecIsAskedEveryTime(t *testing.T) {
	e, d := open(t, "1.41", 0)
	d.answer("/exec/"+process+"/json", execInspect)
	for range 2 {
		got, err := e.Exec(t.Context(), process)
		if err != nil || got.ContainerID != container || got.ProcessConfig.Entrypoint != "cat" || got.ProcessConfig.User != "1001:1001" {
			t.Fatalf("Exec = %+v, %v", got, err)
		}
	}
	for _, id := range []string{container, process[:12], "", "web", "../info", strings.ToUpper(process)} {
		if _, err := e.Exec(t.Context(), id); !errors.Is(err, facts.ErrNotFound) {
			t.Errorf("Exec(%q) error = %v, want ErrNotFound", id, err)
		}
	}
	inspect := "GET /exec/" + process + "/json"
	if got, want := d.targets(), []string{inspect, inspect, "GET /exec/" + container + "/json"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// TestExecOfHalfAnAnswer: what an answer leaves out is not taken for absence.
func TestExecOfHalfAnAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"another":      strings.Replace(execInspect, `"ID":"5e`, `"ID":"5f`, 1),
		"no container": strings.Replace(execInspect, container, "", 1),
		"no process":   strings.Replace(execInspect, "ProcessConfig", "Other", 1),
		"cut off":      execInspect[:40],
		"nothing":      `{}`,
	} {
		e, d := open(t, "1.56", 0)
		d.answer("/exec/"+process+"/json", answer)
		if got, err := e.Exec(t.Context(), process); err == nil || errors.Is(err, facts.ErrNotFound) {
			t.Errorf("%s: Exec = %+v, %v", name, got, err)
		}
	}
	e, d := open(t, "1.56", 0)
	d.set(0, http.StatusInternalServerError)
	if got, err := e.Exec(t.Context(), process); err == nil || errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Exec = %+v, %v", got, err)
	}
}
