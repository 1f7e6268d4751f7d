//go:build e2e

package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRules has promtool check the rules of three deployments and run the cases of
// each: every alert fires beyond its limit and stays quiet before it.
func TestRules(t *testing.T) {
	if w.upstream {
		t.Skip("promtool is built from its module")
	}
	dir := filepath.Join("..", "generator", "alerts", "testdata")
	run := func(kind, pattern string) int {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		cmd := exec.CommandContext(w.ctx, w.bin["promtool"], append([]string{kind, "rules"}, files...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s rules: %v\n%s", kind, err, out)
		}
		return len(files)
	}
	rules, cases := run("check", "rules-*.yaml"), run("test", "test-*.yaml")
	if rules != cases {
		t.Errorf("%d files of rules, %d files of cases", rules, cases)
	}
	figure(t, "promtool check rules and test rules agree with the rules of %d deployments", rules)
}
