package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/units"
	"rcgen/generator/validate"
	"rcgen/internal/container"
)

// told is an error with a hint.
var told = &fault.Error{What: "docker: not found on PATH", Hint: "install Docker"}

func planned(t *testing.T, change func(*generator.Request)) *generator.Plan {
	t.Helper()
	r := generator.Request{
		Version: 1, Project: "chat", Users: 3000, Instances: 2, Edition: generator.Licensed, Release: "8.9.1",
		Domain: generator.Localhost,
		TLS:    generator.TLS{Mode: generator.TLSOff}, Host: stack.Host{Cores: 8, Memory: 32 * units.GiB},
	}
	if change != nil {
		change(&r)
	}
	p, err := generator.NewPlan(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// answering returns a question that always has this answer.
func answering[T any](v T, err error) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return v, err }
}

// info is what `docker info` prints of a machine.
func info(cores int, memory units.Bytes) func(context.Context, ...string) (string, error) {
	return func(context.Context, ...string) (string, error) {
		return fmt.Sprintf(`{"ServerVersion": "28.0.1", "NCPU": %d, "MemTotal": %d}`, cores, memory), nil
	}
}

// wellProject is a project with which all is well.
func wellProject(t *testing.T) Sources {
	return Sources{
		Plan:       planned(t, nil),
		Now:        func() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) },
		Clean:      func(text string) string { return text },
		Docker:     info(8, 32*units.GiB),
		Containers: answering([]container.Container{{Service: "mongodb", State: "running"}}, nil),
		Project: ProjectSources{
			Validate: answering[[]validate.Finding](nil, nil),
			Files:    answering[[]string](nil, nil),
			Drifted:  answering[[]string](nil, nil),
			Images: answering(map[string]string{
				"rocketchat-1": "registry.rocket.chat/rocketchat/rocket.chat:8.9.1",
				"rocketchat-2": "registry.rocket.chat/rocketchat/rocket.chat:8.9.1",
				"mongodb":      "mongo:8.0.26", "prometheus": "prom/prometheus:v3.13.5", "grafana": "grafana/grafana:12.0.2",
				"nats": "nats:2.15.2-alpine",
			}, nil),
			Tracked: answering[[]string](nil, nil),
			Modes:   answering([]SecretFile{{".env", 0o600}}, nil),
			Machine: answering(stack.Host{Cores: 8, Memory: 32 * units.GiB}, nil),
		},
	}
}

// image changes the image of one service.
func image(service, reference string) func(*Sources) {
	return func(s *Sources) {
		images, _ := s.Project.Images(context.Background())
		images[service] = reference
	}
}

// released changes the release.
func released(t *testing.T, version string) func(*Sources) {
	return func(s *Sources) {
		s.Plan = planned(t, func(r *generator.Request) { r.Release = version })
	}
}

type projectCase struct {
	name        string
	change      func(*Sources)
	result      Result
	detail, fix string // parts of them
}

func testProjectCases(t *testing.T, id string, cases []projectCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := wellProject(t)
			if c.change != nil {
				c.change(&s)
			}
			expect(t, s, id, c.result, c.detail, c.fix)
		})
	}
}

// TestProjectNone: without a project nothing of it is asked, and each check says so.
func TestProjectNone(t *testing.T) {
	s := wellProject(t)
	s.Plan, s.Project = nil, ProjectSources{}
	r := Run(t.Context(), s, []string{string(Project)})
	if len(r.Checks) != 8 || r.Worst != Skip {
		t.Errorf("%d checks, worst %s", len(r.Checks), r.Worst)
	}
	for _, f := range r.Checks {
		if f.Result != Skip || f.Detail != "no project here" || !strings.Contains(f.Fix, "rcgen init") {
			t.Errorf("%+v", f)
		}
	}
}

// forbidden is what reading the files of another user brings.
var forbidden = &fs.PathError{Op: "open", Path: ".env", Err: fs.ErrPermission}

func TestCheckValid(t *testing.T) {
	found := []validate.Finding{
		{Code: validate.FindPort, File: "compose.override.yaml", Line: 3,
			Message: "host port 80/tcp is taken by traefik already", Hint: "publish another port"},
		{Code: validate.FindImage, File: "compose.override.yaml", Message: "x has no tag", Hint: "name a version"},
	}
	testProjectCases(t, "validate", []projectCase{
		{"nothing", nil, OK, "nothing against", ""},
		{"two", func(s *Sources) { s.Project.Validate = answering(found, nil) }, Fail,
			"2 findings, the first: compose.override.yaml:3: host port 80/tcp is taken by traefik already",
			"publish another port; rcgen validate"},
		{"unreadable", func(s *Sources) {
			s.Project.Validate = answering[[]validate.Finding](nil, errors.New("x: is a link"))
		}, Fail,
			"cannot be read: x: is a link", "rcgen validate"},
		{"another's", func(s *Sources) { s.Project.Validate = answering[[]validate.Finding](nil, forbidden) }, Skip,
			"may not read the files: open .env", "as the user"},
		{"another's rcgen.yaml", func(s *Sources) { s.Plan, s.Broken = nil, forbidden }, Fail, "permission denied",
			"as the user"},
	})
}

func TestCheckDrift(t *testing.T) {
	files := func(s *Sources) { s.Project.Files = answering([]string{"README.md", "compose.yaml"}, nil) }
	containers := func(s *Sources) {
		s.Project.Drifted = answering([]string{"a (image)", "b (changed)", "c (changed)", "d (changed)", "e (orphan)",
			"f (missing)"}, nil)
	}
	testProjectCases(t, "drift", []projectCase{
		{"none", nil, OK, "and so are the containers", ""},
		{"files", files, Warn, "rcgen.yaml would change README.md, compose.yaml", "rcgen diff shows what; rcgen generate"},
		{"containers", containers, Warn, "a (image), b (changed), c (changed), d (changed) and 2 more",
			"rcgen diff --running shows what; rcgen apply"},
		{"both", func(s *Sources) { files(s); containers(s) }, Warn,
			"compose.yaml; containers are not what the files say: a (image)", "rcgen apply writes"},
		{"not started", func(s *Sources) { containers(s); s.Containers = answering([]container.Container{}, nil) }, OK,
			"no container yet", ""},
		{"no engine", func(s *Sources) { s.Containers = answering[[]container.Container](nil, told) }, OK,
			"could not be compared: docker: not found", ""},
		{"no engine, files differ", func(s *Sources) { files(s); s.Containers = answering[[]container.Container](nil, told) },
			Warn, "not found on PATH", "rcgen generate"},
		{"Compose refuses", func(s *Sources) { s.Project.Drifted = answering[[]string](nil, errors.New("yaml: line 3")) }, OK,
			"could not be compared: yaml: line 3", ""},
		{"foreign files", func(s *Sources) { s.Project.Files = answering[[]string](nil, errors.New("in the way")) }, Warn,
			"could not be compared with rcgen.yaml: in the way", "rcgen diff"},
		{"another's", func(s *Sources) { s.Project.Files = answering[[]string](nil, forbidden) }, Skip,
			"may not read the files: open .env", "as the user"},
	})
}

func TestCheckTracked(t *testing.T) {
	testProjectCases(t, "secrets-in-git", []projectCase{
		{"none", nil, OK, "tracks no file", ""},
		{"two", func(s *Sources) { s.Project.Tracked = answering([]string{".env", "secrets/tls.key"}, nil) }, Fail,
			"git tracks .env, secrets/tls.key",
			"git rm --cached .env secrets/tls.key, and commit that; then change every secret"},
		{"strange names", func(s *Sources) { s.Project.Tracked = answering([]string{"-f.key", "it's $(id).key"}, nil) }, Fail,
			"git tracks -f.key", `git rm --cached './-f.key' './it'\''s $(id).key', and`},
		{"no git", func(s *Sources) { s.Project.Tracked = answering[[]string](nil, fmt.Errorf("git: %w", fs.ErrNotExist)) },
			Skip, "no git work tree", ""},
		{"another's", func(s *Sources) {
			s.Project.Tracked = answering[[]string](nil, errors.New("git: detected dubious ownership"))
		}, Skip, "dubious ownership", "git status"},
	})
}

func TestCheckModes(t *testing.T) {
	files := func(files ...SecretFile) func(*Sources) {
		return func(s *Sources) { s.Project.Modes = answering(files, nil) }
	}
	testProjectCases(t, "file-modes", []projectCase{
		{"the owner's", nil, OK, "1 file open to nobody else", ""},
		{"everybody's", files(SecretFile{".env", 0o644}, SecretFile{"secrets/tls.key", 0o640}, SecretFile{"a.key", 0o400}),
			Fail,
			"everybody on this machine: .env (0644)", "chmod 600 .env secrets/tls.key"},
		{"writable alone", files(SecretFile{".env", 0o602}), Fail, ".env (0602)", "chmod 600 .env"},
		{"a group's", files(SecretFile{".env", 0o640}), Warn, "open to a group: .env (0640)", "chmod 600 .env"},
		{"none there", files(), OK, "0 files", ""},
		{"unknown", func(s *Sources) { s.Project.Modes = answering[[]SecretFile](nil, errors.New("input/output error")) },
			Warn, "input/output error", "ls -la"},
		{"no bits", func(s *Sources) { s.Project.Modes = nil }, Skip, "no permission bits", ""},
	})
}
