package body_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/airlock-gate/airlock/plugin/body"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/plugin/refusal"
)

// A body where the endpoint takes none may say again what the query says.
func TestPresenceOfWhatTheQuerySays(t *testing.T) {
	query := url.Values{
		"fromImage": {"registry.internal/openclaw/worker"}, "tag": {"sha256:1"}, "t": {"1"}, "force": {"true"},
		"filters": {`{"label":["a"]}`}, "names": {"a", "b"}, "empty": {""}, "trailing": {`{"a":1} x`},
	}
	presence := func(text string) error {
		return body.Presence("POST", operation.NoBody, headers{
			"Content-Type": "application/json", "Content-Length": strconv.Itoa(len(text)),
		}, query, []byte(text))
	}
	for _, given := range []string{
		`{"fromImage":"registry.internal/openclaw/worker","tag":"sha256:1"}`, `{"t":1}`, `{"t":"1"}`, `{"force":true}`,
		`{"filters":{"label":["a"]}}`, `{"empty":""}`, `{ "t" : 1 }`, `{      }`,
	} {
		if err := presence(given); err != nil {
			t.Errorf("%s: %v", given, err)
		}
	}
	for _, given := range []string{
		`{"t":2}`, `{"t":1.0}`, `{"T":1}`, `{"t":1,"t":1}`, `{"t":1}{}`, `{"t":1} x`, `{"t":1`, `["t"]`, `{"t":null}`, `{"force":false}`,
		`{"fromImage":"docker.io/evil"}`, `{"filters":{"label":["b"]}}`, `{"names":["a","b"]}`, `{"names":"a"}`, `{"Binds":["/:/h"]}`,
		`{"trailing":{"a":1}}`, `{"empty":null}`, `{"t":[1]}`, `{"t":}`, `{1:1}`, `{"t":1]`,
	} {
		err := presence(given)
		if r, ok := err.(*refusal.Refusal); !ok || r.Rule != refusal.UnexpectedBody {
			t.Errorf("%s: got %v, want %s", given, err, refusal.UnexpectedBody)
		}
	}
}
