package generator

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// TestGivenSecrets: what a person gives is what Compose reads.
func TestGivenSecrets(t *testing.T) {
	licence := strings.Repeat("bGljZW5jZQ+/==\n", 40) + "$end 'of' \"it\" \\"
	for _, value := range append(slices.Clone(oddValues), licence, "one\r\ntwo", "tab\there", strings.Repeat("x", 1<<16)) {
		for _, env := range []string{"", whole, strings.TrimSuffix(whole, "\n"), "ROCKETCHAT_LICENSE=\n" + whole} {
			given := map[string]string{"ROCKETCHAT_LICENSE": value, secretAlertURL: "https://hooks"}
			s, err := NewSecrets(aRequest(), []byte(env), given, rand.NewChaCha8([32]byte{3}))
			if err != nil {
				t.Errorf("%.80q: %v", value, err)
				break
			}
			read := readEnv(t, s)
			if read["ROCKETCHAT_LICENSE"] != value || read[secretAlertURL] != "https://hooks" {
				t.Errorf("%.80q is read as %.80q", value, read["ROCKETCHAT_LICENSE"])
			}
			if !bytes.Contains(s.env, []byte(env)) || slices.Contains(s.Made, "ROCKETCHAT_LICENSE") {
				t.Errorf("%.80q: the lines before changed, or it counts as made: %v", value, s.Made)
			}
			again := must(NewSecrets(aRequest(), s.env, given, failing{}))(t)
			if !bytes.Equal(again.env, s.env) || len(again.Made) > 0 {
				t.Errorf("%.80q: given again it is there twice", value)
			}
		}
	}
}

func TestGivenSecretsRefused(t *testing.T) {
	const leak = "hunter2hunter2"
	for _, c := range []struct {
		name  string
		given map[string]string
		want  []string // parts of the message
	}{
		{"another value", map[string]string{secretNATS: leak}, []string{".env", secretNATS, "another value"}},
		{"another value of a person's own", map[string]string{"OURS": leak}, []string{".env", "OURS", "another value"}},
		{"no name", map[string]string{"": leak}, []string{"not the name"}},
		{"no variable", map[string]string{"SMTP-PASSWORD": leak}, []string{`"SMTP-PASSWORD"`, "not the name"}},
		{"a line", map[string]string{"A=1\nB": leak}, []string{"not the name"}},
		{"a digit first", map[string]string{"1A": leak}, []string{"not the name"}},
		{"no value", map[string]string{"A": ""}, []string{`"A"`, "no value"}},
		{"a null byte", map[string]string{"A": leak + "\x00"}, []string{"A"}},
	} {
		s, err := NewSecrets(aRequest(), []byte(whole+"OURS=mine\n"), c.given, failing{})
		if err == nil || strings.Contains(err.Error(), leak) || strings.Contains(strings.Join(hintsOf(err), ""), leak) ||
			len(hintsOf(err)) == 0 || s.env != nil {
			t.Errorf("%s: got error %v with hints %v and content %q", c.name, err, hintsOf(err), s.env)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q: wants %q in it", c.name, err, part)
			}
		}
	}
}

// TestSecretsOfOptions: each option asks for its secrets and no other does.
func TestSecretsOfOptions(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Request)
		made   []string // beside those of every project
		given  []string
	}{
		{"nothing", func(*Request) {}, nil, nil},
		{"admin", func(r *Request) { r.Admin = anAdmin() }, []string{secretAdmin}, nil},
		{"s3", func(r *Request) { r.Uploads = anS3("https://minio") }, nil, []string{secretS3Key, secretS3Secret}},
		{"gridfs", func(r *Request) { r.Uploads.Storage = UploadsGridFS }, nil, nil},
		{"smtp", func(r *Request) { r.SMTP = anSMTP() }, nil, nil},
		{"smtp with login", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Username = "chat" }, nil, []string{secretSMTP}},
		{"alerts to Rocket.Chat", func(r *Request) { r.Alerts.Receiver = AlertRocketChat }, nil, []string{secretAlertURL}},
		{"alerts to a webhook", func(r *Request) { r.Alerts.Receiver = AlertWebhook }, nil, []string{secretAlertURL}},
		{"alerts by mail", func(r *Request) { byMail(r, SMTP{}) }, nil, nil},
		{"everything", func(r *Request) { *r = everything(); byMail(r, SMTP{Username: "chat"}) }, []string{secretAdmin},
			[]string{secretS3Key, secretS3Secret, secretSMTP}},
	} {
		r := aRequest()
		c.change(&r)
		s := must(NewSecrets(r, nil, given(r), rand.NewChaCha8([32]byte{4})))(t)
		want := append([]string{secretKeyfile, secretRoot, secretApp, secretExporter, secretBackup, secretNATS,
			secretGrafana}, c.made...)
		if !slices.Equal(s.Made, want) {
			t.Errorf("%s: made %v, want %v", c.name, s.Made, want)
		}
		if got, want := slices.Sorted(maps.Keys(readEnv(t, s))),
			slices.Sorted(slices.Values(append(want, c.given...))); !slices.Equal(got, want) {
			t.Errorf("%s: .env has %v, want %v", c.name, got, want)
		}
		for _, name := range c.given {
			all := given(r)
			delete(all, name)
			s, err := NewSecrets(r, nil, all, rand.NewChaCha8([32]byte{4}))
			if err == nil || !strings.Contains(err.Error(), name+" is missing") ||
				!strings.Contains(strings.Join(hintsOf(err), ""), "--secret "+name+"=FILE") || s.env != nil {
				t.Errorf("%s without %s: got error %v with hints %v", c.name, name, err, hintsOf(err))
			}
		}
	}
}

// TestSecretsNowhereElse: with every option on, no file but .env holds a secret,
// those that a person gives and those that nobody asked for included.
func TestSecretsNowhereElse(t *testing.T) {
	outside := everything()
	outside.MongoDB, outside.Alerts = MongoDB{External: true}, Alerts{Receiver: AlertRocketChat}
	login := everything()
	byMail(&login, SMTP{Username: "chat"})
	for i, r := range []Request{everything(), outside, login} {
		given := map[string]string{"ROCKETCHAT_LICENSE": "hunter2-licence", "REG_TOKEN": "hunter2-token",
			"MONGODB_EXPORTER_URL": "hunter2-url"}
		_, names := secretNames(r)
		for _, name := range names {
			if given[name] = "hunter2-" + name; name == secretMongoURL {
				given[name] = "mongodb://hunter2:hunter2@hunter2/d"
			}
		}
		r.RocketChat.Env = map[string]string{"HTTP_PROXY": "http://${REG_TOKEN}"}
		s := must(NewSecrets(r, nil, given, rand.NewChaCha8([32]byte{5})))(t)
		p := must(Render(must(NewPlan(r, nil))(t), Inputs{Request: must(NewRequestFile(r))(t), Secrets: s}))(t)
		env := readEnv(t, s)
		if want := len(given) + len(s.Made); len(env) != want || want < 11 {
			t.Errorf("%d: .env has %v", i, slices.Sorted(maps.Keys(env)))
		}
		for _, f := range p.Files {
			for name, value := range env {
				if f.Path != tree.EnvFile && bytes.Contains(f.Content, []byte(value)) {
					t.Errorf("%d: %s holds %s", i, f.Path, name)
				}
			}
			if f.Path != tree.EnvFile && bytes.Contains(f.Content, []byte("hunter2")) {
				t.Errorf("%d: %s holds a part of a secret", i, f.Path)
			}
		}
	}
}

// TestSecretsInURLs: a password that a person gives stands in the middle of a URL,
// where @ and / mean something. It arrives whole, or is refused.
func TestSecretsInURLs(t *testing.T) {
	const password = "p@ss/w?rd#%41:x"
	r := aRequest()
	for name, at := range map[string][2]string{
		secretApp: {"rocketchat-1", "MONGO_URL"}, secretExporter: {stack.MongoDBExporter, "MONGODB_URI"},
		secretNATS: {"rocketchat-1", "TRANSPORTER"},
	} {
		s, err := NewSecrets(r, nil, map[string]string{name: password}, rand.NewChaCha8([32]byte{6}))
		if err != nil {
			if strings.Contains(err.Error(), password) || !strings.Contains(err.Error(), name) || len(hintsOf(err)) == 0 {
				t.Errorf("%s: refused with %v and hints %v", name, err, hintsOf(err))
			}
			continue
		}
		p := must(Render(must(NewPlan(r, nil))(t), Inputs{Request: must(NewRequestFile(r))(t), Secrets: s}))(t)
		u, err := url.Parse(strings.TrimPrefix(containerEnv(t, p, at[0])[at[1]], "monolith+"))
		if err != nil {
			t.Errorf("%s: %s is no URL any more", name, at[1])
			continue
		}
		if got, _ := u.User.Password(); got != password {
			t.Errorf("%s: %s has the password %q, want %q", name, at[1], got, password)
		}
	}
}

// TestGivenMongoURL: a connection string is looked at, whichever option names its file.
func TestGivenMongoURL(t *testing.T) {
	for _, bad := range []string{"http://db1/rocketchat", "db1:27017", "mongodb://db1 db2/d"} {
		_, err := NewSecrets(anExternal(), nil, map[string]string{secretMongoURL: bad}, rand.NewChaCha8([32]byte{}))
		if err == nil || strings.Contains(err.Error(), bad) || len(hintsOf(err)) == 0 {
			t.Errorf("%q: got error %v with hints %v", bad, err, hintsOf(err))
		}
	}
}
