package evidence

import "time"

// Bounds on what is read of one image. Beyond them nothing is believed: an image somebody has buried in documents is one
// whose evidence cannot be told.
const (
	maxManifest  = 4 << 20
	maxDocument  = 16 << 20
	maxTotal     = 64 << 20
	maxReferrers = 64
	maxLayers    = 64
)

// Format is how a document carries its signature.
type Format string

// Formats that cosign writes.
const (
	Bundle        Format = "bundle"         // sigstore bundle: cosign 3, and 2 with --new-bundle-format
	SimpleSigning Format = "simple-signing" // tag sha256-….sig
	Envelope      Format = "envelope"       // DSSE envelope under tag sha256-….att
)

// Material is what a registry holds about one digest, not verified.
type Material struct {
	Repository string     `json:"repository"`
	Digest     string     `json:"digest"`   // of the request, "sha256:…"
	Platform   string     `json:"platform"` // "linux/amd64": which child of an index is meant
	Fetched    time.Time  `json:"fetched"`
	Present    bool       `json:"present"` // the registry has the digest; nothing below is set otherwise
	MediaType  string     `json:"media_type"`
	Child      string     `json:"child"`  // of an index: digest of the platform's manifest; "" when it has none
	Config     string     `json:"config"` // digest of the image configuration of the manifest or of the child
	Documents  []Document `json:"documents"`
}

// Document is one piece of evidence as it was found.
type Document struct {
	Subject   string `json:"subject"` // the digest it was found for
	Format    Format `json:"format"`
	Place     string `json:"place"` // digest of the manifest or layer that holds it
	Body      []byte `json:"body"`
	Signature string `json:"signature"` // of simple signing, base64; inside the body otherwise
	Defect    string `json:"defect"`    // why it is no document that could be read; "" normally
}

// index tells whether the digest names an index of manifests.
func (m *Material) index() bool {
	switch m.MediaType {
	case mediaIndex, mediaDockerList:
		return true
	}
	return false
}
