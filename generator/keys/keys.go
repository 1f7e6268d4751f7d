package keys

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// kind is the type of a key, in an operator's words.
type kind string

const (
	typeSection kind = "section" // holds keys
	typeText    kind = "text"
	typeWhole   kind = "whole number"
	typeNumber  kind = "number"
	typeBool    kind = "true or false"
	typeSize    kind = "size" // memory: a number with a unit, or bytes
	typeList    kind = "list of texts"
	typeNames   kind = "names with texts"
)

// key is a row of the table.
type key struct {
	name     string // dotted, like tls.mode
	kind     kind
	doc      string // what it is: a phrase without a period, whose first part, up to a colon, can stand alone
	missing  string // default: a value, or words for one
	required bool   // in its section, where that is present
	values   []any  // that have a name
	min, max any    // both ends included
	above    any    // lower end, not included
	pattern  string // of the text, or of each text of a list; with values: of what else it may be
	names    string // pattern of the names of typeNames
	examples []any  // shown to people
	option   option
}

// option is how commands set a key.
type option struct {
	name    string // of `rcgen init`, without dashes; empty: the key has none
	arg     string // placeholder of its argument; empty for a switch
	help    string // instead of the first part of doc, where that does not serve as help
	missing string // instead of the key's default, where init writes another value
}

// KeyDoc says what one key of rcgen.yaml is.
type KeyDoc struct {
	Key         string   `json:"key"` // dotted, like tls.mode
	Type        string   `json:"type"`
	Required    bool     `json:"required"`           // in its section, where that is present
	Default     string   `json:"default,omitempty"`  // what holds where the key is missing
	Values      []string `json:"values,omitempty"`   // the values that have a name; with Examples others too
	Range       string   `json:"range,omitempty"`    // like "1 to 1000"
	Pattern     string   `json:"pattern,omitempty"`  // regular expression that the text follows
	Examples    []string `json:"examples,omitempty"` // of other values
	Description string   `json:"description"`
	Option      string   `json:"option,omitempty"` // of `rcgen init` that sets it, without dashes
}

func table() []key {
	return slices.Concat(deploymentKeys, tlsKeys, machineKeys, optionKeys, mailKeys, watchKeys)
}

// All returns every key, sections included, in the order in which rcgen writes them.
func All() []KeyDoc {
	var docs []KeyDoc
	for _, k := range table() {
		docs = append(docs, k.describe())
	}
	return docs
}

// Explain returns a key of rcgen.yaml followed by those below it, or all keys for
// "". An unknown key is a fault.Error whose hint holds the nearest ones.
func Explain(name string) ([]KeyDoc, error) {
	all := All()
	if name == "" {
		return all, nil
	}
	var found []KeyDoc
	var names []string
	for _, d := range all {
		names = append(names, d.Key)
		if d.Key == name || strings.HasPrefix(d.Key, name+".") {
			found = append(found, d)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	hint := "rcgen explain lists the keys"
	if near := Nearest(name, names); len(near) > 0 {
		hint = "did you mean " + strings.Join(near[:min(3, len(near))], ", ") + "? " + hint
	}
	what := fmt.Sprintf("explain: %q is not a key of %s", name, tree.RequestFile)
	return nil, &fault.Error{What: what, Hint: hint}
}

// Help returns the help of an option that sets a key: what it sets, with its
// argument between backquotes, the values and the default. It is empty for an
// option that sets none.
func Help(option string) string { return byOption(option).help() }

// Lead returns what Help begins with, for a command where values and default
// differ. The argument is the word of that name in it, or precedes it.
func Lead(option string) string { return byOption(option).lead() }

// byOption returns the key that an option sets, or an empty one.
func byOption(name string) key {
	all := table()
	i := slices.IndexFunc(all, func(k key) bool { return name != "" && k.option.name == name })
	if i < 0 {
		return key{}
	}
	return all[i]
}

func (k key) help() string {
	var notes []string
	if len(k.values) > 0 {
		last := len(k.values) - 1
		notes = append(notes, joined(k.values[:last])+" or "+fmt.Sprint(k.values[last]))
	}
	if missing := cmp.Or(k.option.missing, k.missing); missing != "" && k.kind != typeBool {
		notes = append(notes, "default: "+missing)
	}
	if len(notes) == 0 {
		return k.lead()
	}
	return k.lead() + " (" + strings.Join(notes, "; ") + ")"
}

func (k key) lead() string {
	lead, _, _ := strings.Cut(k.doc, ": ")
	lead = cmp.Or(k.option.help, lead)
	marked := "`" + k.option.arg + "`"
	words := strings.Split(lead, " ")
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, k.option.arg) })
	switch {
	case k.option.arg == "":
		return lead
	case i < 0:
		return marked + ": " + lead
	}
	words[i] = marked
	return strings.Join(words, " ")
}

func (k key) describe() KeyDoc {
	d := KeyDoc{
		Key: k.name, Type: string(k.kind), Required: k.required, Default: k.missing, Range: k.span(),
		Description: sentence(k.doc), Option: k.option.name,
	}
	if k.kind != typeList { // whose pattern is that of each text
		d.Pattern = k.pattern
	}
	for _, v := range k.values {
		d.Values = append(d.Values, fmt.Sprint(v))
	}
	for _, v := range k.examples {
		d.Examples = append(d.Examples, inline(v))
	}
	return d
}

// span returns the range of the values in words, or nothing.
func (k key) span() string {
	written := func(v any) string {
		if n, ok := v.(int); ok && k.kind == typeSize {
			return units.Bytes(n).String()
		}
		return fmt.Sprint(v)
	}
	switch {
	case k.above != nil:
		return "above " + written(k.above) + ", up to " + written(k.max)
	case k.min != nil:
		return written(k.min) + " to " + written(k.max)
	}
	return ""
}

func sentence(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] + "." }

// inline returns an example as it is written after its key.
func inline(v any) string {
	if list, ok := v.([]any); ok {
		return "[" + joined(list) + "]"
	}
	return fmt.Sprint(v)
}

func joined(all []any) string {
	var words []string
	for _, v := range all {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, ", ")
}
