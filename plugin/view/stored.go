package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// shortIDLength is the length of the ID the engine uses for host name and alias.
const shortIDLength = 12

// inspect is the part of GET /containers/{id}/json that describes the container, with the fields older engines store.
type inspect struct {
	ID     string `json:"Id"`
	Name   string
	Image  string
	State  struct{ Running bool }
	Config *struct {
		container.Config
		MacAddress string // until API 1.51
	}
	HostConfig *struct {
		container.HostConfig
		KernelMemory    int64    // until engine 23
		KernelMemoryTCP int64    // until engine 23
		Capabilities    []string // engine 19.03
	}
	NetworkSettings struct {
		Networks map[string]*network.EndpointSettings
	}
	Mounts []container.MountPoint
}

// Stored builds the view of a container from the engine's inspect of it, of any engine since 20.10. The engine stores
// its defaults as if they had been asked for; where it matters to rules the view takes them back, so that a container
// whose create request was admitted gives a view the same rules admit: the short ID as host name, the daemon's default
// runtime and logging driver as given, and the host's cgroup namespace on cgroup v1, where it is the default.
func Stored(raw json.RawMessage, img *ImageFacts, eng *Engine) (*Container, error) {
	return Updated(raw, nil, img, eng)
}

// Updated builds the view of a stored container as an update will leave it; a nil update changes nothing.
func Updated(raw json.RawMessage, update *container.UpdateConfig, img *ImageFacts, eng *Engine) (*Container, error) {
	var stored inspect
	if err := json.Unmarshal(raw, &stored); err != nil {
		return nil, fmt.Errorf("decode container inspect: %w", err)
	}
	if stored.ID == "" || stored.Config == nil || stored.HostConfig == nil {
		return nil, errors.New("decode container inspect: no Id, Config or HostConfig")
	}
	if update != nil {
		overlay(&stored.HostConfig.HostConfig, update)
	}
	s := source{
		config:       &stored.Config.Config,
		host:         &stored.HostConfig.HostConfig,
		image:        img,
		origin:       img,
		joined:       true,
		engine:       eng,
		live:         stored.Mounts,
		macAddress:   stored.Config.MacAddress,
		kernelMemory: max(stored.HostConfig.KernelMemory, stored.HostConfig.KernelMemoryTCP),
		capabilities: stored.HostConfig.Capabilities,
	}
	if s.engine == nil {
		s.engine = &Engine{}
	}
	s.endpoints = storedEndpoints(stored.NetworkSettings.Networks, stored.ID, s.host.NetworkMode, stored.State.Running)
	// What the image gave was joined into the configuration at create. The image may have changed behind its name
	// since, and must not add to the container now.
	merged := s
	if img != nil {
		merged.image = &ImageFacts{Volumes: storedVolumes(img.Volumes, s.config.Volumes), Healthcheck: img.Healthcheck}
	}
	c := merged.container()
	c.ID = stored.ID
	c.Name = strings.TrimPrefix(stored.Name, "/")
	c.Stored = true
	c.Image = img.named(s.config.Image)
	c.Image.know(img)
	c.Image.ContainerImageID = stored.Image
	if len(stored.ID) >= shortIDLength && c.Identity.Hostname == stored.ID[:shortIDLength] {
		c.Identity.Hostname = ""
	}
	c.Namespaces.RuntimeGiven = s.host.Runtime != "" && s.host.Runtime != s.engine.DefaultRuntime
	c.Logging.Given = s.host.LogConfig.Type != "" && s.host.LogConfig.Type != s.engine.LoggingDriver
	if s.engine.CgroupVersion == "1" && c.Namespaces.Cgroup == "host" {
		c.Namespaces.Cgroup = "default"
	}
	return c, nil
}

// storedVolumes keeps the image's volumes that the container took over.
func storedVolumes(ofImage []string, stored map[string]struct{}) []string {
	var kept []string
	for _, target := range ofImage {
		if _, found := stored[target]; found {
			kept = append(kept, target)
		}
	}
	return kept
}

// Rename gives the container the name of a rename request, as the engine reads it (moby daemon/rename.go).
func (c *Container) Rename(name string) {
	c.Name = strings.TrimPrefix(strings.TrimSpace(name), "/")
}
