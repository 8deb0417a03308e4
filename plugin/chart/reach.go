package chart

import (
	"slices"
)

// Reach is what one container can reach by the networks it is in.
type Reach struct {
	Container string
	Networks  []string // names of its networks, sorted
	Peers     []string // names of the containers it shares a network with, sorted
	Direct    string   // network by which it leaves the host without passing an exit; "" when there is none
	Path      []string // containers on the way to that network that are no exits; empty when it is in the network itself
	Exits     []string // names of the exits through which it can leave, sorted
}

// Reaches tells for every container, in the order of the map, what it can reach. A container is taken to pass on what
// it receives: whether it does is up to whoever runs in it. Exits pass on only what they are there for, so the search
// ends at them; from an exit it begins.
func Reaches(m Map) []Reach {
	s := m.sorted()
	g := newGraph(s)
	reaches := make([]Reach, len(s.Containers))
	for i := range s.Containers {
		reaches[i] = g.reach(i)
	}
	return reaches
}

type graph struct {
	m       *Map
	network map[string]int   // ID to index
	members map[string][]int // network ID to containers
}

func newGraph(m *Map) *graph {
	g := &graph{m: m, network: map[string]int{}, members: map[string][]int{}}
	for i := range m.Networks {
		g.network[m.Networks[i].ID] = i
	}
	for i := range m.Containers {
		for _, id := range m.Containers[i].Networks {
			g.members[id] = append(g.members[id], i)
		}
	}
	return g
}

// reach searches breadth first, so that the path told is a shortest one.
func (g *graph) reach(from int) Reach {
	c := &g.m.Containers[from]
	r := Reach{Container: c.Name, Networks: []string{}, Peers: []string{}, Path: []string{}, Exits: []string{}}
	for _, id := range c.Networks {
		r.Networks = append(r.Networks, g.m.Networks[g.network[id]].Name)
		for _, peer := range g.members[id] {
			if peer != from {
				r.Peers = append(r.Peers, g.m.Containers[peer].Name)
			}
		}
	}
	r.Networks, r.Peers = tidy(r.Networks), tidy(r.Peers)

	found := false
	came := map[int]int{from: -1} // container to the one it was reached from
	walked := map[string]bool{}
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		here := &g.m.Containers[at]
		if at != from && here.Exit {
			if g.leaves(here) {
				r.Exits = append(r.Exits, here.Name)
			}
			continue
		}
		if way := g.way(here); way != "" && !found {
			found = true
			r.Direct = way
			for step := at; step != from; step = came[step] {
				r.Path = append([]string{g.m.Containers[step].Name}, r.Path...)
			}
		}
		for _, id := range here.Networks {
			if walked[id] {
				continue
			}
			walked[id] = true
			for _, next := range g.members[id] {
				if _, seen := came[next]; !seen {
					came[next] = at
					queue = append(queue, next)
				}
			}
		}
	}
	r.Exits = tidy(r.Exits)
	return r
}

// way names the first network of the container that leads outside.
func (g *graph) way(c *Container) string {
	if c.Mode == modeHost {
		return "the host's network"
	}
	if c.Mode == modeContainer {
		return "another container's network"
	}
	for _, id := range c.Networks {
		if n := &g.m.Networks[g.network[id]]; n.leads() {
			return n.Name
		}
	}
	return ""
}

func (g *graph) leaves(c *Container) bool { return g.way(c) != "" }

func tidy(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
