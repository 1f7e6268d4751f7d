package doctor

import (
	"fmt"
	"io"
	"strings"
)

func (r SupportReport) title() string {
	return fmt.Sprintf("%s and what Rocket.Chat recommends, %s", r.Project, r.At.Format("2006-01-02 15:04:05 MST"))
}

func (r SupportReport) summary() string {
	return fmt.Sprintf("%d points: %d met, %d not met, %d unknown",
		len(r.Points), r.Count(Met), r.Count(NotMet), r.Count(Unknown))
}

// Print writes the report for people. The error is that of w.
func (r SupportReport) Print(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n", r.title())
	width := 0
	for _, p := range r.Points {
		width = max(width, len(p.ID))
	}
	for _, p := range r.Points {
		fmt.Fprintf(&out, "%-7s  %-*s  %s\n", p.State, width, p.ID, p.Detail)
		fmt.Fprintf(&out, "%-7s  %-*s  vendor: %s\n", "", width, "", p.Point)
		fmt.Fprintf(&out, "%-7s  %-*s  source: %s (%s)\n", "", width, "", p.Source, p.Dated)
	}
	fmt.Fprintf(&out, "\n%s\n", r.summary())
	_, err := io.WriteString(w, out.String())
	return err
}

// Markdown writes the report as a table in GitHub's Markdown, for an issue or a ticket.
// The error is that of w.
func (r SupportReport) Markdown(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n%s.\n\n", cell(r.title()), r.summary())
	out.WriteString("| Point | State | Rocket.Chat recommends | Here | Source |\n| --- | --- | --- | --- | --- |\n")
	for _, p := range r.Points {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s (%s) |\n",
			p.ID, p.State, cell(p.Point), cell(p.Detail), p.Source, cell(p.Dated))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// cell makes text fit for a cell of a table (github.github.com/gfm, tables extension).
func cell(text string) string {
	return strings.NewReplacer("\n", " ", `\`, `\\`, "|", `\|`, "<", `\<`, "*", `\*`, "`", "\\`", "[", `\[`).Replace(text)
}
