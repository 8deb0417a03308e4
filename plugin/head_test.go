package plugin

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// headOf is a header as an engine sends it.
func headOf(path string, length int, more ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: plugin\r\nContent-Length: %d\r\n%s\r\n", path, length, strings.Join(more, ""))
}

// Each call comes twice on one connection: the second time it may be known, and must be read as it was the first time.
func TestHeadsAreReadAlike(t *testing.T) {
	for name, tc := range map[string]struct {
		header, message string
		want            head
		status          int
	}{
		"request hook":       {headOf(RequestPath, 2), "{}", head{method: RequestPath, length: 2}, 0},
		"response hook":      {headOf(ResponsePath, 4), "{ }\n", head{method: ResponsePath, length: 4}, 0},
		"activation":         {headOf(ActivatePath, 0), "", head{method: ActivatePath}, 0},
		"last call":          {headOf(RequestPath, 2, "Connection: close\r\n"), "{}", head{method: RequestPath, length: 2, last: true}, 0},
		"no such method":     {headOf("/AuthZPlugin.Other", 2), "{}", head{length: 2}, http.StatusNotFound},
		"another verb":       {strings.Replace(headOf(RequestPath, 0), "POST", "GET", 1), "", head{last: true}, http.StatusMethodNotAllowed},
		"large header":       {headOf(RequestPath, 2, "X: "+strings.Repeat("x", maxKnownHead)+"\r\n"), "{}", head{method: RequestPath, length: 2}, 0},
		"expectation":        {headOf(RequestPath, 2, "Expect: 100-continue\r\n"), "{}", head{}, http.StatusExpectationFailed},
		"length unknown":     {"POST " + RequestPath + " HTTP/1.1\r\nHost: plugin\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n", head{}, http.StatusLengthRequired},
		"two lengths":        {headOf(RequestPath, 2, "Content-Length: 3\r\n"), "{}", head{}, http.StatusBadRequest},
		"other ends of line": {strings.ReplaceAll(headOf(RequestPath, 11), "\r\n", "\n"), "{\"a\":\r\n\r\n1}", head{method: RequestPath, length: 11}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHeads()
			for range 3 {
				from := bufio.NewReaderSize(strings.NewReader(tc.header+tc.message+"\r\n\r\n"), readSize)
				all, err := from.Peek(len(tc.header) + len(tc.message) + 4)
				if err != nil {
					t.Fatal(err)
				}
				got, refusal := h.read(from, all[:bytes.Index(all, endOfHeader)+len(endOfHeader)])
				if got == nil {
					if refusal.status != tc.status || tc.status == 0 {
						t.Fatalf("got status %d, want %d", refusal.status, tc.status)
					}
					continue
				}
				if got.method != tc.want.method || got.length != tc.want.length || got.last != tc.want.last || got.refusal.status != tc.status {
					t.Errorf("got %+v, want %+v and status %d", got, tc.want, tc.status)
				}
				message, err := io.ReadAll(io.LimitReader(from, got.length))
				if err != nil || string(message) != tc.message {
					t.Errorf("got message %q, %v; want %q", message, err, tc.message)
				}
			}
		})
	}
}

// A header that is one byte off is another header.
func TestHeadsAreKnownToTheLetter(t *testing.T) {
	h := newHeads()
	for length := range 200 {
		for _, path := range []string{RequestPath, ResponsePath} {
			text := headOf(path, length)
			from := bufio.NewReader(strings.NewReader(text))
			if _, err := from.Peek(len(text)); err != nil {
				t.Fatal(err)
			}
			got, _ := h.read(from, []byte(text))
			if got == nil || got.length != int64(length) || got.method != path {
				t.Fatalf("got %+v of %q", got, text)
			}
		}
	}
}
