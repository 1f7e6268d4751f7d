package conformance

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

// The names that a person is told to install under.
const (
	release   = "rocketchat"
	namespace = "rocketchat"
)

// kubeVersion is that of the cluster rendered for: a chart may look at it.
const kubeVersion = "v1.33.0"

// loadChart reads a chart from a directory or an archive. Rendering changes a
// chart, so each rendering needs one of its own.
func loadChart(t *testing.T, file string) *chart.Chart {
	t.Helper()
	c, err := loader.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// render does what helm template does, with a cluster that knows the objects of
// the Prometheus operator.
func render(c *chart.Chart, values []byte) ([]object, error) {
	given, err := common.ReadValues(values)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(c, given); err != nil {
		return nil, err
	}
	version, err := common.ParseKubeVersion(kubeVersion)
	if err != nil {
		return nil, err
	}
	capabilities := &common.Capabilities{
		KubeVersion: *version,
		APIVersions: append(slices.Clone(common.DefaultVersionSet), "monitoring.coreos.com/v1"),
	}
	options := common.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}
	all, err := commonutil.ToRenderValues(c, given, options, capabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return nil, err
	}
	var objects []object
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if base := path.Base(name); base == "NOTES.txt" || strings.HasPrefix(base, "_") {
			continue
		}
		found, err := split(name, []byte(files[name]))
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	return objects, nil
}

// install renders values with a chart, and decodes every object with its type.
func install(c *chart.Chart, values []byte) (cluster, error) {
	objects, err := render(c, values)
	if err != nil {
		return nil, err
	}
	return decodeAll(objects)
}

// change returns values in which the value at a dotted path is another one.
func change(t *testing.T, values []byte, at string, to any) []byte {
	t.Helper()
	var all map[string]any
	if err := yaml.Unmarshal(values, &all); err != nil {
		t.Fatal(err)
	}
	keys := strings.Split(at, ".")
	table := all
	for _, key := range keys[:len(keys)-1] {
		next, ok := table[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			table[key] = next
		}
		table = next
	}
	table[keys[len(keys)-1]] = to
	text, err := yaml.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
