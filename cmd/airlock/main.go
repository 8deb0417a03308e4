// Command airlock is the admission gate for Docker hosts and its tools.
package main

import (
	"context"
	"os"
)

func main() {
	ctx := context.Background()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
