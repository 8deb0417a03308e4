package secret

import (
	"strings"
	"unicode"
)

// maxName bounds what is read of a name, from its end: the last words say what the value is.
const maxName = 128

// words is a name as the rules read it: its letters in lower case, and where each word begins. Case, separators, digits
// and the letters that fold to ASCII (ſ, K) make no difference, so that every spelling of a name is judged alike.
type words struct {
	letters [maxName]byte
	begins  [maxName]boundary
	size    int
}

// read takes a name apart: PGPassword, pg_password, pg.password2 and PG-PAſSWORD have the same last word.
func (w *words) read(name string) {
	if len(name) > maxName {
		name = name[len(name)-maxName:] // a rune cut in half is no letter, and so a separator
	}
	begin, lower := separated, false
	for i, r := range name {
		letter, upper := ascii(r)
		if letter == 0 {
			begin, lower = separated, false
			continue
		}
		// dbPassword: a capital after a small letter; APIKey: a capital before a small letter, after a capital.
		if begin == inside && upper && (lower || smallFollows(name[i+1:])) {
			begin = capital
		}
		w.letters[w.size], w.begins[w.size] = letter, begin
		w.size++
		begin, lower = inside, !upper
	}
}

// boundary is how a letter begins a word: not at all, by a capital, after a separator.
type boundary byte

const (
	inside boundary = iota
	capital
	separated
)

func smallFollows(rest string) bool { return rest != "" && rest[0] >= 'a' && rest[0] <= 'z' }

// ascii folds a rune to a small ASCII letter, 0 when it is none.
func ascii(r rune) (letter byte, upper bool) {
	if r >= unicode.MaxASCII {
		for folded := unicode.SimpleFold(r); folded != r; folded = unicode.SimpleFold(folded) {
			if folded < unicode.MaxASCII {
				letter, _ := ascii(folded)
				return letter, unicode.IsUpper(r)
			}
		}
		return 0, false
	}
	switch {
	case r >= 'a' && r <= 'z':
		return byte(r), false
	case r >= 'A' && r <= 'Z':
		return byte(r) + 'a' - 'A', true
	}
	return 0, false
}

func (w *words) ends(suffix string) bool {
	return w.size >= len(suffix) && string(w.letters[w.size-len(suffix):w.size]) == suffix
}

// last is the last word, by the boundaries of at least that kind.
func (w *words) last(kind boundary) []byte {
	begin := w.size - 1
	for begin > 0 && w.begins[begin] < kind {
		begin--
	}
	return w.letters[max(begin, 0):w.size]
}

// whole tells whether the name ends in this very word.
func (w *words) whole(word string) bool {
	return w.ends(word) && w.begins[w.size-len(word)] > inside
}

// promise is what a name says of its value.
type promise struct {
	secret    bool // the value is a secret: DB_PASSWORD
	place     bool // the value is where a secret is: DB_PASSWORD_FILE
	directory bool // ends as the names do that shells keep the working directory in
	proxy     bool // the value may be a URL without a scheme: HTTPS_PROXY
	several   bool // the value may be how many there are: API_TOKENS
}

// promises reads a name. It promises a secret if its last word does, once words that say nothing of the kind of value
// (which one, whose, in which form) are taken off. A name that goes on to a property of the secret (TOKEN_TTL,
// SECRET_NAME) ends in another word.
func promises(name string) promise {
	if name == "" {
		return promise{}
	}
	var w words
	w.read(name)
	p := promise{
		directory: w.ends("pwd"), proxy: w.whole("proxy"), several: w.ends("tokens") || w.ends("keys") || w.ends("secrets"),
	}
	for _, place := range [...]string{"file", "path", "filename", "dir", "directory", "location"} {
		if w.whole(place) {
			w.size -= len(place)
			p.place = w.promise()
			return p
		}
	}
	p.secret = w.promise()
	return p
}

func (w *words) promise() bool {
	for w.size > 0 {
		if w.secret() {
			return true
		}
		// A name in mixed case has capitals that begin no word, so separators come first.
		last := w.last(separated)
		if !decorations[string(last)] {
			if last = w.last(capital); !decorations[string(last)] {
				return false
			}
		}
		w.size -= len(last)
	}
	return false
}

func (w *words) secret() bool {
	for _, word := range endings[w.letters[w.size-1]] {
		if w.ends(word) {
			return !w.counted(word)
		}
	}
	for _, word := range [...]string{"pass", "pwd", "pat", "salt"} {
		if w.whole(word) {
			return w.size > len(word) || word != "pat" && word != "pwd"
		}
	}
	if w.letters[w.size-1] == 's' { // plurals
		single := *w
		single.size--
		return single.size > 0 && single.letters[single.size-1] != 's' && single.secret()
	}
	return false
}

// counted tells of tokens that are words of a text: MAX_TOKENS, EOS_TOKEN.
func (w *words) counted(word string) bool {
	if word != "token" || w.size == len(word) {
		return false
	}
	before := *w
	before.size -= len(word)
	switch string(before.last(capital)) {
	case "max", "min", "num", "total", "per", "prompt", "completion", "context", "bos", "eos", "pad", "unk", "stop", "mask", "sep", "cls":
		return true
	}
	return false
}

// endings are the words that promise a secret, by their last letter. They are looked for at the end of the joined
// letters, so that APIKEY, API_KEY and apiKey are one.
var endings = func() map[byte][]string {
	table := map[byte][]string{}
	add := func(list string) {
		for word := range strings.FieldsSeq(list) {
			table[word[len(word)-1]] = append(table[word[len(word)-1]], word)
		}
	}
	add("password passwd passwort passphrase passcode passwd secret token credential cred bearer mnemonic")
	add("dbpass dbpwd userpass rootpass adminpass mysqlpass smtppass authpass mailpass requirepass masterauth rediscliauth")
	add("erlangcookie npmauth secretkeybase passin passout connectionstring")
	for kind := range strings.FieldsSeq(`api access secret private encryption decryption encrypt signing sign master auth
		account deploy ssh jwt session service shared storage app application hmac aes client consumer webhook integration
		admin root server user cipher data credential license wireguard wg tls ssl token nonce loggedin securesession
		openai anthropic claude gemini stripe github gitlab mailgun sendgrid twilio datadog dd azure aws gcp google cohere
		mistral groq huggingface hf openrouter replicate pinecone cloudflare slack telegram deepl llm model newrelic rollbar
		algolia deepseek xai perplexity together fireworks`) {
		add(kind + "key")
	}
	return table
}()

// decorations say which secret, whose or in which form, not that the value is something else.
var decorations = func() map[string]bool {
	table := map[string]bool{}
	for word := range strings.FieldsSeq(`prod production dev development staging stage test testing live local primary secondary
		old new current previous next value default string plain plaintext raw text base b hex json encoded hash admin root
		db main master slave replica readonly ro rw read write internal external private
		github gitlab bitbucket openai anthropic azure aws gcp google slack telegram stripe twilio sendgrid mailgun jwt
		mysql postgres postgresql pg redis mongo mongodb rabbitmq mariadb smtp mail ldap s minio vault npm pypi docker`) {
		table[word] = true
	}
	return table
}()

// maxShown bounds a name that is shown.
const maxShown = 64

// Name returns a name as it may be shown: as it is when its form is harmless, else "". Harmless are words of letters with
// few digits between them; what an issuer made up at random is none.
func Name(name string) string {
	if name == "" || len(name) > maxShown || inText(name) != none {
		return ""
	}
	digits, run, changes := 0, 0, 0
	previous := byte(0)
	for i := range len(name) {
		b := name[i]
		switch {
		case b >= '0' && b <= '9':
			digits++
			if letter(previous) {
				changes++
			}
			run++
		case letter(b):
			run++
		case b == '_' || b == '-' || b == '.' || b == '/':
			run = 0
		default:
			return ""
		}
		if run > 24 || digits > 6 || changes > 2 {
			return ""
		}
		previous = b
	}
	return name
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
