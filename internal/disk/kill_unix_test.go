//go:build unix

package disk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary runs itself as a child with these set.
const (
	childTask = "RCGEN_DISK_TEST_TASK" // "nobody", "export" or the name of a form
	childDir  = "RCGEN_DISK_TEST_DIR"
	childStep = "RCGEN_DISK_TEST_STEP" // the action at which the child dies, but for nobody
)

const nobody = 65534

func TestMain(m *testing.M) {
	task := os.Getenv(childTask)
	if task == "" {
		useMemory()
		os.Exit(m.Run())
	}
	if err := runTask(task, os.Getenv(childDir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runTask does what a child was started for.
func runTask(task, dir string) error {
	if task == "nobody" {
		return writeAsNobody()
	}
	at, err := strconv.Atoi(os.Getenv(childStep))
	if err != nil {
		return err
	}
	if task == "export" {
		_, err := exporter{wait, dieAt(at)}.export(dir, exportOf(2))
		return err
	}
	i := slices.IndexFunc(forms(), func(f form) bool { return f.name == task })
	return forms()[i].in(dir, dieAt(at))
}

// useMemory puts the tests' directories into memory where Linux has it. Syncing
// to a disk takes most of the time, and what it is good for is not tested here.
func useMemory() {
	const shm = "/dev/shm"
	if os.Getenv("TMPDIR") == "" && unix.Access(shm, unix.W_OK) == nil {
		_ = os.Setenv("TMPDIR", shm) // a test run without it is only slower
	}
}

// child runs the test binary and returns its output.
func child(task, dir string, step int) ([]byte, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir, childStep+"="+strconv.Itoa(step))
	return cmd.CombinedOutput()
}

// dieAt returns a hook that kills its own process at the given action.
func dieAt(at int) func(string) error {
	i := -1
	return func(string) error {
		i++
		if i != at {
			return nil
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			return err
		}
		time.Sleep(time.Minute) // no action is made after the signal
		return nil
	}
}

// killed runs a child on dir until it dies at the nth action of its task, and
// reports whether it came that far.
func killed(t *testing.T, task, dir string, n int) bool {
	t.Helper()
	out, err := child(task, dir, n)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("child: %v: %s", err, out)
	}
	return false
}

func TestKillAtEveryStep(t *testing.T) {
	for _, f := range forms() {
		before, after, actions := f.outcomes(t)
		for i, action := range actions {
			if i < slices.Index(actions, f.from) {
				continue
			}
			t.Run(fmt.Sprintf("%s %d %s", f.name, i, action), func(t *testing.T) {
				t.Parallel()
				dir := project(t)
				if !killed(t, f.name, dir, i) {
					t.Fatal("child: not killed")
				}
				want := before
				if f.decided(actions, i) {
					want = after
				}
				same(t, "after the next open", settled(t, dir), want)
			})
		}
	}
}

func TestKillAtEveryStepOfTheRecovery(t *testing.T) {
	_, after, _ := outcomes(t)
	var actions int
	count := func(string) error { actions++; return nil }
	d, err := (&Dir{path: interrupted(t, "rename .gitignore"), step: count}).open(wait)
	must(t, err)
	must(t, d.Close())
	for n := range actions {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			dir := interrupted(t, "rename .gitignore")
			if !killed(t, "write", dir, n) {
				t.Fatal("child: not killed")
			}
			same(t, "after the next open", settled(t, dir), after)
		})
	}
}

func TestExportKilledAtEveryStep(t *testing.T) {
	for name, dir := range map[string]func(*testing.T) string{"new": newOut, "old": exported} {
		before, after, actions := exportTrees(t, dir)
		for i, action := range actions {
			t.Run(fmt.Sprintf("%s %d %s", name, i, action), func(t *testing.T) {
				t.Parallel()
				at := dir(t)
				if !killed(t, "export", at, i) {
					t.Fatal("child: not killed")
				}
				if _, err := os.Lstat(at); err == nil {
					want := before
					if name == "new" || i > slices.Index(actions, "commit") {
						want = after
					}
					settled(t, at)
					same(t, "after the next open", contents(t, filepath.Dir(at)), want)
				} else if name == "old" {
					t.Fatal("the directory is gone")
				}
				_, err := Export(at, exportOf(2), wait)
				must(t, err)
				same(t, "exported again", contents(t, filepath.Dir(at)), after)
			})
		}
	}
}

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o644) }

// writeAsNobody writes as a user whom permission bits bind.
func writeAsNobody() error {
	if os.Geteuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			return err
		}
	}
	return writeWith(os.Getenv(childDir), nil, changes())
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	for _, locked := range []string{".", "conf", "gone/deep"} {
		t.Run(locked, func(t *testing.T) {
			dir := project(t)
			give(t, dir)
			must(t, os.Chmod(filepath.Join(dir, locked), 0o555))
			before := contents(t, dir)
			out, err := child("nobody", dir, 0)
			if err == nil {
				t.Fatal("child: has written")
			}
			refused(t, errors.New(string(out)), filepath.Join(dir, locked)+": cannot be written: permission denied")
			same(t, "after the error", contents(t, dir), before)
		})
	}
}

func TestNobodyCanWriteElsewhere(t *testing.T) {
	dir := project(t)
	give(t, dir)
	if out, err := child("nobody", dir, 0); err != nil {
		t.Fatalf("child: %s", out)
	}
}

// give makes dir nobody's own when the test is root, and lets nobody reach it.
func give(t *testing.T, dir string) {
	t.Helper()
	must(t, os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755))
	for path := range contents(t, filepath.Dir(dir)) {
		path = filepath.Join(filepath.Dir(dir), path)
		if os.Geteuid() == 0 {
			must(t, os.Lchown(path, nobody, nobody))
		}
	}
	t.Cleanup(func() { // or the directory cannot be removed
		for _, path := range []string{".", "conf", "gone/deep"} {
			_ = os.Chmod(filepath.Join(dir, path), 0o755)
		}
	})
}

func TestOwnerIsKept(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to others")
	}
	dir := project(t)
	must(t, os.Chown(filepath.Join(dir, ".env"), nobody, nobody))
	must(t, writeWith(dir, nil, changes()))
	for name, want := range map[string]uint32{".env": nobody, "compose.yaml": 0, "Makefile": 0} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if got := info.Sys().(*syscall.Stat_t).Uid; got != want {
			t.Errorf("%s: owner is %d, want %d", name, got, want)
		}
	}
}
