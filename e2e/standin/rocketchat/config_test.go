package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// project is the environment a generated project gives a replica.
func project(change ...string) func(string) string {
	vars := map[string]string{
		"ROOT_URL":                             "https://chat.example.org",
		"PORT":                                 "3000",
		"MONGO_URL":                            "mongodb://rocketchat:pw@mongodb:27017/rocketchat?authSource=admin&replicaSet=rs0",
		"TRANSPORTER":                          "monolith+nats://rocketchat:pw@nats:4222",
		"HTTP_FORWARDED_COUNT":                 "1",
		"NODE_OPTIONS":                         "--max-old-space-size=1536",
		"OVERWRITE_SETTING_Prometheus_Enabled": "true",
		"OVERWRITE_SETTING_Prometheus_Port":    "9458",
		"ROCKETCHAT_LICENSE":                   "",
		"HOSTNAME":                             "rocketchat-1",
	}
	for i := 0; i+1 < len(change); i += 2 {
		vars[change[i]] = change[i+1]
	}
	return func(name string) string { return vars[name] }
}

func TestConfigOfAGeneratedProject(t *testing.T) {
	c, err := parseConfig(project())
	if err != nil {
		t.Fatal(err)
	}
	c.MongoURL = "" // as given
	want := config{
		Database: "rocketchat", RootURL: "https://chat.example.org", Port: 3000, BindIP: "0.0.0.0",
		NATS: "nats://rocketchat:pw@nats:4222", Metrics: true, MetricsPort: 9458, Forwarded: 1,
		LagLimit: 70 * time.Millisecond, HeapLimit: .85, HeapBytes: 1536 << 20,
		PingInterval: 10 * time.Second, Expire: time.Minute,
		Version: "8.9.1", Migration: 809, Hostname: "rocketchat-1", Start: 5 * time.Second, Migrating: time.Second,
	}
	if c != want {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestConfigValues(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          func(config) bool
	}{
		{"ROCKETCHAT_LICENSE", "scalability,auditing", func(c config) bool { return c.Scalability }},
		{"ROCKETCHAT_LICENSE", "starter", func(c config) bool { return !c.Scalability }},
		{"OVERWRITE_SETTING_Prometheus_Enabled", "", func(c config) bool { return !c.Metrics }},
		{"OVERWRITE_SETTING_Prometheus_Enabled", "1", func(c config) bool { return !c.Metrics }},
		{"PROMETHEUS_PORT", "9100", func(c config) bool { return c.MetricsPort == 9100 }},
		{"MONGO_URL", "mongodb://db:27017", func(c config) bool { return c.Database == "test" }},
		{"MONGO_URL", "mongodb://db:27017/chat", func(c config) bool { return c.Database == "chat" }},
		{"ROOT_URL", "http://localhost:3000/", func(c config) bool { return c.RootURL == "http://localhost:3000" }},
		{"TRANSPORTER", "", func(c config) bool { return c.NATS == "" }},
		{"NODE_OPTIONS", "", func(c config) bool { return c.HeapBytes == defaultHeap }},
		{"NODE_OPTIONS", "--max_old_space_size=512", func(c config) bool { return c.HeapBytes == 512<<20 }},
		{"HEAP_USAGE_PERCENT", "99", func(c config) bool { return c.HeapLimit == 99 }},
		{"EVENT_LOOP_LAG_MS", "250", func(c config) bool { return c.LagLimit == 250*time.Millisecond }},
		{"STANDIN_START", "0s", func(c config) bool { return c.Start == 0 }},
		{"STANDIN_MIGRATING", "5s", func(c config) bool { return c.Migrating == 5*time.Second }},
		{"STANDIN_VERSION", "9.10.0", func(c config) bool { return c.Migration == 910 }},
		{"STANDIN_UNHEALTHY", "1", func(c config) bool { return c.Unhealthy }},
		{"BYPASS_MONGO_VALIDATION", "Yes", func(c config) bool { return c.AnyMongo }},
	} {
		got, err := parseConfig(project(c.name, c.value))
		if err != nil || !c.ok(got) {
			t.Errorf("%s=%s: %+v, %v", c.name, c.value, got, err)
		}
	}
}

func TestConfigRefused(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"MONGO_URL", ""}, {"MONGO_URL", "postgres://db/x"}, {"MONGO_URL", "mongodb://"},
		{"ROOT_URL", ""}, {"ROOT_URL", "chat.example.org"}, {"ROOT_URL", "ftp://chat.example.org"},
		{"PORT", "x"}, {"PORT", "70000"}, {"HTTP_FORWARDED_COUNT", "-1"},
		{"STANDIN_START", "5"}, {"STANDIN_VERSION", "8.9"}, {"HEAP_USAGE_PERCENT", "much"},
		{"TRANSPORTER", "nats://rocketchat:pw@nats:4222"},
	} {
		_, err := parseConfig(project(c.name, c.value))
		if err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
}

func TestTransporter(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"", ""},
		{"monolith+nats://nats:4222", "nats://nats:4222"},
		{"monolith+nats://u:p@nats:4222", "nats://u:p@nats:4222"},
		{"monolith+nats://u:a+b@nats:4222", "nats://u:ab@nats:4222"}, // as the real one loses it
	} {
		if got, err := parseTransporter(c.value); err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.value, got, err)
		}
	}
	for _, value := range []string{
		"nats://nats:4222", "TCP", "monolith", "Monolith+nats://nats:4222", "monolith+TCP", "monolith+",
		"monolith+nats://u:secret%zz@nats:4222",
	} {
		_, err := parseTransporter(value)
		if !errors.Is(err, errTransporter) {
			t.Errorf("%q: %v", value, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in %q", err)
		}
	}
}

func TestNodeOptionsRefused(t *testing.T) {
	for _, value := range []string{
		"--max-old-space-siz=512", "--max-old-space-size", "--max-old-space-size=", "--max-old-space-size=12x",
		"--max-old-space-size=0", "--max-old-space-size=-5", "512", "--max-old-space-size=512 --inspect",
	} {
		var option *optionError
		if _, err := parseNodeOptions(value); !errors.As(err, &option) {
			t.Errorf("%q: %v", value, err)
		}
	}
}
