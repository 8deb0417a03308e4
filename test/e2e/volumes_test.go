//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Options of volumes that are more than a directory of the engine's own.
var backed = map[string]object{
	"bind":    {"type": "none", "o": "bind", "device": "/etc"},
	"nfs":     {"type": "nfs", "o": "addr=192.0.2.1,rw", "device": ":/export"},
	"cifs":    {"type": "cifs", "o": "addr=192.0.2.1,username=a,password=hunter2", "device": "//192.0.2.1/share"},
	"overlay": {"type": "overlay", "o": "lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w", "device": "overlay"},
	"device":  {"type": "ext4", "device": "/dev/loop7"},
	"memory":  {"type": "tmpfs", "device": "tmpfs", "o": "noexec,nosuid,nodev"},
}

const scratch = "size=1m,noexec,nosuid,nodev"

// volumeSite is the part of the site data of a role that has volumes, and of where secrets lie.
func volumeSite(secrets string) (site, worker, proxy string) {
	names := []string{"e2e-data: rw", "e2e-read: ro", "e2e-fresh: rw", "e2e-inline: rw"}
	for kind := range backed {
		names = append(names, "e2e-"+kind+": rw")
	}
	return "secrets: {dir: " + secrets + "}", "volumes: {" + strings.Join(names, ", ") +
		"}, secrets: [tool_key, link, foreign, writable, folder, absent]", "volumes: {e2e-kept: rw}, secrets: [llm_api_key]"
}

// secretFiles makes a directory of root's with secrets as they should be, and as they should not.
func secretFiles(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"llm_api_key", "tool_key", "foreign", "writable"} {
		if err := os.WriteFile(at(name), []byte("not a secret"), 0o444); err != nil {
			return err
		}
	}
	for _, err := range []error{
		os.Symlink("/etc/hostname", at("link")), os.Chown(at("foreign"), 1001, 1001), os.Chmod(at("writable"), 0o666),
		os.Mkdir(at("folder"), 0o755),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// volumeMounts holds the cases of rules about volumes and secrets that are creates of a container.
func volumeMounts(b *bench) map[string]twins {
	binds := func(b ...any) func(object) { return host("Binds", b) }
	mounts := func(m ...any) func(object) { return host("Mounts", m) }
	mounted := func(source string, options object) func(object) {
		return mounts(object{"Type": "volume", "Source": source, "Target": "/data", "VolumeOptions": options})
	}
	secret := func(name, target string, more object) func(object) {
		m := object{"Type": "bind", "Source": b.secrets + "/" + name, "Target": target, "ReadOnly": true, "BindOptions": object{}}
		for k, v := range more {
			m[k] = v
		}
		return mounts(m)
	}
	const key = "/run/secrets/tool_key"
	return map[string]twins{
		"filesystem/volume-driver": deny(change{"another", "", mounted("e2e-data", object{"DriverConfig": object{"Name": "sshfs"}})},
			change{"another for all", "", all(binds("e2e-data:/data"), host("VolumeDriver", "sshfs"))}).
			with(change{"said", "", mounted("e2e-data", object{"DriverConfig": object{"Name": "local"}})}),
		"filesystem/volume-options": deny(change{"host directory inside", "", mounted("e2e-inline", object{
			"DriverConfig": object{"Name": "local", "Options": backed["bind"]}})}).
			with(change{"none", "", mounted("e2e-data", nil)}),
		"filesystem/volume-role": deny(change{"another role's", "", binds("e2e-kept:/data")}, change{"nobody's", "", binds("e2e-nobody:/data")},
			change{"written by its reader", "", binds("e2e-read:/data")}, change{"of no role", "", all(set("Image", b.healthy), binds("e2e-data:/data"))}).
			with(change{"written", "", binds("e2e-data:/data:rw")}, change{"read", "", binds("e2e-read:/data:ro")},
				change{"its owner's", "", all(set("Image", b.proxy), binds("e2e-kept:/data"))}),
		"filesystem/volume-mount": deny(change{"not copied", "", binds("e2e-data:/data:nocopy")}, change{"relabelled", "", binds("e2e-data:/data:z")}).
			with(change{"as it is", "", binds("e2e-data:/data")}),
		"secrets/files": deny(change{"another role's", "", secret("llm_api_key", "/run/secrets/llm_api_key", nil)},
			change{"elsewhere", "", secret("tool_key", "/run/secrets/llm_api_key", nil)}, change{"writable", "", secret("tool_key", key, object{"ReadOnly": false})},
			change{"link", "", secret("link", "/run/secrets/link", nil)}, change{"another user's", "", secret("foreign", "/run/secrets/foreign", nil)},
			change{"for all to write", "", secret("writable", "/run/secrets/writable", nil)}, change{"directory", "", secret("folder", "/run/secrets/folder", nil)},
			change{"nothing there", "", secret("absent", "/run/secrets/absent", nil)}, change{"below a file", "", secret("tool_key/x", "/run/secrets/x", nil)},
			change{"relabelled", "", binds(b.secrets + "/tool_key:" + key + ":ro,z")},
			change{"made where missing", "", secret("tool_key", key, object{"BindOptions": object{"CreateMountpoint": true}})}).
			with(change{"as compose writes it", "", secret("tool_key", key, nil)},
				change{"as engines store it for old clients", "", secret("tool_key", key, object{"BindOptions": object{"ReadOnlyNonRecursive": true}})}, change{"as people type it", "", binds(b.secrets + "/tool_key:" + key + ":ro")},
				change{"by a way round", "", binds(b.secrets + "/../" + filepath.Base(b.secrets) + "/tool_key:" + key + ":ro")},
				change{"the proxy's key", "", all(set("Image", b.proxy), secret("llm_api_key", "/run/secrets/llm_api_key", nil))}),
	}
}

// Every rule about new volumes denies its cases and admits their twins; what is there already counts.
func TestVolumeCreate(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		volume := func(name string, more object) object {
			body := object{"Name": name, "Labels": object{"com.docker.compose.volume": "x"}}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		for _, c := range []struct {
			name string
			body object
			rule string
		}{
			{"another driver", volume("e2e-fresh", object{"Driver": "sshfs"}), "filesystem/volume-driver"},
			{"of the swarm", volume("e2e-fresh", object{"ClusterVolumeSpec": object{}}), "filesystem/volume-driver"},
			{"nobody's", volume("e2e-nobody", nil), "filesystem/volume-name"},
			{"anonymous", object{}, "filesystem/volume-name"},
			{"large", volume("e2e-fresh", object{"DriverOpts": object{"type": "tmpfs", "device": "tmpfs", "o": "size=1t,noexec,nosuid,nodev"}}), "filesystem/volume-options"},
			{"plain", volume("e2e-fresh", nil), ""},
			{"said", volume("e2e-fresh", object{"Driver": "local", "DriverOpts": object{}}), ""},
			{"small", volume("e2e-fresh", object{"DriverOpts": object{"type": "tmpfs", "device": "tmpfs", "o": scratch}}), ""},
		} {
			if c.rule != "" {
				refused(ctx, t, g, c.name, "POST", "/volumes/create", c.body, c.rule)
				continue
			}
			admitted(ctx, t, g, c.name, "POST", "/volumes/create", c.body)
			admitted(ctx, t, g, c.name, "DELETE", "/volumes/e2e-fresh", nil)
			shared.report.count(g.Version, "volumes: create and removal admitted")
		}
		for kind, options := range backed {
			refused(ctx, t, g, kind, "POST", "/volumes/create", volume("e2e-fresh", object{"DriverOpts": options}), "filesystem/volume-options")
		}
		if r, err := g.Docker(ctx, "volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt", "device=/etc", "e2e-fresh"); err != nil ||
			r.Code == 0 || !strings.Contains(r.Stderr, "filesystem/volume-options") || strings.Contains(r.Stderr, "/etc") {
			t.Errorf("as people type it: exit %d %v: %s", r.Code, err, r.Stderr)
		}
		refused(ctx, t, g, "all at once", "POST", "/volumes/prune", nil, "api/operation")
	})
}

// A volume made by hand beside the gate is adopted by its name alone: it is denied at create and at start, whatever it is
// backed by, and may be removed.
func TestVolumeMadeByHand(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		for kind, options := range backed {
			name := "e2e-" + kind
			body := shared.conforming()
			host("Binds", []any{name + ":/data"})(body)
			var id string
			ungated(ctx, t, g, func() {
				admitted(ctx, t, g, kind, "POST", "/volumes/create", object{"Name": name, "DriverOpts": options})
				// Engines mount a volume at create only to copy into it what the image has there.
				copying := shared.conforming()
				host("Binds", []any{name + ":/data:nocopy"})(copying)
				id = created(ctx, t, g, "", copying)
			})
			refused(ctx, t, g, kind, "POST", "/containers/create", body, "filesystem/volume-options")
			refused(ctx, t, g, kind, "POST", "/containers/"+id+"/start", nil, "filesystem/volume-options")
			refused(ctx, t, g, kind, "POST", "/volumes/create", object{"Name": name}, "filesystem/volume-options")
			remove(ctx, t, g, id)
			admitted(ctx, t, g, kind, "DELETE", "/volumes/"+name, nil)
			made := created(ctx, t, g, "", body)
			admitted(ctx, t, g, kind+", mended", "POST", "/containers/"+made+"/start", nil)
			remove(ctx, t, g, made)
			admitted(ctx, t, g, kind, "DELETE", "/volumes/"+name, nil)
			shared.report.count(g.Version, "volumes:", kind, "made by hand denied at create and start, made anew admitted")
		}
	})
}

// Between create and start the engine loses a volume, and another one gets its name.
func TestSwappedVolume(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		body := shared.conforming()
		host("Binds", []any{"e2e-fresh:/data"})(body)
		id := created(ctx, t, g, "", body)
		start := "/containers/" + id + "/start"
		refused(ctx, t, g, "through the gate", "POST", "/volumes/create", object{"Name": "e2e-fresh", "DriverOpts": backed["bind"]}, "filesystem/volume-options")
		lose := func() {
			g.Suspend()
			for _, path := range []string{g.Data("volumes", "e2e-fresh"), g.Data("volumes", "metadata.db")} {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			}
			if err := g.Resume(ctx, g.gate.Name); err != nil {
				t.Fatal(err)
			}
		}
		lose()
		ungated(ctx, t, g, func() {
			admitted(ctx, t, g, "swap", "POST", "/volumes/create", object{"Name": "e2e-fresh", "DriverOpts": backed["bind"]})
		})
		refused(ctx, t, g, "swapped", "POST", start, nil, "filesystem/volume-options")
		refused(ctx, t, g, "swapped", "POST", "/containers/"+id+"/restart", nil, "filesystem/volume-options")
		lose()
		admitted(ctx, t, g, "mend", "POST", "/volumes/create", object{"Name": "e2e-fresh"})
		admitted(ctx, t, g, "mended", "POST", start, nil)
		remove(ctx, t, g, id)
		shared.report.count(g.Version, "volumes: swapped between create and start denied, mended admitted")
	})
}

// The volumes of a protected role stay; any other may go.
func TestVolumeRemoval(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		for _, name := range []string{"e2e-kept", "e2e-fresh"} {
			admitted(ctx, t, g, name, "POST", "/volumes/create", object{"Name": name})
		}
		refused(ctx, t, g, "kept", "DELETE", "/volumes/e2e-kept", nil, "filesystem/volume-removal")
		refused(ctx, t, g, "kept by force", "DELETE", "/volumes/e2e-kept?force=1", nil, "filesystem/volume-removal")
		admitted(ctx, t, g, "fresh", "DELETE", "/volumes/e2e-fresh", nil)
		if status, answer, err := g.Call(ctx, "DELETE", api(g)+"/volumes/e2e-fresh", nil); err != nil || status != 404 {
			t.Errorf("removal of nothing: %d %s %v", status, answer, err)
		}
		shared.report.count(g.Version, "volumes: removal admitted")
	})
}

// A path within a volume is the engine's to resolve; older engines do not know it, and ignore it.
func TestVolumeSubpath(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		body := shared.conforming()
		host("Mounts", []any{object{"Type": "volume", "Source": "e2e-data", "Target": "/data", "VolumeOptions": object{"Subpath": "a"}}})(body)
		refused(t.Context(), t, g, "subpath", "POST", "/containers/create", body, "filesystem/volume-mount")
	})
}

// A secret that becomes a link between create and start is denied, and so is one in a directory others may write to.
func TestSwappedSecret(t *testing.T) {
	each(t, func(t *testing.T, g *guarded) {
		ctx := t.Context()
		key := filepath.Join(shared.secrets, "tool_key")
		body := shared.conforming()
		host("Binds", []any{key + ":/run/secrets/tool_key:ro"})(body)
		id := created(ctx, t, g, "", body)
		start := "/containers/" + id + "/start"
		must := func(errs ...error) {
			t.Helper()
			for _, err := range errs {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		must(os.Rename(key, key+".kept"), os.Symlink("/etc/shadow", key))
		refused(ctx, t, g, "link", "POST", start, nil, "secrets/files")
		must(os.Remove(key), os.Mkdir(key, 0o755))
		refused(ctx, t, g, "directory", "POST", start, nil, "secrets/files")
		must(os.Remove(key), os.Rename(key+".kept", key), os.Chmod(shared.secrets, 0o777))
		refused(ctx, t, g, "directory for all to write", "POST", start, nil, "secrets/files")
		must(os.Chmod(shared.secrets, 0o700))
		admitted(ctx, t, g, "as it was", "POST", start, nil)
		remove(context.WithoutCancel(ctx), t, g, id)
		shared.report.count(g.Version, "secrets: swapped between create and start denied, put back admitted")
	})
}

// secretsDir is where the secrets of a run lie: below directories of root's alone.
func secretsDir() string { return fmt.Sprintf("/run/airlock-e2e-secrets-%d", os.Getpid()) }
