package validate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	composetree "github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"rcgen/generator/dotenv"
	"rcgen/generator/stack"
	"rcgen/generator/strict"
	"rcgen/generator/tree"
)

// WarmUp compiles the Compose schema, a third of what a process's first Load
// takes. It is for a goroutine of its own, while a plan is made and rendered;
// compose-go does it once and lets every Load wait for it.
func WarmUp() { _ = schema.Validate(nil) } // nothing is valid in nothing: only the compiling counts

// Disk is where a project lies. The zero value is a project that lies nowhere yet.
type Disk struct {
	Dir    string                 // directory from which Compose looks up include and extends
	Exists func(path string) bool // whether a path, absolute or relative to Dir, is there; nil checks none
	Domain string                 // that a certificate must be for; empty checks none
}

// Files returns what is wrong with a project's files: everything Compose itself
// refuses, and what it accepts but fails or harms later. A zero host leaves out
// what depends on it.
func Files(p tree.Project, host stack.Host, disk Disk) []Finding {
	return Load(p, disk.Dir).Judge(p, host, disk)
}

// composeFiles are those that Load reads besides EnvFile, in Compose's order.
var composeFiles = append([]string{tree.ComposeFile}, tree.OverrideFiles...)

// Loaded is a project as Compose loads it, or why it does not.
type Loaded struct {
	from     tree.Project // what it was loaded from
	model    *model       // nil: it does not load
	env      map[string]string
	findings []Finding
}

// Load loads the Compose files of a project in dir, with the variables of EnvFile, as
// Compose does. It reads no other file of the project and takes most of the time of a
// validation: it may run while the others are still being rendered.
func Load(p tree.Project, dir string) Loaded {
	env, err := environmentOf(p)
	if err != nil {
		return Loaded{from: p, findings: []Finding{{
			Code: FindVariable, File: tree.EnvFile, Message: err.Error(), Hint: "write NAME=value, one on each line",
		}}}
	}
	m, findings := loadModel(p, env, dir)
	return Loaded{from: p, model: m, env: env, findings: findings}
}

// Judge returns what is wrong with the files of a project, of which l has the Compose
// files. A zero host leaves out what depends on it.
func (l Loaded) Judge(p tree.Project, host stack.Host, disk Disk) []Finding {
	findings := l.findings
	if l.model == nil {
		return findings
	}
	findings = append(findings, l.model.ports()...)
	findings = append(findings, l.model.images()...)
	findings = append(findings, l.model.routes(p)...)
	if host != (stack.Host{}) {
		findings = append(findings, l.model.limits(host)...)
	}
	if disk.Exists != nil {
		findings = append(findings, l.model.paths(disk.Exists)...)
		findings = append(findings, l.model.certificate(p, disk.Domain)...)
	}
	return append(findings, l.model.secrets(p, l.env)...)
}

// environmentOf returns the variables Compose would interpolate: those of EnvFile.
func environmentOf(p tree.Project) (map[string]string, error) {
	f, _ := p.File(tree.EnvFile) // a project without one has no variables
	return dotenv.Parse(f.Content)
}

// model is a loaded Compose project with the files it came from.
type model struct {
	project *types.Project
	files   []composeFile // documents, in the order in which Compose reads them
}

type composeFile struct {
	name string
	root *yaml.Node
}

// loadModel loads a project as Compose does. Without a model, the findings say why.
func loadModel(p tree.Project, env map[string]string, dir string) (*model, []Finding) {
	details := types.ConfigDetails{WorkingDir: dir, Environment: env}
	m := &model{}
	for _, name := range composeFiles {
		f, ok := p.File(name)
		if !ok {
			continue
		}
		documents, err := parseDocuments(f.Content)
		if err != nil {
			return nil, []Finding{{Code: FindCompose, File: name, Message: strict.Plain(err), Hint: "mend the YAML"}}
		}
		for _, doc := range documents {
			m.files = append(m.files, composeFile{name, doc})
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: name, Content: f.Content})
	}
	if len(m.files) == 0 || m.files[0].name != tree.ComposeFile {
		message := "is missing"
		if _, ok := p.File(tree.ComposeFile); ok {
			message = "is empty"
		}
		return nil, []Finding{{Code: FindCompose, File: tree.ComposeFile, Message: message,
			Hint: "delete it if it is there: rcgen generate writes it anew"}}
	}
	findings, unset := m.variables(env)
	var err error
	m.project, err = load(details, unset)
	if err != nil && len(findings) > 0 {
		return nil, findings // it may be no more than what they say
	}
	if err != nil {
		return nil, []Finding{{Code: FindCompose, File: culprit(details), Message: strict.Plain(err),
			Hint: "docker compose config shows the same; rcgen.yaml or compose.override.yaml is the place for changes"}}
	}
	return m, findings
}

// culprit returns the file that makes loading fail: the last, unless the first
// fails alone.
func culprit(details types.ConfigDetails) string {
	first := details
	first.ConfigFiles = details.ConfigFiles[:1]
	if _, err := load(first, nil); err != nil {
		return tree.ComposeFile
	}
	return details.ConfigFiles[len(details.ConfigFiles)-1].Filename
}

// load loads a project as Compose does. Variables in unset have been reported and
// get a value, so that the rest can be looked at.
func load(details types.ConfigDetails, unset []string) (*types.Project, error) {
	return loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("project", false) // for a file that lost its name
		o.SkipResolveEnvironment = true    // env_file is checked by paths, not read
		o.ResolvePaths = false             // findings name paths as they are written
		o.Profiles = []string{"*"}         // a service that is off today may be on tomorrow
		o.Interpolate.TypeCastMapping = possibleCasts(o.Interpolate.TypeCastMapping, details.ConfigFiles)
		o.Interpolate.LookupValue = func(name string) (string, bool) {
			if slices.Contains(unset, name) {
				return "unset", true
			}
			value, ok := details.Environment[name]
			return value, ok
		}
	})
}

// parseDocuments returns the documents of a file: Compose merges all of them.
func parseDocuments(content []byte) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(content))
	var all []*yaml.Node
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, &doc)
	}
}

// possibleCasts leaves out the casts for keys that stand in no file. compose-go
// matches every value against every cast; here that was a fifth of a load.
func possibleCasts(
	casts map[composetree.Path]interpolation.Cast, files []types.ConfigFile,
) map[composetree.Path]interpolation.Cast {
	possible := map[composetree.Path]interpolation.Cast{}
	for path, cast := range casts {
		key := []byte(path.Last())
		if path.Last() == composetree.PathMatchAll || path.Last() == composetree.PathMatchList ||
			slices.ContainsFunc(files, func(f types.ConfigFile) bool { return bytes.Contains(f.Content, key) }) {
			possible[path] = cast
		}
	}
	return possible
}

// variables reports variables that have neither a value nor a default: Compose
// would put in nothing and only warn.
func (m *model) variables(env map[string]string) (findings []Finding, unset []string) {
	for _, f := range m.files {
		walkScalars(f.root, "", func(key string, n *yaml.Node) {
			missing := unsetVariables(n.Value, env)
			slices.Sort(missing)
			for _, name := range slices.Compact(missing) {
				unset = append(unset, name)
				findings = append(findings, Finding{Code: FindVariable, File: f.name, Line: n.Line, Key: key,
					Message: "variable " + name + " is not set in " + tree.EnvFile,
					Hint:    "set it there, or give it a default: ${" + name + ":-value}"})
			}
		})
	}
	return findings, unset
}

// walkScalars calls visit for every scalar value below n with the dotted path of
// its key. What an alias points to is visited where it is written.
func walkScalars(n *yaml.Node, key string, visit func(key string, n *yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		visit(key, n)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			walkScalars(n.Content[i+1], strings.TrimPrefix(key+"."+n.Content[i].Value, "."), visit)
		}
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, c := range n.Content {
			walkScalars(c, key, visit)
		}
	}
}

// at begins a finding where a key of a service is written: in the last file that
// has it, since it wins. Of several dotted keys the first that is found counts.
func (m *model) at(code, service string, keys ...string) Finding {
	for _, f := range slices.Backward(m.files) {
		for _, key := range keys {
			if n := lookup(f.root, append([]string{"services", service}, strings.Split(key, ".")...)); n != nil {
				return Finding{Code: code, File: f.name, Line: n.Line, Key: "services." + service + "." + key}
			}
		}
	}
	return Finding{Code: code, File: m.files[0].name, Key: "services." + service + "." + keys[0]}
}

// lookup follows keys through mappings, aliases and merge keys.
func lookup(n *yaml.Node, keys []string) *yaml.Node {
	switch {
	case n.Kind == yaml.DocumentNode && len(n.Content) == 1:
		return lookup(n.Content[0], keys)
	case n.Kind == yaml.AliasNode:
		return lookup(n.Alias, keys)
	case len(keys) == 0:
		return n
	case n.Kind != yaml.MappingNode:
		return nil
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case keys[0]:
			return lookup(n.Content[i+1], keys[1:])
		case "<<":
			merged = mergeSources(n.Content[i+1])
		}
	}
	for _, m := range merged {
		if found := lookup(m, keys); found != nil {
			return found
		}
	}
	return nil
}

// mergeSources returns what a merge key merges: one mapping, or a list of them.
func mergeSources(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// sortedServices returns the services by name, so that findings have one order.
func (m *model) sortedServices() []types.ServiceConfig {
	all := make([]types.ServiceConfig, 0, len(m.project.Services))
	for _, name := range slices.Sorted(maps.Keys(m.project.Services)) {
		all = append(all, m.project.Services[name])
	}
	return all
}
