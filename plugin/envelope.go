package plugin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// ErrEnvelope is wrapped by every error about a message of the engine that was not understood.
var ErrEnvelope = errors.New("envelope not understood")

// maxHeaders bounds the header count: the engine's own limit of 1 MiB of header bytes would allow far more.
const maxHeaders = 1024

// member is a field of the engine's message, as a bit of the set of those already seen.
type member uint16

const (
	memberUser member = 1 << iota
	memberUserAuth
	memberMethod
	memberTarget
	memberBody
	memberHeaders
	memberCertificates
	memberStatus
	memberResponseBody
	memberResponseHeaders
)

// responseMembers appear in the response hook alone.
const responseMembers = memberStatus | memberResponseBody | memberResponseHeaders

// ReadCall reads the message of a request hook (moby pkg/authorization, type Request). Anything the engine does not
// write is refused: absent method or target, unknown, repeated, case-variant or null members, trailing bytes.
//
// It consumes data: the request body is decoded in place, and Call.Body is a part of data.
func ReadCall(data []byte) (*decision.Call, error) {
	s := scanner{data: data}
	call := &decision.Call{}
	seen, err := s.envelope(call, nil)
	switch {
	case err != nil:
		return nil, err
	case seen&responseMembers != 0:
		return nil, s.errorf("response members in a request")
	case call.Method == "":
		return nil, s.errorf("no RequestMethod")
	case call.Target == "":
		return nil, s.errorf("no RequestUri")
	}
	return call, nil
}

// readResponse reads the message of a response hook, as far as an observer is told of it.
func readResponse(data []byte) (Response, error) {
	s := scanner{data: data}
	var call decision.Call
	var response Response
	if _, err := s.envelope(&call, &response); err != nil {
		return Response{}, err
	}
	response.Method, response.Target = call.Method, call.Target
	return response, nil
}

// peekResponse reads method and target off the front of a message that may be cut off anywhere behind them. The engine
// writes them before everything long; ok is false when they are not there in full.
func peekResponse(data []byte) (method, target string, ok bool) {
	s := scanner{data: data}
	if s.expect('{') != nil {
		return "", "", false
	}
	var call decision.Call
	var response Response
	for first := true; call.Method == "" || call.Target == ""; first = false {
		if done, err := s.next('}', first); done || err != nil {
			return "", "", false
		}
		name, err := s.text()
		which, known := memberOf(name)
		if err != nil || !known || s.expect(':') != nil || s.value(which, &call, &response) != nil {
			return "", "", false
		}
	}
	return call.Method, call.Target, true
}

// scanner reads the engine's message in one pass. Errors name members and positions, never content.
type scanner struct {
	data []byte
	pos  int
}

// envelope reads the one object of a message. Without a call it only checks; without a response it skips what the
// response hook adds.
func (s *scanner) envelope(call *decision.Call, response *Response) (seen member, err error) {
	if err = s.expect('{'); err != nil {
		return 0, err
	}
	for first := true; ; first = false {
		done, err := s.next('}', first)
		if err != nil {
			return 0, err
		}
		if done {
			break
		}
		at := s.pos
		name, err := s.text()
		if err != nil {
			return 0, err
		}
		which, known := memberOf(name)
		if !known {
			s.pos = at
			return 0, s.errorf("unknown member %s", strconv.QuoteToASCII(name[:min(len(name), 64)]))
		}
		if seen&which != 0 {
			return 0, s.errorf("member %s twice", name)
		}
		seen |= which
		if err := s.expect(':'); err != nil {
			return 0, err
		}
		if err := s.value(which, call, response); err != nil {
			return 0, err
		}
	}
	s.space()
	if s.pos != len(s.data) {
		return 0, s.errorf("bytes after the message")
	}
	return seen, nil
}

func memberOf(name string) (member, bool) {
	switch name {
	case "User":
		return memberUser, true
	case "UserAuthNMethod":
		return memberUserAuth, true
	case "RequestMethod":
		return memberMethod, true
	case "RequestUri":
		return memberTarget, true
	case "RequestBody":
		return memberBody, true
	case "RequestHeaders":
		return memberHeaders, true
	case "RequestPeerCertificates":
		return memberCertificates, true
	case "ResponseStatusCode":
		return memberStatus, true
	case "ResponseBody":
		return memberResponseBody, true
	case "ResponseHeaders":
		return memberResponseHeaders, true
	}
	return 0, false
}

func (s *scanner) value(which member, call *decision.Call, response *Response) (err error) {
	switch which {
	case memberUser:
		call.User, err = s.text()
	case memberUserAuth:
		call.UserAuth, err = s.text()
	case memberMethod:
		call.Method, err = s.text()
	case memberTarget:
		call.Target, err = s.text()
	case memberBody:
		if response != nil {
			_, err = s.unescaped() // an observer of responses has no use for it
			return err
		}
		call.Body, err = s.binary()
	case memberHeaders:
		call.Headers, err = s.headers()
	case memberCertificates:
		err = s.certificates()
	case memberStatus:
		var status int
		if status, err = s.status(); response != nil {
			response.Status = status
		}
	case memberResponseBody:
		_, err = s.unescaped()
	case memberResponseHeaders:
		_, err = s.headers()
	}
	return err
}

// headers reads an object of texts.
func (s *scanner) headers() (map[string]string, error) {
	if err := s.expect('{'); err != nil {
		return nil, err
	}
	headers := make(map[string]string, 8)
	for first := true; ; first = false {
		done, err := s.next('}', first)
		if err != nil {
			return nil, err
		}
		if done {
			return headers, nil
		}
		name, err := s.text()
		if err != nil {
			return nil, err
		}
		if _, repeated := headers[name]; repeated {
			return nil, s.errorf("header twice")
		}
		if len(headers) == maxHeaders {
			return nil, s.errorf("more than %d headers", maxHeaders)
		}
		if err := s.expect(':'); err != nil {
			return nil, err
		}
		if headers[name], err = s.text(); err != nil {
			return nil, err
		}
	}
}

// certificates passes over the certificate chain: who the caller is, the engine says in User.
func (s *scanner) certificates() error {
	if err := s.expect('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		done, err := s.next(']', first)
		if done || err != nil {
			return err
		}
		if _, err := s.unescaped(); err != nil {
			return err
		}
	}
}

// status reads a status code: digits, without sign, fraction or exponent.
func (s *scanner) status() (int, error) {
	s.space()
	start, value := s.pos, 0
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' && s.pos-start < 4 {
		value = value*10 + int(s.data[s.pos]-'0')
		s.pos++
	}
	if s.pos == start || (s.pos-start > 1 && s.data[start] == '0') {
		return 0, s.errorf("want a status code")
	}
	return value, nil
}

// binary decodes a base64 text where it stands. Decoding writes behind what it has read, so the places may overlap.
func (s *scanner) binary() ([]byte, error) {
	raw, err := s.unescaped()
	if err != nil {
		return nil, err
	}
	// The decoder would skip a raw line break; it is no JSON, and has failed before.
	n, err := base64.StdEncoding.Strict().Decode(raw, raw)
	if err != nil {
		return nil, s.errorf("body is not base64")
	}
	return raw[:n:n], nil
}

// text reads a JSON string. Its escapes are decoded by encoding/json, as they are rare: the engine writes "&" as \u0026.
func (s *scanner) text() (string, error) {
	raw, err := s.quoted()
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw), nil
	}
	var text string
	if err := json.Unmarshal(s.data[s.pos-len(raw)-2:s.pos], &text); err != nil {
		return "", s.errorf("bad escape")
	}
	return text, nil
}

// unescaped reads a JSON string that holds base64, and so no escape.
func (s *scanner) unescaped() ([]byte, error) {
	raw, err := s.quoted()
	if err == nil && bytes.IndexByte(raw, '\\') >= 0 {
		return nil, s.errorf("escape in base64")
	}
	return raw, err
}

// quoted returns what stands between the quotes of a JSON string: valid UTF-8 without control characters, escapes not
// decoded.
func (s *scanner) quoted() ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	start := s.pos
	for {
		end := bytes.IndexByte(s.data[s.pos:], '"')
		if end < 0 {
			return nil, s.errorf("string without end")
		}
		s.pos += end + 1
		if !escaped(s.data[start : s.pos-1]) {
			break
		}
	}
	raw := s.data[start : s.pos-1 : s.pos-1]
	ascii := true
	for _, c := range raw {
		if c < ' ' {
			return nil, s.errorf("control character in a string")
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if !ascii && !utf8.Valid(raw) {
		return nil, s.errorf("string is not UTF-8")
	}
	return raw, nil
}

// escaped tells whether the quote that follows text is part of the string: an odd number of backslashes stands before.
func escaped(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)%2 == 1
}

// next moves to the next element of an object or array, over the comma, and tells whether there is none.
func (s *scanner) next(end byte, first bool) (done bool, err error) {
	s.space()
	if s.pos == len(s.data) {
		return false, s.errorf("message ends early")
	}
	if s.data[s.pos] == end {
		s.pos++
		return true, nil
	}
	if first {
		return false, nil
	}
	if err := s.expect(','); err != nil {
		return false, err
	}
	s.space()
	return false, nil
}

// expect moves over one character and the space before it.
func (s *scanner) expect(c byte) error {
	s.space()
	if s.pos == len(s.data) {
		return s.errorf("message ends early")
	}
	if s.data[s.pos] != c {
		return s.errorf("want %q", c)
	}
	s.pos++
	return nil
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("%w at byte %d: %s", ErrEnvelope, s.pos, fmt.Sprintf(format, args...))
}
