package generator

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"rcgen/generator/catalog"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write examples/ anew instead of comparing it")

const examplesDir = "../examples"

// exampleNames are the projects under examples/: none must get lost.
var exampleNames = []string{"community", "external-mongodb", "full", "laptop", "large", "medium", "own-profile", "small"}

// otherExamples are made and compared elsewhere, with the commands that make them.
var otherExamples = []string{"edited-after", "edited-before", "kubernetes"}

// example is one project of examples/, rendered anew.
type example struct {
	name, dir string
	plan      Plan
	project   tree.Project // as rcgen init writes it, with .env, which is not in the directory
}

// examples renders every project from its rcgen.yaml.
func examples(tb testing.TB) []example {
	tb.Helper()
	var all []example
	for _, name := range exampleNames {
		e := example{name: name, dir: filepath.Join(examplesDir, name)}
		file := must(os.ReadFile(filepath.Join(e.dir, tree.RequestFile)))(tb)
		r := must(DecodeRequest(file))(tb)
		in := Inputs{Request: file, Secrets: fakeSecrets(tb, r)}
		var own *catalog.Profile
		if r.Profile != "" && !slices.Contains(catalog.ProfileNames(), r.Profile) {
			text := must(os.ReadFile(filepath.Join(e.dir, r.Profile)))(tb)
			p := must(catalog.DecodeProfile(r.Profile, text))(tb)
			own, in.Profile = &p, &tree.File{Path: r.Profile, Content: text, Mode: 0o644}
		}
		e.plan = must(NewPlan(r, own))(tb)
		// Without BaseFile: it holds the other files once more, and a change of any of
		// them would be a change of an archive.
		for _, c := range must(tree.Reconcile(fstest.MapFS{}, must(Render(e.plan, in))(tb)))(tb).Changes {
			if c.File.Path != tree.BaseFile {
				e.project.Files = append(e.project.Files, c.File)
			}
		}
		all = append(all, e)
	}
	return all
}

// TestExamples compares every file of examples/ with what is rendered now. It
// writes them with -update only.
func TestExamples(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			want := map[string][]byte{}
			for _, f := range e.project.Files {
				if f.Path != tree.EnvFile {
					want[f.Path] = f.Content
				}
			}
			if *update {
				writeTree(t, e.dir, want)
			}
			compareTree(t, want, readTree(t, e.dir))
		})
	}
	var names []string
	for _, d := range must(os.ReadDir(examplesDir))(t) {
		if d.IsDir() && !slices.Contains(otherExamples, d.Name()) {
			names = append(names, d.Name())
		}
	}
	if !slices.Equal(names, exampleNames) {
		t.Errorf("examples/ holds %v, want %v", names, exampleNames)
	}
}

// readTree reads every file below a directory.
func readTree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	tree := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		tree[path], err = os.ReadFile(filepath.Join(dir, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func compareTree(t *testing.T, want, got map[string][]byte) {
	t.Helper()
	const mend = "; if that is meant: go test ./generator -run TestExamples -update"
	for _, path := range slices.Sorted(maps.Keys(want)) {
		is, ok := got[path]
		switch {
		case !ok:
			t.Errorf("%s: is missing%s", path, mend)
		case !bytes.Equal(is, want[path]):
			t.Errorf("%s: is not what is rendered now, from %s on%s", path, firstDifference(is, want[path]), mend)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s: is not rendered%s", path, mend)
		}
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(a, b []byte) string {
	was, is := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(was), len(is)) {
		if !bytes.Equal(was[i], is[i]) {
			return "line " + strconv.Itoa(i+1) + " (" + string(was[i]) + ", now " + string(is[i]) + ")"
		}
	}
	return "the end of the shorter one"
}

func writeTree(t *testing.T, dir string, want map[string][]byte) {
	t.Helper()
	for path, content := range want {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path := range readTree(t, dir) {
		if _, ok := want[path]; ok {
			continue
		}
		if err := os.Remove(filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestExamplesCheck: the committed projects are valid, with the stand-ins for
// their secrets. The certificate is the only thing that is not there.
func TestExamplesCheck(t *testing.T) {
	for _, e := range examples(t) {
		project := must(tree.ReadProject(os.DirFS(e.dir), tree.EnvExample))(t)
		exists := func(path string) bool {
			if clean := filepath.Clean(path); e.name == "large" && (clean == "secrets" || strings.HasPrefix(clean, "secrets/tls.")) {
				return true
			}
			if !filepath.IsAbs(path) {
				path = filepath.Join(e.dir, path)
			}
			_, err := os.Stat(path)
			return !errors.Is(err, fs.ErrNotExist)
		}
		for _, f := range validate.Files(project, e.plan.Host, validate.Disk{Dir: e.dir, Exists: exists}) {
			t.Errorf("%s: [%s] %s", e.name, f.Code, f)
		}
	}
}

// TestExamplesCompose has Docker Compose itself load them, where it is there.
func TestExamplesCompose(t *testing.T) {
	if out, err := exec.Command("docker", "compose", "version").CombinedOutput(); err != nil {
		t.Logf("NOT RUN: no docker compose here: %v %s", err, out)
		return
	}
	for _, name := range exampleNames {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("docker", "compose", "--env-file", tree.EnvExample, "config", "--quiet")
			cmd.Dir = filepath.Join(examplesDir, name)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("docker compose config: %v\n%s", err, out)
			}
		})
	}
}

// TestExamplesNamed: the table names every example, and its rcgen.yaml holds
// what the table's command says.
func TestExamplesNamed(t *testing.T) {
	table := string(must(os.ReadFile(filepath.Join(examplesDir, "README.md")))(t))
	for _, e := range examples(t) {
		i := strings.Index(table, "| ["+e.name+"]("+e.name+"/)")
		if i < 0 {
			t.Errorf("README.md: does not name %s", e.name)
			continue
		}
		row, _, _ := strings.Cut(table[i:], "\n")
		r := e.plan.Request
		for _, option := range []string{
			"--users " + strconv.Itoa(r.Users), "--cores " + strconv.Itoa(r.Host.Cores), "--memory " + r.Host.Memory.String(), "--dir " + e.name,
		} {
			if !strings.Contains(row, option+" ") && !strings.Contains(row, option+"`") {
				t.Errorf("README.md: the row of %s does not hold %s", e.name, option)
			}
		}
	}
}
