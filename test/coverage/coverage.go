// Package coverage puts side by side what the Engine API offers, how the policies treat it, which rules judge it and
// which requests of the corpus show that: the page docs/api-coverage.md.
package coverage

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/airlock-gate/airlock/bundle"
	"github.com/airlock-gate/airlock/plugin/operation"
	"github.com/airlock-gate/airlock/policies"
	"github.com/airlock-gate/airlock/test/adversarial"
)

// Endpoint is a method and a path of the Engine API.
type Endpoint struct {
	Method, Pattern string
	API             string // versions that document it, where they are not all

	Denied, Admitted []adversarial.Case
}

func (e Endpoint) String() string {
	method := e.Method
	if method == "" {
		method = "any"
	}
	return method + " " + e.Pattern
}

// Row is an operation with everything that is known about it.
type Row struct {
	bundle.Operation
	Endpoints []*Endpoint
}

// Gaps says what the row lacks. One that is admitted needs requests of both kinds, one that is denied to everybody or
// to whoever was not given it, those that show the denial.
func (r Row) Gaps() []string {
	var gaps []string
	if len(r.Endpoints) == 0 {
		gaps = append(gaps, "no endpoint")
	}
	if r.Why == "" {
		gaps = append(gaps, "no reason")
	}
	for _, e := range r.Endpoints {
		if len(e.Denied) == 0 {
			gaps = append(gaps, "no denied request "+e.String())
		}
		if admissible := r.Treatment == "granted" || r.Treatment == "judged"; admissible && len(e.Admitted) == 0 {
			gaps = append(gaps, "no admitted request "+e.String())
		} else if r.Treatment == "refused" && len(e.Admitted) > 0 {
			gaps = append(gaps, "refused, and yet an admitted request "+e.String())
		}
	}
	return gaps
}

// endpoint returns the endpoint a request is for, by the first pattern it matches.
func (r Row) endpoint(request *operation.Request) *Endpoint {
	for _, e := range r.Endpoints {
		if (e.Method == request.Method || e.Method == "") && e.matches(request.Path) {
			return e
		}
	}
	return nil
}

var variables = regexp.MustCompile(`\{[a-z]+(:[^}]*)?\}`)

func (e Endpoint) matches(path string) bool {
	expression := variables.ReplaceAllStringFunc(e.Pattern, func(v string) string {
		if _, own, found := strings.Cut(strings.Trim(v, "{}"), ":"); found {
			return own
		}
		return "[^/]+"
	})
	return regexp.MustCompile("^" + expression + "$").MatchString(path)
}

// Table is the whole of it.
type Table struct {
	Rows    []Row
	Strange []*Endpoint        // endpoints whose operation the policies have no row for
	Unnamed []adversarial.Case // requests that name no operation: targets only
}

// Gaps says what is missing anywhere.
func (t *Table) Gaps() []string {
	var gaps []string
	for _, e := range t.Strange {
		gaps = append(gaps, e.String()+": no row")
	}
	for _, r := range t.Rows {
		for _, gap := range r.Gaps() {
			gaps = append(gaps, r.Name+": "+gap)
		}
	}
	return gaps
}

// Build reads the table from the routes of the gate, the embedded policies, the corpus, and the published documents of
// the Engine API below a directory.
func Build(ctx context.Context, documents string) (*Table, error) {
	snapshot, err := bundle.Load(policies.FS, bundle.DefaultSite(), bundle.Options{})
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	operations, err := snapshot.Operations(ctx)
	if err != nil {
		return nil, err
	}
	spans, err := readSpans(documents)
	if err != nil {
		return nil, err
	}
	rows := map[string]*Row{}
	for _, o := range operations {
		rows[o.Name] = &Row{Operation: o}
	}
	table := &Table{}
	for _, route := range operation.NewTable().Routes() {
		names := []operation.Operation{route.Operation}
		if route.Operation == operation.ImagePull { // they share an endpoint
			names = append(names, "image.import")
		}
		for _, name := range names {
			endpoint := &Endpoint{Method: route.Method, Pattern: route.Pattern, API: spans.of(route.Method, route.Pattern)}
			if row := rows[string(name)]; row != nil {
				row.Endpoints = append(row.Endpoints, endpoint)
			} else {
				table.Strange = append(table.Strange, endpoint)
			}
		}
	}
	for _, part := range []struct {
		read func() ([]adversarial.Case, error)
		to   func(*Endpoint) *[]adversarial.Case
	}{
		{adversarial.Denied, func(e *Endpoint) *[]adversarial.Case { return &e.Denied }},
		{adversarial.Admitted, func(e *Endpoint) *[]adversarial.Case { return &e.Admitted }},
	} {
		cases, err := part.read()
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			var endpoint *Endpoint
			if request := aim(c); request != nil && rows[string(request.Operation)] != nil {
				endpoint = rows[string(request.Operation)].endpoint(request)
			}
			if endpoint != nil {
				*part.to(endpoint) = append(*part.to(endpoint), c)
			} else {
				table.Unnamed = append(table.Unnamed, c)
			}
		}
	}
	for _, row := range rows {
		table.Rows = append(table.Rows, *row)
	}
	slices.SortFunc(table.Rows, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
	return table, nil
}

// aim returns what a request is about, nil when it names no operation. One whose query is refused is about what its path
// names.
func aim(c adversarial.Case) *operation.Request {
	target := c.Target(adversarial.Words{"v": "/v1.41"})
	target = strings.NewReplacer("{", "", "}", "").Replace(target)
	if request, err := operation.Parse(c.Method(), target); err == nil {
		return request
	}
	path, _, _ := strings.Cut(target, "?")
	for _, query := range []string{"", "?fromImage=x"} {
		if request, err := operation.Parse(c.Method(), path+query); err == nil {
			return request
		}
	}
	return nil
}
