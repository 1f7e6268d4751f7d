package doctor

import (
	"context"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

func TestCheckTags(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	testProjectCases(t, "image-tags", []projectCase{
		{"all named", nil, OK, "6 images", ""},
		{"none", image("nats", "nats"), Fail, "names no version: nats (nats)", "compose.override.yaml"},
		{"none, a port", image("nats", "reg.example:5000/nats"), Fail, "nats (reg.example:5000/nats)", "numbers"},
		{"latest", image("nats", "nats:latest"), Fail, "nats:latest", "numbers"},
		{"develop", image("rocketchat-1", "rocketchat/rocket.chat:develop"), Fail, "rocket.chat:develop", "release"},
		{"major alone", image("mongodb", "mongo:8"), Warn, "major version alone, another image any day: mongodb (mongo:8)",
			"numbers"},
		{"major and flavour", image("mongodb", "traefik:v3-alpine"), Warn, "traefik:v3-alpine", "numbers"},
		{"minor", image("mongodb", "reg.example:5000/mongo:8.0"), OK, "6 images", ""},
		{"digest", image("nats", "nats"+digest), OK, "6 images", ""},
		{"digest of latest", image("nats", "nats:latest"+digest), OK, "6 images", ""},
		{"built", image("nats", ""), OK, "6 images", ""},
		{"no Compose", func(s *Sources) { s.Project.Images = answering[map[string]string](nil, told) }, Skip,
			"not found on PATH", "install Docker"},
	})
}

func TestCheckRelease(t *testing.T) {
	at := func(release string, day string) func(*Sources) {
		return func(s *Sources) {
			released(t, release)(s)
			now, err := time.Parse(time.RFC3339, day)
			if err != nil {
				t.Fatal(err)
			}
			s.Now = func() time.Time { return now }
		}
	}
	testProjectCases(t, "release-support", []projectCase{
		{"supported", nil, OK, "8.9.1 is supported until 2027-10-31 (343 days)", ""},
		{"31 days left", at("8.9.1", "2027-10-01T00:00:00Z"), OK, "(31 days)", ""},
		{"less than 30 days left", at("8.9.1", "2027-10-02T00:00:01Z"), Warn, "until 2027-10-31, 29 days from now",
			"take a newer rcgen"},
		{"last day", at("8.9.1", "2027-10-31T23:59:00Z"), Warn, "0 days", "newer rcgen"},
		{"ends soon, and a newer one goes on", at("8.8.1", "2027-03-20T00:00:00Z"), Warn,
			"until 2027-03-31, 12 days from now", "rcgen upgrade --release 8.9.1 --plan"},
		{"over, and nothing newer is supported", at("8.9.1", "2027-11-01T00:00:01Z"), Fail, "out of support since 2027-10-31",
			"take a newer rcgen"},
		{"over, to the long-term one", released(t, "8.4.4"), Fail, "out of support since 2026-10-31",
			"rcgen upgrade --release 8.9.1 --plan"},
		{"over, and nothing newer is known", at("9.0.0", "2028-01-01T00:00:00Z"), Fail, "9.0.0", "take a newer rcgen"},
		{"never", released(t, "9.0.0-rc.1"), Fail, "no support", "rcgen upgrade --release 9.0.0"},
		{"newer than known", released(t, "9.4.0"), Skip, "newer than what this rcgen knows", "rcgen releases --refresh"},
		{"bad", released(t, "8.9.0"), Fail, "8.9.0 is known bad: a start that failed", "rcgen upgrade --release 8.9.1"},
		{"no release", func(s *Sources) { s.Plan.Release = "develop" }, Skip, `"develop"`, ""},
	})
}

func TestCheckMongoDB(t *testing.T) {
	testProjectCases(t, "mongodb-release", []projectCase{
		{"declared", nil, OK, "MongoDB 8.0, and Rocket.Chat 8.9.1 is declared for 8.0", ""},
		{"stated to work", image("mongodb", "mongo:8.2.11"), Warn, "8.2 is stated to work with Rocket.Chat 8.9.1",
			"cannot go back"},
		{"too old", image("mongodb", "reg.example/mongo:7.0.37-jammy"), Fail,
			"MongoDB 7.0, and Rocket.Chat 8.9.1 is declared for 8.0", "rcgen upgrade --release 8.9.1 --plan"},
		{"unreadable", image("mongodb", "mongo:noble"), Skip, "mongo:noble", "mongo:8.0"},
		{"no Compose, so the plan's", func(s *Sources) { s.Project.Images = answering[map[string]string](nil, told) }, OK,
			"MongoDB 8.0", ""},
		{"one's own", func(s *Sources) {
			s.Plan = planned(t, func(r *generator.Request) { r.MongoDB.External = true })
		}, Skip, "your own", "db.version()"},
		{"no release", func(s *Sources) { s.Plan.Release = "develop" }, Skip, `"develop"`, ""},
	})
}

func TestCheckPlanHost(t *testing.T) {
	machine := func(cores int, memory units.Bytes) func(*Sources) {
		return func(s *Sources) { s.Docker = info(cores, memory) }
	}
	away := func(s *Sources) {
		s.Docker = func(context.Context, ...string) (string, error) { return "", told }
	}
	testProjectCases(t, "plan-host", []projectCase{
		{"the same", nil, OK, "8 cores and 32GiB, planned are 8 cores and 32GiB", ""},
		{"what the kernel leaves of it", machine(8, 31*units.GiB), OK, "31GiB", ""},
		{"more", machine(16, 64*units.GiB), OK, "more than the planned", ""},
		{"less memory", machine(8, 28*units.GiB), Warn, "8 cores and 28GiB, planned are 8 cores and 32GiB",
			"host: {cores: 8, memory: 28GiB}"},
		{"fewer cores", machine(6, 32*units.GiB), Warn, "the machine has 6 cores", "cores: 6"},
		{"limits beyond the memory", machine(8, 2*units.GiB), Fail, "the machine has 8 cores and 2GiB", "memory: 2GiB"},
		{"limits beyond the cores", machine(1, 32*units.GiB), Fail, "Docker does not start it", "cores: 1"},
		{"no engine", away, OK, "measured where rcgen runs", ""},
		{"garbage of an engine", func(s *Sources) {
			s.Docker = func(context.Context, ...string) (string, error) { return "<html>", nil }
		}, OK, "measured where rcgen runs", ""},
		{"nobody knows", func(s *Sources) { away(s); s.Project.Machine = answering(stack.Host{}, told) }, Skip, "not known",
			"run this on the machine"},
	})
}
