# METADATA
# title: Operations
# description: |
#   The treatment of every operation of the Engine API: admitted with the subject its input must carry, open only to
#   those who may break the glass, or refused to everybody. One that is in no table is denied, and so is one whose input
#   lost its subject: a rule cannot judge what is not there.
# schemas:
#   - input: schema.input
package airlock.lib.operation

import future.keywords.not

import data.airlock.lib.site

# METADATA
# description: |
#   Subject "container", "image", "network", "volume" and "service": decided by the rules of that subject. A service to make or
#   change is judged as the container of its tasks, with the service beside it. Subject "none": granted, since the operation
#   neither starts a process nor brings in or lets out content, nor reaches another host; the rules of category api
#   still look at its parameters.
subjects := {
	"container.archive.get": "container",
	"container.archive.stat": "container",
	"container.attach": "container",
	"container.attach.ws": "container",
	"container.create": "container",
	"container.export": "container",
	"container.kill": "container",
	"container.logs": "container",
	"container.pause": "container",
	"container.remove": "container",
	"container.rename": "container",
	"container.restart": "container",
	"container.start": "container",
	"container.stop": "container",
	"container.unpause": "container",
	"container.update": "container",
	"exec.create": "container",
	"exec.resize": "container",
	"exec.start": "container",
	"network.connect": "container",
	"network.disconnect": "container",
	"service.create": "container",
	"service.update": "container",
	"distribution.inspect": "image",
	"image.pull": "image",
	"network.create": "network",
	"network.remove": "network",
	"volume.create": "volume",
	"volume.remove": "volume",
	"service.logs": "service",
	"service.remove": "service",
	"container.changes": "none",
	"container.inspect": "none",
	"container.list": "none",
	"container.resize": "none",
	"container.stats": "none",
	"container.top": "none",
	"container.wait": "none",
	"exec.inspect": "none",
	"image.attestations": "none",
	"image.history": "none",
	"image.inspect": "none",
	"image.list": "none",
	"network.inspect": "none",
	"network.list": "none",
	"node.inspect": "none",
	"node.list": "none",
	"plugin.inspect": "none",
	"plugin.list": "none",
	"secret.inspect": "none",
	"secret.list": "none",
	"service.inspect": "none",
	"service.list": "none",
	"system.df": "none",
	"system.events": "none",
	"system.info": "none",
	"system.options": "none",
	"system.ping": "none",
	"system.version": "none",
	"task.inspect": "none",
	"task.list": "none",
	"volume.inspect": "none",
	"volume.list": "none",
}

# METADATA
# description: |
#   Why each operation of subject "none" is granted, and what looks at its parameters where they have an effect. An
#   operation that is only listed, and for which nobody could say why, would be admitted by habit.
granted := {
	"container.changes": "lists the paths a container wrote, no content",
	"container.inspect": "shows a stored configuration, whose secrets are files and not values",
	"container.list": "lists names, images, states and labels",
	"container.resize": "sets the size of a terminal",
	"container.stats": "shows counters of the kernel",
	"container.top": "lists processes; arguments, which can print environments, are refused by api/top-arguments",
	"container.wait": "waits for the end of a container",
	"exec.inspect": "shows the command of an exec that was admitted",
	"image.attestations": "shows attestations the engine already holds; it asks no registry",
	"image.history": "shows how the layers of a local image were made",
	"image.inspect": "shows the configuration of a local image, which whoever can pull it can read",
	"image.list": "lists local images; filters only narrow it",
	"network.inspect": "shows a network and who is attached",
	"network.list": "lists networks and who is attached",
	"node.inspect": "shows a node of the swarm, its addresses and resources",
	"node.list": "shows the nodes of the swarm, their addresses and resources",
	"plugin.inspect": "shows an installed plugin; it changes none",
	"plugin.list": "lists installed plugins; it changes none",
	"secret.inspect": "shows name and labels of a secret; the engine never returns its value",
	"secret.list": "shows names and labels of secrets; the engine never returns their values",
	"service.inspect": "shows a stored specification, whose secrets are references and not values",
	"service.list": "shows stored specifications, whose secrets are references and not values",
	"system.df": "adds up the sizes of what the lists show",
	"system.events": "tells what happened to objects, by name and label",
	"system.info": "shows the daemon's settings, its proxy without credentials",
	"system.options": "answers with nothing; the engine does not act on it",
	"system.ping": "answers OK; clients negotiate the version by it",
	"system.version": "shows versions",
	"task.inspect": "shows where a task of a service runs and how it is",
	"task.list": "shows where tasks of services run and how they are",
	"volume.inspect": "shows one volume's driver, options and labels",
	"volume.list": "lists volumes with driver and options",
}

# METADATA
# description: |
#   Operations denied to everybody who was not given them: whom the site's callers name for them, and whoever asks while
#   the glass is broken for them. The text says what they can do.
openable := {
	"build.prune": "deletes build cache, and with it what a later build would have been checked against",
	"checkpoint.list": "lists any directory of the host that the caller names",
	"config.create": "stores what services will read, and nobody looks at what it is",
	"config.inspect": "shows a configuration, and whatever secret somebody put there",
	"config.list": "shows every configuration, and whatever secret somebody put there",
	"config.remove": "takes away a configuration that services run on",
	"config.update": "changes how a configuration is expanded on the nodes",
	"container.prune": "removes every stopped container, whatever its role",
	"image.export": "copies images out of the host",
	"image.prune": "removes images that are pinned and not running",
	"image.remove": "removes a pinned image, which must then be pulled again",
	"network.prune": "removes every unused network, those a stopped container needs included",
	"node.remove": "takes a node out of the swarm",
	"node.update": "promotes, drains and relabels nodes, and so moves tasks",
	"secret.create": "chooses whom a service speaks as: who makes the proxy's key can read along where it is used",
	"secret.remove": "takes away a secret that services run on",
	"secret.update": "changes how a secret is expanded on the nodes",
	"swarm.init": "opens ports and lets the node run tasks that never pass the gate",
	"swarm.inspect": "shows the tokens with which other hosts join the swarm",
	"swarm.unlock": "hands the daemon the key of the swarm's store",
	"task.logs": "shows what a task of any role wrote",
	"volume.prune": "destroys volumes, the evidence in them included",
}

# METADATA
# description: |
#   Decided operations that a caller's right or the broken glass takes further than the rules would: the rules that are
#   set aside for them. Never one of category api: what was not understood stays denied.
relaxable := {
	"container.archive.get": {"lifecycle/archive", "lifecycle/protected"},
	"container.archive.stat": {"lifecycle/archive", "lifecycle/protected"},
	"container.attach": {"lifecycle/protected"},
	"container.attach.ws": {"lifecycle/protected"},
	"container.export": {"lifecycle/archive", "lifecycle/protected"},
	"container.kill": {"lifecycle/protected"},
	"container.logs": {"lifecycle/protected"},
	"container.pause": {"lifecycle/protected"},
	"container.remove": {"lifecycle/protected"},
	"container.rename": {"lifecycle/protected"},
	"container.restart": {"lifecycle/protected"},
	"container.stop": {"lifecycle/protected"},
	"container.update": {"lifecycle/protected"},
	"exec.create": {"lifecycle/exec-command", "lifecycle/exec-env", "lifecycle/exec-working-dir"},
	"exec.resize": {"lifecycle/exec-command", "lifecycle/exec-env", "lifecycle/exec-working-dir"},
	"exec.start": {"lifecycle/exec-command", "lifecycle/exec-env", "lifecycle/exec-working-dir"},
	"network.disconnect": {"airgap/disconnect"},
	"service.logs": {"swarm/protected"},
	"service.remove": {"swarm/protected"},
}

# METADATA
# description: |
#   Every operation a caller can be given and the glass can be broken for, with the rules that are set aside then.
opens[name] := {"api/operation"} if some name, _ in openable

opens[name] := rules if some name, rules in relaxable

# METADATA
# description: |
#   Operations denied to everybody, always: there is no way to know what they bring in, or they would end the gate. The
#   text says what they can do.
refused := {
	"build.cancel": "belongs to builds, which run processes as root outside every rule",
	"build.run": "runs processes as root, with network, outside every rule",
	"checkpoint.create": "dumps a container's memory into a directory of the host",
	"checkpoint.remove": "deletes below any directory of the host that the caller names",
	"container.archive.put": "writes files into a container",
	"container.commit": "makes an image of a container, secrets included, with any configuration",
	"container.copy": "copies any file out of a container; gone from the API since 1.24",
	"debug.read": "dumps the memory of the daemon, which holds secrets",
	"image.import": "makes an image of anything, fetched by the daemon from anywhere",
	"image.load": "brings in images of any content under any name",
	"image.push": "sends image content out of the host",
	"image.search": "makes the daemon ask a registry outside",
	"image.tag": "makes a foreign image carry a trusted name",
	"plugin.create": "brings in code that runs as root outside every rule",
	"plugin.disable": "can take the gate away",
	"plugin.enable": "runs code as root outside every rule",
	"plugin.privileges": "makes the daemon ask a registry outside",
	"plugin.pull": "brings in code that runs as root outside every rule",
	"plugin.push": "sends plugin content out of the host",
	"plugin.remove": "can take the gate away",
	"plugin.set": "changes the mounts and the environment of code that runs as root",
	"plugin.upgrade": "brings in code that runs as root outside every rule",
	"session.grpc": "opens BuildKit's whole API, which no plugin sees",
	"session.open": "opens BuildKit's session, which no plugin sees",
	"swarm.join": "lets a foreign manager run tasks here that never pass the gate",
	"swarm.leave": "takes the services down with the swarm, and what watches over them",
	"swarm.unlockkey": "shows the key of the swarm's store",
	"swarm.update": "replaces the swarm's certificate authority, its tokens and where its tasks log",
	"system.auth": "makes the daemon send credentials to a host of the caller's choice",
	"volume.update": "changes cluster volumes, which live on other hosts",
}

# METADATA
# description: |
#   Operations that the named rules alone judge, beside those of category api. What only ends, cuts off or shows a
#   container must stay possible for one that breaks every other rule: else nobody could be rid of it.
narrowed := {
	"container.archive.get": {"lifecycle/archive", "lifecycle/protected"},
	"container.archive.stat": {"lifecycle/archive", "lifecycle/protected"},
	"container.attach": {"lifecycle/protected"},
	"container.attach.ws": {"lifecycle/protected"},
	"container.export": {"lifecycle/archive", "lifecycle/protected"},
	"container.kill": {"lifecycle/protected", "lifecycle/signal"},
	"container.logs": {"lifecycle/protected"},
	"container.pause": {"lifecycle/protected"},
	"container.remove": {"lifecycle/protected"},
	"container.rename": {"airgap/reserved-names", "hardening/name", "lifecycle/protected"},
	"container.stop": {"lifecycle/protected", "lifecycle/signal"},
	"network.disconnect": {"airgap/disconnect"},
	"volume.remove": {"filesystem/volume-removal"},
	"service.logs": {"swarm/live", "swarm/protected"},
	"service.remove": {"swarm/live", "swarm/protected"},
}

# METADATA
# description: |
#   The operation belongs to a swarm on a site that has none. A door that is shut is reason enough: what the request is
#   like is not looked at. The reason is that of api/swarm.
closed if {
	input.operation in {
		"config.create", "config.inspect", "config.list", "config.remove", "config.update",
		"node.inspect", "node.list", "node.remove", "node.update",
		"secret.create", "secret.inspect", "secret.list", "secret.remove", "secret.update",
		"service.create", "service.inspect", "service.list", "service.logs", "service.remove", "service.update",
		"swarm.init", "swarm.inspect", "swarm.join", "swarm.leave", "swarm.unlock", "swarm.unlockkey", "swarm.update",
		"task.inspect", "task.list", "task.logs",
	}
	not site.swarm.enabled == true
}

# METADATA
# description: the input carries the subject its operation needs
well_formed if {
	input.subject == "none"
	input.version == 1
	subjects[input.operation] == "none"
	is_object(input.request.query)
	not is_object(input.container)
	not is_object(input.image)
	not is_object(input.network)
	not is_object(input.volume)
	not is_object(input.service)
}

# What is opened has no view that a rule could judge.
well_formed if {
	input.subject == "none"
	input.version == 1
	openable[input.operation]
	is_object(input.request.query)
	not is_object(input.container)
	not is_object(input.image)
	not is_object(input.network)
	not is_object(input.volume)
	not is_object(input.service)
}

well_formed if {
	input.subject == "container"
	input.version == 1
	subjects[input.operation] == "container"
	is_object(input.request.query)
	is_object(input.container)
	is_object(input.engine)
	located
	served
}

# Rules that alone judge an operation ask about the container itself. Nothing else was looked up for them.
well_formed if {
	input.subject == "container"
	is_null(input.engine)
	input.version == 1
	subjects[input.operation] == "container"
	narrowed[input.operation]
	is_object(input.request.query)
	is_object(input.container)
	not is_object(input.service)
}

well_formed if {
	input.subject == "image"
	input.version == 1
	subjects[input.operation] == "image"
	is_object(input.request.query)
	is_object(input.image)
}

well_formed if {
	input.subject == "network"
	input.version == 1
	subjects[input.operation] == "network"
	is_object(input.request.query)
	is_object(input.network)
	surveyed
}

well_formed if {
	input.subject == "volume"
	input.version == 1
	subjects[input.operation] == "volume"
	is_object(input.request.query)
	is_object(input.volume)
}

well_formed if {
	input.subject == "service"
	input.version == 1
	subjects[input.operation] == "service"
	is_object(input.request.query)
	input.service.existing == true
}

# A service to make or change comes beside its container, and beside no other. What it says of itself is what the rules
# of services go by.
served if {
	input.operation == "service.create"
	input.service.specified == true
	input.service.existing == false
	surveyed
}

served if {
	input.operation == "service.update"
	input.service.specified == true
	input.service.existing == true
	surveyed
}

served if {
	not input.operation in {"service.create", "service.update"}
	not is_object(input.service)
}

# A container in no network needs no topology, unless the request is about a network.
located if {
	input.container.network.attached == []
	not input.operation in {"network.connect", "network.disconnect"}
}

located if surveyed

surveyed if {
	is_array(input.topology.networks)
	is_array(input.topology.containers)
}
