package inspect

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/project"
	"rcgen/internal/status"
)

func TestFiles(t *testing.T) {
	dir, _ := aProject(t)
	l := look{dir: dir, random: random()}
	hold := func(what string, want ...status.FileDrift) {
		t.Helper()
		if got, err := l.files(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
		}
	}
	hold("as it was written")
	remove(t, dir, ".env") // a clone
	hold("without secrets")
	remove(t, dir, "README.md")
	hold("without a file", status.FileDrift{Path: "README.md", Change: "create"})
	if got, err := l.pendingFiles(); err != nil || !slices.Equal(got, []string{"README.md"}) {
		t.Errorf("pending: %q, %v", got, err)
	}
	write(t, dir, "rcgen.yaml", "users: many\n")
	if got, err := l.files(); err == nil {
		t.Errorf("broken rcgen.yaml: got %v and no error", got)
	}
	var none *project.MissingError
	if _, err := (look{dir: t.TempDir()}).files(); !errors.As(err, &none) {
		t.Errorf("no project: %v", err)
	}
}

func TestRunning(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services: {}\n")
	f := fakeEngine{
		project: engine.Project{Name: "chat", Services: map[string]engine.Service{
			"rocketchat-1": {Hash: "1", Image: "rocket.chat:8.9.1", Replicas: 1},
			"mongodb":      {Hash: "2", Image: "mongo:8.0.26", Replicas: 1},
			"off":          {Disabled: true},
		}},
		containers: []container.Container{
			of("rocketchat-1", "rocket.chat:8.9.1"), of("mongodb", "mongo:8.0.26"), of("off", "x:1"), of("old", "x:1"),
			oneOff("mongodb", "mongo:8.0.26"),
		},
	}
	docker, _ := f.found()(t.Context())
	r, err := look{dir: dir}.running(t.Context(), docker, planned())
	if err != nil || r.Project != "chat" || r.Unread != nil {
		t.Fatalf("got %+v, %v", r, err)
	}
	if got, want := services(r), []string{"rocketchat-1", "mongodb", "old"}; !slices.Equal(got, want) {
		t.Errorf("containers: got %q, want %q", got, want)
	}
	if c := r.Containers[0]; c.ID != "id-of-rocketchat-1" || c.Number != 1 || c.State != "running" ||
		c.Image != "rocket.chat:8.9.1" {
		t.Errorf("got %+v", c)
	}
	if got, want := kinds(r), []string{"mongodb changed", "old orphan"}; !slices.Equal(got, want) {
		t.Errorf("drift: got %q, want %q", got, want)
	}
	f.containersErr = errors.New("the engine does not run")
	if _, err := (look{dir: dir}).running(t.Context(), docker, planned()); !errors.Is(err, f.containersErr) {
		t.Errorf("no engine: %v", err)
	}
}

// TestRunningUnread: files that cannot be read leave the containers of the planned
// project, and what the plan lacks.
func TestRunningUnread(t *testing.T) {
	dir := t.TempDir()
	p := planned()
	p.Services = []generator.Service{{Name: stack.RocketChat}, {Name: "nats"}}
	p.Instances, p.Request.MongoDB.External = 1, true
	f := fakeEngine{projectErr: errors.New("broken"),
		containers: []container.Container{of("rocketchat-1", "rocket.chat:8.9.1")}}
	docker, _ := f.found()(t.Context())
	for _, unread := range []string{"there is no compose.yaml", "broken"} {
		r, err := look{dir: dir}.running(t.Context(), docker, p)
		if err != nil || r.Project != "chat" || r.Unread == nil || r.Unread.Error() != unread {
			t.Errorf("got %+v, %v", r, err)
		}
		if got := kinds(r); !slices.Equal(got, []string{"nats missing"}) || len(r.Containers) != 1 {
			t.Errorf("%s: drift %q, containers %v", unread, got, r.Containers)
		}
		write(t, dir, "compose.yaml", "services: what\n")
	}
	if f.asked != 1 {
		t.Errorf("Compose was asked %d times, once without a file", f.asked)
	}
}

func services(r status.Running) []string {
	var all []string
	for _, c := range r.Containers {
		all = append(all, c.Service)
	}
	return all
}

func kinds(r status.Running) []string {
	var all []string
	for _, d := range r.Drift {
		all = append(all, d.Service+" "+string(d.Kind))
	}
	return all
}

func TestAsPlanned(t *testing.T) {
	p := generator.Plan{Services: []generator.Service{{Name: stack.RocketChat}, {Name: "mongodb"}, {Name: "nats"}}}
	p.Instances = 2
	p.Request.MongoDB.Members = 2
	second := of("nats", "nats:2")
	second.Number = 2
	got := asPlanned(p, []container.Container{
		of("rocketchat-1", "rocket.chat:8.9.1"), of("nats", "nats:2"), second, of("mine", "x:1"),
		oneOff("mongodb", "mongo:8"),
	})
	want := map[string]engine.Service{
		"rocketchat-1": {Hash: "1", Image: "rocket.chat:8.9.1", Replicas: 1}, "rocketchat-2": {Replicas: 1},
		"mongodb": {Replicas: 1}, "mongodb-2": {Replicas: 1},
		"nats": {Hash: "1", Image: "nats:2", Replicas: 2}, "mine": {Hash: "1", Image: "x:1", Replicas: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

// TestStatus asks about a generated project by an engine that answers nothing but which
// containers run.
func TestStatus(t *testing.T) {
	dir, plan := aProject(t)
	f := fakeEngine{project: engine.Project{Name: "chat", Services: map[string]engine.Service{}}}
	for _, name := range plan.Replicas() {
		f.project.Services[name] = engine.Service{Hash: "1", Image: "rocket.chat:8.9.1", Replicas: 1}
		f.containers = append(f.containers, of(name, "rocket.chat:8.9.1"))
	}
	s, err := look{dir: dir, random: random(), compose: f.found()}.status(t.Context())
	if err != nil || s.Project != "chat" || len(s.Replicas) != 2 || s.Replicas[0].State != "running" || s.OK {
		t.Fatalf("got %+v, %v", s, err)
	}
	if s.Drift.Files == nil || len(s.Drift.Files)+len(s.Drift.Containers) > 0 {
		t.Errorf("drift: %+v", s.Drift)
	}
	var unknown []string
	for _, u := range s.Unknown {
		unknown = append(unknown, u.Question)
	}
	slices.Sort(unknown)
	if want := []string{status.AskPrometheus, status.AskUsage}; !slices.Equal(unknown, want) {
		t.Errorf("unknown: got %q, want %q", unknown, want)
	}
}

func TestStatusRefused(t *testing.T) {
	dir, _ := aProject(t)
	down := errors.New("no docker")
	if _, err := (look{dir: dir, compose: lost(down)}).status(t.Context()); !errors.Is(err, down) {
		t.Errorf("no engine: %v", err)
	}
	var none *project.MissingError
	if _, err := Status(t.Context(), t.TempDir(), random()); !errors.As(err, &none) || none.NoDir {
		t.Errorf("no project: %v", err)
	}
}
