// Package view builds the canonical input document that policies judge.
//
// A view carries the effective meaning of a request: what the engine will do, not how the client spelled it. The same
// document comes out of a create body, a stored container, an update or a service, so a rule is written once. Every
// field is always present with the engine's default filled in; slices and maps are never null. No value that may be a
// secret (environment, label values, command lines) enters a view.
//
// The package is pure: no I/O, no logging, no OPA. JSON names are the contract with Rego; they are published in
// policies/schemas/input.json.
package view

//go:generate go run ./schema . ../../policies/schemas/input.json

// InputVersion is the version of the input document.
const InputVersion = 1

// Subjects: what an operation acts on, and so which part of the input is present.
const (
	SubjectNone      = "none"
	SubjectContainer = "container"
	SubjectImage     = "image"
	SubjectNetwork   = "network"
	SubjectVolume    = "volume"
	SubjectService   = "service"
)

// Subjects returns every subject.
func Subjects() []string {
	return []string{SubjectNone, SubjectContainer, SubjectImage, SubjectNetwork, SubjectVolume, SubjectService}
}

// Input is the document a policy judges.
type Input struct {
	Version    int          `json:"version"`
	Operation  string       `json:"operation"`                                                  // "container.create"; the names of package operation
	Subject    string       `json:"subject" enum:"none,container,image,network,volume,service"` // what the operation acts on; a service to make or change is a "container"
	Request    Request      `json:"request"`
	Caller     Caller       `json:"caller"`
	Time       int64        `json:"time"`       // Unix seconds, by which exceptions expire; 0 without a subject, where nothing depends on it
	Breakglass *Breakglass  `json:"breakglass"` // null unless something is open
	Container  *Container   `json:"container"`  // null unless subject is "container"
	Exec       *Exec        `json:"exec"`       // null unless the operation makes, starts or resizes a further process in the container
	Image      *Image       `json:"image"`      // null unless subject is "image"
	Network    *LiveNetwork `json:"network"`    // null unless subject is "network": the network to make (create), or the live one (remove)
	Volume     *Volume      `json:"volume"`     // null unless subject is "volume"
	Service    *Service     `json:"service"`    // beside the container of its tasks (create, update), or alone (subject "service"); null elsewhere
	Topology   *Topology    `json:"topology"`   // null unless the operation changes who is attached where
	Engine     *Engine      `json:"engine"`     // null where the operation needs no engine facts
}

// Volume is a volume a request makes or takes away, and what the engine has under its name. When it makes one, the
// engine keeps what is there already, so both are to be judged; when it takes one away, both are the same.
type Volume struct {
	Name    string     `json:"name"`   // "" lets the engine choose one
	Driver  string     `json:"driver"` // the engine's default filled in
	Kind    string     `json:"kind" enum:"plain,tmpfs,other,none"`
	Size    int64      `json:"size"`    // bytes of a tmpfs; 0 otherwise
	Options []string   `json:"options"` // names, sorted, with the values that are words of the kernel
	Labels  []Variable `json:"labels"`  // of the request
	Cluster bool       `json:"cluster"` // a volume of the swarm is asked for
	Live    LiveVolume `json:"live"`
}

// Request is the call as it was understood. Bodies are not repeated here: their meaning is the subject.
type Request struct {
	Method     string              `json:"method"`
	Path       string              `json:"path"`        // decoded, without the version prefix
	Query      map[string][]string `json:"query"`       // decoded; as the engine's form parser reads it
	APIVersion string              `json:"api_version"` // "1.41" normalised; "" when the client gave none
	Vars       map[string]string   `json:"vars"`        // path variables: {"name": "web"}
}

// Caller is who asks, as far as the engine authenticated it; never taken from a header.
type Caller struct {
	Name string `json:"name"` // common name of the TLS client certificate; "" on a unix socket
	Auth string `json:"auth"` // "TLS" or ""
}

// Breakglass is what root on the host has opened for a time. The gate keeps the time: what is open is open now.
type Breakglass struct {
	ID         string   `json:"id"`         // of this opening
	Operations []string `json:"operations"` // that are open
	Until      int64    `json:"until"`      // Unix seconds
	Reason     string   `json:"reason"`
	Ticket     string   `json:"ticket"`
}

// Engine is what the daemon says of itself and its kernel (GET /info, GET /version).
type Engine struct {
	Version        string       `json:"version"`                   // "20.10.24+dfsg1"
	APIVersion     string       `json:"api_version"`               // highest API version it serves
	CgroupVersion  string       `json:"cgroup_version" enum:"1,2"` // "1" or "2"
	CgroupDriver   string       `json:"cgroup_driver"`             // "cgroupfs", "systemd", "none"
	StorageDriver  string       `json:"storage_driver"`            // "overlay2", "overlayfs" (containerd store)
	OSType         string       `json:"os_type"`                   // "linux"
	Architecture   string       `json:"architecture"`              // "x86_64"
	DefaultRuntime string       `json:"default_runtime"`           // "runc"
	LoggingDriver  string       `json:"logging_driver"`            // "json-file"
	Enforces       EngineLimits `json:"enforces"`
	Seccomp        string       `json:"seccomp"`  // daemon default: "builtin", "unconfined", "none" (kernel or build without), or a profile path
	AppArmor       bool         `json:"apparmor"` // AppArmor is on
	SELinux        bool         `json:"selinux"`
	UsernsRemap    bool         `json:"userns_remap"`
	Rootless       bool         `json:"rootless"`
	NoNewPrivs     bool         `json:"no_new_privileges"` // daemon-wide default
	Swarm          bool         `json:"swarm"`             // node is part of a swarm
	SwarmNodes     int64        `json:"swarm_nodes"`       // nodes of the swarm; 0 unless the node is a manager
	SwarmLogging   string       `json:"swarm_logging"`     // logging driver of tasks that name none; "" for the daemon's
	Experimental   bool         `json:"experimental"`
}

// EngineLimits says which limits the kernel really enforces. A limit the kernel discards is no limit.
type EngineLimits struct {
	Memory bool `json:"memory"`
	Swap   bool `json:"swap"`
	CPU    bool `json:"cpu"` // CFS quota and period
	Pids   bool `json:"pids"`
}
