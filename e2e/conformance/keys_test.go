package conformance

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"
)

// Chart 7.0.2 has no values.schema.json: a key that it does not know is passed over
// without a word. These functions are what notices.

// leaves returns the dotted paths of values: down to what is no table, or is an
// empty one.
func leaves(prefix string, values map[string]any) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		at := strings.TrimPrefix(prefix+"."+key, ".")
		if table, ok := values[key].(map[string]any); ok && len(table) > 0 {
			all = append(all, leaves(at, table)...)
			continue
		}
		all = append(all, at)
	}
	return all
}

// reading matches a value that a template reads by its path.
var reading = regexp.MustCompile(`\.Values((?:\.[A-Za-z][A-Za-z0-9]*)+)`)

// knownKeys returns the paths that a chart knows: those of its values, and those that
// its templates and its subcharts read by name.
func knownKeys(c *chart.Chart) []string {
	known := leaves("", c.Values)
	for _, f := range c.Templates {
		for _, match := range reading.FindAllSubmatch(f.Data, -1) {
			known = append(known, strings.TrimPrefix(string(match[1]), "."))
		}
	}
	for _, sub := range c.Dependencies() {
		for _, key := range knownKeys(sub) {
			known = append(known, sub.Name()+"."+key)
		}
	}
	return known
}

// unknownKeys returns the paths of values that are not known. What stands below a known
// path is the affair of Kubernetes: annotations, resources, affinity.
func unknownKeys(t *testing.T, known []string, values []byte) []string {
	t.Helper()
	var table map[string]any
	if err := yaml.UnmarshalStrict(values, &table); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(leaves("", table), func(at string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return at == k || strings.HasPrefix(at, k+".") })
	})
}

// matters reports whether a chart reads what stands at a path: with something else
// there it renders something else, or not at all. It finds keys that templates read
// in ways that no search for their names can.
func matters(t *testing.T, file string, values []byte, at string) bool {
	t.Helper()
	before, err := render(loadChart(t, file), values)
	if err != nil {
		t.Fatal(err)
	}
	after, err := render(loadChart(t, file), change(t, values, at, "other"))
	return err != nil || !slices.EqualFunc(before, after, func(a, b object) bool { return bytes.Equal(a.text, b.text) })
}

// TestMatters holds matters itself. The templates of the stand-in name neither key.
func TestMatters(t *testing.T) {
	values := export(t, "helm", large).file(t, "rocketchat/values.yaml")
	for at, want := range map[string]bool{"microservices.presence.replicas": true,
		"microservices.presence.replicaCount": false} {
		if slices.Contains(keysOf(t, standin), at) != want {
			t.Errorf("%s: the stand-in's values have changed", at)
		}
		if got := matters(t, standin, values, at); got != want {
			t.Errorf("%s: matters %v, want %v", at, got, want)
		}
	}
}
