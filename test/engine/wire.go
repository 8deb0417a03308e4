package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Answer is what came back for exact bytes put on the wire.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Message returns the text an engine answered with: the message of its JSON error, or the body as it is.
func (a Answer) Message() string { return message(a.Body) }

func message(body []byte) string {
	var e struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &e) == nil && e.Message != "" {
		return e.Message
	}
	return string(body)
}

// Send writes the bytes to a unix socket as they are and reads one HTTP/1 answer. Nothing is added or corrected:
// duplicate headers, chunks and false lengths reach the other side.
func Send(ctx context.Context, socket string, request []byte) (Answer, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return Answer{}, fmt.Errorf("send request: %w", err)
	}
	defer c.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	} else {
		_ = c.SetDeadline(time.Now().Add(60 * time.Second))
	}
	// The other side may answer, and stop reading, before it has read everything.
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(request)
		sent <- err
	}()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		_ = c.Close() // ends the writer
		return Answer{}, fmt.Errorf("read answer: %w", errors.Join(err, <-sent))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Answer{}, fmt.Errorf("read answer: %w", err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// Raw composes a request from its lines: request line, headers, and the body behind the empty line.
func Raw(line string, headers []string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n", line)
	for _, h := range headers {
		fmt.Fprintf(&b, "%s\r\n", h)
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// JSON composes an honest JSON request.
func JSON(line string, body []byte) []byte {
	return Raw(line, []string{"Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body))}, body)
}

// Chunked frames a body as one chunk and the end.
func Chunked(body []byte) []byte {
	return fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
}

func client(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}}
}

func exchange(ctx context.Context, c *http.Client, method, target string, body any) (int, []byte, error) {
	var content io.Reader
	if body != nil {
		text, ok := body.([]byte)
		if !ok {
			var err error
			if text, err = json.Marshal(body); err != nil {
				return 0, nil, fmt.Errorf("%s %s: %w", method, target, err)
			}
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://docker"+target, content)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, target, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, target, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: read answer: %w", method, target, err)
	}
	return response.StatusCode, answer, nil
}
