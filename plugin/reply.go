package plugin

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/docker/go-plugins-helpers/authorization"
	"github.com/docker/go-plugins-helpers/sdk"

	"github.com/airlock-gate/airlock/plugin/answer"
	"github.com/airlock-gate/airlock/plugin/decision"
)

// Answers that never change.
const (
	manifest  = `{"Implements":["` + authorization.AuthZApiImplements + `"]}` + "\n"
	admission = `{"Allow":true}` + "\n"
)

// reply is what the engine is answered. The zero value is no answer.
type reply struct {
	status int
	body   string
}

// replyTo words an outcome.
func replyTo(outcome *decision.Outcome) reply {
	switch {
	case outcome.Admits():
		return reply{http.StatusOK, admission}
	case outcome.Verdict == decision.Deny:
		return encoded(http.StatusOK, authorization.Response{Msg: answer.Message(*outcome)})
	default:
		return fault(*outcome)
	}
}

// fault says that there is no decision. With status 200 the engine would not look at Err and show an empty denial (moby
// pkg/authorization/authz.go); with 500 it passes Err on and does not retry (pkg/plugins/client.go).
func fault(outcome decision.Outcome) reply {
	message := answer.Message(outcome)
	return encoded(http.StatusInternalServerError, authorization.Response{Msg: message, Err: message})
}

// refuse answers what is no call of a plugin. The engine takes any status but 200 as a failure.
func refuse(status int, reason string) reply {
	return encoded(status, authorization.Response{Err: reason})
}

func encoded(status int, response authorization.Response) reply {
	body, err := json.Marshal(response)
	if err != nil { // not possible with two texts and a flag
		return reply{http.StatusInternalServerError, `{"Allow":false,"Err":"fault"}` + "\n"}
	}
	return reply{status, string(body) + "\n"}
}

// appendTo appends the reply as an HTTP message, which is one write; last says that no other follows on the connection.
func (r reply) appendTo(out []byte, last bool) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(r.status), 10)
	out = append(out, ' ')
	out = append(out, http.StatusText(r.status)...)
	out = append(out, "\r\nContent-Type: "+sdk.DefaultContentTypeV1_1+"\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(r.body)), 10)
	if last {
		out = append(out, "\r\nConnection: close"...)
	}
	out = append(out, "\r\n\r\n"...)
	return append(out, r.body...)
}
