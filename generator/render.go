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
		if !p.wants(t.path) {
			continue
		}
		if t.path == ComposeFile {
			p.configSums = configSums(project.Files)
		}
		content, err := t.render(p)
		if err != nil {
			return Project{}, err
		}
		project.Files = append(project.Files, File{Path: t.path, Content: content, Mode: 0o644, Origin: "templates/" + t.name, Seed: t.path == seeded})
	}
	built, err := p.monitoring()
	if err != nil {
		return Project{}, err
	}
	project.Files = append(project.Files, built...)
	project.Files = append(project.Files, File{Path: EnvExample, Content: exampleEnv(p.Request), Mode: 0o644, Origin: "generator"})
	project.Files = append(project.Files,
		File{Path: RequestFile, Content: in.Request, Mode: 0o644},
		File{Path: EnvFile, Content: in.Secrets.env, Mode: 0o600, From: in.Secrets.from},
	)
	if in.Profile != nil {
		project.Files = append(project.Files, *in.Profile)
	}
	project.sort()
	return project, nil
}

// seeded is written once, with examples, and is a person's from then on.
const seeded = "compose.override.yaml"

// wants reports whether a plan has the service that a file is for.
func (p Plan) wants(path string) bool {
	switch dir, _, _ := strings.Cut(path, "/"); dir {
	case "mongodb":
		return p.BundledMongoDB
	case "loki", "otel-collector":
		return p.Logs
	case SchemaFile:
		return p.Managed
	default:
		return path != "grafana/provisioning/datasources/loki.yaml" || p.Logs
	}
}

func (p Project) sort() {
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
}

// source is one file under templates/: rendered, or copied where text is nil.
type source struct {
	name string // below templates/
	path string // in the project
	text *template.Template
	raw  []byte
}

// parseTemplates returns what is below templates/ by path, but compose.yaml last: it
// holds checksums of the others.
func parseTemplates() ([]source, error) {
	var set []source
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s := source{name: name, path: projectPath(name)}
		if strings.HasSuffix(name, ".tmpl") {
			s.text, err = parseTemplate(name)
		} else {
			s.raw, err = fs.ReadFile(templates.FS, name)
		}
		set = append(set, s)
		return err
	})
	slices.SortFunc(set, func(a, b source) int {
		switch {
		case a.path == ComposeFile:
			return 1
		case b.path == ComposeFile:
			return -1
		default:
			return cmp.Compare(a.path, b.path)
		}
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
