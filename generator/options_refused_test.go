package generator

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rcgen/generator/fault"
)

// refusedOptions are changes that make a public request wrong, with what the
// message begins with, what else it holds and what the hint holds.
var refusedOptions = []struct {
	key    string
	change func(*Request)
	what   string
	hint   string
}{
	{"timezone", func(r *Request) { r.Timezone = "Berlin time" }, `"Berlin time"`, "Europe/Berlin"},
	{"timezone", func(r *Request) { r.Timezone = "Europe/" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = "/etc/localtime" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = "../UTC" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = "Europe/../UTC" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = ":UTC" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = "${TZ}" }, "time zone", "UTC"},
	{"timezone", func(r *Request) { r.Timezone = "UTC\n" }, "time zone", "UTC"},
	{"log_level", func(r *Request) { r.LogLevel = "warn" }, `"warn"`, "error, info or debug"},
	{"log_level", func(r *Request) { r.LogLevel = "INFO" }, `"INFO"`, "error, info or debug"},

	{"uploads", func(r *Request) { r.Uploads.Storage = "webdav" }, `"webdav"`, "gridfs, s3 or filesystem"},
	{"uploads", func(r *Request) { r.Uploads.Bucket = "chat" }, "belong to s3", "uploads.storage"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsGridFS, Region: "eu-central-1"} }, "belong to s3",
		"uploads.storage"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsFileSystem, Endpoint: "https://s3"} },
		"belong to s3", "uploads.storage"},
	{"uploads", func(r *Request) { r.Uploads.PathStyle = true }, "belong to s3", "uploads.storage"},
	{"uploads", func(r *Request) { r.Uploads.Direct = true }, "belong to s3", "uploads.storage"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Region: "eu-central-1"} }, "bucket",
		"lower-case"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Region: "eu", Bucket: "Chat"} }, `"Chat"`,
		"lower-case"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Region: "eu", Bucket: "chat/files"} },
		`"chat/files"`, "lower-case"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Region: "eu", Bucket: "${B}"} }, "bucket",
		"lower-case"},
	{"uploads", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Bucket: "chat"} }, "region or an endpoint",
		"uploads.endpoint"},
	{"uploads", func(r *Request) { r.Uploads = anS3("minio:9000") }, "minio:9000", "https://minio"},
	{"uploads", func(r *Request) { r.Uploads = anS3("ftp://minio") }, "ftp://minio", "https://minio"},
	{"uploads", func(r *Request) { r.Uploads = anS3("https://") }, "endpoint", "https://minio"},
	{"uploads", func(r *Request) { r.Uploads = anS3("https://key:secret@minio") }, "endpoint", "without a login"},
	{"uploads", func(r *Request) { r.Uploads = anS3("https://minio\n") }, "endpoint", "https://minio"},

	{"smtp", func(r *Request) { r.SMTP.From = "chat@yourcompany.com" }, "host", "host name alone"},
	{"smtp", func(r *Request) { r.SMTP.Port = 25 }, "host", "host name alone"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "smtp://mail.yourcompany.com" }, "smtp://mail",
		"host name alone"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "mail.yourcompany.com:587" }, "mail.yourcompany.com:587",
		"smtp.port"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "chat@mail" }, "chat@mail", "host name alone"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "mail.yourcompany.com\n" }, "host", "host name alone"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "$(id)" }, "host", "host name alone"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Port = 65536 }, "65536", "587"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Port = -1 }, "-1", "587"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS = "ssl" }, `"ssl"`, "starttls, tls or off"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.From = "" }, "from", "chat@yourcompany.com"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.From = "Chat <chat@yourcompany.com>" }, "from",
		"chat@yourcompany.com"},
	{"smtp", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.From = "chat" }, "from", "chat@yourcompany.com"},

	{"admin", func(r *Request) { r.Admin.Name = "Operations" }, "username", "letters"},
	{"admin", func(r *Request) { r.Admin = Admin{Email: "ops@yourcompany.com"} }, "username", "letters"},
	{"admin", func(r *Request) { r.Admin = anAdmin(); r.Admin.Username = "the admin" }, `"the admin"`, "letters"},
	{"admin", func(r *Request) { r.Admin = anAdmin(); r.Admin.Username = "$USER" }, `"$USER"`, "letters"},
	{"admin", func(r *Request) { r.Admin = anAdmin(); r.Admin.Email = "" }, "email", "wants the address"},
	{"admin", func(r *Request) { r.Admin = anAdmin(); r.Admin.Email = "ops" }, `"ops"`, "wants the address"},

	{"alerts", func(r *Request) { r.Alerts.Receiver = "pager" }, `"pager"`, "rocketchat, webhook or email"},
	{"alerts", func(r *Request) { r.Alerts.To = "ops@yourcompany.com" }, "to belongs", "alerts.receiver"},
	{"alerts", func(r *Request) { r.Alerts = Alerts{AlertWebhook, "ops@yourcompany.com"} }, "to belongs",
		"alerts.receiver"},
	{"alerts", func(r *Request) { r.SMTP, r.Alerts = anSMTP(), Alerts{Receiver: AlertEmail} }, "to ", "address"},
	{"alerts", func(r *Request) { r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops"} }, `"ops"`, "address"},
	{"alerts", func(r *Request) { r.Alerts = Alerts{AlertEmail, "ops@yourcompany.com"} }, "needs smtp", "smtp"},
	{"alerts", func(r *Request) {
		r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops@yourcompany.com"}
		r.SMTP.TLS, r.SMTP.Port = SMTPTLS, 2465
	}, "not on 2465", "starttls"},
	{"alerts", func(r *Request) { // it would begin with TLS there and then ask for STARTTLS
		r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops@yourcompany.com"}
		r.SMTP.Port = 465
	}, "465", "tls: tls"},

	{"mongodb", func(r *Request) { r.MongoDB.Members = 2 }, "members 2", "1, or 3"},
	{"mongodb", func(r *Request) { r.MongoDB.Members = 5 }, "members 5", "1, or 3"},
	{"mongodb", func(r *Request) { r.MongoDB.Members = -1 }, "members -1", "1, or 3"},
	{"mongodb", func(r *Request) { r.MongoDB = MongoDB{External: true, Members: 3} }, "elsewhere", "one of them"},

	{"rocketchat", func(r *Request) { r.RocketChat.Env = map[string]string{"": "x"} }, `""`, "letters"},
	{"rocketchat", func(r *Request) { r.RocketChat.Env = map[string]string{"SITE-NAME": "x"} }, `"SITE-NAME"`, "letters"},
	{"rocketchat", func(r *Request) { r.RocketChat.Env = map[string]string{"9LIVES": "x"} }, `"9LIVES"`, "letters"},
	{"rocketchat", func(r *Request) { r.RocketChat.Env = map[string]string{"A=B": "x"} }, `"A=B"`, "letters"},
	{"rocketchat", func(r *Request) { r.RocketChat.Env = map[string]string{"A\nB": "x"} }, "not the name", "letters"},

	{"tls", func(r *Request) { r.TLS = TLS{Mode: TLSFiles, Staging: true} }, "staging", "mode acme"},
	{"tls", func(r *Request) { r.TLS = TLS{Mode: TLSOff, Staging: true} }, "staging", "mode acme"},
	{"tls", func(r *Request) { r.TLS.Staging, r.TLS.Server = true, "https://ca.yourcompany.com/acme" }, "staging",
		"no server"},
	{"tls", func(r *Request) { r.TLS.Proxies.Trusted = []string{"192.0.2.10"} }, "mode off", "turn tls off"},
	{"tls", func(r *Request) { r.TLS = TLS{Mode: TLSOff, Proxies: Proxies{Hops: 1}} }, "hops alone",
		"tls.proxies.trusted"},
	{"tls", func(r *Request) { *r = aRequest(); r.TLS.Proxies.Trusted = []string{"192.0.2.10"} }, "need a domain",
		"domain"},
	{"tls", func(r *Request) { behind(r, -1, "192.0.2.10") }, "hops -1", "count the proxies"},
	{"tls", func(r *Request) { behind(r, MaxHops+1, "192.0.2.10") }, "hops 11", "count the proxies"},
	{"tls", func(r *Request) { behind(r, 1, "proxy.yourcompany.com") }, `"proxy.yourcompany.com"`, "192.0.2.10"},
	{"tls", func(r *Request) { behind(r, 1, "192.0.2.10", "") }, `""`, "192.0.2.10"},
	{"tls", func(r *Request) { behind(r, 1, "192.0.2.10/33") }, `"192.0.2.10/33"`, "192.0.2.10"},
	{"tls", func(r *Request) { behind(r, 1, "192.0.2.10:443") }, `"192.0.2.10:443"`, "192.0.2.10"},
	// Traefik does not start with a zone
	{"tls", func(r *Request) { behind(r, 1, "fe80::1%eth0") }, "neither", "192.0.2.10"},
	{"tls", func(r *Request) { behind(r, 1, "fe80::1%eth0/64") }, "neither", "192.0.2.10"},
	{"tls", func(r *Request) { behind(r, 1, "0.0.0.0/0") }, "trusts everybody", "any address"},
	{"tls", func(r *Request) { behind(r, 1, "192.0.2.10", "::/0") }, "trusts everybody", "any address"},
}

func anS3(endpoint string) Uploads {
	return Uploads{Storage: UploadsS3, Bucket: "chat", Endpoint: endpoint}
}

func anSMTP() SMTP { return SMTP{Host: "mail.yourcompany.com", From: "chat@yourcompany.com"} }

func anAdmin() Admin { return Admin{Username: "ops", Email: "ops@yourcompany.com"} }

// behind puts a request's project behind proxies of a person's own.
func behind(r *Request, hops int, trusted ...string) {
	r.TLS = TLS{Mode: TLSOff, Proxies: Proxies{Trusted: trusted, Hops: hops}}
}

func TestOptionsRefused(t *testing.T) {
	for i, c := range refusedOptions {
		t.Run(fmt.Sprint(i, " ", c.key, " ", c.what), func(t *testing.T) {
			r := aPublicRequest()
			c.change(&r)
			var e *fault.Error
			if err := r.Check(); !errors.As(err, &e) {
				t.Fatalf("got error %#v, want one with a hint", err)
			}
			if !strings.HasPrefix(e.What, c.key+":") || !strings.Contains(e.What, c.what) || strings.Contains(e.What, "\n") {
				t.Errorf("%q: wants one line that begins with %q and holds %q", e.What, c.key+":", c.what)
			}
			if !strings.Contains(e.Hint, c.hint) {
				t.Errorf("hint %q: wants %q in it", e.Hint, c.hint)
			}
		})
	}
}
