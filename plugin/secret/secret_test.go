package secret_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/secret"
)

// harmless are pairs that images, Compose and people set, none of them a secret.
var harmless = []string{
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/home/agent", "PWD=/workspace", "OLDPWD=/app",
	"HOSTNAME=worker-1", "TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=Etc/UTC", "SHLVL=1", "USER=agent", "EDITOR=vi",
	"GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", "GPG_KEYS=39B641343D8C104B2B146DC3F9C39DC0B9698544 E60913E4DF209907D8E30D96659A97C9CF2A795A",
	"PYTHON_VERSION=3.13.1", "PYTHON_SHA256=9cf9427bee9e2242e3877dd0f6b641c1853ca461f39d6503ce260a59c80bf0d9",
	"PYTHON_GET_PIP_SHA256=bc37786ec99618416cc0a0ca32833da447f4d91ab51d2c138dd15b7af21e8e9a",
	"PYTHON_GET_PIP_URL=https://github.com/pypa/get-pip/raw/66d8a0f637083e2c3ddffc0cb1e65ce126afb856/public/get-pip.py",
	"PIP_NO_CACHE_DIR=1", "PIP_INDEX_URL=https://pypi.internal/simple", "NODE_VERSION=22.11.0", "YARN_VERSION=1.22.22",
	"NPM_CONFIG_LOGLEVEL=warn", "GOLANG_VERSION=1.26.8", "GOTOOLCHAIN=local", "GOPATH=/go", "JAVA_HOME=/opt/java/openjdk",
	"JAVA_VERSION=jdk-21.0.5+11", "JAVA_OPTS=-Xmx512m -Dfile.encoding=UTF-8 -Djavax.net.ssl.trustStore=/etc/ssl/cacerts",
	"RUSTUP_HOME=/usr/local/rustup", "NGINX_VERSION=1.27.3", "NJS_VERSION=0.8.7", "PKG_RELEASE=1~bookworm", "PG_MAJOR=17",
	"PG_SHA256=00edeb6330d5b6a2b2e8d0c6a3f3d9f2e0fbd3b3c2d1e4f5a6b7c8d9e0f1a2b3", "PGDATA=/var/lib/postgresql/data",
	"POSTGRES_USER=app", "POSTGRES_DB=app", "POSTGRES_PASSWORD_FILE=/run/secrets/db_password", "DB_PASSWORD_FILE=/run/secrets/db",
	"MYSQL_ROOT_PASSWORD_FILE=/run/secrets/root", "MYSQL_ALLOW_EMPTY_PASSWORD=yes", "MYSQL_RANDOM_ROOT_PASSWORD=true",
	"OPENAI_API_KEY_FILE=/run/secrets/llm_api_key", "GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/gcp.json",
	"AWS_SHARED_CREDENTIALS_FILE=/run/secrets/aws", "AWS_REGION=eu-central-1", "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/token",
	"SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "TLS_PRIVATE_KEY=/etc/tls/server.key", "SSH_AUTH_SOCK=/run/ssh-agent.sock",
	"REDIS_URL=redis://redis:6379/0", "DATABASE_URL=postgres://app@db:5432/app?sslmode=disable", "AMQP_URL=amqp://rabbit:5672/%2f",
	"HTTP_PROXY=http://llm-proxy:3128", "NO_PROXY=localhost,127.0.0.1,.internal", "OPENAI_BASE_URL=http://llm-proxy:8080/v1",
	"DATABASE_URL=postgres://app:${DB_PASSWORD}@db/app", "REDIS_PASSWORD=", "API_KEY=${API_KEY}", "API_KEY=$API_KEY", "TOKEN={{ .Values.token }}",
	"API_TOKEN=<your token>", "PASSWORD=********", "SECRET_NAME=db-password", "TOKEN_TTL=3600", "TOKEN_URL=https://idp.internal/token",
	"SECRETS_DIR=/run/secrets", "PASSWORD_MIN_LENGTH=12", "ACCESS_TOKEN_LIFETIME=15m", "JWT_ALGORITHM=RS256", "JWT_PUBLIC_KEY_PATH=/etc/jwt.pub",
	"MAX_TOKENS=4096", "LLM_MAX_TOKENS=8192", "EOS_TOKEN=</s>", "PAD_TOKEN=[PAD]", "TOKENIZERS_PARALLELISM=false", "NUM_TOKENS=100",
	"SORT_KEY=name", "CACHE_KEY=build-42", "PRIMARY_KEY=id", "PARTITION_KEY=tenant", "KEYBOARD=us", "MONKEY=banana", "BYPASS=1", "COMPASS=north",
	"AUTH_MODE=oidc", "ENABLE_AUTH=true", "AUTH=basic", "REGISTRY_AUTH=htpasswd", `DOCKER_AUTH_CONFIG={"credsStore":"secretservice"}`, "REQUIRE_PASSWORD=true", "PASSWORDLESS=true", "KEYCLOAK_REALM=internal", "VAULT_ADDR=https://vault:8200",
	"AWS_SECRETSMANAGER_ARN=arn:aws:secretsmanager:eu:1:secret:x", "DB_PASSWORD=arn:aws:secretsmanager:eu:1:secret:x", "DOCKER_CONTENT_TRUST=1",
	"SOURCE_DATE_EPOCH=1730000000", "GIT_COMMIT=66d8a0f637083e2c3ddffc0cb1e65ce126afb856", "IMAGE=registry.internal/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	"KUBECONFIG=/home/agent/.kube/config", "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", "OTEL_RESOURCE_ATTRIBUTES=service.name=worker,host.id=a1b2",
	"LS_COLORS=rs=0:di=01;34:ln=01;36:mh=00", "PS1=\\u@\\h:\\w$ ", "UUID=123e4567-e89b-12d3-a456-426614174000", "FEATURE_FLAGS=a=1,b=2", "EMPTY=", "NAME",
	"NODE_OPTIONS=--max-old-space-size=512", "SCIKIT=sk-learn", "TASK=risk-assessment-of-long-names-1", "LOCALE=sk-SK", "KEY=value", "X_SSH_HOST_KEYS=/etc/ssh",
	"BASIC=Basic authentication is off", "PROMPT=You are a helpful assistant. Never reveal passwords, tokens or keys: they are secret.",
	"CONFIG={\"port\":8080,\"token_ttl\":\"1h\",\"auth\":{\"type\":\"oidc\"},\"password\":null}", "RECAPTCHA_SITE_KEY=abc", "SLACK_CHANNEL=#ops",
	"MAIL_FROM=Airlock <airlock@internal>", "SMTP_HOST=mail.internal:25", "NTFY_TOPIC=https://ntfy.internal/ops", "CALLBACK=https://host:8443/path@v2",
	"DSN=https://examplePublicKey@sentry.internal/0", "CHECKSUM=sha256:7169605f62c751356d054a26a821e680e5fa6305aabbccddeeff00112233445566",
}

var harmlessLabels = map[string]string{
	"com.docker.compose.config-hash":       "66d8a0f637083e2c3ddffc0cb1e65ce126afb85666d8a0f637083e2c3ddffc0cb",
	"com.docker.compose.project":           "agents",
	"com.docker.compose.depends_on":        "proxy:service_started:false",
	"com.docker.compose.image":             "sha256:7169605f62c751356d054a26a821e680e5fa6305aabbccddeeff00112233445566",
	"com.docker.compose.version":           "2.32.1",
	"org.opencontainers.image.source":      "https://github.com/openclaw/worker",
	"org.opencontainers.image.revision":    "66d8a0f637083e2c3ddffc0cb1e65ce126afb856",
	"org.opencontainers.image.description": "Reads a token from a file: see the manual. Password: never. Use --token=<token>.",
	"org.opencontainers.image.created":     "2026-11-22T21:00:00Z",
	"maintainer":                           "NGINX Docker Maintainers <docker-maint@nginx.com>",
	"traefik.http.routers.api.rule":        "Host(`api.internal`) && PathPrefix(`/token`)",
	"traefik.http.routers.api.middlewares": "auth",
	"io.k8s.display-name":                  "secret store",
}

var harmlessCommands = [][]string{
	{"sleep", "infinity"}, {"redis-server", "--save", "60", "1", "--appendonly", "yes"}, {"postgres", "-c", "password_encryption=scram-sha-256"},
	{"sh", "-c", "exec app --token \"$(cat /run/secrets/token)\""}, {"app", "--password-file", "/run/secrets/p"}, {"app", "--token", "$TOKEN"},
	{"sh", "-c", "curl -fsS -H \"Authorization: Bearer $TOKEN\" http://localhost/health"}, {"su", "-u", "1001:1001"}, {"chpst", "-u", "nobody:nogroup", "x"},
	{"sh", "-c", "PASSWORD=$(cat /run/secrets/p) exec app"}, {"mysql", "-p", "database"}, {"docker", "run", "-p", "8080:80"}, {"mysqladmin", "ping", "-h", "localhost"},
	{"psql", "--no-password", "app"}, {"gh", "auth", "login", "--with-token"}, {"docker", "login", "--password-stdin"}, {"--max-tokens", "4096"},
	{"CMD-SHELL", "pg_isready -U app -d app || exit 1"}, {"CMD", "curl", "-f", "http://localhost:8080/"}, {"nginx", "-g", "daemon off;"}, {"--token="},
	{"python", "-c", "import os; token=os.environ['TOKEN']; password=get()"}, {"buildctl", "--secret", "id=npm,src=/run/secrets/npm"}, {"app", "--token"},
	{"app", "--api-key", "--verbose"}, {"openssl", "rsa", "-passin", "file:/run/secrets/p"}, {"-"}, {"--"}, {""}, {"test", "a==b", "-a", "x"},
}

// secrets are entries each of which holds one, with the pattern; the text between the marks must never be repeated.
var secrets = []struct {
	pattern secret.Pattern
	entry   string
	value   string
}{
	{secret.SecretName, "DB_PASSWORD=", "hunter2"}, {secret.SecretName, "DB_PASS=", "hunter2"}, {secret.SecretName, "MYSQL_PWD=", "hunter2"},
	{secret.SecretName, "PGPASSWORD=", "123456"}, {secret.SecretName, "db-password=", "correct horse"}, {secret.SecretName, "dbPassword=", "hunter2"},
	{secret.SecretName, "API_KEY=", "q9X2mm3d"}, {secret.SecretName, "APIKEY=", "q9X2mm3d"}, {secret.SecretName, "apiKey=", "q9X2mm3d"},
	{secret.SecretName, "MyAPIKeys=", "q9X2mm3d,a8s7df"}, {secret.SecretName, "OPENAI_KEY=", "q9X2mm3d"}, {secret.SecretName, "OPENAI_API_KEY_PROD=", "q9X2mm3d"},
	{secret.SecretName, "API_KEY_2=", "q9X2mm3d"}, {secret.SecretName, "TOKEN_GITHUB=", "q9X2mm3d"}, {secret.SecretName, "GH_PAT=", "q9X2mm3d"},
	{secret.SecretName, "AWS_SECRET_ACCESS_KEY=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, {secret.SecretName, "CLIENT_SECRET=", "q9X2mm3d"},
	{secret.SecretName, "SECRET_KEY_BASE=", "q9X2mm3d"}, {secret.SecretName, "JWT_SECRET=", "q9X2mm3d"}, {secret.SecretName, "PASSPHRASE=", "q9X2mm3d"},
	{secret.SecretName, "AWS_SESSION_TOKEN=", "IQoJb3JpZ2luX2VjEXAMPLE"}, {secret.SecretName, "REDISCLI_AUTH=", "q9X2mm3d"}, {secret.SecretName, "WORDPRESS_NONCE_SALT=", "q9X2mm3d"},
	{secret.SecretName, "RABBITMQ_ERLANG_COOKIE=", "q9X2mm3d"}, {secret.SecretName, "DB_PASSWORD_FILE=", "hunter2is"}, {secret.SecretName, "SECRET=", "changeme"},
	{secret.SecretName, "PA\u017f\u017fWORD=", "hunter2"}, {secret.SecretName, "TO\u212aEN=", "hunter2"}, {secret.SecretName, "DB_PASSWORD=", "/hunter2is"},
	{secret.SecretName, "PASSWORD=", "${X:-hunter2is}"}, {secret.SecretName, "DB_PASS=", "123456"}, {secret.SecretName, "PASSWORD=", "$Secret123"},
	{secret.SecretName, "PASSWORD=", "$(hunter2is"}, {secret.SecretName, "PASSWORD=", "`hunter2is"}, {secret.SecretName, "SECRET=", "<hunter2is>"}, {secret.SecretName, "LARAVEL_APP_KEY=", "base64:q9X2mm3dq9X2mm3dq9X2mm3dq9X2mm3dq9X2mm3d"},
	{secret.SecretName, "CONNECTION=", "Server=db;User=sa;Password=hunter2;"}, {secret.SecretName, "CONFIG=", `{"db":{"password": "hunter2"}}`},
	{secret.SecretName, "CONFIG=", `{\"db\":{\"password\":\"hunter2\"}}`}, {secret.SecretName, "CONFIG=", "db:\n  password: hunter2\n"},
	{secret.SecretName, "JAVA_OPTS=", "-Xmx1g -Djavax.net.ssl.trustStorePassword=hunter2"}, {secret.SecretName, "LIBPQ=", "host=db password='hunter2' user=x"},
	{secret.SecretName, "JDBC=", "jdbc:mysql://db/app?user=app&password=hunter2"}, {secret.SecretName, "NPMRC=", "//registry.npmjs.org/:_authToken=q9X2mm3dq9X2"},
	{secret.SecretName, "HOOK=", "https://api.internal/x?access_token=q9X2mm3d"}, {secret.SecretName, "AZURE=", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=q9X2mm3dq9X2mm3d=="},
	{secret.URLPassword, "DATABASE_URL=", "postgres://app:hunter2@db:5432/app"}, {secret.URLPassword, "REDIS_URL=", "redis://:hunter2@redis:6379"},
	{secret.URLPassword, "BROKER=", "amqp://guest:guest12@rabbit//"}, {secret.URLPassword, "HTTPS_PROXY=", "http://user:hunter2@proxy:3128"},
	{secret.URLPassword, "HTTPS_PROXY=", "user:hunter2@proxy:3128"}, {secret.URLPassword, "MONGO=", "mongodb+srv://u:p%40ss@h1,h2/db"},
	{secret.URLPassword, "SQL=", "app:hunter2@tcp(db:3306)/app"}, {secret.URLPassword, "URLS=", "http://a:80,http://u:hunter2@b"},
	{secret.URLPassword, "DATABASE_URL=", "postgres://app:hunt/er2@db:5432/app"},
	{secret.Authorization, "HEADERS=", "Authorization: Bearer q9X2mm3dq9X2mm3d"}, {secret.Authorization, "HEADERS=", "authorization=Basic dXNlcjpwYXNz"},
	{secret.Authorization, "AUTH=", "Bearer q9X2mm3dq9X2mm3d"}, {secret.RegistryAuth, "DOCKER_CONFIG_JSON=", `{"auths":{"r.io":{"auth":"dXNlcjpodW50ZXIy"}}}`}, {secret.RegistryAuth, "DOCKER_AUTH_CONFIG=", `{"auths":{"r.io":{"auth":"dXNlcjpodW50ZXIy"}}}`},
	{secret.PrivateKey, "SSH=", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n"}, {secret.PrivateKey, "X=", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo="},
	{secret.PrivateKey, "X=", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"}, {secret.PrivateKey, "AGE=", "AGE-SECRET-KEY-1QQPQZPJ9GZ6TWJ8Y6RXQJ4Q3QJ5QQPQZPJ9GZ6TWJ8Y6"},
	{secret.JSONWebToken, "X=", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"},
	{secret.PasswordHash, "USERS=", "admin:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC"}, {secret.PasswordHash, "USERS=", "admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"},
	{secret.CloudKey, "AWS_ACCESS_KEY_ID=", "AKIAIOSFODNN7EXAMPLE"}, {secret.CloudKey, "MAPS=", "AIzaSyA1234567890abcdefghijklmnopqrstuv"},
	{secret.ModelKey, "X=", "sk-ant-api03-abcdefghij1234567890"}, {secret.ModelKey, "X=", "sk-proj-abcdefghij1234567890"}, {secret.ModelKey, "X=", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"},
	{secret.ForgeToken, "X=", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"}, {secret.ForgeToken, "X=", "github_pat_11ABCDEFG0abcdefghijklmnopqrstuvwxyz0123456789"}, {secret.ForgeToken, "X=", "glpat-abcdefghij1234567890"},
	{secret.ForgeToken, "REPO=", "https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x/y"}, {secret.ChatToken, "X=", "xoxb-123456789012-abcdefghijkl"},
	{secret.ChatToken, "X=", "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"}, {secret.PaymentKey, "X=", "sk_live_abcdefghij1234567890"}, {secret.PackageToken, "X=", "npm_abcdefghijklmnopqrstuvwxyz0123456789"},
	{secret.MailKey, "X=", "SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz"}, {secret.ServiceToken, "X=", "hvs.CAESIabcdefghij1234567890"},
	{secret.WebhookURL, "X=", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"}, {secret.Unscanned, "X=", strings.Repeat("a", 1<<17)},
}

func TestHarmless(t *testing.T) {
	for i, entry := range harmless {
		if got, found := secret.Variable("Env", i, entry); found {
			t.Errorf("%.80q: %v", entry, got)
		}
	}
	for name, value := range harmlessLabels {
		if got, found := secret.Label("Labels", name, value); found {
			t.Errorf("%s=%s: %v", name, value, got)
		}
	}
	for _, args := range harmlessCommands {
		var c secret.Command
		if got := c.Arguments(nil, "Cmd", args); len(got) > 0 {
			t.Errorf("%q: %v", args, got)
		}
	}
	t.Logf("%d entries, %d labels, %d commands", len(harmless), len(harmlessLabels), len(harmlessCommands))
}

func TestSecrets(t *testing.T) {
	seen := map[secret.Pattern]bool{secret.SecretFlag: true}
	for i, tc := range secrets {
		got, found := secret.Variable("Config.Env", i, tc.entry+tc.value)
		if !found || got.Pattern != tc.pattern {
			t.Errorf("%s…: got %v, want %s", tc.entry, got, tc.pattern)
		}
		if leaks(got.Field, tc.value) {
			t.Errorf("%s…: the value is in %q", tc.entry, got.Field)
		}
		if got, found := secret.Label("Config.Labels", strings.TrimSuffix(tc.entry, "="), tc.value); !found || got.Pattern != tc.pattern {
			t.Errorf("label %s…: got %v, want %s", tc.entry, got, tc.pattern)
		}
		seen[tc.pattern] = true
	}
	for _, pattern := range secret.Patterns() {
		if !seen[pattern] {
			t.Errorf("no example of %s", pattern)
		}
	}
	t.Logf("%d secrets", len(secrets))
}

func TestArguments(t *testing.T) {
	for _, tc := range []struct {
		args    []string
		at      string
		pattern secret.Pattern
	}{
		{[]string{"app", "--password", "hunter2"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"app", "--password=hunter2"}, "Cmd[1]", secret.SecretName},
		{[]string{"app", "-api-key", "q9X2mm3d"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"curl", "-u", "app:hunter2", "http://x"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"curl", "-H", "X-Api-Key: hunter2", "http://x"}, "Cmd[2]", secret.SecretName},
		{[]string{"curl", "-H", "Authorization: Bearer q9X2mm3d", "http://x"}, "Cmd[2]", secret.Authorization},
		{[]string{"redis-server", "--requirepass", "hunter2"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"CMD", "redis-cli", "-a", "hunter2", "ping"}, "Cmd[3]", secret.SecretFlag},
		{[]string{"CMD-SHELL", "redis-cli -a hunter2 ping | grep PONG"}, "Cmd[1]", secret.SecretFlag},
		{[]string{"/usr/bin/mysql", "-uroot", "-phunter2"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"sh", "-c", "sleep 1; mysqladmin -phunter2 ping"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"sh", "-c", "app --token 'hunter2'"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"sh", "-c", "export DB_PASSWORD=hunter2 && app"}, "Cmd[2]", secret.SecretName},
		{[]string{"env", "DB_PASSWORD=hunter2", "app"}, "Cmd[1]", secret.SecretName},
		{[]string{"docker", "run", "-e", "DB_PASSWORD=hunter2"}, "Cmd[3]", secret.SecretName},
		{[]string{"sshpass", "-p", "-hunter2", "ssh"}, "Cmd[2]", secret.SecretFlag},
		{[]string{"app", "postgres://app:hunter2@db/app"}, "Cmd[1]", secret.URLPassword},
		{[]string{strings.Repeat("a ", 1<<16)}, "Cmd[0]", secret.Unscanned},
	} {
		var c secret.Command
		got := c.Arguments(nil, "Cmd", tc.args)
		if len(got) != 1 || got[0] != (secret.Finding{Field: tc.at, Pattern: tc.pattern}) {
			t.Errorf("%.80q: got %v, want %s at %s", tc.args, got, tc.pattern, tc.at)
		}
	}
	var c secret.Command
	got := c.Arguments(c.Arguments(nil, "Entrypoint", []string{"app", "--token"}), "Cmd", []string{"hunter2"})
	if len(got) != 1 || got[0].Field != "Cmd[0]" {
		t.Errorf("a flag of the entry point and its value: %v", got)
	}
}

// TestNames holds which names are shown: one that may be a secret is not.
func TestNames(t *testing.T) {
	for _, name := range []string{"PATH", "OPENAI_API_KEY", "AWS_S3_BUCKET_2", "com.docker.compose.config-hash", "dbPassword", "OAUTH2_TOKEN"} {
		if secret.Name(name) != name {
			t.Errorf("%s is withheld", name)
		}
	}
	for _, name := range []string{
		"", "sk-ant-api03-abcdefghij1234567890", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "hunter2 ", "a1b2c3d4e5f6", "correcthorsebatterystaplexx",
		strings.Repeat("A_", 64), "PA\u017f\u017fWORD", "66d8a0f637083e2c3ddffc0cb1e65ce1", "a\nb",
	} {
		if got := secret.Name(name); got != "" {
			t.Errorf("%q is shown", got)
		}
	}
	for _, entry := range []string{"sk-ant-api03-abcdefghij1234567890", "ghp_abcdefghijklmnopqrstuvwxyz0123456789=x"} {
		if got, found := secret.Variable("Env", 0, entry); !found || got.Field != "Env[0]" {
			t.Errorf("%q: %v", entry, got)
		}
		if got, found := secret.Label("Labels", entry, ""); !found || got.Field != "Labels" {
			t.Errorf("%q: %v", entry, got)
		}
	}
}

// TestSpelling holds that a name is judged by its words, however they are written.
func TestSpelling(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	spell := func(word string) string {
		var out strings.Builder
		for _, b := range []byte(word) {
			switch n := r.IntN(8); {
			case b == 's' && n == 0:
				out.WriteRune('\u017f')
			case b == 'k' && n == 0:
				out.WriteRune('\u212a')
			case n < 4:
				out.WriteByte(b - 'a' + 'A')
			default:
				out.WriteByte(b)
			}
		}
		return out.String()
	}
	before := []string{"", "my", "app", "service", "prod", "x"}
	kinds := [][]string{{"password"}, {"secret"}, {"token"}, {"api", "key"}, {"access", "key"}, {"private", "key"}, {"passphrase"}, {"credentials"}, {"pass"}}
	after := []string{"", "", "prod", "2", "old", "github", "base64", "value"}
	between := []string{"_", "-", ".", "__"}
	for range 20000 {
		parts := []string{spell(pick(before))}
		for _, part := range kinds[r.IntN(len(kinds))] {
			parts = append(parts, spell(part))
		}
		if end := pick(after); end != "" {
			if end != "2" && end != "base64" {
				end = spell(end)
			}
			parts = append(parts, end)
		}
		name := strings.Trim(strings.Join(parts, pick(between)), "_-.")
		if got, found := secret.Variable("Env", 0, name+"=q9X2mm3d"); !found || got.Pattern != secret.SecretName {
			t.Fatalf("%q: %v", name, got)
		}
	}
	for _, entry := range harmless {
		name, value, _ := strings.Cut(entry, "=")
		for _, name := range []string{strings.ToLower(name), strings.ToUpper(name)} {
			if got, found := secret.Variable("Env", 0, name+"="+value); found {
				t.Errorf("%s…: %v", name, got)
			}
		}
	}
}

// TestLinear holds that no text costs more than in proportion to its length.
func TestLinear(t *testing.T) {
	for _, unit := range []string{
		"a", "=", ":", "://", "://a:b", "password=", "tokens=1 ", "eyJ", "eyJ-", "eyJaaaaaaaa.", "sk-", "-----BEGIN ", `"password":`, "Authorization:",
		"Bearer ", "@tcp(", "a=", "\u017f", "x:", "://u:/", "token=(", "password={{", "password=${", "\"x\" :", "\\\\", " : ", "\n :", "-u a:", "--token ",
	} {
		// Just below the bound, where everything is searched.
		text := strings.Repeat(unit, (64<<10)/len(unit))
		began := time.Now()
		var c secret.Command
		secret.Variable("Env", 0, "X="+text)
		secret.Label("Labels", text, text)
		c.Arguments(nil, "Cmd", []string{text, "-c", text + " "})
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q: %v", unit, took)
		}
	}
}

// leaks tells whether a text repeats six characters of a secret.
func leaks(text, value string) bool {
	for i := 0; i+6 <= len(value) && i < 1<<10; i++ {
		if strings.Contains(text, value[i:i+6]) {
			return true
		}
	}
	return false
}

// FuzzFindings puts a text wherever a secret can stand and holds that findings show nothing of it.
func FuzzFindings(f *testing.F) {
	for _, tc := range secrets {
		f.Add(strings.TrimSuffix(tc.entry, "="), tc.value[:min(len(tc.value), 256)])
	}
	for _, entry := range harmless {
		name, value, _ := strings.Cut(entry, "=")
		f.Add(name, value)
	}
	for _, args := range harmlessCommands {
		f.Add("CMD", strings.Join(args, " "))
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		// What is known by the value is no secret once the name says it too.
		known := leaks("Env[0] Labels. Cmd[2]"+name, value)
		began := time.Now()
		var found []secret.Finding
		if got, ok := secret.Variable("Env", 0, name+"="+value); ok {
			found = append(found, got)
		}
		if got, ok := secret.Label("Labels", name, value); ok {
			found = append(found, got)
		}
		var c secret.Command
		found = c.Arguments(found, "Cmd", []string{name, value, "--" + name, value, "--" + name + "=" + value, name + " " + value})
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		for _, finding := range found {
			if !known && leaks(finding.Field, value) {
				t.Errorf("%q shows %q", finding.Field, value)
			}
			if finding.Pattern == "" || finding.Field == "" {
				t.Errorf("empty finding %v", finding)
			}
		}
		again, ok := secret.Variable("Env", 0, name+"="+value)
		if first, was := secret.Variable("Env", 0, name+"="+value); first != again || was != ok {
			t.Errorf("two answers: %v and %v", first, again)
		}
		if shown := secret.Name(name); shown != "" && shown != name {
			t.Errorf("%q is shown as %q", name, shown)
		}
	})
}

func BenchmarkVariable(b *testing.B) {
	b.Run("harmless environment", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i, entry := range harmless[:40] {
				secret.Variable("Env", i, entry)
			}
		}
	})
	b.Run("64 KiB", func(b *testing.B) {
		entry := "X=" + strings.Repeat("Lorem ipsum dolor sit amet. ", (64<<10)/28)
		b.SetBytes(int64(len(entry)))
		b.ReportAllocs()
		for b.Loop() {
			secret.Variable("Env", 0, entry)
		}
	})
}
