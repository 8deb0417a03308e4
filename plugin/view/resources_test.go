package view_test

import (
	"math"
	"testing"

	"github.com/airlock-gate/airlock/plugin/view"
)

// TestResources follows moby daemon/daemon_unix.go: verifyPlatformContainerResources, adaptContainerSettings,
// getMemoryResources, getCPUResources, getPidsLimit.
func TestResources(t *testing.T) {
	const m = 64 << 20
	base := view.Resources{Swap: -1, Shm: 64 << 20, Ulimits: []view.Ulimit{}}
	for _, tc := range []struct {
		name, host string
		engine     func(*view.Engine)
		want       func(*view.Resources)
	}{
		{"nothing asked for", `{}`, nil, nil},
		{"memory brings as much swap", `{"Memory":67108864}`, nil, func(r *view.Resources) {
			r.Memory, r.MemorySwap, r.Swap = m, 2*m, m
		}},
		{"no swap", `{"Memory":67108864,"MemorySwap":67108864}`, nil, func(r *view.Resources) {
			r.Memory, r.MemorySwap, r.Swap = m, m, 0
		}},
		{"unlimited swap", `{"Memory":67108864,"MemorySwap":-1}`, nil, func(r *view.Resources) {
			r.Memory, r.MemorySwap, r.Swap = m, -1, -1
		}},
		{"any negative swap is unlimited", `{"Memory":67108864,"MemorySwap":-7}`, nil, func(r *view.Resources) {
			r.Memory, r.MemorySwap, r.Swap = m, -1, -1
		}},
		{"twice the memory saturates", `{"Memory":9223372036854775807}`, nil, func(r *view.Resources) {
			r.Memory, r.MemorySwap, r.Swap = math.MaxInt64, math.MaxInt64, 0
		}},
		{"memory that the kernel does not enforce", `{"Memory":67108864,"MemorySwap":67108864}`,
			func(e *view.Engine) { e.Enforces.Memory = false }, func(r *view.Resources) { r.MemorySwap = -1 }},
		{"swap that the kernel does not enforce", `{"Memory":67108864,"MemorySwap":67108864}`,
			func(e *view.Engine) { e.Enforces.Swap = false }, func(r *view.Resources) { r.Memory, r.MemorySwap = m, -1 }},
		{"negative memory is none", `{"Memory":-1}`, nil, nil},
		{"reservation, swappiness, OOM", `{"MemoryReservation":1000,"MemorySwappiness":60,"OomKillDisable":true,"OomScoreAdj":-1000}`,
			nil, func(r *view.Resources) {
				r.MemoryReservation, r.Swappiness, r.OOMKillDisable, r.OOMScoreAdj = 1000, ref[int64](60), true, -1000
			}},
		{"swappiness -1 is the default", `{"MemorySwappiness":-1}`, nil, nil},

		{"one CPU", `{"NanoCpus":1000000000}`, nil, func(r *view.Resources) { r.NanoCPUs = 1e9 }},
		{"rounded to microseconds", `{"NanoCpus":1500009999}`, nil, func(r *view.Resources) { r.NanoCPUs = 1500000000 }},
		{"rounded to nothing is unlimited", `{"NanoCpus":9999}`, nil, nil},
		{"below what the kernel takes", `{"NanoCpus":10000}`, nil, func(r *view.Resources) { r.NanoCPUs, r.CPUConflict = 10000, true }},
		{"the least the kernel takes", `{"NanoCpus":10000000}`, nil, func(r *view.Resources) { r.NanoCPUs = 1e7 }},
		{"quota -1 lifts NanoCpus", `{"NanoCpus":1000000000,"CpuQuota":-1}`, nil, func(r *view.Resources) { r.CPUConflict = true }},
		{"quota overrides NanoCpus", `{"NanoCpus":1000000000,"CpuQuota":400000}`, nil, func(r *view.Resources) {
			r.NanoCPUs, r.CPUConflict = 4e9, true
		}},
		{"period overrides NanoCpus", `{"NanoCpus":1000000000,"CpuPeriod":50000}`, nil, func(r *view.Resources) {
			r.NanoCPUs, r.CPUConflict = 2e9, true
		}},
		{"negative NanoCpus", `{"NanoCpus":-1}`, nil, func(r *view.Resources) { r.CPUConflict = true }},
		{"NanoCpus that overflow", `{"NanoCpus":9223372036854775807}`, nil, func(r *view.Resources) { r.CPUConflict = true }},
		{"quota without period", `{"CpuQuota":50000}`, nil, func(r *view.Resources) { r.NanoCPUs = 5e8 }},
		{"quota and period", `{"CpuQuota":50000,"CpuPeriod":25000}`, nil, func(r *view.Resources) { r.NanoCPUs = 2e9 }},
		{"huge quota saturates", `{"CpuQuota":9223372036854775807,"CpuPeriod":1000}`, nil, func(r *view.Resources) {
			r.NanoCPUs = math.MaxInt64
		}},
		{"quota -1", `{"CpuQuota":-1}`, nil, nil},
		{"period alone", `{"CpuPeriod":25000}`, nil, nil},
		{"quota too small", `{"CpuQuota":999}`, nil, func(r *view.Resources) { r.NanoCPUs, r.CPUConflict = 9990000, true }},
		{"period out of range", `{"CpuQuota":5000,"CpuPeriod":999}`, nil, func(r *view.Resources) {
			r.NanoCPUs, r.CPUConflict = 5005005005, true
		}},
		{"quota that the kernel does not enforce", `{"CpuQuota":50000}`, func(e *view.Engine) { e.Enforces.CPU = false }, nil},
		{"NanoCpus that the kernel does not enforce", `{"NanoCpus":1000000000}`, func(e *view.Engine) { e.Enforces.CPU = false },
			func(r *view.Resources) { r.CPUConflict = true }},
		{"shares, sets, realtime", `{"CpuShares":2,"CpusetCpus":"0","CpusetMems":"1","CpuRealtimeRuntime":1}`, nil,
			func(r *view.Resources) { r.CPUShares, r.CPUSetCPUs, r.CPUSetMems, r.CPURealtime = 2, "0", "1", true }},

		{"pids", `{"PidsLimit":100}`, nil, func(r *view.Resources) { r.Pids = 100 }},
		{"pids 0", `{"PidsLimit":0}`, nil, nil},
		{"pids -1", `{"PidsLimit":-1}`, nil, nil},
		{"pids null", `{"PidsLimit":null}`, nil, nil},
		{"pids that the kernel does not enforce", `{"PidsLimit":100}`, func(e *view.Engine) { e.Enforces.Pids = false }, nil},

		{"shared memory", `{"ShmSize":97000000000}`, nil, func(r *view.Resources) { r.Shm = 97000000000 }},
		{"block IO", `{"BlkioDeviceReadBps":[{"Path":"/dev/sda","Rate":1}]}`, nil, func(r *view.Resources) { r.BlockIO = true }},
		{"cgroup parent", `{"CgroupParent":"/../.."}`, nil, func(r *view.Resources) { r.CgroupParent = "/../.." }},
		{"ulimits by name", `{"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2},null,{"Name":"core","Soft":-1,"Hard":-1}]}`, nil,
			func(r *view.Resources) {
				r.Ulimits = []view.Ulimit{{Name: "core", Soft: -1, Hard: -1}, {Name: "nofile", Soft: 1, Hard: 2}}
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine, want := enforcing(), base
			if tc.engine != nil {
				tc.engine(engine)
			}
			if tc.want != nil {
				tc.want(&want)
			}
			same(t, host(t, tc.host, engine).Resources, want)
		})
	}
}

// An engine nobody asked enforces nothing, so no limit counts.
func TestResourcesOfAnUnknownEngine(t *testing.T) {
	got := host(t, `{"Memory":67108864,"CpuQuota":50000,"PidsLimit":100}`, nil).Resources
	same(t, got, view.Resources{MemorySwap: -1, Swap: -1, Shm: 64 << 20, Ulimits: []view.Ulimit{}})
}
