package airlock.lib.role_test

import future.keywords.not

import data.airlock.lib.example
import data.airlock.lib.role

repository := "registry.internal/openclaw/worker"

# METADATA
# description: two roles share a repository by digest, a third has another whole
roles := {
	"listed": {"images": [], "pinned": {repository: {"sha256:a": true, "sha256:b": true}}},
	"other": {"images": [], "pinned": {repository: {"sha256:c": true}}},
	"whole": {"images": ["registry.internal/openclaw/proxy"], "pinned": {}},
}

cases := {
	"a listed digest": {"repository": repository, "digest": "sha256:a", "want": {"listed"}},
	"one listed for another role": {"repository": repository, "digest": "sha256:c", "want": {"other"}},
	"one not listed": {"repository": repository, "digest": "sha256:d", "want": set()},
	"none": {"repository": repository, "digest": "", "want": set()},
	"another repository": {"repository": "registry.internal/openclaw/worker-evil", "digest": "sha256:a", "want": set()},
	"below the repository": {"repository": "registry.internal/openclaw/worker/x", "digest": "sha256:a", "want": set()},
	"any digest of a whole repository": {"repository": "registry.internal/openclaw/proxy", "digest": "sha256:d", "want": {"whole"}},
	"wrong types": {"repository": null, "digest": ["sha256:a"], "want": set()},
}

test_claims[name] if {
	some name, given in cases
	role.claiming(given.repository, given.digest) == given.want with data.site as {"roles": roles}
}

test_an_image_without_a_digest_has_no_role if {
	role.names == set() with data.site as {"roles": roles} with input as json.remove(example.create, ["/container/image/digest"])
}
