package generator

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

// TestReadExample: the stand-ins are nobody's secret, so that checking with them
// is not told of their mode.
func TestReadExample(t *testing.T) {
	dir := fstest.MapFS{tree.ComposeFile: {Data: []byte("services: {a: {image: \"a:1\"}}\n"), Mode: 0o644},
		tree.EnvExample: {Data: exampleEnv(aRequest()), Mode: 0o644}}
	p := must(tree.ReadProject(dir, tree.EnvExample))(t)
	if found := validate.Files(p, stack.Host{}, validate.Disk{}); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

func TestValidate(t *testing.T) {
	plan := must(NewPlan(aRequest(), nil))(t)
	p := renderPlan(t, plan, nil)
	v := must(must(tree.Reconcile(fstest.MapFS{}, p))(t).Approve(validate.Outcome(plan.Host)))(t)
	if len(v.Changes()) != len(p.Files)+2 {
		t.Errorf("%d changes of %d files, a lock and a base", len(v.Changes()), len(p.Files))
	}
	dir := disk(tree.OverrideFile, "services:\n  b: {image: b}\n  c: {image: c}\n")
	v, err := must(tree.Reconcile(dir, p))(t).Approve(validate.Outcome(plan.Host))
	var found *validate.FindingsError
	if !errors.As(err, &found) || len(found.Findings) != 2 || len(v.Changes()) != 0 {
		t.Fatalf("got %d changes, error %v", len(v.Changes()), err)
	}
	if msg := err.Error(); !strings.HasPrefix(msg, "compose.override.yaml:2: services.b.image: ") ||
		!strings.HasSuffix(msg, " (and 1 more)") {
		t.Errorf("message %q", msg)
	}
	if !slices.Equal(hintsOf(err), []string{found.Findings[0].Hint}) {
		t.Errorf("hints %q", hintsOf(err))
	}
}

// TestPlanService: a name that no plan has is an error, so that a template cannot
// misspell one.
func TestPlanService(t *testing.T) {
	p := must(NewPlan(aRequest(), nil))(t)
	for _, n := range (catalog.Shapes{}).All() {
		if s := must(p.Service(n.Name))(t); s.Name != n.Name || s.Image == "" {
			t.Errorf("%s: got %+v", n.Name, s)
		}
	}
	if s, err := p.Service("redis"); err == nil || !strings.Contains(err.Error(), "redis") {
		t.Errorf("redis: got %+v, error %v", s, err)
	}
}
