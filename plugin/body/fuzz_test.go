package body_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/refusal"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// oldCreate is what engines up to 26.1 decode a create body into: a second HostConfig is embedded at the top.
type oldCreate struct {
	*OldConfig
	Inner            *OldHostConfig `json:"HostConfig,omitempty"`
	Cpuset           string         `json:",omitempty"`
	NetworkingConfig *oldNetworking `json:"NetworkingConfig,omitempty"`
	*OldHostConfig                  // read when Inner is absent
}

type OldConfig struct {
	User, Image, MacAddress string
	Env, Cmd, Entrypoint    []string
	Healthcheck             *struct{ Test []string }
	Volumes                 map[string]struct{}
}

type oldNetworking struct {
	EndpointsConfig map[string]*struct {
		NetworkID, IPAddress, MacAddress string
		Links, Aliases                   []string
		DriverOpts                       map[string]string
	}
}

type OldHostConfig struct {
	Binds, VolumesFrom, CapAdd, CapDrop, Capabilities, Dns, ExtraHosts, GroupAdd, Links, SecurityOpt []string
	MaskedPaths, ReadonlyPaths, DeviceCgroupRules                                                    []string
	NetworkMode, VolumeDriver, CgroupnsMode, IpcMode, Cgroup, PidMode, UTSMode, UsernsMode           string
	Runtime, Isolation, CgroupParent, CpusetCpus                                                     string
	Privileged, PublishAllPorts, ReadonlyRootfs                                                      bool
	StorageOpt, Tmpfs, Sysctls                                                                       map[string]string
	LogConfig                                                                                        container.LogConfig
	RestartPolicy                                                                                    container.RestartPolicy
	Memory, MemorySwap, NanoCpus, CpuQuota, CpuPeriod, CpuShares, KernelMemory, ShmSize              int64
	MemorySwappiness, PidsLimit                                                                      *int64
	OomKillDisable, Init                                                                             *bool
	Devices                                                                                          []container.DeviceMapping
	Ulimits                                                                                          []*container.Ulimit
	Mounts                                                                                           []oldMount
}

type oldMount struct {
	Type, Source, Target string
	ReadOnly             bool
	BindOptions          *struct{ Propagation string }
	VolumeOptions        *struct {
		DriverConfig *struct {
			Name    string
			Options map[string]string
		}
	}
	TmpfsOptions *struct{ SizeBytes int64 }
}

// project re-reads a value that was admitted as an older type: the fields both know, as the older engine sees them.
func project[T any](t *testing.T, from any) *T {
	t.Helper()
	raw, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	to := new(T)
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return to
}

// isMeaningless reports whether a top-level HostConfig says no more than an absent one. Empty lists and maps say
// nothing, but for the paths, where an empty list lifts the default.
func isMeaningless(old *OldHostConfig) bool {
	if old == nil {
		return true
	}
	v := reflect.ValueOf(*old)
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		empty := (f.Kind() == reflect.Slice || f.Kind() == reflect.Map) && f.Len() == 0
		if name == "MaskedPaths" || name == "ReadonlyPaths" {
			empty = f.IsNil()
		}
		if name == "LogConfig" {
			empty = f.Field(0).IsZero() && f.Field(1).Len() == 0
		}
		if !empty && !f.IsZero() {
			return false
		}
	}
	return true
}

func FuzzContainerCreate(f *testing.F) {
	for _, raw := range clientBodies(f, "create/*.json") {
		f.Add(raw)
	}
	for _, tc := range containerCreateTable {
		if len(tc.denied)+len(tc.twin) < 1000 {
			f.Add([]byte(tc.denied))
			f.Add([]byte(tc.twin))
		}
	}
	f.Fuzz(checkAgainstEngines)
}

// TestMirrorReads proves that the old engine's type reads what it stands for: without it the comparison would be idle.
func TestMirrorReads(t *testing.T) {
	for name, raw := range clientBodies(t, "create/*.json") {
		var old oldCreate
		if err := json.Unmarshal(raw, &old); err != nil || old.OldConfig == nil || old.Image == "" {
			t.Errorf("%s: %v, %+v", name, err, old)
		}
	}
	var old oldCreate
	if err := json.Unmarshal([]byte(`{"Privileged":true,"binds":["/:/h"]}`), &old); err != nil || !old.Privileged ||
		isMeaningless(old.OldHostConfig) {
		t.Errorf("%v, %+v", err, old.OldHostConfig)
	}
}

// TestAgainstEngines takes the bodies of real clients apart and puts them together again in the ways decoders disagree
// about, and compares each with what the engines see.
func TestAgainstEngines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var pool []member
	for _, raw := range clientBodies(t, "create/*.json") {
		pool = append(pool, members(t, raw)...)
	}
	slices.SortFunc(pool, func(a, b member) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.value, b.value)) })
	pool = slices.Compact(pool)
	admitted := 0
	for range 30000 {
		build := func(n int) string { return "{" + mixed(random, pool, n) + "}" }
		given := build(4)
		if random.IntN(2) == 0 {
			given = strings.TrimSuffix(given, "}")
			if given != "{" {
				given += ","
			}
			given += `"HostConfig":` + build(5) + "}"
		}
		if _, err := body.DecodeContainerCreate([]byte(given)); err == nil {
			admitted++
		}
		checkAgainstEngines(t, []byte(given))
	}
	if admitted < 300 {
		t.Errorf("%d bodies admitted: the comparison says little", admitted)
	}
}

type member struct{ key, value string }

// odd are values that belong in few places.
var odd = []string{
	`null`, `0`, `""`, `[]`, `{}`, `false`, `true`, `1`, `"host"`, `["/:/h"]`, `[null]`, `{"a":null}`, `-1`, `1e3`, `"e30="`,
}

// mixed joins fewer than n members as they may stand in one object, some of them bent: in other letters, with an odd
// value, or twice.
func mixed(random *rand.Rand, pool []member, n int) string {
	var parts []string
	for range random.IntN(n) {
		m := pool[random.IntN(len(pool))]
		switch random.IntN(12) {
		case 0:
			m.key = strings.ToLower(m.key)
		case 1:
			m.value = odd[random.IntN(len(odd))]
		case 2:
			parts = append(parts, strconv.Quote(m.key)+":"+odd[random.IntN(len(odd))])
		case 3:
			m.key = strings.Replace(m.key, "s", "ſ", 1)
		}
		parts = append(parts, strconv.Quote(m.key)+":"+m.value)
	}
	return strings.Join(parts, ",")
}

// members returns the members of an object and of the objects in it.
func members(t *testing.T, raw []byte) []member {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	var all []member
	for key, value := range object {
		all = append(all, member{key, string(value)})
		if key == "HostConfig" {
			all = append(all, members(t, value)...)
		}
	}
	return all
}

// checkAgainstEngines holds a body against the decoders of the newest and an old engine.
func checkAgainstEngines(t *testing.T, raw []byte) {
	t.Helper()
	got, err := body.DecodeContainerCreate(raw)
	again, errAgain := body.DecodeContainerCreate(raw)
	if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(err, errAgain) {
		t.Fatalf("twice: %+v, %v and %+v, %v", got, err, again, errAgain)
	}
	if err != nil {
		r, ok := errors.AsType[*refusal.Refusal](err)
		if !ok || got != nil || r.Rule == "" || r.Field == "" || r.Got == "" || r.Want == "" {
			t.Fatalf("no whole refusal: %+v, %v", got, err)
		}
		return
	}
	if len(got.HostConfig.Ulimits) > 0 && got.HostConfig.Ulimits[0] == nil {
		t.Fatal("a nil entry")
	}

	// The newest engine.
	var newest container.CreateRequest
	if err := json.Unmarshal(raw, &newest); err != nil {
		t.Fatalf("admitted, but the engine refuses: %v", err)
	}
	if newest.Config == nil {
		newest.Config = &container.Config{}
	}
	if newest.HostConfig == nil {
		newest.HostConfig = &container.HostConfig{}
	}
	if newest.NetworkingConfig == nil {
		newest.NetworkingConfig = &network.NetworkingConfig{}
	}
	if !reflect.DeepEqual(got, &newest) {
		t.Fatalf("got %+v, the engine sees %+v", got, newest)
	}

	// The oldest engine, which reads more places and fewer fields. Values it cannot read it refuses itself.
	var old oldCreate
	if json.Unmarshal(raw, &old) != nil {
		return
	}
	if !isMeaningless(old.OldHostConfig) || old.Cpuset != "" {
		t.Fatalf("an old engine reads a top-level host configuration: %+v", old.OldHostConfig)
	}
	if old.OldConfig != nil && old.MacAddress != "" {
		t.Fatalf("an old engine reads an address: %s", old.MacAddress)
	}
	seen := old.Inner
	if seen == nil {
		seen = &OldHostConfig{}
	}
	if len(seen.Capabilities) != 0 || seen.KernelMemory != 0 {
		t.Fatalf("an old engine reads a legacy field: %+v", seen)
	}
	seen.Capabilities = nil
	want := project[OldHostConfig](t, got.HostConfig)
	want.Dns = seen.Dns // spelled as given there, parsed here; both come from one list
	if a, b := normal(t, want), normal(t, seen); a != b {
		t.Fatalf("got %s, an old engine sees %s", a, b)
	}
	if len(seen.Dns) != len(got.HostConfig.DNS) {
		t.Fatalf("got %v, an old engine sees %v", got.HostConfig.DNS, seen.Dns)
	}
	if old.NetworkingConfig != nil {
		for name, endpoint := range old.NetworkingConfig.EndpointsConfig {
			ours := got.NetworkingConfig.EndpointsConfig[name]
			if ours == nil || endpoint == nil || ours.NetworkID != endpoint.NetworkID ||
				!reflect.DeepEqual(ours.Aliases, endpoint.Aliases) || !reflect.DeepEqual(ours.DriverOpts, endpoint.DriverOpts) {
				t.Fatalf("got %+v, an old engine sees %+v", ours, endpoint)
			}
		}
	}
}

// normal is the JSON of a host configuration with empty lists and maps made absent, except where that differs.
func normal(t *testing.T, config *OldHostConfig) string {
	t.Helper()
	masked, readonly := config.MaskedPaths, config.ReadonlyPaths
	drop(reflect.ValueOf(config).Elem())
	config.MaskedPaths, config.ReadonlyPaths = masked, readonly
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// drop sets every empty list and map inside a value to nil.
func drop(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			drop(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			drop(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			drop(v.Index(i))
		}
		if v.Len() == 0 {
			v.SetZero()
		}
	case reflect.Map:
		if v.Len() == 0 {
			v.SetZero()
		}
	}
}
