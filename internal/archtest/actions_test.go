package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ofActions is what an Action takes of a cli.Context: words and a context. What is left
// reads an option by its name in a string, or could.
var ofActions = []string{"Args", "Context", "NArg"}

// beside returns what knows urfave/cli beside Actions: functions with a name that take a
// *cli.Context, and reads of an option by its name.
func beside(f *ast.File, fset *token.FileSet) []string {
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if len(contexts(n.Type)) > 0 {
				found = append(found, fmt.Sprintf("%s: %s takes a *cli.Context", fset.Position(n.Pos()), n.Name.Name))
			}
		case *ast.FuncLit:
			for _, name := range contexts(n.Type) {
				found = append(found, reads(n.Body, name, fset)...)
			}
		}
		return true
	})
	return found
}

// contexts returns the names of the parameters that are a *cli.Context.
func contexts(f *ast.FuncType) []string {
	var names []string
	for _, field := range f.Params.List {
		star, _ := field.Type.(*ast.StarExpr)
		if star == nil {
			continue
		}
		sel, _ := star.X.(*ast.SelectorExpr)
		if sel == nil || sel.Sel.Name != "Context" {
			continue
		}
		names = append(names, "_")
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

func reads(body ast.Node, context string, fset *token.FileSet) []string {
	var found []string
	ast.Inspect(body, func(n ast.Node) bool {
		sel, _ := n.(*ast.SelectorExpr)
		if sel == nil || slices.Contains(ofActions, sel.Sel.Name) {
			return true
		}
		if x, _ := sel.X.(*ast.Ident); x != nil && x.Name == context {
			found = append(found, fmt.Sprintf("%s: %s.%s is not for Actions", fset.Position(n.Pos()), context, sel.Sel.Name))
		}
		return true
	})
	return found
}

// TestActions keeps urfave/cli in Actions: below them options are fields of a struct.
func TestActions(t *testing.T) {
	files, err := filepath.Glob("../../cmd/rcgen/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no commands were read: %v", err)
	}
	for _, file := range files {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if found := beside(f, fset); len(found) > 0 {
			t.Error(strings.Join(found, "\n"))
		}
	}
}

// TestBeside holds TestActions itself: it must find what it is there for.
func TestBeside(t *testing.T) {
	for body, want := range map[string]int{
		`func run(c *cli.Context) error { return nil }`:                                                                       1,
		`func (o options) run(a int, c *cli.Context) {}`:                                                                      1,
		`func run(*cli.Context) {}`:                                                                                           1,
		`func run(c context.Context) {}`:                                                                                      0,
		`var a = func(c *cli.Context) error { return o.run(c.Context, c.Args().First()) }`:                                    0,
		`var a = func(c *cli.Context) error { return o.run(c.String("dir"), c.IsSet("users")) }`:                              2,
		`var a = func(c *cli.Context) error { return run(c.Lineage()[0].Bool("x")) }`:                                         1,
		`func command() *cli.Command { return &cli.Command{Action: func(c *cli.Context) error { return run(c.Bool("x")) }} }`: 1,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "sample.go", "package main\n"+body, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := beside(f, fset); len(got) != want {
			t.Errorf("%s\ngot %q, want %d", body, got, want)
		}
	}
}
