package golden

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../examples"

// most is how many files examples/ may have: it is there to be read.
const most = 150

// byHand are the files of examples/ that belong to no example.
var byHand = []string{"README.md", SumsFile, "kubernetes/rcgen.yaml", "ops-ci.sh", "reference.md"}

// TestListed: the list covers every file on disk, all kept ones are there, and the
// list names no other example.
func TestListed(t *testing.T) {
	files, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > most {
		t.Errorf("examples/ has %d files, more than %d: keep fewer, all are listed", len(files), most)
	}
	listed, err := readSums(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, sum := range sumsOf("", files) {
		if listed[name] != sum && !slices.Contains(byHand, name) {
			t.Errorf("%s: the list has %q, the file has %s", name, listed[name], sum)
		}
	}
	examples := slices.Sorted(maps.Keys(kept))
	for _, example := range append(examples, "edited-after", "edited-before", "full", "kubernetes/helm", "medium") {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(listed)),
			func(name string) bool { return strings.HasPrefix(name, example+"/") }) {
			t.Errorf("%s: is not listed", example)
		}
		for _, file := range kept[example] {
			if _, ok := files[path.Join(example, file)]; !ok {
				t.Errorf("%s: %s: missing", example, file)
			}
		}
		listed.drop(example)
	}
	for name := range listed {
		t.Errorf("%s: is listed, but of no example", name)
	}
}

// TestCompare: a difference is seen in a kept file, in one of which the checksum alone
// is kept, and in what is missing or too much.
func TestCompare(t *testing.T) {
	rendered := func() Files {
		return Files{"compose.yaml": []byte("a\nb\n"), "rcgen.yaml": []byte("c\n"), "nats/nats-server.conf": []byte("d\n")}
	}
	for _, c := range []struct {
		name     string
		change   func(rendered Files, dir string) error
		contains []string // one text for each difference
	}{
		{"nothing", func(Files, string) error { return nil }, nil},
		{"a kept file", func(r Files, _ string) error { r["compose.yaml"] = []byte("a\nx\n"); return nil },
			[]string{"small: compose.yaml: differs from what is rendered, from line 2 (b, now x)",
				"SHA256SUMS: small/compose.yaml: differs"}},
		{"a listed file", func(r Files, _ string) error { r["nats/nats-server.conf"] = nil; return nil },
			[]string{"SHA256SUMS: small/nats/nats-server.conf: differs"}},
		{"a new file", func(r Files, _ string) error { r["README.md"] = nil; return nil },
			[]string{"SHA256SUMS: small/README.md: missing"}},
		{"a lost file", func(r Files, _ string) error { delete(r, "nats/nats-server.conf"); return nil },
			[]string{"SHA256SUMS: small/nats/nats-server.conf: not rendered"}},
		{"a removed file", func(_ Files, dir string) error { return os.Remove(filepath.Join(dir, "small/rcgen.yaml")) },
			[]string{"small: rcgen.yaml: missing"}},
		{"a stray file", func(_ Files, dir string) error { return os.WriteFile(filepath.Join(dir, "small/x"), nil, 0o644) },
			[]string{"small: x: not rendered"}},
		{"no list", func(_ Files, dir string) error { return os.Remove(filepath.Join(dir, SumsFile)) },
			[]string{"small/compose.yaml: missing", "small/nats/nats-server.conf: missing", "small/rcgen.yaml: missing"}},
		{"a broken list", func(_ Files, dir string) error {
			return os.WriteFile(filepath.Join(dir, SumsFile), []byte("x\n"), 0o644)
		},
			[]string{"not a checksum"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, files := t.TempDir(), rendered()
			for _, example := range []string{"community", "small"} {
				if err := Write(dir, example, files); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.change(files, dir); err != nil {
				t.Fatal(err)
			}
			faults := Compare(dir, "small", files)
			if len(faults) != len(c.contains) {
				t.Fatalf("got %v, want %q", faults, c.contains)
			}
			for i, fault := range faults {
				if !strings.Contains(fault.Error(), c.contains[i]) {
					t.Errorf("got %q, want %q", fault, c.contains[i])
				}
			}
		})
	}
}

// TestWrite: a second write leaves what the first one left; files that are no longer
// rendered go, and so do their lines.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for _, files := range []Files{
		{"compose.yaml": nil, "rcgen.yaml": nil, "old/file": nil},
		{"compose.yaml": nil, "nats/nats-server.conf": nil},
	} {
		if err := Write(dir, "medium", files); err != nil {
			t.Fatal(err)
		}
		if faults := Compare(dir, "medium", files); len(faults) > 0 {
			t.Errorf("just written: %v", faults)
		}
	}
}
