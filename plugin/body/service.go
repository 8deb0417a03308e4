package body

import (
	"reflect"
	"sync"

	"github.com/moby/moby/api/types/swarm"
)

// Shapes of the bodies of a swarm and its objects, each the union of engines from 20.10 to the newest.
var (
	serviceShape = sync.OnceValue(func() *Shape {
		return mustShape(reflect.TypeFor[swarm.ServiceSpec](),
			// Read below API 1.44 when the task names no network (daemon/server/router/swarm, adjustForAPIVersion).
			Extra{Name: "Networks", Want: "TaskTemplate.Networks"})
	})
	secretShape      = sync.OnceValue(func() *Shape { return mustShape(reflect.TypeFor[swarm.SecretSpec]()) })
	configShape      = sync.OnceValue(func() *Shape { return mustShape(reflect.TypeFor[swarm.ConfigSpec]()) })
	nodeShape        = sync.OnceValue(func() *Shape { return mustShape(reflect.TypeFor[swarm.NodeSpec]()) })
	swarmInitShape   = sync.OnceValue(func() *Shape { return mustShape(reflect.TypeFor[swarm.InitRequest]()) })
	swarmUnlockShape = sync.OnceValue(func() *Shape { return mustShape(reflect.TypeFor[swarm.UnlockRequest]()) })
)

// DecodeService reads the body of POST /services/create and of POST /services/{id}/update. ContainerSpec of the result is
// never nil: a task of another runtime has an empty one beside it.
func DecodeService(raw []byte) (*swarm.ServiceSpec, error) {
	spec, err := Decode[swarm.ServiceSpec](raw, serviceShape())
	if err != nil {
		return nil, err
	}
	if spec.TaskTemplate.ContainerSpec == nil {
		spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{}
	}
	return spec, nil
}

// DecodeSecret reads the body of POST /secrets/create and of POST /secrets/{id}/update. Its Data is the secret in clear
// text: it goes nowhere.
func DecodeSecret(raw []byte) (*swarm.SecretSpec, error) {
	return Decode[swarm.SecretSpec](raw, secretShape())
}

// DecodeConfig reads the body of POST /configs/create and of POST /configs/{id}/update. Its Data may hold a secret where
// it should not: it goes nowhere.
func DecodeConfig(raw []byte) (*swarm.ConfigSpec, error) {
	return Decode[swarm.ConfigSpec](raw, configShape())
}

// DecodeNode reads the body of POST /nodes/{id}/update.
func DecodeNode(raw []byte) (*swarm.NodeSpec, error) {
	return Decode[swarm.NodeSpec](raw, nodeShape())
}

// DecodeSwarmInit reads the body of POST /swarm/init.
func DecodeSwarmInit(raw []byte) (*swarm.InitRequest, error) {
	return Decode[swarm.InitRequest](raw, swarmInitShape())
}

// DecodeSwarmUnlock reads the body of POST /swarm/unlock. It holds the key of the swarm's store: it goes nowhere.
func DecodeSwarmUnlock(raw []byte) (*swarm.UnlockRequest, error) {
	return Decode[swarm.UnlockRequest](raw, swarmUnlockShape())
}
