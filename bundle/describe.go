package bundle

import (
	"context"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/airlock-gate/airlock/plugin/view"
)

// ErrUndescribed says that the policies have no words for a topology.
var ErrUndescribed = errors.New("policies describe no topology")

// Description is the policies' own words for what is in a topology, by ID.
type Description struct {
	Roles   map[string]string // of containers; "" for one whose image earns none
	Exits   map[string]bool   // containers that no way leads on through
	Classes map[string]string // of networks: "airgap", "egress", "segment", "none"
}

const describeQuery = "data.airlock.lib.map.described = answer"

// Describe asks the policies what they take containers and networks for. It decides nothing. The error is
// ErrUndescribed when they have no such words, ErrPolicy, or the context's own.
func (s *Snapshot) Describe(ctx context.Context, topology *view.Topology) (*Description, error) {
	if topology == nil {
		return nil, fmt.Errorf("%w: no topology", ErrInput)
	}
	input := &view.Input{Version: view.InputVersion, Subject: view.SubjectNone, Topology: topology}
	found, err := s.ask(ctx, describeQuery, input)
	switch {
	case err != nil:
		return nil, fmt.Errorf("describe topology: %w", err)
	case found == nil:
		return nil, ErrUndescribed
	}
	d := &Description{}
	if err := ast.As(found.Value, d); err != nil {
		return nil, fmt.Errorf("%w: describe topology: %w", ErrPolicy, err)
	}
	return d, nil
}
