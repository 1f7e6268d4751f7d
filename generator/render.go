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

	"rcgen/templates"
)

// functions names what templates may call besides the built-in ones: sprig also
// offers random numbers, keys and the clock, which would make output differ
// between two runs.
var functions = []string{"quote", "squote"}

// Inputs is what a project is made of besides its plan: the files that are a
// person's own or secret.
type Inputs struct {
	Request []byte  // content of rcgen.yaml
	Profile *File   // the request's own profile where it lies in the project, or nil
	Secrets Secrets // content of .env
}

// Render prints the project of a plan. The same plan and inputs give the same
// bytes. An error is a defect of a template.
func Render(p Plan, in Inputs) (Project, error) {
	set, err := parseTemplates()
	if err != nil {
		return Project{}, err
	}
	var project Project
	for _, t := range set {
		if p.ExternalMongoDB && strings.HasPrefix(t.path, "mongodb/") {
			continue
		}
		content, err := t.render(p)
		if err != nil {
			return Project{}, err
		}
		project.Files = append(project.Files, File{Path: t.path, Content: content, Mode: 0o644})
	}
	project.Files = append(project.Files, File{Path: EnvExample, Content: exampleEnv(p.Request), Mode: 0o644})
	project.sort()
	lock := newLock(project).encode()
	project.Files = append(project.Files,
		File{Path: RequestFile, Content: in.Request, Mode: 0o644},
		File{Path: EnvFile, Content: in.Secrets.env, Mode: 0o600},
		File{Path: LockFile, Content: lock, Mode: 0o644},
	)
	if in.Profile != nil {
		project.Files = append(project.Files, *in.Profile)
	}
	project.sort()
	return project, nil
}

func (p Project) sort() {
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
}

// source is one file under templates/: rendered, or copied where text is nil.
type source struct {
	path string // in the project
	text *template.Template
	raw  []byte
}

func parseTemplates() ([]source, error) {
	var set []source
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s := source{path: projectPath(name)}
		if strings.HasSuffix(name, ".tmpl") {
			s.text, err = parseTemplate(name)
		} else {
			s.raw, err = fs.ReadFile(templates.FS, name)
		}
		set = append(set, s)
		return err
	})
	return set, err
}

func parseTemplate(name string) (*template.Template, error) {
	text, err := fs.ReadFile(templates.FS, name)
	if err != nil {
		return nil, err
	}
	return template.New(name).Option("missingkey=error").Funcs(allowed()).Parse(string(text))
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

func (s source) render(p Plan) ([]byte, error) {
	if s.text == nil {
		return s.raw, nil
	}
	var b bytes.Buffer
	if err := s.text.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return b.Bytes(), nil
}
