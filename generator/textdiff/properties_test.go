package textdiff

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// holds checks what must be true of every merge, whatever the alignment.
func holds(t *testing.T, base, mine, theirs string) {
	t.Helper()
	got, conflicts := Merge([]byte(base), []byte(mine), []byte(theirs))
	if (got == nil) != (len(conflicts) > 0) {
		t.Fatalf("text %q with conflicts %v", got, conflicts)
	}
	same := func(name, base, mine, theirs, want string) {
		if got, _ := Merge([]byte(base), []byte(mine), []byte(theirs)); got == nil || string(got) != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	same("theirs did nothing", base, mine, base, mine)
	same("mine did nothing", base, base, theirs, theirs)
	same("both did the same", base, mine, mine, mine)
	if !strings.Contains(mine+theirs, "\r") { // else mine decides on line ends
		turned, other := Merge([]byte(base), []byte(theirs), []byte(mine))
		if !bytes.Equal(turned, got) || len(other) != len(conflicts) {
			t.Errorf("with sides exchanged %q, %v, not %q, %v", turned, other, got, conflicts)
		}
	}
	if strings.Contains(base+mine+theirs, "\x00") {
		return
	}
	if len(conflicts) > 0 {
		placed(t, conflicts, mine)
		return
	}
	eol := lineEnd([]byte(mine))
	if base == mine {
		eol = "\n" // theirs stays as it is
	}
	kept(t, base, mine, theirs, string(got), eol)
	kept(t, base, theirs, mine, string(got), eol)
}

// placed checks that conflicts name the lines of mine that they show, in order.
func placed(t *testing.T, conflicts []Conflict, mine string) {
	t.Helper()
	all, last := bare(lines(normal([]byte(mine), lineEnd([]byte(mine))))), 0
	for _, c := range conflicts {
		if c.Line <= last || c.Line+c.Lines-1 > len(all) || !slices.Equal(all[c.Line-1:c.Line-1+c.Lines], c.Mine) {
			t.Errorf("%v is not in its place, or out of order", c)
			return
		}
		last = c.Line + c.Lines - 1
	}
}

// kept checks that merged has what one side added, as often and in the same order,
// and nothing of what it removed unless the other one added it.
func kept(t *testing.T, base, one, other, merged, eol string) {
	t.Helper()
	b, o, p, m := normal([]byte(base), eol), normal([]byte(one), eol), normal([]byte(other), eol),
		normal([]byte(merged), eol)
	before, after, elsewhere, result := count(lines(b)), count(lines(o)), count(lines(p)), count(lines(m))
	for line, n := range after {
		if added := n - before[line]; result[line] < added {
			t.Errorf("%q: added %d times, there %d times in %q", line, added, result[line], merged)
		}
	}
	readded := map[string]bool{}
	for _, e := range edits(b, p) {
		for _, line := range lines(p)[e.start:e.end] {
			readded[line] = true
		}
	}
	for line := range before {
		if after[line] == 0 && !readded[line] && result[line] > 0 {
			t.Errorf("%q: removed, but in %q", line, merged)
		}
	}
	for line := range result {
		if after[line]+elsewhere[line] == 0 {
			t.Errorf("%q: on no side, but in %q", line, merged)
		}
	}
	own := func(text string) []string {
		return slices.DeleteFunc(lines(text), func(line string) bool {
			return before[line] > 0 || elsewhere[line] > 0 || after[line] == 0
		})
	}
	if want, got := own(o), own(m); !slices.Equal(got, want) {
		t.Errorf("own lines of a side are %q in the merged text, not %q", got, want)
	}
}

func count(lines []string) map[string]int {
	n := map[string]int{}
	for _, l := range lines {
		n[l]++
	}
	return n
}

func FuzzMerge(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\nd\n")
	f.Add("a\nb\nc", "a\r\nB\r\nc", "a\nb\nc\nd\n")
	f.Add("x\ny\nx\ny\n", "x\ny\n", "x\ny\nx\ny\nx\ny\n")
	f.Add("a\n\n\nb\n", "", "a\n\nb")
	f.Add(compose, strings.Replace(compose, "2g", "3g", 1),
		strings.Replace(compose, "  mongodb:", "  rocketchat-3:\n    mem_limit: 2g\n  mongodb:", 1))
	f.Add("a\x00", "b", "c")
	f.Fuzz(func(t *testing.T, base, mine, theirs string) {
		holds(t, base, mine, theirs)
	})
}

func FuzzUnified(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nB\nc")
	f.Add("", "a")
	f.Add("a\n", "")
	f.Add("a\r\nb\r\n", "a\nb\r\n")
	f.Add("-- a\n++ b\n@@ -1,0 +1,0 @@\n", "@@ -1,0 +1,0 @@\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a+b, "\x00") {
			return
		}
		applies(t, a, b)
	})
}
