package status

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/internal/container"
)

// TestProblems has one change of what is found out a case, and what is wrong then.
func TestProblems(t *testing.T) {
	drift := func(d ...container.Drift) func(*answers) {
		return func(a *answers) { a.running.Drift = d }
	}
	until := func(days float64) func(*answers) {
		return func(a *answers) {
			end := noon.Add(time.Duration(days * float64(24*time.Hour)))
			a.samples = append(without(a.samples, seriesCertificate),
				series(float64(end.Unix()), seriesCertificate, "sans", "chat.firma.de,x"))
		}
	}
	gone := func(name string) func(*answers) {
		return func(a *answers) { a.samples = without(a.samples, name) }
	}
	for name, c := range map[string]struct {
		change func(*answers)
		want   []string
	}{
		"well": {func(*answers) {}, nil},
		"unhealthy": {drift(container.Drift{Service: "rocketchat-2", Container: "c", Kind: container.Unhealthy,
			Detail: "fails its health check"}), []string{"service: rocketchat-2: fails its health check"}},
		"stopped": {drift(container.Drift{Service: "nats", Container: "c", Kind: container.Stopped,
			Detail: "exited with code 1"}), []string{"service: nats: does not run: exited with code 1"}},
		"missing": {drift(container.Drift{Service: "nats", Container: "", Kind: container.Missing,
			Detail: "no container"}), []string{"service: nats: without a container"}},
		"two missing": {drift(container.Drift{Service: "loki", Container: "", Kind: container.Missing, Detail: ""},
			container.Drift{Service: "nats", Container: "", Kind: container.Missing, Detail: ""}),
			[]string{"service: loki, nats: without a container"}},
		"starting": {func(a *answers) { a.running.Containers[3].Health = "starting" },
			[]string{"service: rocketchat-2: is not ready yet"}},
		"one planned": {func(a *answers) { a.plan.Instances = 3 },
			[]string{"replicas: rocketchat: 2 of 3 replicas are there"}},
		"one too many": {func(a *answers) { a.plan.Instances = 1 }, nil}, // that is drift of the files
		"no primary": {func(a *answers) { a.samples[2].value = 2 },
			[]string{"mongodb: mongodb: no primary: nothing can be written"}},
		"no mongodb": {gone(seriesMember),
			[]string{"mongodb: mongodb: no measurement: it or its exporter does not answer, or has only just started"}},
		"no nats": {gone(seriesNATS),
			[]string{"nats: nats: no measurement: it or its exporter does not answer, or has only just started"}},
		"no cert":      {gone(seriesCertificate), []string{"certificate: certificates: Traefik has none"}},
		"cert 14 days": {until(14), nil},
		"cert 13 days": {until(13.9), []string{"certificate: chat.firma.de: expires on 2026-12-06, 13 days left"}},
		"cert today":   {until(0.1), []string{"certificate: chat.firma.de: expires on 2026-11-22, 0 days left"}},
		"cert expired": {until(-0.1), []string{"certificate: chat.firma.de: expired on 2026-11-22"}},
		"no https": {func(a *answers) {
			a.plan.Deployment.HTTPS = false
			a.samples = without(a.samples, seriesCertificate)
		}, nil},
		"last day": {func(a *answers) { a.support = "2026-11-22" }, nil},
		"support ended": {func(a *answers) { a.support = "2026-11-21" },
			[]string{"release: release: 8.9.1 is out of support since 2026-11-21"}},
		"no support":  {func(a *answers) { a.support = "" }, []string{"release: release: 8.9.1 has no support"}},
		"new release": {func(a *answers) { a.support, a.supportKnown = "", false }, nil},
		"alert": {func(a *answers) {
			a.samples = append(a.samples, series(1, seriesAlerts, "alertname", "NATSDown", "severity", "critical", "alertstate",
				"firing", "instance", "nats-exporter:7777"))
		}, []string{"alert: NATSDown: fires for nats-exporter:7777"}},
		"warning": {func(a *answers) {
			a.samples = append(a.samples, series(1, seriesAlerts, "alertname", "A", "severity", "warning", "alertstate",
				"firing"))
		}, nil},
		"pending": {func(a *answers) {
			a.samples = append(a.samples, series(1, seriesAlerts, "alertname", "A", "severity", "critical", "alertstate",
				"pending"))
		}, nil},
		"unfinished": {func(a *answers) { a.unfinished = true },
			[]string{"drift: apply: is unfinished: not all replicas have their requests and websockets"}},
		"file": {func(a *answers) { a.files = []FileDrift{{"compose.yaml", "replace"}} },
			[]string{"drift: files: 1 file differs from rcgen.yaml: compose.yaml"}},
		"image": {drift(container.Drift{Service: "nats", Container: "c", Kind: container.Image,
			Detail: "nats:1, the files say nats:2"}), []string{"drift: nats: nats:1, the files say nats:2"}},
		"images": {drift(container.Drift{Service: "a", Container: "c", Kind: container.Image, Detail: "x"},
			container.Drift{Service: "b", Container: "c", Kind: container.Image, Detail: "y"}),
			[]string{"drift: a, b: made from another image than the files now say"}},
		"orphan": {drift(container.Drift{Service: "old", Container: "c", Kind: container.Orphan,
			Detail: "its service is not in the files"}), []string{"drift: old: its service is not in the files"}},
		"another way": {drift(container.Drift{Service: "old", Container: "c", Kind: container.Replicas,
			Detail: "2, the files say 1"}), []string{"drift: old: 2, the files say 1"}},
		"all unknown": {func(a *answers) {
			a.samplesErr, a.usageErr, a.filesErr, a.running.Unread = errors.New("p"), errors.New("u"),
				errors.New("open /home/jane/chat/.env: no"), errors.New("c")
			a.samples, a.usage, a.files = nil, nil, nil
		}, []string{
			"unknown: prometheus: users, MongoDB, NATS, certificates and alerts are not known: p",
			"unknown: usage: CPU and memory are not known: u",
			"unknown: files: rcgen.yaml could not be compared with the files: open .env: no",
			"unknown: containers: the files could not be compared with the containers: c",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a := well()
			c.change(&a)
			s := a.assemble(noon)
			var got []string
			for _, p := range s.Wrong {
				got = append(got, told(p))
				if p.Hint == "" {
					t.Errorf("%s: no hint", told(p))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if s.OK != (len(c.want) == 0) {
				t.Errorf("ok is %t", s.OK)
			}
		})
	}
}

// TestKeys holds the form of the JSON: programs of other people read it.
func TestKeys(t *testing.T) {
	a := well()
	a.files, a.running.Drift = []FileDrift{{}}, []container.Drift{{Kind: container.Orphan}}
	a.usageErr = errors.New("x")
	a.samples = append(a.samples, series(1, seriesAlerts, "alertstate", "firing"))
	data, err := json.Marshal(a.assemble(noon))
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	var got []string
	paths("", read, &got)
	slices.Sort(got)
	container := " service number state health image created users cpu cpu_limit memory memory_limit"
	want := expand("project at ok", "replicas[]"+container, "services[]"+container, "users connected planned",
		"mongodb known primary members",
		"nats up connections", "certificates[] name until days", "release release supported until days",
		"alerts[] name severity of",
		"drift.files[] path change", "drift.containers[] service container kind detail", "unknown[] question reason",
		"wrong[] code subject message hint")
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// expand is the paths of keys: those of the first group stand at the top, of the
// others below their first word.
func expand(top string, groups ...string) []string {
	all := strings.Fields(top)
	for _, g := range groups {
		words := strings.Fields(g)
		for _, key := range words[1:] {
			all = append(all, words[0]+"."+key)
		}
	}
	slices.Sort(all)
	return all
}

// paths adds the path of every value that is no object and no filled array.
func paths(at string, v any, to *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, below := range v {
			paths(strings.TrimPrefix(at+"."+key, "."), below, to)
		}
	case []any:
		for _, below := range v {
			paths(at+"[]", below, to)
		}
	default:
		*to = append(*to, at)
	}
}

func TestReplicasInOrder(t *testing.T) {
	a := well()
	a.running.Containers = []container.Container{running("rocketchat-10", ""), running("rocketchat-2", ""),
		running("rocketchat-exporter", ""), running("mongodb", "")}
	a.running.Drift = []container.Drift{{Service: "rocketchat-1", Kind: container.Missing}}
	s := a.assemble(noon)
	names := func(all []Row) (names []string) {
		for _, c := range all {
			names = append(names, c.Service+" "+c.State)
		}
		return names
	}
	if got := names(s.Replicas); !slices.Equal(got,
		[]string{"rocketchat-1 missing", "rocketchat-2 running", "rocketchat-10 running"}) {
		t.Errorf("replicas: %q", got)
	}
	if got := names(s.Services); !slices.Equal(got, []string{"mongodb running", "rocketchat-exporter running"}) {
		t.Errorf("services: %q", got)
	}
}

func TestWithoutPaths(t *testing.T) {
	for text, want := range map[string]string{
		"open /home/jane/chat/.env: no such file":                              "open .env: no such file",
		`stat "/srv/chat/compose.yaml" and (/etc/x)`:                           `stat "compose.yaml" and (x)`,
		`open C:\Users\jane\chat\rcgen.yaml: denied`:                           "open rcgen.yaml: denied",
		"at unix:///var/run/docker.sock":                                       "at docker.sock",
		"Get http://127.0.0.1:9090/api/v1/query":                               "Get http://127.0.0.1:9090/api/v1/query",
		"registry.rocket.chat/rocketchat/rocket.chat:8.9.1, templates/x.yaml ": "registry.rocket.chat/rocketchat/rocket.chat:8.9.1, templates/x.yaml ",
		"/tmp/a/b c": "b c",
	} {
		if got := WithoutPaths(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestStopped has a replica that has ended: what was last measured of it says nothing.
func TestStopped(t *testing.T) {
	a := well()
	a.running.Containers[3].State, a.running.Containers[3].Health = "exited", "unhealthy"
	s := a.assemble(noon)
	if c := s.Replicas[1]; c.Health != "" || c.Users != nil || *s.Users.Connected != 7 {
		t.Errorf("got %+v, %d connected", c, *s.Users.Connected)
	}
}
