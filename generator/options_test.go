package generator

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/tree"
)

// acceptedOptions are all right, in a public request.
var acceptedOptions = []struct {
	name   string
	change func(*Request)
}{
	{"nothing", func(*Request) {}},
	{"UTC", func(r *Request) { r.Timezone = "UTC" }},
	{"three parts", func(r *Request) { r.Timezone = "America/Argentina/Buenos_Aires" }},
	{"a sign", func(r *Request) { r.Timezone = "Etc/GMT+12" }},
	{"dashes", func(r *Request) { r.Timezone = "America/Port-au-Prince" }},
	{"error", func(r *Request) { r.LogLevel = "error" }},
	{"info", func(r *Request) { r.LogLevel = "info" }},
	{"debug", func(r *Request) { r.LogLevel = "debug" }},
	{"gridfs", func(r *Request) { r.Uploads.Storage = UploadsGridFS }},
	{"filesystem", func(r *Request) { r.Uploads.Storage, r.Instances = UploadsFileSystem, 1 }},
	{"s3 at AWS", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Bucket: "a.b-1", Region: "eu-central-1"} }},
	{"s3 elsewhere", func(r *Request) { r.Uploads = anS3("http://minio:9000/s3") }},
	{"s3 with all", func(r *Request) {
		r.Uploads = Uploads{Storage: UploadsS3, Bucket: "bucket", Region: "r", Endpoint: "https://[2001:db8::1]:9000",
			PathStyle: true, Direct: true}
	}},
	{"smtp", func(r *Request) { r.SMTP = anSMTP() }},
	{"smtp by address", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Host = "192.0.2.25" }},
	{"smtp with all", func(r *Request) { r.SMTP = SMTP{"mail", 65535, SMTPTLS, "chat", "chat@yourcompany.com"} }},
	{"smtp in the open", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS = SMTPPlain }},
	{"admin", func(r *Request) { r.Admin = anAdmin() }},
	{"admin with a name", func(r *Request) { r.Admin = Admin{"o.p-s_1", "Öps \"$HOME\" 'x'", "ops@yourcompany.com"} }},
	{"alerts to Rocket.Chat", func(r *Request) { r.Alerts.Receiver = AlertRocketChat }},
	{"alerts to a webhook", func(r *Request) { r.Alerts.Receiver = AlertWebhook }},
	{"alerts by mail", func(r *Request) { r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops@yourcompany.com"} }},
	{"alerts by mail with tls", func(r *Request) {
		r.SMTP, r.Alerts = anSMTP(), Alerts{AlertEmail, "ops@yourcompany.com"}
		r.SMTP.TLS = SMTPTLS
	}},
	{"logs", func(r *Request) { r.Monitoring.Logs = new(bool) }},
	{"one member", func(r *Request) { r.MongoDB.Members = 1 }},
	{"three members", func(r *Request) { r.MongoDB.Members = 3 }},
	{"external", func(r *Request) { r.MongoDB.External = true }},
	{"a setting", func(r *Request) {
		r.RocketChat.Env = map[string]string{"OVERWRITE_SETTING_Site_Name": "${NATS_PASSWORD} $$"}
	}},
	{"a name of one's own", func(r *Request) { r.RocketChat.Env = map[string]string{"_our_1": ""} }},
	{"staging", func(r *Request) { r.TLS.Staging = true }},
	{"behind one", func(r *Request) { behind(r, 0, "192.0.2.10") }},
	{"behind many", func(r *Request) { behind(r, MaxHops, "192.0.2.10", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32") }},
}

func TestOptionsAccepted(t *testing.T) {
	for _, c := range acceptedOptions {
		r := aPublicRequest()
		c.change(&r)
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := roundTrip(t, r); !reflect.DeepEqual(got, r) {
			t.Errorf("%s: written %+v, read back %+v", c.name, r, got)
		}
	}
}

// roundTrip writes a request as rcgen.yaml and reads it again.
func roundTrip(t *testing.T, r Request) Request {
	t.Helper()
	got := must(DecodeRequest(must(NewRequestFile(r))(t)))(t)
	got.Host.Source = r.Host.Source // not in the file
	return got
}

// everything is a request with every option that can stand beside the others, and
// values that YAML takes for something else where it is written carelessly.
func everything() Request {
	r := aPublicRequest()
	r.Edition, r.Instances, r.Concurrency, r.Profile, r.TLS.Staging, r.MongoDB.Members = Licensed, 4, 0.15, "medium", true,
		3
	logs := true
	r.Options = Options{
		Timezone: "Etc/GMT+1",
		LogLevel: "debug",
		Uploads: Uploads{Storage: UploadsS3, Bucket: "0123", Region: "no", Endpoint: "https://s3.yourcompany.com/#a",
			PathStyle: true, Direct: true},
		SMTP:   SMTP{Host: "mail.yourcompany.com", Port: 465, TLS: SMTPTLS, Username: "null", From: "chat@yourcompany.com"},
		Admin:  Admin{Username: "0x10", Name: " a: 'b' \"c\" #d $e ${f} \\ ü\t", Email: "ops@yourcompany.com"},
		Alerts: Alerts{Receiver: AlertEmail, To: "ops@yourcompany.com"},
		Monitoring: Monitoring{
			Logs: &logs,
		},
		RocketChat: Extra{Env: map[string]string{
			"OVERWRITE_SETTING_Site_Name": "a: 'b' \"c\" #d $$e \\ ü\t", "OVERWRITE_SETTING_Lines": "one\ntwo\n",
			"HTTP_PROXY": "", "NO_PROXY": "true",
		}},
	}
	return r
}

// TestOptionsRoundTrip: what is in a request is in its file, each key of the type
// included, or this test must learn the new one.
func TestOptionsRoundTrip(t *testing.T) {
	r := everything()
	if got := roundTrip(t, r); !reflect.DeepEqual(got, r) {
		t.Errorf("written %+v,\nread back %+v", r, got)
	}
	var empty []string
	emptyFields(reflect.ValueOf(r.Options), "", &empty)
	if len(empty) > 0 {
		t.Errorf("everything() leaves out %v", empty)
	}
	off := false
	r.Monitoring.Logs = &off
	if got := roundTrip(t, r).Monitoring.Logs; got == nil || *got {
		t.Errorf("logs: false is read back as %v", got)
	}
}

func emptyFields(v reflect.Value, path string, empty *[]string) {
	for i := range v.NumField() {
		f, name := v.Field(i), path+v.Type().Field(i).Name
		switch {
		case f.Kind() == reflect.Struct:
			emptyFields(f, name+".", empty)
		case f.IsZero():
			*empty = append(*empty, name)
		}
	}
}

// TestOptionsRefusedInFile: keys that the file does not know, below each section.
func TestOptionsRefusedInFile(t *testing.T) {
	head := string(must(NewRequestFile(aRequest()))(t))
	for _, text := range []string{
		"uploads: {acl: private}", "smtp: {password: hunter2}", "admin: {password: hunter2}", "alerts: {url: https://hooks}",
		"monitoring: {traces: true}",
		"rocketchat: {environment: {A: b}}", "rocketchat: {env: [A=b]}", "rocketchat: {env: {A: [b]}}",
		"monitoring: {logs: perhaps}", "smtp: {port: many}", "timezone: [UTC]",
	} {
		_, err := DecodeRequest([]byte(head + text + "\n"))
		if err == nil || !strings.HasPrefix(err.Error(), tree.RequestFile+": ") || strings.Contains(err.Error(), "hunter2") ||
			len(hintsOf(err)) == 0 {
			t.Errorf("%s: got error %v with hints %v, want one that names the file and tells no secret", text, err, hintsOf(err))
		}
	}
}

// TestFileSystemUploads: a replica's disk is not the others', however their
// number came to be.
func TestFileSystemUploads(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Request)
		refuse string // number of instances in the message; empty: taken
	}{
		{"one stated", func(r *Request) { r.Instances = 1 }, ""},
		{"one planned", func(r *Request) { r.Users = 20 }, ""},
		{"community", func(r *Request) { r.Edition = Community }, ""},
		{"two stated", func(r *Request) { r.Instances = 2 }, "2 instances"},
		{"planned for 3000", func(r *Request) {}, "5 instances"},
	} {
		r := aRequest()
		r.Uploads.Storage = UploadsFileSystem
		c.change(&r)
		_, err := NewPlan(r, nil)
		if c.refuse == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "uploads:") || !strings.Contains(err.Error(), c.refuse) ||
			!slices.Equal(hintsOf(err), []string{"gridfs or s3, or one instance"}) {
			t.Errorf("%s: got error %v with hints %v", c.name, err, hintsOf(err))
		}
	}
}

// TestOptionsWarn: the warnings that follow from options, each where it should be
// and nowhere else.
func TestOptionsWarn(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Request)
		want   map[string]string // code -> part of the message
	}{
		{"nothing", func(*Request) {}, nil},
		{"staging", func(r *Request) { r.TLS.Staging = true }, map[string]string{WarnStaging: "no browser"}},
		{"no https", func(r *Request) { r.TLS = TLS{Mode: TLSOff} },
			map[string]string{WarnPlainHTTP: "http://chat.yourcompany.com"}},
		{"https before it", func(r *Request) { behind(r, 1, "192.0.2.10") }, nil},
		{"a slip of the pen", func(r *Request) {
			r.RocketChat.Env = map[string]string{"HTTP_PROXI": "x", "HTTP_PROXY": "x",
				"A": "x"}
		},
			map[string]string{WarnUnknownEnv: "rocketchat.env: A, HTTP_PROXI: "}},
		{"settings", func(r *Request) {
			r.RocketChat.Env = map[string]string{"OVERWRITE_SETTING_Site_Name": "x", "Site_Name": "x", "MONGO_OPTIONS": "{}"}
		}, nil},
	} {
		r := aPublicRequest()
		r.Edition, r.Instances = Licensed, 0
		c.change(&r)
		p, err := NewPlan(r, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		got := map[string]string{}
		for _, w := range p.Warnings {
			if slices.Contains([]string{WarnStaging, WarnPlainHTTP, WarnUnknownEnv}, w.Code) {
				got[w.Code] = w.Message
				if w.Hint == "" {
					t.Errorf("%s: %s has no hint", c.name, w.Code)
				}
			}
		}
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(c.want))) {
			t.Errorf("%s: warned of %v, want %v", c.name, got, slices.Sorted(maps.Keys(c.want)))
		}
		for code, part := range c.want {
			if !strings.Contains(got[code], part) {
				t.Errorf("%s: %q: wants %q in it", c.name, got[code], part)
			}
		}
	}
}
