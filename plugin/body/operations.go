package body

import (
	"reflect"
	"slices"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// Shapes of the smaller bodies, each the union of engines from 20.10 to the newest.
var (
	networkCreateShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[network.CreateRequest](),
			// Asks engines up to 24 to refuse a second network of the same name, as newer ones always do.
			Extra{Name: "CheckDuplicate", Inert: reflect.TypeFor[bool]()})
	})
	networkConnectShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[network.ConnectRequest]())
	})
	networkDisconnectShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[network.DisconnectRequest]())
	})
	volumeCreateShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[volume.CreateRequest]())
	})
	execCreateShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[container.ExecCreateRequest](),
			// Sent by docker CLI up to 25; what counts is Detach in the body of exec start.
			Extra{Name: "Detach", Inert: reflect.TypeFor[bool]()},
			// Sent by docker-py; the engine takes the container from the path.
			Extra{Name: "Container", Inert: reflect.TypeFor[string]()})
	})
	execStartShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[container.ExecStartRequest]())
	})
	containerUpdateShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[container.UpdateConfig](),
			Extra{Name: "KernelMemory", Want: "Memory"}, Extra{Name: "KernelMemoryTCP", Want: "Memory"})
	})
)

// DecodeNetworkCreate reads the body of POST /networks/create.
func DecodeNetworkCreate(raw []byte) (*network.CreateRequest, error) {
	return Decode[network.CreateRequest](raw, networkCreateShape())
}

// DecodeNetworkConnect reads the body of POST /networks/{id}/connect. EndpointConfig is nil when the request has none.
func DecodeNetworkConnect(raw []byte) (*network.ConnectRequest, error) {
	return Decode[network.ConnectRequest](raw, networkConnectShape())
}

// DecodeNetworkDisconnect reads the body of POST /networks/{id}/disconnect.
func DecodeNetworkDisconnect(raw []byte) (*network.DisconnectRequest, error) {
	return Decode[network.DisconnectRequest](raw, networkDisconnectShape())
}

// DecodeVolumeCreate reads the body of POST /volumes/create.
func DecodeVolumeCreate(raw []byte) (*volume.CreateRequest, error) {
	return Decode[volume.CreateRequest](raw, volumeCreateShape())
}

// DecodeExecCreate reads the body of POST /containers/{name}/exec.
func DecodeExecCreate(raw []byte) (*container.ExecCreateRequest, error) {
	return Decode[container.ExecCreateRequest](raw, execCreateShape())
}

// DecodeExecStart reads the body of POST /exec/{name}/start.
func DecodeExecStart(raw []byte) (*container.ExecStartRequest, error) {
	return Decode[container.ExecStartRequest](raw, execStartShape())
}

// DecodeContainerUpdate reads the body of POST /containers/{name}/update. What no update changes has no value: clients
// send every limit there is, and fill in those that were asked for.
func DecodeContainerUpdate(raw []byte) (*container.UpdateConfig, error) {
	update, err := Decode[container.UpdateConfig](raw, containerUpdateShape())
	if err != nil {
		return nil, err
	}
	given := reflect.ValueOf(update.Resources)
	for _, f := range reflect.VisibleFields(given.Type()) {
		value := given.FieldByIndex(f.Index)
		if slices.Contains(updatable, f.Name) || value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		return nil, &refusal.Refusal{
			Rule: refusal.UnknownField, Field: place(jsonName(f)), Got: "a value", Want: "none: no update changes it",
		}
	}
	return update, nil
}

// updatable are the resources an update changes, on every engine since 20.10 (moby container/container_unix.go,
// UpdateContainer). The newest also change the rates of block devices, at API 1.55 and newer.
var updatable = []string{
	"BlkioWeight", "CPUPeriod", "CPUQuota", "CPURealtimePeriod", "CPURealtimeRuntime", "CPUShares", "CpusetCpus",
	"CpusetMems", "Memory", "MemoryReservation", "MemorySwap", "NanoCPUs", "PidsLimit",
}
