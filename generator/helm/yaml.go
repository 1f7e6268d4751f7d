package helm

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// comments are those of a YAML file, by the path of the key that they stand above:
// "a.b". A path that ends in " -" stands behind the value. "" is the head of the file.
type comments map[string]string

// encode prints documents with --- between them. The comments are the first one's.
func encode(c comments, documents ...any) []byte {
	var out bytes.Buffer
	for i, d := range documents {
		var n yaml.Node
		if err := n.Encode(d); err != nil {
			panic("helm: " + err.Error()) // structs of strings and numbers always encode
		}
		if i == 0 {
			c.put(&n, "")
			if c[""] != "" {
				out.WriteString(commented(c[""]) + "\n\n")
			}
		} else {
			out.WriteString("---\n")
		}
		body, err := yaml.Dump(&n, yaml.WithIndent(2), yaml.WithLineWidth(-1))
		if err != nil {
			panic("helm: " + err.Error())
		}
		out.Write(body)
	}
	return out.Bytes()
}

// put hangs comments upon the keys of a node.
func (c comments) put(n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			c.put(item, path)
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := key.Value
		if path != "" {
			at = path + "." + at
		}
		key.HeadComment = commented(c[at])
		if tail := c[at+" -"]; tail != "" {
			value.LineComment = "# " + tail
		}
		c.put(value, at)
	}
}

// commented puts a hash before each line.
func commented(text string) string {
	if text == "" {
		return ""
	}
	lines := bytes.Split([]byte(text), []byte("\n"))
	for i := range lines {
		lines[i] = append([]byte("# "), lines[i]...)
	}
	return string(bytes.Join(lines, []byte("\n")))
}
