//go:build e2e

package airgap_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/airlock-gate/airlock/test/engine/probe"
)

const moments = "Moments"

// A network deleted and made again under the same name between create and start is another network.
func TestRecreated(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		for _, gated := range []bool{false, true} {
			s.setGate(t, gated)
			s.must(t, request{"POST", "/networks/create", airgapped("agents")})
			id := s.must(t, request{"POST", "/containers/create", s.conforming("worker", "agents", "agent", "inside")})
			if gated { // the gate itself lets an unused network go, and lets nothing weaker come
				s.must(t, request{"DELETE", "/networks/agents", nil})
				s.note(t, moments, "weaker network under the same name, between create and start: network create",
					s.denied(t, request{"POST", "/networks/create", object{"Name": "agents"}}, "airgap/network-internal"))
				s.note(t, moments, "no network under that name any more: start",
					s.denied(t, request{"POST", "/containers/" + id + "/start", nil}, "airgap/network-resolved"))
				s.setGate(t, false)
			} else {
				s.must(t, request{"DELETE", "/networks/agents", nil})
			}
			s.must(t, request{"POST", "/networks/create", object{"Name": "agents"}})
			if gated {
				s.setGate(t, true)
				s.note(t, moments, "weaker network made by hand under the same name: start",
					s.denied(t, request{"POST", "/containers/" + id + "/start", nil}, "airgap/network-class"))
			} else {
				m := s.start(t, id, "inside")
				s.judge(t, moments, "without the gate: network recreated between create and start", both,
					s.attempt(t, m, probe.Probe{Kind: probe.TCP, Target: at(internet, webPort)}))
			}
			s.setGate(t, false)
			s.remove(t, "containers", id)
			s.remove(t, "networks", "agents")
		}
	})
}

// together makes calls at the same moment and returns their statuses.
func (s *suite) together(t *testing.T, requests ...request) []int {
	t.Helper()
	statuses := make([]int, len(requests))
	gun := make(chan struct{})
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() {
			<-gun
			status, _, err := s.Call(t.Context(), r.method, "/v1.41"+r.path, r.body)
			if err != nil {
				t.Errorf("%s: %v", r, err)
			}
			statuses[i] = status
		})
	}
	close(gun)
	all.Wait()
	return statuses
}

// networks returns the names of the networks a container is in.
func (s *suite) networks(t *testing.T, id string) []string {
	t.Helper()
	status, answer := s.send(t, request{"GET", "/containers/" + id + "/json", nil})
	var c struct {
		NetworkSettings struct{ Networks map[string]any }
	}
	if err := json.Unmarshal(answer, &c); err != nil || status != http.StatusOK {
		t.Fatalf("inspect: %d %v", status, err)
	}
	var names []string
	for name := range c.NetworkSettings.Networks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// loose makes a container that may be in one network, whichever, and is in none yet.
func (s *suite) loose(t *testing.T) string {
	t.Helper()
	id := s.must(t, request{"POST", "/containers/create", s.conforming("nobody", "none", "agent", "inside")})
	s.must(t, request{"POST", "/networks/none/disconnect", object{"Container": id}})
	return id
}

// Two connects, each of which would be admitted alone, never make a set that would not.
func TestConnectsTogether(t *testing.T) {
	const rounds = 8
	each(t, func(t *testing.T, s *suite) {
		s.setGate(t, false)
		for _, name := range []string{"one", "two"} {
			s.must(t, request{"POST", "/networks/create", airgapped(name)})
		}
		defer func() {
			s.setGate(t, false)
			s.remove(t, "networks", "one", "two")
		}()
		// Alone, each is admitted: what is denied below is denied for the other's sake.
		for _, name := range []string{"one", "two"} {
			s.setGate(t, true)
			id := s.loose(t)
			s.must(t, request{"POST", "/networks/" + name + "/connect", object{"Container": id}})
			s.setGate(t, false)
			s.remove(t, "containers", id)
		}
		for _, gated := range []bool{false, true} {
			worst, admitted := 0, 0
			for range rounds {
				s.setGate(t, gated)
				id := s.loose(t)
				for _, status := range s.together(t, request{"POST", "/networks/one/connect", object{"Container": id}},
					request{"POST", "/networks/two/connect", object{"Container": id}}) {
					if status == http.StatusOK {
						admitted++
					}
				}
				worst = max(worst, len(s.networks(t, id)))
				s.setGate(t, false)
				s.remove(t, "containers", id)
			}
			name, result := "two connects together, without the gate", fmt.Sprintf("up to %d networks", worst)
			if gated {
				name = "two connects together, with the gate"
				result = fmt.Sprintf("at most %d network, %d of %d connects admitted", worst, admitted, 2*rounds)
			}
			if gated && (worst > 1 || admitted < rounds) || !gated && worst != 2 {
				t.Errorf("%s: %s", name, result)
			}
			s.note(t, moments, name, result)
		}
	})
}

// Networks of the same name would make every name ambiguous: of creates made together one is admitted.
func TestCreatesTogether(t *testing.T) {
	const creates, rounds = 6, 4
	each(t, func(t *testing.T, s *suite) {
		defer s.setGate(t, false)
		for range rounds {
			s.setGate(t, true)
			requests := make([]request, creates)
			for i := range requests {
				requests[i] = request{"POST", "/networks/create", object{"Name": "same", "Internal": true, "Options": object{inhibit: "true"}}}
			}
			statuses := s.together(t, requests...)
			made := 0
			for _, status := range statuses {
				if status == http.StatusCreated {
					made++
				}
			}
			_, answer := s.send(t, request{"GET", "/networks", nil})
			if found := strings.Count(string(answer), `"Name":"same"`); made != 1 || found != 1 {
				t.Errorf("%d creates admitted, %d networks: %v", made, found, statuses)
			}
			s.setGate(t, false)
			s.remove(t, "networks", "same")
		}
		s.note(t, moments, "network creates of one name together, with the gate", fmt.Sprintf("1 of %d admitted, %d times", creates, rounds))
	})
}

// What the kernel and the machine lack is told, and asked of the kernel itself.
func TestKernel(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		has := func(file, word string) string {
			text, err := os.ReadFile(file)
			if err == nil && strings.Contains(string(text), word) {
				return "there"
			}
			return "MISSING"
		}
		s.note(t, "Kernel", "ip6tables (the newest engine filters IPv6 with it)", has("/proc/net/ip6_tables_names", ""))
		s.note(t, "Kernel", "NFS (a volume that makes the engine connect)", has("/proc/filesystems", "\tnfs\n")+": not shown, volume create is denied")
		s.setGate(t, true)
		s.note(t, shut, "volume on NFS: volume create", s.denied(t, request{"POST", "/volumes/create", object{"Name": "far",
			"DriverOpts": object{"type": "nfs", "o": "addr=" + internet, "device": ":/"}}}, "filesystem/volume-options"))
		s.setGate(t, false)
		if err := command(t.Context(), "ip6tables", "-S", "FORWARD"); err != nil {
			t.Errorf("IPv6 filter: %v", err)
		}
		own, err := threadNamespace()
		if err != nil {
			t.Fatal(err)
		}
		machine, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", os.Getppid()))
		if err != nil || own == machine {
			t.Errorf("the tests run in the machine's own namespace %s (%v)", own, err)
		}
	})
}
