package bundle

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// sitePins is the digests that earn roles, by role and repository. They may be many thousands, so they stand beside the
// document and are held once, as policies see them: pinned[repository][digest] is true.
type sitePins map[string]map[string][]string

// add takes one digest of a repository, and makes room for so many at the first.
func (p sitePins) add(role, repository, digest string, room int) {
	if p[role] == nil {
		p[role] = map[string][]string{}
	}
	digests := p[role][repository]
	if digests == nil {
		digests = make([]string, 0, max(room, 1))
	}
	p[role][repository] = append(digests, digest)
}

// sort brings the digests in an order of their own.
func (p sitePins) sort() {
	for _, repositories := range p {
		for _, digests := range repositories {
			slices.Sort(digests)
		}
	}
}

// sum names exactly the document with these digests, which are sorted.
func (p sitePins) sum(document *siteDocument) [sha256.Size]byte {
	h := sha256.New()
	h.Write(document.json())
	for _, role := range slices.Sorted(maps.Keys(p)) {
		for _, repository := range slices.Sorted(maps.Keys(p[role])) {
			digests := p[role][repository]
			fmt.Fprintf(h, "\n%q %q %d\n", role, repository, len(digests))
			for _, digest := range digests {
				_, _ = io.WriteString(h, digest) // all of one length
			}
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// into returns the document's value with the digests of each role. Parts of a value may be shared, so it is not changed.
func (p sitePins) into(document ast.Value) (ast.Value, error) {
	if len(p) == 0 {
		return document, nil
	}
	roles, err := document.Find(ast.Ref{ast.InternedTerm("roles")})
	if err != nil {
		return nil, fmt.Errorf("site data: %w", err)
	}
	pinned := ast.NewObject()
	for role, repositories := range p {
		all := ast.NewObject()
		for repository, digests := range repositories {
			all.Insert(ast.StringTerm(repository), ast.NewTerm(membersOf(digests)))
		}
		rights, err := roles.Find(ast.Ref{ast.StringTerm(role)})
		if err != nil {
			return nil, fmt.Errorf("site data: role %s: %w", role, err)
		}
		with, err := replaced(rights, "pinned", all)
		if err != nil {
			return nil, err
		}
		pinned.Insert(ast.StringTerm(role), ast.NewTerm(with))
	}
	object, ok := roles.(ast.Object)
	if !ok {
		return nil, fmt.Errorf("site data: roles are %s, want object", ast.ValueName(roles))
	}
	err = object.Iter(func(role, rights *ast.Term) error {
		if pinned.Get(role) == nil {
			pinned.Insert(role, rights)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return replaced(document, "roles", pinned)
}

// membersOf is an object in which each name is true, so that asking for one costs the same among many.
func membersOf(names []string) ast.Object {
	terms, pairs := make([]ast.Term, len(names)), make([][2]*ast.Term, len(names))
	for i, name := range names {
		terms[i].Value = ast.String(name)
		pairs[i] = [2]*ast.Term{&terms[i], ast.InternedTerm(true)}
	}
	return ast.NewObject(pairs...)
}

// replaced returns an object with another value under a name.
func replaced(value ast.Value, name string, with ast.Value) (ast.Object, error) {
	object, ok := value.(ast.Object)
	if !ok {
		return nil, fmt.Errorf("site data: %s in %s, want object", name, ast.ValueName(value))
	}
	out := ast.NewObject()
	err := object.Iter(func(key, value *ast.Term) error {
		if key.Equal(ast.StringTerm(name)) {
			value = ast.NewTerm(with)
		}
		out.Insert(key, value)
		return nil
	})
	return out, err
}
