package secret

import "strings"

// maxAuthority bounds how far the authority of a URL is read.
const maxAuthority = 512

// userinfo tells whether the authority of a URL, which the text begins with, has a password.
func userinfo(rest string) bool {
	const outside = " \t\r\n\"'`\\"
	rest = rest[:min(len(rest), maxAuthority)]
	authority, tail := rest, ""
	if end := strings.IndexAny(rest, outside+"/?#"); end >= 0 {
		authority, tail = rest[:end], rest[end:]
	}
	user, password, found := strings.Cut(authority, ":")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		_, password, found = strings.Cut(authority[:at], ":")
		return found && literal(password)
	}
	// A password with a slash ends the authority too early, in the middle of what would then be a port.
	if !found || password == "" || number(password) || !literal(password) || strings.HasPrefix(user, "[") {
		return false
	}
	if end := strings.IndexAny(tail, outside); end >= 0 {
		tail = tail[:end]
	}
	return strings.Contains(tail, "@")
}

// literal tells of a password that stands there itself.
func literal(password string) bool {
	return password != "" && !reference(password) && !blank(password)
}

// beforeAt finds user:password@tcp(host), as Go's MySQL driver writes it.
func beforeAt(s string, i int) Pattern {
	if !strings.HasPrefix(s[i+1:], "tcp(") && !strings.HasPrefix(s[i+1:], "unix(") {
		return none
	}
	before := s[max(0, i-256):i]
	before = before[strings.LastIndexAny(before, " \t\r\n\"'=")+1:]
	if _, password, found := strings.Cut(before, ":"); found && literal(password) {
		return URLPassword
	}
	return none
}
