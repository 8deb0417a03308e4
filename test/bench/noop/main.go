// The no-op authorization plugin: go-plugins-helpers as its authors ship it, admitting everything. It is what every other
// plugin is compared with. With --drain it does not even read what it is asked, and so shows what a round trip costs.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"
)

type admit struct{}

func (admit) AuthZReq(authorization.Request) authorization.Response {
	return authorization.Response{Allow: true}
}

func (admit) AuthZRes(authorization.Request) authorization.Response {
	return authorization.Response{Allow: true}
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "noop:", err)
		os.Exit(1)
	}
}

// drain answers every call alike and throws its body away.
func drain(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	w.Header().Set("Content-Length", "14")
	_, _ = io.WriteString(w, `{"Allow":true}`)
}

func run(args []string) error {
	blind := len(args) == 2 && args[0] == "--drain"
	if len(args) != 1 && !blind {
		return fmt.Errorf("usage: noop [--drain] SOCKET")
	}
	l, err := net.Listen("unix", args[len(args)-1])
	if err != nil {
		return err
	}
	if blind {
		return (&http.Server{Handler: http.HandlerFunc(drain), ReadHeaderTimeout: time.Minute}).Serve(l)
	}
	if err := authorization.NewHandler(admit{}).Serve(l); err != nil && err != http.ErrServerClosed {
		return err
	}
	return nil
}
