package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/tree"
)

// staged returns a project in which changes are staged, and its directory.
func staged(t *testing.T, changes []tree.Change) (*Staged, string) {
	t.Helper()
	dir := project(t)
	d, err := Open(dir, wait)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	s, err := d.Stage(changes)
	must(t, err)
	return s, dir
}

// unstaged is tree without the staging directory.
func unstaged(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := contents(t, dir)
	maps.DeleteFunc(found, func(path, _ string) bool { return strings.HasPrefix(path, tmpDir) })
	return found
}

func TestStageTouchesNoFileOfTheProject(t *testing.T) {
	before, after, _ := outcomes(t)
	s, dir := staged(t, changes())
	hidden(t, dir)
	same(t, "staged", unstaged(t, dir), before)
	if _, err := os.Lstat(filepath.Join(dir, tmp(journalName))); err == nil {
		t.Error("journal: written before the approval")
	}
	if len(s.unsynced) > 0 {
		t.Errorf("left to be synced after the approval: %q", s.unsynced)
	}
	must(t, s.commit(changes()))
	must(t, s.Discard())
	same(t, "committed", contents(t, dir), after)
}

// TestStageLeavesNamesToCommit is what makes it worth while: no content is written or
// synced after the approval, and the disk is waited for three times.
func TestStageLeavesNamesToCommit(t *testing.T) {
	_, _, actions := forms()[1].outcomes(t)
	approved := slices.Index(actions, approval)
	syncs := func(actions []string) (found []string) {
		for _, a := range actions {
			if strings.HasPrefix(a, "sync ") {
				found = append(found, a)
			}
		}
		return found
	}
	if got := syncs(actions[:approved]); !slices.Equal(got, []string{"sync stage"}) {
		t.Errorf("before the approval: got %q", got)
	}
	three := []string{"sync journal", "sync decision", "sync project"}
	if got := syncs(actions[approved:]); !slices.Equal(got, three) {
		t.Errorf("after the approval: got %q, want %q", got, three)
	}
	for _, a := range actions[approved:] {
		if strings.HasPrefix(a, "stage ") && a != "stage journal.json.new" {
			t.Errorf("after the approval: %s", a)
		}
	}
	_, _, whole := outcomes(t)
	if got := syncs(whole); !slices.Equal(got, three) {
		t.Errorf("write: got %q, want %q", got, three)
	}
}

func TestStageFromAnotherGoroutineWhileFilesAreRead(t *testing.T) {
	_, after, _ := outcomes(t)
	dir := project(t)
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	type result struct {
		s   *Staged
		err error
	}
	done := make(chan result)
	go func() {
		s, err := d.Stage(changes())
		done <- result{s, err}
	}()
	for name, content := range oldFiles {
		got, err := fs.ReadFile(d.FS(), name)
		must(t, err)
		if string(got) != content {
			t.Errorf("%s: got %q while staging, want %q", name, got, content)
		}
	}
	r := <-done
	must(t, r.err)
	must(t, r.s.commit(changes()))
	same(t, "committed", contents(t, dir), after)
}

func TestCommitOfSomethingElseIsRefused(t *testing.T) {
	cases := []struct {
		name string
		edit func([]tree.Change) []tree.Change
		want string
	}{
		{"nothing", func([]tree.Change) []tree.Change { return nil }, "not those that were staged"},
		{"one less", func(c []tree.Change) []tree.Change { return c[1:] }, "not those that were staged"},
		{"one more", func(c []tree.Change) []tree.Change {
			return append(c, change(tree.Create, "more"))
		}, "not those that were staged"},
		{"operation", func(c []tree.Change) []tree.Change {
			c[0].Op = tree.Create
			return c
		}, "not those that were staged"},
		{"path", func(c []tree.Change) []tree.Change {
			c[2].File.Path = "Makefile2"
			return c
		}, "not those that were staged"},
		{"mode", func(c []tree.Change) []tree.Change {
			c[0].File.Mode = 0o644
			return c
		}, "not those that were staged"},
		{"content", func(c []tree.Change) []tree.Change {
			c[3].File.Content = []byte("other\n")
			return c
		}, "compose.yaml: the approved content is not the one that was staged"},
	}
	before, _, _ := outcomes(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, dir := staged(t, changes())
			err := s.commit(c.edit(changes()))
			refused(t, err, c.want)
			refused(t, err, "nothing was changed")
			same(t, "after the refusal", contents(t, dir), before)
			refused(t, s.commit(changes()), "committed or discarded before")
			same(t, "after the second commit", contents(t, dir), before)
		})
	}
}

// TestApprovalOfNothing goes through the one way that other packages have.
func TestApprovalOfNothing(t *testing.T) {
	before, _, _ := outcomes(t)
	s, dir := staged(t, changes())
	refused(t, s.Commit(tree.Valid{}), "not those that were staged")
	same(t, "after the refusal", contents(t, dir), before)

	s, dir = staged(t, nil)
	same(t, "nothing staged", contents(t, dir), before)
	refused(t, s.commit(changes()), "not those that were staged")
	must(t, s.Commit(tree.Valid{}))
	must(t, s.Discard())
	same(t, "nothing committed", contents(t, dir), before)
}

// TestContentChangedInMemory stages a content that its owner then writes over.
func TestContentChangedInMemory(t *testing.T) {
	all := changes()
	s, _ := staged(t, all)
	copy(all[0].File.Content, "NEW")
	refused(t, s.commit(all), ".env: the approved content is not the one that was staged")
}

func TestDirectoryChangedBeforeTheApproval(t *testing.T) {
	cases := []struct {
		name   string
		change func(dir string) error
		what   string
	}{
		{"a file where one is to be created", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "Makefile"), []byte("mine"), 0o644)
		}, "Makefile: exists and was not written by rcgen"},
		{"a link on the way", func(dir string) error {
			return os.Symlink("../mine", filepath.Join(dir, "conf/sub"))
		}, "conf/sub: a symbolic link"},
		{"a staged file that is gone", func(dir string) error {
			return os.Remove(filepath.Join(dir, tmp("2")))
		}, "no such file"},
		{"another staged file", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, tmp("2")), []byte("bad"), 0o644)
		}, "Makefile: the approved content is not the one that was staged"},
		{"the staging directory is gone", func(dir string) error {
			return os.RemoveAll(filepath.Join(dir, tmpDir))
		}, "no such file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, dir := staged(t, changes())
			must(t, c.change(dir))
			before := unstaged(t, dir)
			err := s.commit(changes())
			refused(t, err, c.what)
			refused(t, err, "nothing was changed")
			same(t, "after the refusal", contents(t, dir), before)
		})
	}
}

func TestDiscardAfterCommitLeavesTheJournal(t *testing.T) {
	_, after, _ := outcomes(t)
	s, dir := staged(t, changes())
	s.dir.step = failFrom("rename compose.yaml")
	refused(t, s.commit(changes()), "decided but not finished")
	s.dir.step = nil
	must(t, s.Discard())
	must(t, s.dir.Close())
	same(t, "after the next open", settled(t, dir), after)
}

func TestDiscardThatFailsSaysWhatIsLeft(t *testing.T) {
	before, _, _ := outcomes(t)
	s, dir := staged(t, changes())
	s.dir.step = failAt(1, errInjected, true)
	err := s.Discard()
	if !errors.Is(err, errInjected) {
		t.Fatalf("error: got %v", err)
	}
	refused(t, err, filepath.Join(dir, tmpDir))
	refused(t, s.commit(changes()), "committed or discarded before")
	hidden(t, dir)
	must(t, s.dir.Close())
	same(t, "after the next open", settled(t, dir), before)
}
