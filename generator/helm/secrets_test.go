package helm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rcgen/generator"
)

// TestEnvironment: what is secret goes to the Secret, what is not is written as Compose
// would have understood it and Kubernetes does not change it.
func TestEnvironment(t *testing.T) {
	r := exampleRequest(t)
	r.RocketChat.Env = map[string]string{
		"OVERWRITE_SETTING_Site_Name": "costs 5$$ (or $$(more), or $$$$)",
		"OVERWRITE_SETTING_Api_Key":   "prefix-${API_KEY}",
		"HTTP_PROXY":                  "$PROXY",
	}
	p := plan(t, r)
	env := map[string]string{}
	for _, v := range must(p.environment())(t) {
		env[v.Name] = v.Value
	}
	if got, want := env["OVERWRITE_SETTING_Site_Name"], "costs 5$$ (or $$(more), or $$$$)"; got != want {
		t.Errorf("Site_Name is %q, want %q", got, want)
	}
	if env["NODE_OPTIONS"] != "--max-old-space-size=1536" || env["HTTP_FORWARDED_COUNT"] != "1" {
		t.Errorf("%v", env)
	}
	var keys []string
	for _, k := range p.envSecret().keys {
		keys = append(keys, k.name+"="+k.from)
		if _, twice := env[k.name]; twice {
			t.Errorf("%s is in the values and in the Secret", k.name)
		}
	}
	want := []string{"HTTP_PROXY=PROXY", "OVERWRITE_SETTING_Api_Key=API_KEY",
		"OVERWRITE_SETTING_FileUpload_S3_AWSAccessKeyId=S3_ACCESS_KEY_ID",
		"OVERWRITE_SETTING_FileUpload_S3_AWSSecretAccessKey=S3_SECRET_ACCESS_KEY",
		"OVERWRITE_SETTING_SMTP_Password=SMTP_PASSWORD", "ROCKETCHAT_LICENSE=ROCKETCHAT_LICENSE"}
	if !slices.Equal(keys, want) {
		t.Errorf("Secret %v, want %v", keys, want)
	}
	for _, v := range p.compose.Request.Environment() {
		_, inValues := env[v.Name]
		inSecret := slices.ContainsFunc(p.envSecret().keys, func(k wantedKey) bool { return k.name == v.Name })
		if inValues == inSecret {
			t.Errorf("%s: values %v, Secret %v", v.Name, inValues, inSecret)
		}
	}
}

func TestReferences(t *testing.T) {
	for value, want := range map[string]string{
		"plain":                       "[] plain",
		"${A:?is missing from .env}":  "[A] ",
		"$A":                          "[A] ",
		"x ${A}-$B y":                 "[A B] x - y",
		"costs 5$$ and ${A:-default}": "[A] costs 5 and ",
	} {
		names, rest := references(value)
		if got := fmt.Sprint(names, " ", rest); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

// TestTransporter: a monolith wants to be told that it is one; microservices must not
// be (RocketChat/Rocket.Chat#29373).
func TestTransporter(t *testing.T) {
	for name, want := range map[string]string{"microservices": "nats://rocketchat:",
		"monolith": "monolith+nats://rocketchat:", "one": ""} {
		r := requests(t)[name]
		file := string(export(t, r, Options{Target: TargetHelm})["secrets.example.yaml"])
		if got := strings.Contains(file, "transporter: "+want); got != (want != "") {
			t.Errorf("%s: %s", name, file)
		}
		readme := string(export(t, r, Options{Target: TargetHelm})[ReadmeFile])
		if want != "" && !strings.Contains(readme, "printf '"+want+"%s@rocketchat-nats:4222'") {
			t.Errorf("%s: the README makes another address", name)
		}
	}
}

// TestSecretsNamed: each Secret that an object or a value refers to is in the template,
// and the README makes it from files.
func TestSecretsNamed(t *testing.T) {
	for name, r := range requests(t) {
		for _, target := range Targets() {
			tree := export(t, r, Options{Target: target})
			for _, s := range plan(t, r).secrets(Options{Target: target}) {
				if !strings.Contains(string(tree["secrets.example.yaml"]), "name: "+s.name+"\n") {
					t.Errorf("%s, %s: %s has no template", name, target, s.name)
				}
				if !strings.Contains(string(tree[ReadmeFile]),
					"create secret "+map[string]string{opaque: "generic", tlsKey: "tls"}[s.kind]+" "+s.name) {
					t.Errorf("%s, %s: the README does not make %s", name, target, s.name)
				}
				if len(s.keys) == 0 {
					t.Errorf("%s, %s: %s is empty, and the pods would not start", name, target, s.name)
				}
			}
		}
	}
}

// TestFromCompose: the database moves where it was bundled, and stays where it was not.
func TestFromCompose(t *testing.T) {
	r := exampleRequest(t)
	outside := string(must(FromCompose(plan(t, r), Options{Target: TargetHelm}))(t))
	r.MongoDB = generator.MongoDB{Members: 3}
	bundled := string(must(FromCompose(plan(t, r), Options{Target: TargetHelm, ExternalMongoDB: true}))(t))
	for _, word := range []string{"mongodump", "mongorestore", "--nsInclude='rocketchat.*'"} {
		if !strings.Contains(bundled, word) || strings.Contains(outside, word) {
			t.Errorf("%s: bundled %v, outside %v", word, strings.Contains(bundled, word), strings.Contains(outside, word))
		}
	}
	steps := []string{"## 1. Days before", "docker compose stop", "mongodump", "mongorestore", "rollout status",
		"## 7. Switch DNS", "## What cannot be carried"}
	last := -1
	for _, s := range steps {
		i := strings.Index(bundled, s)
		if i <= last {
			t.Errorf("%q is not after what comes before it", s)
		}
		last = i
	}
}
