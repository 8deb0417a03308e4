package view_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/view"
)

// inside is the container the processes of the tests run in.
func inside(user string) *view.Container {
	c := view.Create(&container.CreateRequest{Config: &container.Config{User: user}}, view.Params{}, nil, nil)
	c.Stored = true
	return c
}

func TestExecCreate(t *testing.T) {
	command := []string{"cat", "/proc/uptime"}
	for name, tc := range map[string]struct {
		given container.ExecCreateRequest
		want  func(*view.Exec)
	}{
		"nothing but a command": {container.ExecCreateRequest{Cmd: command}, func(*view.Exec) {}},
		"a user": {container.ExecCreateRequest{Cmd: command, User: "0"}, func(e *view.Exec) {
			e.User = view.User{Given: "0", Source: "request", Form: "uid", UID: ref[int64](0), Groups: []string{}}
		}},
		"everything": {container.ExecCreateRequest{Cmd: command, Privileged: true, Tty: true, AttachStdin: true, AttachStdout: true,
			AttachStderr: true, DetachKeys: "ctrl-p", WorkingDir: "/tmp", Env: []string{"KEY=canary", "EMPTY"}}, func(e *view.Exec) {
			e.Privileged, e.Tty, e.Stdin, e.Stdout, e.Stderr, e.DetachKeys, e.WorkingDir = true, true, true, true, true, true, "/tmp"
			e.Env = []view.Variable{{Name: "KEY", Length: 6}, {Name: "EMPTY"}}
		}},
		"no command": {container.ExecCreateRequest{}, func(e *view.Exec) { e.Arguments, e.CommandDigest = 0, "" }},
		"a secret in a variable": {container.ExecCreateRequest{Cmd: command, Env: []string{"LANG=C", "TOKEN=canary"}}, func(e *view.Exec) {
			e.Env = []view.Variable{{Name: "LANG", Length: 1}, {Name: "TOKEN", Length: 6}}
			e.Findings = []view.Finding{{Place: "environment", Field: "Env[1] (TOKEN)", Pattern: "secret-name"}}
		}},
		"the file of one": {container.ExecCreateRequest{Cmd: command, Env: []string{"TOKEN_FILE=/run/secrets/token"}}, func(e *view.Exec) {
			e.Env = []view.Variable{{Name: "TOKEN_FILE", Length: 18}}
		}},
		"a secret in the command": {container.ExecCreateRequest{Cmd: []string{"app", "--token", "canary"}}, func(e *view.Exec) {
			e.Arguments, e.CommandDigest = 3, view.CommandDigest([]string{"app", "--token", "canary"})
			e.Findings = []view.Finding{{Place: "arguments", Field: "Cmd[2]", Pattern: "secret-flag"}}
		}},
	} {
		want := &view.Exec{
			User: view.User{Given: "1001:1001", Source: "container", Form: "uid:gid", UID: ref[int64](1001), GID: ref[int64](1001), Groups: []string{}},
			Env:  []view.Variable{}, Arguments: 2, CommandDigest: view.CommandDigest(command), Findings: []view.Finding{},
		}
		tc.want(want)
		if got := view.ExecCreate(&tc.given, inside("1001:1001")); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
		}
	}
}

// What the engine shows of a process that waits is what was asked for, as far as it shows it.
func TestExecStored(t *testing.T) {
	yes, no := true, false
	process := container.ExecProcessConfig{Entrypoint: "cat", Arguments: []string{"/proc/uptime"}, Privileged: &no, User: "1001:1001"}
	stored := view.ExecStored(&container.ExecInspectResponse{ID: "a", ProcessConfig: &process, OpenStdout: true}, inside("1001:1001"))
	made := view.ExecCreate(&container.ExecCreateRequest{Cmd: []string{"cat", "/proc/uptime"}, User: "1001:1001", AttachStdout: true}, inside(""))
	made.ID, made.Stored = "a", true
	if !reflect.DeepEqual(stored, made) {
		t.Errorf("stored %+v\nmade   %+v", stored, made)
	}
	for name, change := range map[string]func(*container.ExecProcessConfig){
		"privileged": func(p *container.ExecProcessConfig) { p.Privileged = &yes },
		"untold":     func(p *container.ExecProcessConfig) { p.Privileged = nil },
	} {
		changed := process
		change(&changed)
		if e := view.ExecStored(&container.ExecInspectResponse{ProcessConfig: &changed}, inside("")); !e.Privileged {
			t.Errorf("%s: not privileged", name)
		}
	}
	if e := view.ExecStored(&container.ExecInspectResponse{}, inside("")); !e.Privileged || e.CommandDigest != "" || e.User.Source != "default" {
		t.Errorf("nothing told: %+v", e)
	}
}

// What is found in a command is the same before the engine has stored it and after.
func TestExecFindings(t *testing.T) {
	for _, command := range [][]string{
		{"cat", "/proc/uptime"}, {"app", "--token", "canary"}, {"PASSWORD=canary"}, {"sh", "-c", "DB_PASSWORD=canary app"},
		{"mysql", "-pcanary"}, {"env", "TOKEN=canary", "app"}, {},
	} {
		var process container.ExecProcessConfig
		if len(command) > 0 {
			process = container.ExecProcessConfig{Entrypoint: command[0], Arguments: command[1:]}
		}
		stored := view.ExecStored(&container.ExecInspectResponse{ProcessConfig: &process}, inside("")).Findings
		made := view.ExecCreate(&container.ExecCreateRequest{Cmd: command}, inside("")).Findings
		if want := strings.Contains(strings.Join(command, " "), "canary"); stored == nil || !reflect.DeepEqual(stored, made) || len(made) > 0 != want {
			t.Errorf("%q: stored %+v, made %+v", command, stored, made)
		}
	}
}

// Two commands that differ have different digests, wherever the difference lies.
func TestCommandDigest(t *testing.T) {
	// printf 'cat\0/proc/uptime' | sha256sum
	const known = "8fa8066a7478a1dfeb692ffff43c25e5e5b06073b5c86d74fcc326a09475d140"
	if got := view.CommandDigest([]string{"cat", "/proc/uptime"}); got != known {
		t.Errorf("got %q, want %q", got, known)
	}
	seen := map[string][]string{}
	for _, command := range [][]string{
		{"sh"}, {"sh", ""}, {"", "sh"}, {"s", "h"}, {"sh", "-c", "id"}, {"sh", "-c id"}, {"sh -c id"}, {"SH"}, {"sh "}, {"sh\n"}, {""}, {"", ""},
	} {
		digest := view.CommandDigest(command)
		if other, taken := seen[digest]; taken || digest == "" {
			t.Errorf("%q and %q have the digest %q", command, other, digest)
		}
		seen[digest] = command
	}
	for _, command := range [][]string{nil, {}, {"sh\x00-c"}, {"sh", "\x00"}} {
		if digest := view.CommandDigest(command); digest != "" {
			t.Errorf("%q has the digest %q", command, digest)
		}
	}
}
