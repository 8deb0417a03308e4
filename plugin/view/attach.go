package view

import (
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
)

// Attach resolves every network the container will be in: the one of its mode, and of each endpoint the name and the ID
// given with it. The engine follows the ID alone for a network of a user's and the name alone otherwise; both are taken,
// so that a name whose network was deleted, or made anew under another ID, shows as what it is. A name and an ID for the
// same network count once.
//
// Without a network (mode none) nothing is attached, and neither is a container that shares another one's networks.
func (c *Container) Attach(live *Topology) {
	n := &c.Network
	n.Attached = []Attachment{}
	if n.Mode == modeContainer {
		return
	}
	switch n.Mode {
	case modeNetwork:
		n.attach(live, "HostConfig.NetworkMode", n.Name)
	case modeBridge, modeHost:
		n.attach(live, "HostConfig.NetworkMode", n.Mode)
	}
	place := "NetworkingConfig.EndpointsConfig."
	if c.Stored {
		place = "NetworkSettings.Networks."
	}
	for _, e := range n.Endpoints {
		if e.Network != modeNone || n.Mode != modeNone { // else the engine's word for no network
			n.attach(live, place+e.Network, e.Network)
		}
		if e.NetworkID != "" {
			n.attach(live, place+e.Network+".NetworkID", e.NetworkID)
		}
	}
}

// Connect adds what a connect request adds: its endpoint to the endpoints, and the networks its path and its endpoint
// name to those attached. The container is attached already. A nil configuration is an empty one.
func (c *Container) Connect(live *Topology, reference string, config *network.EndpointSettings) {
	e := endpoint(reference, config)
	c.Network.Endpoints = append(slices.Clone(c.Network.Endpoints), e)
	c.Network.attach(live, "path id", reference)
	if e.NetworkID != "" {
		c.Network.attach(live, "EndpointConfig.NetworkID", e.NetworkID)
	}
}

// Expect adds the networks that requests under way attach the same container to.
func (c *Container) Expect(live *Topology, changes []Change) {
	for _, change := range changes {
		if change.Member == nil || change.Member.ID == "" || change.Member.ID != c.ID {
			continue
		}
		for _, reference := range change.Member.Networks {
			c.Network.attach(live, "another request under way", reference)
		}
	}
}

// Member is the container as the topology will know it. Its networks are references as the engine will resolve them,
// together with what they mean now.
func (c *Container) Member(running bool) *Member {
	m := &Member{ID: c.ID, Name: c.Name, Running: running, Mode: c.Network.Mode, Networks: []string{}}
	m.Repository, m.Digest = pinned(c.Image.Reference)
	for _, a := range c.Network.Attached {
		m.Networks = append(m.Networks, a.Reference)
		if a.Matches == 1 {
			m.Networks = append(m.Networks, a.Network.ID)
		}
	}
	slices.Sort(m.Networks)
	m.Networks = slices.Compact(m.Networks)
	return m
}

// Unattached tells without looking anything up that the container is in no network, its own or another container's, and
// does not get into one.
func (c *Container) Unattached() bool {
	joins := func(e Endpoint) bool { return e.Network != modeNone || e.NetworkID != "" }
	return c.Network.Mode == modeNone && !slices.ContainsFunc(c.Network.Endpoints, joins)
}

// attach adds one network unless it is there already.
func (n *Network) attach(live *Topology, field, reference string) {
	a := Attachment{Field: field, Reference: reference, Network: noNetwork()}
	meant := reference
	if reference == "default" {
		if found, _ := live.Resolve(reference); found == nil {
			meant = modeBridge // the engine's word for it until a network has this name
		}
	}
	found, matches := live.Resolve(meant)
	if a.Matches = matches; found != nil {
		a.Network = *found
	}
	same := func(b Attachment) bool {
		if a.Matches == 1 && b.Matches == 1 {
			return a.Network.ID == b.Network.ID
		}
		return a.Matches == b.Matches && a.Reference == b.Reference
	}
	if slices.ContainsFunc(n.Attached, same) {
		return
	}
	n.Attached = append(n.Attached, a)
	slices.SortStableFunc(n.Attached, func(a, b Attachment) int { return strings.Compare(a.Field, b.Field) })
}
