package keys

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print prints keys as `rcgen explain` does: all that is known of the first, and a line
// for each of the others; for all keys a line each. The error is that of w.
func Print(w io.Writer, docs []KeyDoc, all bool) error {
	var out strings.Builder
	if all {
		keyTable(&out, docs)
	} else {
		explainKey(&out, docs[0])
	}
	if !all && len(docs) > 1 {
		out.WriteByte('\n')
		keyTable(&out, docs[1:])
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// explainKey prints all that is known of one key.
func explainKey(w io.Writer, d KeyDoc) {
	fmt.Fprintf(w, "%s\n\n%s\n\n", d.Key, d.Description)
	option := d.Option
	if option != "" {
		option = "rcgen init --" + option
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"type", d.Type}, {"default", defaultOf(d)}, {"values", strings.Join(d.Values, ", ")}, {"range", d.Range},
		{"example", strings.Join(d.Examples, ", ")}, {"pattern", d.Pattern}, {"option", option},
	} {
		if line[1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", line[0], line[1])
		}
	}
	t.Flush()
}

// keyTable prints one line for each key.
func keyTable(w io.Writer, docs []KeyDoc) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tTYPE\tDEFAULT\tWHAT IT IS")
	for _, d := range docs {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", d.Key, d.Type, brief(defaultOf(d)), brief(d.Description))
	}
	t.Flush()
}

func defaultOf(d KeyDoc) string {
	switch {
	case d.Required:
		return "required"
	case d.Default == "":
		return "-"
	default:
		return d.Default
	}
}

// brief returns the beginning of a sentence, up to what tells more.
func brief(sentence string) string {
	for _, end := range []string{": ", "; ", ", ", " ("} {
		sentence, _, _ = strings.Cut(sentence, end)
	}
	return strings.TrimSuffix(sentence, ".")
}
