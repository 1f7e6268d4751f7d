package disk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openBelow returns the files below dir that this process has open.
func openBelow(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	must(t, err)
	var found []string
	for _, link := range links {
		target, err := os.Readlink(link) // one that is gone was Glob's own
		if err == nil && strings.HasPrefix(target, dir+"/") {
			found = append(found, target)
		}
	}
	return found
}

func TestReplacedFilesAreFreed(t *testing.T) {
	held := 0
	for _, fails := range []string{"", "rename rcgen.lock"} {
		dir := project(t)
		d, err := Open(dir, wait)
		must(t, err)
		defer d.Close()
		d.step = func(action string) error {
			if action == "rename rcgen.lock" {
				held = len(openBelow(t, dir))
			}
			if action == fails {
				return errInjected
			}
			return nil
		}
		if err := d.write(changes()); (err != nil) != (fails != "") {
			t.Fatalf("error: got %v", err)
		}
		if held != 4 {
			t.Errorf("open while files are renamed: got %d, want the 4 that are replaced", held)
		}
		if left := openBelow(t, dir); len(left) > 0 {
			t.Errorf("open after the write: %q", left)
		}
	}
}
