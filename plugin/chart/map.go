package chart

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// Class is what kind of network the policies take a network for. Any other text counts as None.
type Class string

// Classes of networks.
const (
	Airgap  Class = "airgap"  // nothing but its own members can be reached from it
	Egress  Class = "egress"  // leads outside; for exits
	Segment Class = "segment" // leads to some part of the outside; for those it is named for
	None    Class = "none"    // none of them: not to be joined
)

// Network modes that place a container without a network of its own.
const (
	modeHost      = "host"
	modeContainer = "container"
)

// Map is what is drawn. Order does not matter: everything is sorted before it is placed.
type Map struct {
	Engine     string // version, for the caption
	Networks   []Network
	Containers []Container
	Others     []Object // neither network nor container: volumes with a finding
}

// Network is a network that containers can be in.
type Network struct {
	ID       string
	Name     string
	Class    Class
	Internal bool
	Findings []Finding
}

// leads tells whether packets can leave the host, or reach it, from the network.
func (n *Network) leads() bool { return n.Class != Airgap && (n.Class != Segment || !n.Internal) }

// Container is a container, running or not.
type Container struct {
	ID       string
	Name     string
	Role     string // "" when its image earns none
	Exit     bool   // its role may be in an egress network
	Running  bool
	Mode     string   // network mode: "none", "host", "bridge", "container", "network"
	Networks []string // IDs; one that no network has is drawn as a network of its own that does not exist
	Findings []Finding
}

// Object is anything else that has findings.
type Object struct {
	Kind     string // "volume"
	Name     string
	Findings []Finding
}

// Finding is one rule that an object breaks.
type Finding struct {
	Rule     string
	Severity string
	Field    string
	Got      string
	Want     string
	Note     bool // told, not broken
}

// broken counts the findings that are violations, and names the first.
func broken(findings []Finding) (first string, count int) {
	for i := range findings {
		if findings[i].Note {
			continue
		}
		if count == 0 {
			first = findings[i].Rule
		}
		count++
	}
	return first, count
}

// sum words the violations of one object on one line.
func sum(findings []Finding) string {
	first, count := broken(findings)
	switch count {
	case 0:
		return ""
	case 1:
		return "✕ " + first
	}
	return "✕ " + first + " +" + strconv.Itoa(count-1)
}

// sorted is the map in order, with the networks that containers name and nobody has.
func (m *Map) sorted() *Map {
	s := &Map{Engine: m.Engine, Networks: slices.Clone(m.Networks), Containers: slices.Clone(m.Containers), Others: slices.Clone(m.Others)}
	known := map[string]bool{}
	for i := range s.Networks {
		known[s.Networks[i].ID] = true
	}
	missing := map[string]bool{}
	for i := range s.Containers {
		c := &s.Containers[i]
		c.Networks = slices.Compact(slices.Sorted(slices.Values(c.Networks)))
		for _, id := range c.Networks {
			if !known[id] {
				missing[id] = true
			}
		}
	}
	for id := range maps.Keys(missing) {
		s.Networks = append(s.Networks, Network{ID: id, Name: id + " (does not exist)", Class: None, Internal: true})
	}
	slices.SortFunc(s.Networks, func(a, b Network) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(s.Containers, func(a, b Container) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(s.Others, func(a, b Object) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return s
}

// counts are the numbers of the caption.
type counts struct{ Containers, Running, Networks, Exits, Violations int }

func (m *Map) counts() (n counts) {
	n.Containers, n.Networks = len(m.Containers), len(m.Networks)
	for i := range m.Containers {
		if m.Containers[i].Running {
			n.Running++
		}
		if m.Containers[i].Exit {
			n.Exits++
		}
		_, found := broken(m.Containers[i].Findings)
		n.Violations += found
	}
	for i := range m.Networks {
		_, found := broken(m.Networks[i].Findings)
		n.Violations += found
	}
	for i := range m.Others {
		_, found := broken(m.Others[i].Findings)
		n.Violations += found
	}
	return n
}

// roleName is what a role is called on the map.
func roleName(role string) string {
	if role == "" {
		return "no role"
	}
	return role
}
