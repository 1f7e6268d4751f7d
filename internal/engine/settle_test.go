//go:build unix

package engine

import (
	"os"
	"path/filepath"
	"testing"
)

// busy is an engine that is still at work for a client that was killed: the first time
// it answers with a problem.
const busy = withPlugin + `here=$(dirname "$0")
echo "$*" >>"$here/asked"
test -e "$here/again" || { touch "$here/again"; cat "$here/problem" >&2; exit 1; }`

// TestSettled has the answers of Docker 20.10 to a command that comes too early.
func TestSettled(t *testing.T) {
	for name, c := range map[string]struct {
		problem string
		run     func(Engine) error
		fails   bool
		asked   string
	}{
		"made": {
			`Error response from daemon: Conflict. The container name "/chat-a-2" is already in use by container "abc". You have to remove (or rename) that container to be able to reuse that name.`,
			func(e Engine) error { return e.Beside(t.Context(), "a") }, false,
			"compose up --detach --no-deps --quiet-pull --no-recreate --scale=a=2 a\ncompose up --detach --no-deps --quiet-pull --no-recreate --scale=a=2 a",
		},
		"removed meanwhile": {
			"Error response from daemon: No such container: abc",
			func(e Engine) error { return e.Up(t.Context(), "", Needed, "a") }, false,
			"compose up --detach --no-deps --quiet-pull a\ncompose up --detach --no-deps --quiet-pull a",
		},
		"being removed": {
			"Error response from daemon: removal of container abc is already in progress",
			func(e Engine) error { return e.Stop(t.Context(), "abc") }, false,
			"container stop abc\ncontainer stop abc\ncontainer rm abc",
		},
		"being removed, started": {
			"Error response from daemon: container is marked for removal and cannot be started",
			func(e Engine) error { return e.Up(t.Context(), "", Needed, "a") }, false,
			"compose up --detach --no-deps --quiet-pull a\ncompose up --detach --no-deps --quiet-pull a",
		},
		"gone": {
			"Error response from daemon: No such container: abc",
			func(e Engine) error { return e.Stop(t.Context(), "abc") }, false,
			"container stop abc\ncontainer rm abc",
		},
		"another problem": {
			"Error response from daemon: no space left on device",
			func(e Engine) error { return e.Up(t.Context(), "", Needed, "a") }, true,
			"compose up --detach --no-deps --quiet-pull a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fake(t, false, map[string]string{"docker": busy})
			e, err := find(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "problem"), []byte(c.problem), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := c.run(e); (err != nil) != c.fails {
				t.Errorf("got %v", err)
			}
			if got := asked(t, dir); got != c.asked {
				t.Errorf("asked\n%s\nwant\n%s", got, c.asked)
			}
		})
	}
}
