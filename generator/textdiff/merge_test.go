package textdiff

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const compose = `services:
  rocketchat-1:
    image: rocketchat:8.0.1
    restart: unless-stopped
    mem_limit: 2g
  rocketchat-2:
    image: rocketchat:8.0.1
    restart: unless-stopped
    mem_limit: 2g
  mongodb:
    image: mongo:8.0
    restart: unless-stopped
    mem_limit: 4g
`

// edited returns compose with replacements made, each of which must match once.
func edited(oldnew ...string) string {
	text := compose
	for i := 0; i < len(oldnew); i += 2 {
		if strings.Count(text, oldnew[i]) != 1 {
			panic(fmt.Sprintf("%q is not there once", oldnew[i]))
		}
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	return text
}

// without removes the second replica.
func without(text string) string {
	return text[:strings.Index(text, "  rocketchat-2:")] + text[strings.Index(text, "  mongodb:"):]
}

func TestMerge(t *testing.T) {
	const third = "  rocketchat-3:\n    image: rocketchat:8.0.1\n    restart: unless-stopped\n    mem_limit: 2g\n"
	limit := func(text string) string {
		return strings.Replace(text, "mem_limit: 2g", "mem_limit: 3g", 1)
	}
	image := func(text string) string { return strings.Replace(text, "8.0.1", "8.0.2", 1) }
	for _, c := range []struct {
		name, base, mine, theirs, want string
	}{
		{"limit edited while replicas grow", compose, limit(compose), edited("  mongodb:\n", third+"  mongodb:\n"),
			limit(edited("  mongodb:\n", third+"  mongodb:\n"))},
		{"image edited while replicas shrink", compose, image(compose), without(compose), image(without(compose))},
		{"comment some lines above an update", compose, edited("  mongodb:\n", "  # ours\n  mongodb:\n"),
			edited("mongo:8.0", "mongo:8.2"), edited("  mongodb:\n", "  # ours\n  mongodb:\n", "mongo:8.0", "mongo:8.2")},
		{"items added to both ends of a list", "- a\n- b\n", "- 0\n- a\n- b\n", "- a\n- b\n- c\n", "- 0\n- a\n- b\n- c\n"},
		{"both did the same", compose, limit(compose), limit(compose), limit(compose)},
		{"both did the same, theirs more elsewhere", compose, limit(compose), limit(edited("mongo:8.0", "mongo:8.2")),
			limit(edited("mongo:8.0", "mongo:8.2"))},
		{"both added the same among equal blocks", "x\ny\nx\ny\n", "x\ny\nx\ny\nx\ny\n", "x\ny\nx\ny\nx\ny\n",
			"x\ny\nx\ny\nx\ny\n"},
		{"only mine", compose, limit(compose), compose, limit(compose)},
		{"only theirs", compose, compose, limit(compose), limit(compose)},
		{"emptied", compose, "", compose, ""},
		{"both empty", compose, "", "", ""},
		{"all empty", "", "", "", ""},
		{"written into an empty file", "", "a\n", "", "a\n"},
		{"generated into an empty file", "", "", "a", "a"},

		{"base without a final newline", "a\nb\nc", "0\na\nb\nc", "a\nb\nc\nd\n", "0\na\nb\nc\nd\n"},
		{"mine lost the final newline", "a\nb\nc\n", "a\nb\nc", "a\nB\nc\n", "a\nB\nc"},
		{"mine lost it where theirs goes on", "a\nb\nc\n", "a\nb\nc", "a\nb\nc\nd\n", "a\nb\nc\nd"},
		{"mine gained the final newline", "a\nb\nc", "a\nb\nc\n", "a\nB\nc", "a\nB\nc\n"},
		{"a single line without an end says nothing of CRLF", "a\n", "a", "a\nb\n", "a\nb"},
		{"nobody has a final newline", "a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"},

		{"no final newline, but an empty line", "a\nb\nc\n", "A\nb\nc", "a\nb\n\n", "A\nb\n\n"},

		{"mine in CRLF", "a\nb\nc\nd\n", "A\r\nb\r\nc\r\nd\r\n", "a\nb\nC\nd\ne\n", "A\r\nb\r\nC\r\nd\r\ne\r\n"},
		{"mine in CRLF, open end", "a\nb\nc\n", "A\r\nb\r\nc", "a\nb\nc\nd\n", "A\r\nb\r\nc\r\nd"},
		{"only line ends changed", "a\nb\n", "a\r\nb\r\n", "a\nB\n", "a\r\nB\r\n"},
		{"one CRLF of mine stays", "a\nb\nc\n", "a\r\nb\nc\n", "a\nb\nC\n", "a\r\nb\nC\n"},
		{"a carriage return at the open end", "a\nb\nc\n", "a\nb\nc\r", "A\nb\nc\n", "A\nb\nc\r"},
		{"binary, only mine", "a\x00", "b\x00", "a\x00", "b\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, conflicts := Merge([]byte(c.base), []byte(c.mine), []byte(c.theirs))
			if len(conflicts) > 0 || string(got) != c.want || got == nil {
				t.Errorf("got %q, conflicts %v; want %q", got, conflicts, c.want)
			}
			holds(t, c.base, c.mine, c.theirs)
		})
	}
}

func TestConflicts(t *testing.T) {
	for _, c := range []struct {
		name, base, mine, theirs string
		want                     []Conflict
		says                     string
	}{
		{"same line", compose, edited("mem_limit: 4g", "mem_limit: 6g"), edited("mem_limit: 4g", "mem_limit: 5g"),
			[]Conflict{{13, 1, []string{"    mem_limit: 4g"}, []string{"    mem_limit: 6g"}, []string{"    mem_limit: 5g"}}},
			"[line 13]"},
		{"comment right above an update", compose, edited("    mem_limit: 4g", "    # for the reports\n    mem_limit: 4g"),
			edited("mem_limit: 4g", "mem_limit: 5g"),
			[]Conflict{{13, 2, []string{"    mem_limit: 4g"}, []string{"    # for the reports", "    mem_limit: 4g"},
				[]string{"    mem_limit: 5g"}}}, "[lines 13-14]"},
		{"last line of a replica edited, the one below removed", compose, strings.Replace(compose, "2g", "3g", 1),
			without(compose),
			[]Conflict{{5, 5, bare(lines(compose)[4:9]), append([]string{"    mem_limit: 3g"}, bare(lines(compose)[5:9])...),
				[]string{"    mem_limit: 2g"}}}, "[lines 5-9]"},
		{"neighbouring lines", "a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nC\nd\n",
			[]Conflict{{2, 2, []string{"b", "c"}, []string{"B", "c"}, []string{"b", "C"}}}, "[lines 2-3]"},
		{"items added to the same end of a list", "- a\n", "- a\n- b\n", "- a\n- c\n",
			[]Conflict{{2, 1, []string{}, []string{"- b"}, []string{"- c"}}}, "[line 2]"},
		{"removed and updated", "a\nb\nc\n", "a\nc\n", "a\nB\nc\n",
			[]Conflict{{2, 0, []string{"b"}, []string{}, []string{"B"}}}, "[before line 2]"},
		{"emptied and updated", "a\nb\n", "", "a\nB\n",
			[]Conflict{{1, 0, []string{"a", "b"}, []string{}, []string{"a", "B"}}}, "[before line 1]"},
		{"two, the second below an addition", "a\nb\nc\nd\ne\n", "1\n0\na\nb\nc\nd\n5\n", "9\na\nb\nc\nd\n6\n",
			[]Conflict{{1, 2, []string{}, []string{"1", "0"}, []string{"9"}},
				{7, 1, []string{"e"}, []string{"5"}, []string{"6"}}}, "[lines 1-2 line 7]"},
		{"one edit bridges two of the other side", "a\nb\nc\nd\ne\n", "a\nB\nC\nD\ne\n", "a\n2\nc\n4\ne\n",
			[]Conflict{{2, 3, []string{"b", "c", "d"}, []string{"B", "C", "D"}, []string{"2", "c", "4"}}}, "[lines 2-4]"},
		{"in CRLF", "a\nb\n", "a\r\nB\r\n", "a\nC\n", []Conflict{{2, 1, []string{"b"}, []string{"B"}, []string{"C"}}},
			"[line 2]"},
		{"binary", "a", "b\x00", "c", []Conflict{{}}, "[the whole file]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			merged, got := Merge([]byte(c.base), []byte(c.mine), []byte(c.theirs))
			if merged != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, %#v; want %#v", merged, got, c.want)
			}
			if says := fmt.Sprint(got); says != c.says {
				t.Errorf("says %s, want %s", says, c.says)
			}
			holds(t, c.base, c.mine, c.theirs)
		})
	}
}

// fleet is a file of 100 lines for each of n replicas, most of which are the same in all.
func fleet(n int, line func(replica, line int) string) string {
	var b strings.Builder
	for r := range n {
		fmt.Fprintf(&b, "  rocketchat-%d:\n", r+1)
		for l := 1; l < 100; l++ {
			s := fmt.Sprintf("    setting-%d: same", l%20)
			if line != nil {
				if own := line(r+1, l); own != "" {
					s = own
				}
			}
			b.WriteString(s + "\n")
		}
	}
	return b.String()
}

// TestMergeFleet edits single replicas of thirty while all of them are updated.
func TestMergeFleet(t *testing.T) {
	mine := func(r, l int) string {
		if r%7 == 3 && r <= 30 && l == 50 {
			return fmt.Sprintf("    mem_limit: %dg", 2+r)
		}
		return ""
	}
	theirs := func(_, l int) string {
		if l == 70 || l == 71 {
			return "    image: rocketchat:8.0.2"
		}
		return ""
	}
	both := func(r, l int) string { return mine(r, l) + theirs(r, l) }
	base, m, u, want := fleet(30, nil), fleet(30, mine), fleet(31, theirs), fleet(31, both)
	fast(t, func() {
		got, conflicts := Merge([]byte(base), []byte(m), []byte(u))
		if len(conflicts) > 0 || string(got) != want {
			t.Fatalf("conflicts %v, or an edit is in the wrong replica:\n%s", conflicts,
				Unified("want", "got", []byte(want), got))
		}
	})
}

// TestMergeShuffled bounds the worst case: 3,000 repetitive lines in another order.
func TestMergeShuffled(t *testing.T) {
	base := lines(fleet(30, nil))
	mine := slices.Clone(base)
	random(1).Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
	b, m, u := strings.Join(base, ""), strings.Join(mine, ""), fleet(31, nil)
	fast(t, func() { Merge([]byte(b), []byte(m), []byte(u)) })
}

// fast wants one of many runs within the limit: most may meet a busy machine.
func fast(t *testing.T, merge func()) {
	t.Helper()
	const limit = 50 * time.Millisecond // a person waits for some twenty files: one second together
	best := time.Hour
	for range 100 {
		start := time.Now()
		merge()
		if best = min(best, time.Since(start)); best <= limit {
			return
		}
	}
	t.Errorf("took %v at best, more than %v", best, limit)
}
