package helm

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"rcgen/generator"
	"rcgen/generator/fault"
)

// licensed is a request that a cluster takes, for so many users at once.
func licensed(tb testing.TB, users, concurrent int) generator.Request {
	tb.Helper()
	r := exampleRequest(tb)
	r.Users, r.Concurrent = users, concurrent
	return r
}

func plan(tb testing.TB, r generator.Request) Plan {
	tb.Helper()
	return must(NewPlan(r, nil, DefaultNode))(tb)
}

// values are those of Rocket.Chat in an export, as Helm would read them.
func values(tb testing.TB, r generator.Request, target string) map[string]any {
	tb.Helper()
	var v map[string]any
	if err := yaml.Unmarshal(export(tb, r, Options{Target: target})[ValuesFile], &v); err != nil {
		tb.Fatal(err)
	}
	return v
}

// at returns the value under a dotted path, and whether the key is there.
func at(v any, path string) (any, bool) {
	for _, key := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[key]; !ok {
			return nil, false
		}
	}
	return v, true
}

// documents decodes a file of objects.
func documents(tb testing.TB, content []byte) []map[string]any {
	tb.Helper()
	var all []map[string]any
	for _, text := range strings.Split(string(content), "\n---\n") {
		var m map[string]any
		if err := yaml.Unmarshal([]byte(text+"\n"), &m); err != nil {
			tb.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// hint returns what an error advises.
func hint(err error) string {
	var e *fault.Error
	if errors.As(err, &e) {
		return strings.Join(slices.Clone(e.Hints()), " ")
	}
	return ""
}
