package view

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// Exec is a further process in a running container: the same whether it comes from a request to make it or from what
// the engine has stored. Its command stays out: arguments may be secrets.
type Exec struct {
	ID            string     `json:"id"`     // "" before it exists
	Stored        bool       `json:"stored"` // read back from the engine, which shows neither environment nor working directory
	User          User       `json:"user"`   // source "container" when the request names none
	Privileged    bool       `json:"privileged"`
	Env           []Variable `json:"env"`         // the request's own; stored: empty
	WorkingDir    string     `json:"working_dir"` // as given; stored: ""
	Tty           bool       `json:"tty"`
	Stdin         bool       `json:"stdin"` // its input is open to whoever starts it
	Stdout        bool       `json:"stdout"`
	Stderr        bool       `json:"stderr"`
	DetachKeys    bool       `json:"detach_keys"`    // other keys than the engine's
	Arguments     int64      `json:"arguments"`      // of the command, the program among them
	CommandDigest string     `json:"command_digest"` // see CommandDigest
	Findings      []Finding  `json:"findings"`       // secrets in the request's own environment and in the command; stored: in the command
}

// ExecCreate builds the view of the process that a request asks for in a stored container (moby daemon/exec.go,
// ContainerExecCreate).
func ExecCreate(req *container.ExecCreateRequest, in *Container) *Exec {
	e := &Exec{
		User:       userOf(req.User, in.User.Given, "container"),
		Privileged: req.Privileged,
		Env:        environment(req.Env, nil),
		WorkingDir: req.WorkingDir,
		Tty:        req.Tty,
		Stdin:      req.AttachStdin,
		Stdout:     req.AttachStdout,
		Stderr:     req.AttachStderr,
		DetachKeys: req.DetachKeys != "",
	}
	e.command(req.Cmd)
	e.Findings = processFindings(req.Env, req.Cmd)
	return e
}

// ExecStored builds the view of a process that was made and has not run yet, or has (moby daemon/inspect.go,
// ContainerExecInspect). The engine has filled in the container's user where the request named none.
func ExecStored(found *container.ExecInspectResponse, in *Container) *Exec {
	process := found.ProcessConfig
	if process == nil {
		process = &container.ExecProcessConfig{} // no command, so none that is listed
	}
	e := &Exec{
		ID:     found.ID,
		Stored: true,
		User:   userOf(process.User, in.User.Given, "container"),
		// Every Linux engine says whether; silence must not pass for no.
		Privileged: process.Privileged == nil || *process.Privileged,
		Env:        []Variable{},
		Tty:        process.Tty,
		Stdin:      found.OpenStdin,
		Stdout:     found.OpenStdout,
		Stderr:     found.OpenStderr,
		DetachKeys: len(found.DetachKeys) > 0,
	}
	var command []string
	if process.Entrypoint != "" || len(process.Arguments) > 0 {
		command = slices.Concat([]string{process.Entrypoint}, process.Arguments)
	}
	e.command(command)
	e.Findings = processFindings(nil, command)
	return e
}

func (e *Exec) command(arguments []string) {
	e.Arguments, e.CommandDigest = int64(len(arguments)), CommandDigest(arguments)
}

// CommandDigest is the SHA-256, in hexadecimal, of a command's arguments joined by NUL. The kernel takes no argument with
// a NUL in it, so two commands that run have the same digest only if they are the same; one with a NUL has none, and
// neither has no command.
func CommandDigest(arguments []string) string {
	if len(arguments) == 0 || slices.ContainsFunc(arguments, func(a string) bool { return strings.ContainsRune(a, 0) }) {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(arguments, "\x00")))
	return hex.EncodeToString(sum[:])
}
