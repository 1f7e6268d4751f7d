package generator

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/routes"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

// TestRenderTwice: the same input gives the same bytes, also from many
// goroutines at once.
func TestRenderTwice(t *testing.T) {
	for _, r := range []Request{aRequest(), aPublicRequest(), anExternal()} {
		plan := must(NewPlan(r, nil))(t)
		want := renderPlan(t, plan, nil)
		got := make([]tree.Project, 2*runtime.GOMAXPROCS(0)+2)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() {
				again, err := NewPlan(r, nil)
				if err != nil {
					t.Error(err)
				}
				got[i] = renderPlan(t, again, nil)
			})
		}
		all.Wait()
		for _, p := range got {
			if !reflect.DeepEqual(p, want) {
				t.Fatalf("%+v: two runs gave different files", r)
			}
		}
	}
}

// TestRenderSteps: the two steps give the project between them, each file once, also at
// the same time; and the first all that a check reads of the project's text.
func TestRenderSteps(t *testing.T) {
	for _, ejected := range []bool{false, true} {
		for _, request := range []Request{aRequest(), aPublicRequest(), anExternal()} {
			p := must(NewPlan(request, nil))(t)
			in := Inputs{Request: must(NewRequestFile(request))(t), Secrets: fakeSecrets(t, request), Ejected: ejected}
			r := must(NewRenderer(p, in))(t)
			var rest []tree.File
			var err error
			var both sync.WaitGroup
			both.Go(func() { rest, err = r.Rest() })
			first := must(r.Compose())(t)
			both.Wait()
			if err != nil {
				t.Fatal(err)
			}
			together := tree.Project{Files: slices.Concat(first, rest)}
			together.Sort()
			if want := must(Render(p, in))(t); !reflect.DeepEqual(together, want) {
				t.Errorf("%s: the steps give %d files, Render %d, or others", p.Profile, len(together.Files), len(want.Files))
			}
			early := tree.Project{Files: first}
			early.Sort()
			for _, path := range []string{tree.ComposeFile, tree.OverrideFile, tree.EnvFile, tree.EnvExample, routes.File,
				routes.TargetsFile} {
				content(t, early, path)
			}
			for _, f := range validate.Files(early, request.Host, validate.Disk{}) {
				t.Errorf("%s: after the first step: %s", p.Profile, f)
			}
		}
	}
}

// TestRenderedSet: the files are sorted, each once, inside the project, and the
// lock has every one that is neither a person's nor secret.
func TestRenderedSet(t *testing.T) {
	for _, e := range examples(t) {
		var paths []string
		for _, f := range e.project.Files {
			paths = append(paths, f.Path)
			mode := "-rw-r--r--"
			if f.Path == tree.EnvFile {
				mode = "-rw-------"
			}
			if f.Mode.String() != mode {
				t.Errorf("%s: %s: mode %s, want %s", e.name, f.Path, f.Mode, mode)
			}
			if f.Path != path.Clean(f.Path) || path.IsAbs(f.Path) || strings.HasPrefix(f.Path, "..") {
				t.Errorf("%s: %s: not a path inside", e.name, f.Path)
			}
		}
		if !slices.IsSorted(paths) || len(slices.Compact(slices.Clone(paths))) != len(paths) {
			t.Errorf("%s: not sorted, or one twice: %v", e.name, paths)
		}
		lock := must(tree.ReadLock(fstest.MapFS{tree.LockFile: {Data: []byte(content(t, e.project, tree.LockFile))}}))(t)
		others := []string{tree.EnvFile, tree.LockFile, tree.RequestFile, e.plan.Request.Profile}
		want := slices.DeleteFunc(paths, func(p string) bool { return slices.Contains(others, p) })
		if got := slices.Sorted(maps.Keys(lock.Files)); !slices.Equal(got, want) {
			t.Errorf("%s: the lock has %v, want %v", e.name, got, want)
		}
		for p, entry := range lock.Files {
			if got := fmt.Sprintf("%x", sha256.Sum256([]byte(content(t, e.project, p)))); got != entry.SHA256 {
				t.Errorf("%s: the lock has %s for %s, its content %s", e.name, entry, p, got)
			}
			if entry.Origin == "" || entry.Offered != "" || entry.Adopted != (p == tree.OverrideFile) {
				t.Errorf("%s: the lock has %s for %s", e.name, entry, p)
			}
		}
		if lock.Version != tree.LockVersion || lock.Rcgen != tree.Version {
			t.Errorf("%s: the lock is of version %d from rcgen %s", e.name, lock.Version, lock.Rcgen)
		}
	}
}

// TestRenderedText: what editors, git and YAML trip over, in every file.
func TestRenderedText(t *testing.T) {
	for _, e := range examples(t) {
		for _, f := range e.project.Files {
			if f.Path == "alertmanager/alertmanager.yaml" || strings.HasPrefix(f.Path, "prometheus/rules/") {
				f.Content = bytes.ReplaceAll(f.Content, []byte("{{"), nil) // templates of Prometheus and Alertmanager
			}
			for _, wrong := range textFaults(f) {
				t.Errorf("%s: %s: %s", e.name, f.Path, wrong)
			}
		}
	}
}

func textFaults(f tree.File) []string {
	var faults []string
	if !bytes.HasSuffix(f.Content, []byte("\n")) || bytes.HasSuffix(f.Content, []byte("\n\n")) {
		faults = append(faults, "does not end with one line end")
	}
	for _, sign := range []string{"<no value>", "%!", "\r", "\x00", "{{", "<nil>", "map["} {
		// Grafana's own legends
		if bytes.Contains(f.Content, []byte(sign)) && !(sign == "{{" && path.Ext(f.Path) == ".json") {
			faults = append(faults, fmt.Sprintf("holds %q", sign))
		}
	}
	isYAML := path.Ext(f.Path) == ".yaml"
	for i, line := range strings.Split(string(f.Content), "\n") {
		if strings.TrimRight(line, " \t") != line {
			faults = append(faults, fmt.Sprintf("line %d ends with spaces: %q", i+1, line))
		}
		if isYAML && strings.Contains(line, "\t") {
			faults = append(faults, fmt.Sprintf("line %d holds a tab", i+1))
		}
	}
	var v any
	if err := yaml.Unmarshal(f.Content, &v); isYAML && (err != nil || v == nil) {
		faults = append(faults, fmt.Sprintf("is not YAML: %v", err))
	}
	if path.Ext(f.Path) == ".json" && !json.Valid(f.Content) {
		faults = append(faults, "is not JSON")
	}
	return faults
}

// TestRenderedSecrets: no secret reaches a file that is committed.
func TestRenderedSecrets(t *testing.T) {
	for _, e := range examples(t) {
		env := must(dotenv.Parse([]byte(content(t, e.project, tree.EnvFile))))(t)
		for _, f := range e.project.Files {
			for name, value := range env {
				if f.Path != tree.EnvFile && bytes.Contains(f.Content, []byte(value)) {
					t.Errorf("%s: %s holds %s", e.name, f.Path, name)
				}
			}
		}
		ignored := content(t, e.project, ".gitignore")
		for _, line := range []string{".env\n", "secrets/\n"} {
			if !strings.Contains("\n"+ignored, "\n"+line) {
				t.Errorf("%s: .gitignore does not hold %q", e.name, line)
			}
		}
	}
}

// TestRenderedOddNames: what Request.Check takes is written so that it is read
// back as it was: the names below mean something else to YAML without quotes.
func TestRenderedOddNames(t *testing.T) {
	for _, project := range []string{"123", "0x10", "1e3", "1_000", "true", "null", "no", "on", "0o7", "1-1-2026", "y",
		"2026-01-01"} {
		r := aRequest()
		r.Project = project
		p := renderPlan(t, must(NewPlan(r, nil))(t), nil)
		if m, err := composeModel(t, p); err != nil || m.Name != project {
			t.Errorf("project %s: Compose reads %+v, error %v; Check finds %v", project, m, err,
				validate.Files(p, r.Host, validate.Disk{}))
		}
	}
	for _, email := range []string{"!ops@b.com", "#ops@b.com", "&ops@b.com", "*ops@b.com", "'ops@b.com", "{ops}@b.com",
		"|ops@b.com", "%ops@b.com", "`ops@b.com", "?ops@b.com", "-ops@b.com", "o'ps@b.com", "$ops@b.com", "null@b.com"} {
		r := aPublicRequest()
		r.TLS.Email = email
		if r.Check() != nil {
			continue // refused is as good
		}
		p := renderPlan(t, must(NewPlan(r, nil))(t), nil)
		var static struct {
			CertificatesResolvers map[string]struct{ ACME struct{ Email string } } `yaml:"certificatesResolvers"`
		}
		err := yaml.Unmarshal([]byte(content(t, p, "traefik/traefik.yaml")), &static)
		if got := static.CertificatesResolvers["letsencrypt"].ACME.Email; err != nil || got != email {
			t.Errorf("email %s: Traefik reads %q, error %v", email, got, err)
		}
	}
}

// TestScaleChanges: another number of instances touches only the files that list
// them, so that nothing else is restarted.
func TestScaleChanges(t *testing.T) {
	r := aPublicRequest()
	r.Edition, r.Instances = Licensed, 4
	was := must(NewRequestFile(r))(t)
	is := must(SetSize(was, r.Users, 6))(t)
	current, _ := run(t, fstest.MapFS{}, renderFile(t, was, nil))
	for _, c := range []struct {
		name string
		file []byte
		want []string
	}{
		{"4 to 4", was, nil},
		{"4 to 6", is, []string{tree.BaseFile, "README.md", tree.ComposeFile, "grafana/dashboards/nats.json",
			"grafana/dashboards/overview.json", "grafana/dashboards/traefik.json",
			"prometheus/rules/rocketchat.yaml", "prometheus/targets/rocketchat.yaml", tree.LockFile, tree.RequestFile,
			"traefik/dynamic/rocketchat.yaml"}},
	} {
		var got []string
		for _, change := range must(tree.Reconcile(current, renderFile(t, c.file, current[tree.EnvFile].Data)))(t).Changes {
			got = append(got, change.File.Path)
			if change.Op != tree.Replace {
				t.Errorf("%s: %s of %s", c.name, change.Op, change.File.Path)
			}
		}
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: changed %v, want %v", c.name, got, c.want)
		}
	}
}

// renderFile renders a request file with the secrets that are there already.
func renderFile(t *testing.T, file, env []byte) tree.Project {
	t.Helper()
	r := must(DecodeRequest(file))(t)
	secrets := fakeSecrets(t, r)
	if env != nil {
		secrets = must(NewSecrets(r, env, nil, failing{}))(t)
	}
	return must(Render(must(NewPlan(r, nil))(t), Inputs{Request: file, Secrets: secrets}))(t)
}
