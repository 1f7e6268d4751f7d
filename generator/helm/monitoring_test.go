package helm

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/alerts"
)

// composeNames are names that only the Compose project has.
var composeNames = regexp.MustCompile(`job=~?"(rocketchat|nats|traefik|node|mongodb|alertmanager)"|gnatsd_|by \(instance\)|instance=~|rocketchat@file|docker|rcgen scale`)

func TestRules(t *testing.T) {
	var exported []string
	for name, r := range requests(t) {
		p := plan(t, r)
		for _, rule := range p.rules() {
			exported = append(exported, rule.Name)
			for _, text := range []string{rule.Expr, rule.Summary, rule.Description} {
				if composeNames.MatchString(text) || strings.Contains(text, "$labels.instance") {
					t.Errorf("%s: %s: a name of Docker Compose: %s", name, rule.Name, text)
				}
			}
			if !strings.Contains(rule.Expr, `job="`+Namespace+"/") {
				t.Errorf("%s: %s: asks the whole cluster: %s", name, rule.Name, rule.Expr)
			}
			if runbooks[rule.Name] == "" {
				t.Errorf("%s: %s has no runbook", name, rule.Name)
			}
		}
	}
	for name := range runbooks {
		if !slices.Contains(exported, name) {
			t.Errorf("runbook %s: no rule has this name", name)
		}
	}
}

// TestRulesKept: every rule of the Compose project is exported, or its absence has a
// reason in the README.
func TestRulesKept(t *testing.T) {
	for name, r := range requests(t) {
		p := plan(t, r)
		var exported []string
		for _, rule := range p.rules() {
			exported = append(exported, rule.Name)
		}
		d := p.compose.Deployment
		main, _ := p.Workload(Main)
		d.Instances = main.Replicas.Value
		for _, rule := range alerts.Rules(d) {
			why := slices.ContainsFunc(leftOut, func(g struct{ group, why string }) bool {
				return g.group == rule.Group &&
					g.why != ""
			})
			alone := rule.Group == "nats" && !p.usesNATS()
			if slices.Contains(exported, rule.Name) == (why || alone || rule.Name == cpuRule) {
				t.Errorf("%s: %s of %s: exported %v, left out with a reason %v", name, rule.Name, rule.Group,
					slices.Contains(exported, rule.Name), why)
			}
		}
	}
}

// TestRulesExternalNATS: nothing is known of its metrics, so nothing may fire for want
// of them.
func TestRulesExternalNATS(t *testing.T) {
	tree := export(t, exampleRequest(t), Options{Target: TargetHelm, NATS: NATSExternal})
	for _, path := range []string{"manifests/rules.yaml", "manifests/dashboards.yaml"} {
		if strings.Contains(string(tree[path]), "nats_") {
			t.Errorf("%s asks for metrics of NATS", path)
		}
	}
	for _, path := range []string{natsFile, "manifests/networkpolicy.yaml"} {
		if _, ok := tree[path]; ok {
			t.Errorf("%s is exported", path)
		}
	}
	if s := string(tree["secrets.example.yaml"]); !strings.Contains(s, "@nats.example:4222") {
		t.Error("the Secret does not show the address of another NATS")
	}
}

// TestConnections: with microservices users are connected to ddp-streamer.
func TestConnections(t *testing.T) {
	for name, want := range map[string]string{"microservices": "users_connected{" + streamerJob + "}",
		"monolith": "rocketchat_ddp_connected_users{" + mainJob + "}"} {
		p := plan(t, requests(t)[name])
		i := slices.IndexFunc(p.rules(), func(r alerts.Rule) bool { return r.Name == "RocketChatCapacity" })
		if i < 0 || !strings.Contains(p.rules()[i].Expr, want) {
			t.Errorf("%s: no %s", name, want)
		}
	}
}

// dashboard is what the test reads of one.
type dashboard struct {
	UID, Title string
	Panels     []struct {
		Title      string
		GridPos    gridPos
		Datasource struct{ UID string }
		Targets    []struct{ Expr string }
	}
}

func TestDashboards(t *testing.T) {
	for name, r := range requests(t) {
		tree := export(t, r, Options{Target: TargetHelm})
		objects := documents(t, tree["manifests/dashboards.yaml"])
		wanted := len(keptBoards)
		if name == "one" {
			wanted-- // no NATS
		}
		if len(objects) != wanted {
			t.Errorf("%s: %d dashboards, want %d", name, len(objects), wanted)
		}
		for _, m := range objects {
			if label, _ := at(m, "metadata.labels."+dashboardLabel); label != dashboardValue {
				t.Errorf("%s: label is %v", name, label)
			}
			for file, text := range m["data"].(map[string]any) {
				checkDashboard(t, name+" "+file, text.(string))
			}
		}
	}
}

func checkDashboard(t *testing.T, name, text string) {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if d.UID == "" || d.Title == "" || len(d.Panels) == 0 {
		t.Errorf("%s: is empty", name)
	}
	if m := composeNames.FindString(text); m != "" {
		t.Errorf("%s: a name of Docker Compose: %s", name, m)
	}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if p.Datasource.UID != "prometheus" || len(p.Targets) == 0 {
			t.Errorf("%s: %s: asks %q", name, p.Title, p.Datasource.UID)
		}
		for _, q := range p.Targets {
			if !strings.Contains(q.Expr, `job="`+Namespace+"/") && !strings.Contains(q.Expr, "alertname") &&
				!strings.HasPrefix(q.Expr, "vector(") {
				t.Errorf("%s: %s: asks the whole cluster: %s", name, p.Title, q.Expr)
			}
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s: %s lies over %q", name, p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}

// TestMonitoringValues: monitors and rules of any namespace count.
func TestMonitoringValues(t *testing.T) {
	v := documents(t, export(t, exampleRequest(t), Options{Target: TargetHelm})[monitoringFile])[0]
	for _, kind := range []string{"podMonitor", "serviceMonitor", "rule"} {
		if got, ok := at(v, "prometheus.prometheusSpec."+kind+"SelectorNilUsesHelmValues"); !ok || got != false {
			t.Errorf("%s: %v", kind, got)
		}
	}
	if got, _ := at(v, "grafana.sidecar.dashboards.label"); got != dashboardLabel {
		t.Errorf("sidecar looks for %v", got)
	}
}

// TestRunbooks: each alert has a section of its own in the README.
func TestRunbooks(t *testing.T) {
	r := exampleRequest(t)
	readme := string(export(t, r, Options{Target: TargetHelm})[ReadmeFile])
	for _, rule := range plan(t, r).rules() {
		if !strings.Contains(readme, "\n### "+rule.Name+"\n") {
			t.Errorf("%s: no section", rule.Name)
		}
	}
}
