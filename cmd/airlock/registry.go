package main

import (
	"errors"
	"io/fs"
	"time"

	"github.com/spf13/pflag"

	"github.com/airlock-gate/airlock/plugin/evidence"
)

const defaultEvidence = "/var/lib/airlock/evidence"

// registryAccess is how registries are reached for evidence. serve, verify and audit take the same flags for it.
type registryAccess struct {
	ca          string
	credentials string
	dir         string
	maxStale    time.Duration
}

func (a *registryAccess) settings(flags *pflag.FlagSet) {
	flags.StringVar(&a.ca, "registry-ca", "", "PEM `file` with the certificate authorities of the registries, instead of the system's")
	flags.StringVar(&a.credentials, "registry-credentials", "",
		"`file` with the credentials of the registries: the auths of a docker config.json; owner root, mode 0600")
	flags.StringVar(&a.dir, "evidence-dir", defaultEvidence,
		"`directory` in which signatures and scans outlive a restart; empty: nowhere")
	flags.DurationVar(&a.maxStale, "evidence-max-stale", 24*time.Hour,
		"how long an image stays admitted while its registry does not answer (`duration`)")
}

// keeper makes what looks evidence up. A default directory that cannot be made is no reason to stop: evidence is then
// kept in memory, which the returned note tells.
func (a *registryAccess) keeper(observe func(string, time.Duration), report func(error)) (k *evidence.Keeper, stop func(), note error, err error) {
	collector, err := evidence.NewCollector(evidence.Access{CAFile: a.ca, CredentialsFile: a.credentials})
	if err != nil {
		return nil, nil, nil, &usageError{err}
	}
	options := evidence.KeeperOptions{
		Source: collector, Dir: a.dir, Ages: evidence.Ages{Hard: a.maxStale}, Observe: observe, Report: report,
	}
	k, err = evidence.NewKeeper(options)
	var path *fs.PathError
	if err != nil && a.dir == defaultEvidence && errors.As(err, &path) {
		note, options.Dir = err, ""
		k, err = evidence.NewKeeper(options)
	}
	if err != nil {
		collector.Close()
		return nil, nil, nil, err
	}
	return k, collector.Close, note, nil
}
