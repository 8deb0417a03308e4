package audit

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/chart"
)

// ReportVersion is the version of the report's form.
const ReportVersion = 1

// Schema is the JSON schema of a Report.
//
//go:embed report.schema.json
var Schema []byte

// Kinds of objects.
const (
	KindContainer = "container"
	KindNetwork   = "network"
	KindVolume    = "volume"
)

// Report is what an audit found. Its JSON form is described by Schema.
type Report struct {
	Version  int                `json:"version"`
	Clean    bool               `json:"clean"`    // no violation, and everything was judged
	Engine   Engine             `json:"engine"`   // the engine that was read
	Policies string             `json:"policies"` // revision of policies and site data
	Counts   Counts             `json:"counts"`
	Objects  []Object           `json:"objects"` // by kind, then by name, then by ID
	Expired  []bundle.Exception `json:"expired"` // exceptions of the site data that set nothing aside any more

	description *bundle.Description
}

// Engine is what the audited engine says of itself.
type Engine struct {
	Version    string `json:"version"`
	APIVersion string `json:"api_version"`
}

// Counts sums a report up.
type Counts struct {
	Containers int `json:"containers"`
	Running    int `json:"running"`
	Networks   int `json:"networks"` // without the engine's own bridge, host and none
	Volumes    int `json:"volumes"`
	Gone       int `json:"gone"`       // containers that were removed while the audit ran
	Violations int `json:"violations"` // rules broken, over all objects
	Waived     int `json:"waived"`     // violations that an exception sets aside
	Faults     int `json:"faults"`     // objects that could not be judged
}

// Object is one container, network or volume with what was found.
type Object struct {
	Kind       string             `json:"kind"`
	ID         string             `json:"id"` // a volume's is its name
	Name       string             `json:"name"`
	Role       string             `json:"role"`     // containers: "" when the image earns none
	Exit       bool               `json:"exit"`     // containers: the role is an exit
	Running    bool               `json:"running"`  // containers
	Mode       string             `json:"mode"`     // containers: network mode
	Class      string             `json:"class"`    // networks: "airgap", "egress", "segment", "none"
	Internal   bool               `json:"internal"` // networks
	Networks   []string           `json:"networks"` // containers: IDs of the networks they are in
	Violations []bundle.Violation `json:"violations"`
	Waived     []bundle.Waived    `json:"waived"` // violations that an exception sets aside
	Fault      string             `json:"fault"`  // why it could not be judged; "" when it was
}

func (r *Report) finish() {
	kinds := []string{KindContainer, KindNetwork, KindVolume}
	slices.SortFunc(r.Objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.ID, b.ID))
	})
	for i := range r.Objects {
		o := &r.Objects[i]
		switch o.Kind {
		case KindContainer:
			r.Counts.Containers++
		case KindNetwork:
			r.Counts.Networks++
		case KindVolume:
			r.Counts.Volumes++
		}
		if o.Running {
			r.Counts.Running++
		}
		if o.Fault != "" {
			r.Counts.Faults++
		}
		r.Counts.Violations += len(o.Violations)
		r.Counts.Waived += len(o.Waived)
	}
	r.Clean = r.Counts.Violations == 0 && r.Counts.Faults == 0
}

// Map is the report as it is drawn. The error is bundle.ErrUndescribed when the policies tell no classes and roles: a map
// without them would mislead.
func (r *Report) Map() (chart.Map, error) {
	if r.description == nil {
		return chart.Map{}, bundle.ErrUndescribed
	}
	m := chart.Map{Engine: r.Engine.Version}
	members := map[string]bool{}
	for i := range r.Objects {
		o := &r.Objects[i]
		findings := o.findings()
		switch o.Kind {
		case KindContainer:
			m.Containers = append(m.Containers, chart.Container{ID: o.ID, Name: o.Name, Role: o.Role, Exit: o.Exit, Running: o.Running,
				Mode: o.Mode, Networks: o.Networks, Findings: findings})
			for _, id := range o.Networks {
				members[id] = true
			}
		case KindNetwork:
			m.Networks = append(m.Networks, chart.Network{ID: o.ID, Name: o.Name, Class: chart.Class(o.Class), Internal: o.Internal, Findings: findings})
		default:
			if len(findings) > 0 {
				m.Others = append(m.Others, chart.Object{Kind: o.Kind, Name: o.Name, Findings: findings})
			}
		}
	}
	return m, nil
}

// findings are violations and fault as the map shows them. A container nobody could judge is not drawn as clean.
func (o *Object) findings() (findings []chart.Finding) {
	for i := range o.Violations {
		v := &o.Violations[i]
		findings = append(findings, chart.Finding{Rule: v.Rule, Severity: v.Severity, Field: v.Field, Got: Text(v.Got), Want: Text(v.Want)})
	}
	if o.Fault != "" {
		findings = append(findings, chart.Finding{Rule: "not judged", Field: o.Kind, Got: o.Fault, Want: "a verdict"})
	}
	for i := range o.Waived {
		w := &o.Waived[i]
		findings = append(findings, chart.Finding{Rule: w.Rule, Severity: w.Severity, Field: w.Field, Got: Text(w.Got), Want: Text(w.Want), Note: true})
	}
	return findings
}

// maxValue bounds a value that is shown to people.
const maxValue = 200

// Text renders the value of a violation on one line: JSON, cut when it is long.
func Text(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "?" // values come out of JSON
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if len(text) <= maxValue {
		return text
	}
	cut := maxValue
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
