package keys

import (
	"fmt"
	"strings"

	"rcgen/generator"
	"rcgen/generator/catalog"
)

const referenceHead = "# rcgen.yaml\n\n" +
	"Every key, made from the table in generator/keys (`go generate ./generator/keys` writes this file). " +
	"`rcgen explain KEY`\n" +
	"prints the same, and `rcgen.schema.json` in each project holds it for editors that speak yaml-language-server: " +
	"they complete\n" +
	"keys and mark mistakes. Unknown keys are errors. Secrets do not belong here: they are in `.env`. " +
	"What is required in an\n" +
	"optional section is so where the section is there. Of the required keys `rcgen init` wants `--users`\n" +
	"alone; where its options say nothing else, it writes release " + catalog.DefaultRelease +
	", domain " + generator.Localhost + " with http, and the host that it runs on.\n\n" +
	"A file that uses every section:\n\n" +
	"```yaml\n" + completeExample + "```\n"

// completeExample is the file that the reference begins with: every section has
// a place, and what it holds can stand together.
const completeExample = `# yaml-language-server: $schema=rcgen.schema.json
version: 1
project: rocketchat
users: 3000
concurrency: 0.2
edition: licensed
release: ` + catalog.DefaultRelease + `
domain: chat.yourcompany.com
tls:
  mode: acme
  email: ops@yourcompany.com
mongodb:
  members: 3
host:
  cores: 16
  memory: 64GiB
timezone: Europe/Berlin
log_level: info
uploads:
  storage: s3
  bucket: chat-uploads
  region: eu-central-1
smtp:
  host: mail.yourcompany.com
  username: chat
  from: chat@yourcompany.com
admin:
  username: admin
  email: ops@yourcompany.com
alerts:
  receiver: email
  to: ops@yourcompany.com
monitoring:
  logs: true
rocketchat:
  env:
    OVERWRITE_SETTING_Site_Name: Chat
`

// Reference returns examples/reference.md, the page with every key.
func Reference() []byte {
	var b strings.Builder
	b.WriteString(referenceHead)
	heading := ""
	begin := func(title, text string) {
		heading = title
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", title, text)
		b.WriteString("| key | type | values | default | what it is | `init` |\n|---|---|---|---|---|---|\n")
	}
	begin("The deployment", "What it is to be. The last column is the option of `rcgen init` that sets a key.")
	for _, d := range All() {
		nested := strings.Contains(d.Key, ".")
		switch {
		case d.Type == string(typeSection) && !nested:
			begin("`"+d.Key+"`", d.Description+defaultSentence(d.Default)+requiredWord(d))
			continue
		case !nested && strings.HasPrefix(heading, "`"):
			begin("Time and logs", "What changes no sizes begins here.")
		}
		b.WriteString(referenceRow(d))
	}
	return []byte(b.String())
}

func requiredWord(d KeyDoc) string {
	if d.Required {
		return " Required."
	}
	return ""
}

func referenceRow(d KeyDoc) string {
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
