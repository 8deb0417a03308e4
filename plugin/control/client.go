package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/airlock-gate/airlock/plugin/breakglass"
)

// Client asks a running gate.
type Client struct{ http http.Client }

// Dial returns a Client of the gate behind a control socket. Nothing is connected yet.
func Dial(socket string) *Client {
	return &Client{http.Client{Timeout: 2 * callTimeout, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}}
}

// Breakglass returns what is open.
func (c *Client) Breakglass(ctx context.Context) (breakglass.State, error) {
	return c.call(ctx, http.MethodGet, nil)
}

// Open opens operations.
func (c *Client) Open(ctx context.Context, o Opening) (breakglass.State, error) {
	return c.call(ctx, http.MethodPost, o)
}

// Close closes what is open and returns it.
func (c *Client) Close(ctx context.Context) (breakglass.State, error) {
	return c.call(ctx, http.MethodDelete, nil)
}

func (c *Client) call(ctx context.Context, method string, value any) (state breakglass.State, err error) {
	var content io.Reader
	if value != nil {
		text, err := json.Marshal(value)
		if err != nil {
			return state, fmt.Errorf("ask gate: %w", err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://gate"+BreakglassPath, content)
	if err != nil {
		return state, fmt.Errorf("ask gate: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return state, fmt.Errorf("ask gate: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return state, fmt.Errorf("read answer of gate: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		var refused problem
		if err := json.Unmarshal(text, &refused); err != nil || refused.Error == "" {
			return state, fmt.Errorf("ask gate: status %d", response.StatusCode)
		}
		return state, fmt.Errorf("gate: %s", refused.Error)
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return state, fmt.Errorf("read answer of gate: %w", err)
	}
	return state, nil
}
