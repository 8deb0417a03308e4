// Package operation maps an Engine API request to a named operation.
//
// It reads method and request target exactly as the engine's router does: percent-decoded path, the engine's own route
// order, versions compared component by component, query parsed as the engine's form parser would. What it cannot name
// is refused. The package is pure: no I/O, no logging, no OPA.
package operation

import "net/url"

// Operation is the stable name of what a request asks the engine to do: "container.create". It appears in policies,
// answers, records and metrics. The zero value is unknown, and unknown is refused.
type Operation string

// Operations the pipeline treats by name. The full list is in the route table; Names returns it.
const (
	Unknown          Operation = ""
	Ping             Operation = "system.ping"
	ContainerCreate  Operation = "container.create"
	ContainerStart   Operation = "container.start"
	ContainerRestart Operation = "container.restart"
	ContainerUnpause Operation = "container.unpause"
	ImagePull        Operation = "image.pull"

	DistributionInspect  Operation = "distribution.inspect"
	ContainerArchiveGet  Operation = "container.archive.get"
	ContainerArchiveStat Operation = "container.archive.stat"
	ContainerAttach      Operation = "container.attach"
	ContainerAttachWS    Operation = "container.attach.ws"
	ContainerExport      Operation = "container.export"
	ContainerKill        Operation = "container.kill"
	ContainerLogs        Operation = "container.logs"
	ContainerPause       Operation = "container.pause"
	ContainerRemove      Operation = "container.remove"
	ContainerRename      Operation = "container.rename"
	ContainerStop        Operation = "container.stop"
	ContainerUpdate      Operation = "container.update"

	ExecCreate Operation = "exec.create"
	ExecResize Operation = "exec.resize"
	ExecStart  Operation = "exec.start"

	NetworkCreate     Operation = "network.create"
	NetworkConnect    Operation = "network.connect"
	NetworkDisconnect Operation = "network.disconnect"
	NetworkRemove     Operation = "network.remove"

	VolumeCreate Operation = "volume.create"
	VolumeRemove Operation = "volume.remove"

	ServiceCreate Operation = "service.create"
	ServiceUpdate Operation = "service.update"
	ServiceRemove Operation = "service.remove"
	ServiceLogs   Operation = "service.logs"
	SecretCreate  Operation = "secret.create"
	SecretUpdate  Operation = "secret.update"
	ConfigCreate  Operation = "config.create"
	ConfigUpdate  Operation = "config.update"
	NodeUpdate    Operation = "node.update"
	SwarmInit     Operation = "swarm.init"
	SwarmUnlock   Operation = "swarm.unlock"
)

// Request is a request the gate has understood so far: which operation, on what.
type Request struct {
	Operation Operation
	Method    string            // as sent; methods are case-sensitive
	Path      string            // percent-decoded, without the version prefix
	Version   Version           // the zero Version when the target has no prefix: the engine then uses its newest
	Vars      map[string]string // path variables by the engine's names: "name", "id"
	Query     url.Values        // as (*http.Request).ParseForm reads the query
	Body      Body              // what the endpoint takes as a body
}

// Body says what body an endpoint takes, and so what the absence of one means.
type Body string

// Kinds of body.
const (
	NoBody       Body = "none"     // the engine reads none; one that is there is refused
	JSONBody     Body = "json"     // required JSON
	OptionalJSON Body = "optional" // JSON or nothing (Content-Length: 0)
	StreamBody   Body = "stream"   // tar, form or hijacked stream: never shown to a plugin
)
