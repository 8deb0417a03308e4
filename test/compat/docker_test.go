//go:build e2e

package compat_test

import (
	"crypto/x509/pkix"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/airlock-gate/airlock/test/engine"
)

// hardened is what people must say to a docker command; nothing in it is only for tests.
var hardened = []string{"--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1001:1001",
	"--memory", "64m", "--memory-swap", "64m", "--cpus", "0.5", "--pids-limit", "64", "--tmpfs", "/tmp:size=16m,noexec,nosuid,nodev"}

// inhibit is the option without which the host answers on an internal network.
const inhibit = "com.docker.network.bridge.inhibit_ipv4=true"

// docker lists what people do with the docker command, on a container of their own and a network of their own.
func docker(image string) []step {
	start := func(verb string, args ...string) []string {
		return slices.Concat([]string{verb}, args[:len(args)-1], hardened, []string{"--network", "compat", "--dns", "127.0.0.1", image},
			args[len(args)-1:])
	}
	return []step{
		{args: []string{"version"}, want: "Server"},
		{args: []string{"info"}, want: "Server Version"},
		{args: []string{"pull", image}, want: "Digest: sha256:"},
		{args: []string{"images", "--all"}, want: "IMAGE"},
		{command: "image inspect", args: []string{"image", "inspect", image}, want: "RepoDigests"},
		{command: "image history", args: []string{"history", image}, want: "IMAGE"},
		{command: "network create", args: []string{"network", "create", "--internal", "--opt", inhibit, "compat"}},
		{command: "network ls", args: []string{"network", "ls"}, want: "compat"},
		{command: "network inspect", args: []string{"network", "inspect", "compat"}, want: `"Internal": true`},
		{args: start("create", "--name", "compat-1", "status")},
		{command: "start and attach", args: []string{"start", "--attach", "compat-1"}, want: `"uid":1001`},
		{args: []string{"wait", "compat-1"}, want: "0"},
		{args: []string{"rm", "compat-1"}, want: "compat-1"},
		{command: "run", args: start("run", "--rm", "status"), want: `"uid":1001`},
		{command: "run -t", args: start("run", "--rm", "-t", "status"), want: `"uid":1001`},
		{command: "run -d", args: start("run", "-d", "--name", "compat-2", "wait")},
		{args: []string{"ps"}, want: "compat-2"},
		{args: []string{"inspect", "compat-2"}, want: `"ReadonlyRootfs": true`},
		{args: []string{"logs", "compat-2"}, want: `"uid":1001`},
		{args: []string{"stats", "--no-stream", "compat-2"}, want: "64MiB"},
		{args: []string{"top", "compat-2"}, want: "helper"},
		{args: []string{"port", "compat-2"}},
		{args: []string{"exec", "compat-2", "/helper", "status"}, want: `"uid":1001`},
		{command: "cp out", args: []string{"cp", "compat-2:/etc/passwd", "-"}, want: "agent"},
		{args: []string{"rename", "compat-2", "compat-3"}},
		{command: "rename", args: []string{"rename", "compat-3", "compat-2"}},
		{args: []string{"diff", "compat-2"}},
		{args: []string{"events", "--since", "1m", "--until", "0s"}, want: "container start"},
		{args: []string{"pause", "compat-2"}, want: "compat-2"},
		{args: []string{"unpause", "compat-2"}, want: "compat-2"},
		{args: []string{"restart", "-t", "1", "compat-2"}, want: "compat-2"},
		{args: []string{"stop", "-t", "1", "compat-2"}, want: "compat-2"},
		{args: []string{"start", "compat-2"}, want: "compat-2"},
		{args: []string{"kill", "compat-2"}, want: "compat-2"},
		{command: "rm", args: []string{"rm", "-f", "-v", "compat-2"}, want: "compat-2"},
		{command: "system df", args: []string{"system", "df"}, want: "Images"},
		{command: "volume create", args: []string{"volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs",
			"--opt", "o=size=16m,noexec,nosuid,nodev,uid=1001,gid=1001", "telemetry"}, want: "telemetry"},
		{command: "volume ls", args: []string{"volume", "ls"}, want: "telemetry"},
		{command: "volume inspect", args: []string{"volume", "inspect", "telemetry"}, want: "noexec"},
		{command: "volume rm", args: []string{"volume", "rm", "telemetry"}, want: "telemetry"},
		{command: "network rm", args: []string{"network", "rm", "compat"}, want: "compat"},
		{command: "run --privileged", args: slices.Concat([]string{"run", "--privileged"}, hardened, []string{"--network", "none", image}),
			denied: "hardening/privileged"},
		{command: "run --network host", args: slices.Concat([]string{"run", "--network", "host"}, hardened, []string{image}),
			denied: "airgap/network-namespace"},
		{command: "pull by tag", args: []string{"pull", shared.registry.Host + "/openclaw/worker:latest"}, denied: "image/digest"},
	}
}

// TestDocker has the docker command of each age speak with each engine.
func TestDocker(t *testing.T) {
	for _, age := range engine.Versions() {
		t.Run("command of the "+string(age), func(t *testing.T) {
			each(t, func(t *testing.T, g *engine.Guarded) {
				c := client{name: "docker, " + string(age), program: []string{installed(t, string(age), "bin", "docker")},
					env: []string{"DOCKER_HOST=" + g.URL()}}
				c.play(t.Context(), t, g, docker(shared.images["worker"]))
			})
		})
	}
}

// TestTLS has both commands speak by TLS, with a certificate of the engine's authority. The gate records whose it is.
func TestTLS(t *testing.T) {
	for _, age := range engine.Versions() {
		t.Run("command of the "+string(age), func(t *testing.T) {
			each(t, func(t *testing.T, g *engine.Guarded) {
				name := "agent-" + string(age) + ".example"
				certificate, err := g.Secure.Authority.Issue(pkix.Name{CommonName: name})
				if err != nil {
					t.Fatal(err)
				}
				c := client{name: "docker by TLS, " + string(age), env: []string{"DOCKER_HOST=" + g.Secure.URL},
					program: []string{installed(t, string(age), "bin", "docker"), "--tlsverify",
						"--tlscacert", filepath.Join(certificate, "ca.pem"),
						"--tlscert", filepath.Join(certificate, "cert.pem"), "--tlskey", filepath.Join(certificate, "key.pem")}}
				c.play(t.Context(), t, g, docker(shared.images["worker"]))
				log := g.Gate.Log()
				for _, verdict := range []string{"allow", "deny"} {
					recorded := regexp.MustCompile(`"operation":"container.create","verdict":"` + verdict + `".*"caller":"` + name + `","caller_auth":"TLS"`)
					c.report(t, g, "the caller's name in the record: "+verdict, "not in the log: "+recorded.String(), recorded.MatchString(log))
				}
			})
		})
	}
}
