package secret

// alphabet is a set of bytes.
type alphabet uint8

const (
	digits alphabet = 1 << iota
	upper
	lower
	line // _ and -
	dot
	base64 // + / =
	alnum  = digits | upper | lower
	word   = alnum | line
)

// alphabets holds the sets each byte belongs to.
var alphabets = func() [256]alphabet {
	var table [256]alphabet
	for b := range 256 {
		switch c := byte(b); {
		case c >= '0' && c <= '9':
			table[b] = digits
		case c >= 'A' && c <= 'Z':
			table[b] = upper
		case c >= 'a' && c <= 'z':
			table[b] = lower
		case c == '_' || c == '-':
			table[b] = line
		case c == '.':
			table[b] = dot
		case c == '+' || c == '/' || c == '=':
			table[b] = base64
		}
	}
	return table
}()

// format is how an issuer writes its secrets: a prefix, then at least so many characters of an alphabet.
type format struct {
	pattern Pattern
	prefix  string
	rest    alphabet
	least   int
	digit   bool // one of the characters is a digit: the prefix alone is too common
}

// formats are by the first byte of their prefix. The forms are those their issuers document, or show in what they issue.
var formats = func() [256][]format {
	var table [256][]format
	for _, f := range []format{
		{CloudKey, "AKIA", upper | digits, 16, false},
		{CloudKey, "ASIA", upper | digits, 16, false},
		{CloudKey, "ABIA", upper | digits, 16, false},
		{CloudKey, "AIza", word, 35, false},
		{CloudKey, "GOCSPX-", word, 20, false},
		{CloudKey, "ya29.", word, 20, false},
		{CloudKey, "dop_v1_", lower | digits, 40, false},
		{CloudKey, "doo_v1_", lower | digits, 40, false},
		{CloudKey, "dor_v1_", lower | digits, 40, false},
		{CloudKey, "dapi", lower | digits, 32, true},
		{CloudKey, "fm2_", word | base64, 20, false},
		{CloudKey, "nfp_", alnum, 36, false},
		{CloudKey, "HRKU-", word, 36, false},
		{CloudKey, "sbp_", lower | digits, 40, false},
		{CloudKey, "sb_secret_", word, 20, false},
		{CloudKey, "pscale_tkn_", word, 32, false},
		{CloudKey, "pscale_pw_", word, 32, false},
		{CloudKey, "SharedAccessSignature ", alnum, 2, false},
		{ModelKey, "sk-", word, 20, true},
		{ModelKey, "hf_", alnum, 30, false},
		{ModelKey, "r8_", alnum, 36, false},
		{ModelKey, "gsk_", alnum, 40, false},
		{ModelKey, "xai-", alnum, 40, false},
		{ModelKey, "pplx-", alnum, 40, false},
		{ModelKey, "nvapi-", word, 40, false},
		{ForgeToken, "ghp_", alnum, 36, false},
		{ForgeToken, "gho_", alnum, 36, false},
		{ForgeToken, "ghu_", alnum, 36, false},
		{ForgeToken, "ghs_", alnum, 36, false},
		{ForgeToken, "ghr_", alnum, 36, false},
		{ForgeToken, "github_pat_", word, 40, false},
		{ForgeToken, "glpat-", word, 20, false},
		{ForgeToken, "gldt-", word, 20, false},
		{ForgeToken, "glrt-", word, 20, false},
		{ForgeToken, "glptt-", word, 20, false},
		{ForgeToken, "glcbt-", word, 20, false},
		{ForgeToken, "ATATT3", word | base64, 40, false},
		{ForgeToken, "ATBB", alnum, 32, false},
		{ChatToken, "xoxb-", word, 10, true},
		{ChatToken, "xoxp-", word, 10, true},
		{ChatToken, "xoxa-", word, 10, true},
		{ChatToken, "xoxr-", word, 10, true},
		{ChatToken, "xoxs-", word, 10, true},
		{ChatToken, "xoxe", word | dot, 10, true},
		{ChatToken, "xapp-", word, 10, true},
		{PaymentKey, "sk_live_", alnum, 10, false},
		{PaymentKey, "sk_test_", alnum, 10, false},
		{PaymentKey, "rk_live_", alnum, 10, false},
		{PaymentKey, "rk_test_", alnum, 10, false},
		{PaymentKey, "whsec_", alnum | base64, 20, false},
		{PaymentKey, "sq0atp-", word, 20, false},
		{PaymentKey, "sq0csp-", word, 20, false},
		{PaymentKey, "shpat_", alnum, 32, false},
		{PaymentKey, "shpss_", alnum, 32, false},
		{PaymentKey, "shpca_", alnum, 32, false},
		{PaymentKey, "shppa_", alnum, 32, false},
		{PackageToken, "npm_", alnum, 36, false},
		{PackageToken, "pypi-AgE", word, 40, false},
		{PackageToken, "rubygems_", lower | digits, 48, false},
		{PackageToken, "dckr_pat_", word, 20, false},
		{PackageToken, "dckr_oat_", word, 20, false},
		{MailKey, "SG.", word | dot, 40, false},
		{MailKey, "key-", lower | digits, 32, true},
		{MailKey, "xkeysib-", lower | digits, 40, false},
		{MailKey, "xsmtpsib-", lower | digits, 40, false},
		{MailKey, "SK", lower | digits, 32, true},
		{ServiceToken, "hvs.", word, 20, false},
		{ServiceToken, "hvb.", word, 20, false},
		{ServiceToken, "hvr.", word, 20, false},
		{ServiceToken, "glsa_", word, 32, false},
		{ServiceToken, "glc_", word | base64, 32, false},
		{ServiceToken, "NRAK-", alnum, 27, false},
		{ServiceToken, "sntrys_", word | base64, 40, false},
		{ServiceToken, "sntryu_", alnum, 40, false},
		{ServiceToken, "tskey-", word, 16, false},
		{ServiceToken, "lin_api_", alnum, 32, false},
		{ServiceToken, "ntn_", alnum, 40, false},
		{ServiceToken, "secret_", alnum, 40, true},
		{ServiceToken, "figd_", word, 20, false},
		{ServiceToken, "dp.pt.", alnum, 40, false},
		{ServiceToken, "dp.st.", alnum | dot | line, 40, false},
		{ServiceToken, "PMAK-", word, 40, false},
		{ServiceToken, "dt0c01.", alnum | dot, 40, false},
		{ServiceToken, "ops_eyJ", word, 40, false},
		{ServiceToken, "SWMKEY-1-", word, 20, false},
		{ServiceToken, "SWMTKN-1-", word, 20, false},
		{PrivateKey, "AGE-SECRET-KEY-1", upper | digits, 30, false},
		{PrivateKey, "PuTTY-User-Key-File-", digits, 1, false},
		// The beginning of a PEM block in base64: "-----BEGIN " and PRIVATE, RSA, EC, DSA, OPENSSH, ENCRYPTED, PGP.
		{PrivateKey, "LS0tLS1CRUdJTiBQUklWQVRF", alnum | base64, 8, false},
		{PrivateKey, "LS0tLS1CRUdJTiBSU0Eg", alnum | base64, 8, false},
		{PrivateKey, "LS0tLS1CRUdJTiBFQyBQ", alnum | base64, 8, false},
		{PrivateKey, "LS0tLS1CRUdJTiBEU0Eg", alnum | base64, 8, false},
		{PrivateKey, "LS0tLS1CRUdJTiBPUEVOU1NI", alnum | base64, 8, false},
		{PrivateKey, "LS0tLS1CRUdJTiBFTkNSWVBURUQ", alnum | base64, 8, false},
		{PasswordHash, "$2a$", alnum | dot | base64, 2, false},
		{PasswordHash, "$2b$", alnum | dot | base64, 2, false},
		{PasswordHash, "$2y$", alnum | dot | base64, 2, false},
		{PasswordHash, "$apr1$", alnum | dot | base64, 4, false},
		{PasswordHash, "$argon2", alnum, 1, false},
		{PasswordHash, "$6$", alnum | dot | base64, 4, false},
		{PasswordHash, "$5$", alnum | dot | base64, 4, false},
		{PasswordHash, "$y$", alnum | dot | base64, 3, false},
		{PasswordHash, "{SSHA}", alnum | base64, 16, false},
		{PasswordHash, "{SHA}", alnum | base64, 16, false},
		{WebhookURL, "hooks.slack.com/services/", alnum | base64, 20, false},
		{WebhookURL, "hooks.slack.com/workflows/", alnum | base64, 20, false},
		{WebhookURL, "discord.com/api/webhooks/", alnum | base64 | line, 20, false},
		{WebhookURL, "discordapp.com/api/webhooks/", alnum | base64 | line, 20, false},
		{WebhookURL, "webhook.office.com/webhookb2/", alnum | base64 | line, 20, false},
	} {
		table[f.prefix[0]] = append(table[f.prefix[0]], f)
	}
	return table
}()

// issued tells whether a secret of a known format begins here. It reads no further than the format needs, so that a text
// of nothing but prefixes costs no more than its length.
func issued(rest string) Pattern {
	for i := range formats[rest[0]] {
		f := &formats[rest[0]][i]
		if len(rest) < len(f.prefix)+f.least || rest[:len(f.prefix)] != f.prefix {
			continue
		}
		digit, fits := !f.digit, true
		for j := len(f.prefix); fits && j < len(f.prefix)+f.least; j++ {
			set := alphabets[rest[j]]
			fits = set&f.rest != 0
			digit = digit || set == digits
		}
		if fits && digit {
			return f.pattern
		}
	}
	return none
}

// compact tells whether a JSON web token begins here, three parts in base64url with dots between, and how far it was read.
func compact(rest string) (found bool, read int) {
	parts, length := 1, 0
	for i := range len(rest) {
		switch set := alphabets[rest[i]]; {
		case set&word != 0:
			length++
		case set == dot && length >= 8 && parts < 3:
			parts, length = parts+1, 0
		default:
			return parts == 3 && length >= 8, i
		}
	}
	return parts == 3 && length >= 8, len(rest)
}
