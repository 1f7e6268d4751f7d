package textdiff

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"znkr.io/diff"
	hunks "znkr.io/diff/textdiff"
)

// Conflict is a part of a file that both sides changed, and not in the same way.
// Its lines come without line ends.
type Conflict struct {
	Line   int      // first line in mine, from 1; 0: the whole of a file that is not text
	Lines  int      // lines in mine; 0: mine removed them, they stood before Line
	Base   []string // what both sides had
	Mine   []string
	Theirs []string
}

// String says where in mine the conflict is, like "lines 12-14".
func (c Conflict) String() string {
	switch {
	case c.Line == 0:
		return "the whole file"
	case c.Lines == 0:
		return fmt.Sprintf("before line %d", c.Line)
	case c.Lines == 1:
		return fmt.Sprintf("line %d", c.Line)
	}
	return fmt.Sprintf("lines %d-%d", c.Line, c.Line+c.Lines-1)
}

// Merge returns mine with the changes that lead from base to theirs. Changes that
// overlap or touch are conflicts unless they are the same; with conflicts, which
// come in the order of mine, there is no merged text. A file with a NUL byte is
// one conflict unless only one side changed it.
//
// Where every line of an edited file ends in CRLF, lines from theirs get it too.
// Whether the last line is ended at all is merged like a line of its own.
func Merge(base, mine, theirs []byte) (merged []byte, conflicts []Conflict) {
	switch {
	case bytes.Equal(base, mine):
		return append([]byte{}, theirs...), nil
	case bytes.Equal(base, theirs), bytes.Equal(mine, theirs):
		return append([]byte{}, mine...), nil
	case binary(base), binary(mine), binary(theirs):
		return nil, []Conflict{{}}
	}
	eol := lineEnd(mine)
	b, m, t := normal(base, eol), normal(mine, eol), normal(theirs, eol)
	out, conflicts := merge(lines(b), side{lines: lines(m), edits: edits(b, m)}, side{lines: lines(t), edits: edits(b, t)})
	if len(conflicts) > 0 {
		return nil, conflicts
	}
	open := unended(mine)
	if open == unended(base) {
		open = unended(theirs)
	}
	if last := len(out) - 1; open && last >= 0 && out[last] != eol { // an empty line without an end is none
		out[last] = strings.TrimSuffix(out[last], eol)
	}
	return []byte(strings.Join(out, "")), nil
}

// binary reports whether a file is no text: as for git, a NUL byte tells.
func binary(file []byte) bool { return bytes.IndexByte(file, 0) >= 0 }

func unended(file []byte) bool { return len(file) > 0 && file[len(file)-1] != '\n' }

// lineEnd returns CRLF for a file that ends all its lines so.
func lineEnd(file []byte) string {
	if n := bytes.Count(file, []byte("\n")); n > 0 && n == bytes.Count(file, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// normal returns a text whose lines all end, and in CRLF if that is eol. With "\n"
// ends of lines stay as they are: in a mixed file they are part of the line.
func normal(file []byte, eol string) string {
	text := string(file)
	if eol == "\r\n" {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	if unended(file) {
		text += eol
	}
	return text
}

// lines splits a text after each line end.
func lines(text string) []string { return slices.Collect(strings.Lines(text)) }

// edit says that base[from:to] became side[start:end].
type edit struct{ from, to, start, end int }

// edits returns what leads from base to a side. An addition or removal that may
// stand in several places, such as one of several equal blocks, stands at the last
// of them, as in git: so both sides name the same change by the same place.
func edits(base, side string) []edit {
	var all []edit
	for _, h := range hunks.Hunks(base, side, diff.Context(0), hunks.IndentHeuristic()) {
		all = append(all, edit{h.LineNoX, h.EndLineNoX, h.LineNoY, h.EndLineNoY})
	}
	x, y := lines(base), lines(side)
	for i, e := range all {
		next := len(x)
		if i+1 < len(all) {
			next = all[i+1].from
		}
		for e.to < next && e.movable(x, y) {
			e = edit{e.from + 1, e.to + 1, e.start + 1, e.end + 1}
		}
		all[i] = e
	}
	return all
}

// movable reports whether the edit one line further down does the same. An
// unchanged line must follow it.
func (e edit) movable(base, side []string) bool {
	switch {
	case e.from == e.to:
		return base[e.to] == side[e.start]
	case e.start == e.end:
		return side[e.end] == base[e.from]
	}
	return false
}

// side is one of the two versions with what it changed and was not merged yet.
type side struct {
	lines []string
	edits []edit
	shift int // line in side minus line in base, after the edits merged so far
}

// take merges the next edit if it begins at or before base line to; it returns the
// end of what was changed so far.
func (s *side) take(to int) (end int, ok bool) {
	if len(s.edits) == 0 || s.edits[0].from > to {
		return to, false
	}
	e := s.edits[0]
	s.edits, s.shift = s.edits[1:], e.end-e.to
	return max(to, e.to), true
}

// next returns where in base the next edit begins; it is beyond the end without one.
func (s *side) next(base []string) int {
	if len(s.edits) == 0 {
		return len(base) + 1
	}
	return s.edits[0].from
}

// merge walks through base from one changed part to the next. A part is what edits
// of both sides that overlap or touch cover together.
func merge(base []string, mine, theirs side) (merged []string, conflicts []Conflict) {
	done := 0
	for {
		from := min(mine.next(base), theirs.next(base))
		if from > len(base) {
			return append(merged, base[done:]...), conflicts
		}
		to, m, t := from, from+mine.shift, from+theirs.shift
		var byMine, byTheirs bool
		for grown := true; grown; {
			var a, b bool
			to, a = mine.take(to)
			to, b = theirs.take(to)
			byMine, byTheirs, grown = byMine || a, byTheirs || b, a || b
		}
		my, their := mine.lines[m:to+mine.shift], theirs.lines[t:to+theirs.shift]
		merged = append(merged, base[done:from]...)
		switch {
		case !byTheirs, slices.Equal(my, their):
			merged = append(merged, my...)
		case !byMine:
			merged = append(merged, their...)
		default:
			conflicts = append(conflicts, Conflict{m + 1, len(my), bare(base[from:to]), bare(my), bare(their)})
		}
		done = to
	}
}

// bare returns lines without their ends.
func bare(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimSuffix(strings.TrimSuffix(l, "\n"), "\r")
	}
	return out
}
