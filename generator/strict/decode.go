package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Decode reads one YAML document into v. A syntax error, an unknown or
// duplicate key, a wrong type and a second document are errors that name the
// file and the line.
func Decode(file string, data []byte, v any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: is empty", file)
		}
		return fmt.Errorf("%s: %s", file, Plain(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: holds more than one document", file)
	}
	return nil
}

// Plain turns an error of the YAML library into a sentence about the file,
// on one line: positions as lines, no names of Go types.
func Plain(err error) string {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	msg = strings.TrimPrefix(msg, "construct errors:")
	msg = strings.Join(strings.Fields(msg), " ")
	for _, r := range []struct{ pattern, plain string }{
		{`go-yaml load error in \w+( \([^)]*\))? at L(\d+)\.C\d+:`, "line $2:"},
		{`(line \d+: )+`, "$1"},
		{`field (\S+) not found in type \S+`, "unknown key $1"},
		{"cannot construct !!seq into", "a list is not"},
		{"cannot construct !!map into", "keys are not"},
		{"cannot construct !!\\w+ (`[^`]*`) into", "$1 is not"},
		{`is not \*?u?int\d*`, "is not a whole number"},
		{`is not \*?float\d*`, "is not a number"},
		{`is not \*?string`, "is not text"},
		{`is not \*?bool`, "is not true or false"},
		{`(is|are) not (generator\.|\[\]|map\[)\S+`, "$1 not what belongs here"},
	} {
		msg = regexp.MustCompile(r.pattern).ReplaceAllString(msg, r.plain)
	}
	return msg
}

// DecodeKnown decodes a mapping node and refuses keys that v has no field for,
// at every depth: the decoder's own check stops at a type that reads itself.
func DecodeKnown(n *yaml.Node, v any) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: wants keys, not %q", n.Line, n.Value)
	}
	if err := knownKeys(n, reflect.TypeOf(v).Elem()); err != nil {
		return err
	}
	return n.Decode(v)
}

func knownKeys(n *yaml.Node, t reflect.Type) error {
	switch {
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, item := range n.Content {
			if err := knownKeys(item, t.Elem()); err != nil {
				return err
			}
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			field, ok := fieldFor(t, key.Value)
			if !ok {
				return fmt.Errorf("line %d: unknown key %s", key.Line, key.Value)
			}
			if err := knownKeys(n.Content[i+1], field.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldFor returns the field that a YAML key is read into.
func fieldFor(t reflect.Type, key string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); f.IsExported() && name == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
