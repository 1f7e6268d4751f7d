package generator

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// compiled is rcgen.schema.json as a validator reads it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc := must(jsonschema.UnmarshalJSON(bytes.NewReader(schemaFile(t))))(t)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaFile, doc); err != nil {
		t.Fatal(err)
	}
	return must(c.Compile(SchemaFile))(t)
}

// against validates a YAML text as an editor does.
func against(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return s.Validate(must(jsonschema.UnmarshalJSON(bytes.NewReader(must(json.Marshal(v))(t))))(t))
}

// changedFile returns the complete example with some keys set or removed.
func changedFile(t *testing.T, changes ...change) []byte {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(completeExample), &doc); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		at, name := doc, c.key
		for {
			first, rest, nested := strings.Cut(name, ".")
			if !nested {
				break
			}
			if _, ok := at[first].(map[string]any); !ok {
				at[first] = map[string]any{}
			}
			at, name = at[first].(map[string]any), rest
		}
		if c.value == nil {
			delete(at, name)
		} else {
			at[name] = c.value
		}
	}
	return must(yaml.Marshal(doc))(t)
}

// verdict is what the schema and rcgen say of a file.
type verdict struct{ schema, rcgen error }

func (v verdict) taken() bool   { return v.schema == nil && v.rcgen == nil }
func (v verdict) refused() bool { return v.schema != nil && v.rcgen != nil }

func judge(t *testing.T, s *jsonschema.Schema, text []byte) verdict {
	t.Helper()
	_, err := DecodeRequest(text)
	return verdict{against(t, s, text), err}
}

// good and beyond return values that a key takes, and such that it does not.
func (f fact) good(d KeyDoc) []any {
	all := slices.Concat(f.values, f.examples)
	for _, v := range []any{f.min, f.max} {
		if v != nil {
			all = append(all, v)
		}
	}
	switch {
	case d.Type == "true or false":
		all = append(all, true, false)
	case f.names != "":
		all = append(all, map[string]any{"OVERWRITE_SETTING_Site_Name": "Chat", "OVERWRITE_SETTING_Show": true, "_x1": 1.5})
	case len(all) == 0:
		all = append(all, "text")
	}
	return all
}

func (f fact) beyond(d KeyDoc) []any {
	all := slices.Clone(f.bad)
	if low, ok := f.min.(int); ok {
		all = append(all, f.max.(int)+1, -1)
		if low > 1 {
			all = append(all, low-1) // 0 is how an optional key is left out
		}
	}
	if f.values != nil {
		all = append(all, "nonsense")
	}
	if d.Type != "list of texts" {
		all = append(all, []any{1})
	}
	return append(all, map[string]any{"typo": []any{1}})
}

// TestSchemaFacts: what the schema says that a key takes, rcgen takes, and what it
// says that a key does not take, rcgen refuses.
func TestSchemaFacts(t *testing.T) {
	s := compiled(t)
	for _, d := range must(keyDocs(schemaFile(t)))(t) {
		f := facts[d.Key]
		if d.Type == sectionType {
			continue
		}
		var home []change // where the first good value was taken
		for i, v := range f.good(d) {
			var last verdict
			taken := slices.ContainsFunc([][]change{nil, f.with}, func(with []change) bool {
				last = judge(t, s, changedFile(t, append(slices.Clone(with), change{d.Key, v})...))
				if last.taken() && i == 0 {
					home = with
				}
				return last.taken()
			})
			if !taken {
				t.Errorf("%s: %v is not taken: by the schema %v, by rcgen %v", d.Key, v, last.schema, last.rcgen)
			}
		}
		for _, v := range f.beyond(d) {
			got := judge(t, s, changedFile(t, append(slices.Clone(home), change{d.Key, v})...))
			if d.Key == "profile" && v == "nonsense" { // a file, of which Request.Check knows nothing
				got.rcgen = os.ErrNotExist
			}
			if !got.refused() {
				t.Errorf("%s: %v is not refused: by the schema %v, by rcgen %v", d.Key, v, got.schema, got.rcgen)
			}
		}
	}
}

// TestSchemaRequired: a key is required by the schema if rcgen refuses every file
// without it, and an unknown key is refused by both in every section.
func TestSchemaRequired(t *testing.T) {
	s := compiled(t)
	if got := judge(t, s, []byte(completeExample)); !got.taken() {
		t.Fatalf("the example: %v, %v", got.schema, got.rcgen)
	}
	for _, d := range must(keyDocs(schemaFile(t)))(t) {
		with := facts[d.Key].with
		without := judge(t, s, changedFile(t, change{d.Key, nil}))
		if len(with) > 0 && !without.taken() {
			without = judge(t, s, changedFile(t, append(slices.Clone(with), change{d.Key, nil})...))
		}
		if d.Required && !without.refused() || !d.Required && !without.taken() {
			t.Errorf("%s: required %v, but without it: by the schema %v, by rcgen %v", d.Key, d.Required, without.schema, without.rcgen)
		}
		if d.Type == sectionType {
			if got := judge(t, s, changedFile(t, change{d.Key + ".typo", 1})); !got.refused() {
				t.Errorf("%s.typo: is not refused: by the schema %v, by rcgen %v", d.Key, got.schema, got.rcgen)
			}
			if got := judge(t, s, changedFile(t, change{d.Key, "off"})); !got.refused() {
				t.Errorf("%s: a word is not refused: by the schema %v, by rcgen %v", d.Key, got.schema, got.rcgen)
			}
		}
	}
	if got := judge(t, s, changedFile(t, change{"user", 3000})); !got.refused() {
		t.Errorf("user: is not refused: by the schema %v, by rcgen %v", got.schema, got.rcgen)
	}
}

// TestSchemaExamples: every rcgen.yaml in examples/ is good, and so is what init writes.
func TestSchemaExamples(t *testing.T) {
	s := compiled(t)
	for _, name := range exampleNames {
		text := must(os.ReadFile(filepath.Join(examplesDir, name, RequestFile)))(t)
		if err := against(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	text := must(NewRequestFile(must(DecodeRequest([]byte(completeExample)))(t)))(t)
	if err := against(t, s, text); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
	if first, _, _ := strings.Cut(string(text), "\n"); first != "# yaml-language-server: $schema="+SchemaFile {
		t.Errorf("the first line is %q", first)
	}
}

// TestSizePattern: the schema knows a size when ParseBytes does.
func TestSizePattern(t *testing.T) {
	pattern := regexp.MustCompile(sizePattern)
	for text, want := range map[string]bool{
		"32GiB": true, "32GB": true, "32g": true, "32 GiB": true, "1.5TiB": true, "512m": true, "512MiB": true,
		"33333333333": true, "4096b": true, "4Ki": false, "32 gigs": false, "-4GiB": false, "GiB": false, "": false,
		"4  GiB": false, " 4GiB": false, "4GiB ": false, "4.GiBB": false, "4XiB": false, "1,5GiB": false, "4Bi": false,
	} {
		_, err := ParseBytes(text)
		if pattern.MatchString(text) != want || (err == nil) != want {
			t.Errorf("%q: matches %v, ParseBytes says %v, want %v", text, pattern.MatchString(text), err, want)
		}
	}
}
