# METADATA
# title: Operations
# description: |
#   Every operation the policy admits, with the subject its input must carry. An operation that is not here is denied,
#   and so is one whose input lost its subject: a rule cannot judge what is not there.
# schemas:
#   - input: schema.input
package airlock.lib.operation

import future.keywords.not

# METADATA
# description: |
#   Subject "container", "image" and "network": decided by the rules of that subject. Subject "none": granted, since the operation
#   neither starts a process nor brings in or lets out content, nor reaches another host; the rules of category api
#   still look at its parameters.
subjects := {
	"container.create": "container",
	"container.restart": "container",
	"container.start": "container",
	"container.unpause": "container",
	"network.connect": "container",
	"network.disconnect": "container",
	"image.pull": "image",
	"network.create": "network",
	"network.remove": "network",
	"container.attach": "none",
	"container.changes": "none",
	"container.inspect": "none",
	"container.kill": "none",
	"container.list": "none",
	"container.logs": "none",
	"container.pause": "none",
	"container.remove": "none",
	"container.resize": "none",
	"container.stats": "none",
	"container.stop": "none",
	"container.top": "none",
	"container.wait": "none",
	"exec.inspect": "none",
	"image.attestations": "none",
	"image.history": "none",
	"image.inspect": "none",
	"image.list": "none",
	"network.inspect": "none",
	"network.list": "none",
	"plugin.list": "none",
	"system.df": "none",
	"system.events": "none",
	"system.info": "none",
	"system.options": "none",
	"system.ping": "none",
	"system.version": "none",
	"volume.inspect": "none",
	"volume.list": "none",
}

# METADATA
# description: |
#   Operations that only take something away and start nothing, with the rule of category airgap that says what may not
#   be cut. What the container is like does not matter: one that breaks rules must not keep its networks for that.
severing := {"network.disconnect": "disconnect"}

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
}

well_formed if {
	input.subject == "container"
	input.version == 1
	subjects[input.operation] == "container"
	is_object(input.request.query)
	is_object(input.container)
	is_object(input.engine)
	located
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
