package view

// LiveNetwork is a network as the engine has it, or as a request would make it.
type LiveNetwork struct {
	ID         string            `json:"id"` // full ID; "" for one that a request would make
	Name       string            `json:"name"`
	Driver     string            `json:"driver"` // "bridge" filled in for none
	Scope      string            `json:"scope"`  // "local" filled in for none
	Internal   bool              `json:"internal"`
	IPv6       bool              `json:"ipv6"` // enabled, or an IPv6 subnet is given
	Attachable bool              `json:"attachable"`
	Ingress    bool              `json:"ingress"`
	ConfigOnly bool              `json:"config_only"`
	ConfigFrom string            `json:"config_from"`
	Options    map[string]string `json:"options"`
	IPAM       IPAM              `json:"ipam"`
}

// IPAM is how a network's addresses are managed.
type IPAM struct {
	Driver    string   `json:"driver"`  // "default" filled in for none
	Options   []string `json:"options"` // names
	Subnets   []string `json:"subnets"`
	Auxiliary []string `json:"auxiliary"` // names of auxiliary addresses
}

// Attachment is one network a container will be in once the request is carried out.
type Attachment struct {
	Field     string      `json:"field"`     // place that names it: "HostConfig.NetworkMode", "NetworkingConfig.EndpointsConfig.agents.NetworkID"
	Reference string      `json:"reference"` // name, ID or ID prefix, as given
	Matches   int64       `json:"matches"`   // live networks it can mean; anything but 1 is no answer
	Network   LiveNetwork `json:"network"`   // of exactly one match; empty otherwise
}

// Topology is who is attached where, as the engine has it at the moment of the decision.
type Topology struct {
	Networks   []LiveNetwork `json:"networks"`   // sorted by ID
	Containers []Member      `json:"containers"` // every container, running or not, sorted by ID
}

// Member is a container as the topology knows it.
type Member struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Repository string   `json:"repository"` // of the image reference it was created with; "" when that is no pinned name
	Digest     string   `json:"digest"`     // of the same reference
	Running    bool     `json:"running"`
	Mode       string   `json:"mode"`     // network mode: "none", "host", "bridge", "container", "network"
	Networks   []string `json:"networks"` // IDs, sorted; a network that no longer exists by the ID keeps its name
}
