package view_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/view"
)

// inspected reads a recorded inspect.
func inspected(t *testing.T) (raw json.RawMessage, whole map[string]any) {
	t.Helper()
	raw, err := os.ReadFile("testdata/inspect/docker-cli-29.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &whole); err != nil {
		t.Fatal(err)
	}
	return raw, whole
}

// TestUpdate compares the view of an update with that of a container stored as a second, much simpler reading of the
// engine's code says it will be: what the request gives a value for is that value, and everything else is as it was.
func TestUpdate(t *testing.T) {
	raw, whole := inspected(t)
	values := map[string][]any{
		"BlkioWeight": {0, 500}, "CpuShares": {0, 512}, "NanoCpus": {0, 1, 9999, 1000000000}, "CpuPeriod": {0, 1000, 100000, -1},
		"CpuQuota": {0, -1, 50000}, "CpusetCpus": {"", "0"}, "CpusetMems": {"", "0"}, "Memory": {0, 6291456, -1, 1 << 40},
		"MemorySwap": {0, -1, 1 << 40}, "MemoryReservation": {0, 1048576}, "CpuRealtimePeriod": {0, 1000},
		"CpuRealtimeRuntime": {0, 950}, "PidsLimit": {nil, 0, -1, 100000},
		"RestartPolicy": {
			nil, map[string]any{"Name": "", "MaximumRetryCount": 7}, map[string]any{"Name": "always", "MaximumRetryCount": 0},
			map[string]any{"Name": "on-failure", "MaximumRetryCount": 99},
		},
	}
	r := rand.New(rand.NewPCG(1, 2))
	changed := 0
	for range 2000 {
		asked := map[string]any{}
		host := map[string]any{}
		for name, value := range whole["HostConfig"].(map[string]any) {
			host[name] = value
		}
		for name, choice := range values {
			if r.IntN(3) == 0 {
				continue
			}
			value := choice[r.IntN(len(choice))]
			asked[name] = value
			policy, isPolicy := value.(map[string]any)
			switch {
			case value == nil, value == "", value == 0 && name != "PidsLimit", isPolicy && policy["Name"] == "":
			default:
				host[name] = value
			}
		}
		text, err := json.Marshal(asked)
		if err != nil {
			t.Fatal(err)
		}
		var update container.UpdateConfig
		if err := json.Unmarshal(text, &update); err != nil {
			t.Fatal(err)
		}
		got, err := view.Updated(raw, &update, nil, enforcing())
		if err != nil {
			t.Fatal(err)
		}
		next := map[string]any{}
		for name, value := range whole {
			next[name] = value
		}
		next["HostConfig"] = host
		stored, err := json.Marshal(next)
		if err != nil {
			t.Fatal(err)
		}
		want, err := view.Stored(stored, nil, enforcing())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\ngot  %+v %+v\nwant %+v %+v", text, got.Resources, got.Lifecycle, want.Resources, want.Lifecycle)
		}
		if before, err := view.Stored(raw, nil, enforcing()); err != nil || !reflect.DeepEqual(got, before) {
			changed++
		}
	}
	if changed < 1000 {
		t.Errorf("only %d updates changed anything", changed)
	}
}

// TestUpdateTakesLimitsAway shows the spellings of no limit that engines accept on a container that has one.
func TestUpdateTakesLimitsAway(t *testing.T) {
	raw, _ := inspected(t)
	unlimited := int64(0)
	for name, tc := range map[string]struct {
		update  container.UpdateConfig
		missing func(view.Resources) bool
	}{
		"no pids":                {container.UpdateConfig{Resources: container.Resources{PidsLimit: &unlimited}}, func(r view.Resources) bool { return r.Pids == 0 }},
		"all swap":               {container.UpdateConfig{Resources: container.Resources{MemorySwap: -1}}, func(r view.Resources) bool { return r.Swap == -1 }},
		"a quota below one":      {container.UpdateConfig{Resources: container.Resources{CPUQuota: -1}}, func(r view.Resources) bool { return r.CPUConflict || r.NanoCPUs == 0 }},
		"a share of a processor": {container.UpdateConfig{Resources: container.Resources{NanoCPUs: 1}}, func(r view.Resources) bool { return r.NanoCPUs == 0 }},
	} {
		got, err := view.Updated(raw, &tc.update, nil, enforcing())
		if err != nil || !tc.missing(got.Resources) {
			t.Errorf("%s: %v %+v", name, err, got.Resources)
		}
	}
}
