package plugin_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/go-plugins-helpers/authorization"

	"github.com/airlock-gate/airlock/plugin"
	"github.com/airlock-gate/airlock/plugin/decision"
)

func TestReadCall(t *testing.T) {
	t.Parallel()
	const plain = `{"RequestMethod":"GET","RequestUri":"/_ping"}`
	tests := []struct {
		name string
		give string
		want *decision.Call
		err  string // part of the error
	}{
		{"plain", plain + "\n", &decision.Call{Method: "GET", Target: "/_ping"}, ""},
		{"space anywhere", " {\n\"RequestMethod\" :\t\"GET\" , \"RequestUri\":\"/_ping\" } ",
			&decision.Call{Method: "GET", Target: "/_ping"}, ""},
		{"everything", `{"User":"ci","UserAuthNMethod":"TLS","RequestMethod":"POST",` +
			`"RequestUri":"/v1.41/containers/create?name=a\u0026platform=b","RequestBody":"eyJJbWFnZSI6ImEifQ==",` +
			`"RequestHeaders":{"Content-Type":"application/json","X-Quote":"\"\\"},"RequestPeerCertificates":["TFMw"]}`,
			&decision.Call{User: "ci", UserAuth: "TLS", Method: "POST",
				Target: "/v1.41/containers/create?name=a&platform=b", Body: []byte(`{"Image":"a"}`),
				Headers: map[string]string{"Content-Type": "application/json", "X-Quote": `"\`}}, ""},
		{"nothing", "", nil, "message ends early"},
		{"empty object", "{}", nil, "no RequestMethod"},
		{"no target", `{"RequestMethod":"GET"}`, nil, "no RequestUri"},
		{"no method", `{"RequestUri":"/_ping"}`, nil, "no RequestMethod"},
		{"null", "null", nil, `want '{'`},
		{"array", "[" + plain + "]", nil, `want '{'`},
		{"cut off in a string", `{"RequestMethod":"GET","RequestUri":"/_pi`, nil, "string without end"},
		{"cut off after a value", `{"RequestMethod":"GET","RequestUri":"/_ping"`, nil, "message ends early"},
		{"trailing bytes", plain + "}", nil, "bytes after the message"},
		{"second message", plain + plain, nil, "bytes after the message"},
		{"trailing comma", `{"RequestMethod":"GET","RequestUri":"/_ping",}`, nil, `want '"'`},
		{"leading comma", `{,"RequestMethod":"GET","RequestUri":"/_ping"}`, nil, `want '"'`},
		{"unknown member", `{"RequestMethod":"GET","RequestUri":"/_ping","RequestTrailers":{}}`, nil,
			`unknown member "RequestTrailers"`},
		{"case variant", `{"requestMethod":"GET","RequestUri":"/_ping"}`, nil, `unknown member "requestMethod"`},
		{"long s", `{"RequeſtMethod":"GET","RequestUri":"/_ping"}`, nil, `unknown member "Reque\u017ftMethod"`},
		{"duplicate", `{"RequestMethod":"GET","RequestMethod":"POST","RequestUri":"/_ping"}`, nil,
			"member RequestMethod twice"},
		{"duplicate by escape", `{"RequestMethod":"GET","\u0052equestMethod":"POST","RequestUri":"/_ping"}`, nil,
			"member RequestMethod twice"},
		{"null member", `{"RequestMethod":"GET","RequestUri":"/_ping","RequestBody":null}`, nil, `want '"'`},
		{"number for text", `{"RequestMethod":1,"RequestUri":"/_ping"}`, nil, `want '"'`},
		{"header twice", `{"RequestMethod":"GET","RequestUri":"/","RequestHeaders":{"A":"1","A":"2"}}`, nil,
			"header twice"},
		{"list of header values", `{"RequestMethod":"GET","RequestUri":"/","RequestHeaders":{"A":["1"]}}`, nil,
			`want '"'`},
		{"body not base64", `{"RequestMethod":"GET","RequestUri":"/","RequestBody":"{}"}`, nil, "not base64"},
		{"body with loose bits", `{"RequestMethod":"GET","RequestUri":"/","RequestBody":"eyJ="}`, nil, "not base64"},
		{"body with escape", `{"RequestMethod":"GET","RequestUri":"/","RequestBody":"e\u0079J9"}`, nil,
			"escape in base64"},
		{"body with line break", "{\"RequestMethod\":\"GET\",\"RequestUri\":\"/\",\"RequestBody\":\"ey\nJ9\"}", nil,
			"control character"},
		{"not UTF-8", "{\"RequestMethod\":\"GET\",\"RequestUri\":\"/\xff\"}", nil, "not UTF-8"},
		{"bad escape", `{"RequestMethod":"GET","RequestUri":"/\q"}`, nil, "bad escape"},
		{"response members", `{"RequestMethod":"GET","RequestUri":"/_ping","ResponseStatusCode":200}`, nil,
			"response members"},
		{"byte order mark", "\ufeff" + plain, nil, `want '{'`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := plugin.ReadCall([]byte(tc.give))
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("call: got %+v, want %+v", got, tc.want)
			}
			if tc.err == "" && err != nil {
				t.Errorf("error: got %v, want none", err)
			}
			if tc.err != "" && (!errors.Is(err, plugin.ErrEnvelope) || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error: got %v, want ErrEnvelope with %q", err, tc.err)
			}
		})
	}
}

// wire is the helpers' type without the certificates: its decoder of those dereferences nil on a bad one.
type wire struct {
	authorization.Request
	RequestPeerCertificates []string
}

// FuzzReadCall holds: what is accepted, encoding/json accepts as well, with the same meaning; and what the engine
// writes is accepted.
func FuzzReadCall(f *testing.F) {
	f.Add([]byte(`{"RequestMethod":"GET","RequestUri":"/_ping"}`))
	f.Add([]byte(`{"User":"a","UserAuthNMethod":"TLS","RequestMethod":"POST","RequestUri":"/a?b=c\u0026d",` +
		`"RequestBody":"eyJJbWFnZSI6ImEifQ==","RequestHeaders":{"A":"\"\\\u2028\ud83d\ude00"},"RequestPeerCertificates":["TFM="]}`))
	f.Add([]byte(`{"RequestMethod":"GET","RequestMethod":"POST","RequestUri":"/"} x`))
	f.Add([]byte(`{"RequestMethod":"\ud800","RequestUri":"/","ResponseStatusCode":200}`))
	f.Add([]byte(`{"RequestMethod":"A","RequestUri":"\\\"\\\\","RequestBody":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var want wire
		wantErr := json.Unmarshal(data, &want)
		got, err := plugin.ReadCall(append([]byte(nil), data...))
		if err == nil {
			if wantErr != nil {
				t.Fatalf("accepted what encoding/json refuses: %v: %q", wantErr, data)
			}
			same(t, got, &want.Request)
		}
		if wantErr != nil || want.RequestMethod == "" || want.RequestURI == "" {
			return
		}
		// As the engine would have written it.
		sent := want.Request
		sent.ResponseStatusCode, sent.ResponseBody, sent.ResponseHeaders = 0, nil, nil
		engine, err := json.Marshal(&sent)
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		got, err = plugin.ReadCall(append([]byte(nil), engine...))
		if err != nil {
			t.Fatalf("refused what the engine writes: %v: %s", err, engine)
		}
		same(t, got, &sent)
	})
}

func same(t *testing.T, got *decision.Call, want *authorization.Request) {
	t.Helper()
	sameHeaders := len(got.Headers) == len(want.RequestHeaders)
	for name, value := range want.RequestHeaders {
		sameHeaders = sameHeaders && got.Headers[name] == value
	}
	if got.User != want.User || got.UserAuth != want.UserAuthNMethod || got.Method != want.RequestMethod ||
		got.Target != want.RequestURI || string(got.Body) != string(want.RequestBody) || !sameHeaders {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}
