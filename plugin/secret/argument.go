package secret

import (
	"path"
	"strings"
)

// Command reads the parts of one command line in order, an entry point and then its arguments; a flag at the end of one
// part may take its value from the next. The zero value is ready.
type Command struct {
	program string  // whose short flags are known
	started bool    // a program was seen
	takes   taking  // a flag waits for its value
	flag    promise // what that flag promises
}

// taking is what a flag takes as its value.
type taking byte

const (
	nothing taking = iota
	secretValue
	userPassword
	httpHeader
)

// Arguments judges every argument of a list that stands at place, and adds to found what it finds.
func (c *Command) Arguments(found []Finding, place string, args []string) []Finding {
	for i, arg := range args {
		if pattern := c.argument(arg, i == 0); pattern != none {
			found = append(found, Finding{indexed(place, i), pattern})
		}
	}
	return found
}

func (c *Command) argument(arg string, first bool) Pattern {
	if len(arg) > maxValue {
		return Unscanned
	}
	pattern := none
	if c.takes != nothing || !strings.ContainsAny(arg, " \t\n") {
		pattern = c.word(arg, first)
	} else {
		c.start(arg, first)
		pattern = script(arg)
	}
	if pattern == none {
		pattern = inText(arg)
	}
	return pattern
}

// script judges a command line in one string, as shells take it.
func script(text string) Pattern {
	var c Command
	for text != "" {
		end := strings.IndexAny(text, " \t\r\n;|&()")
		if end < 0 {
			end = len(text)
		}
		if word := strings.Trim(text[:end], `"'`); word != "" {
			if pattern := c.word(word, false); pattern != none {
				return pattern
			}
		}
		if end < len(text) {
			if strings.IndexByte("\n;|&(", text[end]) >= 0 {
				c = Command{}
			}
			end++
		}
		text = text[end:]
	}
	return none
}

// word judges one argument without spaces, or the value of the flag before it.
func (c *Command) word(word string, first bool) Pattern {
	if takes := c.takes; takes != nothing {
		c.takes = nothing
		if !strings.HasPrefix(word, "-") || takes == secretValue && c.flag == (promise{}) {
			return c.value(takes, word)
		}
	}
	if !strings.HasPrefix(word, "-") || len(word) < 2 {
		c.start(word, first)
		return none
	}
	flag, value, assigned := strings.Cut(strings.TrimLeft(word, "-"), "=")
	c.flag = promise{}
	switch short := !strings.HasPrefix(word, "--") && len(flag) > 0; {
	case short && passwordFlag[c.program] == flag[0]:
		if len(word) > 2 {
			return c.value(secretValue, word[2:])
		}
		c.takes = secretValue
	case short && gluedFlag[c.program] == flag[0]:
		if len(word) > 2 {
			return c.value(secretValue, word[2:])
		}
	case flag == "u" || flag == "user" || flag == "proxy-user" || flag == "userpwd":
		if assigned {
			return c.value(userPassword, value)
		}
		c.takes = userPassword
	case flag == "H" || flag == "header":
		if assigned {
			return c.value(httpHeader, value)
		}
		c.takes = httpHeader
	case !assigned && !switches(flag):
		if p := promises(flag); p.secret || p.place {
			c.takes, c.flag = secretValue, p
		}
	}
	return none
}

// value judges the value of a flag.
func (c *Command) value(takes taking, value string) Pattern {
	value = strings.Trim(value, `"'`)
	switch takes {
	case secretValue:
		// What a script leaves of $(command) and `command` at the first space.
		if value != "$" && !strings.HasPrefix(value, "`") && !c.flag.kept(value) {
			return SecretFlag
		}
	case userPassword:
		if user, password, found := strings.Cut(value, ":"); found && literal(password) && !group(user, password) {
			return SecretFlag
		}
	case httpHeader:
		if name, rest, found := strings.Cut(value, ":"); found && promises(name).secret && !promises(name).kept(rest) {
			return SecretName
		}
	}
	return none
}

// group tells of user:group, which looks like user:password.
func group(user, password string) bool {
	switch password {
	case user, "root", "nogroup", "nobody", "users", "daemon", "staff", "wheel":
		return true
	}
	return number(password)
}

// start notes the program of a command, behind those that only start another.
func (c *Command) start(word string, first bool) {
	program := path.Base(word)
	_, glued := gluedFlag[program]
	_, apart := passwordFlag[program]
	if c.started && !(first && (glued || apart)) {
		return
	}
	switch program {
	case "CMD", "CMD-SHELL", "sudo", "env", "exec", "time", "nohup", "timeout", "tini", "dumb-init", "gosu", "su-exec":
		return
	}
	if strings.Contains(word, "=") || number(word) {
		return
	}
	c.program, c.started = program, true
}

// switches tells of flags that take no secret though their name ends in one: --no-password, --with-token.
func switches(flag string) bool {
	first, _, _ := strings.Cut(flag, "-")
	switch first {
	case "no", "with", "without", "enable", "disable", "require", "allow", "skip", "use", "show", "print", "generate", "reset":
		return true
	}
	return false
}

// passwordFlag are programs with the short flag whose value, glued to it or next, is a password.
var passwordFlag = map[string]byte{
	"redis-cli": 'a', "valkey-cli": 'a', "sshpass": 'p', "mongo": 'p', "mongosh": 'p', "mongodump": 'p', "mongorestore": 'p',
	"ldapsearch": 'w', "ldapmodify": 'w', "ldapadd": 'w', "ldapwhoami": 'w',
}

// gluedFlag are programs with the short flag that takes a password only when it is glued to it.
var gluedFlag = map[string]byte{
	"mysql": 'p', "mysqldump": 'p', "mysqladmin": 'p', "mysqlimport": 'p', "mysqlcheck": 'p',
	"mariadb": 'p', "mariadb-dump": 'p', "mariadb-admin": 'p', "mysqlsh": 'p',
}
