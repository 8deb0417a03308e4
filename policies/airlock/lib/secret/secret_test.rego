package airlock.lib.secret_test

import data.airlock.lib.secret

test_the_site_says_where if {
	site := {"secrets": {"dir": "/s", "target": "/t"}}
	secret.inside == "/s/" with data.site as site
	secret.target == "/t" with data.site as site
	secret.reserved == ["/run/secrets/", "/var/run/secrets/", "/t/"] with data.site as site
}

test_nothing_is_inside_without_a_directory[name] if {
	some name, site in {"no site": {}, "null": {"secrets": {"dir": null}}, "a list": {"secrets": {"dir": ["/s"], "target": 1}}}
	reported := {x | x := secret.inside} with data.site as site
	reported == set()
	secret.reserved == ["/run/secrets/", "/var/run/secrets/", "/run/secrets/"] with data.site as site
}
