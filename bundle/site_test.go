package bundle_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/policies"
)

const defaultSite = `{"registries":[],"identity":{"uid":1001,"gid":1001},` +
	`"limits":{"memory":2147483648,"swap":2147483648,"nano_cpus":2000000000,"pids":512,"tmpfs":67108864,` +
	`"tmpfs_mounts":8,"shm":67108864,"nofile":65536,"nproc":4096,"stop_timeout":60},` +
	`"profiles":{"seccomp":[],"apparmor":[]},"runtimes":[],"logging":{"drivers":["json-file","local","journald"]},` +
	`"annotations":[],"networks":{"egress":[],"segments":[]},` +
	`"secrets":{"dir":"/run/airlock/secrets","target":"/run/secrets","shared":[]},"swarm":{"enabled":false,"tasks":8},` +
	`"signatures":{"required":true,"keys":[]},` +
	`"scan":{"required":true,"keys":[],"block":["CRITICAL","HIGH"],"max_age":604800,"exceptions":[]},"roles":{},"callers":{},"exceptions":[]}`

func TestParseSite(t *testing.T) {
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(defaultSite) }
	for _, tc := range []struct{ name, given, want string }{
		{"empty", "", defaultSite},
		{"only comments", "# nothing yet\n---\n", defaultSite},
		{"empty mapping", "{}", defaultSite},
		{"JSON", `{"identity": {"uid": 2000}}`, change(`"uid":1001`, `"uid":2000`)},
		{"sizes as people write them", "limits: {memory: 1.5g, tmpfs: 128 MiB, shm: 67108864}",
			change(`"memory":2147483648,"swap":2147483648`, `"memory":1610612736,"swap":1610612736`, `"tmpfs":67108864`, `"tmpfs":134217728`)},
		{"bytes, and no swap", "limits: {memory: 512MB, swap: 0}",
			change(`"memory":2147483648,"swap":2147483648`, `"memory":536870912,"swap":0`)},
		{"CPUs", "limits: {cpus: 1.5}", change("2000000000", "1500000000")},
		{"CPUs in quotes", `limits: {cpus: "0.25"}`, change("2000000000", "250000000")},
		{"durations", "limits: {stop_timeout: 2m}", change(`"stop_timeout":60`, `"stop_timeout":120`)},
		{"seconds", "limits: {stop_timeout: 5}", change(`"stop_timeout":60`, `"stop_timeout":5`)},
		{"no driver is none", "logging: {drivers: []}", change(`["json-file","local","journald"]`, `[]`)},
		{"checks switched off", "signatures: {required: false}\nscan: {required: false}\ncallers: {}\nexceptions: []",
			change(`"signatures":{"required":true`, `"signatures":{"required":false`, `"scan":{"required":true`, `"scan":{"required":false`)},
		{"registries", "registries: [registry.internal:5000/a, localhost/b, docker.io/openclaw, '[::1]:5000/c']",
			change(`"registries":[]`, `"registries":["registry.internal:5000/a","localhost/b","docker.io/openclaw","[::1]:5000/c"]`)},
		{"the whole form", `
registries: [registry.internal/openclaw]
identity: {uid: 1001, gid: 1001}
networks: {egress: [egress], segments: [ops]}
profiles: {seccomp: [/etc/docker/seccomp.json], apparmor: [airlock-worker]}
runtimes: [runsc]
annotations: [org.example.key]
roles:
  worker: {images: [registry.internal/openclaw/worker]}
  proxy:
    images: [registry.internal/openclaw/llm-proxy]
    capabilities: [net_bind_service, CAP_KILL]
    sysctls: {net.ipv4.ip_forward: 0}
    networks: [egress]
    names: [Egress-Proxy]
    protected: true
    volumes: {telemetry: rw}
    secrets: [llm_api_key]
    exec: [[cat, /proc/uptime], [sh]]
    configs: [settings]
swarm: {enabled: true, tasks: 2}
`, change(`"registries":[]`, `"registries":["registry.internal/openclaw"]`, `"egress":[],"segments":[]`, `"egress":["egress"],"segments":["ops"]`,
			`"seccomp":[],"apparmor":[]`, `"seccomp":["/etc/docker/seccomp.json"],"apparmor":["airlock-worker"]`, `"runtimes":[]`, `"runtimes":["runsc"]`,
			`"annotations":[]`, `"annotations":["org.example.key"]`, `"roles":{}`, `"roles":{`+
				`"proxy":{"images":["registry.internal/openclaw/llm-proxy"],"pinned":{},"capabilities":["CAP_KILL","CAP_NET_BIND_SERVICE"],`+
				`"sysctls":{"net.ipv4.ip_forward":"0"},"networks":["egress"],"names":["Egress-Proxy"],"protected":true,`+
				`"volumes":{"telemetry":"rw"},"secrets":["llm_api_key"],"configs":["settings"],"exec":[`+
				`{"command":["cat","/proc/uptime"],"digest":"8fa8066a7478a1dfeb692ffff43c25e5e5b06073b5c86d74fcc326a09475d140"},`+
				`{"command":["sh"],"digest":"89c4ec9f6b3f1086b158d8ef03dfe8155e6f79d9e66434b8f9b3432fe8720e50"}]},`+
				`"worker":{"images":["registry.internal/openclaw/worker"],"pinned":{},"capabilities":[],"sysctls":{},"networks":[],"names":[],"protected":false,"volumes":{},`+
				`"secrets":[],"configs":[],"exec":[]}}`, `"enabled":false,"tasks":8`, `"enabled":true,"tasks":2`)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := bundle.ParseSite("site.yaml", []byte(tc.given))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.JSON()) != tc.want {
				t.Errorf("got  %s\nwant %s", got.JSON(), tc.want)
			}
			if got.Name() != "site.yaml" {
				t.Errorf("got name %q", got.Name())
			}
		})
	}
	if got := bundle.DefaultSite(); string(got.JSON()) != defaultSite {
		t.Errorf("got %s, want %s", got.JSON(), defaultSite)
	}
}

func TestParseSiteErrors(t *testing.T) {
	const form = "want host[:port]/path, as in registry.internal:5000/openclaw"
	for _, tc := range []struct {
		name, given string
		want        []string
	}{
		{"a mistyped key", "\nregistires: []", []string{`2: registires: unknown key; did you mean "registries"?`}},
		{"a mistyped key within", "limits:\n  memroy: 2g\n", []string{`2: limits.memroy: unknown key; did you mean "memory"?`}},
		{"a mistyped key of a role", "registries: [r.io/a]\nroles:\n  x:\n    images: [r.io/a]\n    capabilties: []\n",
			[]string{`5: roles.x.capabilties: unknown key; did you mean "capabilities"?`}},
		{"a key like no other", "identity:\n  name: bob\n", []string{"2: identity.name: unknown key; known are gid, uid"}},
		{"a case variant", "Registries: []", []string{`1: Registries: unknown key; did you mean "registries"?`}},
		{"a key twice", "registries: []\nidentity: {}\nregistries: [r.io/a]",
			[]string{"3: registries: is given twice; the first is in line 1"}},
		{"wrong types", "registries: r.io/a\nidentity: {uid: root}\nlimits: [1]\nsignatures: {required: \"no\"}",
			[]string{
				"1: registries: is a string; want a list", "2: identity.uid: is a string; want a whole number",
				"3: limits: is a list; want a mapping", "4: signatures.required: is a string; want true or false",
			}},
		{"nothing", "registries:\n", []string{"1: registries: is empty; give it a value or remove it"}},
		{"not a mapping", "- a\n", []string{"1: is a list; want a mapping"}},
		{"root", "identity:\n  uid: 0\n  gid: -1",
			[]string{
				"2: identity.uid: is 0, which is root; workloads run as a user of their own",
				"3: identity.gid: is -1; want at least 1",
			}},
		{"limits", "limits:\n  memory: 2\n  swap: -1\n  cpus: 0\n  pids: 0\n  tmpfs: 64QiB\n  shm: 0.3k\n  nofile: 2000000000\n  stop_timeout: 1.5s",
			[]string{
				"2: limits.memory: is 2 bytes; the engine starts nothing below 6MiB; write a size such as 2GiB",
				`3: limits.swap: "-1" is no size; want bytes or a size such as 512m or 2GiB`,
				`4: limits.cpus: "0" is no number of CPUs; want at least 0.01, as in 2 or 1.5`,
				"5: limits.pids: is 0; want at least 1",
				`6: limits.tmpfs: "64QiB" is no size; want bytes or a size such as 512m or 2GiB`,
				`7: limits.shm: "0.3k" is no size; want bytes or a size such as 512m or 2GiB`,
				"8: limits.nofile: is 2000000000; want at most 1073741816",
				`9: limits.stop_timeout: "1.5s" is no duration; want whole seconds, as in 90s or 168h`,
			}},
		{"numbers of several readings", "limits:\n  pids: 0x10\n  nofile: 1_000\n  nproc: 010\n  cpus: .inf",
			[]string{
				`2: limits.pids: "0x10" is no plain number; write it in decimal`,
				`3: limits.nofile: "1_000" is no plain number; write it in decimal`,
				`4: limits.nproc: "010" is no plain number; write it in decimal`,
				`5: limits.cpus: ".inf" is no plain number; write it in decimal`,
			}},
		{"too large", "limits: {memory: 9999999999999t}",
			[]string{`1: limits.memory: "9999999999999t" is no size; want bytes or a size such as 512m or 2GiB`}},
		{"registries", "registries:\n- https://r.io/a\n- r.io/a:1\n- r.io/a@sha256:0\n- R.io/a\n- r.io/a/\n- r.io\n- openclaw/a\n- r.io//a\n- index.docker.io/a",
			[]string{
				`2: registries[0]: "https://r.io/a" has a scheme; ` + form,
				`3: registries[1]: "r.io/a:1" has a tag; ` + form,
				`4: registries[2]: "r.io/a@sha256:0" has a digest; ` + form,
				`5: registries[3]: "R.io/a" has upper-case letters; ` + form,
				`6: registries[4]: "r.io/a/" ends with a slash; ` + form,
				`7: registries[5]: "r.io" names a whole registry; ` + form,
				`8: registries[6]: "openclaw/a" names no registry; the engine would read docker.io/openclaw/a; ` + form,
				`9: registries[7]: "r.io//a" is no repository; ` + form,
				`10: registries[8]: "index.docker.io/a" is read by the engine as docker.io/a; write that`,
			}},
		{"a registry twice", "registries: [r.io/a, r.io/a]",
			[]string{"1: registries: has the same entry twice, as number 1 and 2"}},
		{"roles", "registries: [r.io/a]\nroles:\n  a: {images: [r.io/a/x]}\n  b:\n    images: [r.io/a/x, r.io/a/x/y, r.io/b]\n    capabilities: [ALL, NET_BINDSERVICE]\n    volumes: {v: rx}\n  C: {}",
			[]string{
				`5: roles.b.images[0]: "r.io/a/x" overlaps with "r.io/a/x" of role a (line 3); an image earns one role`,
				`5: roles.b.images[1]: "r.io/a/x/y" overlaps with "r.io/a/x" of role a (line 3); an image earns one role`,
				`5: roles.b.images[2]: "r.io/b" is in none of the registries, so no image could earn the role`,
				"6: roles.b.capabilities[0]: ALL is never granted; name each capability, as in NET_BIND_SERVICE",
				`6: roles.b.capabilities[1]: "NET_BINDSERVICE" is no capability; did you mean "CAP_NET_BIND_SERVICE"?`,
				`7: roles.b.volumes.v: is "rx"; want one of ro, rw`,
				"8: roles.C: is no role name; want lower-case letters, digits and dashes, as in llm-proxy",
			}},
		{"digests", "registries: [r.io/a]\nroles:\n  a:\n    images:\n    - r.io/a/x@" + digest('1') + "\n    - r.io/a/x@" + digest('1') +
			"\n    - {repository: r.io/a/y, digests: [sha256:1, 5, " + digest('2') + "]}\n    - r.io/a/y\n    - {repository: r.io/a/z, digests: []}" +
			"\n    - {repository: r.io/a/z@" + digest('1') + ", digests: [" + digest('1') + "]}\n    - {repositry: r.io/a/z}\n    - r.io/a/v\n    - r.io/a/v\n" +
			"  b:\n    images:\n    - r.io/a/x@" + digest('2') + "\n    - r.io/a/x@" + digest('1') + "\n    - r.io/a/v/w@" + digest('1'),
			[]string{
				`6: roles.a.images[1]: "` + digest('1') + `" is given twice; the first is in line 5`,
				`7: roles.a.images[2].digests[0]: "sha256:1" is no digest; want sha256: and 64 hexadecimal digits`,
				`7: roles.a.images[2].digests[1]: "5" is no digest; want sha256: and 64 hexadecimal digits`,
				`8: roles.a.images[3]: "r.io/a/y" with a digest and "r.io/a/y" with any (line 7) for one role; a digest binds nothing then`,
				"9: roles.a.images[4].digests: is an empty list; name at least one",
				`10: roles.a.images[5].repository: "r.io/a/z@` + digest('1') + `" has a digest; ` + form,
				"11: roles.a.images[6]: lacks repository, digests",
				`11: roles.a.images[6].repositry: unknown key; did you mean "repository"?`,
				`13: roles.a.images[8]: "r.io/a/v" is given twice; the first is in line 12`,
				`17: roles.b.images[1]: "r.io/a/x" overlaps with "r.io/a/x" of role a (line 5); an image earns one role`,
				`18: roles.b.images[2]: "r.io/a/v/w" overlaps with "r.io/a/v" of role a (line 12); an image earns one role`,
			}},
		{"digests in a text", "registries: [r.io/a]\nroles:\n  a:\n    images:\n    - repository: r.io/a/x\n      digests: |\n        " + digest('1') +
			"\n        sha256:1\n        " + digest('1') + "\n    - {repository: r.io/a/y, digests: \"\"}",
			[]string{
				`8: roles.a.images[0].digests: "sha256:1" is no digest; want sha256: and 64 hexadecimal digits`,
				`9: roles.a.images[0].digests: "` + digest('1') + `" is given twice; the first is in line 7`,
				"10: roles.a.images[1].digests: is an empty list; name at least one",
			}},
		{"a role without images", "roles:\n  a: {}\n  b: {images: []}",
			[]string{"2: roles.a: lacks images", "3: roles.b.images: is an empty list; name at least one"}},
		{"networks", "networks:\n  egress: [out, host, cafe]\n  segments: [ops, out]",
			[]string{
				`2: networks.egress[1]: "host" is a name the engine keeps for itself; make a network of another name`,
				`2: networks.egress[2]: "cafe" could be the beginning of an ID; make a network of another name`,
				`3: networks.segments[1]: "out" is an egress network; a network has one class`,
			}},
		{"networks of a role", "registries: [r.io/a]\nnetworks: {egress: [out], segments: [ops]}\nroles:\n" +
			"  a: {images: [r.io/a/x], networks: [out, ops]}\n  b: {images: [r.io/a/y], networks: [outt, agents]}",
			[]string{
				`4: roles.a.networks: has the egress network "out" and the segment "ops"; a role leads one way only`,
				`5: roles.b.networks[0]: "outt" is in neither networks.egress nor networks.segments; internal networks need no entry`,
				`5: roles.b.networks[1]: "agents" is in neither networks.egress nor networks.segments; internal networks need no entry`,
			}},
		{"reserved names", "registries: [r.io/a]\nroles:\n  a: {images: [r.io/a/x], names: [proxy, \"a b\"]}\n" +
			"  b: {images: [r.io/a/y], names: [Proxy], protected: 1}",
			[]string{
				`3: roles.a.names[1]: "a b" is no name; want letters, digits, dot, dash and underscore`,
				`4: roles.b.names[0]: "Proxy" is reserved for role a already`,
				`4: roles.b.protected: is a number; want true or false`,
			}},
		{"secrets of two roles", "registries: [r.io/a]\nsecrets: {shared: [ca]}\nroles:\n  a: {images: [r.io/a/x], secrets: [key, ca]}\n" +
			"  b: {images: [r.io/a/y], secrets: [ca, key]}",
			[]string{`5: roles.b.secrets[1]: "key" is a secret of role a already; name it in secrets.shared if both are to have it`}},
		{"commands", "registries: [r.io/a]\nroles:\n  a: {images: [r.io/a/x], exec: [sh, [], [\"\"], [sleep, 5], [sh], [sh], [\"a\\0b\"]]}",
			[]string{
				`3: roles.a.exec[0]: is a string; want a list`,
				`3: roles.a.exec[1]: is an empty list; name at least one`,
				`3: roles.a.exec[2]: names no program`,
				`3: roles.a.exec[3][1]: is a number; want a string`,
				`3: roles.a.exec[5]: is named twice`,
				`3: roles.a.exec[6]: has a NUL in it, which no command can have`,
			}},
		{"names and paths", "networks: {egress: [\"a b\"]}\nsecrets: {dir: run/x, target: /run/../x}\nprofiles: {seccomp: [unconfined]}",
			[]string{
				`1: networks.egress[0]: "a b" is no name; want letters, digits, dot, dash and underscore`,
				`2: secrets.dir: "run/x" is no directory; want an absolute path, cleaned, as in /run/secrets`,
				`2: secrets.target: "/run/../x" is no directory; want an absolute path, cleaned, as in /run/secrets`,
				"3: profiles.seccomp[0]: is no profile: nothing is confined by it",
			}},
		{"callers", "callers:\n  Ops: {tls: [a], operations: [x]}\n  b: {tls: [a], operations: []}\n  c: {subjects: [b]}\n  d: {tls: ops, operations: [x]}",
			[]string{
				"2: callers.Ops: is no name of a caller; want lower-case letters, digits and dashes, as in ops",
				"3: callers.b.operations: is an empty list; name at least one",
				`3: callers.b.tls[0]: "a" is the certificate of caller Ops already`,
				"4: callers.c: lacks tls, operations",
				"4: callers.c.subjects: unknown key; known are operations, tls",
				"5: callers.d.tls: is a string; want a list",
			}},
		{"an exception without its parts", "exceptions:\n- {rule: a/b}\n- 1", []string{
			"2: exceptions[0]: lacks subject, reason, ticket, expires", "3: exceptions[1]: is a number; want a mapping"}},
		{"exceptions", "exceptions:\n" +
			"- {rule: a/b, subject: 'container:web', reason: x, ticket: x, expires: never}\n" +
			"- {rule: a/b, subject: 'image:r.io/a/b:1', reason: ' x', ticket: \"a\\nb\", expires: 2027-13-01}\n" +
			"- {rule: a/b, subject: 'image:a@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', reason: x, ticket: x, expires: 0}\n" +
			"- {rule: a/b, subject: 'network:', reason: '', ticket: x, expires: 2027-01-01}\n" +
			"- {rule: a/b, subject: '*', reason: x, ticket: x, expires: 2027-01-01}\n" +
			"- {rule: a/b, subject: 'service:a b', reason: x, ticket: x, expires: 2027-01-01}\n" +
			"- {rule: a/c, subject: 'volume:v', reason: x, ticket: x, expires: 2027-01-01}\n" +
			"- {rule: a/c, subject: 'volume:v', reason: y, ticket: y, expires: 2028-01-01}",
			[]string{
				`2: exceptions[0].expires: "never" is no date; want 2027-01-31 or 2027-01-31T18:00:00Z`,
				`2: exceptions[0].subject: "container:web": a client chooses the names of its containers; name the image with its digest`,
				`3: exceptions[1].expires: "2027-13-01" is no date; want 2027-01-31 or 2027-01-31T18:00:00Z`,
				`3: exceptions[1].reason: " x" has white space around it or characters that cannot be shown in it`,
				`3: exceptions[1].subject: "image:r.io/a/b:1" is no image with its digest; want image:REPOSITORY@sha256:DIGEST`,
				`3: exceptions[1].ticket: "a\nb" has white space around it or characters that cannot be shown in it`,
				`4: exceptions[2].expires: "0" is no date; want 2027-01-31 or 2027-01-31T18:00:00Z`,
				`4: exceptions[2].subject: "image:a@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" is read by the engine as ` +
					`image:docker.io/library/a@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08; write that`,
				"5: exceptions[3].reason: is an empty string",
				`5: exceptions[3].subject: "network:" names no network; want network:NAME`,
				`6: exceptions[4].subject: "*" is no subject; want image:REPOSITORY@sha256:DIGEST, network:NAME, volume:NAME or service:NAME`,
				`7: exceptions[5].subject: "service:a b" names no service; want service:NAME`,
				`9: exceptions[7]: sets aside "a/c" for "volume:v" as line 8 does already`,
			}},
		{"no YAML", "a: [", []string{"1: not YAML: did not find expected node content"}},
		{"an alias", "registries: &r [r.io/a]\nruntimes: *r",
			[]string{"1: registries: anchors and aliases are not read; write the value out",
				"2: runtimes: anchors and aliases are not read; write the value out"}},
		{"a merge", "limits:\n  <<: {pids: 5}\n", []string{"2: limits: has a key that is no plain word"}},
		{"a tag", "identity: {uid: !!binary MQ==}", []string{"1: identity.uid: has the tag !!binary, which is not read"}},
		{"two documents", "registries: []\n---\nregistries: [r.io/a]", []string{"2: a second document; a site file has one"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := bundle.ParseSite("site.yaml", []byte(tc.given))
			var all bundle.SiteErrors
			if s != nil || !errors.As(err, &all) {
				t.Fatalf("got %v, %v; want SiteErrors", s, err)
			}
			want := "site.yaml:" + strings.Join(tc.want, "\nsite.yaml:")
			if err.Error() != want {
				t.Errorf("got\n%s\nwant\n%s", err, want)
			}
		})
	}
	if _, err := bundle.ParseSite("s", bytes.Repeat([]byte("#"), 16<<20+1)); err == nil {
		t.Error("read more than 16 MiB")
	}
}

// conforms asks a validator that knows all of JSON Schema about a site file.
func conforms(t testing.TB, data []byte) error {
	t.Helper()
	text, err := fs.ReadFile(policies.FS, "schemas/site.json")
	if err != nil {
		t.Fatal(err)
	}
	published, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("site.json", published); err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	if document == nil {
		return nil
	}
	if text, err = json.Marshal(keyed(document)); err != nil {
		t.Fatal(err)
	}
	if document, err = jsonschema.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("site.json").Validate(document)
}

// keyed makes keys that YAML takes for numbers texts, as the gate does.
func keyed(value any) any {
	switch value := value.(type) {
	case map[any]any:
		out := map[string]any{}
		for key, member := range value {
			out[fmt.Sprint(key)] = keyed(member)
		}
		return out
	case map[string]any:
		for key, member := range value {
			value[key] = keyed(member)
		}
	case []any:
		for i := range value {
			value[i] = keyed(value[i])
		}
	}
	return value
}

// TestSiteSchema holds that site data the published schema refuses is refused, whichever keyword says so.
func TestSiteSchema(t *testing.T) {
	for _, tc := range []struct{ name, given, mended string }{
		{"type", "registries: {}", "registries: []"},
		{"type of a member", "roles: {a: {images: [r.io/a], sysctls: {net.core.somaxconn: true}}}\nregistries: [r.io/a]",
			"roles: {a: {images: [r.io/a], sysctls: {net.core.somaxconn: 1}}}\nregistries: [r.io/a]"},
		{"fraction", "limits: {pids: 1.5}", "limits: {pids: 1}"},
		{"boolean", "swarm: {enabled: 1}", "swarm: {enabled: true}"},
		{"minimum", "limits: {pids: 0}", "limits: {pids: 1}"},
		{"maximum", "limits: {pids: 4194305}", "limits: {pids: 4194304}"},
		{"unknown key", "limits: {pidz: 1}", "limits: {pids: 1}"},
		{"required", "callers: {a: {tls: [b]}}", "callers: {a: {tls: [b], operations: [c]}}"},
		{"few items", "callers: {a: {tls: [], operations: [c]}}", "callers: {a: {tls: [b], operations: [c]}}"},
		{"the same item", "runtimes: [runc, crun, runc]", "runtimes: [runc, crun]"},
		{"short text", "runtimes: ['']", "runtimes: [runc]"},
		{"enumeration", "roles: {a: {images: [r.io/a], volumes: {v: rx}}}\nregistries: [r.io/a]",
			"roles: {a: {images: [r.io/a], volumes: {v: ro}}}\nregistries: [r.io/a]"},
	} {
		if _, err := bundle.ParseSite("s", []byte(tc.given)); err == nil || conforms(t, []byte(tc.given)) == nil {
			t.Errorf("%s: got %v, the validator %v; want refusals", tc.name, err, conforms(t, []byte(tc.given)))
		}
		if _, err := bundle.ParseSite("s", []byte(tc.mended)); err != nil || conforms(t, []byte(tc.mended)) != nil {
			t.Errorf("%s, mended: got %v, the validator %v; want none", tc.name, err, conforms(t, []byte(tc.mended)))
		}
	}
}

// FuzzParseSite holds that whatever is accepted conforms to the schema, is complete and reads back as itself.
func FuzzParseSite(f *testing.F) {
	f.Add([]byte("registries: [r.io/a]\nlimits: {memory: 1g, cpus: 1.5}\n"))
	f.Add([]byte("roles: {a: {images: [r.io/a]}}\n"))
	f.Add([]byte("- &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := bundle.ParseSite("site.yaml", data)
		if err != nil {
			return
		}
		if err := conforms(t, data); err != nil {
			t.Errorf("accepted what the schema refuses: %v", err)
		}
		var document struct {
			Identity struct{ UID, GID int64 } `json:"identity"`
			Limits   map[string]int64         `json:"limits"`
		}
		if err := json.Unmarshal(s.JSON(), &document); err != nil {
			t.Fatal(err)
		}
		if document.Identity.UID < 1 || document.Identity.GID < 1 || len(document.Limits) != 10 {
			t.Errorf("got %s", s.JSON())
		}
		for name, limit := range document.Limits {
			if limit < 0 {
				t.Errorf("%s is %d", name, limit)
			}
		}
	})
}

func digest(digit byte) string { return "sha256:" + strings.Repeat(string(digit), 64) }

// TestRolesByDigest holds that a role bound to digests is earned by those alone, whoever else pins the same repository.
func TestRolesByDigest(t *testing.T) {
	const repository = "registry.internal/openclaw/worker"
	site := func(role string, digests ...string) *bundle.Site {
		return site(t, "registries: [registry.internal/openclaw]\nsignatures: {required: false}\nscan: {required: false}\nroles:\n  "+role+":\n    capabilities: [NET_BIND_SERVICE]\n    images:\n    - repository: "+
			repository+"\n      digests: ["+strings.Join(digests, ", ")+"]\n  other: {images: ["+repository+"@"+digest('f')+"]}\n")
	}
	in := worker()
	in.Container.Privileges.Capabilities.Add = []string{"CAP_NET_BIND_SERVICE"}
	listed, other := in.Container.Image.Digest, digest('e')
	for _, tc := range []struct {
		name string
		site *bundle.Site
		want bool
	}{
		{"listed", site("binder", other, listed), true},
		{"not listed", site("binder", other), false},
		{"another repository", site("binder", listed), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := *in
			if tc.name == "another repository" {
				container := *in.Container
				container.Image.Repository += "-evil"
				in.Container = &container
			}
			s, err := bundle.Load(policies.FS, tc.site, bundle.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Decide(t.Context(), &in)
			if err != nil || got.Allow != tc.want {
				t.Errorf("got %+v, %v; want %v", got, err, tc.want)
			}
		})
	}
}

// TestPinsStayApart holds that roles alike but for their digests keep each its own: equal parts of a value are shared.
func TestPinsStayApart(t *testing.T) {
	s := site(t, "registries: [r.io/a]\nroles:\n  x: {images: [{repository: r.io/a/b, digests: ["+digest('1')+"]}]}\n  y: {images: ['r.io/a/b@"+
		digest('2')+"', 'r.io/a/c@"+digest('2')+"']}\n  z: {images: [r.io/a/d]}\n")
	var got struct {
		Roles map[string]struct {
			Pinned map[string]map[string]bool `json:"pinned"`
		} `json:"roles"`
	}
	if err := json.Unmarshal(s.JSON(), &got); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]map[string]map[string]bool{
		"x": {"r.io/a/b": {digest('1'): true}},
		"y": {"r.io/a/b": {digest('2'): true}, "r.io/a/c": {digest('2'): true}},
		"z": {},
	} {
		if !reflect.DeepEqual(got.Roles[role].Pinned, want) {
			t.Errorf("%s: got %v, want %v", role, got.Roles[role].Pinned, want)
		}
	}
}

// TestSiteAllocations bounds what a digest costs while site data is read: a reload makes as much garbage.
func TestSiteAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates for itself")
	}
	const many = 10_000
	lines := make([]string, many)
	for i := range lines {
		lines[i] = fmt.Sprintf("        sha256:%064x", i)
	}
	text := []byte("registries: [r.io/a]\nroles:\n  x:\n    images:\n    - repository: r.io/a/b\n      digests: |\n" + strings.Join(lines, "\n") + "\n")
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if _, err := bundle.ParseSite("s", text); err != nil {
				b.Fatal(err)
			}
		}
	})
	t.Logf("%d bytes in %d allocations for a digest", result.AllocedBytesPerOp()/many, result.AllocsPerOp()/many)
	if got := result.AllocedBytesPerOp() / many; got > 900 {
		t.Errorf("got %d bytes for a digest, want at most 900", got)
	}
	if got := result.AllocsPerOp() / many; got > 3 {
		t.Errorf("got %d allocations for a digest, want at most 3", got)
	}
}
