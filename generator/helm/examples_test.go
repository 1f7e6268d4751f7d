package helm

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/tree"
	"rcgen/internal/golden"
)

var update = flag.Bool("update", false,
	"write examples/kubernetes and testdata/monolith anew instead of comparing them")

const examplesDir = "../../examples/kubernetes"

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// readRequest reads a request as the command does.
func readRequest(tb testing.TB, file string) generator.Request {
	tb.Helper()
	return must(generator.DecodeRequest(must(os.ReadFile(file))(tb)))(tb)
}

// exampleRequest is that of examples/kubernetes: microservices.
func exampleRequest(tb testing.TB) generator.Request {
	tb.Helper()
	return readRequest(tb, filepath.Join(examplesDir, tree.RequestFile))
}

// export makes an export of a request, changed first.
func export(tb testing.TB, r generator.Request, o Options) map[string][]byte {
	tb.Helper()
	files := must(Export(must(NewPlan(r, nil, DefaultNode))(tb), o))(tb)
	tree := map[string][]byte{}
	for _, f := range files {
		tree[f.Path] = f.Content
	}
	if len(tree) != len(files) {
		tb.Fatal("two files have one path")
	}
	return tree
}

// TestExamples compares every file of the exports with examples/: with the file itself
// where it is kept, else with its checksum. It writes them with -update only.
func TestExamples(t *testing.T) {
	for _, target := range Targets() {
		t.Run(target, func(t *testing.T) {
			name, made := path.Join("kubernetes", target), export(t, exampleRequest(t), Options{Target: target})
			if *update {
				if err := golden.Write(filepath.Dir(examplesDir), name, made); err != nil {
					t.Fatal(err)
				}
			}
			for _, fault := range golden.Compare(filepath.Dir(examplesDir), name, made) {
				t.Error(fault)
			}
		})
	}
	var names []string
	for _, e := range must(os.ReadDir(examplesDir))(t) {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	want := slices.Sorted(slices.Values(Targets()))
	if !slices.Equal(names, want) {
		t.Errorf("examples/kubernetes holds %v, want %v", names, want)
	}
}

// TestExamplesMonolith does the same with an export that is kept whole, beside this test.
func TestExamplesMonolith(t *testing.T) {
	const dir = "testdata/monolith"
	made := export(t, readRequest(t, dir+".yaml"), Options{Target: TargetHelm})
	if *update {
		if err := golden.WriteDir(dir, made); err != nil {
			t.Fatal(err)
		}
	}
	for _, fault := range golden.CompareDir(dir, made) {
		t.Error(fault)
	}
}

// TestExportTwice: the same request gives the same bytes.
func TestExportTwice(t *testing.T) {
	for _, target := range Targets() {
		a, b := export(t, exampleRequest(t), Options{Target: target}), export(t, exampleRequest(t), Options{Target: target})
		if !maps.EqualFunc(a, b, bytes.Equal) {
			t.Errorf("%s: differs from run to run", target)
		}
	}
}

// TestMainFile: what is printed without --out is one of the files.
func TestMainFile(t *testing.T) {
	for _, target := range Targets() {
		if _, ok := export(t, exampleRequest(t), Options{Target: target})[MainFile(target)]; !ok {
			t.Errorf("%s: %s is not exported", target, MainFile(target))
		}
	}
}

// TestNoSecrets: nothing that is exported holds a value of a Secret, and no text of a
// person's .env can be in it, for none is read. Placeholders say that they are.
func TestNoSecrets(t *testing.T) {
	for _, target := range Targets() {
		for path, content := range export(t, exampleRequest(t), Options{Target: target}) {
			for _, line := range strings.Split(string(content), "\n") {
				_, login, ok := strings.Cut(line, "://")
				if user, _, at := strings.Cut(login, "@"); ok && at && strings.Contains(user, ":") &&
					!strings.Contains(user, "REPLACE") && !strings.Contains(user, "%s") && !strings.ContainsAny(user, " /") {
					t.Errorf("%s: %s: a login: %s", target, path, line)
				}
			}
		}
	}
}
