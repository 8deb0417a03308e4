// Record makes the recorded documents that the tests of package evidence read: it signs and attests one image with the
// real cosign, once in each layout that cosign 2 and 3 write, and stores what the collector finds.
//
//	go run ./test/producer/record -cosign2 PATH -cosign3 PATH plugin/evidence/testdata
//
// It is run by hand when a new cosign comes out: building cosign takes minutes (docs/pipeline.md says how).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/test/producer"
)

func main() {
	cosign2 := flag.String("cosign2", "", "cosign 2 (`path`)")
	cosign3 := flag.String("cosign3", "", "cosign 3 (`path`)")
	flag.Parse()
	if flag.NArg() != 1 || *cosign2 == "" || *cosign3 == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := record(context.Background(), *cosign2, *cosign3, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

// The flags with which each cosign works without a log and without the internet.
var layouts = []struct {
	name         string
	three        bool
	config       bool // needs an empty signing configuration
	sign, attest []string
}{
	{"cosign3-bundle", true, true, nil, nil},
	{"cosign3-legacy", true, false, []string{"--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"},
		[]string{"--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"}},
	{"cosign2-legacy", false, false, []string{"--tlog-upload=false"}, []string{"--tlog-upload=false"}},
	{"cosign2-bundle", false, false, []string{"--tlog-upload=false", "--new-bundle-format"}, []string{"--tlog-upload=false", "--new-bundle-format"}},
}

func record(ctx context.Context, cosign2, cosign3, into string) error {
	work, err := os.MkdirTemp("", "record-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, role := range []string{"release", "scanner"} {
		if err := run(ctx, work, cosign3, "generate-key-pair", "--output-key-prefix", role); err != nil {
			return err
		}
		public, err := os.ReadFile(filepath.Join(work, role+".pub"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, role+".pub"), public, 0o644); err != nil {
			return err
		}
	}
	if err := run(ctx, work, cosign3, "signing-config", "create", "--out", "signing-config.json"); err != nil {
		return err
	}
	predicate, err := json.Marshal(producer.Scan(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		producer.Vulnerability{ID: "CVE-2024-3094", Severity: "CRITICAL", Package: "liblzma5", Fixed: "5.6.1+really5.4.5"}))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "predicate.json"), predicate, 0o600); err != nil {
		return err
	}
	for _, referrers := range []bool{true, false} {
		for _, layout := range layouts {
			server := httptest.NewServer(registry.New(registry.WithReferrersSupport(referrers), registry.Logger(log.New(io.Discard, "", 0))))
			name := layout.name
			if !referrers {
				name += "-fallback"
			}
			cosign := cosign2
			if layout.three {
				cosign = cosign3
			}
			var config []string
			if layout.config {
				config = []string{"--signing-config", "signing-config.json"}
			}
			err := one(ctx, work, cosign, strings.TrimPrefix(server.URL, "http://")+"/openclaw/worker",
				append(config, layout.sign...), append(config, layout.attest...), filepath.Join(into, name+".json"))
			server.Close()
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func one(ctx context.Context, work, cosign, repository string, sign, attest []string, file string) error {
	repo, err := producer.Open(repository)
	if err != nil {
		return err
	}
	image, err := repo.Image(ctx, "recorded")
	if err != nil {
		return err
	}
	reference := repository + "@" + image.Digest.String()
	if err := run(ctx, work, cosign, append(append([]string{"sign", "--yes", "--key", "release.key"}, sign...), reference)...); err != nil {
		return err
	}
	if err := run(ctx, work, cosign, append(append([]string{"attest", "--yes", "--key", "scanner.key", "--type", "vuln", "--predicate", "predicate.json"},
		attest...), reference)...); err != nil {
		return err
	}
	collector, err := evidence.NewCollector(evidence.Access{Total: 10 * time.Second})
	if err != nil {
		return err
	}
	defer collector.Close()
	material, err := collector.Collect(ctx, repository, image.Digest.String(), "linux/amd64")
	if err != nil {
		return err
	}
	if len(material.Documents) < 2 {
		return errors.New("no signature or no attestation found")
	}
	material.Repository = "registry.internal/openclaw/worker"
	text, err := json.MarshalIndent(material, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

func run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "COSIGN_PASSWORD=", "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), args[0], err, out)
	}
	return nil
}
