package bundle

import (
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"time"

	"github.com/distribution/reference"

	"github.com/airlock-gate/airlock/plugin/keyring"
)

// siteSignatures says who must have signed an image.
type siteSignatures struct {
	Required bool     `json:"required"`
	Keys     []string `json:"keys"` // IDs of the release keys
}

// siteScan says who must have scanned an image, how recently, and what it must not have found.
type siteScan struct {
	Required   bool            `json:"required"`
	Keys       []string        `json:"keys"`    // IDs of the scanner keys
	Block      []string        `json:"block"`   // severities
	MaxAge     int64           `json:"max_age"` // seconds
	Exceptions []siteScanWaive `json:"exceptions"`
}

// siteScanWaive lets one vulnerability of one image pass until it expires.
type siteScanWaive struct {
	Image         string `json:"image"` // repository, or repository@digest
	Vulnerability string `json:"vulnerability"`
	Reason        string `json:"reason"`
	Ticket        string `json:"ticket"`
	Expires       int64  `json:"expires"` // unix seconds
}

// Both are required unless the site says otherwise: a section that was forgotten must not let an unsigned image run.
func defaultSignatures() siteSignatures { return siteSignatures{Required: true, Keys: []string{}} }

func defaultScan() siteScan {
	return siteScan{
		Required: true, Keys: []string{}, Block: []string{"CRITICAL", "HIGH"}, MaxAge: int64((168 * time.Hour) / time.Second),
		Exceptions: []siteScanWaive{},
	}
}

const maxKeyFile = 64 << 10

// trust reads the sections signatures and scan, and the key files they name.
func (p *siteParser) trust(root *element, d *siteDocument) (*keyring.Ring, []string) {
	signatures, scan := root.get("signatures"), root.get("scan")
	var keys []keyring.Key
	var files []string
	for _, section := range []struct {
		at       *element
		role     keyring.Role
		required *bool
		ids      *[]string
	}{
		{signatures, keyring.Release, &d.Signatures.Required, &d.Signatures.Keys},
		{scan, keyring.Scanner, &d.Scan.Required, &d.Scan.Keys},
	} {
		if required := section.at.get("required"); required != nil {
			*section.required = required.value == true
		}
		for _, e := range section.at.get("keys").list() {
			name, ok := e.value.(string)
			if !ok {
				continue // the schema complains
			}
			files = append(files, name)
			key, err := readKey(section.role, name)
			if err != nil {
				p.fail(e.line, e.path, "%s: %s", quoted(name), err)
				continue
			}
			if other := slices.IndexFunc(keys, func(k keyring.Key) bool { return k.ID == key.ID }); other >= 0 && keys[other].Role != key.Role {
				p.fail(e.line, e.path, "%s is a key for signatures too; one key serves one purpose: who can attest a scan must not be able to sign", quoted(name))
				continue
			}
			keys = append(keys, key)
			*section.ids = append(*section.ids, key.ID)
		}
	}
	p.strings(scan.get("block"), &d.Scan.Block)
	p.seconds(scan.get("max_age"), &d.Scan.MaxAge)
	for _, e := range scan.get("exceptions").list() {
		d.Scan.Exceptions = append(d.Scan.Exceptions, p.scanException(e))
	}
	ring, err := keyring.New(keys...)
	if err != nil {
		p.fail(scan.line, scan.path, "%s", err)
	}
	return ring, files
}

// readKey reads a public key. Words of the operating system are kept short: the path is told beside them.
func readKey(role keyring.Role, name string) (keyring.Key, error) {
	if !path.IsAbs(name) {
		return keyring.Key{}, errors.New("is no absolute path")
	}
	file, err := os.Open(name)
	if err != nil {
		var reason *os.PathError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return keyring.Key{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return keyring.Key{}, err
	}
	return keyring.Parse(role, data)
}

var vulnerabilityID = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+$`)

// scanException reads one entry.
func (p *siteParser) scanException(e *element) siteScanWaive {
	var w siteScanWaive
	p.text(e.get("image"), &w.Image)
	p.text(e.get("vulnerability"), &w.Vulnerability)
	p.text(e.get("reason"), &w.Reason)
	p.text(e.get("ticket"), &w.Ticket)
	p.expiry(e.get("expires"), &w.Expires)
	if at := e.get("image"); at != nil && w.Image != "" && !p.failed(at.path) {
		named, err := reference.ParseNormalizedNamed(w.Image)
		_, tagged := named.(reference.Tagged)
		if err != nil || tagged || named.String() != w.Image {
			p.fail(at.line, at.path, "%s is no repository and no repository@sha256:DIGEST, as the engine prints it", quoted(w.Image))
		}
	}
	if at := e.get("vulnerability"); at != nil && w.Vulnerability != "" && !vulnerabilityID.MatchString(w.Vulnerability) {
		p.fail(at.line, at.path, "%s is no identifier of a vulnerability, such as CVE-2024-3094", quoted(w.Vulnerability))
	}
	return w
}

// Ring is the keys of the site. It is never nil.
func (s *Site) Ring() *keyring.Ring { return s.ring }

// Files lists what the site data was read from beside its own file.
func (s *Site) Files() []string { return slices.Clone(s.files) }

// Demands tells whether an image must be signed or scanned.
func (s *Site) Demands() bool { return s.document.Signatures.Required || s.document.Scan.Required }

// Lists tells whether a repository is one of the site's registries'.
func (s *Site) Lists(repository string) bool {
	return slices.ContainsFunc(s.document.Registries, func(prefix string) bool { return within(repository, prefix) })
}
