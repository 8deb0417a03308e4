# METADATA
# title: What the registry holds about the image
# description: |
#   Signatures and scans as the gate found and verified them, and what the site demands of them. A site demands both
#   unless it says otherwise; what was not looked up is not there.
# schemas:
#   - input: schema.input
package airlock.lib.evidence

import future.keywords.not

import data.airlock.lib.image

# METADATA
# description: a scanner's clock and this host's may differ by so much (seconds)
skew := 300

# METADATA
# description: the registry has answered about this very digest, lately enough for the gate to believe it
known if {
	image.current.evidence.present == true
	image.current.evidence.origin in {"registry", "cache", "stale"}
}

# METADATA
# description: signatures by keys the site trusts for signing
default signatures := []

signatures := [signature |
	some signature in image.current.evidence.signatures
	signature.key in data.site.signatures.keys
] if {
	known
}

# METADATA
# description: scans by keys the site trusts for scanning
default scans := []

scans := [scan |
	some scan in image.current.evidence.scans
	scan.key in data.site.scan.keys
] if {
	known
}

# METADATA
# description: the scans that finished last, in the same second; what any of them found counts
latest := [scan |
	some scan in scans
	scan.finished == max([other.finished | some other in scans])
]

# METADATA
# description: one of them; undefined when there is none
newest := latest[0]

# METADATA
# description: why there is no evidence, for people; what is there and counts for nothing is told by the gate's own words
default state := "nothing was looked up"

state := concat("", ["the registry does not answer: ", image.current.evidence.error]) if {
	image.current.evidence.origin == "unreachable"
}

state := "not looked up: the image is not of the site's registries, or not named by digest" if {
	image.current.evidence.origin in {"unlisted", "unpinned"}
}

state := "not in the registry" if {
	image.current.evidence.origin in {"registry", "cache", "stale"}
	image.current.evidence.present == false
}

state := concat("", ["none by a trusted key", rejections]) if known

default rejections := ""

rejections := concat("", ["; found: ", concat("; ", reasons)]) if {
	reasons := {reason | some rejection in image.current.evidence.rejected; reason := rejection.reason}
	count(reasons) > 0
}

# METADATA
# description: an exception of the site for a vulnerability of this image that has not expired
waived(vulnerability) if {
	some exception in data.site.scan.exceptions
	exception.vulnerability == vulnerability
	exception.image in {image.current.repository, concat("@", [image.current.repository, image.current.digest])}
	exception.expires > input.time
}
