// Package policies embeds the Rego bundle: rules, libraries, schemas and their tests.
//
// The files are stock Rego: an unmodified opa runs `opa test -b policies`, `opa check --strict --schema
// policies/schemas` and `opa build -b policies` on them. The package imports nothing but embed.
package policies

import "embed"

// FS holds the bundle as it stands in the repository, tests included; package bundle leaves the tests out when loading.
//
//go:embed .manifest airlock schemas
var FS embed.FS
