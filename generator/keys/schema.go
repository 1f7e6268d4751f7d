package keys

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"rcgen/generator/tree"
)

// jsonSchema is a JSON Schema. It is of draft 7, the newest that yaml-language-server
// reads (github.com/redhat-developer/yaml-language-server, README). Keys with x-
// are rcgen's own: readers of a schema skip those that they do not know.
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

// properties keep the order of the table.
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

// Schema returns rcgen.schema.json, the JSON Schema of rcgen.yaml that editors
// read. An error is one of encoding/json.
func Schema() ([]byte, error) {
	s := section("")
	s.Schema, s.Title = "http://json-schema.org/draft-07/schema#", tree.RequestFile
	// The table has the names, the order and the types of the Go types, or TestTable fails.
	s.Description = "What a Rocket.Chat deployment is to be. Made from rcgen's Go types; rcgen explain prints the same."
	var b bytes.Buffer
	err := plainJSON(&b).Encode(s)
	return b.Bytes(), err
}

// section describes the keys whose name is the prefix and one more word.
func section(prefix string) jsonSchema {
	s := jsonSchema{Type: "object", Additional: false}
	for _, k := range table() {
		name, below := strings.CutPrefix(k.name, prefix)
		if !below || strings.Contains(name, ".") {
			continue
		}
		s.Properties = append(s.Properties, property{name, k.schema()})
		if k.required {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

// jsonTypes are the types of a JSON Schema.
var jsonTypes = map[kind]any{
	typeText:   "string",
	typeWhole:  "integer",
	typeNumber: "number",
	typeBool:   "boolean",
	typeSize:   []string{"string", "integer"},
	typeList:   "array",
	typeNames:  "object",
}

func (k key) schema() jsonSchema {
	s := jsonSchema{
		Type: jsonTypes[k.kind], Enum: k.values, Minimum: k.min, Above: k.above, Maximum: k.max, Pattern: k.pattern,
	}
	if k.values != nil && k.pattern != "" {
		s.AnyOf, s.Enum, s.Pattern = []jsonSchema{{Enum: k.values}, {Pattern: k.pattern}}, nil, ""
	}
	switch k.kind {
	case typeSection:
		s = section(k.name + ".")
	case typeList:
		s.Pattern, s.Items = "", &jsonSchema{Type: "string", Pattern: k.pattern}
	case typeNames:
		s.PropertyNames = &jsonSchema{Pattern: k.names}
		s.Additional = jsonSchema{Type: []string{"string", "number", "boolean"}} // of which YAML makes text
	}
	s.Title, s.DefaultText, s.Examples, s.Option = k.name, k.missing, k.examples, k.option.name
	s.Description = sentence(k.doc) + defaultSentence(k.missing)
	s.Default = k.defaultValue()
	return s
}

// defaultValue returns the default where it is a value and not a phrase.
func (k key) defaultValue() any {
	n, err := strconv.Atoi(k.missing)
	switch {
	case k.kind == typeWhole && err == nil:
		return n
	case k.kind == typeBool && k.missing == "false":
		return false
	case k.kind == typeText && k.missing != "" && !strings.Contains(k.missing, " "):
		return k.missing
	}
	return nil
}

// defaultSentence ends the description in the schema, where editors show no other.
func defaultSentence(text string) string {
	if text == "" {
		return ""
	}
	return " Default: " + text + "."
}
