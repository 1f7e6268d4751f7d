package generator

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/catalog"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"rcgen/internal/golden"
)

var update = flag.Bool("update", false, "write examples/ anew instead of comparing it")

const examplesDir = "../examples"

// exampleNames are the projects under examples/: none must get lost.
var exampleNames = []string{"community", "external-mongodb", "full", "laptop", "large", "medium", "own-profile",
	"small"}

// otherExamples are made and compared elsewhere, with the commands that make them.
var otherExamples = []string{"edited-after", "edited-before", "kubernetes"}

// example is one project of examples/, rendered anew.
type example struct {
	name    string
	plan    Plan
	project tree.Project // as rcgen init writes it, with .env
}

// examples renders every project from its rcgen.yaml.
func examples(tb testing.TB) []example {
	tb.Helper()
	var all []example
	for _, name := range exampleNames {
		e, dir := example{name: name}, filepath.Join(examplesDir, name)
		file := must(os.ReadFile(filepath.Join(dir, tree.RequestFile)))(tb)
		r := must(DecodeRequest(file))(tb)
		in := Inputs{Request: file, Secrets: fakeSecrets(tb, r)}
		var own *catalog.Profile
		if r.Profile != "" && !slices.Contains(catalog.ProfileNames(), r.Profile) {
			text := must(os.ReadFile(filepath.Join(dir, r.Profile)))(tb)
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

// files returns the project as a person commits it: without .env.
func (e example) files() golden.Files {
	files := golden.Files{}
	for _, f := range e.project.Files {
		if f.Path != tree.EnvFile {
			files[f.Path] = f.Content
		}
	}
	return files
}

// onDisk writes the project, without .env, into a directory and returns that.
func (e example) onDisk(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	if err := golden.WriteDir(dir, e.files()); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// TestExamples compares every file of every project with examples/: with the file
// itself where it is kept, else with its checksum. It writes them with -update only.
func TestExamples(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			if *update {
				if err := golden.Write(examplesDir, e.name, e.files()); err != nil {
					t.Fatal(err)
				}
			}
			for _, fault := range golden.Compare(examplesDir, e.name, e.files()) {
				t.Error(fault)
			}
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

// TestExamplesCheck: the projects are valid as they are committed, with the stand-ins
// for their secrets. The certificate alone is missing.
func TestExamplesCheck(t *testing.T) {
	for _, e := range examples(t) {
		dir := e.onDisk(t)
		project := must(tree.ReadProject(os.DirFS(dir), tree.EnvExample))(t)
		exists := func(path string) bool {
			if clean := filepath.Clean(path); e.name == "large" &&
				(clean == "secrets" || strings.HasPrefix(clean, "secrets/tls.")) {
				return true
			}
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			_, err := os.Stat(path)
			return !errors.Is(err, fs.ErrNotExist)
		}
		for _, f := range validate.Files(project, e.plan.Host, validate.Disk{Dir: dir, Exists: exists}) {
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
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("docker", "compose", "--env-file", tree.EnvExample, "config", "--quiet")
			cmd.Dir = e.onDisk(t)
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
			"--users " + strconv.Itoa(r.Users), "--cores " + strconv.Itoa(r.Host.Cores), "--memory " + r.Host.Memory.String(),
			"--dir " + e.name,
		} {
			if !strings.Contains(row, option+" ") && !strings.Contains(row, option+"`") {
				t.Errorf("README.md: the row of %s does not hold %s", e.name, option)
			}
		}
	}
}
