package dotenv

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestParse has the forms in which Compose takes a variable.
func TestParse(t *testing.T) {
	const file = "\uFEFF# made once\r\nA=plain # note\r\nexport B='single $A # kept' # note\nC: yaml\n" +
		"D=\"line\\nline \\$A $A\" # note\nE=\nF=a#b\nG=\"two\nlines\"\nH = spaced \nshell\n"
	want := map[string]string{
		"A": "plain", "B": "single $A # kept", "C": "yaml", "D": "line\nline $A plain", "E": "", "F": "a#b",
		"G": "two\nlines", "H": "spaced",
	}
	if got, err := Parse([]byte(file)); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := Parse(nil); err != nil || len(got) != 0 {
		t.Errorf("an empty file: got %q, %v", got, err)
	}
}

// TestParseError: what is wrong is said without the line.
func TestParseError(t *testing.T) {
	const leak = "hunter2hunter2"
	for _, file := range []string{"A='" + leak, leak + " is it\n", leak + "+x=foo", "A B=" + leak, "A=${" + leak,
		"A=\"${X:?" + leak + "}\""} {
		if got, err := Parse([]byte(file)); err == nil || got != nil || strings.Contains(err.Error(), leak) {
			t.Errorf("%q: got %q, %v", file, got, err)
		}
	}
}

// TestSecret has variables of real projects.
func TestSecret(t *testing.T) {
	const drawn = "kR4vT9xQ2mZ7pL1w"
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"MONGODB_ROOT_PASSWORD", drawn, true},
		{"admin_password", "correct horse", true},
		{"ADMIN_PASSWORD", "abcdefgh", true},
		{"ADMIN_PASSWORD", "12345678", true},
		{"SMTP_PASS", "Sommer2026!", true},
		{"S3_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true},
		{"S3_ACCESS_KEY_ID", "AKIA2OGYBAH6Q3XH7K4T", true},
		{"S3_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", true},
		{"MONGO_URL", "mongodb://chat:p%40s$s#w&rd@db1/d", true},
		{"NATS_URL", "nats://u:${NATS_PASSWORD}@nats:4222", false},
		{"NATS_URL", "nats://u:$NATS_PASSWORD@nats:4222", false},
		{"MONGODB_KEYFILE", "/aB3xK9pQ2mZ7/kR4vT9xQ2mZ7pL1w", true}, // base64 that begins with a slash
		{"ROCKETCHAT_LICENSE", strings.Repeat("QmFzZTY0", 40), true},
		{"ALERT_URL", "https://hooks.example.com/services/team/alerts", true},
		{"MONGO_URL", "mongodb://rc:pw@db1,db2/rocketchat?replicaSet=rs0", true},
		{"REDIS", "redis://:pw@redis:6379", true},
		{"BOT", drawn, true},
		{"COOKIE", "550e8400-e29b-41d4-a716-446655440000", true},
		{"SESSION", "8f14e45fceea167a5a36dedd4bea2543", true},
		{"HOOK", "https://chat.example.com/hooks/64f1c2/" + drawn, true},

		{"ADMIN_PASSWORD", "", false},
		{"ADMIN_PASSWORD", "hunter2", false},
		{"ADMIN_PASSWORD", "RocketChat", false},
		{"GRAFANA_ADMIN_PASSWORD", "password", false},
		{"RESET_PASSWORD", "true", false},
		{"TLS_PRIVATE_KEY", "/run/secrets/tls.key", false},
		{"TLS_PRIVATE_KEY", "secrets/tls.key", false},
		{"MONGODB_KEYFILE", "./secrets/keyfile", false},
		{"MONGO_URL", "mongodb://db1:27017,db2:27017/rocketchat?replicaSet=rs0", false},
		{"COMPOSE_PROJECT_NAME", "rocketchat", false},
		{"COMPOSE_PROJECT_NAME", "rocketchat-production", false},
		{"COMPOSE_PROJECT_NAME", "chat7f3a9b2c1", false},
		{"COMPOSE_FILE", "compose.yaml:compose.override.yaml", false},
		{"TZ", "Europe/Berlin", false},
		{"DOCKER_ROOT", "/var/lib/docker", false},
		{"DATA", "/srv/rocketchat/data", false},
		{"DOMAIN", "chat.example.com", false},
		{"ROOT_URL", "https://chat.example.com:8443/", false},
		{"SMTP_HOST", "smtp.eu-central-1.example.com", false},
		{"SMTP_FROM", "Rocket.Chat <no-reply@chat.example.com>", false},
		{"HTTPS_PORT", "65535", false},
		{"PHONE", "0049301234567", false},
		{"IMAGE", "registry.example.com:5000/team/rocket.chat:8.9.1-develop.2", false},
		{"CHAT", "rocketchat/rocket.chat@sha256:" + strings.Repeat("0a1b2c3d", 8), false},
		{"MEMORY", "2048MiB", false},
		{"SUBNETS", "10.0.0.0/8,172.16.0.0/12,fd00::/8", false},
		{"SINCE", "2026-11-28T10:00:00Z", false},
		{"STAMP", "20261128T100000Z", false},
		{"FEATURES", "accounts,presence,ddp-streamer", false},
		{"GREETING", "Welcome to our RocketChat", false},
		{"NODE", "srvdbprd01.dc2.example.net", false},
	} {
		if got := Secret(c.name, c.value); got != c.want {
			t.Errorf("%s=%s: got %v", c.name, c.value, got)
		}
		if got := Parts(c.name, c.value); c.want != slices.Contains(got, c.value) || !c.want && got != nil {
			t.Errorf("%s=%s: parts %q", c.name, c.value, got)
		}
	}
}

func TestCredentials(t *testing.T) {
	for text, want := range map[string]bool{
		"mongodb://u:p@h": true, "to https://u:p$$w@h/x": true, "a://u:${P}@h and b://u:p@h": true,
		"mongodb://u:${P}@h": false, "https://u@h": false, "https://h:80/@x": false, "u:p@h": false, "https://u:@h": false,
	} {
		if got := Credentials(text); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

// TestParts: of a URL, what identifies stays out and what opens is in, in both forms.
func TestParts(t *testing.T) {
	for value, want := range map[string][]string{
		"mongodb://rc:in%40side-url@db1/x":           {"in%40side-url", "in@side-url"},
		"mongodb://rc:in@side/url@db1/x":             {"in@side/url"},
		"mongodb://rc:short@db1/x":                   {},
		"https://h/hooks/64f1/kR4vT9xQ2mZ7pL1w?x=yz": {"kR4vT9xQ2mZ7pL1w"},
		"https://kR4vT9xQ2mZ7pL1w:@h/":               {"kR4vT9xQ2mZ7pL1w"},
		"https://rc:100%zz-percent@h/":               {"100%zz-percent"},
	} {
		if got := Parts("ALERT_URL", value); got[0] != value || !slices.Equal(got[1:], want) {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}

// TestSecrets: a line that Compose refuses hides no other, and its own secret is known.
func TestSecrets(t *testing.T) {
	const good = "COMPOSE_PROJECT_NAME=rocketchat\nA_PASSWORD='first-secret' # note\nexport B_TOKEN=second-secret # note\nC_SECRET: third-secret\n"
	want := []string{"first-secret", "second-secret", "third-secret"}
	if got := Secrets([]byte(good)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, broken := range []string{"D_PASSWORD='fourth-secret", "D_PASSWORD=\"fourth-secret # note",
		"D+PASSWORD=fourth-secret", "MY D_PASSWORD: fourth-secret"} {
		got := Secrets([]byte(good + broken + "\n"))
		for _, secret := range append(want, "fourth-secret") {
			if !slices.Contains(got, secret) {
				t.Errorf("%s: got %q, want %s in it", broken, got, secret)
			}
		}
	}
	const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw=="
	if got := Secrets([]byte("KEY=\"-----BEGIN-----\n" + line + "\n")); !slices.Contains(got, line) {
		t.Errorf("an open quote over lines: got %q", got)
	}
}
