package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// home holds one directory per engine, named by its number. It is short because socket paths are limited to 107 bytes.
const home = "/run/airlock-engine"

var errNoRoom = errors.New("no free number for an engine: too many at once")

// claim removes what dead runs left, and reserves a directory with the number of its subnets.
func claim() (dir string, number int, err error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", 0, err
	}
	sweep()
	for number := 1; number < 250; number++ {
		dir := filepath.Join(home, strconv.Itoa(number))
		err := os.Mkdir(dir, 0o711)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", 0, err
		}
		owner := []byte(lifetime(os.Getpid()))
		if err := os.WriteFile(filepath.Join(dir, "owner"), owner, 0o600); err != nil {
			return "", 0, err
		}
		return dir, number, nil
	}
	return "", 0, errNoRoom
}

// sweep removes the engines and the plugin sockets whose owner is dead.
func sweep() {
	sockets()
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		dir := filepath.Join(home, e.Name())
		owner, err := os.ReadFile(filepath.Join(dir, "owner"))
		if err != nil { // just being claimed, or left half-made
			if info, err := e.Info(); err != nil || time.Since(info.ModTime()) < time.Minute {
				continue
			}
		}
		pid, _, _ := strings.Cut(string(owner), " ")
		if n, err := strconv.Atoi(pid); err == nil && lifetime(n) == string(owner) {
			continue
		}
		remove(dir)
	}
}

// sockets removes those of gates whose run is dead: every engine of the host waits for a plugin that does not answer, as
// soon as it is asked about a volume it does not have.
func sockets() {
	found, _ := filepath.Glob(filepath.Join(pluginDir, "airlock-*-*-*.sock"))
	for _, path := range found {
		name := strings.TrimSuffix(path, ".sock")
		pid, err := strconv.Atoi(name[strings.LastIndex(name, "-")+1:]) // as Guard names them
		if err == nil && lifetime(pid) == "" {
			_ = os.Remove(path)
		}
	}
}

// remove ends everything that belongs to an engine's directory and deletes it.
func remove(dir string) {
	for range 50 {
		pids := append(owned(dir), members(dir)...)
		if len(pids) == 0 {
			break
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(20 * time.Millisecond)
	}
	links(dir)
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	lines := strings.Split(string(mounts), "\n")
	slices.Reverse(lines)
	for _, line := range lines {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], dir+"/") {
			_ = syscall.Unmount(f[4], syscall.MNT_DETACH)
		}
	}
	for _, group := range groups(dir) {
		_ = os.Remove(group)
	}
	_ = os.RemoveAll(dir)
}

// cgroup names the parent of all control groups of an engine's containers.
func cgroup(dir string) string { return "airlock-engine-" + filepath.Base(dir) }

// groups lists an engine's control groups in every hierarchy, children first.
func groups(dir string) []string {
	var found []string
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		tops, _ := filepath.Glob(pattern + cgroup(dir))
		for _, top := range tops {
			_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					found = append(found, path)
				}
				return nil // a group that vanishes meanwhile is what is wanted
			})
		}
	}
	slices.Reverse(found)
	return found
}

// members lists the processes in an engine's control groups: the containers' own, whose shim may be dead.
func members(dir string) []int {
	var found []int
	for _, group := range groups(dir) {
		text, _ := os.ReadFile(filepath.Join(group, "cgroup.procs"))
		for _, f := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(f); err == nil && pid > 1 {
				found = append(found, pid)
			}
		}
	}
	return found
}

// links deletes the bridges of an engine: its default one, those whose network id stands in its network store, and the
// one a swarm makes, whose name is every engine's and whose address is of the pool of one.
func links(dir string) {
	store, _ := os.ReadFile(filepath.Join(dir, "data", "docker", "network", "files", "local-kv.db"))
	number, _ := strconv.Atoi(filepath.Base(dir))
	all, _ := net.Interfaces()
	for _, link := range all {
		id, isNetwork := strings.CutPrefix(link.Name, "br-")
		if link.Name == bridgeName(number) || isNetwork && len(id) == 12 && bytes.Contains(store, []byte(id)) ||
			link.Name == "docker_gwbridge" && within(link, pool(number)) {
			_ = exec.Command("ip", "link", "delete", link.Name).Run()
		}
	}
}

// pool is where the networks of an engine get their addresses.
func pool(number int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 213, byte(number), 0}), 24)
}

// within tells whether a link has an address of a pool.
func within(link net.Interface, pool netip.Prefix) bool {
	addresses, _ := link.Addrs()
	return slices.ContainsFunc(addresses, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && pool.Contains(prefix.Addr())
	})
}

func bridgeName(number int) string { return fmt.Sprintf("airlock%d", number) }

// bridge makes the link for an engine's default network.
func bridge(number int) error {
	for _, args := range [][]string{
		{"link", "add", bridgeName(number), "type", "bridge"},
		{"address", "add", fmt.Sprintf("10.214.%d.1/24", number), "dev", bridgeName(number)},
		{"link", "set", bridgeName(number), "up"},
	} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("make default bridge: ip %s: %w: %s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// packetFilter saves the host's IPv4 filter and returns the step that puts it back.
func packetFilter() (restore func(), err error) {
	saved, err := exec.Command("iptables-save").Output()
	if err != nil {
		return nil, fmt.Errorf("save packet filter: %w", err)
	}
	if len(saved) == 0 { // no table exists yet: an engine creates filter and nat, restoring means emptying them
		saved = []byte("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n" +
			"*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n")
	}
	return func() {
		cmd := exec.Command("iptables-restore")
		cmd.Stdin = bytes.NewReader(saved)
		_ = cmd.Run()
	}, nil
}

// FreePort returns a loopback TCP port nobody listens on.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
