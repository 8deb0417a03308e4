package secret

import "strings"

// inText looks for a secret anywhere in a text: an environment value, an argument, a label, a name.
func inText(s string) Pattern {
	if len(s) > maxValue {
		return Unscanned
	}
	const shortest = len("pwd=x")
	if len(s) < shortest {
		return none
	}
	for i := 0; i < len(s); i++ {
		if !telling[s[i]] {
			continue
		}
		pattern := none
		switch b := s[i]; {
		case b == ':':
			pattern = afterColon(s, i)
		case b == '=':
			pattern = afterEquals(s, i)
		case b == '@':
			pattern = beforeAt(s, i)
		case i > 0 && alphanumeric(s[i-1]): // in the middle of a word
		case b == '-':
			pattern = block(s[i:])
		case strings.HasPrefix(s[i:], "eyJ"):
			found, read := compact(s[i:])
			if found {
				return JSONWebToken
			}
			i += read - 1
		default:
			if pattern = issued(s[i:]); pattern == none {
				pattern = header(s[i:])
			}
		}
		if pattern != none {
			return pattern
		}
	}
	return none
}

// telling are the bytes where a pattern can begin, or turns up.
var telling = func() [256]bool {
	var table [256]bool
	for b := range formats {
		table[b] = len(formats[b]) > 0
	}
	for _, b := range []byte(":=@-eaAbB") {
		table[b] = true
	}
	return table
}()

// block finds the first line of a private key: PEM, OpenSSH, OpenPGP.
func block(rest string) Pattern {
	if rest, found := strings.CutPrefix(rest, "-----BEGIN "); found {
		if strings.Contains(rest[:min(len(rest), 40)], "PRIVATE KEY") {
			return PrivateKey
		}
	}
	return none
}

// header finds the credentials of an HTTP request: "Authorization: <scheme> <value>", and "Bearer" or "Basic" before a
// value that is no word of a sentence.
func header(rest string) Pattern {
	switch {
	case fold(rest, "authorization"):
		rest = strings.TrimLeft(rest[len("authorization"):], `"'\ `)
		if rest == "" || rest[0] != ':' && rest[0] != '=' {
			return none
		}
		rest = strings.TrimLeft(rest[1:], `"'\ `)
		for _, scheme := range [...]string{"bearer ", "basic ", "token ", "apikey ", "digest ", "negotiate "} {
			if fold(rest, scheme) {
				if random(rest[len(scheme):], 4, false) {
					return Authorization
				}
				return none
			}
		}
		if random(rest, 8, true) {
			return Authorization
		}
	case fold(rest, "bearer "):
		if random(rest[len("bearer "):], 16, true) {
			return Authorization
		}
	case fold(rest, "basic "):
		if random(rest[len("basic "):], 12, true) {
			return Authorization
		}
	}
	return none
}

// fold tells whether a text begins with a word in small letters, in any case.
func fold(s, word string) bool { return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) }

// random tells whether a text begins with at least so many characters that tokens are made of, with a digit, an equals
// sign or both cases among them if asked for.
func random(s string, least int, mixed bool) bool {
	seen, length := alphabet(0), 0
	for ; length < len(s) && length < 64; length++ {
		set := alphabets[s[length]]
		if set == 0 && s[length] != '~' {
			break
		}
		seen |= set
	}
	return length >= least && (!mixed || seen&digits != 0 || s[length-1] == '=')
}

// afterColon judges what a colon joins: scheme://user:password@host, a JSON or YAML name and value, a bot's number and key.
func afterColon(s string, i int) Pattern {
	rest := s[i+1:]
	if strings.HasPrefix(rest, "//") {
		if userinfo(rest[2:]) {
			return URLPassword
		}
		return none
	}
	if pattern := bot(s, i); pattern != none {
		return pattern
	}
	end := i
	for end > 0 && s[end-1] == ' ' {
		end--
	}
	quoted := end
	for quoted > 0 && (s[quoted-1] == '"' || s[quoted-1] == '\'' || s[quoted-1] == '\\') {
		quoted--
	}
	name := nameBefore(s, quoted)
	switch {
	case name == "":
		return none
	case quoted == end && (i+1 < len(s) && s[i+1] != ' ' || !beginsLine(s, end-len(name))):
		return none
	case strings.EqualFold(name, "auth") && random(scalar(strings.TrimLeft(rest, " ")), 8, true):
		return RegistryAuth
	}
	return pair(name, strings.TrimLeft(rest, " "))
}

// beginsLine tells whether only indentation stands between the beginning of a line and i, in a text of several lines.
func beginsLine(s string, i int) bool {
	for i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
		i--
	}
	return i > 0 && s[i-1] == '\n' || i == 0 && strings.IndexByte(s, '\n') >= 0
}

// bot finds a Telegram bot's token, <number>:AA….
func bot(s string, i int) Pattern {
	const number, key = 8, 33
	rest := s[i+1:]
	if i < number || len(rest) < 2+key || rest[:2] != "AA" {
		return none
	}
	for _, b := range []byte(s[i-number : i]) {
		if alphabets[b] != digits {
			return none
		}
	}
	for _, b := range []byte(rest[:2+key]) {
		if alphabets[b]&word == 0 {
			return none
		}
	}
	return ChatToken
}

// afterEquals judges NAME=value in a text: shell, flags, properties, connection strings, query strings.
func afterEquals(s string, i int) Pattern {
	if i+1 < len(s) && s[i+1] == '=' || i > 0 && s[i-1] == '=' {
		return none // a comparison
	}
	name := nameBefore(s, i)
	if name == "" {
		return none
	}
	if bare := strings.TrimLeft(name, "_"); strings.EqualFold(bare, "auth") && bare != name && random(s[i+1:], 8, true) {
		return RegistryAuth // _auth of an .npmrc
	}
	return pair(name, s[i+1:])
}

// longestName bounds how far back a name is looked for.
const longestName = 64

// nameBefore is the name that ends at end.
func nameBefore(s string, end int) string {
	begin := end
	for begin > 0 && end-begin < longestName && nameByte(s[begin-1]) {
		begin--
	}
	return s[begin:end]
}

func nameByte(b byte) bool { return alphabets[b]&(word|dot) != 0 || b >= 0x80 }

// pair judges a name and the text that begins with its value.
func pair(name, rest string) Pattern {
	p := promises(name)
	if !p.secret && !p.place {
		return none
	}
	for _, bracket := range [...]string{"$(", "`", "{", "["} {
		if strings.HasPrefix(rest, bracket) && !strings.HasPrefix(rest, "{{") {
			return none // a command's output, an object, a list: what is inside is judged by itself
		}
	}
	value := scalar(rest)
	after := rest[strings.Index(rest, value)+len(value):]
	if strings.HasPrefix(after, "(") || strings.HasSuffix(value, "[") {
		return none // a call or an index: code
	}
	if p.kept(value) {
		return none
	}
	return SecretName
}

// scalar is the value a text begins with: what is between quotes, or up to what ends a value in any of the languages.
func scalar(rest string) string {
	open := 0
	for open < len(rest) && open < 3 && (rest[open] == '\\' || rest[open] == '"' || rest[open] == '\'') {
		open++
	}
	ends := " \t\r\n;&,|()\"'\\`"
	switch {
	case open > 0:
		ends = rest[open-1 : open]
		if open > 1 && rest[open-2] == '\\' {
			ends = `\`
		}
	case strings.HasPrefix(rest, "{{"):
		if end := strings.Index(rest, "}}"); end >= 0 {
			return rest[:end+2]
		}
	case strings.HasPrefix(rest, "<"):
		if end := strings.IndexByte(rest, '>'); end >= 0 {
			return rest[:end+1]
		}
	case strings.HasPrefix(rest, "${"):
		if end := strings.IndexByte(rest, '}'); end >= 0 {
			return rest[:end+1]
		}
	}
	value := rest[open:]
	if end := strings.IndexAny(value, ends); end >= 0 {
		value = value[:end]
	}
	if open == 0 {
		value = strings.TrimRight(value, "}]")
	}
	return value
}
