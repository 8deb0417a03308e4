package bundle

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// siteData answers what a query reads below data.site. A query of its own would fetch each value from the store anew,
// at many times the cost of a value of the input. It never changes, so all queries of a snapshot share it; everything
// else they read from the store.
type siteData struct{ value ast.Value }

var _ topdown.BaseCache = siteData{}

var siteRef = dataRef("site")

// Get returns nil for what is not there; the query then asks the store, which does not have it either.
func (s siteData) Get(ref ast.Ref) ast.Value {
	if !ref.HasPrefix(siteRef) {
		return nil
	}
	value, err := s.value.Find(ref[len(siteRef):])
	if err != nil {
		return nil
	}
	return value
}

// Put keeps nothing.
func (siteData) Put(ast.Ref, ast.Value) {}
