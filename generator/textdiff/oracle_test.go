package textdiff

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// tool returns a command in an own directory with the given files in it, or skips.
func tool(t *testing.T, files map[string]string, name string, arg ...string) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(err)
	}
	c := exec.Command(name, arg...)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_CEILING_DIRECTORIES="+filepath.Dir(c.Dir))
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(c.Dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// gitMerge merges as git does; conflict is true if git has one.
func gitMerge(t *testing.T, base, mine, theirs string) (merged string, conflict bool) {
	t.Helper()
	c := tool(t, map[string]string{"base": base, "mine": mine, "theirs": theirs},
		"git", "merge-file", "-p", "-q", "--diff3", "mine", "base", "theirs")
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128 { // the number of conflicts
		return "", true
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out), false
}

// change makes up to n random edits; fresh gives lines to add. With repeat it also
// writes blocks of up to eight lines twice.
func change(r *rand.Rand, text []string, n int, repeat bool, fresh func() string) []string {
	text = slices.Clone(text)
	for range r.IntN(n + 1) {
		at := r.IntN(len(text) + 1)
		if repeat && r.IntN(3) == 0 {
			block := slices.Clone(text[at:min(at+1+r.IntN(8), len(text))])
			text = slices.Insert(text, at, block...)
			continue
		}
		end := min(at+r.IntN(4), len(text))
		added := make([]string, r.IntN(4))
		for i := range added {
			added[i] = fresh()
		}
		text = slices.Replace(text, at, end, added...)
	}
	return text
}

// TestMergeAsGit compares with git. Where lines repeat there is more than one
// shortest diff, and git may start from another one: there, a few may differ.
func TestMergeAsGit(t *testing.T) {
	large, err := os.ReadFile("../../examples/large/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	distinct := func(r *rand.Rand) (base, mine, theirs []string) {
		for i := range r.IntN(25) {
			base = append(base, fmt.Sprintf("%d\n", i))
		}
		pool := func(prefix string) func() string {
			n := 0
			return func() string {
				n++
				if r.IntN(2) == 0 {
					return fmt.Sprintf("both %d\n", n)
				}
				return fmt.Sprintf("%s %d\n", prefix, n)
			}
		}
		return base, change(r, base, 4, false, pool("mine")), change(r, base, 4, false, pool("theirs"))
	}
	yaml := func(r *rand.Rand) (base, mine, theirs []string) {
		base = lines(string(large))
		some := func() string { return base[r.IntN(len(base))] }
		return base, change(r, base, 9, true, some), change(r, base, 9, true, some)
	}
	letters := func(r *rand.Rand) (base, mine, theirs []string) {
		some := func() string { return string(rune('a'+r.IntN(8))) + "\n" }
		for range r.IntN(20) {
			base = append(base, some())
		}
		return base, change(r, base, 3, true, some), change(r, base, 3, true, some)
	}
	for _, c := range []struct {
		name    string
		make    func(*rand.Rand) (base, mine, theirs []string)
		percent int // of the cases may differ
	}{{"distinct lines", distinct, 0}, {"compose.yaml", yaml, 1}, {"few letters", letters, 4}} {
		t.Run(c.name, func(t *testing.T) {
			r, cases, differ, clean := random(1), 300, 0, 0
			for range cases {
				b, m, u := c.make(r)
				base, mine, theirs := strings.Join(b, ""), strings.Join(m, ""), strings.Join(u, "")
				holds(t, base, mine, theirs)
				want, conflict := gitMerge(t, base, mine, theirs)
				got, conflicts := Merge([]byte(base), []byte(mine), []byte(theirs))
				if conflict != (len(conflicts) > 0) || !conflict && string(got) != want {
					differ++
					t.Logf("git: %q, conflict %t; got: %q, %v\nbase %q\nmine %q\ntheirs %q", want, conflict, got, conflicts, base,
						mine, theirs)
				} else if !conflict {
					clean++
				}
			}
			if differ*100 > c.percent*cases {
				t.Errorf("%d of %d are not as in git", differ, cases)
			}
			if clean < cases/5 || clean > cases*19/20 {
				t.Errorf("%d of %d are clean: the cases say nothing", clean, cases)
			}
		})
	}
}

// TestHandMadeAsGit compares the cases of this package's tables with git.
func TestHandMadeAsGit(t *testing.T) {
	add := func(after, line string) string { return edited(after, after+line) }
	for _, c := range [][3]string{
		{compose, edited("4g", "5g"), edited("mongo:8.0", "mongo:8.2")},
		{compose, edited("4g", "5g"), edited("4g", "6g")},
		{compose, add("  mongodb:\n", "    # ours\n"), edited("mongo:8.0", "mongo:8.2")},
		{compose, add("services:\n", "  # ours\n"), edited("mongo:8.0", "mongo:8.2")},
		{compose, strings.Replace(compose, "2g", "3g", 1), without(compose)},
		{compose, strings.Replace(compose, "8.0.1", "8.0.2", 1), without(compose)},
		{"- a\n", "- a\n- b\n", "- a\n- c\n"},
		{"- a\n", "- a\n- b\n", "- a\n- b\n"},
		{"- a\n- z\n", "- a\n- b\n- z\n", "- a\n- b\n- c\n- z\n"},
		{"a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nc\nD\n"},
		{"a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nb\nC\nd\n"},
		{"a\nb\nc\n", "a\nb\nb\nc\n", "A\nb\nc\n"},
		{"a\nb\nc\n", "a\nb\nb\nc\n", "a\nb\nC\n"},
		{"a\nb\nb\nc\n", "a\nb\nc\n", "A\nb\nb\nc\n"},
		{"a\nb\nb\nc\n", "a\nb\nc\n", "a\nb\nb\nC\n"},
		{"l:\n- job: p\n  port: 1\n- job: p\n  port: 2\n", "l:\n- job: p\n  port: 2\n",
			"L:\n- job: p\n  port: 1\n- job: p\n  port: 2\n"},
		{"l:\n- job: p\n  port: 1\n- job: p\n  port: 2\n", "l:\n- job: p\n  port: 2\n",
			"l:\n- job: p\n  port: 1\n- job: p\n  port: 3\n"},
		{"a\nb\nc\n", "", "a\nb\nC\n"},
		{"a\nb\nc\n", "", ""},
		{"", "a\n", "b\n"},
		{fleet(3, nil), strings.Replace(fleet(3, nil), "same", "mine", 1), fleet(4, nil)},
	} {
		want, conflict := gitMerge(t, c[0], c[1], c[2])
		got, conflicts := Merge([]byte(c[0]), []byte(c[1]), []byte(c[2]))
		if conflict != (len(conflicts) > 0) || string(got) != want {
			t.Errorf("git: %q, conflict %t; got %q, %v for\n%q", want, conflict, got, conflicts, c)
		}
	}
}
