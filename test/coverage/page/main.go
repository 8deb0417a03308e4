// Command page writes docs/api-coverage.md, or what its argument names.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/airlock-gate/airlock/test/coverage"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: page FILE")
	}
	documents, err := coverage.Documents(ctx)
	if err != nil {
		return err
	}
	table, err := coverage.Build(ctx, documents)
	if err != nil {
		return err
	}
	if err := os.WriteFile(args[0], []byte(table.Markdown()), 0o644); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
