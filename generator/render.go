package generator

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"

	"rcgen/generator/routes"
	"rcgen/generator/tree"
	"rcgen/templates"
)

// functions names what templates may call besides the built-in ones: sprig also
// offers random numbers, keys and the clock, which would make output differ
// between two runs.
var functions = []string{"quote", "squote"}

// Inputs is what a project is made of besides its plan: the files that are a
// person's own or secret, and what becomes of the project.
type Inputs struct {
	Request []byte     // content of rcgen.yaml
	Profile *tree.File // the request's own profile where it lies in the project, or nil
	Secrets Secrets    // content of .env
	Ejected bool       // the project goes on without rcgen: its files do not mention it
}

// Render prints the project of a plan. The same plan and inputs give the same
// bytes. An error is a defect of a template.
func Render(p Plan, in Inputs) (tree.Project, error) {
	r, err := NewRenderer(p, in)
	if err != nil {
		return tree.Project{}, err
	}
	first, err := r.Compose()
	if err != nil {
		return tree.Project{}, err
	}
	rest, err := r.Rest()
	if err != nil {
		return tree.Project{}, err
	}
	return Join(first, rest), nil
}

// Join makes a project of the two steps of a Renderer.
func Join(compose, rest []tree.File) tree.Project {
	p := tree.Project{Files: slices.Concat(compose, rest)}
	p.Sort()
	return p
}

// Renderer renders the project of a plan in two steps, neither of which needs the
// other: they may run at the same time. Together they give each file once.
type Renderer struct {
	inputs    Inputs
	page      page
	sources   []source // of the files that the plan has
	functions template.FuncMap
}

// NewRenderer decides what the templates print, and parses none yet.
func NewRenderer(p Plan, in Inputs) (*Renderer, error) {
	all, err := listSources()
	if err != nil {
		return nil, err
	}
	g := newPage(p, in.Ejected)
	wanted := slices.DeleteFunc(all, func(s source) bool { return !g.wants(s.path) })
	return &Renderer{inputs: in, page: g, sources: wanted, functions: allowed()}, nil
}

// Compose renders compose.yaml and all that a check of it reads: the override, .env,
// the lists of replicas, and what services read when they start, of which
// compose.yaml holds checksums. Their order is not specified.
func (r *Renderer) Compose() ([]tree.File, error) {
	files, err := r.render(r.page, func(path string) bool { return path != tree.ComposeFile && ofCompose(path) })
	if err != nil {
		return nil, err
	}
	g := r.page
	g.configSums = configSums(files)
	compose, err := r.render(g, func(path string) bool { return path == tree.ComposeFile })
	if err != nil {
		return nil, err
	}
	return append(append(files, compose...),
		tree.File{Path: tree.EnvExample, Content: exampleEnv(g.Request), Mode: 0o644, Origin: "generator"},
		tree.File{Path: tree.EnvFile, Content: r.inputs.Secrets.env, Mode: 0o600, From: r.inputs.Secrets.from}), nil
}

// Rest renders what Compose leaves out: README.md, what MongoDB starts with, rules,
// dashboards and rcgen's own files. Their order is not specified.
func (r *Renderer) Rest() ([]tree.File, error) {
	g := r.page
	g.Rules = g.Plan.Rules()
	files, err := r.render(g, func(path string) bool { return !ofCompose(path) })
	if err != nil {
		return nil, err
	}
	built, err := g.monitoring()
	if err != nil {
		return nil, err
	}
	files = append(append(files, built...), tree.File{Path: tree.RequestFile, Content: r.inputs.Request, Mode: 0o644})
	if r.inputs.Profile != nil {
		files = append(files, *r.inputs.Profile)
	}
	return files, nil
}

// ofCompose reports whether Renderer.Compose renders a template's file.
func ofCompose(path string) bool {
	for _, prefix := range readAtStart {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return slices.Contains([]string{tree.ComposeFile, tree.OverrideFile, routes.File, routes.TargetsFile}, path)
}

// render renders the templates whose files are chosen.
func (r *Renderer) render(g page, chosen func(path string) bool) ([]tree.File, error) {
	var files []tree.File
	for _, s := range r.sources {
		if !chosen(s.path) {
			continue
		}
		content, err := s.render(g, r.functions)
		if err != nil {
			return nil, err
		}
		files = append(files, tree.File{
			Path: s.path, Content: content, Mode: 0o644,
			Origin: "templates/" + s.name, Seed: s.path == tree.OverrideFile,
		})
	}
	return files, nil
}

// source is one file below templates/: rendered if its name ends in .tmpl, else
// copied.
type source struct {
	name string // below templates/
	path string // in the project
}

// listSources returns what is below templates/, by path.
func listSources() ([]source, error) {
	var all []source
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, source{name, projectPath(name)})
		}
		return err
	})
	slices.SortFunc(all, func(a, b source) int { return cmp.Compare(a.path, b.path) })
	return all, err
}

func (s source) render(g page, functions template.FuncMap) ([]byte, error) {
	if !s.isTemplate() {
		return fs.ReadFile(templates.FS, s.name)
	}
	text, err := s.parse(functions)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := text.Execute(&b, g); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return b.Bytes(), nil
}

func (s source) isTemplate() bool { return strings.HasSuffix(s.name, ".tmpl") }

func (s source) parse(functions template.FuncMap) (*template.Template, error) {
	text, err := fs.ReadFile(templates.FS, s.name)
	if err != nil {
		return nil, err
	}
	return template.New(s.name).Option("missingkey=error").Funcs(functions).Parse(string(text))
}

// projectPath returns where a template is written: without .tmpl, and with the
// dot that go:embed does not take.
func projectPath(name string) string {
	name = strings.TrimSuffix(name, ".tmpl")
	if path.Base(name) == "gitignore" {
		name = path.Join(path.Dir(name), ".gitignore")
	}
	return name
}

func allowed() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	out := template.FuncMap{}
	for _, name := range functions {
		out[name] = all[name]
	}
	return out
}
