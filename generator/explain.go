package generator

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
	"go.yaml.in/yaml/v4"

	"rcgen/templates"
)

// SchemaFile is the JSON Schema of rcgen.yaml that each project holds for editors.
const SchemaFile = "rcgen.schema.json"

// KeyDoc says what one key of rcgen.yaml is.
type KeyDoc struct {
	Key         string   `json:"key"` // dotted, like tls.mode
	Type        string   `json:"type"`
	Required    bool     `json:"required"`           // in its section, where that is there
	Default     string   `json:"default,omitempty"`  // what holds where the key is not there
	Values      []string `json:"values,omitempty"`   // the values that have a name; with Examples others too
	Range       string   `json:"range,omitempty"`    // like "1 to 1000"
	Pattern     string   `json:"pattern,omitempty"`  // regular expression that the text follows
	Examples    []string `json:"examples,omitempty"` // of other values
	Description string   `json:"description"`
	Option      string   `json:"option,omitempty"` // of `rcgen init` that sets it, without dashes
}

// Explain returns a key of rcgen.yaml followed by those below it, or all keys for
// "", in the order in which rcgen writes them. An unknown key is an Error whose
// hint holds the nearest ones.
func Explain(key string) ([]KeyDoc, error) {
	text, err := fs.ReadFile(templates.FS, SchemaFile)
	if err != nil {
		return nil, err
	}
	all, err := keyDocs(text)
	if err != nil || key == "" {
		return all, err
	}
	var found []KeyDoc
	for _, d := range all {
		if d.Key == key || strings.HasPrefix(d.Key, key+".") {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return nil, hinted(nearest(all, key), "explain: %q is not a key of %s", key, RequestFile)
	}
	return found, nil
}

// nearest names the keys that were probably meant: those that end in the word, or
// else the three most alike.
func nearest(all []KeyDoc, typed string) string {
	const alike = 0.8 // of 1; below it words have little in common
	likeness := func(key string) float64 {
		last := key[strings.LastIndex(key, ".")+1:]
		whole, word := smetrics.JaroWinkler(typed, key, 0.7, 4), smetrics.JaroWinkler(typed, last, 0.7, 4) // Winkler's own parameters
		return max(whole, word)
	}
	var keys []string
	for _, d := range all {
		if likeness(d.Key) > alike {
			keys = append(keys, d.Key)
		}
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(likeness(b), likeness(a)) })
	if len(keys) == 0 {
		return "rcgen explain lists the keys"
	}
	return "did you mean " + strings.Join(keys[:min(3, len(keys))], ", ") + "? rcgen explain lists the keys"
}

// keySchema is what Explain reads of a JSON Schema.
type keySchema struct {
	Type        any         `yaml:"type"`
	Description string      `yaml:"description"`
	Default     string      `yaml:"x-default"`
	Option      string      `yaml:"x-option"`
	Enum        []any       `yaml:"enum"`
	AnyOf       []keySchema `yaml:"anyOf"`
	Minimum     any         `yaml:"minimum"`
	Above       any         `yaml:"exclusiveMinimum"`
	Maximum     any         `yaml:"maximum"`
	Pattern     string      `yaml:"pattern"`
	Examples    []any       `yaml:"examples"`
	Required    []string    `yaml:"required"`
	Properties  yaml.Node   `yaml:"properties"` // a node keeps their order
}

// keyDocs reads a JSON Schema, which is YAML too.
func keyDocs(text []byte) ([]KeyDoc, error) {
	var root keySchema
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", SchemaFile, err)
	}
	return root.below("")
}

// below returns the keys of a section, each followed by its own.
func (s keySchema) below(prefix string) ([]KeyDoc, error) {
	var docs []KeyDoc
	pairs := s.Properties.Content
	for i := 0; i+1 < len(pairs); i += 2 {
		var property keySchema
		if err := pairs[i+1].Decode(&property); err != nil {
			return nil, fmt.Errorf("%s: %w", SchemaFile, err)
		}
		name := pairs[i].Value
		doc := property.doc(prefix + name)
		doc.Required = slices.Contains(s.Required, name)
		inner, err := property.below(prefix + name + ".")
		if err != nil {
			return nil, err
		}
		docs = append(append(docs, doc), inner...)
	}
	return docs, nil
}

func (s keySchema) doc(key string) KeyDoc {
	d := KeyDoc{Key: key, Type: typeWords[fmt.Sprint(s.Type)], Default: s.Default, Pattern: s.Pattern, Option: s.Option}
	d.Description = strings.TrimSuffix(s.Description, defaultSentence(s.Default))
	if d.Type == sectionType && len(s.Properties.Content) == 0 {
		d.Type = "names with texts"
	}
	for _, v := range s.Enum {
		d.Values = append(d.Values, fmt.Sprint(v))
	}
	for _, alternative := range s.AnyOf {
		other := alternative.doc(key)
		d.Values, d.Pattern = append(d.Values, other.Values...), cmp.Or(d.Pattern, other.Pattern)
	}
	for _, v := range s.Examples {
		d.Examples = append(d.Examples, inline(v))
	}
	written := func(v any) string {
		if n, ok := v.(int); ok && d.Type == typeWords[sizeType] {
			return Bytes(n).String()
		}
		return fmt.Sprint(v)
	}
	switch {
	case s.Above != nil:
		d.Range = "above " + written(s.Above) + ", up to " + written(s.Maximum)
	case s.Minimum != nil:
		d.Range = written(s.Minimum) + " to " + written(s.Maximum)
	}
	return d
}

// inline writes an example as it stands behind its key.
func inline(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var items []string
	for _, item := range list {
		items = append(items, fmt.Sprint(item))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// sizeType is the type of an amount of memory: a bare number counts bytes.
const sizeType = "[string integer]"

// sectionType is the word for a key that holds keys.
const sectionType = "section"

// typeWords are the types of a JSON Schema in an operator's words.
var typeWords = map[string]string{
	"object":  sectionType,
	"array":   "list of texts",
	"string":  "text",
	"integer": "whole number",
	"number":  "number",
	"boolean": "true or false",
	sizeType:  "size",
}

// defaultSentence ends the description in the schema, where editors show no other.
func defaultSentence(text string) string {
	if text == "" {
		return ""
	}
	return " Default: " + text + "."
}
