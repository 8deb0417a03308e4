package body_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/moby/moby/api/types/container"
)

func benchmarkShape(t testing.TB) *body.Shape {
	t.Helper()
	shape, err := body.NewShape(reflect.TypeFor[container.CreateRequest]())
	if err != nil {
		t.Fatal(err)
	}
	return shape
}

// agentBody is a create body of about 4 KB, as the CLI writes it for a container with sixteen variables and labels.
func agentBody(t testing.TB) []byte {
	t.Helper()
	var request container.CreateRequest
	if err := json.Unmarshal(clientBodies(t, "create/compose-29-proxy.json")["compose-29-proxy"], &request); err != nil {
		t.Fatal(err)
	}
	for i := range 16 {
		request.Env = append(request.Env, fmt.Sprintf("VARIABLE_%d=some ordinary value", i))
	}
	raw, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func BenchmarkScan(b *testing.B) {
	raw, shape := agentBody(b), benchmarkShape(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := body.Scan(raw, shape, body.DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeContainerCreate(b *testing.B) {
	raw := agentBody(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := body.DecodeContainerCreate(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnmarshal is the engine's own decoding, to compare with.
func BenchmarkUnmarshal(b *testing.B) {
	raw := agentBody(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		var request container.CreateRequest
		if err := json.Unmarshal(raw, &request); err != nil {
			b.Fatal(err)
		}
	}
}

func TestScanAllocates(t *testing.T) {
	shape := benchmarkShape(t)
	for _, tc := range []struct {
		name    string
		given   []byte
		ceiling float64
	}{
		{"ordinary body", agentBody(t), 4}, // its one DNS server is parsed
		{"no address", []byte(`{"Image":"a","Env":["A=b"],"Labels":{"a":"b"},"HostConfig":{"Binds":["a:/b"],"Memory":268435456}}`), 1},
	} {
		got := testing.AllocsPerRun(50, func() {
			if err := body.Scan(tc.given, shape, body.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		})
		if got > tc.ceiling {
			t.Errorf("%s: %v allocations, ceiling %v", tc.name, got, tc.ceiling)
		}
	}
}

// What a body costs is bounded before it is understood: 4 MiB of anything allocate little more than a body that fits.
func TestHostileBodiesAllocateLittle(t *testing.T) {
	const size = 4<<20 - 100
	fill := func(prefix, unit, suffix string) []byte {
		return []byte(prefix + strings.Repeat(unit, (size-len(prefix)-len(suffix))/len(unit)) + suffix)
	}
	key := strings.Repeat("k", 1<<20)
	for _, tc := range []struct {
		name    string
		given   []byte
		ceiling uint64 // bytes
	}{
		{"many binds", fill(`{"HostConfig":{"Binds":[`, `"/data/a:/data/b:ro,nosuid",`, `"a"]}}`), 16 << 10},
		{"deep lists", fill(`{"HostConfig":{"Mounts":[{"TmpfsOptions":{"Options":[`, `[`, ``), 16 << 10},
		{"deep objects", fill(``, `{"HostConfig":`, `{}`), 16 << 10},
		{"many lists", fill(`{"HostConfig":{"Mounts":[`, `{"TmpfsOptions":{"Options":[[],[]]}},`, `{}]}}`), 16 << 10},
		{"many keys", fill(`{"Labels":{`, `"a":"",`, `"b":""}}`), 1 << 20},
		{"long key", []byte(`{"Labels":{"` + key + key + key + `":""},"x":1}`), 16 << 10},
		{"long unknown key", []byte(`{"` + key + key + key + `":1}`), 24 << 20},
		{"long escaped key", []byte(`{"Labels":{"\u0061` + key + key + key + `":""},"x":1}`), 24 << 20},
		{"long number", fill(`{"HostConfig":{"Memory":1`, `0`, `}}`), 16 << 10},
		{"long address", fill(`{"HostConfig":{"Dns":["`, `1`, `"]}}`), 24 << 20},
		{"white space", fill(`{`, ` `, ``), 16 << 10},
		{"too large", []byte(strings.Repeat("[", 5<<20)), 16 << 10},
	} {
		if _, err := body.DecodeContainerCreate(tc.given); err == nil {
			t.Errorf("%s: admitted", tc.name)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := body.DecodeContainerCreate(tc.given)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > tc.ceiling {
			t.Errorf("%s: %d bytes allocated, ceiling %d (%v)", tc.name, got, tc.ceiling, err)
		}
		if err != nil && len(err.Error()) > 1<<10 {
			t.Errorf("%s: a message of %d bytes", tc.name, len(err.Error()))
		}
	}
}
