package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
)

// DefaultSocketDir is where the engine looks for plugin sockets first.
const DefaultSocketDir = "/run/docker/plugins"

// Errors of Listen.
var (
	ErrName        = errors.New("plugin name is not usable")
	ErrInUse       = errors.New("socket is in use")
	ErrNotSocket   = errors.New("path exists and is not a socket")
	ErrUnsafeDir   = errors.New("others can replace the socket")
	ErrInheritance = errors.New("inherited sockets are not exactly one unix stream socket")
)

// pluginName is narrower than what the engine accepts: no path, nothing that a unit file or shell reads differently.
var pluginName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)

// Listen returns the listener of the plugin of that name: the one inherited by systemd socket activation, or a new
// socket <dir>/<name>.sock that only its owner may connect to. An empty dir is DefaultSocketDir.
//
// With an inherited socket the path stays present over a restart, and calls queue up meanwhile.
func Listen(name, dir string) (net.Listener, error) {
	inherited, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("take over inherited sockets: %w", err)
	}
	if len(inherited) > 0 {
		return sole(inherited)
	}
	return Bind(name, dir)
}

// sole returns the only one of the inherited listeners. More than one would be a unit file that means something else.
func sole(inherited []net.Listener) (net.Listener, error) {
	if len(inherited) == 1 {
		if socket, isUnix := inherited[0].(*net.UnixListener); isUnix {
			return socket, nil // systemd owns the path: it is not removed on Close
		}
	}
	for _, listener := range inherited {
		if listener != nil { // a descriptor that is no stream socket
			_ = listener.Close()
		}
	}
	return nil, fmt.Errorf("%w: got %d", ErrInheritance, len(inherited))
}

// Bind creates the socket <dir>/<name>.sock. One that nobody answers on is replaced; one that is alive, and anything
// that is not a socket, is an error.
func Bind(name, dir string) (net.Listener, error) {
	if !pluginName.MatchString(name) {
		return nil, fmt.Errorf("%w: %q, want %s", ErrName, name, pluginName)
	}
	if dir == "" {
		dir = DefaultSocketDir
	}
	unlock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	path := filepath.Join(dir, name+".sock")
	if err := vacant(path); err != nil {
		return nil, err
	}
	return create(path)
}

// claim makes the directory, checks that nobody else can replace what is in it (whoever can becomes the gate), and keeps
// others that start at the same time out until unlock.
func claim(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make socket directory: %w", err)
	}
	held, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open socket directory: %w", err)
	}
	info, err := held.Stat()
	if err != nil {
		_ = held.Close()
		return nil, fmt.Errorf("check socket directory: %w", err)
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	if info.Mode().Perm()&0o022 != 0 || owner == nil || (owner.Uid != 0 && int(owner.Uid) != os.Geteuid()) {
		_ = held.Close()
		return nil, fmt.Errorf("%w: directory %s has mode %v", ErrUnsafeDir, dir, info.Mode())
	}
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		_ = held.Close()
		return nil, fmt.Errorf("lock socket directory: %w", err)
	}
	return func() { _ = held.Close() }, nil // closing gives the lock back
}

// vacant tells whether path may be taken: nothing is there, or a socket left behind by a process that is gone.
func vacant(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check socket path: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%w: %s", ErrNotSocket, path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		_ = conn.Close()
		return fmt.Errorf("%w: %s", ErrInUse, path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) { // a full backlog or a time-out is somebody alive
		return fmt.Errorf("%w: %s: %w", ErrInUse, path, err)
	}
	return nil
}

// create binds in a private directory and moves the socket into place once its mode is right: at no time can anybody
// else connect, whatever the umask, and a stale socket is replaced without a gap. The engine looks into a directory
// only for a socket of the same name, so it never takes the intermediate one for a plugin (moby pkg/plugins/discovery.go).
func create(path string) (net.Listener, error) {
	private, err := os.MkdirTemp(filepath.Dir(path), ".")
	if err != nil {
		return nil, fmt.Errorf("make private directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(private) }()
	temporary := filepath.Join(private, "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: temporary, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("bind socket: %w", err)
	}
	listener.SetUnlinkOnClose(false) // it would unlink the intermediate path
	if err := os.Chmod(temporary, 0o600); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("set socket mode: %w", err)
	}
	identity, err := os.Lstat(temporary)
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("check socket: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("put socket in place: %w", err)
	}
	return &socket{UnixListener: listener, path: path, identity: identity}, nil
}

// socket is a listener that owns its path.
type socket struct {
	*net.UnixListener
	path     string
	identity os.FileInfo
	once     sync.Once
	err      error
}

// Addr returns where the socket is.
func (s *socket) Addr() net.Addr { return &net.UnixAddr{Name: s.path, Net: "unix"} }

// Close removes the socket, unless another one is in its place by now, and stops listening. A dead socket left in the
// directory would stall the engine's volume list for 15 seconds.
func (s *socket) Close() error {
	s.once.Do(func() {
		if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.identity) {
			if err := os.Remove(s.path); err != nil {
				s.err = fmt.Errorf("remove socket: %w", err)
			}
		}
		s.err = errors.Join(s.err, s.UnixListener.Close())
	})
	return s.err
}
