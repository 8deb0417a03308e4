package view

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
)

// What the engine fills in for a network that names none of its own.
const (
	driverBridge = "bridge"
	scopeLocal   = "local"
	ipamDefault  = "default"
)

// storedNetwork is a network as GET /networks and GET /networks/{id} show it, on every engine since 20.10. Addresses stay
// texts: old engines repeat what was asked for, and one address that cannot be read must not hide every network.
type storedNetwork struct {
	ID         string `json:"Id"`
	Name       string
	Scope      string
	Driver     string
	EnableIPv6 bool
	IPAM       struct {
		Driver  string
		Options map[string]string
		Config  []struct {
			Subnet             string
			AuxiliaryAddresses map[string]string
		}
	}
	Internal   bool
	Attachable bool
	Ingress    bool
	ConfigFrom struct{ Network string }
	ConfigOnly bool
	Options    map[string]string
}

// NetworkFrom reads one network from the engine's answer, an entry of its list or an inspect.
func NetworkFrom(raw json.RawMessage) (LiveNetwork, error) {
	var stored storedNetwork
	if err := json.Unmarshal(raw, &stored); err != nil {
		return LiveNetwork{}, fmt.Errorf("decode network: %w", err)
	}
	return stored.live()
}

func (s *storedNetwork) live() (LiveNetwork, error) {
	if s.ID == "" || s.Name == "" {
		return LiveNetwork{}, errors.New("decode network: no Id or Name")
	}
	n := LiveNetwork{
		ID: s.ID, Name: s.Name, Driver: s.Driver, Scope: s.Scope, Internal: s.Internal, IPv6: s.EnableIPv6,
		Attachable: s.Attachable, Ingress: s.Ingress, ConfigOnly: s.ConfigOnly, ConfigFrom: s.ConfigFrom.Network,
		Options: orEmptyMap(s.Options),
		IPAM:    IPAM{Driver: s.IPAM.Driver, Options: sortedKeys(s.IPAM.Options)},
	}
	for _, config := range s.IPAM.Config {
		subnet := config.Subnet
		if prefix, err := netip.ParsePrefix(subnet); err == nil {
			subnet = prefix.String()
		}
		n.subnet(subnet)
		n.IPAM.Auxiliary = append(n.IPAM.Auxiliary, sortedKeys(config.AuxiliaryAddresses)...)
	}
	return n.complete(), nil
}

// NetworkCreate is the network a request would make, with the engine's defaults filled in. What the daemon's own
// default-network-opts would add is not known here; it shows once somebody joins the live network.
func NetworkCreate(req *network.CreateRequest) *LiveNetwork {
	n := LiveNetwork{
		Name: req.Name, Driver: req.Driver, Scope: req.Scope, Internal: req.Internal,
		IPv6:       req.EnableIPv6 != nil && *req.EnableIPv6,
		Attachable: req.Attachable, Ingress: req.Ingress, ConfigOnly: req.ConfigOnly, Options: orEmptyMap(req.Options),
	}
	if req.ConfigFrom != nil {
		n.ConfigFrom = req.ConfigFrom.Network
	}
	if req.IPAM != nil {
		n.IPAM = IPAM{Driver: req.IPAM.Driver, Options: sortedKeys(req.IPAM.Options)}
		for _, config := range req.IPAM.Config {
			if config.Subnet.IsValid() {
				n.subnet(config.Subnet.String())
			}
			n.IPAM.Auxiliary = append(n.IPAM.Auxiliary, sortedKeys(config.AuxAddress)...)
		}
	}
	n = n.complete()
	return &n
}

// subnet adds a subnet. One of IPv6 makes the network an IPv6 one, whatever it says of itself.
func (n *LiveNetwork) subnet(subnet string) {
	if subnet == "" {
		return
	}
	n.IPAM.Subnets = append(n.IPAM.Subnets, subnet)
	if strings.Contains(subnet, ":") {
		n.IPv6 = true
	}
}

// complete fills in defaults and leaves no list or map null.
func (n LiveNetwork) complete() LiveNetwork {
	n.Driver = cmp.Or(n.Driver, driverBridge)
	n.Scope = cmp.Or(n.Scope, scopeLocal)
	n.IPAM.Driver = cmp.Or(n.IPAM.Driver, ipamDefault)
	n.Options = orEmptyMap(n.Options)
	n.IPAM.Options = orEmpty(n.IPAM.Options)
	n.IPAM.Subnets = orEmpty(n.IPAM.Subnets)
	n.IPAM.Auxiliary = orEmpty(n.IPAM.Auxiliary)
	slices.Sort(n.IPAM.Subnets)
	slices.Sort(n.IPAM.Auxiliary)
	return n
}

// noNetwork stands for a network that was not found: every field there, all empty.
func noNetwork() LiveNetwork {
	return LiveNetwork{
		Options: map[string]string{},
		IPAM:    IPAM{Options: []string{}, Subnets: []string{}, Auxiliary: []string{}},
	}
}
