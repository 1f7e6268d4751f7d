package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/alerts"
	"rcgen/generator/units"
	"rcgen/internal/container"
)

// stack is a project of a test that runs, with what its containers answer.
type deployed struct {
	plan          *generator.Plan
	containers    []container.Container
	containersErr error
	answers       map[string]string // of `docker exec`, by service
	execErr       map[string]error
	backups       []Backup
	backupsErr    error

	mu    sync.Mutex
	execs map[string]int
}

var stackTime = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// aStack has three replicas and a database of one member, and all is well.
func aStack() *deployed {
	p := &generator.Plan{Release: "8.9.1", Instances: 3}
	p.Request.Project = "chat"
	p.Deployment = alerts.Deployment{Instances: 3, Members: 1}
	s := &deployed{
		plan: p,
		answers: map[string]string{
			"mongodb": mongoSays(""), "prometheus": targetsSay + rulesSay(p.Rules()),
			"nats": `{"num_connections":4,"connections":[{"ip":"172.18.0.5"},{"ip":"172.18.0.6"},{"ip":"172.18.0.6"},{"ip":"172.18.0.7"}]}`,
		},
		execErr: map[string]error{},
		backups: []Backup{{Size: 5 * units.MiB, Made: stackTime.Add(-50 * time.Hour)},
			{Size: 3 * units.MiB, Made: stackTime.Add(-3 * time.Hour)}},
		execs: map[string]int{},
	}
	for _, name := range []string{"mongodb", "nats", "prometheus", "rocketchat-1", "rocketchat-2", "rocketchat-3"} {
		s.containers = append(s.containers, container.Container{ID: "id-of-" + name, Service: name, State: "running",
			Health: "healthy"})
	}
	return s
}

const targetsSay = `{"status":"success","data":{"activeTargets":[
	{"labels":{"job":"rocketchat","instance":"rocketchat-1"},"health":"up","lastError":""},
	{"labels":{"job":"rocketchat","instance":"rocketchat-2"},"health":"up","lastError":""},
	{"labels":{"job":"rocketchat","instance":"rocketchat-3"},"health":"up","lastError":""},
	{"labels":{"job":"nats","instance":"nats-exporter:7777"},"health":"up","lastError":""}]}}`

// rulesSay is what Prometheus says if it has loaded these rules and another one.
func rulesSay(rules []alerts.Rule) string {
	said := `{"name":"Mine","health":"unknown"}`
	for _, r := range rules {
		said += `,{"name":"` + r.Name + `","health":"ok"}`
	}
	return `{"status":"success","data":{"groups":[{"rules":[` + said + `]}]}}`
}

// mongoSays is an answer of the script in which a part is replaced, like "fcv":"7.0".
func mongoSays(part string) string {
	parts := []string{
		`"members":[{"host":"mongodb:27017","state":"PRIMARY"}]`, `"config":["mongodb:27017"]`, `"version":"8.0.26"`,
		`"fcv":"8.0"`,
		`"instances":[3.2,0.1,9.9]`, `"control":{"version":330,"locked":false,"age":null}`,
		`"statistics":{"age":7200,"modules":["auditing","scalability"]}`, `"errors":{}`,
	}
	for i := range parts {
		if name, _, _ := strings.Cut(part, ":"); name != "" && strings.HasPrefix(parts[i], name+":") {
			parts[i] = part
		}
	}
	return "{" + strings.Join(parts, ",") + "}\n"
}

// container gives one container of the stack another state.
func (s *deployed) container(service, state, health string) {
	i := slices.IndexFunc(s.containers, func(c container.Container) bool { return c.Service == service })
	s.containers[i].State, s.containers[i].Health = state, health
}

// gone removes the containers of a service.
func (s *deployed) gone(service string) {
	s.containers = slices.DeleteFunc(s.containers, func(c container.Container) bool { return c.Service == service })
}

// three makes the database one of three members.
func (s *deployed) three() {
	s.plan.Request.MongoDB.Members = 3
}

func (s *deployed) docker(_ context.Context, args ...string) (string, error) {
	if args[0] != "exec" {
		return "", fmt.Errorf("docker %s was not expected", args[0])
	}
	service := strings.TrimPrefix(args[1], "id-of-")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.execs[service]++
	return s.answers[service], s.execErr[service]
}

func (s *deployed) sources() Sources {
	return Sources{
		Plan: s.plan, Now: func() time.Time { return stackTime }, Clean: func(text string) string { return text },
		Docker: s.docker, Compose: s.docker,
		Containers: func(context.Context) ([]container.Container, error) { return s.containers, s.containersErr },
		Running: RunningSources{
			Backups: func() ([]Backup, error) { return s.backups, s.backupsErr },
		},
	}
}

// examine makes the checks of these names, all of the stack's own where none is given.
func (s *deployed) examine(t *testing.T, ids ...string) []Finding {
	t.Helper()
	return Run(t.Context(), s.sources(), ids).Checks
}

// stackChecks are those that a stack answers.
var stackChecks = []string{
	"replicas", "registered", "nats", "licence", "prometheus-targets", "alert-rules",
	"mongodb-primary", "mongodb-member-host", "mongodb-fcv", "migrations", "backups",
}

// TestStackWell: nothing is found where nothing is wrong, with one question to each
// container.
func TestStackWell(t *testing.T) {
	s := aStack()
	found := s.examine(t, stackChecks...)
	if len(found) != len(stackChecks) {
		t.Fatalf("%d findings of %d checks", len(found), len(stackChecks))
	}
	for i, f := range found {
		if f.ID != stackChecks[i] || f.Group != Running || f.Result != OK || f.Detail == "" || f.Fix != "" || f.What == "" {
			t.Errorf("%+v", f)
		}
	}
	for _, service := range []string{"mongodb", "prometheus", "nats"} {
		if s.execs[service] != 1 {
			t.Errorf("%s was asked %d times", service, s.execs[service])
		}
	}
}

// TestStackAbsent: nothing is said of what is not there.
func TestStackAbsent(t *testing.T) {
	for _, c := range []struct {
		name, detail, fix string
		change            func(*deployed)
	}{
		{"no project", "no project here", "rcgen init", func(s *deployed) { s.plan = nil }},
		{"no engine", "not known: no engine", "docker-engine",
			func(s *deployed) { s.containersErr = errors.New("no engine") }},
		{"never started", "nothing of the project runs", "rcgen apply", func(s *deployed) { s.containers = nil }},
		{"stopped", "nothing of the project runs", "rcgen apply", func(s *deployed) {
			for i := range s.containers {
				s.containers[i].State = "exited"
			}
		}},
	} {
		s := aStack()
		c.change(s)
		for _, f := range s.examine(t, stackChecks...) {
			if f.Result != Skip || !strings.Contains(f.Detail, c.detail) || !strings.Contains(f.Fix, c.fix) {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}

// found is what a check must say of a stack in which something is wrong.
type found struct {
	id          string
	change      func(*deployed)
	result      Result
	detail, fix string // what must be in it
}

func holdFound(t *testing.T, cases []found) {
	t.Helper()
	for _, c := range cases {
		s := aStack()
		c.change(s)
		expect(t, s.sources(), c.id, c.result, c.detail, c.fix)
	}
}

// TestStackGarbage: an answer that is none is never a good one.
func TestStackGarbage(t *testing.T) {
	for _, garbage := range []string{"", "\n", "{", "null", "[]", "42", "{}", `"text"`, "\x00\xff", targetsSay,
		mongoSays("")[:40], "<html>"} {
		s := aStack()
		for service := range s.answers {
			s.answers[service] = garbage
		}
		for _, f := range s.examine(t, stackChecks...) {
			if f.Result == OK && f.ID != "replicas" && f.ID != "backups" {
				t.Errorf("%q: %+v", garbage, f)
			}
			if f.Result != OK && (f.Detail == "" || f.Fix == "") {
				t.Errorf("%q: %+v", garbage, f)
			}
		}
	}
}
