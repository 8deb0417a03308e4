package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// call is one kind of request. A call that creates something names how to remove it, untimed.
type call struct {
	name   string
	method string
	target string
	body   message
	want   map[kind]int // status expected per kind of target
	undo   bool         // delete the container named in the answer
	every  int          // only in every n-th round; 0 and 1: in all
}

// refusedAtOnce is a create that goes all the way through a plugin and that the engine then refuses before it looks for
// anything, so that little of its own work is beside the plugin's. The gate remembers the image: what it costs is without
// the engine's answers.
const refusedAtOnce = "create, no such signal"

// calls are the requests measured, as the docker command sends them.
func calls(image string) []call {
	missing := image[:strings.Index(image, "@")] + "@sha256:" + strings.Repeat("0", 64)
	creates := func(image string) message {
		return several(func(n int) []byte { return varied(image, n).Body })
	}
	unheard := several(func(n int) []byte {
		body := vary(conforming(image), n)
		body["StopSignal"] = "SIGNONE"
		return encode(body)
	})
	bad := several(func(n int) []byte {
		body := vary(conforming(missing), n)
		body["User"] = "root"
		host := body["HostConfig"].(map[string]any)
		host["Privileged"], host["ReadonlyRootfs"], host["CapDrop"] = true, false, nil
		host["SecurityOpt"], host["Memory"], host["NanoCpus"], host["PidsLimit"] = nil, 0, 0, nil
		host["PidMode"], host["NetworkMode"], host["Binds"] = "host", "host", []string{"/etc:/h"}
		return encode(body)
	})
	const create = "/v1.41/containers/create"
	all := func(status int) map[kind]int {
		return map[kind]int{none: status, noop: status, gate: status, peer: status, peerFile: status}
	}
	return []call{
		{name: "ping", method: http.MethodGet, target: "/_ping", want: all(200)},
		{name: "list", method: http.MethodGet, target: "/v1.41/containers/json", want: all(200)},
		{name: "inspect 53 KB", method: http.MethodGet, target: "/v1.41/containers/large/json", want: all(200), every: 2},
		{name: refusedAtOnce, method: http.MethodPost, target: create, body: unheard, want: all(400)},
		{name: "create, image missing", method: http.MethodPost, target: create, body: creates(missing), want: all(404), every: 4},
		{name: "create, ten reasons", method: http.MethodPost, target: create, body: bad,
			want: map[kind]int{none: 404, noop: 404, gate: 403, peer: 403, peerFile: 403}, every: 4},
		{name: "create, admitted", method: http.MethodPost, target: create, body: creates(image), want: all(201),
			undo: true, every: 12},
	}
}

// message is what is sent: one of several at random, as a gate remembers what it has seen.
type message [][]byte

func (m message) any() []byte {
	if len(m) == 0 {
		return nil
	}
	return m[rand.IntN(len(m))]
}

func several(of func(n int) []byte) message {
	all := make(message, 64)
	for n := range all {
		all[n] = of(n)
	}
	return all
}

// vary changes of the body of a create what differs in real ones.
func vary(body map[string]any, n int) map[string]any {
	env, labels := body["Env"].([]string), body["Labels"].(map[string]string)
	for i := range env {
		env[i] += strings.Repeat("x", (n*7+i*3)%30)
	}
	for name := range labels {
		labels[name] += strings.Repeat("v", n%20)
	}
	body["HostConfig"].(map[string]any)["Memory"] = 64<<20 + n<<12
	return body
}

// conforming is the body of a create that keeps the checklist, as the docker command writes it.
func conforming(image string) map[string]any {
	labels := map[string]string{}
	for i := range 12 {
		labels[fmt.Sprintf("com.example.label-%d", i)] = strings.Repeat("v", 40)
	}
	env := []string{}
	for i := range 16 {
		env = append(env, fmt.Sprintf("SETTING_%d=%s", i, strings.Repeat("x", 30)))
	}
	return map[string]any{
		"Hostname": "", "Domainname": "", "User": "1001:1001", "AttachStdin": false, "AttachStdout": false,
		"AttachStderr": false, "Tty": false, "OpenStdin": false, "StdinOnce": false, "Env": env, "Cmd": nil,
		"Image": image, "Volumes": map[string]any{}, "WorkingDir": "", "Entrypoint": nil, "OnBuild": nil, "Labels": labels,
		"HostConfig": map[string]any{
			"Binds": nil, "ContainerIDFile": "", "LogConfig": map[string]any{"Type": "", "Config": map[string]any{}},
			"NetworkMode": "none", "PortBindings": map[string]any{},
			"RestartPolicy": map[string]any{"Name": "no", "MaximumRetryCount": 0}, "AutoRemove": false,
			"VolumeDriver": "", "VolumesFrom": nil, "ConsoleSize": []int{0, 0}, "CapAdd": nil,
			"CapDrop": []string{"ALL"}, "CgroupnsMode": "", "Dns": []string{}, "DnsOptions": []string{},
			"DnsSearch": []string{}, "ExtraHosts": nil, "GroupAdd": nil, "IpcMode": "", "Cgroup": "", "Links": nil,
			"OomScoreAdj": 0, "PidMode": "", "Privileged": false, "PublishAllPorts": false, "ReadonlyRootfs": true,
			"SecurityOpt": []string{"no-new-privileges"},
			"Tmpfs":       map[string]string{"/tmp": "size=16m,noexec,nosuid,nodev", "/run": "size=1m,noexec,nosuid,nodev"},
			"UTSMode":     "", "UsernsMode": "", "ShmSize": 0, "Isolation": "", "CpuShares": 0, "Memory": 64 << 20,
			"NanoCpus": 500000000, "CgroupParent": "", "BlkioWeight": 0, "BlkioWeightDevice": []any{},
			"BlkioDeviceReadBps": []any{}, "BlkioDeviceWriteBps": []any{}, "BlkioDeviceReadIOps": []any{},
			"BlkioDeviceWriteIOps": []any{}, "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0,
			"CpuRealtimeRuntime": 0, "CpusetCpus": "", "CpusetMems": "", "Devices": []any{}, "DeviceCgroupRules": nil,
			"DeviceRequests": nil, "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": nil,
			"OomKillDisable": false, "PidsLimit": 64, "Ulimits": []any{}, "CpuCount": 0, "CpuPercent": 0,
			"IOMaximumIOps": 0, "IOMaximumBandwidth": 0, "MaskedPaths": nil, "ReadonlyPaths": nil,
		},
		"NetworkingConfig": map[string]any{"EndpointsConfig": map[string]any{}},
	}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain literals of this file
	}
	return b
}

// do sends a call and returns how long the answer took, to its last byte.
func (t *target) do(ctx context.Context, c call) (time.Duration, error) {
	start := time.Now()
	status, answer, err := t.send(ctx, c.method, c.target, c.body.any())
	took := time.Since(start)
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", t.name, c.name, err)
	}
	if status != c.want[t.kind] {
		return 0, fmt.Errorf("%s: %s: status %d, want %d: %s", t.name, c.name, status, c.want[t.kind], answer)
	}
	if c.undo {
		var created struct{ ID string }
		if err := json.Unmarshal(answer, &created); err != nil {
			return 0, fmt.Errorf("%s: %s: %w", t.name, c.name, err)
		}
		if status, answer, err := t.send(ctx, http.MethodDelete, "/v1.41/containers/"+created.ID, nil); err != nil || status != 204 {
			return 0, refused(fmt.Sprintf("%s: remove: status %d", t.name, status), err, answer)
		}
	}
	return took, nil
}

func (t *target) send(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	var content io.Reader
	if body != nil {
		content = strings.NewReader(string(body))
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://docker"+path, content)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := t.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
