package body_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// swarmDecoders reach every decoder of a swarm.
var swarmDecoders = map[string]func([]byte) (any, error){
	"service":       func(raw []byte) (any, error) { return body.DecodeService(raw) },
	"secret-create": func(raw []byte) (any, error) { return body.DecodeSecret(raw) },
	"config-create": func(raw []byte) (any, error) { return body.DecodeConfig(raw) },
	"node-update":   func(raw []byte) (any, error) { return body.DecodeNode(raw) },
	"swarm-init":    func(raw []byte) (any, error) { return body.DecodeSwarmInit(raw) },
	"swarm-unlock":  func(raw []byte) (any, error) { return body.DecodeSwarmUnlock(raw) },
}

// Bodies as docker CLI 20.10.24, 28.2.2 and 29.9.3 sent them.
func TestSwarmClientsPass(t *testing.T) {
	for name, raw := range clientBodies(t, "swarm/*.json") {
		operation, _, _ := strings.Cut(name, ".")
		if _, err := swarmDecoders[operation](raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSwarmDecodersRefuse(t *testing.T) {
	container := func(fields string) string { return `{"TaskTemplate":{"ContainerSpec":{` + fields + `}}}` }
	const spec = "TaskTemplate.ContainerSpec."
	for _, tc := range []struct {
		operation, denied, twin string
		want                    refusal.Refusal
	}{
		{"service", `{"Networks":[{"Target":"host"}]}`, `{"Networks":[],"TaskTemplate":{"Networks":[{"Target":"host"}]}}`,
			legacy("Networks", "a list", "TaskTemplate.Networks")},
		{"service", `{"taskTemplate":{}}`, `{"TaskTemplate":{}}`, variant("taskTemplate", "TaskTemplate")},
		{"service", `{"TaskTemplate":{},"TaskTemplate":{}}`, `{"TaskTemplate":null}`, twice("TaskTemplate")},
		{"service", container(`"Privileged":true`), container(`"ReadOnly":true`), unknown(spec + "Privileged")},
		{"service", container(`"Secrets":[null]`), container(`"Secrets":[{"SecretID":"x"}]`),
			malformed(spec+"Secrets[0]", "null", "an object")},
		{"service", container(`"Privileges":{"Seccomp":{"Profile":"{}"}}`), container(`"Privileges":{"Seccomp":{"Profile":"e30="}}`),
			malformed(spec+"Privileges.Seccomp.Profile", "a string that is no base64", "a string in base64")},
		{"service", container(`"Privileges":{"Seccomp":{"Profile":[123,125]}}`), container(`"Privileges":{"Seccomp":{"Profile":""}}`),
			malformed(spec+"Privileges.Seccomp.Profile", "a list", "a string in base64")},
		{"service", container(`"Privileges":{"Seccomp":{"Profile":"e3\u0030="}}`), container(`"Privileges":{"Seccomp":{"Profile":null}}`),
			malformed(spec+"Privileges.Seccomp.Profile", "a string that is no base64", "a string in base64")},
		{"service", `{"UpdateConfig":{"MaxFailureRatio":1e99}}`, `{"UpdateConfig":{"MaxFailureRatio":0.5}}`,
			malformed("UpdateConfig.MaxFailureRatio", "a number out of range", "a number")},
		{"service", `{"UpdateConfig":{"MaxFailureRatio":01.5}}`, `{"UpdateConfig":{"MaxFailureRatio":1e-3}}`,
			malformed("UpdateConfig.MaxFailureRatio", "a malformed number", "a number")},
		{"service", `{"UpdateConfig":{"MaxFailureRatio":"1"}}`, `{"UpdateConfig":{"MaxFailureRatio":-0}}`,
			malformed("UpdateConfig.MaxFailureRatio", "a string", "a number")},
		{"service", `{"Mode":{"Replicated":{"Replicas":-1}}}`, `{"Mode":{"Replicated":{"Replicas":1}}}`,
			malformed("Mode.Replicated.Replicas", "a negative number", "a 64-bit integer that is not negative")},
		{"secret-create", `{"Name":"a","Data":"sk-canary!"}`, `{"Name":"a","Data":"c2stY2FuYXJ5"}`,
			malformed("Data", "a string that is no base64", "a string in base64")},
		{"secret-create", `{"Name":"a","data":"c2stY2FuYXJ5"}`, `{"Name":"a"}`, variant("data", "Data")},
		{"config-create", `{"Name":"a","Driver":{}}`, `{"Name":"a","Templating":{"Name":"golang"}}`, unknown("Driver")},
		{"node-update", `{"role":"manager"}`, `{"Role":"manager","Availability":"drain"}`, variant("role", "Role")},
		{"swarm-init", `{"ListenAddress":"x"}`, `{"ListenAddr":"127.0.0.1:2377","Spec":{"CAConfig":{}},"DefaultAddrPool":["10.0.0.0/8"]}`,
			unknown("ListenAddress")},
		{"swarm-unlock", `{"Key":"x"}`, `{"UnlockKey":"SWMKEY-1-x"}`, unknown("Key")},
	} {
		_, err := swarmDecoders[tc.operation]([]byte(tc.denied))
		if r, ok := errors.AsType[*refusal.Refusal](err); !ok || *r != tc.want {
			t.Errorf("%s %s: got %v\nwant %v", tc.operation, tc.denied, err, &tc.want)
		}
		if _, err := swarmDecoders[tc.operation]([]byte(tc.twin)); err != nil {
			t.Errorf("%s %s: %v", tc.operation, tc.twin, err)
		}
	}
}

// A secret must not come back in the refusal, whatever is wrong with it or beside it.
func TestSwarmRefusalsKeepSecrets(t *testing.T) {
	const canary = "sk-canary"
	for operation, bodies := range map[string][]string{
		"secret-create": {`{"Data":"sk-canary"}`, `{"Data":["sk-canary"]}`, `{"data":"sk-canary"}`, `{"Data":"","Data":"sk-canary"}`,
			`{"Data":"sk-canary`, `{"Name":"a"}sk-canary`, `{"Labels":["sk-canary"]}`, `{"Driver":{"Options":{"token":["sk-canary"]}}}`},
		"config-create": {`{"Data":"sk-canary"}`, `{"Data":{"a":"sk-canary"}}`},
		"swarm-unlock":  {`{"UnlockKey":["sk-canary"]}`, `{"unlockKey":"sk-canary"}`},
		"service":       {`{"TaskTemplate":{"ContainerSpec":{"Env":"sk-canary"}}}`, `{"TaskTemplate":{"ContainerSpec":{"Args":["sk-canary"`},
	} {
		for _, given := range bodies {
			if _, err := swarmDecoders[operation]([]byte(given)); err == nil || strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %v", given, err)
			}
		}
	}
}

// oldService is what engines up to the newest decode a service into; below API 1.44 the second list of networks counts
// when the first is empty.
type oldService struct {
	swarm.ServiceSpec
	Networks []swarm.NetworkAttachmentConfig `json:",omitempty"`
}

func FuzzService(f *testing.F) {
	for name, raw := range clientBodies(f, "swarm/*.json") {
		if strings.HasPrefix(name, "service.") {
			f.Add(raw)
		}
	}
	for _, given := range []string{
		`{"Networks":[{"Target":"host"}],"TaskTemplate":{"networks":[]}}`,
		`{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"bind"}]}},"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Target":"/x"}]}}}`,
		`{"TaskTemplate":{"ContainerSpec":{"Privileges":{"Seccomp":{"Mode":"custom","Profile":[1,2]}}}}}`,
		`{"TaskTemplate":{"Runtime":"plugin","PluginSpec":{"name":"x","Privileges":[null]}}}`,
		`{"UpdateConfig":{"MaxFailureRatio":1e39}}`, `{"TaskTemplate":{"Reſources":{}}}`,
	} {
		f.Add([]byte(given))
	}
	f.Fuzz(checkService)
}

// checkService holds a body against the decoder of the engines.
func checkService(t *testing.T, raw []byte) {
	t.Helper()
	got, err := body.DecodeService(raw)
	if err != nil {
		r, ok := errors.AsType[*refusal.Refusal](err)
		if !ok || got != nil || r.Rule == "" || r.Field == "" || r.Got == "" || r.Want == "" {
			t.Fatalf("no whole refusal: %+v, %v", got, err)
		}
		if r.Got == "a value the engine's decoder refuses" {
			t.Fatalf("the scan admitted what the decoder refuses: %v", err)
		}
		return
	}
	var engine oldService
	if err := json.Unmarshal(raw, &engine); err != nil {
		t.Fatalf("admitted, but the engine refuses: %v", err)
	}
	if len(engine.Networks) > 0 {
		t.Fatalf("an API below 1.44 reads %+v", engine.Networks)
	}
	if engine.TaskTemplate.ContainerSpec == nil {
		engine.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{}
	}
	if !reflect.DeepEqual(got, &engine.ServiceSpec) {
		t.Fatalf("got %+v, the engine sees %+v", got, engine.ServiceSpec)
	}
}

// TestServiceAgainstEngines puts the parts of real services together again in the ways decoders disagree about.
func TestServiceAgainstEngines(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var pool []member
	var collect func(raw []byte)
	collect = func(raw []byte) {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return
		}
		for key, value := range object {
			pool = append(pool, member{key, string(value)})
			collect(value)
		}
	}
	for name, raw := range clientBodies(t, "swarm/*.json") {
		if strings.HasPrefix(name, "service.") {
			collect(raw)
		}
	}
	slices.SortFunc(pool, func(a, b member) int { return strings.Compare(a.key+a.value, b.key+b.value) })
	pool = slices.Compact(pool)
	admitted := 0
	for range 30000 {
		given := `{"TaskTemplate":{"ContainerSpec":{` + mixed(random, pool, 3) + `}}}`
		switch random.IntN(3) {
		case 0:
			given = "{" + mixed(random, pool, 3) + "}"
		case 1:
			given = `{"TaskTemplate":{` + mixed(random, pool, 3) + `}}`
		}
		if _, err := body.DecodeService([]byte(given)); err == nil {
			admitted++
		}
		checkService(t, []byte(given))
	}
	if admitted < 300 {
		t.Errorf("%d bodies admitted: the comparison says little", admitted)
	}
}
