package alerts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"
)

// caseFile is what is read of a file for promtool test rules
// (prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules).
type caseFile struct {
	RuleFiles []string `yaml:"rule_files"`
	Tests     []struct {
		Name  string `yaml:"name"`
		PromQ []struct {
			Expr    string `yaml:"expr"`
			Samples []struct {
				Labels string  `yaml:"labels"`
				Value  float64 `yaml:"value"`
			} `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

var (
	isFiring = regexp.MustCompile(`^ALERTS\{alertname="(\w+)",alertstate="firing"\}$`)
	label    = regexp.MustCompile(`(\w+)="`)
	used     = regexp.MustCompile(`\$labels\.(\w+)`)
)

// TestCases: every rule of each deployment has a case for promtool in which it
// fires and one in which it does not. The end-to-end module runs promtool.
func TestCases(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for name, d := range deployments {
		data, err := os.ReadFile(filepath.Join("testdata", "test-"+name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var f caseFile
		if err := yaml.Load(data, &f); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.RuleFiles, []string{"rules-" + name + ".yaml"}) {
			t.Errorf("%s: tests the rules of %v", name, f.RuleFiles)
		}
		for _, c := range f.Tests {
			for _, q := range c.PromQ {
				m := isFiring.FindStringSubmatch(q.Expr)
				if m == nil {
					t.Errorf("%s: %s: %s asks for no alert that fires", name, c.Name, q.Expr)
					continue
				}
				if !slices.Contains(names(d), m[1]) {
					t.Errorf("%s: %s is no rule of this deployment, so it never fires", name, m[1])
				}
				quiet[m[1]] = quiet[m[1]] || len(q.Samples) == 0
				for _, s := range q.Samples {
					fires[m[1]] = fires[m[1]] || s.Value == 1
					checkLabels(t, d, m[1], s.Labels)
				}
			}
		}
	}
	for _, r := range allRules() {
		if !fires[r.Name] || !quiet[r.Name] {
			t.Errorf("%s: a case in which it fires: %t, in which it does not: %t", r.Name, fires[r.Name], quiet[r.Name])
		}
	}
}

// checkLabels wants every label that a text names on the alert that fires: one
// that is missing prints as nothing.
func checkLabels(t *testing.T, d Deployment, name, labels string) {
	t.Helper()
	var has []string
	for _, m := range label.FindAllStringSubmatch(labels, -1) {
		has = append(has, m[1])
	}
	for _, r := range Rules(d) {
		if r.Name != name {
			continue
		}
		for _, m := range used.FindAllStringSubmatch(r.Summary+r.Description, -1) {
			if !slices.Contains(has, m[1]) {
				t.Errorf("%s: says {{ $labels.%s }}, has only %v", name, m[1], has)
			}
		}
	}
}
