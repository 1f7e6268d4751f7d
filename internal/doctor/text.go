package doctor

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"

	"rcgen/generator/units"
)

// Print writes a report for people: each group, each check, and below what is not
// ok what to do about it. Checks that were skipped one after the other for the same
// reason share a line.
func (r Report) Print(w io.Writer) error {
	var out strings.Builder
	rows := together(r.Checks)
	width := 0
	for _, row := range rows {
		width = max(width, len(row.ID))
	}
	var group Group
	for _, f := range rows {
		if f.Group != group {
			fmt.Fprintf(&out, "%s%s\n", strings.Repeat("\n", min(1, len(group))), f.Group)
			group = f.Group
		}
		fmt.Fprintf(&out, "  %-4s  %-*s  %s\n", f.Result, width, f.ID, cmp.Or(f.Detail, f.What))
		if f.Fix != "" && f.Result != OK {
			fmt.Fprintf(&out, "  %-4s  %-*s  fix: %s\n", "", width, "", f.Fix)
		}
	}
	fmt.Fprintf(&out, "\n%s: %d ok, %d warn, %d fail, %d skip\n",
		units.Count(len(r.Checks), "check"), r.Count(OK), r.Count(Warn), r.Count(Fail), r.Count(Skip))
	_, err := io.WriteString(w, out.String())
	return err
}

// together returns the findings with those in one that were skipped for one reason.
func together(all []Finding) []Finding {
	var rows []Finding
	for from := 0; from < len(all); {
		f, to := all[from], from+1
		for to < len(all) && skippedAlike(f, all[to]) {
			to++
		}
		if n := to - from; n > 1 {
			f.ID = fmt.Sprintf("%s and %d more", f.ID, n-1)
		}
		rows = append(rows, f)
		from = to
	}
	return rows
}

func skippedAlike(a, b Finding) bool {
	return a.Result == Skip && b.Result == Skip && a.Group == b.Group && a.Detail == b.Detail && a.Fix == b.Fix
}

// printable returns a line without what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, s)
}

// cut returns the first so many characters of a text.
func cut(s string, most int) string {
	if shown := []rune(s); len(shown) > most {
		return string(shown[:most]) + "..."
	}
	return s
}
