package generator

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

const referenceHead = `# rcgen.yaml

Every key, made from the Go types (` + "`go test ./generator -run 'TestSchema|TestReference' -update`" + ` writes it). ` + "`rcgen explain KEY`" + `
prints the same, and ` + "`rcgen.schema.json`" + ` in each project holds it for editors that speak yaml-language-server: they complete
keys and mark mistakes. Unknown keys are errors. Secrets do not belong here: they are in ` + "`.env`" + `. What is required in an
optional section is so where the section is there. Of the required keys ` + "`rcgen init`" + ` wants ` + "`--users`" + `
alone; where its options say nothing else, it writes release ` + DefaultRelease + `, domain ` + Localhost + ` with http, and the host that it runs on.

A file that uses every section:

` + "```yaml\n" + completeExample + "```\n"

// referenceFile makes examples/reference.md from the schema.
func referenceFile(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(referenceHead)
	heading := ""
	begin := func(title, text string) {
		heading = title
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | type | values | default | what it is | `init` |\n|---|---|---|---|---|---|\n", title, text)
	}
	begin("The deployment", "What it is to be. The last column is the option of `rcgen init` that sets a key.")
	for _, d := range must(keyDocs(schemaFile(t)))(t) {
		nested := strings.Contains(d.Key, ".")
		switch {
		case d.Type == sectionType && !nested:
			begin("`"+d.Key+"`", d.Description+defaultSentence(d.Default)+requiredWord(d))
			continue
		case !nested && strings.HasPrefix(heading, "`"):
			begin("Time and logs", "What changes no sizes begins here.")
		}
		b.WriteString(row(d))
	}
	return []byte(b.String())
}

func requiredWord(d KeyDoc) string {
	if d.Required {
		return " Required."
	}
	return ""
}

func row(d KeyDoc) string {
	cells := []string{"`" + d.Key + "`", d.Type, valuesCell(d), d.Default, d.Description, ""}
	if d.Required {
		cells[3] = "required"
	}
	if d.Option != "" {
		cells[5] = "`--" + d.Option + "`"
	}
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// valuesCell holds what can be said in a cell: patterns are left to the schema.
func valuesCell(d KeyDoc) string {
	var words []string
	for _, v := range d.Values {
		words = append(words, "`"+v+"`")
	}
	if d.Range != "" {
		words = append(words, d.Range)
	}
	for _, v := range d.Examples {
		words = append(words, "like `"+v+"`")
	}
	return strings.Join(words, ", ")
}

// TestReference holds examples/reference.md to the types. It writes it with
// -update only.
func TestReference(t *testing.T) {
	text := referenceFile(t)
	generated(t, filepath.Join(examplesDir, "reference.md"), text)
	for _, key := range RequestKeys() {
		if strings.Count(string(text), "| `"+key+"` |") != 1 {
			t.Errorf("%s: is not there once", key)
		}
	}
}
