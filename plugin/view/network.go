package view

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// Network modes of a view.
const (
	modeNone      = "none"
	modeHost      = "host"
	modeBridge    = "bridge"
	modeContainer = "container"
	modeNetwork   = "network"
)

// networkOf reads how a container is attached. Endpoints are the networks it will join: those asked for, or without
// any the one its mode names (moby daemon/container_operations.go, updateContainerNetworkSettings).
func networkOf(config *container.Config, host *container.HostConfig, endpoints []Endpoint, img *ImageFacts) Network {
	n := Network{
		Disabled:   config.NetworkDisabled,
		Endpoints:  endpoints,
		Attached:   []Attachment{},
		Published:  make([]string, 0, len(host.PortBindings)),
		PublishAll: host.PublishAllPorts,
		Exposed:    exposed(config.ExposedPorts, img),
		Links:      orEmpty(host.Links),
		ExtraHosts: orEmpty(host.ExtraHosts),
		DNS:        addresses(host.DNS),
		DNSSearch:  orEmpty(host.DNSSearch),
		DNSOptions: orEmpty(host.DNSOptions),
	}
	n.Mode, n.Name = networkMode(string(host.NetworkMode))
	for port := range host.PortBindings {
		n.Published = append(n.Published, port.String())
	}
	slices.Sort(n.Published)
	if len(n.Endpoints) == 0 && !n.Disabled {
		switch n.Mode {
		case modeBridge:
			n.Endpoints = []Endpoint{emptyEndpoint(modeBridge)}
		case modeNetwork:
			n.Endpoints = []Endpoint{emptyEndpoint(n.Name)}
		}
	}
	n.Endpoints = orEmpty(n.Endpoints)
	return n
}

// networkMode splits a mode into its kind and the network or container it names. Only the exact lower-case words are
// special to the engine; anything else is the name, ID or ID prefix of a network.
func networkMode(mode string) (kind, name string) {
	switch mode {
	case "", "default", modeBridge:
		return modeBridge, ""
	case modeNone, modeHost:
		return mode, ""
	}
	if target, found := strings.CutPrefix(mode, "container:"); found {
		return modeContainer, target
	}
	return modeNetwork, mode
}

// endpointsOf lists the endpoints of a create request, in order of their keys.
func endpointsOf(config *network.NetworkingConfig) []Endpoint {
	if config == nil || len(config.EndpointsConfig) == 0 {
		return nil
	}
	endpoints := make([]Endpoint, 0, len(config.EndpointsConfig))
	for _, key := range sortedKeys(config.EndpointsConfig) {
		endpoints = append(endpoints, endpoint(key, config.EndpointsConfig[key]))
	}
	return endpoints
}

// storedEndpoints lists the endpoints of a stored container, without what the engine itself put there: the placeholder
// of the modes none and host, the short ID among the aliases (until API 1.45), and the hardware address of a running
// container, which says nothing about whether it was asked for.
func storedEndpoints(settings map[string]*network.EndpointSettings, id string, mode container.NetworkMode, running bool) []Endpoint {
	endpoints := make([]Endpoint, 0, len(settings))
	for _, key := range sortedKeys(settings) {
		if key == string(mode) && (key == modeNone || key == modeHost) {
			continue
		}
		e := endpoint(key, settings[key])
		if len(id) >= shortIDLength && slices.Contains(e.Aliases, id[:shortIDLength]) {
			e.Aliases = slices.DeleteFunc(slices.Clone(e.Aliases), func(alias string) bool { return alias == id[:shortIDLength] })
		}
		if running {
			e.MacAddress = ""
		}
		endpoints = append(endpoints, e)
	}
	return endpoints
}

func endpoint(key string, settings *network.EndpointSettings) Endpoint {
	e := emptyEndpoint(key)
	if settings == nil {
		return e // refused or a panic of the handler; the name still counts
	}
	e.NetworkID = settings.NetworkID
	e.Aliases = orEmpty(settings.Aliases)
	e.Links = orEmpty(settings.Links)
	if len(settings.MacAddress) > 0 {
		e.MacAddress = settings.MacAddress.String()
	}
	e.DriverOpts = sortedKeys(settings.DriverOpts)
	e.GwPriority = int64(settings.GwPriority)
	if ipam := settings.IPAMConfig; ipam != nil {
		for _, address := range []netip.Addr{ipam.IPv4Address, ipam.IPv6Address} {
			if address.IsValid() {
				e.Addresses = append(e.Addresses, address.String())
			}
		}
		e.Addresses = append(e.Addresses, addresses(ipam.LinkLocalIPs)...)
	}
	return e
}

func emptyEndpoint(key string) Endpoint {
	return Endpoint{Network: key, Aliases: []string{}, Links: []string{}, Addresses: []string{}, DriverOpts: []string{}}
}

// exposed joins the ports of request and image (moby daemon/commit.go, merge).
func exposed(ports network.PortSet, img *ImageFacts) []string {
	names := make([]string, 0, len(ports))
	for port := range maps.Keys(ports) {
		names = append(names, port.String())
	}
	if img != nil {
		names = append(names, img.Exposed...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func addresses(given []netip.Addr) []string {
	list := make([]string, 0, len(given))
	for _, address := range given {
		if address.IsValid() {
			list = append(list, address.String())
		}
	}
	return list
}
