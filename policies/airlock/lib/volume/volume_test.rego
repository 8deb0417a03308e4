package airlock.lib.volume_test

import data.airlock.lib.volume

roles := {
	"plain": {"volumes": {"a": "rw"}, "protected": false},
	"kept": {"volumes": {"b": "ro"}, "protected": true},
	"unsaid": {"volumes": {}},
	"unread": {"volumes": ["c"]},
}

test_volumes_of_roles if {
	volume.of_role == {"plain": {"a": "rw"}, "kept": {"b": "ro"}, "unsaid": {}} with data.site.roles as roles
	volume.of_role == {} with data.site.roles as null
}

test_what_nobody_said_is_protected if {
	volume.protected == {"kept", "unsaid"} with data.site.roles as roles
}
