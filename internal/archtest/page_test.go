package archtest

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// page is docs/architecture.md as this test reads it.
type page struct {
	arrows map[string][]string // of the picture, by the names of folders
	rows   []string            // packages of the table
}

// readPage reads the fenced blocks below the headings "Picture" and "Packages".
func readPage(text string) page {
	p := page{arrows: map[string][]string{}}
	from := ""
	for line := range strings.Lines(block(text, "Picture")) {
		drawn, arrow := strings.TrimSpace(line), false
		if !strings.HasPrefix(line, "  ") {
			continue // the name of a floor
		}
		if left, right, found := strings.Cut(drawn, "->"); found {
			from, drawn, arrow = strings.TrimSpace(left), right, true
		}
		known := strings.Fields(strings.TrimSuffix(strings.TrimSpace(drawn), ", all of internal"))
		if len(known) > 0 && !arrow && !strings.HasPrefix(line, "     ") {
			for _, name := range known { // packages that know none
				p.arrows[strings.TrimSuffix(name, ",")] = nil
			}
			continue
		}
		p.arrows[from] = append(p.arrows[from], known...)
	}
	for line := range strings.Lines(block(text, "Packages")) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "PACKAGE" {
			p.rows = append(p.rows, fields[0])
		}
	}
	return p
}

// block returns the first fenced block below a heading.
func block(text, heading string) string {
	_, below, _ := strings.Cut(text, "\n## "+heading+"\n")
	_, below, _ = strings.Cut(below, "\n```text\n")
	inside, _, _ := strings.Cut(below, "\n```\n")
	return inside
}

// folder is the name of a package in the page.
func folder(dir string) string {
	if dir == "cmd/rcgen" {
		return dir
	}
	return path.Base(dir)
}

// faults returns how a page differs from the packages and their arrows.
func (p page) faults(dirs []string, arrows map[string][]string) (all []string) {
	names := map[string]bool{}
	for _, dir := range dirs {
		name := folder(dir)
		if names[name] {
			all = append(all, dir+": another package has the name "+name)
		}
		names[name] = true
		var want []string
		for _, known := range arrows[dir] {
			want = append(want, folder(known))
		}
		got, found := p.arrows[name]
		if slices.Sort(want); !found || !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			all = append(all, fmt.Sprintf("%s: the picture has %q (drawn: %t), want %q", dir, got, found, want))
		}
		if n := len(slices.DeleteFunc(slices.Clone(p.rows), func(row string) bool { return row != name })); n != 1 {
			all = append(all, fmt.Sprintf("%s: has %d rows, want 1", dir, n))
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(p.arrows)), p.rows) {
		if !names[name] {
			all = append(all, name+": is not a package")
		}
	}
	return all
}

// drawnArrows is the table of arch_test.go as the page writes it: that cmd/rcgen knows all
// of internal is said there in words, and helm and keys, which drawn lets it know, by name.
func drawnArrows() map[string][]string {
	arrows := maps.Clone(picture)
	command := slices.DeleteFunc(slices.Clone(picture["cmd/rcgen"]),
		func(known string) bool { return known == "internal" })
	arrows["cmd/rcgen"] = append(command, "generator/helm", "generator/keys")
	return arrows
}

// TestPage holds docs/architecture.md against the packages of the module and their arrows.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]bool{}
	for _, s := range sources(t, os.DirFS("../..")) {
		dirs[path.Dir(s.file)] = true
	}
	for _, fault := range readPage(string(text)).faults(slices.Sorted(maps.Keys(dirs)), drawnArrows()) {
		t.Error("docs/architecture.md: " + fault)
	}
}

// TestPageFaults holds the test itself.
func TestPageFaults(t *testing.T) {
	const good = "\n## Picture\n\n```text\nfloor\n  a  -> b\n        c\n  b, c\n```\n\n## Packages\n\n```text\nPACKAGE\na x\nb x\nc x\n```\n"
	dirs := []string{"internal/a", "internal/b", "internal/c"}
	arrows := map[string][]string{"internal/a": {"internal/c", "internal/b"}}
	for _, c := range []struct {
		old, new, want string
	}{
		{"", "", ""},
		{"        c\n", "", "internal/a"},
		{"  b, c\n", "  b  -> c\n  c\n", "internal/b"},
		{"  b, c\n", "  b\n", "internal/c"},
		{"  b, c\n", "  b, c, d\n", "d: is not a package"},
		{"c x\n", "", "internal/c: has 0 rows"},
		{"c x\n", "c x\nc x\n", "internal/c: has 2 rows"},
		{"c x\n", "c x\ne x\n", "e: is not a package"},
	} {
		got := strings.Join(readPage(strings.Replace(good, c.old, c.new, 1)).faults(dirs, arrows), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.new, got, c.want)
		}
	}
}
