package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/tree"
)

func TestWrite(t *testing.T) {
	_, after, _ := outcomes(t)
	same(t, "after the write", after, map[string]string{
		".env":              "-rw------- new .env\n",
		".gitignore":        "-rw-r--r-- new .gitignore\n",
		"Makefile":          "-rw-r--r-- new Makefile\n",
		"compose.yaml":      "-rw-r--r-- new compose.yaml\n",
		"conf":              "drwxr-xr-x",
		"conf/old.conf":     "-rw-r--r-- old\n",
		"conf/sub":          "drwxr-xr-x",
		"conf/sub/new.conf": "-rw-r--r-- new conf/sub/new.conf\n",
		"mine":              "drwxr-xr-x",
		"mine/notes.txt":    "-rw-r--r-- mine\n",
		"rcgen.lock":        "-rw-r--r-- new rcgen.lock\n",
	})
}

func TestWriteOfNothing(t *testing.T) {
	dir := project(t)
	d, err := Open(dir, wait)
	must(t, err)
	d.step = func(action string) error { return errors.New(action) }
	must(t, d.Write(tree.Valid{}))
	must(t, d.Close())
}

func TestWriteTwice(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "chat"), wait)
	must(t, err)
	defer d.Close()
	file := tree.File{Path: "a/b", Content: []byte("1"), Mode: 0o644}
	must(t, d.write([]tree.Change{{Op: tree.Create, File: file}}))
	file.Content = []byte("2")
	must(t, d.write([]tree.Change{{Op: tree.Replace, File: file}}))
	got, err := fs.ReadFile(d.FS(), "a/b")
	must(t, err)
	if string(got) != "2" {
		t.Errorf("content: got %q, want 2", got)
	}
}

func TestModes(t *testing.T) {
	cases := []struct {
		name             string
		old, given, want fs.FileMode
	}{
		{"replaced keeps its mode", 0o640, 0o644, 0o640},
		{"executable stays so", 0o755, 0o644, 0o755},
		{"secret", 0o600, 0o600, 0o600},
		{"secret that was readable", 0o644, 0o600, 0o600},
		{"secret that was narrower", 0o400, 0o600, 0o400},
		{"created", 0, 0o644, 0o644},
		{"created secret", 0, 0o600, 0o600},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			op := tree.Create
			if c.old != 0 {
				op = tree.Replace
				must(t, os.WriteFile(path, nil, 0o600))
				must(t, os.Chmod(path, c.old))
			}
			d, err := Open(dir, wait)
			must(t, err)
			must(t, d.write([]tree.Change{{Op: op, File: tree.File{Path: "f", Mode: c.given}}}))
			must(t, d.Close())
			info, err := os.Stat(path)
			must(t, err)
			if info.Mode() != c.want {
				t.Errorf("mode: got %v, want %v", info.Mode(), c.want)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	_, _, actions := outcomes(t)
	var got []string
	for _, action := range actions {
		verb, path, _ := strings.Cut(action, " ")
		if verb == "commit" || verb == "rename" || verb == "remove" {
			got = append(got, strings.TrimSpace(verb+" "+path))
		}
	}
	want := []string{
		"commit", "rename .gitignore", "rename .env", "rename Makefile", "rename compose.yaml",
		"rename conf/sub/new.conf",
		"remove gone/deep/x.conf", "remove gone/deep", "remove gone",
		"remove mine/removed.conf", "remove mine", "remove never/there.conf", "remove never", "rename rcgen.lock",
	}
	if !slices.Equal(got, want) {
		t.Errorf("order:\ngot  %q\nwant %q", got, want)
	}
	if actions[1] != "stage .gitignore" {
		t.Errorf("first staged: got %q, want .gitignore", actions[1])
	}
}

func TestOpen(t *testing.T) {
	dir := project(t)
	if _, err := Open(filepath.Join(dir, "none"), wait); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: got %v, want fs.ErrNotExist", err)
	}
	for _, open := range []func(string, time.Duration) (*Dir, error){Open, Create} {
		_, err := open(filepath.Join(dir, "compose.yaml"), wait)
		refused(t, err, "compose.yaml: not a directory")
	}
	_, err := Create(filepath.Join(dir, "compose.yaml", "sub"), wait)
	refused(t, err, "not a directory")
}

func TestFSSeesLinksAndStaysInside(t *testing.T) {
	dir := project(t)
	must(t, os.Symlink("/etc/hostname", filepath.Join(dir, "link")))
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	info, err := fs.Lstat(d.FS(), "link")
	must(t, err)
	if info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("link: got %v, want a symbolic link", info.Mode())
	}
	if _, err := fs.ReadFile(d.FS(), "link"); err == nil {
		t.Error("link out of the directory: was followed")
	}
}

func TestCreateRemovesWhatItMade(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b")
	d, err := Create(dir, wait)
	must(t, err)
	must(t, d.Close())
	same(t, "closed without a write", contents(t, top), nil)

	d, err = Create(dir+"/", wait)
	must(t, err)
	d.step = func(action string) error {
		if action == "commit" {
			return errors.New("injected")
		}
		return nil
	}
	refused(t, d.write(changes()), "injected")
	must(t, d.Close())
	same(t, "failed write", contents(t, top), nil)

	if _, err := Create(filepath.Join(dir, strings.Repeat("x", 300)), wait); err == nil {
		t.Error("name that is too long: was made")
	}
	same(t, "failed mkdir", contents(t, top), nil)

	must(t, os.Mkdir(filepath.Join(top, "a"), 0o755))
	d, err = Create(dir, wait)
	must(t, err)
	must(t, d.Close())
	same(t, "parent was there", contents(t, top), map[string]string{"a": "drwxr-xr-x"})

	d, err = Create(dir, wait)
	must(t, err)
	must(t, d.write(changes()))
	must(t, d.Close())
	if _, err := os.Stat(filepath.Join(dir, "rcgen.lock")); err != nil {
		t.Errorf("written: %v", err)
	}
}

func TestTwoWriters(t *testing.T) {
	dir := project(t)
	first, err := Open(dir, wait)
	must(t, err)

	for _, short := range []time.Duration{0, 60 * time.Millisecond} {
		_, err = Open(dir, short)
		refused(t, err, dir+": another rcgen is at work here")
		var hinted interface{ Hints() []string }
		if !errors.As(err, &hinted) || len(hinted.Hints()) != 1 {
			t.Errorf("hint: none in %v", err)
		}
	}

	second := make(chan error)
	go func() {
		d, err := Open(dir, wait)
		if err != nil {
			second <- err
			return
		}
		_, err = fs.Stat(d.FS(), "conf/sub/new.conf")
		second <- errors.Join(err, d.Close())
	}()
	time.Sleep(100 * time.Millisecond)
	must(t, first.write(changes()))
	must(t, first.Close())
	must(t, <-second)
}

func TestWaitingForADirectoryThatGoes(t *testing.T) {
	for pause := 2 * lockRetry; pause < time.Minute; pause *= 2 {
		dir := filepath.Join(t.TempDir(), "chat")
		first, err := Create(dir, wait)
		must(t, err)
		second := make(chan error)
		go func() {
			d, err := Create(dir, wait)
			if err == nil {
				err = d.Close()
			}
			second <- err
		}()
		time.Sleep(pause)
		must(t, first.Close())
		if err := <-second; err != nil { // else it came after the first one, on a busy machine
			refused(t, err, dir+": removed or replaced by another process")
			return
		}
	}
	t.Error("it never waited")
}

func TestLockOfAnotherDirectory(t *testing.T) {
	dir := project(t)
	d, err := Open(dir, wait)
	must(t, err)
	defer d.Close()
	must(t, d.root.Close())
	must(t, os.Rename(dir, dir+".moved"))
	must(t, os.Mkdir(dir, 0o755))
	refused(t, d.enter(), dir+": removed or replaced by another process")
}
