package main

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/plugin/facts"
)

const (
	engineRetry   = 5 * time.Second  // while the engine is not up yet
	engineRecheck = 10 * time.Minute // it may be replaced under the running gate
)

// watchEngine warns of engines whose requests a plugin does not see in full. It asks only after the gate serves: the
// engine waits for the gate before it answers anything.
func watchEngine(ctx context.Context, engine *facts.Engine, log zerolog.Logger) {
	warned := ""
	wait := time.Second
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		found, err := engine.Daemon(ctx)
		if err != nil {
			log.Debug().Err(err).Msg("engine is not up")
			wait = engineRetry
			continue
		}
		wait = engineRecheck
		if found.Version == warned {
			continue
		}
		warned = found.Version
		log.Info().Str("engine_version", found.Version).Str("engine_api", found.APIVersion).Msg("engine")
		for _, caveat := range caveats(found.Version) {
			log.Warn().Str("engine_version", found.Version).Msg(caveat)
		}
	}
}

// What a reader of the log is told about an engine.
const (
	caveatWithheld = "this engine withholds request bodies of 1 MiB and more from plugins and acts on them all the same " +
		"(CVE-2026-34040); such requests are denied; upgrade to 25.0.16, 29.3.1 or later"
	caveatGRPC = "this engine serves BuildKit over gRPC on its socket without asking any plugin; only root may reach the " +
		"socket: put a front door before it"
	caveatUnknown = "the version of this engine is not of a known form; it may withhold request bodies or serve calls " +
		"without asking plugins"
)

var releaseNumber = regexp.MustCompile(`^v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})(?:[-+~].*)?$`)

// caveats tells what a plugin cannot see on a release of the engine. Bodies: GHSA-x744-4wpc-v9h2, mended in 25.0.16 and
// 29.3.1 but not in between. gRPC: since 29.2.0 (moby daemon/server, HTTP/2 on the API socket).
func caveats(version string) (found []string) {
	parts := releaseNumber.FindStringSubmatch(version)
	if parts == nil {
		return []string{caveatUnknown}
	}
	release := [3]int{}
	for i := range release {
		release[i], _ = strconv.Atoi(parts[i+1]) // four digits at most
	}
	if release[0] < 17 { // releases are numbered by year since 17.03; module versions of the engine begin with 2
		return []string{caveatUnknown}
	}
	mended := !before(release, [3]int{29, 3, 1}) || release[0] == 25 && !before(release, [3]int{25, 0, 16})
	if !mended {
		found = append(found, caveatWithheld)
	}
	if !before(release, [3]int{29, 2, 0}) {
		found = append(found, caveatGRPC)
	}
	return found
}

func before(a, b [3]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}
