package generator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/dotenv"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

const (
	s3Keys  = "FileUpload_S3_AWSAccessKeyId=${S3_ACCESS_KEY_ID:?is missing from .env}|FileUpload_S3_AWSSecretAccessKey=${S3_SECRET_ACCESS_KEY:?is missing from .env}"
	plainS3 = "FileUpload_S3_SignatureVersion=v4"
)

// environments are options with the settings, without their prefix, that must
// follow from them: settings with | between. Those of GridFS are everybody's.
var environments = []struct {
	name   string
	change func(*Request)
	want   string
}{
	{"nothing", func(*Request) {}, "FileUpload_Storage_Type=GridFS"},
	{"gridfs", func(r *Request) { r.Uploads.Storage = UploadsGridFS }, "FileUpload_Storage_Type=GridFS"},
	{"filesystem", func(r *Request) { r.Uploads.Storage = UploadsFileSystem },
		"FileUpload_Storage_Type=FileSystem|FileUpload_FileSystemPath=/app/uploads"},
	{"s3 at AWS", func(r *Request) { r.Uploads = Uploads{Storage: UploadsS3, Bucket: "chat", Region: "eu-central-1"} },
		"FileUpload_Storage_Type=AmazonS3|FileUpload_S3_Bucket=chat|FileUpload_S3_Region=eu-central-1|" + s3Keys +
			"|FileUpload_S3_BucketURL=|FileUpload_S3_ForcePathStyle=false|" + plainS3 +
			"|FileUpload_S3_Proxy_Avatars=true|FileUpload_S3_Proxy_Uploads=true"},
	{"s3 elsewhere", func(r *Request) {
		r.Uploads = anS3("https://minio/$a")
		r.Uploads.PathStyle, r.Uploads.Direct = true, true
	}, "FileUpload_Storage_Type=AmazonS3|FileUpload_S3_Bucket=chat|FileUpload_S3_Region=|" + s3Keys +
		"|FileUpload_S3_BucketURL=https://minio/$$a|FileUpload_S3_ForcePathStyle=true|" + plainS3 +
		"|FileUpload_S3_Proxy_Avatars=false|FileUpload_S3_Proxy_Uploads=false"},
	{"starttls", func(r *Request) { r.SMTP = anSMTP() }, "FileUpload_Storage_Type=GridFS|" + mailed("smtp", 587, false)},
	{"starttls by name", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS = SMTPStartTLS },
		"FileUpload_Storage_Type=GridFS|" + mailed("smtp", 587, false)},
	{"tls", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS = SMTPTLS },
		"FileUpload_Storage_Type=GridFS|" + mailed("smtps", 465, false)},
	{"tls at a port", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS, r.SMTP.Port = SMTPTLS, 2465 },
		"FileUpload_Storage_Type=GridFS|" + mailed("smtps", 2465, false)},
	{"no tls", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.TLS, r.SMTP.Port = SMTPPlain, 25 },
		"FileUpload_Storage_Type=GridFS|" + mailed("smtp", 25, true)},
	{"login", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Username = "chat$" },
		"FileUpload_Storage_Type=GridFS|" + mailed("smtp", 587, false) +
			"|SMTP_Username=chat$$|SMTP_Password=${SMTP_PASSWORD:?is missing from .env}"},
}

func mailed(protocol string, port int, ignore bool) string {
	return fmt.Sprintf("SMTP_Protocol=%s|SMTP_Host=mail.yourcompany.com|SMTP_Port=%d|SMTP_IgnoreTLS=%v|From_Email=chat@yourcompany.com", protocol, port, ignore)
}

func TestEnvironment(t *testing.T) {
	for _, c := range environments {
		r := aRequest()
		c.change(&r)
		var want []Variable
		for pair := range strings.SplitSeq(c.want, "|") {
			name, value, _ := strings.Cut(pair, "=")
			want = append(want, Variable{overwrite + name, value})
		}
		if got := r.Environment(); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", c.name, got, want)
		}
	}
}

// TestEnvironmentNames: what is no setting, and the order of a person's own.
func TestEnvironmentNames(t *testing.T) {
	admin := []Variable{{"ADMIN_USERNAME", "ops"}, {"ADMIN_NAME", "ops"}, {"ADMIN_EMAIL", "ops@yourcompany.com"},
		{"ADMIN_EMAIL_VERIFIED", "true"},
		{"ADMIN_PASS", "${ADMIN_PASSWORD:?is missing from .env}"}, {"OVERWRITE_SETTING_Show_Setup_Wizard", "completed"}}
	named := slices.Clone(admin)
	named[1].Value = "O'Ps $$1"
	for _, c := range []struct {
		name   string
		change func(*Request)
		want   []Variable
	}{
		{"timezone", func(r *Request) { r.Timezone = "Europe/Berlin" }, []Variable{{"TZ", "Europe/Berlin"}}},
		{"error", func(r *Request) { r.LogLevel = "error" }, []Variable{{"OVERWRITE_SETTING_Log_Level", "0"}}},
		{"info", func(r *Request) { r.LogLevel = "info" }, []Variable{{"OVERWRITE_SETTING_Log_Level", "1"}}},
		{"debug", func(r *Request) { r.LogLevel = "debug" }, []Variable{{"OVERWRITE_SETTING_Log_Level", "2"}}},
		{"admin", func(r *Request) { r.Admin = anAdmin() }, admin},
		{"admin with a name", func(r *Request) { r.Admin = anAdmin(); r.Admin.Name = "O'Ps $1" }, named},
		{"a person's own", func(r *Request) { r.RocketChat.Env = map[string]string{"B": "${X:-y}", "A": "$$", "a": ""} },
			[]Variable{{"A", "$$"}, {"B", "${X:-y}"}, {"a", ""}}},
	} {
		r := aRequest()
		c.change(&r)
		got := slices.DeleteFunc(r.Environment(),
			func(v Variable) bool { return v.Name == overwrite+"FileUpload_Storage_Type" })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %v\nwant %v", c.name, got, c.want)
		}
	}
}

// containerEnv returns the environment of a service as its container has it.
func containerEnv(t *testing.T, p tree.Project, service string) map[string]string {
	t.Helper()
	env := map[string]string{}
	for name, value := range must(composeModel(t, p))(t).Services[service].Environment {
		if value != nil {
			env[name] = *value
		}
	}
	return env
}

// TestEnvironmentInContainer: what a person wrote is what Rocket.Chat reads after
// YAML and Compose have had their way with it, dollars and line breaks included.
func TestEnvironmentInContainer(t *testing.T) {
	r := everything()
	r.SMTP.Username, r.SMTP.From = "null$HOME", "$chat$$@yourcompany.com"
	r.RocketChat.Env["HTTPS_PROXY"] = "http://u:${NATS_PASSWORD}@proxy:${PROXY_PORT:-3128}"
	p := renderPlan(t, must(NewPlan(r, nil))(t), nil)
	secrets := must(dotenv.Parse([]byte(content(t, p, tree.EnvFile))))(t)
	want := map[string]string{
		"TZ":                              "Etc/GMT+1",
		"ADMIN_USERNAME":                  "0x10",
		"ADMIN_NAME":                      r.Admin.Name,
		"ADMIN_PASS":                      secrets[secretAdmin],
		"OVERWRITE_SETTING_From_Email":    "$chat$$@yourcompany.com",
		"OVERWRITE_SETTING_SMTP_Username": "null$HOME",
		"OVERWRITE_SETTING_SMTP_Password": secrets[secretSMTP],
		"OVERWRITE_SETTING_SMTP_Port":     "465",
		"OVERWRITE_SETTING_Log_Level":     "2",
		"OVERWRITE_SETTING_Site_Name": strings.ReplaceAll(r.RocketChat.Env["OVERWRITE_SETTING_Site_Name"],
			"$$", "$"),
		"OVERWRITE_SETTING_Lines":                      "one\ntwo\n",
		"HTTP_PROXY":                                   "",
		"HTTPS_PROXY":                                  "http://u:" + secrets[secretNATS] + "@proxy:3128",
		"NO_PROXY":                                     "true",
		overwrite + "FileUpload_S3_Bucket":             "0123",
		overwrite + "FileUpload_S3_Region":             "no",
		overwrite + "FileUpload_S3_BucketURL":          "https://s3.yourcompany.com/#a",
		overwrite + "FileUpload_S3_ForcePathStyle":     "true",
		overwrite + "FileUpload_S3_AWSAccessKeyId":     secrets[secretS3Key],
		overwrite + "FileUpload_S3_AWSSecretAccessKey": secrets[secretS3Secret],
	}
	for _, service := range []string{"rocketchat-1", "rocketchat-4"} {
		got := containerEnv(t, p, service)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if value, ok := got[name]; !ok || value != want[name] || value == "" && name != "HTTP_PROXY" {
				t.Errorf("%s: %s is %q, want %q", service, name, value, want[name])
			}
		}
	}
}

// oddValues are secrets and options with what dotenv, Compose, YAML and the shell
// each take for something special.
var oddValues = []string{
	"$", "$$", "$HOME", "${HOME}", "${HOME:?no}", "a$b$", `\$`, "'", `"`, `'"`, `it's "$x"`, "#", "a # b", " a b ", "=",
	"a=b=", `\`, `a\`, `a\\`, `\n`, `'\n`, `'\`, `'\'`,
	"`id`", "$(id)", "{{ .X }}", "%s%%", "!", "!!int 5", "&a", "*a", "- a", "a: b", "0x10", "null", "~", "ü€😀", "one\ntwo",
	"one\n\n'two'\n$three\n\\four",
}

// TestSecretsInContainer: an odd secret of .env reaches the container as it is,
// also where a person's own value refers to it.
func TestSecretsInContainer(t *testing.T) {
	r := aRequest()
	r.Instances, r.SMTP, r.RocketChat.Env = 1, anSMTP(), map[string]string{"TEST_MODE": "<${SMTP_PASSWORD}>"}
	r.SMTP.Username = "chat"
	plan := must(NewPlan(r, nil))(t)
	for _, value := range oddValues {
		secrets, err := NewSecrets(r, []byte(whole), map[string]string{secretSMTP: value}, failing{})
		if err != nil {
			continue // refused: TestGivenSecrets wants none
		}
		p := must(Render(plan, Inputs{Request: must(NewRequestFile(r))(t), Secrets: secrets}))(t)
		env := containerEnv(t, p, "rocketchat-1")
		if got := env[overwrite+"SMTP_Password"]; got != value {
			t.Errorf("%q reaches Rocket.Chat as %q", value, got)
		}
		if got := env["TEST_MODE"]; got != "<"+value+">" {
			t.Errorf("%q reaches it as %q by a reference", value, got)
		}
	}
}

// TestEnvironmentUnset: a reference to nothing is found before anything starts,
// and where a default stands nothing is missing.
func TestEnvironmentUnset(t *testing.T) {
	r := aRequest()
	r.RocketChat.Env = map[string]string{"HTTP_PROXY": "http://$PROXY_HOST:${PROXY_PORT}",
		"NO_PROXY": "${LOCAL:-localhost}$${LITERAL}"}
	p := renderPlan(t, must(NewPlan(r, nil))(t), nil)
	missing := map[string]bool{}
	for _, f := range validate.Files(p, r.Host, validate.Disk{}) {
		if f.Code != validate.FindVariable || f.File != tree.ComposeFile || f.Line == 0 || f.Hint == "" {
			t.Errorf("found %+v", f)
		}
		for _, name := range []string{"PROXY_HOST", "PROXY_PORT", "LOCAL", "LITERAL"} {
			missing[name] = missing[name] || strings.Contains(f.Message, name+" ")
		}
	}
	if want := map[string]bool{"PROXY_HOST": true, "PROXY_PORT": true, "LOCAL": false,
		"LITERAL": false}; !maps.Equal(missing, want) {
		t.Errorf("reported %v, want %v", missing, want)
	}
}

// TestEnvironmentOwned: every name that is rcgen's is refused with the place for it.
func TestEnvironmentOwned(t *testing.T) {
	known := must(readEnvironment())(t)
	if len(known.Owned) < 20 || known.Source == "" {
		t.Fatalf("environment.yaml holds %d owned names from source %q", len(known.Owned), known.Source)
	}
	for name, place := range known.Owned {
		r := aRequest()
		r.RocketChat.Env = map[string]string{name: "x", "OVERWRITE_SETTING_Site_Name": "x"}
		err := r.Check()
		checkRefusal(t, err, "rocketchat")
		if err == nil || !strings.Contains(err.Error(), "env: "+name+" is set by rcgen") || place == "" ||
			!strings.Contains(strings.Join(hintsOf(err), ""), place) {
			t.Errorf("%s: got error %v with hints %v, want %q among them", name, err, hintsOf(err), place)
		}
		if slices.Contains(known.Known, name) {
			t.Errorf("%s: is known and owned", name)
		}
	}
	seen := map[string]bool{}
	for _, name := range known.Known {
		if seen[name] || !isVariable(name) || name != strings.ToUpper(name) {
			t.Errorf("known: %s is there twice, or no variable but a setting", name)
		}
		seen[name] = true
	}
}

// TestEnvironmentRendered: each variable of the template itself is rcgen's, so that
// rocketchat.env cannot say it a second time.
func TestEnvironmentRendered(t *testing.T) {
	known := must(readEnvironment())(t)
	r := aRequest()
	rendered := containerEnv(t, renderPlan(t, must(NewPlan(r, nil))(t), nil), "rocketchat-1")
	for _, v := range append(r.Environment(), Variable{Name: "REG_TOKEN"}, Variable{Name: "ROCKETCHAT_LICENSE"}) {
		rendered[v.Name] = v.Value
	}
	for name := range rendered {
		if known.Owned[name] == "" {
			t.Errorf("%s: is in compose.yaml and not owned", name)
		}
	}
}

// TestEnvironmentOnce: what an option sets and rocketchat.env sets too is refused,
// or stands there once: a key that is there twice is not YAML.
func TestEnvironmentOnce(t *testing.T) {
	r := everything()
	for _, v := range r.Environment() {
		again := r
		again.RocketChat.Env = map[string]string{v.Name: "x"}
		if again.Check() != nil {
			continue
		}
		count := 0
		for _, w := range again.Environment() {
			if w.Name == v.Name {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s: taken in rocketchat.env beside the option that sets it, and in compose.yaml %d times", v.Name, count)
		}
	}
}

func TestUnknownEnvironment(t *testing.T) {
	known := must(readEnvironment())(t)
	env := map[string]string{"SITE_NAME": "", "Site_Name": "", "OVERWRITE_SETTING_API_Enable_CORS": "", "HTTP_PROXI": "",
		"_": "", "OVERWRITE_SETTING_X": ""}
	for _, name := range known.Known {
		env[name] = ""
	}
	got := must(Extra{Env: env}.unknown())(t)
	// names with capitals alone are no settings, whatever they begin with
	if want := []string{"HTTP_PROXI", "OVERWRITE_SETTING_X", "SITE_NAME", "_"}; !slices.Equal(got, want) {
		t.Errorf("unknown are %v, want %v", got, want)
	}
	if got := must(Extra{}.unknown())(t); got != nil {
		t.Errorf("of nothing %v is unknown", got)
	}
}
