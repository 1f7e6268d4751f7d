package generator

import (
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"

	"rcgen/templates"
)

func TestTemplateFunctions(t *testing.T) {
	all := sprig.TxtFuncMap()
	hermetic := sprig.HermeticTxtFuncMap()
	given := allowed()
	for _, name := range functions {
		if all[name] == nil || hermetic[name] == nil || given[name] == nil {
			t.Errorf("%s: not in sprig, or not one that gives the same each time", name)
		}
	}
	if got := slices.Sorted(maps.Keys(given)); !slices.Equal(got, functions) {
		t.Errorf("templates are given %v, the list says %v", got, functions)
	}
	for _, name := range []string{"env", "expandenv", "now", "randAlpha", "genPrivateKey", "getHostByName"} {
		if all[name] == nil {
			t.Fatalf("%s: sprig has it no more; this test watches for it", name)
		}
		if given[name] != nil {
			t.Errorf("%s: makes output differ between two runs or machines", name)
		}
	}
}

// TestTemplateLogic: templates only print. A condition is one field, a loop goes
// over one field, and nothing is computed, compared or assigned.
func TestTemplateLogic(t *testing.T) {
	used := map[string]bool{}
	for _, s := range must(listSources())(t) {
		if !s.isTemplate() {
			continue
		}
		for _, text := range must(s.parse(allowed()))(t).Templates() {
			data := reflect.TypeFor[page]()
			if text.Name() == "limits" {
				data = reflect.TypeFor[Service]()
			}
			w := templateWalk{root: data, used: used}
			w.list(text.Root, data)
			for _, fault := range w.faults {
				t.Errorf("%s: %s", s.name, fault)
			}
		}
	}
	for _, name := range functions {
		if !used[name] {
			t.Logf("%s: no template calls it; the list could do without", name)
		}
	}
}

// templateWalk collects what a template does beyond printing.
type templateWalk struct {
	root   reflect.Type
	faults []string
	used   map[string]bool
}

func (w *templateWalk) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

func (w *templateWalk) list(l *parse.ListNode, dot reflect.Type) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			w.pipe(n.Pipe)
		case *parse.TemplateNode:
			w.pipe(n.Pipe)
		case *parse.IfNode:
			w.condition(n, dot)
		case *parse.RangeNode:
			w.loop(n, dot)
		default:
			w.fault("line %d: %s is neither if, range nor printing", n.Position(), n)
		}
	}
}

// condition allows a field that says yes or no, the opposite of such a field, or a
// list that may be empty; code decides everything else and puts it into the page.
func (w *templateWalk) condition(n *parse.IfNode, dot reflect.Type) {
	args := single(n.Pipe)
	kinds := []reflect.Kind{reflect.Bool, reflect.Slice}
	if len(args) == 2 && args[0].String() == "not" {
		args, kinds = args[1:], kinds[:1]
	}
	if field := w.field(args, dot); field == nil || !slices.Contains(kinds, field.Kind()) {
		w.fault("line %d: {{if %s}} is neither one field of kind bool, nor its opposite, nor a list", n.Line, n.Pipe)
	}
	if n.ElseList != nil && len(n.ElseList.Nodes) == 1 && n.ElseList.Nodes[0].Type() == parse.NodeIf {
		w.fault("line %d: {{if %s}} has an else if", n.Line, n.Pipe)
	}
	w.list(n.List, dot)
	w.list(n.ElseList, dot)
}

func (w *templateWalk) loop(n *parse.RangeNode, dot reflect.Type) {
	field := w.field(single(n.Pipe), dot)
	if field == nil || field.Kind() != reflect.Slice || n.ElseList != nil {
		w.fault("line %d: {{range %s}} does not go over one field that is a list", n.Line, n.Pipe)
		return
	}
	w.list(n.List, field.Elem())
}

// single returns the words of a pipeline of one command that assigns nothing.
func single(p *parse.PipeNode) []parse.Node {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 {
		return nil
	}
	return p.Cmds[0].Args
}

// field returns the type of the one field that the words are, or nil.
func (w *templateWalk) field(args []parse.Node, dot reflect.Type) reflect.Type {
	if len(args) != 1 {
		return nil
	}
	var names []string
	switch n := args[0].(type) {
	case *parse.FieldNode:
		names = n.Ident
	case *parse.VariableNode: // $.Field
		dot, names = w.root, n.Ident[1:]
	default:
		return nil
	}
	for _, name := range names {
		f, ok := dot.FieldByName(name)
		if !ok {
			return nil
		}
		dot = f.Type
	}
	return dot
}

// TestTemplateWalk: what TestTemplateLogic allows in a condition or loop, and what not.
func TestTemplateWalk(t *testing.T) {
	for _, c := range []struct {
		head  string
		fault bool
	}{
		{"if .Scaled", false},
		{"if not .Scaled", false},
		{"if not $.Deployment.Logs", false},
		{"if .Members", false},
		{"range .Members", false},
		{"if not .Members", true}, // a list is no decision
		{"if not .RootURL", true},
		{"if not .Scaled .Several", true},
		{"if not (not .Scaled)", true},
		{"if .Scaled | not", true},
		{"if $x := not .Scaled", true},
		{"if or .Scaled .Several", true},
		{"if .Users", true},
		{"if .MongoDBMembers", true}, // a method
		{"if .Scalled", true},
		{"range not .Scaled", true},
		{"with .Scaled", true},
	} {
		text := must(template.New("").Parse("{{" + c.head + "}}{{end}}"))(t)
		w := templateWalk{root: reflect.TypeFor[page](), used: map[string]bool{}}
		w.list(text.Root, w.root)
		if (len(w.faults) > 0) != c.fault {
			t.Errorf("%s: faults %v, want some: %t", c.head, w.faults, c.fault)
		}
	}
}

// pipe wants values of fields and methods, printed through functions of the list.
func (w *templateWalk) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	if len(p.Decl) > 0 {
		w.fault("line %d: %s assigns", p.Line, p)
	}
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			switch a := arg.(type) {
			case *parse.IdentifierNode:
				w.used[a.Ident] = true
				if !slices.Contains(functions, a.Ident) {
					w.fault("line %d: %s calls %s", p.Line, p, a.Ident)
				}
			case *parse.PipeNode:
				w.pipe(a)
			case *parse.ChainNode:
				if inner, ok := a.Node.(*parse.PipeNode); ok {
					w.pipe(inner)
				}
			case *parse.FieldNode, *parse.VariableNode, *parse.StringNode, *parse.DotNode:
			default:
				w.fault("line %d: %s computes with %s", p.Line, p, a)
			}
		}
	}
}

// TestTemplateTree: every file below templates/ ends up in the project that has
// MongoDB inside, under its own path.
func TestTemplateTree(t *testing.T) {
	p := renderPlan(t, must(NewPlan(aRequest(), nil))(t), nil)
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want := strings.Replace(strings.TrimSuffix(name, ".tmpl"), "gitignore", ".gitignore", 1)
		if _, ok := p.File(want); !ok {
			t.Errorf("%s: is not written as %s", name, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	external := renderPlan(t, must(NewPlan(anExternal(), nil))(t), nil)
	for _, f := range external.Files {
		if strings.HasPrefix(f.Path, "mongodb/") {
			t.Errorf("%s: is written for a database that is elsewhere", f.Path)
		}
	}
}
