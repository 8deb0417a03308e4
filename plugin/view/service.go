package view

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/airlock-gate/airlock/plugin/secret"
)

// Service is what a swarm service has beside the container of its tasks, and the live service a request is about.
type Service struct {
	Specified bool          `json:"specified"`                                                        // the request says what the service is to be
	Existing  bool          `json:"existing"`                                                         // the request is about a service there should be
	Name      string        `json:"name"`                                                             // "" when the engine will choose one
	Mode      string        `json:"mode" enum:"replicated,global,replicated-job,global-job,several,"` // "" where the request has no specification
	Tasks     int64         `json:"tasks"`                                                            // how many may run at once; of global modes, one a node
	Runtime   string        `json:"runtime"`                                                          // "container" filled in for none
	Plugin    bool          `json:"plugin"`                                                           // a specification of a plugin or a network attachment is given
	OnFailure []string      `json:"on_failure"`                                                       // what a failed update and a failed rollback do: "pause" filled in for none
	Templates []string      `json:"templates"`                                                        // places whose text each node expands on its own
	Files     []ServiceFile `json:"files"`                                                            // secrets, then configurations
	Live      *LiveService  `json:"live"`                                                             // the one the request is about; null where there is none
}

// ServiceFile is a secret or a configuration a service refers to, and what the engine knows about it.
type ServiceFile struct {
	Kind        string `json:"kind" enum:"secret,config"`
	Field       string `json:"field"`       // place in the request: "TaskTemplate.ContainerSpec.Secrets[0]"
	Name        string `json:"name"`        // name given with the reference, which the engine holds to the ID
	Destination string `json:"destination"` // where tasks see it, path-cleaned; "" for one that is no file
	UID         string `json:"uid"`         // as given
	GID         string `json:"gid"`         // as given
	Mode        string `json:"mode"`        // in octal: "0400"
	Stored      string `json:"stored"`      // name of the live object behind the ID; "" when there is none
	Driver      string `json:"driver"`      // of the live object: where its value comes from; "" for the swarm's own store
	Templating  string `json:"templating"`  // of the live object: what expands its value on the node; "" for nothing
}

// LiveService is a service as the engine has it.
type LiveService struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Repository string `json:"repository"` // of the image reference, pinned or not
	Digest     string `json:"digest"`     // of the image reference; "" when it has none
}

// LiveFile is what the engine says of a secret or a configuration, without its content.
type LiveFile struct {
	Name, Driver, Templating string
}

// Where a relative name of a secret or of a configuration is mounted (moby daemon/container/container_unix.go).
const (
	secretDirectory = "/run/secrets"
	configDirectory = "/"
)

// containerSpec is where most of a service stands.
const containerSpec = "TaskTemplate.ContainerSpec."

// noMode stands for a service without a specification.
const noMode = ""

// Task builds the view of the container that the tasks of a service run in, as the engine makes it on a node
// (moby daemon/cluster/executor/container/container.go), so that the rules of containers judge it. What the engine drops
// at the version of the request is dropped here (daemon/server/router/swarm/helpers.go, adjustForAPIVersion).
//
// A task is made by the engine itself: no container create and no start of it ever comes past the gate.
func Task(spec *swarm.ServiceSpec, version string, img *ImageFacts, eng *Engine) *Container {
	if eng == nil {
		eng = &Engine{}
	}
	if version == "" {
		version = eng.APIVersion
	}
	given := spec.TaskTemplate.ContainerSpec
	if given == nil {
		given = &swarm.ContainerSpec{}
	}
	s := source{
		config: taskConfig(given, version), host: taskHost(&spec.TaskTemplate, given, version),
		endpoints: taskEndpoints(spec.TaskTemplate.Networks), image: img, origin: img, engine: eng, version: version,
	}
	logging := spec.TaskTemplate.LogDriver
	switch {
	case logging != nil && logging.Name != "":
		s.host.LogConfig = container.LogConfig{Type: logging.Name, Config: logging.Options}
	case eng.SwarmLogging != "":
		s.host.LogConfig.Type = eng.SwarmLogging // the swarm's own default comes before the engine's
	}
	c := s.container()
	c.Name = spec.Name
	c.Logging.Given = s.host.LogConfig.Type != ""
	c.Network.Published = published(spec.EndpointSpec)
	c.Devices.Requests = genericResources(spec.TaskTemplate.Resources)
	c.Lifecycle = restarting(spec.TaskTemplate.RestartPolicy)
	labels := list{place: placeLabels}
	for name, value := range spec.Labels {
		labels.add(secret.Label("Labels", name, value))
	}
	c.Findings = sorted(c.Findings, labels.found)
	return c
}

func taskConfig(given *swarm.ContainerSpec, version string) *container.Config {
	config := &container.Config{
		Image: given.Image, User: given.User, Env: given.Env, Hostname: given.Hostname, WorkingDir: given.Dir,
		Entrypoint: given.Command, Cmd: given.Args, Labels: given.Labels, StopSignal: given.StopSignal, Tty: given.TTY, OpenStdin: given.OpenStdin,
		Healthcheck: given.Healthcheck,
	}
	if given.Healthcheck != nil && olderThan(version, 44) {
		check := *given.Healthcheck
		check.StartInterval = 0
		config.Healthcheck = &check
	}
	if given.StopGracePeriod != nil {
		seconds := int((*given.StopGracePeriod + time.Second - 1) / time.Second)
		config.StopTimeout = &seconds
	}
	return config
}

func taskHost(task *swarm.TaskSpec, given *swarm.ContainerSpec, version string) *container.HostConfig {
	host := &container.HostConfig{
		NetworkMode: taskMode(task.Networks), GroupAdd: given.Groups, ReadonlyRootfs: given.ReadOnly, Isolation: given.Isolation,
		Init: given.Init, Sysctls: given.Sysctls, CapAdd: given.CapabilityAdd, CapDrop: given.CapabilityDrop,
		Mounts: taskMounts(given.Mounts, version),
	}
	if !olderThan(version, 46) {
		host.OomScoreAdj = int(given.OomScoreAdj)
	}
	if given.DNSConfig != nil {
		host.DNS, host.DNSSearch, host.DNSOptions = given.DNSConfig.Nameservers, given.DNSConfig.Search, given.DNSConfig.Options
	}
	for _, entry := range given.Hosts {
		if words := strings.Fields(entry); len(words) > 1 { // as in the file hosts: address, then name
			entry = words[1] + ":" + words[0]
		}
		host.ExtraHosts = append(host.ExtraHosts, entry)
	}
	if given.Privileges != nil {
		host.SecurityOpt = securityOptions(given.Privileges, olderThan(version, 44))
	}
	host.Ulimits = given.Ulimits
	limits(host, task.Resources, olderThan(version, 52))
	return host
}

// limits applies the limits of a task. Reservations only choose a node.
func limits(host *container.HostConfig, given *swarm.ResourceRequirements, withoutSwap bool) {
	if given == nil {
		return
	}
	if given.Limits != nil {
		host.Memory, host.NanoCPUs = max(given.Limits.MemoryBytes, 0), max(given.Limits.NanoCPUs, 0)
		if pids := given.Limits.Pids; pids > 0 {
			host.PidsLimit = &pids
		}
	}
	if withoutSwap {
		return
	}
	host.MemorySwappiness = given.MemorySwappiness
	if swap := given.SwapBytes; swap != nil && host.Memory > 0 {
		switch {
		case *swap == -1, *swap > 0 && host.Memory+*swap < 0:
			host.MemorySwap = -1
		case *swap >= 0:
			host.MemorySwap = host.Memory + *swap
		}
	}
}

// securityOptions writes privileges as the engine does for the container (applyPrivileges).
func securityOptions(given *swarm.Privileges, old bool) []string {
	var options []string
	if given.CredentialSpec != nil {
		options = append(options, "credentialspec")
	}
	if label := given.SELinuxContext; label != nil {
		if label.Disable {
			options = append(options, "label=disable")
		}
		for _, part := range [...][2]string{
			{"user", label.User}, {"role", label.Role}, {"level", label.Level}, {"type", label.Type},
		} {
			if part[1] != "" {
				options = append(options, "label="+part[0]+":"+part[1])
			}
		}
	}
	if old {
		return options
	}
	if seccomp := given.Seccomp; seccomp != nil {
		switch seccomp.Mode {
		case swarm.SeccompModeUnconfined:
			options = append(options, "seccomp="+seccompUnconfined)
		case swarm.SeccompModeCustom:
			options = append(options, "seccomp="+seccompCustom)
		}
	}
	if given.AppArmor != nil && given.AppArmor.Mode == swarm.AppArmorModeDisabled {
		options = append(options, "apparmor=unconfined")
	}
	if given.NoNewPrivileges {
		options = append(options, "no-new-privileges=true")
	}
	return options
}

// taskMounts reads mounts as the engine does for a task (daemon/cluster/convert/container.go, containerToGRPC): types and
// propagations in any case, and no type at all means a bind. Whatever it does not know it refuses.
func taskMounts(given []mount.Mount, version string) []mount.Mount {
	mounts := slices.Clone(given)
	for i := range mounts {
		m := &mounts[i]
		m.Type = mount.Type(folded(string(m.Type)))
		if m.Type == "" {
			m.Type = mount.TypeBind
		}
		if m.BindOptions != nil {
			options := *m.BindOptions
			options.Propagation = mount.Propagation(folded(string(options.Propagation)))
			m.BindOptions = &options
		}
		if m.TmpfsOptions != nil && olderThan(version, 46) {
			options := *m.TmpfsOptions
			options.Options = nil
			m.TmpfsOptions = &options
		}
	}
	return mounts
}

// folded is text as the engine matches it after strings.ToUpper, which also maps letters of other alphabets to ASCII.
func folded(text string) string { return strings.ToLower(strings.ToUpper(text)) }

func taskEndpoints(given []swarm.NetworkAttachmentConfig) []Endpoint {
	var endpoints []Endpoint
	for _, n := range given {
		endpoints = append(endpoints, endpoint(n.Target, &network.EndpointSettings{Aliases: n.Aliases, DriverOpts: n.DriverOpts}))
	}
	return endpoints
}

// taskMode is the mode of a task: its first network, and the engine's default without any.
func taskMode(given []swarm.NetworkAttachmentConfig) container.NetworkMode {
	if len(given) == 0 {
		return ""
	}
	return container.NetworkMode(given[0].Target)
}

// Unbridge takes the default network away where the engine has none: with its bridge switched off ("bridge": "none") a
// task that names no network gets its own namespace and nothing in it (moby daemon/container_operations.go,
// connectToNetwork). Nobody but the daemon can make a network of that name.
func (c *Container) Unbridge(live *Topology) {
	isDefault := func(n LiveNetwork) bool { return n.Name == modeBridge }
	if c.Network.Mode != modeBridge || slices.ContainsFunc(live.Networks, isDefault) {
		return
	}
	c.Network.Mode, c.Network.Endpoints = modeNone, []Endpoint{}
}

// published lists the ports of a service by what is inside: "80/tcp", whether through the mesh or on the host.
func published(given *swarm.EndpointSpec) []string {
	if given == nil {
		return []string{}
	}
	ports := make([]string, 0, len(given.Ports))
	for _, port := range given.Ports {
		protocol := folded(string(port.Protocol))
		if protocol != "udp" && protocol != "sctp" {
			protocol = "tcp"
		}
		ports = append(ports, fmt.Sprintf("%d/%s", port.TargetPort, protocol))
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// genericResources counts what a service reserves of a node's devices and the like. Runtimes act on it.
func genericResources(given *swarm.ResourceRequirements) int64 {
	if given == nil || given.Reservations == nil {
		return 0
	}
	return int64(len(given.Reservations.GenericResources))
}

// restarting reads when the swarm starts a task anew, in the words of a container's policy: without end is "always".
func restarting(given *swarm.RestartPolicy) Lifecycle {
	always := Lifecycle{RestartPolicy: string(container.RestartPolicyAlways)}
	if given == nil {
		return always
	}
	switch given.Condition {
	case swarm.RestartPolicyConditionNone:
		return Lifecycle{RestartPolicy: string(container.RestartPolicyDisabled)}
	case swarm.RestartPolicyConditionOnFailure:
		if given.MaxAttempts == nil || *given.MaxAttempts == 0 {
			return always
		}
		return Lifecycle{
			RestartPolicy: string(container.RestartPolicyOnFailure), MaxRetries: int64(min(*given.MaxAttempts, 1<<31)),
		}
	}
	return always
}

// ServiceSpec is what a specification says beside the container of the tasks. The live objects behind its references are
// asked for one by one; nil means there is none.
func ServiceSpec(spec *swarm.ServiceSpec, secrets, configs func(id string) *LiveFile) *Service {
	task := &spec.TaskTemplate
	s := &Service{
		Specified: true, Name: spec.Name, Runtime: string(task.Runtime), Plugin: task.PluginSpec != nil || task.NetworkAttachmentSpec != nil,
		OnFailure: []string{onFailure(spec.UpdateConfig), onFailure(spec.RollbackConfig)},
		Templates: []string{}, Files: []ServiceFile{},
	}
	if s.Runtime == "" {
		s.Runtime = string(swarm.RuntimeContainer)
	}
	s.mode(spec.Mode)
	given := task.ContainerSpec
	if given == nil {
		return s
	}
	s.templates(given)
	for i, r := range given.Secrets {
		s.file("secret", fmt.Sprintf("Secrets[%d]", i), r.SecretName, secretDirectory, r.File, secrets(r.SecretID))
	}
	for i, r := range given.Configs {
		target := (*swarm.SecretReferenceFileTarget)(r.File) // the engine has two names for one form
		s.file("config", fmt.Sprintf("Configs[%d]", i), r.ConfigName, configDirectory, target, configs(r.ConfigID))
	}
	return s
}

// NoServiceSpec is the service of a request that carries no specification.
func NoServiceSpec() *Service {
	return &Service{Mode: noMode, OnFailure: []string{}, Templates: []string{}, Files: []ServiceFile{}}
}

// mode works out how many tasks there will be. Without a mode there is one replica.
func (s *Service) mode(given swarm.ServiceMode) {
	modes := 0
	set := func(name string, tasks int64) { s.Mode, s.Tasks, modes = name, tasks, modes+1 }
	if given.Replicated != nil {
		set("replicated", count(given.Replicated.Replicas))
	}
	if given.Global != nil {
		set("global", 1)
	}
	if given.ReplicatedJob != nil {
		set("replicated-job", count(given.ReplicatedJob.MaxConcurrent))
	}
	if given.GlobalJob != nil {
		set("global-job", 1)
	}
	switch modes {
	case 0:
		s.Mode, s.Tasks = "replicated", 1
	case 1:
	default:
		s.Mode = "several" // refused by every engine
	}
}

func count(given *uint64) int64 {
	if given == nil {
		return 1
	}
	return int64(min(*given, 1<<62))
}

func onFailure(given *swarm.UpdateConfig) string {
	if given == nil || given.FailureAction == "" {
		return string(swarm.UpdateFailureActionPause)
	}
	return cut(string(given.FailureAction))
}

// templates lists the places that the node expands (swarmkit template/expand.go): what they become is known there only.
// Engines may come to expand more places, so every text that could name something is looked at.
func (s *Service) templates(given *swarm.ContainerSpec) {
	look := func(field string, texts ...string) {
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "{{") }) {
			s.Templates = append(s.Templates, containerSpec+field)
		}
	}
	look("Hostname", given.Hostname)
	for i, entry := range given.Env {
		look(fmt.Sprintf("Env[%d]", i), entry)
	}
	for i := range given.Mounts {
		m := &given.Mounts[i]
		field := fmt.Sprintf("Mounts[%d]", i)
		look(field+".Source", m.Source)
		look(field+".Target", m.Target)
		if options := m.VolumeOptions; options != nil {
			for _, name := range sortedKeys(options.Labels) {
				look(field+".VolumeOptions.Labels", options.Labels[name])
			}
			if driver := options.DriverConfig; driver != nil {
				for _, name := range sortedKeys(driver.Options) {
					look(field+".VolumeOptions.DriverConfig.Options", driver.Options[name])
				}
			}
		}
	}
	s.Templates = slices.Compact(s.Templates)
}

// file adds a reference. One without a target is no file: a configuration can be meant for the engine itself.
func (s *Service) file(kind, field, name, directory string, target *swarm.SecretReferenceFileTarget, live *LiveFile) {
	f := ServiceFile{Kind: kind, Field: containerSpec + field, Name: name}
	if target != nil {
		f.Destination = path.Join(directory, target.Name)
		if path.IsAbs(target.Name) {
			f.Destination = path.Clean(target.Name)
		}
		f.UID, f.GID, f.Mode = cut(target.UID), cut(target.GID), fmt.Sprintf("%04o", uint32(target.Mode))
	}
	if live != nil {
		f.Stored, f.Driver, f.Templating = live.Name, live.Driver, live.Templating
	}
	s.Files = append(s.Files, f)
}

// LiveServiceFrom takes from an inspect of a service what says whose it is.
func LiveServiceFrom(stored swarm.Service) *LiveService {
	live := &LiveService{ID: stored.ID, Name: stored.Spec.Name}
	if given := stored.Spec.TaskTemplate.ContainerSpec; given != nil {
		image := ParseImage(given.Image)
		live.Repository, live.Digest = image.Repository, image.Digest
	}
	return live
}

// LiveSecret takes from an inspect of a secret what says where its value comes from.
func LiveSecret(stored swarm.Secret) *LiveFile {
	return &LiveFile{Name: stored.Spec.Name, Driver: driverName(stored.Spec.Driver), Templating: driverName(stored.Spec.Templating)}
}

// LiveConfig does the same for a configuration, whose content stays behind.
func LiveConfig(stored swarm.Config) *LiveFile {
	return &LiveFile{Name: stored.Spec.Name, Templating: driverName(stored.Spec.Templating)}
}

// driverName is the name of a driver; one without a name is still one.
func driverName(given *swarm.Driver) string {
	switch {
	case given == nil:
		return ""
	case given.Name == "":
		return "unnamed"
	}
	return cut(given.Name)
}
