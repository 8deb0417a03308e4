package view

import (
	"cmp"

	"github.com/moby/moby/api/types/container"
)

// overlay changes a stored configuration as an update does: zero, empty and absent leave a value as it is (moby
// container/container_unix.go, UpdateContainer; the same fields on every engine since 20.10). The engine refuses some
// combinations, which is no reason to read them otherwise. Package body refuses what no update changes.
func overlay(stored *container.HostConfig, update *container.UpdateConfig) {
	to, from := &stored.Resources, &update.Resources
	to.BlkioWeight = cmp.Or(from.BlkioWeight, to.BlkioWeight)
	to.CPUShares = cmp.Or(from.CPUShares, to.CPUShares)
	to.NanoCPUs = cmp.Or(from.NanoCPUs, to.NanoCPUs)
	to.CPUPeriod = cmp.Or(from.CPUPeriod, to.CPUPeriod)
	to.CPUQuota = cmp.Or(from.CPUQuota, to.CPUQuota)
	to.CpusetCpus = cmp.Or(from.CpusetCpus, to.CpusetCpus)
	to.CpusetMems = cmp.Or(from.CpusetMems, to.CpusetMems)
	to.Memory = cmp.Or(from.Memory, to.Memory)
	to.MemorySwap = cmp.Or(from.MemorySwap, to.MemorySwap)
	to.MemoryReservation = cmp.Or(from.MemoryReservation, to.MemoryReservation)
	to.CPURealtimePeriod = cmp.Or(from.CPURealtimePeriod, to.CPURealtimePeriod)
	to.CPURealtimeRuntime = cmp.Or(from.CPURealtimeRuntime, to.CPURealtimeRuntime)
	to.PidsLimit = cmp.Or(from.PidsLimit, to.PidsLimit)
	if update.RestartPolicy.Name != "" {
		stored.RestartPolicy = update.RestartPolicy
	}
}
