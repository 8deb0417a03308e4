package plugin_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/rs/zerolog"

	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/record"
)

// admitting is the plugin to compare with: the helpers' handler in front of nothing.
type admitting struct{}

func (admitting) AuthZReq(authorization.Request) authorization.Response {
	return authorization.Response{Allow: true}
}

func (admitting) AuthZRes(authorization.Request) authorization.Response {
	return authorization.Response{Allow: true}
}

// BenchmarkHooks measures a call over a unix socket, of this server and of the helpers' in the same run.
func BenchmarkHooks(b *testing.B) {
	sink := record.NewSink(io.Discard, 0)
	defer func() { _ = sink.Close(context.Background()) }()
	own, _ := serve(b, plugin.Options{Decider: verdict(decision.Outcome{Verdict: decision.Allow, Operation: "container.list"}),
		Recorder: record.New(zerolog.New(sink).With().Timestamp().Logger(), record.NewMetrics())})

	dir := socketDir(b)
	listener, err := plugin.Bind("helpers", dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() { _ = authorization.NewHandler(admitting{}).Serve(listener) }()
	helpers := client(filepath.Join(dir, "helpers.sock"))
	defer helpers.client.CloseIdleConnections()

	headers := map[string]string{"User-Agent": "Docker-Client/29.0.0 (linux)", "Content-Type": "application/json"}
	read := authorization.Request{RequestMethod: "GET", RequestURI: "/v1.41/containers/json?all=1&limit=5", RequestHeaders: headers}
	create := authorization.Request{RequestMethod: "POST", RequestURI: "/v1.41/containers/create?name=web", RequestHeaders: headers,
		RequestBody: bytes.Repeat([]byte("x"), 3700)}
	cases := []struct {
		name, path string
		body       []byte
	}{
		{"Req/read", plugin.RequestPath, message(b, read)},
		{"Req/create", plugin.RequestPath, message(b, create)},
	}
	for _, size := range []int{0, 4 << 10, 64 << 10} {
		response := read
		response.ResponseStatusCode, response.ResponseBody = 200, bytes.Repeat([]byte("x"), size)
		cases = append(cases, struct {
			name, path string
			body       []byte
		}{fmt.Sprintf("Res/%dKiB", size>>10), plugin.ResponsePath, message(b, response)})
	}
	for _, tc := range cases {
		for _, target := range []struct {
			name string
			d    *daemon
		}{{"airlock", own}, {"helpers", helpers}} {
			b.Run(tc.name+"/"+target.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if status, _ := target.d.post(b, tc.path, tc.body); status != http.StatusOK {
						b.Fatalf("got %d", status)
					}
				}
			})
		}
	}
}

func BenchmarkReadCall(b *testing.B) {
	data := message(b, authorization.Request{RequestMethod: "POST", RequestURI: "/v1.41/containers/create?name=web",
		RequestHeaders: map[string]string{"User-Agent": "Docker-Client/29.0.0 (linux)", "Content-Type": "application/json"},
		RequestBody:    bytes.Repeat([]byte("x"), 3700)})
	scratch := make([]byte, len(data))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		copy(scratch, data)
		if _, err := plugin.ReadCall(scratch); err != nil {
			b.Fatal(err)
		}
	}
}
