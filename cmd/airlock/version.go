package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

const opaModule = "github.com/open-policy-agent/opa"

// versions are what an operator is asked for in a report.
type versions struct {
	Airlock  string `json:"airlock"`
	Commit   string `json:"commit"`
	OPA      string `json:"opa"`
	Go       string `json:"go"`
	Policies string `json:"policies"` // revision of the embedded policies with default site data
}

func versionCommand() *cobra.Command {
	var asJSON bool
	version := &cobra.Command{
		Use:     "version",
		Short:   "Print versions of the program, OPA, Go and the embedded policies",
		Example: "  airlock version --json",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			snapshot, err := new(origin).load()
			if err != nil {
				return err
			}
			found := versions{Airlock: buildVersion(), Policies: snapshot.Revision()}
			if info, ok := debug.ReadBuildInfo(); ok {
				found.Go = info.GoVersion
				for _, setting := range info.Settings {
					if setting.Key == "vcs.revision" {
						found.Commit = setting.Value
					}
				}
				for _, module := range info.Deps {
					if module.Path == opaModule {
						found.OPA = module.Version
					}
				}
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), found)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "airlock   %s\ncommit    %s\nopa       %s\ngo        %s\npolicies  %s\n",
				found.Airlock, found.Commit, found.OPA, found.Go, found.Policies)
			return err
		},
	}
	version.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return version
}

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
