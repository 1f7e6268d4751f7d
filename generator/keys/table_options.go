package keys

import (
	"math"

	"rcgen/generator"
)

var optionKeys = []key{
	{
		name: "timezone", kind: typeText, missing: "UTC",
		doc:      "time zone of logs and of Rocket.Chat's daily jobs: a name of the tz database",
		pattern:  "^" + zonePattern + "(/" + zonePattern + ")*$",
		examples: []any{"Europe/Berlin"},
	},
	{
		name: "log_level", kind: typeText, missing: "info",
		doc:    "how much Rocket.Chat and Traefik log: error, info or debug",
		values: anys(generator.LogLevels()),
	},
	{name: "uploads", kind: typeSection, doc: "where uploaded files are kept"},
	{
		name: "uploads.storage", kind: typeText, missing: "gridfs",
		doc: "storage of uploaded files: gridfs (in MongoDB), s3 (any S3-compatible service) or filesystem " +
			"(a volume, for one instance only)",
		values: []any{generator.UploadsGridFS, generator.UploadsS3, generator.UploadsFileSystem},
	},
	{
		name: "uploads.bucket", kind: typeText,
		doc:      "name of the bucket: s3 needs it",
		pattern:  `^[a-z0-9.-]+$`,
		examples: []any{"chat-uploads"},
	},
	{
		name: "uploads.region", kind: typeText,
		doc:      "region of the bucket: AWS needs it",
		examples: []any{"eu-central-1"},
	},
	{
		name: "uploads.endpoint", kind: typeText,
		doc:      "URL of an S3-compatible service other than AWS",
		pattern:  "^https?" + urlRest,
		examples: []any{"https://minio.yourcompany.com"},
	},
	{
		name: "uploads.path_style", kind: typeBool, missing: "false",
		doc: "name the bucket in the path of the URL instead of the host name, as MinIO wants it",
	},
	{
		name: "uploads.direct", kind: typeBool, missing: "false",
		doc: "let clients fetch files from the bucket's own address, which they must reach, instead of through " +
			"Rocket.Chat",
	},
}

var mailKeys = []key{
	{
		name: "smtp", kind: typeSection,
		doc: "server through which Rocket.Chat and Alertmanager send mail: its password is SMTP_PASSWORD in .env",
	},
	{
		name: "smtp.host", kind: typeText, required: true,
		doc:      "host name of the mail server",
		pattern:  `^[^/:@\s]+$`,
		examples: []any{"mail.yourcompany.com"},
	},
	{
		name: "smtp.port", kind: typeWhole, missing: "587, or 465 with tls: tls",
		doc: "TCP port of the mail server",
		min: 1, max: math.MaxUint16, // a port has 16 bits (RFC 9293, 3.1)
		examples: []any{587},
	},
	{
		name: "smtp.tls", kind: typeText, missing: "starttls",
		doc:    "how mail is protected on its way to the server: starttls, tls (from the first byte) or off",
		values: []any{generator.SMTPStartTLS, generator.SMTPTLS, generator.SMTPPlain},
	},
	{
		name: "smtp.username", kind: typeText, missing: "no login",
		doc:      "login name at the mail server",
		examples: []any{"chat"},
	},
	{
		name: "smtp.from", kind: typeText, required: true,
		doc:      "sender's address",
		pattern:  mailboxPattern,
		examples: []any{"chat@yourcompany.com"},
	},
	{
		name: "admin", kind: typeSection, missing: "the setup wizard asks",
		doc: "first account, made at the first start: its password is ADMIN_PASSWORD in .env",
	},
	{
		name: "admin.username", kind: typeText, required: true,
		doc:      "login name of the account",
		pattern:  `^[A-Za-z0-9_.-]+$`,
		examples: []any{"admin"},
	},
	{name: "admin.name", kind: typeText, missing: "the login name", doc: "name that is shown"},
	{
		name: "admin.email", kind: typeText, required: true,
		doc:      "e-mail address of the account",
		pattern:  mailboxPattern,
		examples: []any{"ops@yourcompany.com"},
	},
}

var watchKeys = []key{
	{name: "alerts", kind: typeSection, doc: "who is told when an alert fires"},
	{
		name: "alerts.receiver", kind: typeText, missing: "nobody",
		doc: "who gets alerts: rocketchat (an incoming webhook), webhook (Alertmanager's own format) or email, where " +
			"ALERT_URL in .env is the URL of either webhook",
		values: []any{generator.AlertRocketChat, generator.AlertWebhook, generator.AlertEmail},
	},
	{
		name: "alerts.to", kind: typeText,
		doc:      "address that alerts are mailed to, with receiver email: smtp names the server",
		pattern:  mailboxPattern,
		examples: []any{"ops@yourcompany.com"},
	},
	{name: "monitoring", kind: typeSection, doc: "what is watched beside the metrics"},
	{
		name: "monitoring.logs", kind: typeBool, missing: "the profile's choice: on in medium and large",
		doc: "keep the containers' logs in Loki",
	},
	{name: "rocketchat", kind: typeSection, doc: "more for Rocket.Chat"},
	{
		name: "rocketchat.env", kind: typeNames,
		doc: "environment variables of Rocket.Chat: ${NAME} refers to .env, $$ is a dollar, and a name that " +
			"Rocket.Chat does not know is a warning",
		names: `^[A-Za-z_][A-Za-z0-9_]*$`,
	},
}
