// The no-op authorization plugin: go-plugins-helpers as its authors ship it, admitting everything. It is the floor that
// every other plugin is compared with.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

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

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: noop SOCKET")
	}
	l, err := net.Listen("unix", args[0])
	if err != nil {
		return err
	}
	if err := authorization.NewHandler(admit{}).Serve(l); err != nil && err != http.ErrServerClosed {
		return err
	}
	return nil
}
