package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/spf13/pflag"
)

const (
	site   = "registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\n"
	digest = "sha256:9b2c0f2e6a1d4c3b5a69788796a5b4c3d2e1f00112233445566778899aabbcc0"
	worker = "registry.internal/openclaw/worker@" + digest

	conforming = `{"User":"1001:1001","Image":"` + worker + `","HostConfig":{"ReadonlyRootfs":true,"CapDrop":["ALL"],` +
		`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"NanoCpus":500000000,"PidsLimit":64,"NetworkMode":"none",` +
		`"Tmpfs":{"/tmp":"size=16m,noexec,nosuid,nodev"}}}`
	engineInfo = `{"ID":"x","ServerVersion":"29.3.1","OSType":"linux","Architecture":"x86_64","MemoryLimit":true,` +
		`"SwapLimit":true,"CpuCfsPeriod":true,"CpuCfsQuota":true,"PidsLimit":true,"CgroupVersion":"2","CgroupDriver":"systemd",` +
		`"DefaultRuntime":"runc","LoggingDriver":"json-file","Driver":"overlay2",` +
		`"SecurityOptions":["name=seccomp,profile=builtin","name=apparmor","name=cgroupns"]}`
	imageInspect = `{"Id":"sha256:1111111111111111111111111111111111111111111111111111111111111111","Os":"linux",` +
		`"Architecture":"amd64","RepoDigests":["` + worker + `"],"Config":{}}`
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := name
	if !filepath.IsAbs(name) {
		path = filepath.Join(t.TempDir(), name)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitCodesAndMessages(t *testing.T) {
	goodSite, badSite := write(t, "site.yaml", site), write(t, "bad.yaml", "registry: [a.b/c]\nlimits: {memory: lots}\n")
	badKey, twice := write(t, "key.yaml", "name: a\nplugindir: /x\n"), write(t, "twice.yaml", "name: a\nname: b\n")
	badValue, list := write(t, "value.yaml", "\ntimeout: soon\n"), write(t, "list.yaml", "- name\n")
	brokenYAML := write(t, "broken.yaml", "name: [\n")
	requests := write(t, "requests.jsonl", `{"method":"GET","uri":"/v1.41/containers/json"}`)
	usage := "\nRun airlock --help for usage.\n"
	for _, tc := range []struct {
		name   string
		args   string
		code   int
		stdout string // pattern of the whole
		stderr string // exact
	}{
		{"help", "--help", 0, `(?s)Airlock is an authorization plugin.*serve .*Answer the engine.*`, ""},
		{"nothing", "", 0, `(?s)Airlock is an authorization plugin.*`, ""},
		{"serve help", "serve --help", 0, `(?s)Serve answers.*--plugin-dir directory.*--metrics-any.*`, ""},
		{"unknown command", "serv", 2, ``, `airlock: unknown command "serv"; did you mean serve?` + usage},
		{"unknown flag", "check --sight x", 2, ``, "airlock: unknown flag: --sight" + usage},
		{"surplus argument", "version now", 2, ``, `airlock: unknown command "now" for "airlock version"` + usage},
		{"check", "check --site " + goodSite, 0, `usable\nsite      \S+\npolicies  embedded\nrules     \d+\nrevision  [0-9a-f]{64}\n`, ""},
		{"check without site", "check", 0, `usable\nsite      none: no image is admitted\n(?s).*`, ""},
		{"check json", "check --json --site " + goodSite, 0, `(?s)\{\n  "usable": true,.*"errors": \[\],\n  "expired": \[\]\n\}\n`, ""},
		{"check missing site", "check --site /nowhere/site.yaml", 1, ``,
			"airlock: read site data: open /nowhere/site.yaml: no such file or directory\n"},
		{"check missing policies", "check --policies /nowhere", 1, ``, "airlock: read policies: stat /nowhere: no such file or directory\n"},
		{"check bad site json", "check --json --site " + badSite, 1, `(?s).*"usable": false,.*bad.yaml:1: .*bad.yaml:2: .*`, ""},
		{"facts without request", "check --engine-info x", 2, ``,
			"airlock: files of engine answers need --request" + usage},
		{"one list without the other", "check --network-list x --request " + requests, 1, ``,
			"airlock: read lists: --network-list and --container-list need each other\n"},
		{"request", "check --request " + requests, 0, "allow GET /v1.41/containers/json\n", ""},
		{"rule", "rules hardening/readonly-rootfs", 0, `(?s)hardening/readonly-rootfs \(high\)\nRoot file system is read-only\.\n.*docker .*--read-only\n.*`, ""},
		{"operations", "rules api/operation", 0, `(?s)api/operation \(critical\)\n.*\nOPERATION +TREATMENT +WHY\nbuild.cancel +refused +belongs to .*\nsystem.ping +granted +answers OK.*`, ""},
		{"own rule", "rules api/own-call", 0, `(?s)api/own-call \(critical\)\nTicket of the gate is genuine\.\n.*`, ""},
		{"unknown rule", "rules nothing/here", 1, ``, "airlock: no rule \"nothing/here\"; airlock rules lists them\n"},
		{"nearly a rule", "rules readonly-rootfs", 1, ``, "airlock: no rule \"readonly-rootfs\"; did you mean hardening/readonly-rootfs?\n"},
		{"two forms", "rules --json --markdown", 2, ``, "airlock: --json and --markdown exclude each other" + usage},
		{"version", "version", 0, `airlock   .*\ncommit    .*\nopa       v1\.\S+\ngo        go1\.\S+\npolicies  [0-9a-f]{64}\n`, ""},
		{"manual", "man", 0, `(?s)\.TH AIRLOCK 1\n.*\.SH AIRLOCK SERVE\n.*\.B \\-\\-plugin\\-dir directory\n.*`, ""},
		{"completion", "completion bash", 0, `(?s).*__start_airlock.*`, ""},

		{"missing config", "serve --config /nowhere.yaml", 2, ``, "airlock: read configuration: open /nowhere.yaml: no such file or directory" + usage},
		{"unknown key", "serve --config " + badKey, 2, ``, "airlock: " + badKey + ":2: plugindir: no such setting; airlock serve --help lists them" + usage},
		{"key twice", "serve --config " + twice, 2, ``, "airlock: " + twice + ":2: name: given before, on line 1" + usage},
		{"bad value", "serve --config " + badValue, 2, ``, "airlock: " + badValue + `:2: timeout: "soon": time: invalid duration "soon"` + usage},
		{"no mapping", "serve --config " + list, 2, ``, "airlock: " + list + ":1: want a mapping of settings" + usage},
		{"no YAML", "serve --config " + brokenYAML, 2, ``, "airlock: read configuration " + brokenYAML +
			": yaml: line 1: did not find expected node content" + usage},
		{"bad mode", "serve --mode open", 2, ``, `airlock: mode: "open": want enforce or audit` + usage},
		{"several at once", "serve --log-level loud --timeout 1h", 2, ``,
			"airlock: timeout: 1h0m0s: want 100ms to 1m\nlog-level: \"loud\": want debug, info, warn or error" + usage},
		{"public metrics", "serve --metrics 0.0.0.0:1", 2, ``, `airlock: metrics: "0.0.0.0:1": want a loopback address such as ` +
			"127.0.0.1:9323, or --metrics-any: decision counts are readable by whoever reaches it" + usage},
		{"relative control socket", "serve --control control.sock --state-dir x --breakglass-max 48h", 2, ``,
			"airlock: control: \"control.sock\": want an absolute path that ends in .sock\nstate-dir: \"x\": want an absolute path\n" +
				"breakglass-max: 48h0m0s: want 1s to 24h0m0s" + usage},
		{"breakglass of nothing", "breakglass", 2, ``,
			"airlock: name an operation to open, as in airlock breakglass --for 15m --reason WHY network.prune" + usage},
		{"breakglass without a reason", "breakglass network.prune", 2, ``, "airlock: --reason: say why; it stands in the record" + usage},
		{"breakglass for no time", "breakglass --for 1500ms --reason x network.prune", 2, ``, "airlock: --for: 1.5s: want whole seconds" + usage},
		{"breakglass both ways", "breakglass --status --close", 2, ``, "airlock: --status and --close stand alone" + usage},
		{"breakglass closed and opened", "breakglass --close network.prune", 2, ``, "airlock: --status and --close stand alone" + usage},
		{"breakglass without a gate", "breakglass --status --control /nowhere/control.sock", 1, ``, "airlock: ask gate: " +
			`Get "http://gate/v1/breakglass": dial unix /nowhere/control.sock: connect: no such file or directory; ` +
			"is the gate running, and with this --control?\n"},
		{"metrics by name", "serve --metrics localhost:1", 2, ``, `airlock: metrics: "localhost:1": want a loopback address such as ` +
			"127.0.0.1:9323, or --metrics-any: decision counts are readable by whoever reaches it" + usage},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(tc.args), strings.NewReader(""), &stdout, &stderr)
			if code != tc.code || stderr.String() != tc.stderr || !regexp.MustCompile(`\A`+tc.stdout+`\z`).MatchString(stdout.String()) {
				t.Errorf("code %d, want %d\nstdout %s\nwant   %s\nstderr %s\nwant   %s", code, tc.code, stdout.String(), tc.stdout,
					stderr.String(), tc.stderr)
			}
		})
	}
}

// TestServeRefusesToStart: no degraded mode.
func TestServeRefusesToStart(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"bad site", []string{"--site", write(t, "site.yaml", "registry: [a.b/c]\n")}, 1, "site data is not usable"},
		{"bad policy", []string{"--policies", filepath.Dir(write(t, "x.rego", "package x\nallow {"))}, 1, "load policies"},
		{"bad engine", []string{"--engine", "tcp://127.0.0.1:2375"}, 2, "want unix:///absolute/path"},
		{"bad name", []string{"--name", "../x"}, 1, "plugin name is not usable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), append([]string{"serve", "--plugin-dir", dir}, tc.args...), nil, &stdout, &stderr)
			if code != tc.code || !strings.Contains(stderr.String(), tc.want) || stdout.Len() > 0 {
				t.Errorf("code %d, want %d; stderr %s, want %s", code, tc.code, stderr.String(), tc.want)
			}
			if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
				t.Errorf("left behind %q", left)
			}
		})
	}
}

func TestPrecedence(t *testing.T) {
	file := write(t, "airlock.yaml", "name: file\nplugin-dir: /file\nengine: unix:///file\ntimeout: 3s\nmetrics-any: true\n")
	t.Setenv("AIRLOCK_CONFIG", file)
	t.Setenv("AIRLOCK_NAME", "env")
	t.Setenv("AIRLOCK_PLUGIN_DIR", "/env")
	t.Setenv("AIRLOCK_NMAE", "typo")
	var c config
	flags := c.settings()
	if err := flags.Parse([]string{"--name", "flag"}); err != nil {
		t.Fatal(err)
	}
	if err := c.complete(flags, ""); err != nil {
		t.Fatal(err)
	}
	want := config{name: "flag", pluginDir: "/env", engine: "unix:///file", mode: "enforce", timeout: 3 * time.Second,
		logFormat: "json", logLevel: "info", metricsAny: true, control: "/run/airlock/control.sock", stateDir: "/var/lib/airlock",
		breakglassMax: time.Hour,
		access:        registryAccess{dir: "/var/lib/airlock/evidence", maxStale: 24 * time.Hour}}
	if c != want {
		t.Errorf("got %+v, want %+v", c, want)
	}
	if got := strangers(flags); !slices.Equal(slices.DeleteFunc(got, func(name string) bool { return name != "AIRLOCK_NMAE" }), []string{"AIRLOCK_NMAE"}) {
		t.Errorf("strangers = %q", got)
	}
	t.Setenv("AIRLOCK_TIMEOUT", "never")
	if err := c.complete(c.settings(), ""); err == nil || err.Error() != `AIRLOCK_TIMEOUT: "never": time: invalid duration "never"` {
		t.Errorf("error = %v", err)
	}
}

// TestEverySettingIsAFlagAnEnvironmentVariableAndAKey sets each setting in each way.
func TestEverySettingIsAFlagAnEnvironmentVariableAndAKey(t *testing.T) {
	new(config).settings().VisitAll(func(setting *pflag.Flag) {
		value := map[string]string{"mode": "audit", "timeout": "2s", "log-format": "console", "log-level": "warn",
			"metrics": "127.0.0.1:9323", "metrics-any": "true", "control": "/x/y.sock", "state-dir": "/x", "breakglass-max": "2m0s",
			"evidence-max-stale": "2m0s"}[setting.Name]
		if value == "" {
			value = "something"
		}
		for way, prepare := range map[string]func(t *testing.T, flags *pflag.FlagSet) string{
			"flag": func(t *testing.T, flags *pflag.FlagSet) string {
				if err := flags.Parse([]string{"--" + setting.Name + "=" + value}); err != nil {
					t.Error(err)
				}
				return ""
			},
			"environment": func(t *testing.T, _ *pflag.FlagSet) string {
				t.Setenv(envName(setting.Name), value)
				return ""
			},
			"file": func(t *testing.T, _ *pflag.FlagSet) string { return write(t, "c.yaml", setting.Name+": "+value+"\n") },
		} {
			t.Run(setting.Name+" "+way, func(t *testing.T) {
				var c config
				flags := c.settings()
				if err := c.complete(flags, prepare(t, flags)); err != nil {
					t.Fatal(err)
				}
				if got := flags.Lookup(setting.Name).Value.String(); got != value {
					t.Errorf("got %q, want %q", got, value)
				}
			})
		}
	})
}

func TestCheckRequests(t *testing.T) {
	args := []string{"check", "--json", "--site", write(t, "site.yaml", site), "--engine-info", write(t, "info.json", engineInfo),
		"--image-inspect", write(t, "image.json", "["+imageInspect+"]"), "--request", "-",
		"--network-list", write(t, "networks.json", `[{"Id":"b1","Name":"bridge","Driver":"bridge"}]`),
		"--container-list", write(t, "containers.json", `[]`), "--volume-inspect", write(t, "volumes.json",
			`[{"Name":"etc","Driver":"local","Scope":"local","Options":{"type":"none","o":"bind","device":"/etc"}}]`)}
	volume := func(name string) string {
		return `{"method":"POST","uri":"/v1.41/volumes/create","headers":{"Content-Type":"application/json"},"body":{"Name":"` + name + `"}}`
	}
	const network = `{"method":"POST","uri":"/v1.41/networks/create","headers":{"Content-Type":"application/json"},"body":` +
		`{"Name":"agents","Internal":true,"Options":{"com.docker.network.bridge.inhibit_ipv4":"true"}}}` + "\n"
	line := func(body string) string {
		return `{"method":"POST","uri":"/v1.41/containers/create?name=web","headers":{"Content-Type":"application/json"},"body":` + body + "}\n"
	}
	for _, tc := range []struct {
		name  string
		stdin string
		code  int
		want  []string // verdicts with their rules
	}{
		{"admitted", line(conforming), 0, []string{"allow"}},
		{"denied", line(conforming) + line(strings.Replace(conforming, `"ReadonlyRootfs":true`, `"ReadonlyRootfs":false`, 1)), 1,
			[]string{"allow", "deny hardening/readonly-rootfs"}},
		{"not understood", line(strings.Replace(conforming, `"User"`, `"user"`, 1)), 1, []string{"deny api/case-variant-key"}},
		{"container that is in no file", `{"method":"POST","uri":"/v1.41/containers/web/start","headers":{"Content-Length":"0"}}`, 1,
			[]string{"deny api/no-such-container"}},
		{"network that is in no file", `{"method":"DELETE","uri":"/v1.41/networks/gone"}`, 1, []string{"deny api/no-such-network"}},
		{"volume that is in no file", volume("data"), 1, []string{"deny filesystem/volume-name"}},
		{"volume that is in a file", volume("etc"), 1, []string{"deny filesystem/volume-options filesystem/volume-name"}},
		{"two networks of one name, each by the files alone", network + network, 0, []string{"allow", "allow"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), args, strings.NewReader(tc.stdin), &stdout, &stderr)
			var got []string
			for decoder := json.NewDecoder(&stdout); decoder.More(); {
				var report verdict
				if err := decoder.Decode(&report); err != nil {
					t.Fatal(err)
				}
				text := string(report.Verdict)
				for _, violation := range report.Violations {
					text += " " + violation.Rule
				}
				got = append(got, text)
			}
			if code != tc.code || !slices.Equal(got, tc.want) || stderr.Len() > 0 {
				t.Errorf("code %d, want %d; got %q, want %q; stderr %s", code, tc.code, got, tc.want, stderr.String())
			}
		})
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); code != 1 || stderr.String() != "airlock: read requests: there is none\n" {
		t.Errorf("no request: code %d, stderr %s", code, stderr.String())
	}
}

func TestCaveats(t *testing.T) {
	for version, want := range map[string][]string{
		"20.10.24+dfsg1": {caveatWithheld}, "24.0.9": {caveatWithheld}, "25.0.15": {caveatWithheld}, "25.0.16": nil,
		"26.1.5": {caveatWithheld}, "28.5.2": {caveatWithheld}, "29.1.0": {caveatWithheld}, "29.2.0": {caveatWithheld, caveatGRPC},
		"29.3.0": {caveatWithheld, caveatGRPC}, "29.3.1": {caveatGRPC}, "29.4.0-rc.1": {caveatGRPC}, "v30.0.0": {caveatGRPC},
		"dev": {caveatUnknown}, "": {caveatUnknown}, "2.0.0-beta.24": {caveatUnknown}, "29.3": {caveatUnknown},
	} {
		if got := caveats(version); !slices.Equal(got, want) {
			t.Errorf("caveats(%q) = %q, want %q", version, got, want)
		}
	}
}

// journal collects the log and lets a test wait for a line.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await waits until the log has so many lines matching pattern.
func (j *journal) await(t *testing.T, pattern string, count int) {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(20 * time.Second); len(expression.FindAllString(j.String(), -1)) < count; {
		if time.Now().After(deadline) {
			t.Fatalf("no %d lines matching %s in\n%s", count, pattern, j.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// host is a gate under test with the engine it guards: every request to the engine is put to the gate first.
type host struct {
	t      *testing.T
	gate   *http.Client
	log    *journal
	stop   context.CancelFunc
	ended  chan int
	socket string

	mu      sync.Mutex
	served  []string
	tickets []string
}

func startHost(t *testing.T, args ...string) *host {
	t.Helper()
	dir, err := os.MkdirTemp("", "airlock") // a short path: sockets have room for 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &host{t: t, log: &journal{}, ended: make(chan int, 1), socket: filepath.Join(dir, "gate.sock")}
	h.gate = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", h.socket)
	}}}
	listener, err := net.Listen("unix", filepath.Join(dir, "docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	engine := &http.Server{Handler: h}
	go engine.Serve(listener)
	t.Cleanup(func() { engine.Close() })

	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	go func() {
		h.ended <- run(ctx, append([]string{"serve", "--name", "gate", "--plugin-dir", dir, "--engine",
			"unix://" + dir + "/docker.sock", "--control", dir + "/control.sock", "--state-dir", dir + "/state"}, args...), nil, io.Discard, h.log)
	}()
	t.Cleanup(func() {
		stop()
		h.ended <- <-h.ended
	})
	h.log.await(t, `"message":"serving"`, 1)
	return h
}

// ServeHTTP is the engine.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[name] = values[len(values)-1]
	}
	w.Header().Set("Api-Version", "1.54")
	w.Header().Set("Content-Type", "application/json")
	if allow, message := h.ask(r.Method, r.RequestURI, headers, nil); !allow {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"message":%q}`, message)
		return
	}
	h.mu.Lock()
	h.served = append(h.served, r.Method+" "+r.RequestURI)
	if ticket := r.Header.Get("X-Airlock-Ticket"); ticket != "" {
		h.tickets = append(h.tickets, ticket)
	}
	h.mu.Unlock()
	switch r.RequestURI {
	case "/_ping":
	case "/v1.54/info":
		io.WriteString(w, engineInfo)
	case "/v1.54/version":
		io.WriteString(w, `{"Version":"29.3.1","ApiVersion":"1.54"}`)
	case "/networks":
		io.WriteString(w, `[{"Id":"b1","Name":"bridge","Driver":"bridge"}]`)
	case "/containers/json?all=1":
		io.WriteString(w, `[]`)
	case "/v1.54/images/" + worker + "/json":
		io.WriteString(w, imageInspect)
	default:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"message":"no such object"}`)
	}
}

// ask puts a request to the gate as an engine does.
func (h *host) ask(method, target string, headers map[string]string, body []byte) (allow bool, message string) {
	h.t.Helper()
	envelope, err := json.Marshal(authorization.Request{
		RequestMethod: method, RequestURI: target, RequestHeaders: headers, RequestBody: body,
	})
	if err != nil {
		h.t.Error(err)
		return false, err.Error()
	}
	response, err := h.gate.Post("http://gate/AuthZPlugin.AuthZReq", "application/json", bytes.NewReader(envelope))
	if err != nil {
		h.t.Error(err)
		return false, err.Error()
	}
	defer response.Body.Close()
	var answer struct {
		Allow    bool
		Msg, Err string
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		h.t.Error(err)
	}
	return answer.Allow, answer.Msg + answer.Err
}

func (h *host) create(body string) (bool, string) {
	return h.ask("POST", "/v1.54/containers/create?name=web", map[string]string{"Content-Type": "application/json"}, []byte(body))
}

func TestServe(t *testing.T) {
	siteFile := write(t, "site.yaml", site)
	h := startHost(t, "--site", siteFile, "--metrics", "127.0.0.1:0")
	if allow, message := h.ask("GET", "/v1.54/containers/json", nil, nil); !allow {
		t.Errorf("list: %s", message)
	}
	if allow, message := h.create(conforming); !allow {
		t.Errorf("conforming create: %s", message)
	}
	if allow, message := h.create(strings.Replace(conforming, `"CapDrop":["ALL"],`, "", 1)); allow ||
		!strings.Contains(message, "hardening/capabilities-dropped") {
		t.Errorf("create with capabilities: allowed %v, %s", allow, message)
	}
	if allow, message := h.ask("GET", "/v1.54/info", map[string]string{"X-Airlock-Ticket": strings.Repeat("0", 64)}, nil); allow ||
		!strings.Contains(message, "api/own-call") {
		t.Errorf("forged ticket: allowed %v, %s", allow, message)
	}
	h.mu.Lock()
	want := []string{"HEAD /_ping", "GET /v1.54/info", "GET /v1.54/version", "GET /v1.54/images/" + worker + "/json"}
	served := slices.Compact(slices.Sorted(slices.Values(h.served)))
	h.mu.Unlock()
	if slices.Sort(want); !reflect.DeepEqual(served, want) {
		t.Errorf("the engine was asked %q, want %q", served, want)
	}

	address := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(h.log.String())
	response, err := http.Get("http://" + address[1] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !bytes.Contains(metrics, []byte(`airlock_decisions_total{operation="container.create",verdict="allow"} 1`)) {
		t.Errorf("metrics: %v\n%s", err, metrics)
	}
	h.log.await(t, `serves BuildKit over gRPC`, 1)

	h.stop()
	if code := <-h.ended; code != 0 {
		t.Errorf("exit code %d, log\n%s", code, h.log)
	} else {
		h.ended <- code
	}
	if _, err := os.Lstat(h.socket); !os.IsNotExist(err) {
		t.Errorf("socket is left: %v", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, ticket := range h.tickets {
		if strings.Contains(h.log.String(), ticket) {
			t.Errorf("the log shows a ticket:\n%s", h.log)
		}
	}
	if len(h.tickets) == 0 {
		t.Error("no look-up carried a ticket")
	}
}

// TestResponseHookEndsARequest: until the engine says that it is done with the first of two like requests, the second is
// judged as if it were carried out. This engine never shows the network, as if making it had failed.
func TestResponseHookEndsARequest(t *testing.T) {
	h := startHost(t, "--site", write(t, "site.yaml", site))
	const target = "/v1.54/networks/create"
	body := []byte(`{"Name":"agents","Internal":true,"Options":{"com.docker.network.bridge.inhibit_ipv4":"true"}}`)
	header := map[string]string{"Content-Type": "application/json", "Content-Length": strconv.Itoa(len(body))}
	if allow, message := h.ask("POST", target, header, body); !allow {
		t.Fatalf("first: %s", message)
	}
	if allow, message := h.ask("POST", target, header, body); allow || !strings.Contains(message, "airgap/") {
		t.Errorf("second, beside the first: allowed %v, %s", allow, message)
	}
	envelope, err := json.Marshal(authorization.Request{RequestMethod: "POST", RequestURI: target, ResponseStatusCode: 500})
	if err != nil {
		t.Fatal(err)
	}
	response, err := h.gate.Post("http://gate/AuthZPlugin.AuthZRes", "application/json", bytes.NewReader(envelope))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if allow, message := h.ask("POST", target, header, body); !allow {
		t.Errorf("third, after the first has failed: %s", message)
	}
}

func TestReload(t *testing.T) {
	siteFile := write(t, "site.yaml", "registries: [elsewhere.internal/x]\n")
	h := startHost(t, "--site", siteFile)
	if allow, message := h.create(conforming); allow || !strings.Contains(message, "image/registry") {
		t.Fatalf("foreign registry: allowed %v, %s", allow, message)
	}
	write(t, siteFile, site) // noticed by itself
	h.log.await(t, `"cause":"change","changed":true,.*"message":"reloaded"`, 1)
	if allow, message := h.create(conforming); !allow {
		t.Fatalf("after a change: %s", message)
	}
	write(t, siteFile, "registries: [\n") // bad, noticed by itself
	h.log.await(t, `reload refused; the last good policies stay in force`, 1)
	if allow, message := h.create(conforming); !allow {
		t.Fatalf("after a bad change: %s", message)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil { // bad still
		t.Fatal(err)
	}
	h.log.await(t, `"cause":"signal".*reload refused`, 1)
	if allow, message := h.create(conforming); !allow {
		t.Fatalf("after a bad reload: %s", message)
	}
	replacement := siteFile + ".new" // as editors do: a new file in the old one's place
	write(t, replacement, "registries: [elsewhere.internal/x]\n")
	if err := os.Rename(replacement, siteFile); err != nil {
		t.Fatal(err)
	}
	h.log.await(t, `"cause":"change","changed":true,.*"message":"reloaded"`, 2)
	if allow, _ := h.create(conforming); allow {
		t.Error("after the registry was withdrawn: allowed")
	}
}

func TestAuditMode(t *testing.T) {
	h := startHost(t, "--site", write(t, "site.yaml", site), "--mode", "audit")
	if allow, message := h.create(`{"Image":"x","HostConfig":{"Privileged":true}}`); !allow {
		t.Errorf("denial in audit mode: %s", message)
	}
	h.log.await(t, `"verdict":"deny","admitted":true,"mode":"audit".*hardening/privileged`, 1)
}

func TestStopsOnSIGTERM(t *testing.T) {
	h := startHost(t)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-h.ended:
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
		h.ended <- code
	case <-time.After(20 * time.Second):
		t.Fatal("still running")
	}
}
