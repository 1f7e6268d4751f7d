package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rcgen/generator/tree"
)

var errInjected = errors.New("injected")

// failAt returns a hook that fails the nth action, and with more also all after it.
func failAt(n int, err error, more bool) func(string) error {
	i := -1
	return func(string) error {
		i++
		if i == n || more && i > n {
			return err
		}
		return nil
	}
}

// failFrom returns a hook that fails the named action and all after it.
func failFrom(action string) func(string) error {
	failing := false
	return func(a string) error {
		failing = failing || a == action
		if failing {
			return errInjected
		}
		return nil
	}
}

// noStaging fails the test when the staging directory is still in dir.
func noStaging(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(dir, tmpDir)); err == nil {
		t.Fatalf("%s: still there", tmpDir)
	}
}

func TestErrorAtEveryStep(t *testing.T) {
	for _, f := range forms() {
		before, after, actions := f.outcomes(t)
		for i, action := range actions {
			if i < slices.Index(actions, f.from) {
				continue
			}
			for _, more := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %d %s more=%v", f.name, i, action, more), func(t *testing.T) {
					t.Parallel()
					dir := project(t)
					err := f.in(dir, failAt(i, errInjected, more))
					if !errors.Is(err, errInjected) {
						t.Fatalf("error: got %v", err)
					}
					hidden(t, dir)
					if f.decided(actions, i) {
						refused(t, err, "decided but not finished")
						same(t, "after the next open", settled(t, dir), after)
						return
					}
					if !more && !strings.HasPrefix(action, "clean ") {
						same(t, "after the error", contents(t, dir), before)
					}
					same(t, "after the next open", settled(t, dir), before)
				})
			}
		}
	}
}

func TestErrorAtEveryStepOfTheRecovery(t *testing.T) {
	before, after, _ := outcomes(t)
	cases := []struct {
		action string
		want   map[string]string
	}{
		{"stage 2", before},
		{"rename .gitignore", after},
		{"remove gone", after},
		{"clean .rcgen.tmp/.gitignore", after},
	}
	for _, c := range cases {
		for n, done := 0, false; !done; n++ {
			dir := interrupted(t, c.action)
			d, err := (&Dir{path: dir, step: failAt(n, errInjected, true)}).open(wait)
			if done = err == nil; done {
				must(t, d.Close())
				noStaging(t, dir)
			} else if !errors.Is(err, errInjected) {
				t.Fatalf("%s, then %d: got %v", c.action, n, err)
			}
			same(t, fmt.Sprintf("%s, then %d", c.action, n), settled(t, dir), c.want)
		}
	}
}

func TestNoSpaceInjected(t *testing.T) {
	before, _, actions := outcomes(t)
	for i, action := range actions {
		if !strings.HasPrefix(action, "stage ") {
			continue
		}
		dir := project(t)
		err := writeWith(dir, failAt(i, syscall.ENOSPC, false), changes())
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%s: got %v, want ENOSPC", action, err)
		}
		refused(t, err, dir+": nothing was changed")
		same(t, action, contents(t, dir), before)
	}
}

// hidden fails the test when something is staged in dir that git or others see.
func hidden(t *testing.T, dir string) {
	t.Helper()
	found := contents(t, dir)
	if mode, ok := found[tmpDir]; ok && mode != "drwx------" {
		t.Fatalf("%s: %s", tmpDir, mode)
	}
	for path, text := range found {
		if strings.HasPrefix(path, tmpDir+"/") && found[tmp(".gitignore")] != "-rw------- *\n" {
			t.Fatalf("%s: staged without a .gitignore", path)
		}
		if strings.HasSuffix(text, "new .env\n") && !strings.HasPrefix(text, "-rw------- ") {
			t.Fatalf("%s: %s", path, text)
		}
	}
}

func TestSecondWriteLeavesAnUnfinishedOneAlone(t *testing.T) {
	dir := project(t)
	d, err := Open(dir, wait)
	must(t, err)
	d.step = failFrom("rename compose.yaml")
	refused(t, d.write(changes()), "decided but not finished")
	d.step = nil
	if err := d.write([]tree.Change{change(tree.Create, "zzz")}); err == nil {
		t.Error("second write: went over the first")
	}
	must(t, d.Close())
	_, after, _ := outcomes(t)
	same(t, "after the next open", settled(t, dir), after)
}
