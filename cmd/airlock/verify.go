package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/view"
)

// verified is the report of one image.
type verified struct {
	Image      string             `json:"image"`
	Repository string             `json:"repository"`
	Digest     string             `json:"digest"`
	Platform   string             `json:"platform"`
	Evidence   *view.Evidence     `json:"evidence"`
	Verdict    decision.Verdict   `json:"verdict"`
	Violations []bundle.Violation `json:"violations"`
}

func verifyCommand() *cobra.Command {
	var from origin
	var access registryAccess
	var platform string
	var asJSON bool
	verify := &cobra.Command{
		Use:   "verify IMAGE...",
		Short: "Show what a registry holds about an image, and what would keep it from running",
		Long: `Verify looks up the signatures and vulnerability scans of images as the gate does, verifies them with the keys of the
site, and asks the policies. It prints which keys signed, when the newest scan finished and what it found, what was found
and counts for nothing, and each rule that would deny the image.

What it finds is kept in --evidence-dir, where the running gate finds it too: run it after a release, and the first
container of the new image waits for no registry.

An image is named by digest (registry.internal/openclaw/worker@sha256:…): evidence is about content, and a tag is none.

Exit code 0: every image would be admitted. 1: one would not, or its registry did not answer.`,
		Example: `  airlock verify --site /etc/airlock/site.yaml registry.internal/openclaw/worker@sha256:…
  airlock verify --site site.yaml --json IMAGE | jq '.[0].evidence.scans[0].counts'`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, images []string) error {
			snapshot, err := from.load()
			if err != nil {
				return err
			}
			keeper, stop, note, err := access.keeper(nil, func(err error) { fmt.Fprintf(cmd.ErrOrStderr(), "airlock: %v\n", err) })
			if err != nil {
				return err
			}
			defer stop()
			if note != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "airlock: what is found is not kept: %v\n", note)
			}
			var reports []verified
			good := true
			for _, name := range images {
				image := view.ParseImage(name)
				e := keeper.About(cmd.Context(), snapshot.Site(), &image, platform)
				report, err := judgeImage(cmd.Context(), snapshot, &image, e, platform)
				if err != nil {
					return err
				}
				good = good && report.Verdict == decision.Allow
				reports = append(reports, *report)
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), reports)
			} else {
				err = printVerified(cmd.OutOrStdout(), reports, time.Now())
			}
			if err == nil && !good {
				err = errQuiet
			}
			return err
		},
	}
	flags := verify.Flags()
	flags.SortFlags = false
	from.settings(flags)
	access.settings(flags)
	flags.StringVar(&platform, "platform", "linux/"+runtime.GOARCH, "the `platform` whose manifest of an index is meant")
	flags.BoolVar(&asJSON, "json", false, "print JSON: a list with one object an image")
	return verify
}

// judgeImage asks the policies what they ask about a pull: everything about an image that does not depend on a container.
func judgeImage(ctx context.Context, snapshot *bundle.Snapshot, image *view.Image, e *view.Evidence, platform string) (*verified, error) {
	image.Evidence = e
	decided, err := snapshot.Decide(ctx, &view.Input{
		Version: view.InputVersion, Operation: string(operation.ImagePull), Subject: view.SubjectImage, Time: time.Now().Unix(),
		Request: view.Request{
			Method: "POST", Path: "/images/create", Vars: map[string]string{},
			Query: map[string][]string{"fromImage": {image.Repository}, "tag": {image.Digest}},
		},
		Image: image,
	})
	if err != nil {
		return nil, err
	}
	report := &verified{
		Image: image.Reference, Repository: image.Repository, Digest: image.Digest, Platform: platform, Evidence: e,
		Verdict: decision.Deny, Violations: decided.Violations,
	}
	if decided.Allow && len(decided.Violations) == 0 {
		report.Verdict, report.Violations = decision.Allow, []bundle.Violation{}
	}
	return report, nil
}

// printVerified writes what a person wants to see: who signed, when it was scanned, what counts for nothing, what blocks.
func printVerified(out io.Writer, reports []verified, now time.Time) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "  %-10s  %s\n", label, fmt.Sprintf(format, args...))
	}
	for i, r := range reports {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, r.Image)
		if r.Evidence == nil {
			line("evidence", "the site demands no signature and no scan")
		} else {
			describeEvidence(line, r.Evidence, now)
		}
		for _, v := range r.Violations {
			line("denied by", "%s: got %v, want %v", v.Rule, v.Got, v.Want)
		}
		if r.Verdict == decision.Allow {
			line("verdict", "would be admitted")
		} else {
			line("verdict", "would be denied")
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func describeEvidence(line func(label, format string, args ...any), e *view.Evidence, now time.Time) {
	switch {
	case e.Origin == "unpinned":
		line("registry", "not asked: the image is not named by sha256 digest")
		return
	case e.Origin == "unlisted":
		line("registry", "not asked: the image is of no registry of the site")
		return
	case e.Origin == "unreachable":
		line("registry", "does not answer: %s", e.Error)
		return
	case !e.Present:
		line("registry", "does not have it (asked %s)", ago(now, e.Checked))
		return
	}
	kind := "a manifest"
	if e.Index {
		kind = "an index without a manifest of the platform"
		if e.Child != "" {
			kind = "an index; the platform's manifest is " + e.Child
		}
	}
	line("registry", "has it, as %s (asked %s)", kind, ago(now, e.Checked))
	if e.Origin == "stale" {
		line("registry", "does not answer now: %s", e.Error)
	}
	for _, s := range e.Signatures {
		line("signature", "by key %s (%s)", s.Key, s.Format)
	}
	for _, s := range e.Scans {
		line("scan", "finished %s (%s) by key %s", time.Unix(s.Finished, 0).UTC().Format(time.DateTime), ago(now, s.Finished), s.Key)
		line("", "%s, %d targets, %s: %d critical, %d high, %d medium, %d low, %d unknown; %d can be mended", s.Scanner, s.Results, s.OS,
			s.Counts["CRITICAL"], s.Counts["HIGH"], s.Counts["MEDIUM"], s.Counts["LOW"], s.Counts["UNKNOWN"], s.Fixable)
		for i, f := range s.Findings {
			if f.Severity != "CRITICAL" && f.Severity != "HIGH" || i == 20 {
				break
			}
			mended := "no version mends it"
			if f.Fixed != "" {
				mended = "mended in " + f.Fixed
			}
			line("", "%s %s in %s, %s", f.Severity, f.ID, f.Package, mended)
		}
	}
	for _, s := range e.Other {
		line("statement", "%s by key %s", s.PredicateType, s.Key)
	}
	for _, r := range e.Rejected {
		line("rejected", "%s %s", r.Place, r.Reason)
	}
}

// ago tells how long ago a moment was, as people say it.
func ago(now time.Time, unix int64) string {
	d := now.Sub(time.Unix(unix, 0))
	switch {
	case d < 0:
		return "in the future"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours())/24)
}
