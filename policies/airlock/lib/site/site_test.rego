package airlock.lib.site_test

import data.airlock.lib.example
import data.airlock.lib.site

empty := {
	"registries": [],
	"identity": {},
	"limits": {},
	"seccomp": [],
	"apparmor": [],
	"runtimes": [],
	"logging_drivers": [],
	"annotations": [],
	"roles": {},
	"callers": {},
	"exceptions": [],
}

cases := {
	"no data": {},
	"nulls": {
		"registries": null,
		"identity": null,
		"limits": null,
		"profiles": null,
		"runtimes": null,
		"logging": null,
		"annotations": null,
		"roles": null,
		"callers": null,
		"exceptions": null,
	},
	"other types": {
		"registries": "registry.internal",
		"identity": "1001:1001",
		"limits": [],
		"profiles": {"seccomp": "builtin", "apparmor": {}},
		"runtimes": "runsc",
		"logging": {"drivers": "gelf"},
		"annotations": "all",
		"roles": [],
		"callers": [],
		"exceptions": {},
	},
	"no document": null,
}

test_what_cannot_be_read_is_empty[name] if {
	some name, data_site in cases
	read.registries == empty.registries with data.site as data_site
	read == empty with data.site as data_site
	site.limit("memory") == null with data.site as data_site
}

test_what_is_there_is_read if {
	read.registries == ["registry.internal/openclaw"] with data.site as example.site
	read.seccomp == ["/etc/docker/seccomp.json"] with data.site as example.site
	site.limit("memory") == 2147483648 with data.site as example.site
}

read := {
	"registries": site.registries,
	"identity": site.identity,
	"limits": site.limits,
	"seccomp": site.seccomp,
	"apparmor": site.apparmor,
	"runtimes": site.runtimes,
	"logging_drivers": site.logging_drivers,
	"annotations": site.annotations,
	"roles": site.roles,
	"callers": site.callers,
	"exceptions": site.exceptions,
}
