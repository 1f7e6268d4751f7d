package textdiff

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnified(t *testing.T) {
	for _, c := range []struct{ name, nameA, nameB, a, b, want string }{
		{"a change", "c.yaml", "c.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
			"--- a/c.yaml\n+++ b/c.yaml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
		{"a new file", "", "c.yaml", "", "1\n2\n", "--- /dev/null\n+++ b/c.yaml\n@@ -0,0 +1,2 @@\n+1\n+2\n"},
		{"a removed file", "c.yaml", "", "1\n", "", "--- a/c.yaml\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n"},
		{"a lost newline", "c", "c", "1\n", "1", "--- a/c\n+++ b/c\n@@ -1,1 +1,1 @@\n-1\n+1\n\\ No newline at end of file\n"},
		{"no newline around", "c", "c", "1\n2", "0\n1\n2",
			"--- a/c\n+++ b/c\n@@ -1,2 +1,3 @@\n+0\n 1\n 2\n\\ No newline at end of file\n"},
		{"a new item whole, though items begin alike", "c", "c", "l:\n- job: p\n  port: 2\n",
			"l:\n- job: p\n  port: 1\n- job: p\n  port: 2\n",
			"--- a/c\n+++ b/c\n@@ -1,3 +1,5 @@\n l:\n+- job: p\n+  port: 1\n - job: p\n   port: 2\n"},
		{"binary", "c", "c", "1\x00", "2", "Binary files a/c and b/c differ\n"},
		{"nothing", "c", "c", compose, compose, ""},
		{"a new file without content", "", "c", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Unified(c.nameA, c.nameB, []byte(c.a), []byte(c.b)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestUnifiedApplies has git and patch apply diffs, and apply below.
func TestUnifiedApplies(t *testing.T) {
	cases := [][2]string{
		{"", "a\nb\n"}, {"a\nb\n", ""}, {"", "a"}, {"a", ""}, {"a\n", "a"}, {"a", "a\n"}, {"a", "b"},
		{"a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"}, {"a\nb\n", "a\r\nb\r\n"}, {"\n\n\n", "\n\n"},
		{"-- a\n++ b\n@@ -1,0 +1,0 @@\n", "x\n"}, {"", "@@ -1,0 +1,0 @@\n"},
		{compose, edited("4g", "5g", "services:\n", "services:\n  # ours\n")},
		{fleet(3, nil), fleet(4, nil)},
	}
	r := random(2)
	for range 25 {
		base := lines(fleet(2, nil))
		some := func() string { return base[r.IntN(len(base))] }
		cases = append(cases, [2]string{strings.Join(base, ""), strings.Join(change(r, base, 8, true, some), "")})
	}
	for _, how := range [][]string{{"git", "apply", "diff"}, {"patch", "-p1", "--binary", "-i", "diff"}} {
		t.Run(how[0], func(t *testing.T) {
			for _, c := range cases {
				applies(t, c[0], c[1])
				files, nameA, nameB := map[string]string{"f": c[0]}, "f", "f"
				if c[0] == "" {
					files, nameA = map[string]string{}, ""
				}
				if c[1] == "" {
					nameB = ""
				}
				files["diff"] = Unified(nameA, nameB, []byte(c[0]), []byte(c[1]))
				if files["diff"] == "" {
					continue
				}
				cmd := tool(t, files, how[0], how[1:]...)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %s\n%s", err, out, files["diff"])
				}
				got, err := os.ReadFile(filepath.Join(cmd.Dir, "f"))
				if gone := errors.Is(err, fs.ErrNotExist); gone != (c[1] == "") || string(got) != c[1] {
					t.Errorf("%q instead of %q, gone %t, after\n%s", got, c[1], gone, files["diff"])
				}
			}
		})
	}
}

// applies checks that the diff of a and b turns a into b.
func applies(t *testing.T, a, b string) {
	t.Helper()
	diff := Unified("f", "f", []byte(a), []byte(b))
	if (diff == "") != (a == b) {
		t.Fatalf("%q and %q have the diff %q", a, b, diff)
	}
	got, err := apply(a, diff)
	if err != nil || got != b {
		t.Errorf("%q instead of %q, %v, after\n%s", got, b, err, diff)
	}
}

// apply applies a unified diff as strictly as it can be: every position and every
// line that is shown must be right.
func apply(text, diff string) (string, error) {
	if diff == "" {
		return text, nil
	}
	old, rest := lines(text), lines(diff)
	if len(rest) < 3 || rest[0] != "--- a/f\n" || rest[1] != "+++ b/f\n" {
		return "", fmt.Errorf("head %q", rest[:2])
	}
	var out []string
	done := 0
	for rest = rest[2:]; len(rest) > 0; {
		var from, n, to, m int
		if _, err := fmt.Sscanf(rest[0], "@@ -%d,%d +%d,%d @@\n", &from, &n, &to, &m); err != nil {
			return "", fmt.Errorf("%q: %w", rest[0], err)
		}
		from, to, rest = from-min(n, 1), to-min(m, 1), rest[1:] // a side without lines counts from 0
		if from < done || from > len(old) || to != len(out)+from-done {
			return "", fmt.Errorf("a hunk at %d, %d after %d, %d", from, to, done, len(out))
		}
		out, done = append(out, old[done:from]...), from
		for n+m > 0 && len(rest) > 0 {
			sign, line := rest[0][0], rest[0][1:]
			rest = rest[1:]
			if len(rest) > 0 && rest[0] == "\\ No newline at end of file\n" {
				line, rest = strings.TrimSuffix(line, "\n"), rest[1:]
			}
			if sign != '+' {
				if done == len(old) || old[done] != line {
					return "", fmt.Errorf("line %d is not %q", done+1, line)
				}
				done, n = done+1, n-1
			}
			if sign != '-' {
				out, m = append(out, line), m-1
			}
		}
		if n != 0 || m != 0 {
			return "", fmt.Errorf("a hunk ends with %d and %d lines to go", n, m)
		}
	}
	return strings.Join(append(out, old[done:]...), ""), nil
}
