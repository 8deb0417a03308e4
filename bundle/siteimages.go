package bundle

import (
	"cmp"
	"slices"
	"strings"
)

// siteClaims reads which images earn which role, and keeps every image with one role.
type siteClaims struct {
	*siteParser
	prefixes []claim                     // any digest of what stands under a prefix
	pinned   map[string]map[string]taken // one digest of one repository
	firsts   []claim                     // the first claim to each repository with digests
}

// taken is who claims a digest of a repository, and where. There may be many thousands.
type taken struct {
	role string
	line int
}

// claim is a role's claim, and where it is made.
type claim struct {
	role, repository, digest string
	line                     int
}

func newSiteClaims(p *siteParser) *siteClaims {
	return &siteClaims{siteParser: p, pinned: map[string]map[string]taken{}}
}

const digestLength = len("sha256:") + 64

// isDigest tells the form of an image digest. Lists of them are long, and a regular expression takes its time.
func isDigest(text string) bool {
	hex, ok := strings.CutPrefix(text, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

// role reads the images of a role: a repository prefix, repository@digest, or a repository with its digests.
func (c *siteClaims) role(name string, images *element, role *siteRole, registries []string) {
	for _, item := range images.list() {
		if item.fields != nil {
			repository := item.get("repository")
			text, ok := repository.scalar()
			if !ok || !c.repository(repository, text, registries) {
				continue
			}
			digests := item.get("digests")
			for _, digest := range digests.list() {
				value, _ := digest.scalar()
				c.pin(claim{name, text, value, digest.line}, digest, len(digests.items))
			}
			if lines, ok := digests.scalar(); ok {
				c.lines(claim{name, text, "", digests.line + 1}, lines, digests)
			}
			continue
		}
		text, ok := item.value.(string)
		if !ok || text == "" {
			continue
		}
		repository, digest, bound := strings.Cut(text, "@")
		switch {
		case !c.repository(item, repository, registries):
		case bound:
			c.pin(claim{name, repository, digest, item.line}, item, 1)
		default:
			c.prefix(claim{role: name, repository: repository, line: item.line}, item, role)
		}
	}
}

// lines reads digests that stand in a text, one a line: the YAML reader takes its time for each entry of a list.
func (c *siteClaims) lines(mine claim, text string, e *element) {
	if strings.TrimSpace(text) == "" {
		c.fail(e.line, e.path, "is an empty list; name at least one")
	}
	for line := range strings.SplitSeq(text, "\n") {
		if mine.digest = strings.TrimSpace(line); mine.digest != "" {
			c.pin(mine, e, len(text)/digestLength)
		}
		mine.line++
	}
}

// repository demands a repository as the engine prints it, in one of the registries.
func (c *siteClaims) repository(e *element, text string, registries []string) bool {
	switch err := checkPrefix(text); {
	case err != nil:
		c.fail(e.line, e.path, "%s %s", quoted(text), err)
	case !slices.ContainsFunc(registries, func(registry string) bool { return within(text, registry) }):
		c.fail(e.line, e.path, "%q is in none of the registries, so no image could earn the role", text)
	}
	return !c.failed(e.path)
}

// prefix takes a claim to every digest of every repository under a prefix.
func (c *siteClaims) prefix(mine claim, e *element, role *siteRole) {
	for _, other := range slices.Concat(c.prefixes, c.firsts) {
		if within(mine.repository, other.repository) && (other.digest == "" || mine.repository == other.repository) ||
			within(other.repository, mine.repository) {
			c.overlap(mine, other, e)
			return
		}
	}
	c.prefixes = append(c.prefixes, mine)
	role.Images = append(role.Images, mine.repository)
}

// pin takes a claim to one digest of a repository, and makes room for so many.
func (c *siteClaims) pin(mine claim, e *element, room int) {
	if !isDigest(mine.digest) {
		c.fail(mine.line, e.path, "%s is no digest; want sha256: and 64 hexadecimal digits", quoted(mine.digest))
		return
	}
	known := c.pinned[mine.repository]
	if known == nil {
		for _, other := range c.prefixes {
			if within(mine.repository, other.repository) {
				c.overlap(mine, other, e)
			}
		}
		known = make(map[string]taken, room)
		c.pinned[mine.repository] = known
		c.firsts = append(c.firsts, mine)
	}
	if other, twice := known[mine.digest]; twice {
		c.overlap(mine, claim{other.role, mine.repository, mine.digest, other.line}, e)
		return
	}
	known[mine.digest] = taken{mine.role, mine.line}
	c.pins.add(mine.role, mine.repository, mine.digest, room)
}

// overlap reports two claims of which one would be void, or the image without a role.
func (c *siteClaims) overlap(mine, other claim, e *element) {
	switch {
	case mine.role != other.role:
		c.fail(mine.line, e.path, "%q overlaps with %q of role %s (line %d); an image earns one role",
			mine.repository, other.repository, other.role, other.line)
	case mine.repository == other.repository && mine.digest == other.digest:
		c.fail(mine.line, e.path, "%s is given twice; the first is in line %d", quoted(cmp.Or(mine.digest, mine.repository)), other.line)
	case mine.digest != "" || other.digest != "":
		c.fail(mine.line, e.path, "%q with a digest and %q with any (line %d) for one role; a digest binds nothing then",
			mine.repository, other.repository, other.line)
	}
}
