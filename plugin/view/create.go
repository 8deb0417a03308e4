package view

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/airlock-gate/airlock/plugin/secret"
)

// Params are the parts of POST /containers/create outside the body.
type Params struct {
	Name       string // query name
	Platform   string // query platform
	APIVersion string // negotiated version, "1.41"; empty when the client named none and the engine uses its newest
}

// Create builds the view of the container a create request asks for, with every default the engine would fill in. An
// image that is nil is not present on the engine: its part stays empty, and the start of the container decides. An
// engine that is nil enforces nothing. The view shares the request's slices and maps.
func Create(req *container.CreateRequest, p Params, img *ImageFacts, eng *Engine) *Container {
	s := source{config: &container.Config{}, host: &container.HostConfig{}, image: img, origin: img, engine: eng}
	if req.Config != nil {
		s.config = req.Config
	}
	if req.HostConfig != nil {
		s.host = req.HostConfig
	}
	if s.engine == nil {
		s.engine = &Engine{}
	}
	s.version = p.APIVersion
	if s.version == "" {
		s.version = s.engine.APIVersion
	}
	s.endpoints = endpointsOf(req.NetworkingConfig)
	c := s.container()
	c.Name = strings.TrimPrefix(p.Name, "/")
	c.Image.Platform = p.Platform
	c.Namespaces.RuntimeGiven = s.host.Runtime != ""
	c.Logging.Given = s.host.LogConfig.Type != ""
	return c
}

// source is what a view is made of, whether requested or stored.
type source struct {
	config       *container.Config
	host         *container.HostConfig
	endpoints    []Endpoint
	image        *ImageFacts
	origin       *ImageFacts // the image as it is, whatever of it was joined into config
	joined       bool        // config holds what the image gave
	engine       *Engine
	live         []container.MountPoint
	version      string   // API version the request is read at; "" = newest
	macAddress   string   // legacy Config.MacAddress
	kernelMemory int64    // legacy HostConfig.KernelMemory and KernelMemoryTCP
	capabilities []string // legacy HostConfig.Capabilities
}

// container builds everything that does not depend on where the configuration came from.
func (s *source) container() *Container {
	mounts := mountsOf(s.config.Volumes, s.host, s.image, s.live)
	c := &Container{
		Image:      s.origin.named(s.config.Image),
		User:       userOf(s.config.User, s.image.user(), "image"),
		Process:    s.process(),
		Identity:   Identity{Hostname: s.config.Hostname, Domainname: s.config.Domainname, MacAddress: s.macAddress},
		Rootfs:     Rootfs{ReadOnly: s.host.ReadonlyRootfs, StorageOpt: orEmptyMap(s.host.StorageOpt)},
		Privileges: privilegesOf(s.host, s.capabilities, s.engine),
		Resources:  resourcesOf(s.host, s.kernelMemory, s.engine),
		Mounts:     mounts,
		Tmpfs:      tmpfsTotal(mounts),
		Namespaces: s.namespaces(),
		Devices:    devicesOf(s.host),
		Network:    networkOf(s.config, s.host, s.endpoints, s.image),
		Logging:    Logging{Driver: s.host.LogConfig.Type, Options: sortedKeys(s.host.LogConfig.Config)},
		Lifecycle: Lifecycle{
			RestartPolicy: string(s.host.RestartPolicy.Name),
			MaxRetries:    int64(s.host.RestartPolicy.MaximumRetryCount),
			AutoRemove:    s.host.AutoRemove,
		},
		Env:      environment(s.config.Env, s.image),
		Labels:   labels(s.config.Labels, s.image),
		Findings: s.findings(),
	}
	c.Image.know(s.image)
	c.User.Groups = orEmpty(s.host.GroupAdd)
	if c.Logging.Driver == "" {
		c.Logging.Driver = s.engine.LoggingDriver
	}
	if c.Lifecycle.RestartPolicy == "" {
		c.Lifecycle.RestartPolicy = string(container.RestartPolicyDisabled)
	}
	return c
}

func (s *source) process() Process {
	p := Process{
		Tty:         s.config.Tty,
		OpenStdin:   s.config.OpenStdin,
		WorkingDir:  s.config.WorkingDir,
		StopSignal:  s.config.StopSignal,
		Init:        s.host.Init != nil && *s.host.Init,
		Healthcheck: Healthcheck{Source: s.healthcheck()},
	}
	switch {
	case p.WorkingDir != "":
		p.WorkingDir = path.Clean(p.WorkingDir) // moby daemon/container.go, translateWorkingDir
	case s.image != nil:
		p.WorkingDir = s.image.WorkingDir
	}
	if p.StopSignal == "" && s.image != nil {
		p.StopSignal = s.image.StopSignal
	}
	if s.config.StopTimeout != nil {
		seconds := int64(*s.config.StopTimeout)
		p.StopTimeout = &seconds
	}
	if s.host.Umask != nil && !olderThan(s.version, 56) { // ignored below API 1.56
		umask := int64(*s.host.Umask)
		p.Umask = &umask
	}
	return p
}

// healthcheck tells whose health check runs. A request inherits each value it leaves zero (moby daemon/commit.go,
// merge), so one that sets nothing, or nothing else than the image, is the image's.
func (s *source) healthcheck() string {
	check := s.config.Healthcheck
	if check == nil {
		check = &container.HealthConfig{}
	}
	ofImage := &container.HealthConfig{}
	if s.image != nil && s.image.Healthcheck != nil {
		ofImage = s.image.Healthcheck
	}
	test := check.Test
	if len(test) == 0 {
		test = ofImage.Test
	}
	inherited := func(requested, image int64) bool { return requested == 0 || requested == image }
	switch {
	case len(test) > 0 && test[0] == "NONE":
		return "disabled"
	case slices.Equal(test, ofImage.Test) && inherited(int64(check.Interval), int64(ofImage.Interval)) &&
		inherited(int64(check.Timeout), int64(ofImage.Timeout)) &&
		inherited(int64(check.StartPeriod), int64(ofImage.StartPeriod)) &&
		inherited(int64(check.StartInterval), int64(ofImage.StartInterval)) &&
		inherited(int64(check.Retries), int64(ofImage.Retries)):
		return "image"
	}
	return "request"
}

// namespaces reads the modes as the engine matches them: exact lower-case words, "container:" with a target, and
// nothing else. An empty IPC mode is the engine's own default, private; a daemon configured otherwise stores
// "shareable", which the start of the container then shows.
func (s *source) namespaces() Namespaces {
	n := Namespaces{
		PID:         sharedMode(string(s.host.PidMode)),
		IPC:         sharedMode(string(s.host.IpcMode)),
		UTS:         hostMode(string(s.host.UTSMode), "private"),
		User:        hostMode(string(s.host.UsernsMode), "default"),
		Cgroup:      hostMode(string(s.host.CgroupnsMode), "default"),
		Runtime:     s.host.Runtime,
		Isolation:   string(s.host.Isolation),
		CgroupSpec:  string(s.host.Cgroup),
		Annotations: sortedKeys(s.host.Annotations),
	}
	switch s.host.IpcMode {
	case container.IPCModePrivate, container.IPCModeShareable, container.IPCModeNone:
		n.IPC = string(s.host.IpcMode)
	case "":
		if olderThan(s.version, 40) { // moby daemon/server/router/container, postContainersCreate
			n.IPC = string(container.IPCModeShareable)
		}
	}
	switch s.host.CgroupnsMode {
	case container.CgroupnsModePrivate:
		n.Cgroup = "private"
	case container.CgroupnsModeEmpty:
		// Below API 1.41 the default is the host's on cgroup v1, and so it is for a privileged container on v1.
		if s.engine.CgroupVersion != "2" && (olderThan(s.version, 41) || s.host.Privileged) {
			n.Cgroup = "host"
		}
	}
	if n.Runtime == "" {
		n.Runtime = s.engine.DefaultRuntime
	}
	return n
}

// sharedMode reads a mode that takes "host" and "container:<name>".
func sharedMode(mode string) string {
	switch {
	case mode == "":
		return "private"
	case mode == "host":
		return "host"
	case strings.HasPrefix(mode, "container:"):
		return "container"
	}
	return "other"
}

// hostMode reads a mode that takes "host" alone.
func hostMode(mode, byDefault string) string {
	switch mode {
	case "":
		return byDefault
	case "host":
		return "host"
	}
	return "other"
}

func devicesOf(host *container.HostConfig) Devices {
	devices := Devices{
		Mappings:    make([]DeviceMapping, len(host.Devices)),
		CgroupRules: orEmpty(host.DeviceCgroupRules),
		Requests:    int64(len(host.DeviceRequests)),
	}
	for i, device := range host.Devices {
		devices.Mappings[i] = DeviceMapping{
			Host: device.PathOnHost, Container: device.PathInContainer, Permissions: device.CgroupPermissions,
		}
	}
	return devices
}

// environment lists the request's variables, then those of the image that the request does not name (moby
// daemon/commit.go, merge). A name without "=" has no value; the engine takes it as a wish to unset.
func environment(requested []string, img *ImageFacts) []Variable {
	var ofImage []string
	if img != nil {
		ofImage = img.Env
	}
	variables := make([]Variable, 0, len(requested)+len(ofImage))
	for _, entry := range requested {
		variables = append(variables, variable(entry))
	}
	for _, entry := range ofImage {
		name := variableName(entry)
		if !slices.ContainsFunc(requested, func(given string) bool { return variableName(given) == name }) {
			variables = append(variables, variable(entry))
		}
	}
	return variables
}

func variable(entry string) Variable {
	name, value, _ := strings.Cut(entry, "=")
	return Variable{Name: secret.Name(name), Length: int64(len(value))}
}

func variableName(entry string) string {
	name, _, _ := strings.Cut(entry, "=")
	return name
}

// labels lists the request's labels and those of the image it does not name, by name.
func labels(requested map[string]string, img *ImageFacts) []Variable {
	var ofImage map[string]string
	if img != nil {
		ofImage = img.Labels
	}
	variables := make([]Variable, 0, len(requested)+len(ofImage))
	for name, value := range requested {
		variables = append(variables, Variable{Name: secret.Name(name), Length: int64(len(value))})
	}
	for name, value := range ofImage {
		if _, overridden := requested[name]; !overridden {
			variables = append(variables, Variable{Name: secret.Name(name), Length: int64(len(value))})
		}
	}
	slices.SortFunc(variables, func(a, b Variable) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Length, b.Length))
	})
	return variables
}

// olderThan tells whether an API version lies below 1.<minor>. An empty or unreadable version counts as the newest.
func olderThan(version string, minor int) bool {
	rest, found := strings.CutPrefix(version, "1.")
	if !found {
		return false
	}
	number, err := strconv.Atoi(rest)
	return err == nil && number < minor
}
