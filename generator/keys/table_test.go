package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/units"
)

// root is the module's directory.
const root = "../.."

// TestFiles: the committed files are those that the table makes.
func TestFiles(t *testing.T) {
	for name, want := range map[string][]byte{
		"templates/" + generator.SchemaFile: must(Schema())(t),
		"examples/reference.md":             Reference(),
	} {
		got := must(os.ReadFile(filepath.Join(root, filepath.FromSlash(name))))(t)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: is not what the table makes: run go generate ./generator/keys", name)
		}
	}
}

// typed is a key and its type: what the table and the Go types both say.
type typed struct {
	name string
	kind kind
}

// keysOf returns the keys of a struct, sections included, in its order.
func keysOf(t *testing.T, of reflect.Type, prefix string) []typed {
	t.Helper()
	var all []typed
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		below := f.Type
		if below.Kind() == reflect.Pointer {
			below = below.Elem()
		}
		switch {
		case name == "-":
		case options == "inline":
			all = append(all, keysOf(t, below, prefix)...)
		case below.Kind() == reflect.Struct:
			all = append(all, typed{prefix + name, typeSection})
			all = append(all, keysOf(t, below, prefix+name+".")...)
		default:
			all = append(all, typed{prefix + name, kindOf(t, below)})
		}
	}
	return all
}

// kindOf returns the type of a key that holds a value.
func kindOf(t *testing.T, of reflect.Type) kind {
	t.Helper()
	switch of {
	case reflect.TypeFor[units.Bytes]():
		return typeSize
	case reflect.TypeFor[[]string]():
		return typeList
	case reflect.TypeFor[map[string]string]():
		return typeNames
	}
	k, ok := map[reflect.Kind]kind{
		reflect.String: typeText, reflect.Int: typeWhole, reflect.Float64: typeNumber, reflect.Bool: typeBool,
	}[of.Kind()]
	if !ok {
		t.Errorf("the table has no type for %s", of)
	}
	return k
}

// TestTable: the table has a row for each key of the Go types, in their order and
// with their types, and no other.
func TestTable(t *testing.T) {
	want := keysOf(t, reflect.TypeFor[generator.Request](), "")
	var got []typed
	for _, k := range table() {
		got = append(got, typed{k.name, k.kind})
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("row %d: the table and the types differ:\n%v\n%v", i, got[min(i, len(got)):], want[min(i, len(want)):])
		}
	}
	for name := range trials {
		if !slices.ContainsFunc(got, func(k typed) bool { return k.name == name }) {
			t.Errorf("trials: %s is not a key", name)
		}
	}
}

func TestKeysOf(t *testing.T) {
	type inner struct {
		B *bool `yaml:"b,omitempty"`
	}
	type outer struct {
		A    []string `yaml:"a"`
		Deep *struct {
			I inner `yaml:"i"`
		} `yaml:"deep"`
		Not   int `yaml:"-"`
		inner `yaml:",inline"`
		M     map[string]string `yaml:"m,omitempty"`
	}
	want := []typed{
		{"x.a", typeList}, {"x.deep", typeSection}, {"x.deep.i", typeSection}, {"x.deep.i.b", typeBool},
		{"x.b", typeBool}, {"x.m", typeNames},
	}
	if got := keysOf(t, reflect.TypeFor[outer](), "x."); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRows: each row can be made into a sentence, a line of help and a row of the
// reference.
func TestRows(t *testing.T) {
	reference := string(Reference())
	oldest := must(catalog.KnownReleases())(t).Oldest
	for _, k := range table() {
		if k.doc == "" || strings.HasSuffix(k.doc, ".") || strings.HasSuffix(k.missing, ".") {
			t.Fatalf("%s: %q, %q: must be phrases without a period", k.name, k.doc, k.missing)
		}
		if k.required && k.missing != "" {
			t.Errorf("%s: is required and has a default", k.name)
		}
		if k.name == "release" && !strings.Contains(k.doc, oldest) {
			t.Errorf("%s: %q does not name the oldest, %s", k.name, k.doc, oldest)
		}
		if (k.kind != typeSection || strings.Contains(k.name, ".")) && strings.Count(reference, "| `"+k.name+"` |") != 1 {
			t.Errorf("%s: the reference does not have one row of it", k.name)
		}
		if k.option == (option{}) {
			continue
		}
		if help := strings.ReplaceAll(Help(k.option.name), "`", ""); k.option.name == "" || help == "" || len(help) > 120 {
			t.Errorf("%s: option %q has the help %q", k.name, k.option.name, help)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct {
		key        key
		lead, help string
	}{
		{key{doc: "seats, taken or not", option: option{arg: "N"}}, "`N`: seats, taken or not", ""},
		{key{doc: "seats, as a number: more is less", missing: "planned", option: option{arg: "N"}},
			"`N`: seats, as a number", " (default: planned)"},
		{key{doc: "seats", missing: "1", values: []any{1, 3}, option: option{arg: "N"}},
			"`N`: seats", " (1 or 3; default: 1)"},
		{key{doc: "name of the hall", option: option{arg: "NAME", missing: "main"}},
			"`NAME` of the hall", " (default: main)"},
		{key{doc: "light", values: []any{"a", "b", "c"}, option: option{arg: "MODE", help: "kind of light"}},
			"`MODE`: kind of light", " (a, b or c)"},
		{key{doc: "let none in: it is full", kind: typeBool, missing: "false"}, "let none in", ""},
		{key{}, "", ""},
	} {
		if lead, help := c.key.lead(), c.key.help(); lead != c.lead || help != c.lead+c.help {
			t.Errorf("%+v: got %q and %q", c.key, lead, help)
		}
	}
	for _, option := range []string{"strict", ""} {
		if Help(option) != "" || Lead(option) != "" {
			t.Errorf("%q: got %q and %q for an option that sets no key", option, Lead(option), Help(option))
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"users", "tls.mode", "tls.email", "admin.email", "init", "scale"}
	for typed, want := range map[string][]string{
		"email": {"tls.email", "admin.email"}, "tls.mdoe": {"tls.mode", "tls.email"}, "inti": {"init"},
		"Users": {"users"}, "zzzz": nil, "": nil,
	} {
		if got := Nearest(typed, names); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", typed, got, want)
		}
	}
}
