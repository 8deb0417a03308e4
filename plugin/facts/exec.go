package facts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/moby/moby/api/types/container"
)

// fullID is what the engine names a process by that is to run in a container: never by less (daemon/container/exec.go).
var fullID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Exec returns what the engine has stored of a further process in a container, or ErrNotFound. It is never remembered.
// The client's own call leaves out what is to run.
func (e *Engine) Exec(ctx context.Context, id string) (*container.ExecInspectResponse, error) {
	if !fullID.MatchString(id) {
		return nil, ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	status, answer, err := e.read(ctx, "/exec/"+id+"/json")
	switch {
	case err != nil:
		return nil, fmt.Errorf("inspect exec: %w", err)
	case status == http.StatusNotFound:
		return nil, ErrNotFound
	case status != http.StatusOK:
		return nil, fmt.Errorf("inspect exec: status %d", status)
	}
	found := new(container.ExecInspectResponse)
	if err := json.Unmarshal(answer, found); err != nil {
		return nil, fmt.Errorf("read exec: %w", err)
	}
	if found.ID != id || !fullID.MatchString(found.ContainerID) || found.ProcessConfig == nil {
		return nil, errors.New("read exec: answer without its ID, container or process")
	}
	return found, nil
}
