package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// listed is the part of an entry of GET /containers/json that says where a container is attached. Both are the same on
// every engine since 20.10 (daemon/container view.go, transform): the networks of a container that never ran are there,
// by name and without ID.
type listed struct {
	ID         string `json:"Id"`
	Names      []string
	Image      string
	State      string
	HostConfig struct{ NetworkMode string }

	NetworkSettings *struct {
		Networks map[string]*struct{ NetworkID string }
	}
}

// TopologyFrom joins the engine's lists of networks and containers (GET /networks, GET /containers/json?all=1).
func TopologyFrom(networks, containers json.RawMessage) (*Topology, error) {
	var storedNetworks []storedNetwork
	if err := json.Unmarshal(networks, &storedNetworks); err != nil {
		return nil, fmt.Errorf("decode list of networks: %w", err)
	}
	var members []listed
	if err := json.Unmarshal(containers, &members); err != nil {
		return nil, fmt.Errorf("decode list of containers: %w", err)
	}
	if storedNetworks == nil || members == nil {
		return nil, errors.New("decode lists of networks and containers: null is no list")
	}
	t := &Topology{Networks: make([]LiveNetwork, 0, len(storedNetworks)), Containers: make([]Member, 0, len(members))}
	for i := range storedNetworks {
		n, err := storedNetworks[i].live()
		if err != nil {
			return nil, err
		}
		t.Networks = append(t.Networks, n)
	}
	for i := range members {
		m, err := members[i].member(t)
		if err != nil {
			return nil, err
		}
		t.Containers = append(t.Containers, m)
	}
	t.sort()
	return t, nil
}

// member finds the networks of a container: the ones its endpoints name, where the engine prefers the ID over the name
// for every network but its own (moby daemon/container_operations.go, getNetworkID), and without any the one of its mode,
// which the engine joins at the next start.
func (l *listed) member(t *Topology) (Member, error) {
	if l.ID == "" || l.NetworkSettings == nil {
		return Member{}, errors.New("decode list of containers: no Id or NetworkSettings")
	}
	m := Member{ID: l.ID, Networks: []string{}}
	m.Repository, m.Digest = pinned(l.Image)
	for _, name := range l.Names {
		// A linked container is also listed as /linker/alias.
		if name = strings.TrimPrefix(name, "/"); !strings.Contains(name, "/") {
			m.Name = name
		}
	}
	switch l.State {
	case "running", "paused", "restarting":
		m.Running = true
	}
	mode, named := networkMode(l.HostConfig.NetworkMode)
	m.Mode = mode
	endpoints := l.NetworkSettings.Networks
	for _, key := range sortedKeys(endpoints) {
		if key == mode && (mode == modeNone || mode == modeHost) {
			continue // the engine's placeholder
		}
		reference := key
		if settings := endpoints[key]; settings != nil && settings.NetworkID != "" && !predefined(key) {
			reference = settings.NetworkID
		}
		if network, _ := t.Resolve(reference); network != nil {
			m.Networks = append(m.Networks, network.ID)
		} else {
			m.Networks = append(m.Networks, key)
		}
	}
	if len(endpoints) == 0 {
		switch mode {
		case modeBridge:
			named = modeBridge
			fallthrough
		case modeNetwork:
			m.Networks = t.ids([]string{named})
		}
	}
	slices.Sort(m.Networks)
	m.Networks = slices.Compact(m.Networks)
	return m, nil
}

// predefined tells whether the engine goes by the name even when an ID is stored with it.
func predefined(network string) bool {
	switch network {
	case "default", modeBridge, modeHost, modeNone:
		return true
	}
	return strings.HasPrefix(network, "container:")
}

// pinned is the repository and the digest of a reference that names its content, and nothing for any other.
func pinned(reference string) (repository, digest string) {
	switch img := ParseImage(reference); img.Form {
	case formDigest, formTagDigest:
		return img.Repository, img.Digest
	}
	return "", ""
}

// Resolve finds the network a reference means: a full ID, else a name, else the beginning of an ID. Of two with the same
// name neither is found, as names come before beginnings of IDs. Every engine since 20.10 does so (moby
// daemon/network.go, FindNetwork). The network is nil unless exactly one matches.
func (t *Topology) Resolve(reference string) (network *LiveNetwork, matches int64) {
	var named, begun *LiveNetwork
	var names, beginnings int64
	for i := range t.Networks {
		n := &t.Networks[i]
		if unmade(n.ID) {
			continue
		}
		if n.ID == reference {
			return n, 1
		}
		if n.Name == reference {
			named, names = n, names+1
		}
		if strings.HasPrefix(n.ID, reference) {
			begun, beginnings = n, beginnings+1
		}
	}
	switch {
	case names == 1:
		return named, 1
	case names > 1:
		return nil, names
	case beginnings == 1:
		return begun, 1
	}
	return nil, beginnings
}

// ids resolves references; one that means no network stays as it is.
func (t *Topology) ids(references []string) []string {
	ids := make([]string, 0, len(references))
	for _, reference := range references {
		if network, _ := t.Resolve(reference); network != nil {
			reference = network.ID
		}
		ids = append(ids, reference)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (t *Topology) sort() {
	slices.SortFunc(t.Networks, func(a, b LiveNetwork) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(t.Containers, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
}

// Change is what an admitted request does to the topology, for as long as the engine's lists may not show it yet.
type Change struct {
	Key     string       // unlike that of any other change
	Member  *Member      // a container: to be made without ID, else to be attached or started; its Networks are references
	Network *LiveNetwork // a network to be made
}

// unmadePrefix marks what does not exist yet. No ID of the engine begins so.
const unmadePrefix = "pending:"

func unmade(id string) bool { return strings.HasPrefix(id, unmadePrefix) }

// With returns the topology as it may be once all changes are carried out; the receiver stays as it is. Changes only add,
// so what is legal with all of them is legal with any of them. References are resolved anew: a network may have been
// replaced since the change was admitted.
func (t *Topology) With(changes []Change) *Topology {
	if len(changes) == 0 {
		return t
	}
	next := &Topology{Networks: slices.Clone(t.Networks), Containers: slices.Clone(t.Containers)}
	for _, change := range changes {
		if change.Network != nil {
			n := *change.Network
			n.ID = unmadePrefix + change.Key
			next.Networks = append(next.Networks, n)
		}
		if change.Member == nil {
			continue
		}
		m := *change.Member
		m.Networks = t.ids(m.Networks)
		at := slices.IndexFunc(next.Containers, func(c Member) bool { return c.ID == m.ID })
		switch {
		case m.ID == "":
			m.ID = unmadePrefix + change.Key
			next.Containers = append(next.Containers, m)
		case at < 0:
			next.Containers = append(next.Containers, m)
		default:
			known := &next.Containers[at]
			known.Running = known.Running || m.Running
			known.Networks = slices.Concat(known.Networks, m.Networks)
			slices.Sort(known.Networks)
			known.Networks = slices.Compact(known.Networks)
		}
	}
	next.sort()
	return next
}
