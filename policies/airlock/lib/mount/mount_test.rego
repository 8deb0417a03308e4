package airlock.lib.mount_test

import data.airlock.lib.mount

test_below_is_every_root_with_a_slash if {
	mount.below == {concat("", [root, "/"]) | some root in mount.roots}
}

test_within_goes_by_whole_segments if {
	mount.within("/run/secrets", "/run/secrets")
	mount.within("/run/secrets/key", "/run/secrets")
	not mount.within("/run/secrets-of-others", "/run/secrets")
	not mount.within("/run", "/run/secrets")
}
