package airlock.rules.api.operation_test

import data.airlock.lib.example
import data.airlock.lib.operation
import data.airlock.rules.api.operation as rule

cases := {
	"system.ping is admitted": {"patch": [example.set("/operation", "system.ping")], "found": set()},
	"system.version is admitted": {"patch": [example.set("/operation", "system.version")], "found": set()},
	"system.info is admitted": {"patch": [example.set("/operation", "system.info")], "found": set()},
	"system.events is admitted": {"patch": [example.set("/operation", "system.events")], "found": set()},
	"system.df is admitted": {"patch": [example.set("/operation", "system.df")], "found": set()},
	"system.options is admitted": {"patch": [example.set("/operation", "system.options")], "found": set()},
	"container.list is admitted": {"patch": [example.set("/operation", "container.list")], "found": set()},
	"container.inspect is admitted": {"patch": [example.set("/operation", "container.inspect")], "found": set()},
	"container.logs is admitted": {"patch": [example.set("/operation", "container.logs")], "found": set()},
	"container.stats is admitted": {"patch": [example.set("/operation", "container.stats")], "found": set()},
	"container.changes is admitted": {"patch": [example.set("/operation", "container.changes")], "found": set()},
	"container.top is admitted": {"patch": [example.set("/operation", "container.top")], "found": set()},
	"container.stop is admitted": {"patch": [example.set("/operation", "container.stop")], "found": set()},
	"container.kill is admitted": {"patch": [example.set("/operation", "container.kill")], "found": set()},
	"container.pause is admitted": {"patch": [example.set("/operation", "container.pause")], "found": set()},
	"container.wait is admitted": {"patch": [example.set("/operation", "container.wait")], "found": set()},
	"container.resize is admitted": {"patch": [example.set("/operation", "container.resize")], "found": set()},
	"container.remove is admitted": {"patch": [example.set("/operation", "container.remove")], "found": set()},
	"container.attach is admitted": {"patch": [example.set("/operation", "container.attach")], "found": set()},
	"image.list is admitted": {"patch": [example.set("/operation", "image.list")], "found": set()},
	"image.inspect is admitted": {"patch": [example.set("/operation", "image.inspect")], "found": set()},
	"image.history is admitted": {"patch": [example.set("/operation", "image.history")], "found": set()},
	"image.attestations is admitted": {"patch": [example.set("/operation", "image.attestations")], "found": set()},
	"network.list is admitted": {"patch": [example.set("/operation", "network.list")], "found": set()},
	"network.inspect is admitted": {"patch": [example.set("/operation", "network.inspect")], "found": set()},
	"volume.list is admitted": {"patch": [example.set("/operation", "volume.list")], "found": set()},
	"volume.inspect is admitted": {"patch": [example.set("/operation", "volume.inspect")], "found": set()},
	"plugin.list is admitted": {"patch": [example.set("/operation", "plugin.list")], "found": set()},
	"exec.inspect is admitted": {"patch": [example.set("/operation", "exec.inspect")], "found": set()},
	"container.create is admitted": {"patch": [example.set("/operation", "container.create")], "found": set()},
	"container.start is admitted": {"patch": [example.set("/operation", "container.start")], "found": set()},
	"container.restart is admitted": {"patch": [example.set("/operation", "container.restart")], "found": set()},
	"container.unpause is admitted": {"patch": [example.set("/operation", "container.unpause")], "found": set()},
	"image.pull is admitted": {"patch": [example.set("/operation", "image.pull")], "found": set()},
	"system.auth is denied": {"patch": [example.set("/operation", "system.auth")], "found": {["request", "system.auth"]}},
	"debug.read is denied": {"patch": [example.set("/operation", "debug.read")], "found": {["request", "debug.read"]}},
	"session.open is denied": {"patch": [example.set("/operation", "session.open")], "found": {["request", "session.open"]}},
	"session.grpc is denied": {"patch": [example.set("/operation", "session.grpc")], "found": {["request", "session.grpc"]}},
	"container.export is admitted": {"patch": [example.set("/operation", "container.export")], "found": set()},
	"container.attach.ws is admitted": {"patch": [example.set("/operation", "container.attach.ws")], "found": set()},
	"container.rename is admitted": {"patch": [example.set("/operation", "container.rename")], "found": set()},
	"container.update is admitted": {"patch": [example.set("/operation", "container.update")], "found": set()},
	"container.prune is denied": {"patch": [example.set("/operation", "container.prune")], "found": {["request", "container.prune"]}},
	"container.copy is denied": {"patch": [example.set("/operation", "container.copy")], "found": {["request", "container.copy"]}},
	"container.commit is denied": {"patch": [example.set("/operation", "container.commit")], "found": {["request", "container.commit"]}},
	"container.archive.get is admitted": {"patch": [example.set("/operation", "container.archive.get")], "found": set()},
	"container.archive.stat is admitted": {"patch": [example.set("/operation", "container.archive.stat")], "found": set()},
	"container.archive.put is denied": {"patch": [example.set("/operation", "container.archive.put")], "found": {["request", "container.archive.put"]}},
	"checkpoint.create is denied": {"patch": [example.set("/operation", "checkpoint.create")], "found": {["request", "checkpoint.create"]}},
	"exec.create is admitted": {"patch": [example.set("/operation", "exec.create")], "found": set()},
	"exec.start is admitted": {"patch": [example.set("/operation", "exec.start")], "found": set()},
	"exec.resize is admitted": {"patch": [example.set("/operation", "exec.resize")], "found": set()},
	"image.export is denied": {"patch": [example.set("/operation", "image.export")], "found": {["request", "image.export"]}},
	"image.search is denied": {"patch": [example.set("/operation", "image.search")], "found": {["request", "image.search"]}},
	"image.import is denied": {"patch": [example.set("/operation", "image.import")], "found": {["request", "image.import"]}},
	"image.load is denied": {"patch": [example.set("/operation", "image.load")], "found": {["request", "image.load"]}},
	"image.tag is denied": {"patch": [example.set("/operation", "image.tag")], "found": {["request", "image.tag"]}},
	"image.push is denied": {"patch": [example.set("/operation", "image.push")], "found": {["request", "image.push"]}},
	"image.remove is denied": {"patch": [example.set("/operation", "image.remove")], "found": {["request", "image.remove"]}},
	"image.prune is denied": {"patch": [example.set("/operation", "image.prune")], "found": {["request", "image.prune"]}},
	"build.run is denied": {"patch": [example.set("/operation", "build.run")], "found": {["request", "build.run"]}},
	"distribution.inspect is admitted": {"patch": [example.set("/operation", "distribution.inspect")], "found": set()},
	"network.create is admitted": {"patch": [example.set("/operation", "network.create")], "found": set()},
	"network.connect is admitted": {"patch": [example.set("/operation", "network.connect")], "found": set()},
	"network.disconnect is admitted": {"patch": [example.set("/operation", "network.disconnect")], "found": set()},
	"network.remove is admitted": {"patch": [example.set("/operation", "network.remove")], "found": set()},
	"network.prune is denied": {"patch": [example.set("/operation", "network.prune")], "found": {["request", "network.prune"]}},
	"volume.create is admitted": {"patch": [example.set("/operation", "volume.create")], "found": set()},
	"volume.remove is admitted": {"patch": [example.set("/operation", "volume.remove")], "found": set()},
	"volume.prune is denied": {"patch": [example.set("/operation", "volume.prune")], "found": {["request", "volume.prune"]}},
	"volume.update is denied": {"patch": [example.set("/operation", "volume.update")], "found": {["request", "volume.update"]}},
	"plugin.privileges is denied": {"patch": [example.set("/operation", "plugin.privileges")], "found": {["request", "plugin.privileges"]}},
	"plugin.enable is denied": {"patch": [example.set("/operation", "plugin.enable")], "found": {["request", "plugin.enable"]}},
	"plugin.disable is denied": {"patch": [example.set("/operation", "plugin.disable")], "found": {["request", "plugin.disable"]}},
	"swarm.init is denied": {"patch": [example.set("/operation", "swarm.init")], "found": {["request", "swarm.init"]}},
	"swarm.join is denied": {"patch": [example.set("/operation", "swarm.join")], "found": {["request", "swarm.join"]}},
	"swarm.leave is denied": {"patch": [example.set("/operation", "swarm.leave")], "found": {["request", "swarm.leave"]}},
	"swarm.inspect is denied": {"patch": [example.set("/operation", "swarm.inspect")], "found": {["request", "swarm.inspect"]}},
	"service.create is admitted": {"patch": [example.set("/operation", "service.create")], "found": set()},
	"service.list is admitted": {"patch": [example.set("/operation", "service.list")], "found": set()},
	"task.logs is denied": {"patch": [example.set("/operation", "task.logs")], "found": {["request", "task.logs"]}},
	"secret.create is denied": {"patch": [example.set("/operation", "secret.create")], "found": {["request", "secret.create"]}},
	"config.inspect is denied": {"patch": [example.set("/operation", "config.inspect")], "found": {["request", "config.inspect"]}},
	"node.update is denied": {"patch": [example.set("/operation", "node.update")], "found": {["request", "node.update"]}},
	"an unknown operation is denied": {"patch": [example.set("/operation", "")], "found": {["request", ""]}},
	"absent is denied": {"patch": [example.without("/operation")], "found": {["request", null]}},
	"null is denied": {"patch": [example.set("/operation", null)], "found": {["request", null]}},
	"wrong type is denied": {"patch": [example.set("/operation", ["system.ping"])], "found": {["request", ["system.ping"]]}},
}

test_operation[name] if {
	some name, case in cases
	reported := rule.deny with input as json.patch(example.ping, case.patch) with data.site as example.site
	{[found.field, found.got] | some found in reported} == case.found
}

test_whole_violation if {
	document := json.patch(example.ping, [example.set("/operation", "container.prune")])
	reported := rule.deny with input as document with data.site as example.site
	reported == {{"field": "request", "got": "container.prune", "want": "an operation this policy admits (airlock rules api/operation); this one removes every stopped container, whatever its role"}}
}

test_who_is_denied_is_told_what_the_operation_can_do[name] if {
	some name, why in object.union(operation.openable, operation.refused)
	document := json.patch(example.ping, [example.set("/operation", name)])
	reported := rule.deny with input as document with data.site as example.site
	{endswith(found.want, why) | some found in reported} == {true}
}

test_twin if {
	document := json.patch(example.ping, [example.set("/operation", "container.prune")])
	example.fired(document) == {"api/operation"}
	example.admitted(document) == false
}

test_twin_2 if {
	document := json.patch(example.ping, [example.set("/operation", "")])
	example.fired(document) == {"api/operation"}
	example.admitted(document) == false
}
