package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/answer"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// checked is the report of a check without requests.
type checked struct {
	Usable   bool               `json:"usable"`
	Site     string             `json:"site"`
	Policies string             `json:"policies"`
	Revision string             `json:"revision"`
	Rules    int                `json:"rules"`
	Errors   []string           `json:"errors"`
	Expired  []bundle.Exception `json:"expired"` // exceptions of the site data that set nothing aside any more
}

// verdict is the report of one request.
type verdict struct {
	Method     string             `json:"method"`
	URI        string             `json:"uri"`
	Operation  string             `json:"operation"`
	Verdict    decision.Verdict   `json:"verdict"`
	Fault      string             `json:"fault"`
	Violations []bundle.Violation `json:"violations"`
	Waived     []bundle.Waived    `json:"waived"`
}

func checkCommand() *cobra.Command {
	var from origin
	var recorded recording
	var requests string
	var asJSON bool
	check := &cobra.Command{
		Use:   "check",
		Short: "Load site data and policies without serving, or decide recorded requests",
		Long: `Check loads site data and policies exactly as serve does and reports what is wrong with them, all at once. Run it
before a reload.

With --request it decides recorded requests with the same pipeline, offline: one JSON object a line with method, uri,
headers (name to value) and body (JSON). What the engine would be asked comes from files: its answers to GET /info,
GET /images/NAME/json, GET /containers/NAME/json and GET /volumes/NAME; for what joins, makes or removes networks also
GET /networks and GET /containers/json?all=1. An image, container or volume in no file counts as absent; a request that
needs the engine's own answer or its lists without them is a fault, as it would be for the gate. Secret files are those
of the host the check runs on.

Exit code 0: usable, and every request admitted. 1: not usable, or a request was denied or could not be decided.`,
		Example: `  airlock check --site /etc/airlock/site.yaml
  docker info --format '{{json .}}' > info.json
  airlock check --site site.yaml --request requests.jsonl --engine-info info.json --image-inspect image.json`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if requests == "" && !recorded.empty() {
				return usagef("files of engine answers need --request")
			}
			snapshot, err := from.load()
			if err != nil || requests == "" {
				return reportLoad(cmd, from, snapshot, err, asJSON)
			}
			input := cmd.InOrStdin()
			if requests != "-" {
				data, err := readFile(requests, maxRecording)
				if err != nil {
					return fmt.Errorf("read requests: %w", err)
				}
				return decideAll(cmd, snapshot, &recorded, data, asJSON)
			}
			data, err := io.ReadAll(io.LimitReader(input, maxRecording))
			if err != nil {
				return fmt.Errorf("read requests: %w", err)
			}
			return decideAll(cmd, snapshot, &recorded, data, asJSON)
		},
	}
	flags := check.Flags()
	flags.SortFlags = false
	from.settings(flags)
	flags.StringVar(&requests, "request", "", "decide the requests in `file`, - for standard input")
	flags.StringVar(&recorded.infoFile, "engine-info", "", "the engine's answer to GET /info (`file`)")
	flags.StringArrayVar(&recorded.imageFiles, "image-inspect", nil,
		"an answer to GET /images/NAME/json, or a list of them (`file`); repeatable")
	flags.StringArrayVar(&recorded.containerFiles, "container-inspect", nil,
		"an answer to GET /containers/NAME/json, or a list of them (`file`); repeatable")
	flags.StringArrayVar(&recorded.volumeFiles, "volume-inspect", nil,
		"an answer to GET /volumes/NAME, or a list of them (`file`); repeatable")
	flags.StringArrayVar(&recorded.evidenceFiles, "evidence", nil,
		"what airlock verify --json printed about images (`file`); repeatable; an image in no file has none")
	flags.StringVar(&recorded.networkList, "network-list", "", "the engine's answer to GET /networks (`file`)")
	flags.StringVar(&recorded.containerList, "container-list", "", "the engine's answer to GET /containers/json?all=1 (`file`)")
	flags.BoolVar(&asJSON, "json", false, "print JSON: one object, or one a line for requests")
	return check
}

func reportLoad(cmd *cobra.Command, from origin, snapshot *bundle.Snapshot, problem error, asJSON bool) error {
	report := checked{Usable: problem == nil, Site: from.site, Policies: from.policies, Errors: []string{},
		Expired: []bundle.Exception{}}
	if problem == nil {
		report.Revision, report.Rules = snapshot.Revision(), len(allRules(snapshot))
		report.Expired = append(report.Expired, snapshot.Expired(time.Now())...)
	} else {
		report.Errors = append(report.Errors, problems(problem)...)
	}
	switch {
	case asJSON:
		if err := writeJSON(cmd.OutOrStdout(), report); err != nil {
			return err
		}
		if problem != nil {
			return errQuiet
		}
		return nil
	case problem != nil:
		return problem
	}
	site, policies := from.site, from.policies
	if site == "" {
		site = "none: no image is admitted"
	}
	if policies == "" {
		policies = "embedded"
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "usable\nsite      %s\npolicies  %s\nrules     %d\nrevision  %s\n",
		site, policies, report.Rules, report.Revision)
	for _, exception := range report.Expired {
		if err == nil {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "expired   %s\n", exception)
		}
	}
	return err
}

// problems lists the errors of site data one by one, any other error as it is.
func problems(err error) (list []string) {
	var site bundle.SiteErrors
	if !errors.As(err, &site) {
		return []string{err.Error()}
	}
	for _, problem := range site {
		list = append(list, problem.Error())
	}
	return list
}

// decideAll decides each recorded request and reports it.
func decideAll(cmd *cobra.Command, snapshot *bundle.Snapshot, recorded *recording, data []byte, asJSON bool) error {
	if err := recorded.read(); err != nil {
		return err
	}
	gate, err := decision.New(decision.Options{Policies: fixed{snapshot}, Facts: recorded, Evidence: recorded})
	if err != nil {
		return err
	}
	calls, err := readCalls(data)
	if err != nil {
		return err
	}
	if len(calls) == 0 {
		return errors.New("read requests: there is none") // deciding nothing must not look like a pass
	}
	out := cmd.OutOrStdout()
	refused := false
	for _, call := range calls {
		outcome := gate.Decide(cmd.Context(), &call)
		gate.Ended(call.Method, call.Target) // each request is judged by the files alone
		refused = refused || outcome.Verdict != decision.Allow
		if err := printVerdict(out, &call, outcome, asJSON); err != nil {
			return err
		}
	}
	if refused {
		return errQuiet
	}
	return nil
}

func printVerdict(out io.Writer, call *decision.Call, outcome decision.Outcome, asJSON bool) error {
	if asJSON {
		report := verdict{
			Method: call.Method, URI: call.Target, Operation: string(outcome.Operation), Verdict: outcome.Verdict,
			Violations: outcome.Violations, Waived: outcome.Waived,
		}
		if report.Violations == nil {
			report.Violations = []bundle.Violation{}
		}
		if report.Waived == nil {
			report.Waived = []bundle.Waived{}
		}
		if outcome.Fault != nil {
			report.Fault = outcome.Fault.Error()
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report)
	}
	if _, err := fmt.Fprintf(out, "%s %s %s\n", outcome.Verdict, call.Method, printable(call.Target)); err != nil {
		return err
	}
	for i := range outcome.Waived {
		if err := printWaived(out, &outcome.Waived[i]); err != nil {
			return err
		}
	}
	if outcome.Verdict == decision.Allow {
		return nil
	}
	text := answer.Message(outcome)
	if outcome.Fault != nil {
		text = printable(outcome.Fault.Error()) // whoever runs the check may see the cause, other than a caller
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// printWaived prints a violation that was set aside, and what did so.
func printWaived(out io.Writer, waived *bundle.Waived) error {
	for _, waiver := range waived.Waivers {
		if _, err := fmt.Fprintf(out, "  waived %s (%s) by %s\n", waived.Rule, printable(waived.Field), printable(waiver.String())); err != nil {
			return err
		}
	}
	return nil
}

// fixed is policies that never change.
type fixed struct{ snapshot *bundle.Snapshot }

func (f fixed) Snapshot() *bundle.Snapshot { return f.snapshot }
