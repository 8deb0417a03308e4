package body_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

func malformed(field, got, want string) refusal.Refusal {
	return refusal.Refusal{Rule: refusal.MalformedBody, Field: field, Got: got, Want: want}
}

func unknown(field string) refusal.Refusal {
	return refusal.Refusal{
		Rule: refusal.UnknownField, Field: field, Got: "a field no supported engine reads", Want: "no such field",
	}
}

func twice(field string) refusal.Refusal {
	return refusal.Refusal{Rule: refusal.DuplicateKey, Field: field, Got: "the same key again", Want: "the key once"}
}

func variant(field, name string) refusal.Refusal {
	return refusal.Refusal{Rule: refusal.CaseVariantKey, Field: field, Got: "another spelling of " + name, Want: name}
}

func legacy(field, got, place string) refusal.Refusal {
	return refusal.Refusal{Rule: refusal.LegacyField, Field: field, Got: got, Want: "the value in " + place}
}

func tooLarge(field, got, want string) refusal.Refusal {
	return refusal.Refusal{Rule: refusal.BodyTooLarge, Field: field, Got: got, Want: want}
}

// Every denied body stands beside an admitted twin that differs in the one thing the refusal names.
var containerCreateTable = []struct {
	name, denied, twin string
	want               refusal.Refusal
}{
	// Duplicates: the engine merges what it finds twice.
	{"object twice", `{"HostConfig":{"Privileged":false},"HostConfig":{"Privileged":true}}`,
		`{"HostConfig":{"Privileged":false}}`, twice("HostConfig")},
	{"scalar twice", `{"HostConfig":{"PidMode":"","PidMode":"host"}}`, `{"HostConfig":{"PidMode":"","IpcMode":"host"}}`,
		twice("HostConfig.PidMode")},
	{"twice in another case", `{"HostConfig":{"Privileged":false,"privileged":true}}`,
		`{"HostConfig":{"Privileged":false}}`, twice("HostConfig.Privileged")},
	{"twice with an escape", `{"HostConfig":{"Privileged":false,"\u0050rivileged":true}}`,
		`{"HostConfig":{"\u0050rivileged":true}}`, twice("HostConfig.Privileged")},
	{"list twice", `{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/etc"}],"Mounts":[{"Target":"/x"}]}}`,
		`{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}]}}`, twice("HostConfig.Mounts")},
	{"inside a list", `{"HostConfig":{"Mounts":[{},{"Type":"volume","Type":"bind"}]}}`,
		`{"HostConfig":{"Mounts":[{"Type":"volume"},{"Type":"bind"}]}}`, twice("HostConfig.Mounts[1].Type")},
	{"label twice", `{"Labels":{"a":"1","b":"","a":"2"}}`, `{"Labels":{"a":"1","A":"2"}}`, twice("Labels.a")},
	{"label twice with an escape", `{"Labels":{"a":"1","\u0061":"2"}}`, `{"Labels":{"a":"1","\u0062":"2"}}`,
		twice("Labels.a")},
	{"tmpfs twice", `{"HostConfig":{"Tmpfs":{"/tmp":"size=1","/tmp":"exec"}}}`,
		`{"HostConfig":{"Tmpfs":{"/tmp":"size=1","/run":"exec"}}}`, twice("HostConfig.Tmpfs./tmp")},
	{"endpoint twice", `{"NetworkingConfig":{"EndpointsConfig":{"a":{},"a":{"NetworkID":"x"}}}}`,
		`{"NetworkingConfig":{"EndpointsConfig":{"a":{},"b":{"NetworkID":"x"}}}}`, twice("NetworkingConfig.EndpointsConfig.a")},
	{"port twice in two spellings", `{"ExposedPorts":{"80":{},"80/tcp":{}}}`, `{"ExposedPorts":{"80":{},"80/udp":{}}}`,
		twice("ExposedPorts.80/tcp")},
	{"one key of many twice", `{"Labels":{` + manyKeys(200) + `,"k7":""}}`, `{"Labels":{` + manyKeys(200) + `,"k700":""}}`,
		twice("Labels.k7")},

	// Spelling: the engine matches keys after Unicode folding.
	{"lower case", `{"hostconfig":{"Privileged":true}}`, `{"HostConfig":{"Privileged":true}}`,
		variant("hostconfig", "HostConfig")},
	{"long s", `{"HoſtConfig":{}}`, `{"HostConfig":{}}`, variant(`Ho\u017ftConfig`, "HostConfig")},
	{"long s escaped", `{"Ho\u017ftConfig":{}}`, `{"Ho\u0073tConfig":{}}`, variant(`Ho\u017ftConfig`, "HostConfig")},
	{"kelvin sign", `{"HostConfig":{"NetworKMode":"host"}}`, `{"HostConfig":{"NetworkMode":"host"}}`,
		variant(`HostConfig.Networ\u212aMode`, "NetworkMode")},
	{"a value beside the endpoints", `{"NetworkingConfig":{"agents":{}}}`, `{"NetworkingConfig":{"agents":null}}`,
		refusal.Refusal{Rule: refusal.LegacyField, Field: "NetworkingConfig.agents", Got: "an object", Want: "no such field"}},
	{"endpoints in lower case", `{"NetworkingConfig":{"endpointsconfig":null}}`, `{"NetworkingConfig":{"endpoints":null}}`,
		variant("NetworkingConfig.endpointsconfig", "EndpointsConfig")},
	{"legacy name in lower case", `{"runtime":null}`, `{"Runtime":null}`, variant("runtime", "Runtime")},
	{"Go name of a renamed field", `{"HostConfig":{"NanoCPUs":1}}`, `{"HostConfig":{"NanoCpus":1}}`,
		variant("HostConfig.NanoCPUs", "NanoCpus")},

	// Unknown fields.
	{"unknown", `{"Image":"a","Foo":1}`, `{"Image":"a"}`, unknown("Foo")},
	{"unknown null", `{"HostConfig":{"Foo":null}}`, `{"HostConfig":{"Init":null}}`, unknown("HostConfig.Foo")},
	{"unknown deep", `{"HostConfig":{"Mounts":[{"BindOptions":{"Create":true}}]}}`,
		`{"HostConfig":{"Mounts":[{"BindOptions":{"CreateMountpoint":true}}]}}`,
		unknown("HostConfig.Mounts[0].BindOptions.Create")},
	{"unknown in an empty object", `{"Volumes":{"/data":{"size":1}}}`, `{"Volumes":{"/data":{}}}`, unknown("Volumes./data.size")},
	{"unknown and long", `{"` + strings.Repeat("x", 300) + `":1}`, `{}`, unknown(strings.Repeat("x", 64) + "...")},
	{"embedded type by name", `{"Config":{"Image":"a"}}`, `{"Image":"a"}`, unknown("Config")},
	{"empty key", `{"":1}`, `{}`, unknown(`""`)},

	// Legacy fields: read by engines up to 26.1 at the top, or by API versions of the past.
	{"top-level binds", `{"Binds":["/:/h"]}`, `{"HostConfig":{"Binds":["/:/h"]}}`, legacy("Binds", "a list", "HostConfig.Binds")},
	{"top-level privileged", `{"Privileged":true}`, `{"Privileged":false}`,
		legacy("Privileged", "a boolean", "HostConfig.Privileged")},
	{"top-level runtime", `{"Runtime":"x"}`, `{"Runtime":""}`, legacy("Runtime", "a string", "HostConfig.Runtime")},
	{"top-level memory", `{"Memory":5}`, `{"Memory":0}`, legacy("Memory", "a number", "HostConfig.Memory")},
	{"top-level fraction", `{"CpuShares":0.5}`, `{"CpuShares":0}`, legacy("CpuShares", "a number", "HostConfig.CpuShares")},
	{"top-level log", `{"LogConfig":{"Type":"syslog"}}`, `{"LogConfig":{ }}`,
		legacy("LogConfig", "an object", "HostConfig.LogConfig")},
	{"top-level masked paths", `{"MaskedPaths":[]}`, `{"MaskedPaths":null}`,
		legacy("MaskedPaths", "a list", "HostConfig.MaskedPaths")},
	{"top-level swappiness", `{"MemorySwappiness":0}`, `{"MemorySwappiness":null}`,
		legacy("MemorySwappiness", "a number", "HostConfig.MemorySwappiness")},
	{"top-level cpuset", `{"Cpuset":"0"}`, `{"Cpuset":""}`, legacy("Cpuset", "a string", "HostConfig.CpusetCpus")},
	{"top-level address", `{"MacAddress":"02:42:ac:11:00:02"}`, `{"MacAddress":""}`,
		legacy("MacAddress", "a string", "NetworkingConfig.EndpointsConfig.<network>.MacAddress")},
	{"kernel memory", `{"HostConfig":{"KernelMemory":4096}}`, `{"HostConfig":{"KernelMemory":0,"KernelMemoryTCP":0}}`,
		legacy("HostConfig.KernelMemory", "a number", "HostConfig.Memory")},
	{"exact capabilities", `{"HostConfig":{"Capabilities":["ALL"]}}`, `{"HostConfig":{"Capabilities":[ ]}}`,
		legacy("HostConfig.Capabilities", "a list", "HostConfig.CapAdd and HostConfig.CapDrop")},
	{"lxc", `{"HostConfig":{"LxcConf":[1]}}`, `{"HostConfig":{"LxcConf":[]}}`,
		refusal.Refusal{Rule: refusal.LegacyField, Field: "HostConfig.LxcConf", Got: "a list", Want: "no such field"}},
	{"legacy nothing", `{"Memory":}`, `{"Memory":0}`, malformed("Memory", "an unexpected character at byte 10", "a value")},

	// Kinds. Engines up to 28 take a bare string for these lists.
	{"command", `{"Cmd":"sh -c secret"}`, `{"Cmd":["sh","-c","secret"]}`, malformed("Cmd", "a string", "a list of strings")},
	{"entrypoint", `{"Entrypoint":"sh"}`, `{"Entrypoint":["sh"]}`, malformed("Entrypoint", "a string", "a list of strings")},
	{"shell", `{"Shell":"sh"}`, `{"Shell":["sh"]}`, malformed("Shell", "a string", "a list of strings")},
	{"capability", `{"HostConfig":{"CapAdd":"sys_admin"}}`, `{"HostConfig":{"CapAdd":["sys_admin"]}}`,
		malformed("HostConfig.CapAdd", "a string", "a list of strings")},
	{"dropped capability", `{"HostConfig":{"CapDrop":"ALL"}}`, `{"HostConfig":{"CapDrop":["ALL"]}}`,
		malformed("HostConfig.CapDrop", "a string", "a list of strings")},
	{"string for boolean", `{"HostConfig":{"Privileged":"false"}}`, `{"HostConfig":{"Privileged":false}}`,
		malformed("HostConfig.Privileged", "a string", "true or false")},
	{"object for string", `{"User":{}}`, `{"User":"1001:1001"}`, malformed("User", "an object", "a string")},
	{"object for list", `{"Env":{"API_KEY":"sk-1"}}`, `{"Env":["API_KEY=sk-1"]}`, malformed("Env", "an object", "a list of strings")},
	{"number in a list", `{"Env":["A=b",7]}`, `{"Env":["A=b","7"]}`, malformed("Env[1]", "a number", "a string")},
	{"fraction", `{"HostConfig":{"Memory":1.5}}`, `{"HostConfig":{"Memory":15}}`,
		malformed("HostConfig.Memory", "a number that is no integer literal", "a 64-bit integer")},
	{"exponent", `{"HostConfig":{"Memory":6e7}}`, `{"HostConfig":{"Memory":67}}`,
		malformed("HostConfig.Memory", "a number that is no integer literal", "a 64-bit integer")},
	{"out of range", `{"HostConfig":{"Memory":9223372036854775808}}`, `{"HostConfig":{"Memory":9223372036854775807}}`,
		malformed("HostConfig.Memory", "a number out of range", "a 64-bit integer")},
	{"far out of range", `{"HostConfig":{"Memory":` + strings.Repeat("9", 999) + `}}`, `{"HostConfig":{"Memory":9}}`,
		malformed("HostConfig.Memory", "a number out of range", "a 64-bit integer")},
	{"negative", `{"HostConfig":{"BlkioWeight":-1}}`, `{"HostConfig":{"BlkioWeight":1}}`,
		malformed("HostConfig.BlkioWeight", "a negative number", "a 16-bit integer that is not negative")},
	{"small range", `{"HostConfig":{"BlkioWeight":65536}}`, `{"HostConfig":{"BlkioWeight":65535}}`,
		malformed("HostConfig.BlkioWeight", "a number out of range", "a 16-bit integer that is not negative")},
	{"leading zero", `{"HostConfig":{"Memory":07}}`, `{"HostConfig":{"Memory":7}}`,
		malformed("HostConfig.Memory", "a malformed number", "a 64-bit integer")},
	{"console of three", `{"HostConfig":{"ConsoleSize":[0,0,0]}}`, `{"HostConfig":{"ConsoleSize":[0,0]}}`,
		malformed("HostConfig.ConsoleSize", "a list of 3", "a list of 2 integers")},
	{"address", `{"HostConfig":{"Dns":["1.1.1.1","dns"]}}`, `{"HostConfig":{"Dns":["1.1.1.1","::1"]}}`,
		malformed("HostConfig.Dns[1]", `"dns"`, "an IP address")},
	{"endpoint address", `{"NetworkingConfig":{"EndpointsConfig":{"a":{"MacAddress":"x"}}}}`,
		`{"NetworkingConfig":{"EndpointsConfig":{"a":{"MacAddress":""}}}}`,
		malformed("NetworkingConfig.EndpointsConfig.a.MacAddress", `"x"`, "a MAC address")},
	{"port", `{"HostConfig":{"PortBindings":{"http":[]}}}`, `{"HostConfig":{"PortBindings":{"80/tcp":[]}}}`,
		malformed("HostConfig.PortBindings.http", "a key that is none", "a port and protocol such as 80/tcp")},
	{"empty port", `{"ExposedPorts":{"":{}}}`, `{"ExposedPorts":{}}`,
		malformed(`ExposedPorts.""`, "a key that is none", "a port and protocol such as 80/tcp")},

	// Null entries panic the engine or become values nobody wrote.
	{"null endpoint", `{"NetworkingConfig":{"EndpointsConfig":{"a":null}}}`, `{"NetworkingConfig":{"EndpointsConfig":{"a":{}}}}`,
		malformed("NetworkingConfig.EndpointsConfig.a", "null", "an object")},
	{"null ulimit", `{"HostConfig":{"Ulimits":[null]}}`, `{"HostConfig":{"Ulimits":[{"Name":"core"}]}}`,
		malformed("HostConfig.Ulimits[0]", "null", "an object")},
	{"null capability", `{"HostConfig":{"CapDrop":["ALL",null]}}`, `{"HostConfig":{"CapDrop":["ALL"]}}`,
		malformed("HostConfig.CapDrop[1]", "null", "a string")},

	// One JSON object and nothing else.
	{"null body", `null`, `{}`, malformed("body", "null", "an object")},
	{"list body", `[]`, `{}`, malformed("body", "a list", "an object")},
	{"string body", `"{}"`, `{}`, malformed("body", "a string", "an object")},
	{"no body", ``, ` {} `, malformed("body", "the end of the body", "an object")},
	{"byte order mark", "\xef\xbb\xbf{}", "\r\n{}\t", malformed("body", "a byte order mark", "a JSON object")},
	{"trailing brace", `{}}`, `{}`, malformed("body", "more bytes after the JSON value, at byte 2", "one JSON object and nothing after it")},
	{"second value", `{} {}`, `{} `, malformed("body", "more bytes after the JSON value, at byte 3", "one JSON object and nothing after it")},
	{"trailing nul", "{}\x00", "{}\n", malformed("body", "more bytes after the JSON value, at byte 2", "one JSON object and nothing after it")},
	{"trailing comma", `{"Tty":true,}`, `{"Tty":true}`, malformed("body", "an unexpected character at byte 12", "a key")},
	{"comma in a list", `{"Env":["a",]}`, `{"Env":["a"]}`, malformed("Env[1]", "an unexpected character at byte 12", "a string")},
	{"no comma", `{"Tty":true "Image":""}`, `{"Tty":true,"Image":""}`, malformed("body", "an unexpected character at byte 12", "a comma or }")},
	{"no colon", `{"Tty" true}`, `{"Tty":true}`, malformed("body", "an unexpected character at byte 7", "a colon")},
	{"single quotes", `{'Tty':true}`, `{"Tty":true}`, malformed("body", "an unexpected character at byte 1", "a key")},
	{"cut short", `{"HostConfig":{"Binds":["a`, `{"HostConfig":{"Binds":["a"]}}`,
		malformed("HostConfig.Binds[0]", "the end of the body", "a closing quote")},
	{"half a literal", `{"Tty":tru}`, `{"Tty":true}`, malformed("Tty", "an unexpected character at byte 7", "true")},
	{"long literal", `{"Tty":truee}`, `{"Tty":true}`, malformed("body", "an unexpected character at byte 11", "a comma or }")},
	{"line break in a string", "{\"Image\":\"a\nb\"}", `{"Image":"a\nb"}`,
		malformed("Image", "an unexpected character at byte 11", "an escaped control character")},
	{"bad escape", `{"Image":"\x41"}`, `{"Image":"\u0041"}`, malformed("Image", "an unexpected character at byte 11", "an escape of JSON")},
	{"bad digits", `{"Image":"\u00g1"}`, `{"Image":"\u00e1"}`,
		malformed("Image", "an unexpected character at byte 11", "four hexadecimal digits")},
	{"key not UTF-8", "{\"Labels\":{\"a\xff\":\"\"}}", "{\"Labels\":{\"a\":\"\xff\"}}",
		malformed("Labels", "a key that is not UTF-8", "keys in UTF-8")},
	{"half a pair", `{"Labels":{"\ud83d":""}}`, `{"Labels":{"\ud83d\ude00":""}}`,
		malformed("Labels", "a key with half of a surrogate pair", "keys in UTF-8")},
	{"pair reversed", `{"Labels":{"\ude00\ud83d":""}}`, `{"Labels":{"😀":""}}`,
		malformed("Labels", "a key with half of a surrogate pair", "keys in UTF-8")},

	// Limits.
	{"many binds", `{"HostConfig":{"Binds":[` + strings.Repeat(`"",`, 128) + `""]}}`,
		`{"HostConfig":{"Binds":[` + strings.Repeat(`"",`, 127) + `""]}}`,
		tooLarge("HostConfig.Binds", "more than 128 entries", "at most 128 entries")},
	{"many temporary file systems", `{"HostConfig":{"Tmpfs":{` + manyKeys(129) + `}}}`, `{"HostConfig":{"Tmpfs":{` + manyKeys(128) + `}}}`,
		tooLarge("HostConfig.Tmpfs", "more than 128 entries", "at most 128 entries")},
	// A list inside each entry leaves the bound of the list itself alone.
	{"many mounts", `{"HostConfig":{"Mounts":[` + strings.Repeat(mountWithLabels, 128) + `{}]}}`,
		`{"HostConfig":{"Mounts":[` + strings.Repeat(mountWithLabels, 127) + `{}]}}`,
		tooLarge("HostConfig.Mounts", "more than 128 entries", "at most 128 entries")},
	{"many variables", `{"Env":[` + strings.Repeat(`"",`, 1024) + `""]}`, `{"Env":[` + strings.Repeat(`"",`, 1023) + `""]}`,
		tooLarge("Env", "more than 1024 entries", "at most 1024 entries")},
	{"many labels", `{"Labels":{` + manyKeys(1025) + `}}`, `{"Labels":{` + manyKeys(1024) + `}}`,
		tooLarge("Labels", "more than 1024 entries", "at most 1024 entries")},
	{"many in all", `{"HostConfig":{"Mounts":[` + strings.Repeat(manyOptions, 80) + `{}]}}`,
		`{"HostConfig":{"Mounts":[` + strings.Repeat(manyOptions, 62) + `{}]}}`,
		tooLarge("HostConfig.Mounts[62].TmpfsOptions.Options[64]", "more than 8192 values in the body", "fewer values")},
	{"large", `{"Image":"` + strings.Repeat("x", 2<<20) + `"}`, `{"Image":"` + strings.Repeat("x", 1<<20) + `"}`,
		tooLarge("body", fmt.Sprintf("%d bytes", 2<<20+12), fmt.Sprintf("at most %d bytes", 2<<20))},
}

// manyOptions is a list entry that holds as many values as one list may.
var manyOptions = `{"TmpfsOptions":{"Options":[` + strings.Repeat(`[],`, 127) + `[]]}},`

const mountWithLabels = `{"VolumeOptions":{"Labels":{"a":""}}},`

func manyKeys(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":""`, i)
	}
	return strings.Join(keys, ",")
}

func TestDecodeContainerCreateRefuses(t *testing.T) {
	for _, tc := range containerCreateTable {
		t.Run(tc.name, func(t *testing.T) {
			got, err := body.DecodeContainerCreate([]byte(tc.denied))
			r, ok := errors.AsType[*refusal.Refusal](err)
			if !ok {
				t.Fatalf("got %+v, %v; want a refusal", got, err)
			}
			if *r != tc.want {
				t.Errorf("got  %+v\nwant %+v", *r, tc.want)
			}
			if got != nil {
				t.Errorf("got a request beside the refusal")
			}
			if _, err := body.DecodeContainerCreate([]byte(tc.twin)); err != nil {
				t.Errorf("twin: %v", err)
			}
		})
	}
}

func TestDecodeContainerCreateFillsIn(t *testing.T) {
	want := &container.CreateRequest{
		Config: &container.Config{}, HostConfig: &container.HostConfig{}, NetworkingConfig: &network.NetworkingConfig{},
	}
	for _, given := range []string{
		`{}`, `{"HostConfig":null}`, `{"HostConfig":{},"NetworkingConfig":null}`, `{"Hostname":null,"Env":null,"Cmd":null}`,
		`{"Runtime":null,"VolumeDriver":"","Memory":0,"CpuShares":null,"Binds":[]}`,
	} {
		got, err := body.DecodeContainerCreate([]byte(given))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", given, got, err)
		}
	}
}

func TestDecodeContainerCreateReads(t *testing.T) {
	memory := int64(64)
	got, err := body.DecodeContainerCreate([]byte(`{"User":"1001:1001","Env":["A=\u00e9"],"ExposedPorts":{"80":{}},
		"HostConfig":{"ReadonlyRootfs":true,"Dns":["::1"],"MemorySwappiness":64,"Memory":-1,"Tmpfs":{"/\u0074mp":"size=1"},
		"Mounts":[{"Type":"tmpfs","TmpfsOptions":{"Mode":448,"Options":[["noexec"]]}}]},
		"NetworkingConfig":{"EndpointsConfig":{"agents":{"NetworkID":"x"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &container.CreateRequest{
		Config: &container.Config{
			User: "1001:1001", Env: []string{"A=é"},
			ExposedPorts: network.PortSet{network.MustParsePort("80/tcp"): {}},
		},
		HostConfig: &container.HostConfig{
			ReadonlyRootfs: true, DNS: []netip.Addr{netip.MustParseAddr("::1")}, Tmpfs: map[string]string{"/tmp": "size=1"},
			Resources: container.Resources{MemorySwappiness: &memory, Memory: -1},
		},
		NetworkingConfig: &network.NetworkingConfig{
			EndpointsConfig: map[string]*network.EndpointSettings{"agents": {NetworkID: "x"}},
		},
	}
	want.HostConfig.Mounts = got.HostConfig.Mounts
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if m := got.HostConfig.Mounts; len(m) != 1 || m[0].TmpfsOptions.Mode != 0o700 || m[0].TmpfsOptions.Options[0][0] != "noexec" {
		t.Errorf("mounts: %+v", m)
	}
}

// clientBodies are bodies as docker CLI 20.10.24 and 29.9.3, docker compose 5.6.0 and docker-py 7.1.0 sent them.
func clientBodies(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no bodies match %s: %v", pattern, err)
	}
	bodies := map[string][]byte{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bodies[strings.TrimSuffix(filepath.Base(path), ".json")] = raw
	}
	return bodies
}

func TestClientsPass(t *testing.T) {
	for name, raw := range clientBodies(t, "create/*.json") {
		request, err := body.DecodeContainerCreate(raw)
		if err != nil {
			t.Errorf("create %s: %v", name, err)
			continue
		}
		if request.Config.Image == "" {
			t.Errorf("create %s: no image in %+v", name, request.Config)
		}
	}
	for name, raw := range clientBodies(t, "other/*.json") {
		operation, _, _ := strings.Cut(name, ".")
		if _, err := decoders[operation](raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// decoders reach every decoder but that of container create.
var decoders = map[string]func([]byte) (any, error){
	"network-create":     func(raw []byte) (any, error) { return body.DecodeNetworkCreate(raw) },
	"network-connect":    func(raw []byte) (any, error) { return body.DecodeNetworkConnect(raw) },
	"network-disconnect": func(raw []byte) (any, error) { return body.DecodeNetworkDisconnect(raw) },
	"volume-create":      func(raw []byte) (any, error) { return body.DecodeVolumeCreate(raw) },
	"exec-create":        func(raw []byte) (any, error) { return body.DecodeExecCreate(raw) },
	"exec-start":         func(raw []byte) (any, error) { return body.DecodeExecStart(raw) },
	"container-update":   func(raw []byte) (any, error) { return body.DecodeContainerUpdate(raw) },
}

func TestOtherDecodersRefuse(t *testing.T) {
	for _, tc := range []struct {
		operation, denied, twin string
		want                    refusal.Refusal
	}{
		{"network-create", `{"Name":"a","internal":true}`, `{"Name":"a","Internal":true,"CheckDuplicate":true}`,
			variant("internal", "Internal")},
		{"network-create", `{"CheckDuplicate":"yes"}`, `{"CheckDuplicate":false}`,
			malformed("CheckDuplicate", "a string", "true or false")},
		{"network-create", `{"IPAM":{"Config":[{"Subnet":"10.0.0.0"}]}}`, `{"IPAM":{"Config":[{"Subnet":"10.0.0.0/8","Gateway":null}]}}`,
			malformed("IPAM.Config[0].Subnet", `"10.0.0.0"`, "a subnet in CIDR notation")},
		{"network-connect", `{"Container":"a","EndpointConfig":{"NetworkId":"x"}}`, `{"Container":"a","EndpointConfig":{"NetworkID":"x"}}`,
			variant("EndpointConfig.NetworkId", "NetworkID")},
		{"network-disconnect", `{"Container":"a","Container":"b"}`, `{"Container":"a","Force":true}`, twice("Container")},
		{"volume-create", `{"DriverOpts":{"o":"bind","o":""}}`, `{"DriverOpts":{"o":"bind","O":""}}`, twice("DriverOpts.o")},
		{"exec-create", `{"Cmd":"ls"}`, `{"Cmd":["ls"],"Container":"w","Detach":true}`, malformed("Cmd", "a string", "a list of strings")},
		{"exec-start", `{"Detach":true}]`, `{"Detach":true}`,
			malformed("body", "more bytes after the JSON value, at byte 15", "one JSON object and nothing after it")},
		{"container-update", `{"KernelMemory":1}`, `{"KernelMemory":0,"Memory":1}`, legacy("KernelMemory", "a number", "Memory")},
		{"container-update", `{"Privileged":true}`, `{"RestartPolicy":{"Name":"no"}}`, unknown("Privileged")},
	} {
		_, err := decoders[tc.operation]([]byte(tc.denied))
		if r, ok := errors.AsType[*refusal.Refusal](err); !ok || *r != tc.want {
			t.Errorf("%s %s: got %v\nwant %v", tc.operation, tc.denied, err, &tc.want)
		}
		if _, err := decoders[tc.operation]([]byte(tc.twin)); err != nil {
			t.Errorf("%s %s: %v", tc.operation, tc.twin, err)
		}
	}
}

// A secret in a position that may hold one must not come back in the refusal, whatever is wrong beside it.
func TestRefusalsKeepSecrets(t *testing.T) {
	const canary = "sk-canary"
	for _, given := range []string{
		`{"Env":["A=sk-canary",null]}`, `{"Env":"sk-canary"}`, `{"Cmd":["sk-canary"`, `{"Cmd":"sk-canary"}`,
		`{"Labels":{"a":["sk-canary"]}}`, `{"Labels":{"a":"sk-canary","a":""}}`, `{"Binds":["sk-canary"]}`,
		`{"Foo":"sk-canary"}`, `{"env":["sk-canary"]}`, `{"Env":["sk-canary\x"]}`, `{"Env":["sk-canary"]} sk-canary`,
		`{"HostConfig":{"LogConfig":{"Config":{"splunk-token":["sk-canary"]}}}}`,
	} {
		_, err := body.DecodeContainerCreate([]byte(given))
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, given := range []string{"", "{}", " {}\n", "null", "\n"} {
		if err := body.Empty([]byte(given)); err != nil {
			t.Errorf("%q: %v", given, err)
		}
	}
	for _, given := range []string{`{"Binds":["/:/h"]}`, `{"a":1}`, "[]", "0", "{}     ", "{} x", "\x00"} {
		want := refusal.Refusal{
			Rule: refusal.UnexpectedBody, Field: "body", Got: fmt.Sprintf("%d bytes", len(given)), Want: "no body",
		}
		if r, ok := errors.AsType[*refusal.Refusal](body.Empty([]byte(given))); !ok || *r != want {
			t.Errorf("%q: got %v, want %v", given, r, &want)
		}
	}
}
