package deploy

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rcgen/generator/tree"
	"rcgen/internal/rollout"
)

// TestRecord applies a project twice and looks at what is recorded. The time in it is
// that of synctest.
func TestRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := stage(t, 2)
		d.slow = 40 * time.Second
		first := open(t, d, p, defaults)
		apply(t, first)
		first.Close()
		text := readFile(t, d.dir, tree.AppliedFile)
		marks := []string{"\n# healthy after 40s\n", "\n# secrets of MongoDB: " + secretsSum(d.environment) + "\n"}
		for _, want := range append(marks, "\nname: chat\n") {
			if !strings.Contains(text, want) {
				t.Errorf("got %q, want %q in it", text, want)
			}
		}
		if info, err := os.Stat(filepath.Join(d.dir, tree.AppliedFile)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode: got %v, %v, want 0600", info.Mode(), err)
		}

		second := open(t, d, p, defaults)
		if start := second.lastStart(); start != d.slow {
			t.Errorf("start: got %s, want %s", start, d.slow)
		}
		if _, err := os.Stat(filepath.Join(d.dir, tree.ApplyFile)); !os.IsNotExist(err) {
			t.Errorf("got %v, want no unfinished apply", err)
		}
		d.calls = nil
		apply(t, second)
		if again := readFile(t, d.dir, tree.AppliedFile); again != text || len(d.calls) > 0 {
			t.Errorf("an apply of nothing: got %q and changes %q, want %q", again, d.calls, text)
		}
	})
}

// TestRoll replaces two replicas one by one.
func TestRoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := stage(t, 2)
		opened := open(t, d, p, defaults)
		apply(t, opened)
		for i := range 2 {
			d.images[replica(i+1)] = "rocketchat:2"
		}
		d.calls = nil
		if err := opened.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		no := false
		opened.options.Surge = &no
		var told []string
		opened.report.Begin = func(_, _ int, s rollout.Step) { told = append(told, string(s.Action)) }
		apply(t, opened)
		want := []string{"drain", "recreate", "route", "drain", "recreate", "route"}
		if !slices.Equal(told, want) {
			t.Errorf("steps: got %q, want %q", told, want)
		}
		up := "compose up --detach --no-deps --quiet-pull "
		if want := []string{up + "rocketchat-1", up + "rocketchat-2"}; !slices.Equal(d.calls, want) {
			t.Errorf("changes: got %q, want %q", d.calls, want)
		}
		if routes := readFile(t, d.dir, routesFile); routes != routesOf(2) {
			t.Errorf("routes: got %q, want %q", routes, routesOf(2))
		}
	})
}

// TestFailure has a release that does not get healthy: its logs are shown, and the old
// one is back. A secret that was written since Open is in none.
func TestFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := stage(t, 2)
		opened := open(t, d, p, defaults)
		apply(t, opened)
		d.images[replica(1)], d.sick = "rocketchat:sick", "rocketchat:sick"
		d.logs = "no database at licence-0123456789\r\nthe end\n"
		writeFile(t, d.dir, tree.EnvFile, envText+"ROCKETCHAT_LICENSE=licence-0123456789\n") // by scale --secret
		if err := opened.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		var logs, told []string
		opened.report.Log = func(service, line string) { logs = append(logs, service+" | "+line) }
		opened.report.Tell = func(line string) { told = append(told, line) }
		no := false
		opened.options.Surge = &no
		plan, err := opened.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, opened.Run(t.Context(), plan), "rocketchat-1 was put back as it was", "rcgen apply")
		if want := []string{"rocketchat-1 | no database at (secret)", "rocketchat-1 | the end"}; !slices.Equal(logs, want) {
			t.Errorf("logs: got %q, want %q", logs, want)
		}
		if len(told) == 0 || !strings.Contains(told[len(told)-1], "rocketchat:1, healthy, routed") {
			t.Errorf("told: got %q, want the old image in routes", told)
		}
	})
}

// TestInterrupted has a signal in the midst of a command: that is not cut off, and the
// steps after it are left.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := stage(t, 2)
		opened := open(t, d, p, defaults)
		ctx, signal := context.WithCancel(t.Context())
		d.before = func(_ context.Context, command string) {
			if strings.Contains(command, " up ") {
				signal()
			}
		}
		plan, err := opened.Plan(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, opened.Run(ctx, plan), "interrupted at step", "run rcgen apply again")
		if len(d.calls) != 1 || len(d.containers) == 0 {
			t.Errorf("changes: got %q and %d containers, want one up that was done", d.calls, len(d.containers))
		}
	})
}
