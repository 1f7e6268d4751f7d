package inspect

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/host"
	"rcgen/internal/project"
)

func detected(context.Context) (host.Measured, error) {
	return host.Measured{Cores: 2, Memory: 1, CPUs: 8, Total: 32 << 30}, nil
}

func TestDoctor(t *testing.T) {
	empty, broken := t.TempDir(), t.TempDir()
	whole, plan := aProject(t)
	write(t, broken, "rcgen.yaml", "users: many\n")
	for _, c := range []struct {
		dir             string
		planned, broken bool
	}{{empty, false, false}, {broken, false, true}, {whole, true, false}} {
		s, err := Doctor(c.dir, random(), detected, time.Now)
		if err != nil || (s.Plan != nil) != c.planned || (s.Broken != nil) != c.broken {
			t.Errorf("plan %v, broken %v, error %v, want %v and %v", s.Plan != nil, s.Broken, err, c.planned, c.broken)
		}
		if m, err := s.Project.Machine(t.Context()); err != nil || m.Cores != 8 || m.Memory != 32*units.GiB {
			t.Errorf("machine: %+v, %v", m, err)
		}
		if c.planned && s.Plan.Request.Project != plan.Request.Project {
			t.Errorf("got the plan of %s", s.Plan.Request.Project)
		}
	}
	var none *project.MissingError
	if _, err := Doctor(empty+"/nowhere", random(), detected, time.Now); !errors.As(err, &none) || !none.NoDir {
		t.Errorf("no directory: %v", err)
	}
}

// TestDoctorFiles asks about the files of a generated project.
func TestDoctorFiles(t *testing.T) {
	dir, _ := aProject(t)
	s, err := Doctor(dir, random(), detected, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.Project.Validate(t.Context()); err != nil || len(found) > 0 {
		t.Errorf("validate: %v, %v", found, err)
	}
	if files, err := s.Project.Files(t.Context()); err != nil || len(files) > 0 {
		t.Errorf("files: %v, %v", files, err)
	}
	remove(t, dir, "README.md")
	write(t, dir, "compose.override.yaml", "services:\n  nats:\n    image: nats\n")
	if found, err := s.Project.Validate(t.Context()); err != nil || len(found) != 1 ||
		found[0].File != "compose.override.yaml" {
		t.Errorf("validate: %v, %v", found, err)
	}
	if files, err := s.Project.Files(t.Context()); err != nil || !slices.Equal(files, []string{"README.md"}) {
		t.Errorf("files: %v, %v", files, err)
	}
}

func TestDoctorAsks(t *testing.T) {
	f := fakeEngine{answers: map[string]string{"info": "docker says", "ps": "compose says"}}
	s := look{dir: t.TempDir(), docker: f.found(), compose: f.found()}.doctor(nil)
	if got, err := s.Docker(t.Context(), "info", "--format"); got != "docker says" || err != nil {
		t.Errorf("docker: %q, %v", got, err)
	}
	if got, err := s.Compose(t.Context(), "ps"); got != "compose says" || err != nil {
		t.Errorf("compose: %q, %v", got, err)
	}
	down := errors.New("not found on PATH")
	l := look{dir: t.TempDir(), docker: lost(down), compose: lost(down)}
	s = l.doctor(nil)
	_, err1 := s.Docker(t.Context(), "info")
	_, err2 := s.Compose(t.Context(), "ps")
	p := planned()
	_, err3 := l.containers(t.Context(), &p)
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, down) {
			t.Errorf("got %v", err)
		}
	}
	if all, err := l.containers(t.Context(), nil); all != nil || err != nil {
		t.Errorf("without a plan: %v, %v", all, err)
	}
}

func TestDoctorContainers(t *testing.T) {
	f := fakeEngine{containers: []container.Container{of("nats", "nats:2"), oneOff("mongodb", "mongo:8.0.26")}}
	f.containers[0].Health = "healthy"
	p := planned()
	want := f.containers[:1]
	got, err := (look{docker: f.found()}).containers(t.Context(), &p)
	if err != nil || len(got) != 1 || got[0].ID != "id-of-nats" || got[0].Health != "healthy" {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// TestComposeFiles: Compose reads the files once for all that ask.
func TestComposeFiles(t *testing.T) {
	dir := t.TempDir()
	f := fakeEngine{
		project: engine.Project{Name: "chat", Services: map[string]engine.Service{
			"mongodb": {Hash: "2", Image: "mongo:8.0.26", Replicas: 1}, "mine": {Built: true, Replicas: 1},
			"off":  {Disabled: true},
			"nats": {Hash: "1", Image: "nats:2", Replicas: 1},
		}},
		containers: []container.Container{of("mongodb", "mongo:8.0.26"), of("nats", "nats:2")},
	}
	f.containers[1].State = "exited" // is no matter of the files
	f.containers[1].ExitCode = 137
	l := look{dir: dir, compose: f.found()}
	if _, err := composeImages(t.Context(), l.composeProject()); err == nil || err.Error() != "there is no compose.yaml" {
		t.Errorf("without a file: %v", err)
	}
	write(t, dir, "compose.yaml", "services: {}\n")
	compose := l.composeProject()
	want := map[string]string{"mongodb": "mongo:8.0.26", "mine": "", "nats": "nats:2"}
	if got, err := composeImages(t.Context(), compose); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("images: %v, %v, want %v", got, err, want)
	}
	if got, err := driftedServices(t.Context(), compose); err != nil ||
		!slices.Equal(got, []string{"mine (missing)", "mongodb (changed)"}) {
		t.Errorf("drifted: %v, %v", got, err)
	}
	if f.asked != 1 {
		t.Errorf("asked %d times", f.asked)
	}
	f.containersErr = errors.New("the engine does not run")
	if _, err := driftedServices(t.Context(), compose); !errors.Is(err, f.containersErr) {
		t.Errorf("no engine: %v", err)
	}
}

// TestOnceLimited: an error is an answer too, and is not asked for again.
func TestOnceLimited(t *testing.T) {
	asked, refused := 0, errors.New("refused")
	ask := onceLimited(func(ctx context.Context) (int, error) {
		asked++
		if _, limited := ctx.Deadline(); !limited {
			t.Error("asked without a limit")
		}
		return asked, refused
	})
	for range 2 {
		if n, err := ask(t.Context()); n != 1 || !errors.Is(err, refused) {
			t.Errorf("got %d, %v", n, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	secret := func(mode fs.FileMode) *fstest.MapFile { return &fstest.MapFile{Data: []byte("x"), Mode: mode} }
	files, err := secretFiles(fstest.MapFS{
		".env": secret(0o644), ".env.old": secret(0o600), ".env.example": secret(0o644), "secrets/tls.key": secret(0o640),
		"secrets/tls.crt": secret(0o644), "secrets/.gitignore": secret(0o644), "chat.archive.gz": secret(0o604),
		"compose.yaml":       secret(0o644),
		"secrets/dir/inside": secret(0o644), tree.AppliedFile: secret(0o600),
	})
	var got []string
	for _, f := range files {
		got = append(got, f.Path+" "+f.Mode.String())
	}
	want := []string{".env -rw-r--r--", ".env.old -rw-------", "secrets/tls.key -rw-r-----", "chat.archive.gz -rw----r--",
		tree.AppliedFile + " -rw-------"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got\n%s\n%v\nwant\n%s", strings.Join(got, "\n"), err, strings.Join(want, "\n"))
	}
}
