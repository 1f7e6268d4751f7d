package generator

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// jsonSchema is a JSON Schema. It is of draft 7, the newest that yaml-language-server
// reads (github.com/redhat-developer/yaml-language-server, README). Keys with x-
// are rcgen's own: readers of a schema pass over those that they do not know.
type jsonSchema struct {
	Schema        string       `json:"$schema,omitempty"`
	Title         string       `json:"title,omitempty"`
	Description   string       `json:"description,omitempty"`
	Type          any          `json:"type,omitempty"`
	Enum          []any        `json:"enum,omitempty"`
	AnyOf         []jsonSchema `json:"anyOf,omitempty"`
	Minimum       any          `json:"minimum,omitempty"`
	Above         any          `json:"exclusiveMinimum,omitempty"`
	Maximum       any          `json:"maximum,omitempty"`
	Pattern       string       `json:"pattern,omitempty"`
	Default       any          `json:"default,omitempty"`
	DefaultText   string       `json:"x-default,omitempty"`
	Examples      []any        `json:"examples,omitempty"`
	Option        string       `json:"x-option,omitempty"`
	Items         *jsonSchema  `json:"items,omitempty"`
	PropertyNames *jsonSchema  `json:"propertyNames,omitempty"`
	Additional    any          `json:"additionalProperties,omitempty"`
	Required      []string     `json:"required,omitempty"`
	Properties    properties   `json:"properties,omitempty"`
}

// properties keep the order of the type.
type properties []property

type property struct {
	name string
	jsonSchema
}

func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, each := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(each.name) + ":")
		if err := plainJSON(&b).Encode(each.jsonSchema); err != nil {
			return nil, err
		}
	}
	return []byte("{" + b.String() + "}"), nil
}

// plainJSON writes < and > as they are: people read the file.
func plainJSON(b *bytes.Buffer) *json.Encoder {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc
}

// schemaFile makes rcgen.schema.json from the type and its comments.
func schemaFile(t *testing.T) []byte {
	t.Helper()
	s := section(t, comments(t), reflect.TypeFor[Request](), "")
	s.Schema, s.Title = "http://json-schema.org/draft-07/schema#", RequestFile
	s.Description = "What a Rocket.Chat deployment is to be. Made from rcgen's Go types; rcgen explain prints the same."
	var b bytes.Buffer
	if err := plainJSON(&b).Encode(s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// comments returns the comment of every field in this package, by type and field.
func comments(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, file := range must(filepath.Glob("*.go"))(t) {
		f := must(parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments))(t)
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, name := range field.Names {
						found[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(field.Doc.Text()+" "+field.Comment.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return found
}

// section describes the keys of a struct.
func section(t *testing.T, comments map[string]string, of reflect.Type, prefix string) jsonSchema {
	t.Helper()
	s := jsonSchema{Type: "object", Additional: false}
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case options == "inline":
			inner := section(t, comments, f.Type, prefix)
			s.Required = append(s.Required, inner.Required...)
			s.Properties = append(s.Properties, inner.Properties...)
		default:
			key := prefix + name
			comment := comments[of.Name()+"."+f.Name]
			if comment == "" {
				t.Errorf("%s: %s.%s has no comment", key, of.Name(), f.Name)
			}
			s.Properties = append(s.Properties, property{name, describe(t, comments, f.Type, key, comment)})
			if facts[key].required {
				s.Required = append(s.Required, name)
			}
		}
	}
	return s
}

// describe describes one key. Its comment may end in "; empty = " and what holds
// where the key is not there.
func describe(t *testing.T, comments map[string]string, of reflect.Type, key, comment string) jsonSchema {
	t.Helper()
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	f := facts[key]
	s := jsonSchema{Enum: f.values, Minimum: f.min, Above: f.above, Maximum: f.max, Pattern: f.pattern}
	if f.values != nil && f.pattern != "" {
		s.AnyOf, s.Enum, s.Pattern = []jsonSchema{{Enum: f.values}, {Pattern: f.pattern}}, nil, ""
	}
	switch {
	case of == reflect.TypeFor[Bytes]():
		s.Type = []string{"string", "integer"}
	case of.Kind() == reflect.Struct:
		s = section(t, comments, of, key+".")
	case of.Kind() == reflect.Slice:
		s.Type, s.Pattern, s.Items = "array", "", &jsonSchema{Type: "string", Pattern: f.pattern}
	case of.Kind() == reflect.Map:
		s.Type, s.PropertyNames, s.Additional = "object", &jsonSchema{Pattern: f.names}, jsonSchema{Type: []string{"string", "number", "boolean"}} // of which YAML makes text
	default:
		s.Type = map[reflect.Kind]string{reflect.String: "string", reflect.Int: "integer", reflect.Float64: "number", reflect.Bool: "boolean"}[of.Kind()]
	}
	if s.Type == "" {
		t.Errorf("%s: no JSON type for %s", key, of)
	}
	text, ifEmpty, _ := strings.Cut(comment, "; empty = ")
	if ifEmpty == "" && s.Type == "boolean" {
		ifEmpty = "false"
	}
	s.Title, s.DefaultText, s.Examples, s.Option = key, ifEmpty, f.examples, f.option
	s.Description = strings.ToUpper(text[:1]) + text[1:] + "." + defaultSentence(ifEmpty)
	s.Default = defaultValue(s, ifEmpty)
	return s
}

// defaultValue returns the default where it is a value and not a sentence.
func defaultValue(s jsonSchema, text string) any {
	n, err := strconv.Atoi(text)
	switch {
	case s.Type == "integer" && err == nil:
		return n
	case s.Type == "boolean" && text == "false":
		return false
	case s.Type == "string" && text != "" && !strings.Contains(text, " "):
		return text
	}
	return nil
}

// TestSchema holds rcgen.schema.json to the types. It writes it with -update only.
func TestSchema(t *testing.T) {
	generated(t, filepath.Join("..", "templates", SchemaFile), schemaFile(t))
	keys := map[string]bool{}
	for _, d := range must(keyDocs(schemaFile(t)))(t) {
		keys[d.Key] = true
		if d.Required == (d.Default != "") && d.Required {
			t.Errorf("%s: is required and has a default", d.Key)
		}
		if d.Key == "release" && !strings.Contains(d.Description, oldestRelease) {
			t.Errorf("release: the comment does not name the oldest, %s", oldestRelease)
		}
	}
	for key := range facts {
		if !keys[key] {
			t.Errorf("facts: %s is no key", key)
		}
	}
}

// generated compares a file with what is made now, or writes it with -update.
func generated(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(os.ReadFile(file))(t); !bytes.Equal(got, want) {
		t.Errorf("%s: is not what the types say, from %s on; if that is meant: go test ./generator -run 'TestSchema|TestReference' -update", file, firstDifference(got, want))
	}
}
