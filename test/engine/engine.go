package engine

import (
	"context"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Options shape an engine. The zero value is an engine without plugin, default bridge and packet filter.
type Options struct {
	Plugins  []string       // names in authorization-plugins, in order
	Bridge   bool           // have the default bridge network
	IPTables bool           // let the engine manage the packet filter of the host
	TLS      bool           // listen on a loopback port too, for clients with a certificate of the engine's authority
	Settings map[string]any // further keys of the configuration file
}

// Engine is a running private engine.
type Engine struct {
	Version Version
	Socket  string // unix socket of the Engine API
	Dir     string // everything the engine owns on disk
	Secure  Secure // how clients reach it by TLS; zero without Options.TLS

	options    Options
	network    int // third octet of the engine's subnets
	binaries   string
	containerd *process
	dockerd    *process
	cleanup    scope
}

// Secure is an engine's door for clients with a certificate.
type Secure struct {
	URL       string // tcp://127.0.0.1:PORT
	Authority *Authority

	server string // directory of the engine's own certificate
}

// Start runs an engine and returns when its API answers. With plugins, they must be listening already. If ctx ends
// before that, everything is removed again; afterwards only Stop ends the engine.
func Start(ctx context.Context, v Version, options Options) (*Engine, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("start %s engine: must be root", v)
	}
	bin, err := binaries(v)
	if err != nil {
		return nil, fmt.Errorf("start %s engine: %w", v, err)
	}
	dir, number, err := claim()
	if err != nil {
		return nil, fmt.Errorf("start %s engine: %w", v, err)
	}
	e := &Engine{
		Version: v, Dir: dir, Socket: filepath.Join(dir, "docker.sock"),
		options: options, network: number, binaries: bin,
	}
	e.cleanup.add(func() { remove(dir) })
	if err := e.start(ctx); err != nil {
		e.Stop()
		return nil, fmt.Errorf("start %s engine: %w", v, err)
	}
	return e, nil
}

func (e *Engine) start(ctx context.Context) error {
	data := filepath.Join(e.Dir, "data")
	if err := os.Mkdir(data, 0o710); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=2g,mode=0710"); err != nil {
		return fmt.Errorf("mount data root: %w", err)
	}
	address := filepath.Join(e.Dir, "containerd.sock")
	settings := fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n"+
		"[grpc]\n  address = %q\n[debug]\n  level = \"info\"\n",
		filepath.Join(data, "containerd"), filepath.Join(e.Dir, "containerd"), address)
	file := filepath.Join(e.Dir, "containerd.toml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return err
	}
	var err error
	e.containerd, err = launch("containerd", filepath.Join(e.Dir, "containerd.log"), e.environment(),
		filepath.Join(e.binaries, "containerd"), "--config", file)
	if err != nil {
		return err
	}
	e.cleanup.add(func() { e.containerd.stop(5 * time.Second) })
	if err := e.containerd.await("ready", 30*time.Second, func() error { return dial(ctx, address) }); err != nil {
		return err
	}
	if e.options.TLS {
		if err := e.secure(); err != nil {
			return err
		}
	}
	if e.options.Bridge {
		if err := bridge(e.network); err != nil {
			return err
		}
	}
	if e.options.IPTables {
		restore, err := packetFilter()
		if err != nil {
			return err
		}
		e.cleanup.add(restore)
	}
	e.cleanup.add(func() {
		if e.dockerd != nil {
			e.dockerd.stop(20 * time.Second)
		}
	})
	return e.Resume(ctx, e.options.Plugins...)
}

func (e *Engine) secure() error {
	authority, err := NewAuthority(filepath.Join(e.Dir, "tls"))
	if err != nil {
		return err
	}
	server, err := authority.Issue(pkix.Name{CommonName: "engine"})
	if err != nil {
		return err
	}
	port, err := FreePort()
	if err != nil {
		return err
	}
	e.Secure = Secure{URL: fmt.Sprintf("tcp://127.0.0.1:%d", port), Authority: authority, server: server}
	return nil
}

// Suspend ends dockerd alone and leaves its state, as a stopped host service would.
func (e *Engine) Suspend() { e.dockerd.stop(20 * time.Second) }

// Resume starts dockerd on the engine's state, with the plugins named and no others.
func (e *Engine) Resume(ctx context.Context, plugins ...string) error {
	if err := e.Launch(plugins...); err != nil {
		return err
	}
	return e.Ready(ctx, 60*time.Second)
}

// Launch starts dockerd without waiting for it: for a plugin that is absent.
func (e *Engine) Launch(plugins ...string) error {
	file := filepath.Join(e.Dir, "daemon.json")
	if err := e.Configure(plugins...); err != nil {
		return err
	}
	var err error
	e.dockerd, err = launch("dockerd", filepath.Join(e.Dir, "dockerd.log"), e.environment(),
		filepath.Join(e.binaries, "dockerd"), "--config-file", file)
	return err
}

// Ready waits until the API answers, gate or not.
func (e *Engine) Ready(ctx context.Context, limit time.Duration) error {
	return e.dockerd.await("ready", limit, func() error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		status, _, err := e.Get(ctx, "/_ping")
		if err == nil && status >= 500 {
			return fmt.Errorf("status %d", status)
		}
		return err
	})
}

// Configure writes the configuration file with the plugins named; Reload makes a running dockerd read it.
func (e *Engine) Configure(plugins ...string) error {
	settings := map[string]any{
		"hosts":                 []string{"unix://" + e.Socket},
		"containerd":            filepath.Join(e.Dir, "containerd.sock"),
		"data-root":             filepath.Join(e.Dir, "data", "docker"),
		"exec-root":             filepath.Join(e.Dir, "exec"),
		"pidfile":               filepath.Join(e.Dir, "dockerd.pid"),
		"debug":                 false,
		"iptables":              e.options.IPTables,
		"ip6tables":             false,
		"ip-forward":            e.options.IPTables,
		"default-address-pools": []map[string]any{{"base": pool(e.network).String(), "size": 28}},
		"authorization-plugins": append([]string{}, plugins...),
		"group":                 "root",
		"cgroup-parent":         "/" + cgroup(e.Dir),
	}
	settings["bridge"] = "none"
	if e.options.Bridge {
		settings["bridge"] = bridgeName(e.network) // docker0 may belong to the host's own engine
	}
	if e.options.TLS {
		settings["hosts"] = []string{"unix://" + e.Socket, e.Secure.URL}
		settings["tlsverify"] = true
		for setting, name := range map[string]string{"tlscacert": "ca.pem", "tlscert": "cert.pem", "tlskey": "key.pem"} {
			settings[setting] = filepath.Join(e.Secure.server, name)
		}
	}
	maps.Copy(settings, e.options.Settings)
	text, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		return fmt.Errorf("write daemon.json: %w", err)
	}
	if err := os.WriteFile(filepath.Join(e.Dir, "daemon.json"), text, 0o600); err != nil {
		return fmt.Errorf("write daemon.json: %w", err)
	}
	return nil
}

// Reload sends SIGHUP to dockerd.
func (e *Engine) Reload() error { return e.dockerd.signal(syscall.SIGHUP) }

// Running tells whether dockerd is alive.
func (e *Engine) Running() bool { return e.dockerd != nil && !e.dockerd.ended() }

// Stop removes every container and network, ends every process and deletes everything the engine owned.
func (e *Engine) Stop() { e.cleanup.close() }

// Log returns the end of dockerd's log.
func (e *Engine) Log() string { return e.dockerd.tail(8000) }

// Data returns the path of a file of the engine's state.
func (e *Engine) Data(elements ...string) string {
	return filepath.Join(append([]string{e.Dir, "data", "docker"}, elements...)...)
}

// URL returns the address of the engine as the docker command takes it.
func (e *Engine) URL() string { return "unix://" + e.Socket }

// Client returns an HTTP client whose every connection leads to the engine.
func (e *Engine) Client() *http.Client { return client(e.Socket) }

// Get asks the engine and returns status and body.
func (e *Engine) Get(ctx context.Context, target string) (int, []byte, error) {
	return exchange(ctx, e.Client(), http.MethodGet, target, nil)
}

// Call sends a JSON body (nil for none) and returns status and answer.
func (e *Engine) Call(ctx context.Context, method, target string, body any) (int, []byte, error) {
	return exchange(ctx, e.Client(), method, target, body)
}

func (e *Engine) environment() []string {
	// The engine's own programs come first, so that it never runs the host's containerd or runc. sbin holds the
	// packet filter commands.
	return []string{"PATH=" + e.binaries + ":/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + e.Dir, "TMPDIR=" + e.Dir}
}

func dial(ctx context.Context, socket string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	return c.Close()
}
