package keys

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

	"rcgen/generator"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// must returns a value, or ends the test with its error:
//
//	schema := must(Schema())(t)
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// compiled is rcgen.schema.json as a validator reads it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc := must(jsonschema.UnmarshalJSON(bytes.NewReader(must(Schema())(t))))(t)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(generator.SchemaFile, doc); err != nil {
		t.Fatal(err)
	}
	return must(c.Compile(generator.SchemaFile))(t)
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
	_, err := generator.DecodeRequest(text)
	return verdict{against(t, s, text), err}
}

// good and beyond return values that a key takes, and such that it does not.
func (k key) good() []any {
	all := slices.Concat(k.values, k.examples)
	for _, v := range []any{k.min, k.max} {
		if v != nil {
			all = append(all, v)
		}
	}
	switch {
	case k.kind == typeBool:
		all = append(all, true, false)
	case k.kind == typeNames:
		all = append(all, map[string]any{"OVERWRITE_SETTING_Site_Name": "Chat", "OVERWRITE_SETTING_Show": true, "_x1": 1.5})
	case len(all) == 0:
		all = append(all, "text")
	}
	return all
}

func (k key) beyond() []any {
	all := slices.Clone(trials[k.name].bad)
	if low, ok := k.min.(int); ok {
		all = append(all, k.max.(int)+1, -1)
		if low > 1 {
			all = append(all, low-1) // 0 is how an optional key is left out
		}
	}
	if k.values != nil {
		all = append(all, "nonsense")
	}
	if k.kind != typeList {
		all = append(all, []any{1})
	}
	return append(all, map[string]any{"typo": []any{1}})
}

// TestValues: what the table says that a key takes, the schema and rcgen take, and
// what it says that a key does not take, both refuse.
func TestValues(t *testing.T) {
	s := compiled(t)
	for _, k := range table() {
		if k.kind == typeSection {
			continue
		}
		var home []change // where the first good value was taken
		for i, v := range k.good() {
			var last verdict
			taken := slices.ContainsFunc([][]change{nil, trials[k.name].with}, func(with []change) bool {
				last = judge(t, s, changedFile(t, append(slices.Clone(with), change{k.name, v})...))
				if last.taken() && i == 0 {
					home = with
				}
				return last.taken()
			})
			if !taken {
				t.Errorf("%s: %v is not taken: by the schema %v, by rcgen %v", k.name, v, last.schema, last.rcgen)
			}
		}
		for _, v := range k.beyond() {
			got := judge(t, s, changedFile(t, append(slices.Clone(home), change{k.name, v})...))
			if k.name == "profile" && v == "nonsense" { // a file, of which Request.Check knows nothing
				got.rcgen = os.ErrNotExist
			}
			if !got.refused() {
				t.Errorf("%s: %v is not refused: by the schema %v, by rcgen %v", k.name, v, got.schema, got.rcgen)
			}
		}
	}
}

// TestRequired: a key is required by the schema if rcgen refuses every file
// without it, and an unknown key is refused by both in every section.
func TestRequired(t *testing.T) {
	s := compiled(t)
	if got := judge(t, s, []byte(completeExample)); !got.taken() {
		t.Fatalf("the example: %v, %v", got.schema, got.rcgen)
	}
	for _, k := range table() {
		with := trials[k.name].with
		without := judge(t, s, changedFile(t, change{k.name, nil}))
		if len(with) > 0 && !without.taken() {
			without = judge(t, s, changedFile(t, append(slices.Clone(with), change{k.name, nil})...))
		}
		if k.required && !without.refused() || !k.required && !without.taken() {
			t.Errorf("%s: required %v, but without it: by the schema %v, by rcgen %v",
				k.name, k.required, without.schema, without.rcgen)
		}
		if k.kind == typeSection {
			if got := judge(t, s, changedFile(t, change{k.name + ".typo", 1})); !got.refused() {
				t.Errorf("%s.typo: is not refused: by the schema %v, by rcgen %v", k.name, got.schema, got.rcgen)
			}
			if got := judge(t, s, changedFile(t, change{k.name, "off"})); !got.refused() {
				t.Errorf("%s: a word is not refused: by the schema %v, by rcgen %v", k.name, got.schema, got.rcgen)
			}
		}
	}
	if got := judge(t, s, changedFile(t, change{"user", 3000})); !got.refused() {
		t.Errorf("user: is not refused: by the schema %v, by rcgen %v", got.schema, got.rcgen)
	}
}

// TestExamples: every rcgen.yaml in examples/ is good, and so is what init writes.
func TestExamples(t *testing.T) {
	s := compiled(t)
	files := must(filepath.Glob(filepath.Join(root, "examples", "*", tree.RequestFile)))(t)
	if len(files) == 0 {
		t.Error("examples/ has no " + tree.RequestFile)
	}
	for _, file := range files {
		if err := against(t, s, must(os.ReadFile(file))(t)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	text := must(generator.NewRequestFile(must(generator.DecodeRequest([]byte(completeExample)))(t)))(t)
	if err := against(t, s, text); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
	if first, _, _ := strings.Cut(string(text), "\n"); first != "# yaml-language-server: $schema="+generator.SchemaFile {
		t.Errorf("the first line is %q", first)
	}
}

// TestSizePattern: the schema knows a size when units.Parse does.
func TestSizePattern(t *testing.T) {
	pattern := regexp.MustCompile(sizePattern)
	for text, want := range map[string]bool{
		"32GiB": true, "32GB": true, "32g": true, "32 GiB": true, "1.5TiB": true, "512m": true, "512MiB": true,
		"33333333333": true, "4096b": true, "4Ki": false, "32 gigs": false, "-4GiB": false, "GiB": false, "": false,
		"4  GiB": false, " 4GiB": false, "4GiB ": false, "4.GiBB": false, "4XiB": false, "1,5GiB": false, "4Bi": false,
	} {
		_, err := units.Parse(text)
		if pattern.MatchString(text) != want || (err == nil) != want {
			t.Errorf("%q: matches %v, units.Parse says %v, want %v", text, pattern.MatchString(text), err, want)
		}
	}
}
