package generator

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"rcgen/generator/dotenv"
	"rcgen/generator/tree"
)

// alertmanagerFile is what the tests read of Alertmanager's configuration.
type alertmanagerFile struct {
	Global map[string]any
	Route  struct {
		Receiver string
		Routes   []struct {
			Matchers []string
			Receiver string
		}
	}
	Receivers []struct {
		Name    string
		Slack   []map[string]any `yaml:"slack_configs"`
		Webhook []map[string]any `yaml:"webhook_configs"`
		Email   []map[string]any `yaml:"email_configs"`
	}
}

type receiverCase struct {
	name     string
	change   func(*Request)
	receiver string
	global   map[string]any
	secrets  []string // in its environment
}

// receivers are the ways to tell somebody, with what Alertmanager must then have.
var receivers = []receiverCase{
	{"nobody", func(*Request) {}, "nobody", nil, nil},
	{"nobody with mail", func(r *Request) { r.SMTP = anSMTP(); r.SMTP.Username = "chat" }, "nobody", nil, nil},
	{"rocketchat", func(r *Request) { r.Alerts.Receiver = AlertRocketChat }, "rocketchat", nil, []string{secretAlertURL}},
	{"webhook", func(r *Request) { r.Alerts.Receiver = AlertWebhook }, "webhook", nil, []string{secretAlertURL}},
	{"email", func(r *Request) { byMail(r, SMTP{}) }, "email",
		map[string]any{"smtp_smarthost": "mail.yourcompany.com:587", "smtp_from": "chat@yourcompany.com",
			"smtp_require_tls": true}, nil},
	{"email with login", func(r *Request) { byMail(r, SMTP{Username: `ch"at: #$x`, TLS: SMTPStartTLS, Port: 2525}) },
		"email",
		map[string]any{"smtp_smarthost": "mail.yourcompany.com:2525", "smtp_from": "chat@yourcompany.com",
			"smtp_require_tls":   true,
			"smtp_auth_username": `ch"at: #$x`, "smtp_auth_password_file": "/run/alertmanager/smtp_password"},
		[]string{secretSMTP}},
	{"email with tls", func(r *Request) { byMail(r, SMTP{TLS: SMTPTLS}) }, "email",
		map[string]any{"smtp_smarthost": "mail.yourcompany.com:465", "smtp_from": "chat@yourcompany.com",
			"smtp_require_tls": false}, nil},
	{"email in the open", func(r *Request) { byMail(r, SMTP{TLS: SMTPPlain, Port: 25}) }, "email",
		map[string]any{"smtp_smarthost": "mail.yourcompany.com:25", "smtp_from": "chat@yourcompany.com",
			"smtp_require_tls": false}, nil},
}

func byMail(r *Request, s SMTP) {
	s.Host, s.From = anSMTP().Host, anSMTP().From
	r.SMTP, r.Alerts = s, Alerts{AlertEmail, "o'ps@yourcompany.com"}
}

func TestAlertmanager(t *testing.T) {
	for _, c := range receivers {
		p := renderEdge(t, c.change)
		a := decode[alertmanagerFile](t, p, "alertmanager/alertmanager.yaml")
		var names []string
		for _, r := range a.Receivers {
			names = append(names, r.Name)
			for _, s := range slices.Concat(r.Slack, r.Webhook, r.Email) {
				if s["send_resolved"] != true {
					t.Errorf("%s: %s does not tell the end", c.name, r.Name)
				}
			}
			if configs := len(r.Slack) + len(r.Webhook) + len(r.Email); (configs == 1) != (r.Name != "nobody") {
				t.Errorf("%s: %s has %d ways", c.name, r.Name, configs)
			}
		}
		if !slices.Equal(names, []string{c.receiver}) || a.Route.Receiver != c.receiver {
			t.Errorf("%s: receivers %v and route to %s, want %s", c.name, names, a.Route.Receiver, c.receiver)
		}
		for _, r := range a.Route.Routes {
			if r.Receiver != "" && !slices.Contains(names, r.Receiver) {
				t.Errorf("%s: a route leads to %s, which is not there", c.name, r.Receiver)
			}
		}
		if !maps.Equal(a.Global, c.global) {
			t.Errorf("%s: global is %v, want %v", c.name, a.Global, c.global)
		}
		env := containerEnv(t, p, "alertmanager")
		secrets := must(dotenv.Parse([]byte(content(t, p, tree.EnvFile))))(t)
		if !slices.Equal(slices.Sorted(maps.Keys(env)), c.secrets) {
			t.Errorf("%s: its environment has %v, want %v", c.name, slices.Sorted(maps.Keys(env)), c.secrets)
		}
		for name, value := range env {
			if value == "" || value != secrets[name] {
				t.Errorf("%s: %s is %q, .env has %q", c.name, name, value, secrets[name])
			}
		}
	}
}

// TestAlertmanagerTargets: each receiver reads its secret from the file that
// start.sh writes, and mail goes to whom a person named.
func TestAlertmanagerTargets(t *testing.T) {
	script := content(t, renderEdge(t, func(*Request) {}), "alertmanager/start.sh")
	for _, c := range []struct {
		index, key, want string
	}{
		{"rocketchat", "api_url_file", "/run/alertmanager/url"},
		{"webhook", "url_file", "/run/alertmanager/url"},
		{"email", "to", "o'ps@yourcompany.com"},
	} {
		i := slices.IndexFunc(receivers, func(r receiverCase) bool { return r.name == c.index })
		a := decode[alertmanagerFile](t, renderEdge(t, receivers[i].change), "alertmanager/alertmanager.yaml")
		only := a.Receivers[0]
		config := slices.Concat(only.Slack, only.Webhook, only.Email)[0]
		if config[c.key] != c.want {
			t.Errorf("%s: %s is %v, want %s", c.index, c.key, config[c.key], c.want)
		}
		if strings.HasPrefix(c.want, "/") && !strings.Contains(script, ">"+c.want+"\n") {
			t.Errorf("start.sh does not write %s", c.want)
		}
	}
	if !strings.Contains(script, ">/run/alertmanager/smtp_password\n") {
		t.Error("start.sh does not write the password of the mail server")
	}
}

// TestAlertmanagerMessage: Alertmanager's own templates arrive as they are, and
// print what a person can read.
func TestAlertmanagerMessage(t *testing.T) {
	a := decode[alertmanagerFile](t, renderEdge(t, func(r *Request) { r.Alerts.Receiver = AlertRocketChat }),
		"alertmanager/alertmanager.yaml")
	message := a.Receivers[0].Slack[0]
	type alert struct{ Annotations map[string]string }
	data := map[string]any{"Status": "firing", "CommonLabels": map[string]string{"alertname": "DiskFull"},
		"Alerts": []alert{{map[string]string{"summary": "one"}}, {map[string]string{"summary": "two"}}}}
	for key, want := range map[string]string{"title": "FIRING: DiskFull", "text": "one\ntwo\n", "color": "danger",
		"username": "Alertmanager"} {
		text, _ := message[key].(string)
		if key != "username" && !strings.Contains(text, "{{") {
			t.Errorf("%s: %q is expanded already", key, text)
		}
		tmpl := must(template.New(key).Option("missingkey=error").Funcs(template.FuncMap{"toUpper": strings.ToUpper}).Parse(text))(t)
		var out bytes.Buffer
		if err := tmpl.Execute(&out, data); err != nil || out.String() != want {
			t.Errorf("%s: prints %q, error %v, want %q", key, out.String(), err, want)
		}
	}
}

// alternatives returns what a matcher of Alertmanager's takes for an alert's name.
func alternatives(matcher string) []string {
	value, ok := strings.CutPrefix(matcher, "alertname")
	if !ok {
		return nil
	}
	return strings.Split(strings.Trim(value, ` =~"`), "|")
}

// TestAlertmanagerInhibits: every name in an inhibition is an alert's. A name that
// no rule has would silence nothing, and nobody would see why.
func TestAlertmanagerInhibits(t *testing.T) {
	p := renderEdge(t, func(r *Request) { r.Instances, r.MongoDB.Members, r.Edition = 4, 3, Licensed })
	rules := decode[struct {
		Groups []struct{ Rules []struct{ Alert string } }
	}](t, p, "prometheus/rules/rocketchat.yaml")
	var names []string
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			names = append(names, r.Alert)
		}
	}
	file := decode[struct {
		Inhibit []struct {
			Source []string `yaml:"source_matchers"`
			Target []string `yaml:"target_matchers"`
		} `yaml:"inhibit_rules"`
	}](t, p, "alertmanager/alertmanager.yaml")
	if len(file.Inhibit) == 0 {
		t.Fatal("nothing inhibits anything: this test has nothing to say")
	}
	for _, rule := range file.Inhibit {
		for _, m := range slices.Concat(rule.Source, rule.Target) {
			for _, name := range alternatives(m) {
				if !slices.ContainsFunc(names, regexp.MustCompile("^(?:"+name+")$").MatchString) {
					t.Errorf("%s: no alert is called %s", m, name)
				}
			}
		}
	}
}
