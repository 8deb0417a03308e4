package evidence

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// Access is how registries are reached. The zero value uses the system's certificate authorities and no credentials.
type Access struct {
	CAFile          string        // PEM; certificate authorities of the registries, instead of the system's
	CredentialsFile string        // the "auths" part of a docker config.json; owned by root, mode 0600
	Connect         time.Duration // to reach a registry; 1 s
	Total           time.Duration // for everything about one image; 3 s
}

const (
	defaultConnect = time.Second
	defaultTotal   = 3 * time.Second
)

// errOffHost says that a registry sent its client to another host. What is asked there, and with which credentials, would
// be the registry's choice.
var errOffHost = errors.New("the registry redirects to another host")

// newTransport makes the one way out to registries: TLS 1.2 or newer, no proxy from the environment.
func newTransport(a Access) (*http.Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.CAFile != "" {
		data, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read certificate authorities of the registries: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("read certificate authorities of the registries: %s holds no certificate", a.CAFile)
		}
	}
	dialer := &net.Dialer{Timeout: a.Connect}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    a.Connect,
		ResponseHeaderTimeout:  a.Total,
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}, nil
}

// client returns what talks to one registry host and to no other: not after a redirect, and not for a token.
func client(base http.RoundTripper, host string, credential auth.CredentialFunc) *auth.Client {
	return &auth.Client{
		Client: &http.Client{
			Transport: oneHost{base, host},
			CheckRedirect: func(_ *http.Request, via []*http.Request) error {
				if len(via) > 3 {
					return errors.New("more than three redirects")
				}
				return nil
			},
		},
		Header:     http.Header{"User-Agent": {"airlock"}},
		Credential: credential,
	}
}

// oneHost refuses requests to any other host, and unencrypted ones unless the host is this machine.
type oneHost struct {
	base http.RoundTripper
	host string
}

func (o oneHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != o.host || (r.URL.Scheme != "https" && !loopback(o.host)) {
		return nil, errOffHost
	}
	return o.base.RoundTrip(r)
}

// loopback tells whether a registry host is this machine: a literal loopback address or localhost.
func loopback(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// credentials reads the credentials file anew for each use, so that a changed one needs no restart. Helpers (credHelpers,
// credsStore) are not run: they are programs that know no deadline.
func (a Access) credentials(_ context.Context, host string) (auth.Credential, error) {
	if a.CredentialsFile == "" {
		return auth.EmptyCredential, nil
	}
	file, err := os.Open(a.CredentialsFile)
	if err != nil {
		return auth.EmptyCredential, fmt.Errorf("read registry credentials: %w", err)
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	if err != nil {
		return auth.EmptyCredential, fmt.Errorf("read registry credentials: %w", err)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || owner.Uid != 0 && int(owner.Uid) != os.Geteuid() || info.Mode().Perm()&0o077 != 0 {
		return auth.EmptyCredential, fmt.Errorf("read registry credentials: %s may be read by others; want owner root, mode 0600", a.CredentialsFile)
	}
	var config struct {
		Auths map[string]struct {
			Auth          string `json:"auth"`
			Username      string `json:"username"`
			Password      string `json:"password"`
			IdentityToken string `json:"identitytoken"`
		} `json:"auths"`
	}
	if err := json.NewDecoder(file).Decode(&config); err != nil {
		return auth.EmptyCredential, fmt.Errorf("read registry credentials: %s is not the JSON of a docker config.json", a.CredentialsFile)
	}
	entry, ok := config.Auths[host]
	if !ok {
		return auth.EmptyCredential, nil
	}
	if entry.Auth != "" {
		decoded, err := base64.StdEncoding.DecodeString(entry.Auth)
		name, password, found := strings.Cut(string(decoded), ":")
		if err != nil || !found {
			return auth.EmptyCredential, fmt.Errorf("read registry credentials: auth of %s in %s is not base64 of user:password", host, a.CredentialsFile)
		}
		entry.Username, entry.Password = name, password
	}
	return auth.Credential{Username: entry.Username, Password: entry.Password, RefreshToken: entry.IdentityToken}, nil
}
