package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/e2e/internal/rig"
)

const (
	sources   = "prometheus.yaml"
	providers = "dashboards.yaml"
	overview  = "overview.json"
)

func TestGeneratedProvisioningIsAccepted(t *testing.T) {
	p, err := readProvisioning(filepath.Join(project(t), "provisioning"))
	if err != nil {
		t.Fatal(err)
	}
	if p.datasource("prometheus") == nil || p.datasource("loki") == nil {
		t.Errorf("datasources: %+v", p.Datasources)
	}
	if len(p.Dashboards) == 0 || p.Dashboards[0].Folder != "Rocket.Chat" {
		t.Errorf("dashboards: %+v", p.Dashboards)
	}
}

// TestExamples: all of them would start, with logs and without. Few examples keep
// their dashboards, so that rcgen renders them.
func TestExamples(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(examples, "*", "compose.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	rcgen := filepath.Join(t.TempDir(), "rcgen")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", rcgen, "./cmd/rcgen")
	build.Dir = filepath.Dir(examples)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("rcgen: %v\n%s", err, out)
	}
	logs := map[bool]int{}
	for _, name := range names {
		dir := t.TempDir()
		if err := rig.Example(t.Context(), rcgen, filepath.Dir(name), dir); err != nil {
			t.Fatal(err)
		}
		p, err := readProvisioning(filepath.Join(example(t, dir), "provisioning"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(p.Dashboards) == 0 {
			t.Errorf("%s: no dashboards", name)
		}
		logs[p.datasource("loki") != nil]++
	}
	if logs[true] == 0 || logs[false] == 0 {
		t.Errorf("%d examples with logs, %d without", logs[true], logs[false])
	}
}

func TestProvisioningRefused(t *testing.T) {
	const entry = "datasources:\n"
	second := func(lines string) string { return entry + "  - {" + lines + "}\n" }
	for _, c := range []struct {
		name    string
		change  replacement
		message string
	}{
		{"broken YAML", replacement{sources, "apiVersion: 1", "apiVersion: [1"}, sources},
		{"unknown key", replacement{sources, "apiVersion: 1", "apiVersion: 1\nsource: x"}, "source"},
		{"unknown key of a datasource", replacement{sources, "access: proxy", "acces: proxy"}, "acces"},
		{"datasource without uid", replacement{sources, "uid: prometheus", "uid:"}, "needed"},
		{"datasource without type", replacement{sources, "type: prometheus", "type:"}, "needed"},
		{"datasource without url", replacement{sources, "url: http://prometheus:9090", "url:"}, "needed"},
		{"datasource with a broken url", replacement{sources, "http://prometheus:9090", "prometheus"}, "not a URL"},
		{"datasource of the browser", replacement{sources, "access: proxy", "access: direct"}, "browser"},
		{"uid of two datasources", replacement{sources, entry, second("name: a, uid: prometheus, type: b, url: http://c")},
			"taken"},
		{"name of two datasources", replacement{sources, entry, second("name: Prometheus, uid: a, type: b, url: http://c")},
			"taken"},
		{"two defaults", replacement{sources, entry, second("name: a, uid: a, type: b, url: http://c, isDefault: true")},
			"default"},
		{"unknown key of a provider", replacement{providers, "type: file", "kind: file"}, "kind"},
		{"unknown top-level key of providers", replacement{providers, "providers:", "provider:"}, "provider"},
		{"unknown type of provider", replacement{providers, "type: file", "type: git"}, "git"},
		{"provider without path", replacement{providers, "options:", "options: {} #"}, "options.path"},
		{"missing directory", replacement{providers, "/dashboards}", "/missing}"}, "missing"},
		{"broken JSON", replacement{overview, `"panels": [`, `"panels": `}, overview},
		{"dashboard without uid", replacement{overview, `"uid": "rocketchat-overview"`, `"uid": ""`}, "uid and title"},
		{"dashboard without title", replacement{overview, `"title": "Rocket.Chat overview"`, `"title": ""`}, "uid and title"},
		{"panel of another datasource", replacement{overview, `"uid": "prometheus"`, `"uid": "tempo"`},
			`"tempo" is not provisioned`},
		{"panel of another type", replacement{overview, `"type": "prometheus"`, `"type": "loki"`}, "not loki"},
		{"unknown variable", replacement{overview, `"uid": "prometheus"`, `"uid": "${ds}"`}, "no such variable"},
		{"panel id twice", replacement{overview, `"id": 2,`, `"id": 1,`}, "id 1 is taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readProvisioning(filepath.Join(project(t, c.change), "provisioning"))
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v, want an error with %q", err, c.message)
			}
		})
	}
}

func TestDashboardUIDTwiceIsRefused(t *testing.T) {
	dir := project(t)
	other := `{"uid": "rocketchat-overview", "title": "Another"}`
	if err := write(filepath.Join(dir, "dashboards", "zz.json"), other); err != nil {
		t.Fatal(err)
	}
	_, err := readProvisioning(filepath.Join(dir, "provisioning"))
	if err == nil || !strings.Contains(err.Error(), `"rocketchat-overview" is taken by overview.json`) {
		t.Errorf("got %v", err)
	}
}

func TestReferences(t *testing.T) {
	p := &provisioning{Datasources: []datasource{{Name: "Prom", UID: "prom", Type: "prometheus", IsDefault: true}}}
	for ref, ok := range map[string]bool{
		"": true, "null": true, `"prom"`: true, `"Prom"`: true, `"other"`: false,
		`{"uid": "prom"}`: true, `{"uid": "prom", "type": "loki"}`: false, `{"uid": "other"}`: false,
		`{"type": "datasource", "uid": "grafana"}`: true, `"-- Mixed --"`: true,
		`{"uid": "$ds"}`: true, `{"uid": "${ds}"}`: true, `{"uid": "$other"}`: false, `[]`: false,
	} {
		if err := p.checkReference([]byte(ref), []string{"ds"}); (err == nil) != ok {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestTargetsAndRowsAreChecked(t *testing.T) {
	for name, panels := range map[string]string{
		"target":      `[{"id": 1, "targets": [{"refId": "A", "datasource": "tempo"}]}]`,
		"row":         `[{"id": 1, "type": "row", "panels": [{"id": 2, "datasource": "tempo"}]}]`,
		"annotations": `[], "annotations": {"list": [{"name": "a", "datasource": "tempo"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t)
			text := `{"uid": "b", "title": "B", "panels": ` + panels + `}`
			if err := write(filepath.Join(dir, "dashboards", "b.json"), text); err != nil {
				t.Fatal(err)
			}
			_, err := readProvisioning(filepath.Join(dir, "provisioning"))
			if err == nil || !strings.Contains(err.Error(), `"tempo" is not provisioned`) {
				t.Errorf("got %v", err)
			}
		})
	}
}
