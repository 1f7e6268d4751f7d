package generator

import (
	"bytes"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"rcgen/generator/stack"
)

// live are files that a service mounts and takes up while it runs, or, MongoDB's, that
// are no reason to restart it.
var live = map[string]string{
	stack.Traefik:        "traefik/dynamic/",
	stack.Prometheus:     "prometheus/",
	stack.Grafana:        "grafana/dashboards/",
	stack.MongoDBService: "mongodb/",
}

// TestConfigSums changes each file of each project, and wants another checksum for the
// services that mount it and do not take it up by themselves, and for no other.
func TestConfigSums(t *testing.T) {
	for _, e := range append(examples(t), optionProjects(t)...) {
		m := must(composeModel(t, e.project))(t)
		sums := configSums(e.project.Files)
		labelled := 0
		for _, name := range slices.Sorted(maps.Keys(m.Services)) {
			if sum := m.Services[name].Labels["config.sha256"]; sum != sums[name] {
				t.Errorf("%s: %s has the label %q, the checksum is %q", e.name, name, sum, sums[name])
			} else if sum != "" {
				labelled++
			}
		}
		if labelled < 4 {
			t.Errorf("%s: only %d services have a checksum", e.name, labelled)
		}
		for i, f := range e.project.Files {
			var want []string
			for name, s := range m.Services {
				if readsAtStart(s, f.Path) {
					want = append(want, name)
				}
			}
			slices.Sort(want)
			changed := slices.Clone(e.project.Files)
			changed[i].Content = append(bytes.Clone(f.Content), '\n')
			if got := differing(sums, configSums(changed)); !slices.Equal(got, want) {
				t.Errorf("%s: a change of %s is seen by %v, want %v", e.name, f.Path, got, want)
			}
		}
	}
}

// readsAtStart reports whether a service mounts a file and does not take it up by itself.
func readsAtStart(s types.ServiceConfig, file string) bool {
	name := s.Name
	if strings.HasPrefix(name, stack.MongoDBService+"-") && name != stack.MongoDBExporter {
		name = stack.MongoDBService
	}
	mounted := slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeBind && strings.HasPrefix(file, path.Clean(v.Source)+"/")
	})
	return mounted && (live[name] == "" || !strings.HasPrefix(file, live[name]))
}

// differing returns the keys whose values differ, sorted.
func differing(a, b map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(key string) bool { return a[key] == b[key] })
}

// TestConfigSumAlone: where an option changes a file that is read at a start, for
// Compose that service has changed, by its label alone, and no other has.
func TestConfigSumAlone(t *testing.T) {
	r := aPublicRequest()
	was := must(composeModel(t, renderPlan(t, must(NewPlan(r, nil))(t), nil)))(t)
	r.TLS.Email = "others@yourcompany.com"
	is := must(composeModel(t, renderPlan(t, must(NewPlan(r, nil))(t), nil)))(t)
	for name, s := range is.Services {
		old := was.Services[name]
		if same := reflect.DeepEqual(s, old); same == (name == stack.Traefik) {
			t.Errorf("%s: the same configuration: %v", name, same)
		}
		old.Labels = s.Labels
		if !reflect.DeepEqual(s, old) {
			t.Errorf("%s: differs beyond its labels", name)
		}
	}
}

// TestConfigSumUnknown: a service that has no such files is an error, not an empty label.
func TestConfigSumUnknown(t *testing.T) {
	p := page{configSums: configSums(nil)}
	for _, name := range []string{"grafna", stack.Prometheus, stack.MongoDBService, ""} {
		if sum, err := p.ConfigSum(name); err == nil {
			t.Errorf("%q: gives %q", name, sum)
		}
	}
	if sum := must(p.ConfigSum(stack.NATS))(t); len(sum) != sumLength {
		t.Errorf("the checksum is %q", sum)
	}
}
