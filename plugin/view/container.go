package view

// Container is the canonical container: the same whether it comes from a create body or from a stored container.
type Container struct {
	ID         string     `json:"id"`     // "" before it exists
	Name       string     `json:"name"`   // without the leading slash; "" when the engine will choose one
	Stored     bool       `json:"stored"` // true when read back from the engine; engine defaults are then explicit
	Image      Image      `json:"image"`
	User       User       `json:"user"`
	Process    Process    `json:"process"`
	Identity   Identity   `json:"identity"`
	Rootfs     Rootfs     `json:"rootfs"`
	Privileges Privileges `json:"privileges"`
	Resources  Resources  `json:"resources"`
	Mounts     []Mount    `json:"mounts"` // every origin, in the order the engine applies them
	Tmpfs      TmpfsTotal `json:"tmpfs"`
	Namespaces Namespaces `json:"namespaces"`
	Devices    Devices    `json:"devices"`
	Network    Network    `json:"network"`
	Logging    Logging    `json:"logging"`
	Lifecycle  Lifecycle  `json:"lifecycle"`
	Env        []Variable `json:"env"`      // request and image together, as the process will see it
	Labels     []Variable `json:"labels"`   // names and value lengths
	Findings   []Finding  `json:"findings"` // secrets in environment, command lines and labels, of the request and of the image
}

// Image is an image reference as the engine parses it, and what the engine knows about the image it names.
//
// Forms: "digest" (name@digest), "tag", "tag+digest", "name" (no tag), "id" (an ID, or a name the engine may take for
// the beginning of one), "empty", "invalid", and "import" (POST /images/create with the parameters of an import).
type Image struct {
	Reference        string   `json:"reference"`                                                      // as given, at most 512 bytes
	Form             string   `json:"form" enum:"digest,tag,tag+digest,name,id,empty,invalid,import"` // how it names an image, see above
	Domain           string   `json:"domain"`                                                         // "registry.internal:5000"; "docker.io" when implied
	Path             string   `json:"path"`                                                           // "openclaw/worker"
	Repository       string   `json:"repository"`                                                     // domain/path
	Tag              string   `json:"tag"`
	Digest           string   `json:"digest"`             // "sha256:…" or ""
	Platform         string   `json:"platform"`           // ?platform= of the request, "" when absent
	Present          bool     `json:"present"`            // the engine has it; when false everything below is empty and start decides
	ID               string   `json:"id"`                 // live image ID behind the reference
	ContainerImageID string   `json:"container_image_id"` // stored container: the image ID it was made from; "" otherwise
	User             string   `json:"user"`               // image config
	Volumes          []string `json:"volumes"`            // image VOLUME paths
	OS               string   `json:"os"`
	Architecture     string   `json:"architecture"`

	Evidence *Evidence `json:"evidence"` // what the registry holds about the digest; null when the site asks for no signature and no scan
}

// User is who the first process runs as, after request, image and the engine's rules (moby oci.WithUser).
type User struct {
	Given  string   `json:"given"`                                         // request value when set, else the image's
	Source string   `json:"source" enum:"request,image,container,default"` // default is root
	Form   string   `json:"form" enum:"uid:gid,uid,name,other"`            // "uid:gid" (canonical decimal), "uid", "name", "other"; anything else than "uid:gid" depends on the image's passwd
	UID    *int64   `json:"uid"`                                           // null when it depends on the image's passwd
	GID    *int64   `json:"gid"`                                           // null when it depends on the image's passwd or group file
	Groups []string `json:"groups"`                                        // HostConfig.GroupAdd, as given
}

// Process is how the first process is launched, without any value that may be secret.
type Process struct {
	Tty         bool        `json:"tty"`
	OpenStdin   bool        `json:"open_stdin"`
	WorkingDir  string      `json:"working_dir"`
	StopSignal  string      `json:"stop_signal"`
	StopTimeout *int64      `json:"stop_timeout"` // seconds; null = engine default
	Init        bool        `json:"init"`
	Healthcheck Healthcheck `json:"healthcheck"`
	Umask       *int64      `json:"umask"` // null = engine default
}

// Healthcheck describes the periodic command.
type Healthcheck struct {
	Source string `json:"source" enum:"request,image,disabled"` // "request", "image" (inherited or none), "disabled"
}

// Identity is what a container calls itself on a network.
type Identity struct {
	Hostname   string `json:"hostname"` // "" when the engine's default (short ID) applies
	Domainname string `json:"domainname"`
	MacAddress string `json:"mac_address"` // Config.MacAddress, API up to 1.51
}

// Rootfs is the container's root file system.
type Rootfs struct {
	ReadOnly   bool              `json:"readonly"`
	StorageOpt map[string]string `json:"storage_opt"`
}

// Privileges is what the kernel lets the process do.
type Privileges struct {
	Privileged      bool              `json:"privileged"`
	Capabilities    Capabilities      `json:"capabilities"`
	NoNewPrivileges bool              `json:"no_new_privileges"`                  // effective: last SecurityOpt entry wins, else daemon default
	Seccomp         string            `json:"seccomp"`                            // effective: "builtin", "unconfined", "none", "custom" (inline JSON), or the daemon's profile path
	AppArmor        string            `json:"apparmor"`                           // "default", "unconfined", or a profile name
	SELinux         []string          `json:"selinux"`                            // label options as given: "disable", "type:…"
	SystemPaths     string            `json:"system_paths" enum:"default,custom"` // default: at least what every engine masks
	MaskedPaths     []string          `json:"masked_paths"`                       // effective; engine defaults filled in when the request leaves them out
	ReadonlyPaths   []string          `json:"readonly_paths"`                     // effective
	OtherOptions    []string          `json:"other_options"`                      // SecurityOpt entries that are none of the above, cut at 64 bytes
	Sysctls         map[string]string `json:"sysctls"`
}

// Capabilities are upper case with the CAP_ prefix; "ALL" stays "ALL".
type Capabilities struct {
	Add       []string `json:"add"`       // as the engine reads them, sorted
	Drop      []string `json:"drop"`      // sorted
	Effective []string `json:"effective"` // bounding set after add and drop, sorted; ["ALL"] when everything
}

// Resources are the limits the kernel will get. Bytes, nanoseconds of CPU per second ×1e9 = NanoCPUs.
type Resources struct {
	Memory            int64    `json:"memory"`             // bytes; 0 = unlimited
	MemorySwap        int64    `json:"memory_swap"`        // effective memory+swap in bytes; -1 = unlimited; 0 only when Memory is 0
	Swap              int64    `json:"swap"`               // swap beyond memory in bytes; -1 = unlimited
	MemoryReservation int64    `json:"memory_reservation"` // bytes
	KernelMemory      int64    `json:"kernel_memory"`      // bytes; older engines
	Swappiness        *int64   `json:"swappiness"`         // null = kernel default
	OOMKillDisable    bool     `json:"oom_kill_disable"`
	OOMScoreAdj       int64    `json:"oom_score_adj"`
	NanoCPUs          int64    `json:"nano_cpus"` // effective hard cap in 1e-9 CPUs after the engine's rounding; 0 = unlimited
	CPUShares         int64    `json:"cpu_shares"`
	CPUSetCPUs        string   `json:"cpuset_cpus"`
	CPUSetMems        string   `json:"cpuset_mems"`
	CPURealtime       bool     `json:"cpu_realtime"` // any realtime period or runtime
	CPUConflict       bool     `json:"cpu_conflict"` // NanoCpus together with CpuQuota or CpuPeriod, or values the engine or kernel would refuse
	Pids              int64    `json:"pids"`         // 0 = unlimited
	Shm               int64    `json:"shm"`          // bytes; the engine's 64 MiB filled in
	BlockIO           bool     `json:"block_io"`     // any blkio weight or device limit
	CgroupParent      string   `json:"cgroup_parent"`
	Ulimits           []Ulimit `json:"ulimits"`
}

// Ulimit is one resource limit.
type Ulimit struct {
	Name string `json:"name"`
	Soft int64  `json:"soft"`
	Hard int64  `json:"hard"`
}

// Mount is one mount of any origin. Live mount points of a stored container that no entry of its configuration
// explains have origin "volumes" and field "Mounts[i]".
type Mount struct {
	Origin        string   `json:"origin" enum:"binds,mounts,tmpfs,volumes,image-volume,volumes-from"` // "binds", "mounts", "tmpfs", "volumes", "image-volume", "volumes-from"
	Field         string   `json:"field"`                                                              // place in the request: "HostConfig.Mounts[1]", "HostConfig.Tmpfs./tmp"
	Type          string   `json:"type" enum:"bind,volume,tmpfs,image,npipe,cluster,volumes-from,invalid"`
	Source        string   `json:"source"`      // host path, volume name, image; "" for tmpfs and anonymous volumes
	Target        string   `json:"target"`      // as given
	Destination   string   `json:"destination"` // path-cleaned target
	ReadOnly      bool     `json:"readonly"`
	Propagation   string   `json:"propagation"`
	Driver        string   `json:"driver"`         // volume driver asked for
	DriverOptions bool     `json:"driver_options"` // volume options inline
	Subpath       string   `json:"subpath"`
	Size          int64    `json:"size"`   // tmpfs bytes, effective; 0 = unlimited (half of RAM counts as unlimited)
	Inodes        int64    `json:"inodes"` // tmpfs nr_inodes; 0 = kernel default
	Mode          string   `json:"mode"`   // tmpfs mode in octal, as given; "" = default
	UID           string   `json:"uid"`    // tmpfs owner, as given; "" = default
	GID           string   `json:"gid"`    // tmpfs group, as given; "" = default
	NoExec        bool     `json:"noexec"`
	NoSuid        bool     `json:"nosuid"`
	NoDev         bool     `json:"nodev"`
	Options       []string `json:"options"`   // options not modelled above, or that fail ("mpol=…", "size=50%", "z"), cut at 64 bytes
	Stacked       bool     `json:"stacked"`   // another mount has the same cleaned destination
	Canonical     bool     `json:"canonical"` // target is absolute, already clean, not "/", without backslash or control characters

	Volume *LiveVolume `json:"volume"` // what the engine has under the name; null unless a volume is mounted by name
	File   *File       `json:"file"`   // what the host has under the source; null unless the source is below the site's directory of secrets
}

// LiveVolume is a volume as the engine has it. Values of its options are left out: they may be credentials.
type LiveVolume struct {
	Exists  bool     `json:"exists"`                             // when false the engine has none, and would make one of a mount
	Driver  string   `json:"driver"`                             // "local"
	Scope   string   `json:"scope"`                              // "local", "global"
	Kind    string   `json:"kind" enum:"plain,tmpfs,other,none"` // "plain" is a directory of the engine's own, "tmpfs" one of a fixed size that executes nothing, "none" not there
	Size    int64    `json:"size"`                               // bytes of a tmpfs; 0 otherwise
	Options []string `json:"options"`                            // names, sorted, with the values that are words of the kernel: "o=bind", "type=nfs"
}

// File is a file of the host as the gate finds it, looked at without following any symbolic link.
type File struct {
	Kind   string `json:"kind" enum:"regular,directory,symlink,other,none"` // "none" when there is nothing, or nothing the gate may look at
	Direct bool   `json:"direct"`                                           // no part of the path is a symbolic link
	Sealed bool   `json:"sealed"`                                           // every directory of the path is root's, and nobody else may write to it
	UID    int64  `json:"uid"`
	GID    int64  `json:"gid"`
	Mode   string `json:"mode"` // four octal digits, "0440"
}

// TmpfsTotal sums the tmpfs mounts of a container.
type TmpfsTotal struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"` // saturating; -1 when one of them is unlimited
}

// Namespaces are "private", "host", "container", "shareable" and "none" (both ipc), "default" (user: the daemon's
// remapping; cgroup: as below) and "other" (a word the engine does not know). A stored cgroup "host" on cgroup v1 is
// "default" too, because there the engine stores it for every container that asks for nothing.
type Namespaces struct {
	PID          string   `json:"pid" enum:"private,host,container,other"`
	IPC          string   `json:"ipc" enum:"private,host,container,shareable,none,other"`
	UTS          string   `json:"uts" enum:"private,host,other"`
	User         string   `json:"user" enum:"default,host,other"`
	Cgroup       string   `json:"cgroup" enum:"default,private,host,other"` // request "" is "default": private on cgroup v2, the daemon's choice on v1
	Runtime      string   `json:"runtime"`                                  // effective runtime name; the daemon's default filled in
	RuntimeGiven bool     `json:"runtime_given"`                            // named by the request; stored: another than the default
	Isolation    string   `json:"isolation"`                                // "" or "default" on Linux
	CgroupSpec   string   `json:"cgroup_spec"`                              // HostConfig.Cgroup, "" normally
	Annotations  []string `json:"annotations"`                              // keys
}

// Devices are host devices and rules for them.
type Devices struct {
	Mappings    []DeviceMapping `json:"mappings"`
	CgroupRules []string        `json:"cgroup_rules"`
	Requests    int64           `json:"requests"` // number of DeviceRequests (GPU, CDI)
}

// DeviceMapping is one host device.
type DeviceMapping struct {
	Host        string `json:"host"`
	Container   string `json:"container"`
	Permissions string `json:"permissions"`
}

// Network is how a container is attached, as the request or the stored configuration names it. Live facts about each
// network join when a request's networks are resolved.
type Network struct {
	Mode       string       `json:"mode" enum:"none,host,bridge,container,network"` // "none", "host", "bridge" (default bridge), "container", "network" (a named network)
	Name       string       `json:"name"`                                           // the network or container named by the mode, "" otherwise
	Disabled   bool         `json:"disabled"`                                       // Config.NetworkDisabled
	Endpoints  []Endpoint   `json:"endpoints"`                                      // the set joined; without any in the request, the network of the mode
	Attached   []Attachment `json:"attached"`                                       // live networks it will be in: mode, endpoints and NetworkIDs resolved, plus the one connected
	Published  []string     `json:"published"`                                      // "8080/tcp" for each PortBindings key
	PublishAll bool         `json:"publish_all"`
	Exposed    []string     `json:"exposed"`
	Links      []string     `json:"links"`
	ExtraHosts []string     `json:"extra_hosts"`
	DNS        []string     `json:"dns"`
	DNSSearch  []string     `json:"dns_search"`
	DNSOptions []string     `json:"dns_options"`
}

// Endpoint is one entry of NetworkingConfig.EndpointsConfig, or of a stored container's NetworkSettings.Networks.
type Endpoint struct {
	Network    string   `json:"network"`    // key: name, ID or ID prefix, as given
	NetworkID  string   `json:"network_id"` // honoured by the engine as input; redirects
	Aliases    []string `json:"aliases"`
	Links      []string `json:"links"`
	Addresses  []string `json:"addresses"` // static addresses asked for (IPAMConfig)
	MacAddress string   `json:"mac_address"`
	DriverOpts []string `json:"driver_opts"` // keys
	GwPriority int64    `json:"gw_priority"`
}

// Logging is where output goes.
type Logging struct {
	Driver  string   `json:"driver"`  // effective: the daemon's default filled in
	Given   bool     `json:"given"`   // named by the request; stored: another than the default
	Options []string `json:"options"` // option names, sorted
}

// Lifecycle is what the engine does with the container by itself.
type Lifecycle struct {
	RestartPolicy string `json:"restart_policy"` // "no", "always", "unless-stopped", "on-failure", or as given
	MaxRetries    int64  `json:"max_retries"`
	AutoRemove    bool   `json:"auto_remove"`
}

// Variable is a name with the length of its value; the value stays out.
type Variable struct {
	Name   string `json:"name"` // "" when it may itself be a secret
	Length int64  `json:"length"`
}
