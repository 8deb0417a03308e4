package body

import (
	"reflect"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// containerCreateShape is the union of what engines from 20.10 (API 1.41) to the newest read from a create body.
var containerCreateShape = sync.OnceValue(func() *Shape {
	return mustShape(reflect.TypeFor[container.CreateRequest](), containerCreateExtras()...)
})

// containerCreateExtras lists what the newest type lacks.
//
// Engines up to 26.1 embed a second HostConfig at the top level and use it when HostConfig is absent; some of its fields
// apply even beside HostConfig (runconfig.ContainerConfigWrapper). Old SDKs still send a few of these, without values.
func containerCreateExtras() []Extra {
	extras := []Extra{
		// Config.MacAddress, API up to 1.51.
		{Name: "MacAddress", Want: "NetworkingConfig.EndpointsConfig.<network>.MacAddress"},
		{Name: "Cpuset", Want: "HostConfig.CpusetCpus"},
		{Name: "PortSpecs", Want: "ExposedPorts and HostConfig.PortBindings"},
		// docker-py before 7 puts the name of the network here, beside the field (models/containers.py).
		{In: "NetworkingConfig", NullOnly: true},
		{In: "HostConfig", Name: "Cpuset", Want: "HostConfig.CpusetCpus"},
		{In: "HostConfig", Name: "Capabilities", Want: "HostConfig.CapAdd and HostConfig.CapDrop"}, // API 1.40
		{In: "HostConfig", Name: "LxcConf"},
		{In: "HostConfig", Name: "DiskQuota", Want: "HostConfig.StorageOpt"},
	}
	for _, name := range []string{"KernelMemory", "KernelMemoryTCP"} { // engines up to 23
		extras = append(extras, Extra{Name: name, Want: "HostConfig.Memory"})
		extras = append(extras, Extra{In: "HostConfig", Name: name, Want: "HostConfig.Memory"})
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[container.HostConfig]()) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name := jsonName(f)
		extras = append(extras, Extra{
			Name: name, Want: "HostConfig." + name,
			// An empty pointer or an empty list of paths is not the same as none: [] unmasks every path.
			NullOnly: f.Type.Kind() == reflect.Pointer || name == "MaskedPaths" || name == "ReadonlyPaths",
		})
	}
	return extras
}

// DecodeContainerCreate reads the body of POST /containers/create. Config, HostConfig and NetworkingConfig of the result
// are never nil: the engine fills in an absent one, too.
func DecodeContainerCreate(raw []byte) (*container.CreateRequest, error) {
	request, err := Decode[container.CreateRequest](raw, containerCreateShape())
	if err != nil {
		return nil, err
	}
	if request.Config == nil {
		request.Config = &container.Config{}
	}
	if request.HostConfig == nil {
		request.HostConfig = &container.HostConfig{}
	}
	if request.NetworkingConfig == nil {
		request.NetworkingConfig = &network.NetworkingConfig{}
	}
	return request, nil
}
