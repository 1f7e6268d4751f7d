package doctor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/units"
)

func pointOf(t *testing.T, r SupportReport, id string) SupportPoint {
	t.Helper()
	for _, p := range r.Points {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no point %s", id)
	return SupportPoint{}
}

func TestSupport(t *testing.T) {
	request := func(change func(*generator.Request)) func(*Sources) {
		return func(s *Sources) { s.Plan = planned(t, change) }
	}
	without := func(service string) func(*Sources) {
		return func(s *Sources) {
			images, _ := s.Project.Images(context.Background())
			delete(images, service)
		}
	}
	small := func(r *generator.Request) {
		r.Users, r.Instances, r.Host.Cores, r.Host.Memory = 50, 1, 4, 8*units.GiB
	}
	for _, c := range []struct {
		name   string
		change func(*Sources)
		id     string
		state  State
		detail string
	}{
		{"official", nil, "official-image", Met, "registry.rocket.chat/rocketchat/rocket.chat:8.9.1"},
		{"official, Docker Hub", func(s *Sources) {
			image("rocketchat-1", "rocketchat/rocket.chat:8.9.1@sha256:00")(s)
			image("rocketchat-2", "docker.io/rocketchat/rocket.chat")(s)
		}, "official-image", Met, "rocketchat/rocket.chat:8.9.1"},
		{"a mirror", image("rocketchat-2", "reg.example:5000/rocketchat/rocket.chat:8.9.1"), "official-image", Unknown,
			"reg.example:5000/rocketchat/rocket.chat:8.9.1: a copy"},
		{"built", image("rocketchat-2", ""), "official-image", NotMet, "built here: rocketchat-2"},
		{"no Rocket.Chat", func(s *Sources) { without("rocketchat-1")(s); without("rocketchat-2")(s) }, "official-image",
			Unknown, "no service"},
		{"no Compose", func(s *Sources) { s.Project.Images = answering[map[string]string](nil, told) }, "official-image", Met,
			"rocket.chat:8.9.1, as planned"},
		{"Compose", nil, "orchestration", Met, "2 instances for 3000 users on Docker Compose"},
		{"monolith", nil, "microservices", Met, "600 concurrent users"},
		{"too many for it", request(func(r *generator.Request) { r.Concurrent = 1000 }), "microservices", NotMet,
			"1000 concurrent users"},
		{"hardware", nil, "hardware", Met, "8 cores and 32GiB; 600 concurrent users ask for 7 cores and 9 GiB"},
		{"hardware, planned", func(s *Sources) {
			s.Docker = func(context.Context, ...string) (string, error) { return "", told }
		}, "hardware", Met, "8 cores and 32GiB, as planned"},
		{"hardware, three members", request(func(r *generator.Request) { r.MongoDB.Members = 3 }), "hardware", NotMet,
			"ask for 11 cores and 17 GiB"},
		{"hardware, few cores", func(s *Sources) { s.Docker = info(6, 32*units.GiB) }, "hardware", NotMet,
			"6 cores and 32GiB; "},
		{"hardware, little memory", func(s *Sources) { s.Docker = info(8, 8*units.GiB) }, "hardware", NotMet,
			"8 cores and 8GiB; "},
		{"too few processes", nil, "processes", NotMet,
			"2 instances on 8 cores, of which at most 7 are advised; 600 concurrent users need 5"},
		{"enough processes", request(func(r *generator.Request) { r.Instances = 5 }), "processes", Met,
			"5 instances on 8 cores"},
		{"too many processes", request(func(r *generator.Request) { r.Instances = 8 }), "processes", NotMet,
			"8 instances on 8 cores"},
		{"one process", func(s *Sources) { request(small)(s); s.Docker = info(4, 8*units.GiB) }, "processes", Met,
			"1 instance on 4 cores"},
		{"monitoring", nil, "monitoring", Met, "Prometheus and Grafana"},
		{"no monitoring", without("grafana"), "monitoring", NotMet, "no service grafana"},
		{"supported", nil, "supported-release", Met, "until 2027-10-31"},
		{"not supported", released(t, "8.4.4"), "supported-release", NotMet, "out of support"},
		{"newer than known", released(t, "9.4.0"), "supported-release", Unknown, "newer than"},
		{"MongoDB", nil, "mongodb", Met,
			"declared for 8.0; replica set rs0 of 1 member, where the system requirements list three"},
		{"three members", request(func(r *generator.Request) { r.MongoDB.Members = 3 }), "mongodb", Met,
			"replica set rs0 of 3 members"},
		{"MongoDB too old", image("mongodb", "mongo:6.0.1"), "mongodb", NotMet, "MongoDB 6.0"},
		{"MongoDB of one's own", request(func(r *generator.Request) { r.MongoDB.External = true }), "mongodb", Unknown,
			"your own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wellProject(t)
			if c.change != nil {
				c.change(&s)
			}
			p := pointOf(t, Support(t.Context(), s), c.id)
			if p.State != c.state || !strings.Contains(p.Detail, c.detail) {
				t.Errorf("got %s: %s", p.State, p.Detail)
			}
		})
	}
}

// TestSupportWhole: every point has a source with a date, and no path or secret gets
// into a detail.
func TestSupportWhole(t *testing.T) {
	s := wellProject(t)
	s.Clean = func(text string) string { return strings.ReplaceAll(text, "prom", "(secret)") }
	image("rocketchat-1", "prom/x:1.0")(&s)
	r := Support(t.Context(), s)
	if r.Project != "chat" || r.At.Format(time.RFC3339) != "2026-11-22T08:00:00Z" || len(r.Points) != 8 {
		t.Errorf("%s at %s, %d points", r.Project, r.At, len(r.Points))
	}
	for _, p := range r.Points {
		if p.Point == "" || p.Detail == "" || !strings.HasPrefix(p.Source, "https://") || p.Dated == "" ||
			strings.Contains(p.Detail, "prom/") {
			t.Errorf("%+v", p)
		}
	}
}

// TestVendorMinimum holds the rows of the vendor's table and what lies between.
func TestVendorMinimum(t *testing.T) {
	for concurrent, want := range map[int][2]demand{
		1: {{1, 2}, {2, 2}}, 25: {{1, 2}, {2, 2}}, 26: {{2, 4}, {2, 4}}, 499: {{2, 4}, {2, 4}},
		500: {{4, 4}, {2, 4}}, 2750: {{10, 8}, {5, 10}}, 5000: {{16, 12}, {8, 16}}, 9000: {{16, 12}, {8, 16}},
	} {
		if chat, member := vendorMinimum(concurrent); chat != want[0] || member != want[1] {
			t.Errorf("%d: %v and %v, want %v", concurrent, chat, member, want)
		}
	}
}

func TestSupportPrinted(t *testing.T) {
	r := SupportReport{Project: "chat", At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Points: []SupportPoint{
		{"a", "do a", Met, "is a", "https://a.example", "2026-01-02"},
		{"long-name", "do b", NotMet, "x|y *z* <b>", "https://b.example", "2025"},
	}}
	var text, markdown strings.Builder
	if err := errors.Join(r.Print(&text), r.Markdown(&markdown)); err != nil {
		t.Fatal(err)
	}
	wantText := `chat and what Rocket.Chat recommends, 2026-11-22 08:00:00 UTC

met      a          is a
                    vendor: do a
                    source: https://a.example (2026-01-02)
not met  long-name  x|y *z* <b>
                    vendor: do b
                    source: https://b.example (2025)

2 points: 1 met, 1 not met, 0 unknown
`
	wantMarkdown := `# chat and what Rocket.Chat recommends, 2026-11-22 08:00:00 UTC

2 points: 1 met, 1 not met, 0 unknown.

| Point | State | Rocket.Chat recommends | Here | Source |
| --- | --- | --- | --- | --- |
| a | met | do a | is a | https://a.example (2026-01-02) |
| long-name | not met | do b | x\|y \*z\* \<b> | https://b.example (2025) |
`
	if text.String() != wantText {
		t.Errorf("text:\n%s", &text)
	}
	if markdown.String() != wantMarkdown {
		t.Errorf("markdown:\n%s", &markdown)
	}
}
