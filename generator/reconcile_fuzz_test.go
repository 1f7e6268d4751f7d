package generator

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/generator/validate"
)

// variants are projects that one rcgen.yaml or another makes, rendered once: the
// first is what a person begins with.
var variants = sync.OnceValues(func() ([]tree.Project, error) {
	base := aRequest()
	base.Edition, base.Instances = Licensed, 4
	requests := []Request{base}
	for _, change := range []func(*Request){
		func(r *Request) { r.Instances = 6 },
		func(r *Request) { r.Instances = 2 },
		func(r *Request) { r.Users, r.Instances = 400, 0 }, // the small profile, without logs
		func(r *Request) { r.MongoDB.Members = 3 },
		func(r *Request) { r.MongoDB.External = true },
		func(r *Request) {
			r.Domain, r.TLS = "chat.yourcompany.com", TLS{Mode: TLSACME, Email: "ops@yourcompany.com"}
		},
		func(r *Request) { r.Host.Memory, r.Host.Cores = 128*units.GiB, 32 },
	} {
		r := base
		change(&r)
		requests = append(requests, r)
	}
	var all []tree.Project
	var env []byte
	for _, r := range requests {
		p, err := variant(r, env)
		if err != nil {
			return nil, err
		}
		f, _ := p.File(tree.EnvFile)
		env = f.Content
		all = append(all, p)
	}
	return all, nil
})

func variant(r Request, env []byte) (tree.Project, error) {
	file, err := NewRequestFile(r)
	if err != nil {
		return tree.Project{}, err
	}
	plan, err := NewPlan(r, nil)
	if err != nil {
		return tree.Project{}, err
	}
	secrets, err := NewSecrets(r, env, given(r), rand.NewChaCha8([32]byte{}))
	if err != nil {
		return tree.Project{}, err
	}
	return Render(plan, Inputs{Request: file, Secrets: secrets})
}

// editor changes a directory as people do and remembers the lines it added.
type editor struct {
	*rand.Rand
	dir   fstest.MapFS
	added map[string][]string // by path
}

// edit makes one edit of a generated file.
func (e *editor) edit() {
	var paths []string
	for path := range e.dir {
		if path != tree.RequestFile && path != tree.EnvFile && path != tree.LockFile && path != tree.BaseFile &&
			!strings.HasSuffix(path, tree.NewSuffix) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	path := paths[e.IntN(len(paths))]
	if e.IntN(3) == 0 { // the files that a scaling changes
		path = []string{tree.ComposeFile, routes.File, routes.TargetsFile}[e.IntN(3)]
	}
	if e.dir[path] == nil {
		return
	}
	lines := slices.Collect(strings.Lines(text(e.dir, path)))
	at := e.IntN(len(lines) + 1)
	line := fmt.Sprintf("%*s# mine %d", 2*e.IntN(4), "", e.Uint32())
	switch op := e.IntN(10); {
	case op == 0:
		e.dir = without(e.dir, path)
		delete(e.added, path)
		return
	case op == 1: // an editor of Windows
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], "\r\n") + "\r\n"
		}
	case op == 2 && at < len(lines) && !strings.Contains(lines[at], "# mine "):
		lines = slices.Delete(lines, at, at+1)
	case op == 3: // without an end
		if last := len(lines) - 1; last >= 0 {
			lines[last] = strings.TrimRight(lines[last], "\r\n") + "\n"
		}
		lines = append(lines, line)
		e.added[path] = append(e.added[path], line)
	case op <= 5 && at < len(lines) && !strings.Contains(lines[at], "# mine "): // say the same and more
		line = strings.TrimRight(lines[at], "\r\n") + " " + strings.TrimLeft(line, " ")
		lines[at] = line + "\n"
		e.added[path] = append(e.added[path], line)
	default:
		if at > 0 && !strings.HasSuffix(lines[at-1], "\n") {
			lines[at-1] += "\n"
		}
		lines = slices.Insert(lines, at, line+"\n")
		e.added[path] = append(e.added[path], line)
	}
	e.dir = with(e.dir, path, strings.Join(lines, ""))
}

// lost returns the lines that a person added and that are gone.
func (e *editor) lost(dir fstest.MapFS) []string {
	var lost []string
	for _, path := range slices.Sorted(maps.Keys(e.added)) {
		there := map[string]bool{}
		for line := range strings.Lines(text(dir, path)) {
			there[strings.TrimRight(line, "\r\n")] = true
		}
		for _, line := range e.added[path] {
			if !there[line] {
				lost = append(lost, path+": "+line)
			}
		}
	}
	return lost
}

// edited are the paths of files that a person touched.
func (e *editor) edited(o tree.Outcome) []string {
	var all []string
	for _, s := range o.States {
		if s.Class == tree.Edited || s.Class == tree.Adopted || s.Class == tree.Missing {
			all = append(all, s.Path)
		}
	}
	return all
}

// write does what the commands do with an outcome: all of it, or no more than the
// offers, or nothing. It returns the directory afterwards and what is wrong.
func (e *editor) write(tb testing.TB, project tree.Project) {
	tb.Helper()
	o := must(tree.Reconcile(e.dir, project))(tb)
	v, err := o.Approve(validate.Outcome(stack.Host{}))
	var found *validate.FindingsError
	switch {
	case errors.As(err, &found):
		if !e.named(found, o) {
			tb.Errorf("%v: names none of what was edited, %v", err, e.edited(o))
		}
		if len(o.Conflicts()) == 0 {
			return
		}
		v = must(o.Offers(e.dir))(tb)
		for _, c := range v.Changes() {
			if !strings.HasSuffix(c.File.Path, tree.NewSuffix) && c.File.Path != tree.LockFile && c.File.Path != tree.BaseFile {
				tb.Errorf("%s of %s beside a conflict in a project that is not valid", c.Op, c.File.Path)
			}
		}
	case err != nil:
		tb.Fatal(err)
	}
	after := apply(tb, e.dir, v.Changes())
	if lost := e.lost(after); len(lost) > 0 {
		tb.Errorf("lost:\n%s", strings.Join(lost, "\n"))
	}
	for _, s := range o.Conflicts() {
		offer, ok := after[s.Path+tree.NewSuffix]
		if !ok || !bytes.Equal(offer.Data, s.Want) || text(after, s.Path) != text(e.dir, s.Path) {
			tb.Errorf("%s conflicts, and was changed or is not offered", s.Path)
		}
	}
	again := must(tree.Reconcile(after, project))(tb)
	changes := again.Changes
	if found != nil {
		changes = must(again.Offers(after))(tb).Changes()
	}
	if len(changes) > 0 || len(again.Conflicts()) != len(o.Conflicts()) {
		tb.Errorf("a second run: %s and the lock or base, %d conflicts after %d", verbs(changes), len(again.Conflicts()),
			len(o.Conflicts()))
	}
	e.dir = after
}

// named reports whether a finding leads a person to an edit.
func (e *editor) named(found *validate.FindingsError, o tree.Outcome) bool {
	return slices.ContainsFunc(found.Findings, func(f validate.Finding) bool {
		return slices.ContainsFunc(e.edited(o), func(path string) bool {
			return f.File == path ||
				strings.Contains(f.Message, path)
		})
	})
}

// settle takes the offers away, as a person does who looked at them.
func (e *editor) settle() {
	for path := range e.dir {
		if strings.HasSuffix(path, tree.NewSuffix) {
			e.dir = without(e.dir, path)
		}
	}
}

// FuzzReconcile: after any edits and any change of rcgen.yaml, no line that a person
// added is lost, what is written is valid or the failure names an edited file, and a
// second run finds nothing to do; the same again once conflicts are settled.
func FuzzReconcile(f *testing.F) {
	all := must(variants())(f)
	begun, _ := run(f, fstest.MapFS{}, all[0])
	for seed := range uint64(28) { // each change of rcgen.yaml four times
		f.Add(seed, uint8(1+seed%8), uint8(seed%7), uint8(seed/7))
	}
	f.Fuzz(func(t *testing.T, seed uint64, edits, first, second uint8) {
		e := &editor{rand.New(rand.NewPCG(seed, 0)), begun, map[string][]string{}}
		for range edits%12 + 1 {
			e.edit()
		}
		e.write(t, all[1+int(first)%(len(all)-1)])
		e.settle()
		e.edit()
		next := all[int(second)%len(all)]
		e.write(t, next)
		e.settle()
		e.write(t, next)
		if o := must(tree.Reconcile(e.dir, next))(t); len(o.Conflicts()) > 0 {
			t.Errorf("settled, and still in conflict: %v", &tree.ConflictError{States: o.Conflicts()})
		}
	})
}
