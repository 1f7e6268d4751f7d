package conformance

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"

	fluxhelm "github.com/fluxcd/helm-controller/api/v2"
	fluxsource "github.com/fluxcd/source-controller/api/v1"
	k3shelm "github.com/k3s-io/helm-controller/pkg/apis/helm.cattle.io/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// The release of Rocket.Chat and its chart, as every tool is to know them.
const (
	chartName    = "rocketchat"
	chartVersion = "7.0.2"
	chartRepo    = "https://rocketchat.github.io/helm-charts"
)

// sameYAML reports whether two texts mean the same.
func sameYAML(a, b []byte) bool {
	x, errX := yaml.YAMLToJSON(a)
	y, errY := yaml.YAMLToJSON(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// TestFlux builds the directory with kustomize, as Flux does, and follows each
// release to its repository and its values.
func TestFlux(t *testing.T) {
	for _, r := range requests {
		e := export(t, "flux", r)
		t.Run(e.String(), func(t *testing.T) {
			disk := filesys.MakeFsInMemory()
			for name, text := range e.files {
				if err := disk.WriteFile("/"+name, text); err != nil {
					t.Fatal(err)
				}
			}
			built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, "/")
			if err != nil {
				t.Fatal(err)
			}
			text, err := built.AsYaml()
			if err != nil {
				t.Fatal(err)
			}
			objects, err := split("kustomize", text)
			if err != nil {
				t.Fatal(err)
			}
			c, err := decodeAll(objects)
			if err != nil {
				t.Fatal(err)
			}
			if found := c.names("Secret"); len(found) > 0 {
				t.Errorf("templates of Secrets would be applied: %v", found)
			}
			for _, name := range c.names("HelmRelease") {
				checkFluxRelease(t, e, c, find[fluxhelm.HelmRelease](c, "HelmRelease", name))
			}
			main := find[fluxhelm.HelmRelease](c, "HelmRelease", release)
			if main == nil || main.Spec.Chart == nil || main.Spec.Chart.Spec.Chart != chartName ||
				main.Spec.Chart.Spec.Version != chartVersion {
				t.Errorf("HelmReleases %v: not chart %s %s", c.names("HelmRelease"), chartName, chartVersion)
			}
		})
	}
}

func checkFluxRelease(t *testing.T, e exported, c cluster, h *fluxhelm.HelmRelease) {
	t.Helper()
	source := find[fluxsource.HelmRepository](c, "HelmRepository", h.Spec.Chart.Spec.SourceRef.Name)
	if source == nil || source.Spec.URL == "" {
		t.Errorf("%s: no HelmRepository %s", h.Name, h.Spec.Chart.Spec.SourceRef.Name)
	}
	if h.Spec.ReleaseName != h.Name {
		t.Errorf("%s: the release is %q: Flux would make a name of its own", h.Name, h.Spec.ReleaseName)
	}
	for _, on := range h.Spec.DependsOn {
		if find[fluxhelm.HelmRelease](c, "HelmRelease", on.Name) == nil {
			t.Errorf("%s: depends on %s, which is not there", h.Name, on.Name)
		}
	}
	if len(h.Spec.ValuesFrom) != 1 {
		t.Fatalf("%s: values from %v", h.Name, h.Spec.ValuesFrom)
	}
	from := h.Spec.ValuesFrom[0]
	values := find[corev1.ConfigMap](c, "ConfigMap", from.Name)
	if values == nil || values.Namespace != h.Namespace {
		t.Fatalf("%s: no ConfigMap %s in namespace %s", h.Name, from.Name, h.Namespace)
	}
	known := slices.ContainsFunc([]string{"rocketchat", "nats", "monitoring"}, func(dir string) bool {
		text, ok := e.files[dir+"/values.yaml"]
		return ok && sameYAML(text, []byte(values.Data[from.GetValuesKey()]))
	})
	if !known {
		t.Errorf("%s: ConfigMap %s holds no values file under %s", h.Name, from.Name, from.GetValuesKey())
	}
}

// TestArgoCD follows each Application to its files.
func TestArgoCD(t *testing.T) {
	for _, r := range requests {
		e := export(t, "argocd", r)
		t.Run(e.String(), func(t *testing.T) {
			c, charts := e.decoded(t), 0
			for _, name := range c.names("Application") {
				a := find[Application](c, "Application", name)
				sources := a.Spec.Sources
				if a.Spec.Source != nil {
					sources = append(sources, *a.Spec.Source)
				}
				refs := map[string]bool{}
				for _, s := range sources {
					refs["$"+s.Ref] = s.Ref != ""
				}
				for _, s := range sources {
					if s.RepoURL == chartRepo && s.Chart == chartName && s.TargetRevision == chartVersion {
						charts++
					}
					if s.Helm == nil {
						continue
					}
					for _, file := range s.Helm.ValueFiles {
						ref, rest, _ := strings.Cut(file, "/")
						if !refs[ref] || !e.ends(rest) {
							t.Errorf("%s: %s: no such file, or no source of that ref", name, file)
						}
					}
				}
				if a.Spec.Project == "" || a.Spec.Destination.Namespace == "" ||
					a.Spec.Destination.Server+a.Spec.Destination.Name == "" {
					t.Errorf("%s: project or destination is missing", name)
				}
			}
			if charts != 1 {
				t.Errorf("%d Applications of chart %s %s, want 1", charts, chartName, chartVersion)
			}
		})
	}
}

// ends reports whether a path of the git repository may be a file of the export,
// which lies in some directory there.
func (e exported) ends(file string) bool {
	for name := range e.files {
		if file == name || strings.HasSuffix(file, "/"+name) {
			return true
		}
	}
	return false
}

// TestFleet follows the paths of the GitRepo to bundles, and those to their values.
func TestFleet(t *testing.T) {
	for _, r := range requests {
		e := export(t, "fleet", r)
		t.Run(e.String(), func(t *testing.T) {
			c := e.decoded(t)
			var paths []string
			for _, name := range c.names("GitRepo") {
				g := find[GitRepo](c, "GitRepo", name)
				paths = append(paths, g.Spec.Paths...)
				if g.Namespace != "fleet-default" && g.Namespace != "fleet-local" {
					t.Errorf("GitRepo %s: Fleet does not look into namespace %q", name, g.Namespace)
				}
			}
			bundles := map[string]FleetYAML{}
			for file, text := range e.files {
				if path.Base(file) != "fleet.yaml" {
					continue
				}
				var b FleetYAML
				if err := unmarshalStrict(text, &b); err != nil {
					t.Errorf("%s: %v", file, err)
				}
				dir := path.Dir(file)
				bundles[dir] = b
				if !slices.ContainsFunc(paths, func(p string) bool { return p == dir || strings.HasSuffix(p, "/"+dir) }) {
					t.Errorf("%s: no GitRepo has its path: %v", file, paths)
				}
				checkBundle(t, e, dir, b)
			}
			if b := bundles["rocketchat"].Helm; b == nil || b.Chart != chartName || b.Version != chartVersion ||
				b.Repo != chartRepo || b.ReleaseName != release {
				t.Errorf("bundles %v: none of chart %s %s", bundles, chartName, chartVersion)
			}
		})
	}
}

func checkBundle(t *testing.T, e exported, dir string, b FleetYAML) {
	t.Helper()
	if b.Helm == nil {
		return
	}
	for _, file := range b.Helm.ValuesFiles {
		text := e.file(t, path.Join(dir, file))
		// Fleet reads values as templates of its own, unless it is told not to
		// (rancher/fleet, internal/cmd/controller/target/builder.go).
		if bytes.Contains(text, []byte("${")) && !b.Helm.DisablePreProcess {
			t.Errorf("%s: %s: Fleet would replace what is in ${}", dir, file)
		}
	}
	if !b.Helm.DisablePreProcess && b.Helm.Chart != "" {
		t.Errorf("%s: disablePreProcess is not set", dir)
	}
}

// TestRancher compares what Rancher's controller installs with the values files.
func TestRancher(t *testing.T) {
	for _, r := range requests {
		e := export(t, "rancher", r)
		t.Run(e.String(), func(t *testing.T) {
			c := e.decoded(t)
			main := find[k3shelm.HelmChart](c, "HelmChart", release)
			if main == nil || main.Spec.Chart != chartName || main.Spec.Version != chartVersion || main.Spec.Repo != chartRepo ||
				main.Spec.TargetNamespace != namespace {
				t.Fatalf("HelmCharts %v: none of chart %s %s", c.names("HelmChart"), chartName, chartVersion)
			}
			repos := map[string]bool{}
			for _, name := range c.names("ClusterRepo") {
				repos[find[ClusterRepo](c, "ClusterRepo", name).Spec.URL] = true
			}
			for _, name := range c.names("HelmChart") {
				h := find[k3shelm.HelmChart](c, "HelmChart", name)
				if h.Namespace != "kube-system" { // docs.rke2.io/helm
					t.Errorf("HelmChart %s: nobody looks into namespace %q", name, h.Namespace)
				}
				if !repos[h.Spec.Repo] {
					t.Errorf("HelmChart %s: no ClusterRepo of %s", name, h.Spec.Repo)
				}
				dir := strings.TrimPrefix(name, release+"-")
				if text, ok := e.files[dir+"/values.yaml"]; !ok || !sameYAML(text, []byte(h.Spec.ValuesContent)) {
					t.Errorf("HelmChart %s: its values are not those of %s/values.yaml", name, dir)
				}
			}
		})
	}
}
