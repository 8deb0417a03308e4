package view

import (
	"math"
	"math/bits"
	"slices"

	"github.com/moby/moby/api/types/container"
)

const (
	// defaultShm is the engine's size of /dev/shm (moby daemon/config, DefaultShmSize).
	defaultShm = 64 << 20
	// cpuPeriod is the CFS period in microseconds the engine pairs with NanoCpus, and the kernel with a bare quota.
	cpuPeriod = 100_000
)

// resourcesOf works out the limits the kernel will get from an engine (moby daemon/daemon_unix.go,
// verifyPlatformContainerResources, adaptContainerSettings, getMemoryResources, getCPUResources, getPidsLimit).
func resourcesOf(host *container.HostConfig, kernelMemory int64, engine *Engine) Resources {
	given := &host.Resources
	resources := Resources{
		MemoryReservation: max(given.MemoryReservation, 0),
		KernelMemory:      kernelMemory,
		Swappiness:        given.MemorySwappiness,
		OOMKillDisable:    given.OomKillDisable != nil && *given.OomKillDisable,
		OOMScoreAdj:       int64(host.OomScoreAdj),
		CPUShares:         given.CPUShares,
		CPUSetCPUs:        given.CpusetCpus,
		CPUSetMems:        given.CpusetMems,
		CPURealtime:       given.CPURealtimePeriod != 0 || given.CPURealtimeRuntime != 0,
		Shm:               host.ShmSize,
		BlockIO: given.BlkioWeight != 0 || len(given.BlkioWeightDevice) > 0 || len(given.BlkioDeviceReadBps) > 0 ||
			len(given.BlkioDeviceWriteBps) > 0 || len(given.BlkioDeviceReadIOps) > 0 || len(given.BlkioDeviceWriteIOps) > 0,
		CgroupParent: given.CgroupParent,
		Ulimits:      make([]Ulimit, 0, len(given.Ulimits)),
	}
	if resources.Shm == 0 {
		resources.Shm = defaultShm
	}
	if resources.Swappiness != nil && *resources.Swappiness == -1 {
		resources.Swappiness = nil // fixMemorySwappiness: -1 is the kernel's default
	}
	resources.memory(given, engine.Enforces)
	resources.cpu(given, engine.Enforces)
	if given.PidsLimit != nil && *given.PidsLimit > 0 && engine.Enforces.Pids {
		resources.Pids = *given.PidsLimit
	}
	for _, limit := range given.Ulimits {
		if limit != nil {
			resources.Ulimits = append(resources.Ulimits, Ulimit{Name: limit.Name, Soft: limit.Soft, Hard: limit.Hard})
		}
	}
	slices.SortStableFunc(resources.Ulimits, compareUlimits)
	return resources
}

// memory applies the engine's order: a limit the kernel does not enforce is discarded before the default of twice the
// memory is filled in. Any negative swap value leaves swap unlimited, as the engine then sets none.
func (r *Resources) memory(given *container.Resources, enforces EngineLimits) {
	memory, total := max(given.Memory, 0), given.MemorySwap
	if memory > 0 && !enforces.Memory {
		memory, total = 0, -1
	}
	if memory > 0 && !enforces.Swap {
		total = -1
	}
	if memory > 0 && total == 0 {
		total = math.MaxInt64 // the engine would wrap around to a negative number
		if memory <= math.MaxInt64/2 {
			total = memory * 2
		}
	}
	r.Memory, r.MemorySwap = memory, max(total, -1)
	switch {
	case r.MemorySwap == -1 || memory == 0:
		r.Swap = -1
	default:
		r.Swap = max(r.MemorySwap-memory, 0)
	}
}

// cpu works out quota and period as the engine writes them: NanoCpus rounds down to whole microseconds of quota, a
// period or quota given beside it overrides its part, and a quota of zero or less is no limit. The engine checks only
// positive values for conflict, so NanoCpus with CpuQuota -1 is accepted and unlimited.
func (r *Resources) cpu(given *container.Resources, enforces EngineLimits) {
	period, quota := int64(cpuPeriod), int64(0)
	if given.NanoCPUs != 0 && (given.CPUQuota != 0 || given.CPUPeriod != 0) {
		r.CPUConflict = true
	}
	if given.NanoCPUs < 0 || given.NanoCPUs > math.MaxInt64/cpuPeriod || given.NanoCPUs > 0 && !enforces.CPU {
		r.CPUConflict = true // refused by every engine
		return
	}
	if !enforces.CPU {
		return // period and quota are discarded
	}
	if given.NanoCPUs > 0 {
		quota = given.NanoCPUs * cpuPeriod / 1e9
	}
	if given.CPUPeriod != 0 {
		period = given.CPUPeriod
	}
	if given.CPUQuota != 0 {
		quota = given.CPUQuota
	}
	if period < 1000 || period > 1_000_000 || quota > 0 && quota < 1000 {
		r.CPUConflict = true // outside what engine or kernel take
	}
	if period > 0 && quota > 0 {
		r.NanoCPUs = scaled(quota, period)
	}
}

// scaled is quota/period in billionths, saturating.
func scaled(quota, period int64) int64 {
	high, low := bits.Mul64(uint64(quota), 1e9)
	if high >= uint64(period) {
		return math.MaxInt64
	}
	nano, _ := bits.Div64(high, low, uint64(period))
	return int64(min(nano, math.MaxInt64))
}

func compareUlimits(a, b Ulimit) int {
	switch {
	case a.Name < b.Name:
		return -1
	case a.Name > b.Name:
		return 1
	}
	return 0
}
