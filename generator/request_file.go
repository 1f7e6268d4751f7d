package generator

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/strict"
	"rcgen/generator/tree"
)

// SchemaFile is the JSON Schema of rcgen.yaml that each project holds for editors.
const SchemaFile = "rcgen.schema.json"

const requestHead = `# yaml-language-server: $schema=` + SchemaFile + `
# What this Rocket.Chat deployment is to be. Change it, then run: rcgen generate
# rcgen writes everything else in this directory from it, except .env (secrets, made
# once) and compose.override.yaml (yours).
`

// NewRequestFile returns rcgen.yaml for a request.
func NewRequestFile(r Request) ([]byte, error) {
	body, err := yaml.Dump(r, yaml.WithIndent(2))
	return append([]byte(requestHead), body...), err
}

// DecodeRequest reads rcgen.yaml. Unknown and duplicate keys, wrong types, a
// version of the future and values out of range are errors; those of the first
// kinds name the line.
func DecodeRequest(data []byte) (Request, error) {
	var head struct {
		Version int `yaml:"version"`
	}
	head.Version = RequestVersion
	if err := yaml.Unmarshal(data, &head); err == nil && head.Version < 1 {
		return Request{}, fault.New("%s: version %d is none", tree.RequestFile, head.Version).Fix("write version: 1")
	} else if err == nil && head.Version > RequestVersion {
		return Request{}, fault.New("%s: version %d is newer than this rcgen reads (%d)",
			tree.RequestFile, head.Version, RequestVersion).
			Fix("use a newer rcgen")
	}
	r := Request{Version: RequestVersion}
	if err := strict.Decode(tree.RequestFile, data, &r); err != nil {
		return Request{}, &fault.Error{Err: err, Hint: "rcgen explain lists the keys of " + tree.RequestFile}
	}
	r.Host.Source = stack.HostRequested
	if err := r.Check(); err != nil {
		return Request{}, fmt.Errorf("%s: %w", tree.RequestFile, err)
	}
	return r, nil
}

// SetSize returns rcgen.yaml with other users or instances; 0 instances removes
// the key. Every other byte stays as a person wrote it, comments included.
func SetSize(data []byte, users, instances int) ([]byte, error) {
	want, err := DecodeRequest(data)
	if err != nil {
		return nil, err
	}
	want.Users, want.Instances = users, instances
	if err := want.Check(); err != nil {
		return nil, err
	}
	out, err := setInt(data, "users", users, "")
	if err == nil {
		out, err = setInt(out, "instances", instances, "users")
	}
	if err != nil {
		return nil, err
	}
	if got, err := DecodeRequest(out); err != nil || !reflect.DeepEqual(got, want) {
		return nil, errLayout
	}
	return out, nil
}

// errLayout is a rcgen.yaml that no line can be changed in without reading on.
var errLayout = fault.New("%s: is not written in a way that can be changed line by line", tree.RequestFile).
	Fix("change users and instances there by hand, then run rcgen generate")

// setInt puts value at a top-level key: in place where the key is there, else on
// a line of its own below the key named after. A value of 0 removes the line.
func setInt(data []byte, key string, value int, after string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %s", tree.RequestFile, strict.Plain(err))
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if node := topLevel(&doc, key); node != nil {
		i := node.Line - 1
		if i >= len(lines) || !bytes.HasPrefix(lines[i][min(node.Column-1, len(lines[i])):], []byte(node.Value)) {
			return nil, errLayout // other line ends, or an alias, a tag, quotes
		}
		if value == 0 {
			lines[i] = nil
			return bytes.Join(lines, nil), nil
		}
		at := node.Column - 1
		lines[i] = bytes.Join([][]byte{lines[i][:at], []byte(strconv.Itoa(value)), lines[i][at+len(node.Value):]}, nil)
		return bytes.Join(lines, nil), nil
	}
	if value == 0 {
		return data, nil
	}
	node := topLevel(&doc, after)
	if node == nil || node.Line > len(lines) {
		return nil, errLayout
	}
	i := node.Line - 1
	end := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		end = "\r\n"
	}
	if !bytes.HasSuffix(lines[i], []byte("\n")) {
		lines[i] = append(lines[i][:len(lines[i]):len(lines[i])], end...)
	}
	added := fmt.Appendf(nil, "%s: %d%s", key, value, end)
	lines[i] = append(lines[i][:len(lines[i]):len(lines[i])], added...)
	return bytes.Join(lines, nil), nil
}

// topLevel returns the value at a key of the document's mapping, or nil.
func topLevel(doc *yaml.Node, key string) *yaml.Node {
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i].Value == key {
			return pairs[i+1]
		}
	}
	return nil
}
