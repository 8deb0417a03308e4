package secret

import "strings"

// maxValue bounds what is searched of one value. The kernel takes no longer argument than twice this.
const maxValue = 64 << 10

// kept tells of a value that is not the secret its name promises, so that the promise is kept by something else: nothing,
// a switch, a reference to where the secret is, a path.
func (p promise) kept(value string) bool {
	value = strings.TrimSpace(value)
	switch {
	case value == "" || constant(value) || blank(value) || reference(value):
		return true
	case value[0] == '/' || value[0] == '.' || value[0] == '~':
		return pathLike(value) && (wellKnown(value) || p.place || p.directory)
	case number(value):
		return p.several // API_TOKENS=3 counts; PASSWORD=123456 does not
	}
	return p.place && pathLike(value) && strings.ContainsAny(value, "/.")
}

// constant tells of words that switch something.
func constant(value string) bool {
	if len(value) > len("undefined") {
		return false
	}
	var small [len("undefined")]byte
	for i := range len(value) {
		small[i] = value[i] | 0x20
	}
	switch string(small[:len(value)]) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "enabled", "disabled", "auto",
		"required", "optional", "redacted", "masked", "hidden", "unset", "empty", "0", "1":
		return true
	}
	return false
}

// blank tells of a value that was blanked out: one sign, again and again.
func blank(value string) bool {
	switch value[0] {
	case '*', 'x', 'X', '.', '-', '_', '?':
		return strings.Count(value, value[:1]) == len(value)
	}
	return false
}

// reference tells of a value that names where the secret is kept: $VAR, ${VAR}, {{ .Values.x }}, <your token>, env:X.
func reference(value string) bool {
	if len(value) > 512 {
		return false
	}
	switch value[0] {
	case '$':
		switch {
		case strings.HasPrefix(value, "$("):
			return strings.HasSuffix(value, ")") // the output of a command
		case strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}"):
			return identifier(strings.TrimRight(value[2:len(value)-1], ":?-")) // ${VAR:-literal} is a literal
		}
		name := strings.TrimPrefix(value[1:], "$") // $$VAR is compose's way to write $VAR
		return identifier(name) && (strings.ToUpper(name) == name || strings.ToLower(name) == name)
	case '`':
		return len(value) > 2 && strings.HasSuffix(value, "`")
	case '{':
		return strings.HasPrefix(value, "{{") && strings.HasSuffix(value, "}}") && !strings.ContainsAny(value, "0123456789\"'`")
	case '<':
		return strings.HasSuffix(value, ">") && !strings.ContainsAny(value, "0123456789")
	case '%':
		return len(value) > 2 && strings.HasSuffix(value, "%") && identifier(value[1:len(value)-1])
	}
	for _, scheme := range [...]string{"env:", "file:", "fd:", "op://", "vault:", "vault://", "secret://", "secrets://",
		"ref+", "arn:aws:secretsmanager:", "arn:aws:ssm:", "awssm://", "gcpsm://", "id=", "type=", "source=", "src="} {
		if rest, found := strings.CutPrefix(value, scheme); found {
			return rest != "" && pathLike(strings.NewReplacer(":", "", ",", "", "=", "", "#", "", "+", "").Replace(rest))
		}
	}
	return false
}

func identifier(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i := range len(s) {
		if !alphanumeric(s[i]) && s[i] != '_' {
			return false
		}
	}
	return true
}

func pathLike(value string) bool {
	for i := range len(value) {
		switch b := value[i]; {
		case alphanumeric(b), b == '/', b == '.', b == '_', b == '-', b == '~', b == '@':
		default:
			return false
		}
	}
	return true
}

// wellKnown tells of an absolute path below a directory that containers have, or one of the current directory. A secret
// of random letters may begin with a slash, but hardly so.
func wellKnown(value string) bool {
	first, _, deeper := strings.Cut(strings.TrimLeft(value, "~./"), "/")
	if value[0] != '/' {
		return strings.HasPrefix(value, "./") || strings.HasPrefix(value, "../") || strings.HasPrefix(value, "~/")
	}
	switch first {
	case "run", "etc", "var", "tmp", "opt", "srv", "usr", "home", "root", "app", "data", "mnt", "secrets", "vault", "config",
		"proc", "dev", "certs", "keys", "workspace", "work":
		return deeper
	}
	return false
}

func number(value string) bool {
	for i := range len(value) {
		if value[i] < '0' || value[i] > '9' {
			return false
		}
	}
	return true
}

func alphanumeric(b byte) bool { return letter(b) || b >= '0' && b <= '9' }
