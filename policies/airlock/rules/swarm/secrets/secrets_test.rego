package airlock.rules.swarm.secrets_test

import data.airlock.lib.example
import data.airlock.rules.swarm.secrets as rule

cases := {
	"a secret of the role is admitted": {"document": example.service, "patch": [], "found": set()},
	"a secret for the group too is admitted": {"document": example.service, "patch": [example.set("/service/files/0/mode", "0440")], "found": set()},
	"no file is admitted": {"document": example.service, "patch": [example.set("/service/files", [])], "found": set()},
	"a secret of nobody is denied": {"document": example.service, "patch": [example.set("/service/files/0/name", "other"), example.set("/service/files/0/stored", "other")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", "other"]}},
	"another role's secret is denied": {"document": example.service, "patch": [example.set("/container/image/repository", "registry.internal/openclaw/worker")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", "llm_api_key"]}},
	"a secret that is not there is denied": {"document": example.service, "patch": [example.set("/service/files/0/stored", "")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", ""]}},
	"another secret behind the ID is denied": {"document": example.service, "patch": [example.set("/service/files/0/stored", "other")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", "other"]}},
	"a driver is denied": {"document": example.service, "patch": [example.set("/service/files/0/driver", "vault")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", {"driver": "vault", "templating": ""}]}},
	"a template is denied": {"document": example.service, "patch": [example.set("/service/files/0/templating", "golang")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", {"driver": "", "templating": "golang"}]}},
	"another directory is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", "/etc/passwd")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", "/etc/passwd"]}},
	"a directory below is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", "/run/secrets/a/b")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", "/run/secrets/a/b"]}},
	"the directory itself is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", "/run/secrets/")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", "/run/secrets/"]}},
	"a directory beside is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", "/run/secretsx")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", "/run/secretsx"]}},
	"no file is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", "")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", ""]}},
	"root's is denied": {"document": example.service, "patch": [example.set("/service/files/0/uid", "0"), example.set("/service/files/0/gid", "0")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.UID", {"UID": "0", "GID": "0"}]}},
	"another group is denied": {"document": example.service, "patch": [example.set("/service/files/0/gid", "0")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.UID", {"UID": "1001", "GID": "0"}]}},
	"one for everybody is denied": {"document": example.service, "patch": [example.set("/service/files/0/mode", "0444")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Mode", "0444"]}},
	"one to write is denied": {"document": example.service, "patch": [example.set("/service/files/0/mode", "0600")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Mode", "0600"]}},
	"a kind nobody knows is held to be a secret": {"document": example.service, "patch": [example.set("/service/files/0/kind", ""), example.set("/service/files/0/mode", "0444")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Mode", "0444"]}},
	"an absent name is denied": {"document": example.service, "patch": [example.without("/service/files/0/name")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", null], ["TaskTemplate.ContainerSpec.Secrets[0]", "llm_api_key"]}},
	"a null name is denied": {"document": example.service, "patch": [example.set("/service/files/0/name", null)], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", null], ["TaskTemplate.ContainerSpec.Secrets[0]", "llm_api_key"]}},
	"a name of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/files/0/name", 1)], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", 1], ["TaskTemplate.ContainerSpec.Secrets[0]", "llm_api_key"]}},
	"an absent stored name is denied": {"document": example.service, "patch": [example.without("/service/files/0/stored")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", null]}},
	"an absent driver is denied": {"document": example.service, "patch": [example.without("/service/files/0/driver")], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", {"driver": null, "templating": ""}]}},
	"a null template is denied": {"document": example.service, "patch": [example.set("/service/files/0/templating", null)], "found": {["TaskTemplate.ContainerSpec.Secrets[0]", {"driver": "", "templating": null}]}},
	"an absent destination is denied": {"document": example.service, "patch": [example.without("/service/files/0/destination")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", null]}},
	"a destination of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/files/0/destination", 1)], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Name", 1]}},
	"an absent user is denied": {"document": example.service, "patch": [example.without("/service/files/0/uid")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.UID", {"UID": null, "GID": "1001"}]}},
	"a user of a wrong type is denied": {"document": example.service, "patch": [example.set("/service/files/0/uid", 1001)], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.UID", {"UID": 1001, "GID": "1001"}]}},
	"an absent mode is denied": {"document": example.service, "patch": [example.without("/service/files/0/mode")], "found": {["TaskTemplate.ContainerSpec.Secrets[0].File.Mode", null]}},
	"a field of a wrong type is denied all the same": {"document": example.service, "patch": [example.set("/service/files/0/field", null), example.set("/service/files/0/mode", "0444")], "found": {["TaskTemplate.ContainerSpec.Secrets.File.Mode", "0444"]}},
	"absent files are denied": {"document": example.service, "patch": [example.without("/service/files")], "found": {["TaskTemplate.ContainerSpec.Secrets", null]}},
	"null files are denied": {"document": example.service, "patch": [example.set("/service/files", null)], "found": {["TaskTemplate.ContainerSpec.Secrets", null]}},
	"files of a wrong type are denied": {"document": example.service, "patch": [example.set("/service/files", "none")], "found": {["TaskTemplate.ContainerSpec.Secrets", "none"]}},
}

test_secrets[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(case.document, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.service, [example.set("/service/files/0/destination", "/etc/x")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "TaskTemplate.ContainerSpec.Secrets[0].File.Name", "got": "/etc/x", "want": "a name directly below /run/secrets"}}
}

test_twin if {
	document := json.patch(example.service, [example.set("/service/files/0/stored", "")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.service, [example.set("/service/files/0/driver", "x")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_3 if {
	document := json.patch(example.service, [example.set("/service/files/0/templating", "golang")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_4 if {
	document := json.patch(example.service, [example.set("/service/files/0/destination", "/etc/x")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_5 if {
	document := json.patch(example.service, [example.set("/service/files/0/uid", "0")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_6 if {
	document := json.patch(example.service, [example.set("/service/files/0/mode", "0444")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_7 if {
	document := json.patch(example.service, [example.set("/service/files/0/name", "other"), example.set("/service/files/0/stored", "other")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_twin_8 if {
	document := json.patch(example.service, [example.set("/service/files", "none")])
	example.fired(document) == {"swarm/secrets"}
	example.admitted(document) == false
}

test_other_subjects_are_not_judged if {
	rule.deny == set() with input as example.ping with data.site as example.site
	rule.deny == set() with input as example.create with data.site as example.site
}

test_a_site_without_a_place_or_a_user_for_secrets_denies if {
	bare := json.patch(example.site, [example.without("/secrets"), example.without("/identity")])
	reported := rule.deny with input as example.service with data.site as bare
	{[found.field, found.want] | some found in reported} == {
		["TaskTemplate.ContainerSpec.Secrets[0].File.Name", "a name directly below secrets.target of site.yaml"],
		["TaskTemplate.ContainerSpec.Secrets[0].File.UID", {"UID": "null", "GID": "null"}],
	}
}
