package main

import (
	"fmt"
	"os"
	"path"
	"strings"
)

// undemanding is the part of the site data of a site that wants no evidence for its images.
const undemanding = "signatures: {required: false}\nscan: {required: false}\n"

// siteText is the site data of a gate: one role, with an image by repository and, if there are any, by digests.
func siteText(repository, trust string, digests ...string) []byte {
	text := fmt.Appendf(nil, "registries: [%q]\n%sroles:\n  worker:\n    images:\n", path.Dir(repository), trust)
	if len(digests) == 0 {
		return fmt.Appendf(text, "    - %q\n", repository)
	}
	return fmt.Appendf(text, "    - repository: %s\n      digests: |\n        %s\n", repository, strings.Join(digests, "\n        "))
}

func writeSite(file string, text []byte) error {
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("write site data: %w", err)
	}
	return nil
}

// others makes up so many digests.
func others(count int) []string {
	made := make([]string, count)
	for i := range made {
		made[i] = fmt.Sprintf("sha256:%064x", i*7919)
	}
	return made
}
