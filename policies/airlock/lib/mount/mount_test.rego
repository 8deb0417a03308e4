package airlock.lib.mount_test

import data.airlock.lib.mount

test_below_is_every_root_with_a_slash if {
	mount.below == {concat("", [root, "/"]) | some root in mount.roots}
}
