package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// hostileCost is what an expensive body costs a gate of its own.
type hostileCost struct {
	name string
	took []time.Duration
	peak float64 // MiB resident at most while it was decided
}

// overwhelm sends gates of their own, before an engine without plugin, bodies that are made to be expensive.
func overwhelm(ctx context.Context, p *plugin, engine string) ([]hostileCost, error) {
	var found []hostileCost
	for _, hostile := range hostileBodies() {
		cost, err := hostile.cost(ctx, p, engine)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", hostile.name, err)
		}
		found = append(found, cost)
	}
	return found, nil
}

// hostileBody is the body of a create.
type hostileBody struct {
	name string
	body string
}

func (h hostileBody) cost(ctx context.Context, p *plugin, engine string) (hostileCost, error) {
	cost := hostileCost{name: h.name}
	q, err := p.other(ctx, "hostile", map[string]string{"--engine": engine})
	if err != nil {
		return cost, err
	}
	defer q.stop()
	client := keepAlive(q.socket)
	if _, err := q.admits(ctx, client, readOf().bytes()); err != nil {
		return cost, err
	}
	time.Sleep(300 * time.Millisecond) // it gives back what loading took
	if err := q.forgetPeak(); err != nil {
		return cost, err
	}
	message := envelope{Method: http.MethodPost, Target: "/v1.41/containers/create", Body: []byte(h.body)}.bytes()
	for range 5 {
		took, answer, err := ask(ctx, client, requestHook, message)
		if err != nil || !bytes.Contains(answer, []byte(`"Allow":false`)) {
			return cost, refused("create", err, answer)
		}
		cost.took = append(cost.took, took)
	}
	cost.peak, err = q.memory("VmHWM")
	return cost, err
}

// forgetPeak makes the peak of the memory what is resident now (proc(5), clear_refs).
func (p *plugin) forgetPeak() error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
		return fmt.Errorf("forget the peak of %s: %w", p.name, err)
	}
	return nil
}

// hostileBodies are bodies of the most that the engine shows, and bodies that fill the gate's own limits.
func hostileBodies() []hostileBody {
	const shown, size, entries = 4<<20 - 1<<10, 2<<20 - 1<<10, 1000
	// list is so many entries, different ones, that fill a share of the body.
	list := func(share, entries int, entry func(i int, filler string) string) string {
		wide := max(1, size/share/entries-len(entry(entries, ""))-1)
		all := make([]string, entries)
		for i := range all {
			all[i] = entry(i, strings.Repeat("x", wide))
		}
		return strings.Join(all, ",")
	}
	variable := func(i int, filler string) string { return fmt.Sprintf(`"V%d=%s"`, i, filler) }
	member := func(i int, filler string) string { return fmt.Sprintf(`"k%d":"%s"`, i, filler) }
	bind := func(i int, filler string) string { return fmt.Sprintf(`"/a%d/%s:/b%d"`, i, filler, i) }
	mount := func(i int, filler string) string {
		return fmt.Sprintf(`{"Type":"bind","Source":"/a%d/%s","Target":"/b%d"}`, i, filler, i)
	}
	temporary := func(i int, filler string) string { return fmt.Sprintf(`"/t%d/%s":""`, i, filler) }
	plain := func(i int, filler string) string { return fmt.Sprintf(`"a%d%s"`, i, filler) }
	with := func(config, host string) string { return `{"Image":"x",` + config + `"HostConfig":{` + host + `}}` }
	const kinds, each = 8, 700
	few := func(entry func(i int, filler string) string) string { return list(16, 127, entry) } // as many as are looked at one by one
	return []hostileBody{
		{"4 MiB of binds", with("", `"Binds":["/a:/b"`+strings.Repeat(`,"/aaaaaaaa:/bbbbbbbb"`, shown/24)+`]`)},
		{"4 MiB of one variable", with(`"Env":["A=`+strings.Repeat("x", shown)+`"],`, "")},
		{"2 MiB of one variable", with(`"Env":["A=`+strings.Repeat("x", size-100)+`"],`, "")},
		{"1000 variables", with(`"Env":[`+list(1, entries, variable)+`],`, "")},
		{"1000 labels", with(`"Labels":{`+list(1, entries, member)+`},`, "")},
		{"1000 binds", with("", `"Binds":[`+list(1, entries, bind)+`]`)},
		{"1000 mounts", with("", `"Mounts":[`+list(1, entries, mount)+`]`)},
		{"700 of everything", with(
			`"Env":[`+list(kinds, each, variable)+`],"Labels":{`+list(kinds, each, member)+`},"Cmd":[`+list(kinds, each, plain)+`],`,
			`"Binds":[`+list(kinds, each, bind)+`],"Mounts":[`+list(kinds, each, mount)+`],"Tmpfs":{`+list(kinds, each, temporary)+
				`},"CapAdd":[`+list(kinds, each, plain)+`],"Sysctls":{`+list(kinds, each, member)+`}`)},
		{"as much of everything as is read", with(
			`"Env":[`+list(16, entries, variable)+`],"Labels":{`+list(16, entries, member)+`},"Cmd":[`+list(16, entries, plain)+`],`+
				`"Volumes":{`+few(func(i int, _ string) string { return fmt.Sprintf(`"/v%d":{}`, i) })+`},`,
			`"Binds":[`+few(bind)+`],"Mounts":[`+few(mount)+`],"Tmpfs":{`+few(temporary)+`},"VolumesFrom":[`+few(plain)+
				`],"CapAdd":[`+few(plain)+`],"CapDrop":[`+few(plain)+`],"Sysctls":{`+few(member)+`},"Annotations":{`+few(member)+
				`},"Ulimits":[`+few(func(i int, _ string) string { return fmt.Sprintf(`{"Name":"u%d","Hard":1,"Soft":1}`, i) })+
				`],"Devices":[`+few(func(i int, _ string) string { return fmt.Sprintf(`{"PathOnHost":"/dev/d%d"}`, i) })+
				`],"LogConfig":{"Type":"x","Config":{`+few(member)+`}}`)},
	}
}
