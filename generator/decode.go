package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// decodeStrict reads one YAML document into v. A syntax error, an unknown or
// duplicate key, a wrong type and a second document are errors that name the
// file and the line.
func decodeStrict(file string, data []byte, v any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: is empty", file)
		}
		return fmt.Errorf("%s: %s", file, plainYAML(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: holds more than one document", file)
	}
	return nil
}

// plainYAML puts an error of the YAML library on one line, without its prefix.
func plainYAML(err error) string {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	lines := strings.Split(msg, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}

// decodeKnown decodes a mapping node and refuses keys that v has no field for:
// the decoder's own check stops at a type that reads itself.
func decodeKnown(n *yaml.Node, v any) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: wants keys, not %q", n.Line, n.Value)
	}
	var known []string
	for f := range reflect.TypeOf(v).Elem().Fields() {
		known = append(known, f.Tag.Get("yaml"))
	}
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i]; !slices.Contains(known, key.Value) {
			return fmt.Errorf("line %d: unknown key %s", key.Line, key.Value)
		}
	}
	return n.Decode(v)
}
