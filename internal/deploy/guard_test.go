package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/tree"
	"rcgen/internal/engine"
	"rcgen/internal/project"
)

// refusal is what a guard says; an empty one is none.
type refusal struct{ what, hint string }

// check opens a project and checks that it is refused so, and that nothing was changed.
func (r refusal) check(t *testing.T, d *docker, p *project.Project) {
	t.Helper()
	opened, err := Open(t.Context(), p, d.engine(), defaults, quiet)
	if err == nil {
		opened.Close()
	}
	if r != (refusal{}) {
		wantError(t, err, r.what, r.hint)
	} else if err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if len(d.calls) > 0 {
		t.Errorf("changed: %q", d.calls)
	}
}

func TestMissingSecrets(t *testing.T) {
	without := strings.ReplaceAll(envText, "MONGODB_KEYFILE", "OTHER")
	for name, c := range map[string]struct {
		env     string
		volumes []string
		want    refusal
	}{
		"all there":       {env: envText, volumes: []string{"mongodb"}},
		"without volumes": {env: without, want: refusal{".env lacks MONGODB_KEYFILE", "rcgen generate"}},
		"with volumes": {env: without, volumes: []string{"mongodb", "uploads"},
			want: refusal{"project chat has data that knows the old values: volumes mongodb, uploads", "put the old .env back"}},
		"no .env": {want: refusal{"GRAFANA_ADMIN_PASSWORD", "rcgen generate"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := stage(t, 2)
			writeFile(t, d.dir, tree.EnvFile, c.env)
			d.volumes["chat"] = c.volumes
			c.want.check(t, d, p)
		})
	}
}

func TestRenamedProject(t *testing.T) {
	renamed := refusal{"called chat now, and what is here already is called old", "write project: old into rcgen.yaml"}
	for name, c := range map[string]struct {
		here    []string // projects with containers
		applied string   // what the last apply recorded
		volumes string   // the project that has some
		running bool     // the project has a container
		want    refusal
	}{
		"new":                   {},
		"own containers":        {here: []string{"chat"}},
		"containers of another": {here: []string{"old"}, want: renamed},
		"another beside it":     {here: []string{"chat", "old"}, want: renamed},
		"it runs":               {here: []string{"chat", "old"}, running: true},
		"volumes of another":    {applied: "# a comment\nname: old\nservices: {}\n", volumes: "old", want: renamed},
		"its own volumes":       {applied: "name: chat\n", volumes: "chat"},
		"no volumes any more":   {applied: "name: old\n", volumes: "chat"},
		"a name further in":     {applied: "networks:\n  default:\n    name: old\n", volumes: "old"},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := stage(t, 2)
			d.here = c.here
			d.volumes[c.volumes] = []string{"uploads"}
			if c.running {
				d.run("nats", "nats:1")
			}
			if c.applied != "" {
				writeFile(t, d.dir, tree.AppliedFile, c.applied)
			}
			c.want.check(t, d, p)
		})
	}
}

func TestOtherPasswordsThanTheContainer(t *testing.T) {
	other := refusal{
		".env has another MONGODB_ROOT_PASSWORD than chat-mongodb-1 was made with", "docker inspect chat-mongodb-1",
	}
	for name, c := range map[string]struct {
		made     []string
		external bool // the files have no MongoDB
		want     refusal
	}{
		"the same": {made: []string{"PATH=/bin", "MONGODB_ROOT_PASSWORD=root-0123456789"}},
		"another":  {made: []string{"MONGODB_ROOT_PASSWORD=older"}, want: other},
		"none":     {made: []string{"PATH=/bin"}},
		"external": {made: []string{"MONGODB_ROOT_PASSWORD=older"}, external: true},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := stage(t, 2)
			d.run("mongodb", "mongo:1")
			d.made = c.made
			if c.external {
				delete(d.images, "mongodb")
			}
			c.want.check(t, d, p)
		})
	}
}

func TestOtherPasswordsThanTheRecord(t *testing.T) {
	d, p := stage(t, 2)
	opened := open(t, d, p, defaults)
	if err := opened.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	opened.Close()
	d.volumes["chat"] = []string{"mongodb"}
	refusal{}.check(t, d, p) // the same secrets

	d.environment["MONGODB_KEYFILE"] = "another"
	refusal{
		"other secrets of MongoDB than the last apply, and the volume chat_mongodb", "remove .rcgen/applied.yaml",
	}.check(t, d, p)

	d.volumes["chat"] = []string{"uploads"}
	refusal{}.check(t, d, p) // no database is left that knows the old ones
}

func TestSecretsSum(t *testing.T) {
	if sum := secretsSum(map[string]string{"PATH": "/bin"}); sum != "" {
		t.Errorf("without a secret: got %q, want nothing", sum)
	}
	sums := []string{
		secretsSum(map[string]string{"MONGODB_ROOT_PASSWORD": "ab"}),
		secretsSum(map[string]string{"MONGODB_APP_PASSWORD": "ab"}),
		secretsSum(map[string]string{"MONGODB_ROOT_PASSWORD": "a", "MONGODB_APP_PASSWORD": "b"}),
	}
	slices.Sort(sums)
	if len(slices.Compact(sums)) != 3 || len(sums[0]) != 16 {
		t.Errorf("got %q, want three with 16 digits", sums)
	}
}

func TestBrokenRequest(t *testing.T) {
	d, p := stage(t, 2)
	p.Request = []byte("version: 1\nusers: many\n")
	_, err := Open(t.Context(), p, d.engine(), defaults, quiet)
	if err == nil || !strings.HasPrefix(err.Error(), tree.RequestFile+": ") {
		t.Errorf("got %v, want an error of %s", err, tree.RequestFile)
	}
}

func TestOldCompose(t *testing.T) {
	_, p := stage(t, 2)
	old := engine.Fake(func(context.Context, string, []string) (string, error) { return "2.20.0\n", nil })
	_, err := Open(t.Context(), p, old, defaults, quiet)
	wantError(t, err, "version 2.20.0", "update it")
}
