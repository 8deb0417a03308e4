package secret

// Pattern names how a secret was known. The empty pattern is none.
type Pattern string

// The patterns. Those of package-level table formats are beside their prefixes.
const (
	SecretName    Pattern = "secret-name"    // the last word of the name beside the value: password, token, api_key
	SecretFlag    Pattern = "secret-flag"    // an argument that gives a password: -u user:password, mysql -p…
	URLPassword   Pattern = "url-password"   // scheme://user:password@host
	Authorization Pattern = "authorization"  // Authorization: Bearer …, Basic …
	RegistryAuth  Pattern = "registry-auth"  // "auth":"…" of a registry's configuration
	PrivateKey    Pattern = "private-key"    // PEM, OpenSSH, PuTTY, age
	JSONWebToken  Pattern = "json-web-token" // eyJ….….…
	PasswordHash  Pattern = "password-hash"  // crypt(3) and htpasswd
	WebhookURL    Pattern = "webhook-url"    // who knows it may post
	CloudKey      Pattern = "cloud-key"      // AWS, Google, DigitalOcean, Databricks, …
	ModelKey      Pattern = "model-key"      // OpenAI, Anthropic, Hugging Face, …
	ForgeToken    Pattern = "forge-token"    // GitHub, GitLab, Bitbucket, Atlassian
	ChatToken     Pattern = "chat-token"     // Slack, Telegram
	PaymentKey    Pattern = "payment-key"    // Stripe, Square, Shopify
	PackageToken  Pattern = "package-token"  // npm, PyPI, RubyGems, Docker Hub
	MailKey       Pattern = "mail-key"       // SendGrid, Mailgun, Brevo
	ServiceToken  Pattern = "service-token"  // Vault, Terraform, Grafana, Sentry, …
	Unscanned     Pattern = "unscanned"      // longer than is searched
	none          Pattern = ""
)

// Patterns returns every pattern.
func Patterns() []Pattern {
	return []Pattern{SecretName, SecretFlag, URLPassword, Authorization, RegistryAuth, PrivateKey, JSONWebToken, PasswordHash,
		WebhookURL, CloudKey, ModelKey, ForgeToken, ChatToken, PaymentKey, PackageToken, MailKey, ServiceToken, Unscanned}
}
