package generator

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// errReleaseLayout is a rcgen.yaml that no line can be changed in without reading on.
func errReleaseLayout(release, mongoDB string) error {
	hint := "write release: " + release + " there by hand"
	if mongoDB != "" {
		hint += `, and version: "` + mongoDB + `" below mongodb`
	}
	return fault.New("%s: is not written in a way that can be changed line by line", tree.RequestFile).
		Fix(hint + ", then run rcgen generate")
}

// SetRelease returns rcgen.yaml with another release and, for its own database,
// version of MongoDB, major.minor. The key mongodb.version is there afterwards only
// where that is not the release's own. Every other byte stays as a person wrote it,
// comments included. The errors are those of a request that the two would not make.
func SetRelease(data []byte, release, mongoDB string) ([]byte, error) {
	want, err := DecodeRequest(data)
	if err != nil {
		return nil, err
	}
	releases, err := catalog.KnownReleases()
	if err != nil {
		return nil, err
	}
	own, err := releases.MongoDBFor(release)
	if err != nil {
		return nil, err
	}
	if want.MongoDB.External || mongoDB == own.MongoDB {
		mongoDB = ""
	}
	want.Release, want.MongoDB.Version = release, mongoDB
	if err := want.Check(); err != nil {
		return nil, err
	}
	if _, err := chooseMongoDB(releases, want); err != nil {
		return nil, err
	}
	out, ok := setText(data, release, "release")
	if ok {
		out, ok = setMongoVersion(out, mongoDB)
	}
	if !ok {
		return nil, errReleaseLayout(release, mongoDB)
	}
	if got, err := DecodeRequest(out); err != nil || !reflect.DeepEqual(got, want) {
		return nil, errReleaseLayout(release, mongoDB)
	}
	return out, nil
}

// setMongoVersion puts a version at mongodb.version; an empty one removes the key,
// and the section where it held nothing else.
func setMongoVersion(data []byte, version string) ([]byte, bool) {
	root := rootOf(data)
	key, section := pair(root, "mongodb")
	versionKey, value := pair(section, "version")
	switch {
	case version == "" && value == nil:
		return data, true
	case version == "" && len(section.Content) == 2: // the key and its value
		out, ok := removeLine(data, versionKey)
		if !ok {
			return nil, false
		}
		return removeLine(out, key)
	case version == "":
		return removeLine(data, versionKey)
	case value != nil:
		return setText(data, version, "mongodb", "version")
	case key == nil:
		release, _ := pair(root, "release")
		return addBelow(data, release, "mongodb:", `  version: "`+version+`"`)
	case section.Kind != yaml.MappingNode || section.Style&yaml.FlowStyle != 0 ||
		len(section.Content) == 0 || section.Content[0].Line == key.Line:
		return nil, false
	default:
		indent := strings.Repeat(" ", section.Content[0].Column-1)
		return addBelow(data, key, indent+`version: "`+version+`"`)
	}
}

// rootOf returns the mapping that a document is, or nil.
func rootOf(data []byte) *yaml.Node {
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// pair returns a key of a mapping and its value, or nil and nil.
func pair(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// setText replaces the text at a path of keys. It keeps its quotes.
func setText(data []byte, text string, path ...string) ([]byte, bool) {
	node := rootOf(data)
	for _, name := range path {
		_, node = pair(node, name)
	}
	if node == nil || node.Kind != yaml.ScalarNode {
		return nil, false
	}
	was, is := node.Value, text
	for style, quote := range map[yaml.Style]string{yaml.DoubleQuotedStyle: `"`, yaml.SingleQuotedStyle: "'"} {
		if node.Style&style != 0 {
			was, is = quote+was+quote, quote+is+quote
		}
	}
	if was == node.Value && len(path) > 1 {
		is = `"` + is + `"` // 8.0 alone is a number
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	i, at := node.Line-1, node.Column-1
	if i < 0 || i >= len(lines) || at > len(lines[i]) || !bytes.HasPrefix(lines[i][at:], []byte(was)) {
		return nil, false // an alias, a tag, other line ends
	}
	lines[i] = bytes.Join([][]byte{lines[i][:at], []byte(is), lines[i][at+len(was):]}, nil)
	return bytes.Join(lines, nil), true
}

// removeLine removes the line of a key that stands alone on it.
func removeLine(data []byte, key *yaml.Node) ([]byte, bool) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	i := key.Line - 1
	if i >= len(lines) || !strings.HasPrefix(strings.TrimSpace(string(lines[i])), key.Value) {
		return nil, false
	}
	lines[i] = nil
	return bytes.Join(lines, nil), true
}

// addBelow adds lines below that of a key.
func addBelow(data []byte, key *yaml.Node, added ...string) ([]byte, bool) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	if key == nil || key.Line > len(lines) {
		return nil, false
	}
	end := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		end = "\r\n"
	}
	i := key.Line - 1
	line := lines[i][:len(lines[i]):len(lines[i])]
	if !bytes.HasSuffix(line, []byte("\n")) {
		line = append(line, end...)
	}
	for _, a := range added {
		line = fmt.Append(line, a, end)
	}
	lines[i] = line
	return bytes.Join(lines, nil), true
}
