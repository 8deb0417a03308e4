package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/breakglass"
	"github.com/airlock-gate/airlock/plugin/decision"
)

const (
	envPrefix     = "AIRLOCK_"
	defaultEngine = "unix:///var/run/docker.sock"
	defaultPlugin = "/run/docker/plugins"
	maxConfig     = 1 << 20
)

// config is everything serve is told. Flags, environment and file are one set of settings with the same names.
type config struct {
	name       string
	pluginDir  string
	engine     string
	site       string
	policies   string
	mode       string
	timeout    time.Duration
	logFormat  string
	logLevel   string
	metrics    string
	metricsAny bool
	access     registryAccess

	control       string
	stateDir      string
	breakglassMax time.Duration
}

// settings declares the settings. Every flag but config is also an environment variable and a key of the file.
func (c *config) settings() *pflag.FlagSet {
	flags := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringVar(&c.name, "name", "airlock", "plugin `name`, as daemon.json lists it under authorization-plugins")
	flags.StringVar(&c.pluginDir, "plugin-dir", defaultPlugin, "`directory` of the plugin socket")
	flags.StringVar(&c.engine, "engine", defaultEngine, "`address` of the engine, where facts are looked up; unix sockets only")
	flags.StringVar(&c.site, "site", "", "site data `file`; without it no image is admitted")
	flags.StringVar(&c.policies, "policies", "", "policy bundle `directory` instead of the embedded one")
	flags.StringVar(&c.mode, "mode", string(decision.Enforce),
		"enforce, or audit: admit, and record what would have been denied (`mode`)")
	flags.DurationVar(&c.timeout, "timeout", plugin.DefaultTimeout, "deadline of one decision; an undecided request is refused")
	flags.StringVar(&c.logFormat, "log-format", "json", "json or console (`format`)")
	flags.StringVar(&c.logLevel, "log-level", "info", "debug, info (every decision), warn (denials and faults) or error (`level`)")
	flags.StringVar(&c.metrics, "metrics", "",
		"loopback `address` serving Prometheus metrics at /metrics, such as 127.0.0.1:9323; none by default")
	flags.BoolVar(&c.metricsAny, "metrics-any", false, "let --metrics name an address that is not loopback")
	flags.StringVar(&c.control, "control", defaultControl, "control socket for airlock breakglass (`file`); empty for none")
	flags.StringVar(&c.stateDir, "state-dir", defaultStateDir, "`directory` of what outlives a restart; empty for none")
	flags.DurationVar(&c.breakglassMax, "breakglass-max", breakglass.DefaultMax, "longest time airlock breakglass may open something")
	c.access.settings(flags)
	return flags
}

// complete fills what the command line left open from the environment, then from the file, then validates. given are
// the flags of the command line, of which config names the file.
func (c *config) complete(given *pflag.FlagSet, file string) error {
	var problems []error
	if file == "" {
		file = os.Getenv(envPrefix + "CONFIG")
	}
	fromFile, err := readConfig(file, given)
	if err != nil {
		return &usageError{err}
	}
	given.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || !isSetting(flag.Name) {
			return
		}
		if value, ok := os.LookupEnv(envName(flag.Name)); ok {
			if err := flag.Value.Set(value); err != nil {
				problems = append(problems, fmt.Errorf("%s: %q: %w", envName(flag.Name), value, err))
			}
			return
		}
		if entry, ok := fromFile[flag.Name]; ok {
			if err := flag.Value.Set(entry.value); err != nil {
				problems = append(problems, fmt.Errorf("%s:%d: %s: %q: %w",
					file, entry.line, flag.Name, entry.value, err))
			}
		}
	})
	if len(problems) == 0 {
		problems = c.problems()
	}
	if len(problems) > 0 {
		return &usageError{errors.Join(problems...)}
	}
	return nil
}

// problems lists everything that is wrong with the settings. Addresses and names are checked by those who use them.
func (c *config) problems() (found []error) {
	wrong := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	if c.mode != string(decision.Enforce) && c.mode != string(decision.Audit) {
		wrong("mode: %q: want enforce or audit", c.mode)
	}
	if c.timeout < 100*time.Millisecond || c.timeout > time.Minute {
		wrong("timeout: %v: want 100ms to 1m", c.timeout)
	}
	if c.logFormat != "json" && c.logFormat != "console" {
		wrong("log-format: %q: want json or console", c.logFormat)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.logLevel) {
		wrong("log-level: %q: want debug, info, warn or error", c.logLevel)
	}
	if c.metrics != "" && !c.metricsAny && !isLoopback(c.metrics) {
		wrong("metrics: %q: want a loopback address such as 127.0.0.1:9323, or --metrics-any: decision counts are "+
			"readable by whoever reaches it", c.metrics)
	}
	if c.control != "" && (!filepath.IsAbs(c.control) || !strings.HasSuffix(c.control, socketSuffix)) {
		wrong("control: %q: want an absolute path that ends in %s", c.control, socketSuffix)
	}
	if c.stateDir != "" && !filepath.IsAbs(c.stateDir) {
		wrong("state-dir: %q: want an absolute path", c.stateDir)
	}
	if c.breakglassMax < time.Second || c.breakglassMax > breakglass.MaxMax {
		wrong("breakglass-max: %v: want 1s to %v", c.breakglassMax, breakglass.MaxMax)
	}
	return found
}

func (c *config) level() zerolog.Level {
	level, err := zerolog.ParseLevel(c.logLevel)
	if err != nil {
		return zerolog.InfoLevel // validated before
	}
	return level
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() // "localhost" is what the resolver says it is
}

func isSetting(name string) bool { return name != "config" && name != "help" }

func envName(setting string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// entry is one setting of the file.
type entry struct {
	value string
	line  int
}

// readConfig reads the file: one mapping from settings to scalars. A key that is no setting is refused, not ignored: a
// typo must not leave the gate with a default.
func readConfig(file string, known *pflag.FlagSet) (map[string]entry, error) {
	if file == "" {
		return nil, nil
	}
	data, err := readFile(file, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil // an empty file
	case err != nil:
		return nil, fmt.Errorf("read configuration %s: %w", file, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read configuration %s: want one YAML document", file)
	}
	mapping := document.Content[0]
	if mapping.Kind != yaml.MappingNode {
		if mapping.Tag == "!!null" {
			return nil, nil
		}
		return nil, fmt.Errorf("%s:%d: want a mapping of settings", file, mapping.Line)
	}
	entries := map[string]entry{}
	var problems []error
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		switch {
		case known.Lookup(key.Value) == nil || !isSetting(key.Value):
			problems = append(problems, fmt.Errorf("%s:%d: %s: no such setting; airlock serve --help lists them",
				file, key.Line, key.Value))
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			problems = append(problems, fmt.Errorf("%s:%d: %s: want one value", file, value.Line, key.Value))
		default:
			if earlier, twice := entries[key.Value]; twice {
				problems = append(problems, fmt.Errorf("%s:%d: %s: given before, on line %d",
					file, key.Line, key.Value, earlier.line))
				continue
			}
			entries[key.Value] = entry{value: value.Value, line: value.Line}
		}
	}
	return entries, errors.Join(problems...)
}

// readFile reads a regular file of bounded size.
func readFile(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var data bytes.Buffer
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		data.Grow(int(min(info.Size(), limit)) + bytes.MinRead) // it is read without being copied again and again
	}
	if _, err := data.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(data.Len()) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data.Bytes(), nil
}

// strangers lists environment variables that look like settings and are none.
func strangers(known *pflag.FlagSet) (names []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) || name == envPrefix+"CONFIG" {
			continue
		}
		setting := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, envPrefix), "_", "-"))
		if known.Lookup(setting) == nil || envName(setting) != name {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
