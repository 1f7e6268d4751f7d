package dashboards

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"rcgen/generator/alerts"
)

// example has a value of its own in every field, so that none can be taken for
// another.
func example() alerts.Deployment {
	d := alerts.Deployment{
		Instances: 5, Concurrent: 600, MemoryLimit: 2 << 30, HeapLimit: 1536 << 20, CPULimit: 1.5, ProxyMemory: 267 << 20,
		Members: 3,
		HTTPS:   true, PresenceCap: 201, Logs: true,
	}
	v := reflect.ValueOf(&d.Thresholds).Elem()
	for i := range v.NumField() {
		v.Field(i).SetFloat(0.101 + float64(i)/1000)
	}
	return d
}

// community is one replica with nothing around it.
func community() alerts.Deployment {
	d := example()
	d.Instances, d.Concurrent, d.Members, d.HTTPS, d.Logs = 1, 50, 0, false, false
	return d
}

func deployments() map[string]alerts.Deployment {
	licensed := example()
	licensed.Licensed = true
	return map[string]alerts.Deployment{"example": example(), "licensed": licensed, "community": community()}
}

// parsed is what the tests look at of a dashboard.
type parsed struct {
	UID, Title, Refresh string
	Tags                []string
	Panels              []struct {
		ID                       int
		Title, Description, Type string
		Datasource               struct{ Type, UID string }
		GridPos                  struct{ X, Y, W, H int }
		Targets                  []struct{ RefID, Expr, LegendFormat string }
		FieldConfig              struct {
			Defaults struct {
				Unit       string
				Thresholds struct{ Steps []struct{ Value *float64 } }
			}
		}
	}
	Templating struct {
		List []struct {
			Name       string
			Datasource *struct{ Type, UID string }
		}
	}
}

func build(t *testing.T, d alerts.Deployment) map[string]parsed {
	t.Helper()
	files, err := Build(d)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]parsed{}
	for _, f := range files {
		var p parsed
		if err := json.Unmarshal(f.JSON, &p); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		all[f.Name] = p
	}
	return all
}

func TestFiles(t *testing.T) {
	for name, c := range map[string]struct {
		d    alerts.Deployment
		want []string
	}{
		"with logs": {example(), []string{"overview.json", "rocketchat.json", "mongodb.json", "nats.json", "traefik.json",
			"host.json", "logs.json"}},
		"without logs": {community(), []string{"overview.json", "rocketchat.json", "mongodb.json", "nats.json",
			"traefik.json", "host.json"}},
	} {
		files, err := Build(c.d)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range files {
			got = append(got, f.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestSchema reads the files with Grafana's types and writes them again: a field
// that the types do not have would be lost.
func TestSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for name, d := range deployments() {
		files, err := Build(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			var model dashboard.Dashboard //nolint:staticcheck // the first schema, see board.model
			if err := json.Unmarshal(f.JSON, &model); err != nil {
				t.Fatalf("%s: %s: %v", name, f.Name, err)
			}
			if err := model.Validate(); err != nil {
				t.Errorf("%s: %s: %v", name, f.Name, err)
			}
			again, err := json.Marshal(model)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, f.Name, err)
			}
			if !reflect.DeepEqual(value(t, again), value(t, f.JSON)) {
				t.Errorf("%s: %s: Grafana's types make of it\n%s", name, f.Name, again)
			}
		}
	}
}

func value(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDashboards(t *testing.T) {
	for name, d := range deployments() {
		uids := map[string]bool{}
		for file, b := range build(t, d) {
			if b.UID != "rocketchat-"+strings.TrimSuffix(file, ".json") || uids[b.UID] {
				t.Errorf("%s: %s: uid %q", name, file, b.UID)
			}
			uids[b.UID] = true
			if b.Title == "" || b.Refresh != "30s" || !slices.Contains(b.Tags, "rocketchat") {
				t.Errorf("%s: %s: title %q, refresh %q, tags %v", name, file, b.Title, b.Refresh, b.Tags)
			}
			if n := len(b.Panels); n < 7 || n > 14 {
				t.Errorf("%s: %s: %d panels", name, file, n)
			}
			for _, v := range b.Templating.List {
				if v.Datasource != nil && v.Datasource.UID != PrometheusUID && v.Datasource.UID != LokiUID {
					t.Errorf("%s: %s: variable %s asks %q", name, file, v.Name, v.Datasource.UID)
				}
			}
		}
	}
}

func TestPanels(t *testing.T) {
	for name, d := range deployments() {
		for file, b := range build(t, d) {
			ids, titles := map[int]bool{}, map[string]bool{}
			for _, p := range b.Panels {
				if p.ID == 0 || ids[p.ID] || p.Title == "" || titles[p.Title] {
					t.Errorf("%s: %s: panel %d, %q: not its own id and title", name, file, p.ID, p.Title)
				}
				ids[p.ID], titles[p.Title] = true, true
				if !strings.HasSuffix(p.Description, ".") || p.FieldConfig.Defaults.Unit == "" {
					t.Errorf("%s: %s: %q: description %q, unit %q", name, file, p.Title, p.Description, p.FieldConfig.Defaults.Unit)
				}
				uid := p.Datasource.UID
				if uid != p.Datasource.Type || uid != PrometheusUID && (uid != LokiUID || file != "logs.json") {
					t.Errorf("%s: %s: %q asks %+v", name, file, p.Title, p.Datasource)
				}
				for _, q := range p.Targets {
					if q.Expr == "" || q.LegendFormat == "" && p.Type != "logs" {
						t.Errorf("%s: %s: %q: query %+v", name, file, p.Title, q)
					}
				}
				if len(p.Targets) == 0 {
					t.Errorf("%s: %s: %q asks nothing", name, file, p.Title)
				}
			}
		}
	}
}

func TestLayout(t *testing.T) {
	for name, d := range deployments() {
		for file, b := range build(t, d) {
			taken := map[[2]int]string{}
			for _, p := range b.Panels {
				g := p.GridPos
				if g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > 24 {
					t.Errorf("%s: %s: %q lies at %+v", name, file, p.Title, g)
				}
				for x := g.X; x < g.X+g.W; x++ {
					for y := g.Y; y < g.Y+g.H; y++ {
						if other, ok := taken[[2]int{x, y}]; ok {
							t.Fatalf("%s: %s: %q lies on %q", name, file, p.Title, other)
						}
						taken[[2]int{x, y}] = p.Title
					}
				}
			}
		}
	}
}

// TestThresholds: every colour changes at a value of the deployment or at a number
// that counts things, and every threshold of the alerts is in some panel.
func TestThresholds(t *testing.T) {
	d := example()
	users := float64(d.Concurrent)
	wanted := map[float64]string{}
	v := reflect.ValueOf(d.Thresholds)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "CapacityShare":
			wanted[d.CapacityShare*users], wanted[1-d.CapacityShare] = "users", "headroom"
		case "DiskFillHours": // is in an expression
		default:
			wanted[v.Field(i).Float()] = name
		}
	}
	for _, plan := range []float64{users, float64(d.Instances), float64(d.Members), float64(d.PresenceCap)} {
		wanted[plan] = "plan"
	}
	found := map[float64]bool{0: true, 1: true}
	for file, b := range build(t, d) {
		for _, p := range b.Panels {
			for i, s := range p.FieldConfig.Defaults.Thresholds.Steps {
				if (s.Value == nil) != (i == 0) {
					t.Errorf("%s: %q: step %d", file, p.Title, i)
				}
				if s.Value == nil {
					continue
				}
				if wanted[*s.Value] == "" && *s.Value != 0 && *s.Value != 1 {
					t.Errorf("%s: %q: limit %v is nobody's", file, p.Title, *s.Value)
				}
				found[*s.Value] = true
			}
		}
	}
	for value, name := range wanted {
		if !found[value] {
			t.Errorf("%s: no panel has the limit %v", name, value)
		}
	}
	if hours := figure(d.DiskFillHours) + " * 3600"; !slices.ContainsFunc(Queries(d),
		func(q Query) bool { return strings.Contains(q.Expr, hours) }) {
		t.Error("no panel looks ahead for DiskFillHours")
	}
}

// workspace are the metrics that are equal on every replica and no more current
// than the last statistics record.
var workspace = regexp.MustCompile(`rocketchat_(users_(total|active|non_active|online|away|offline)|(rooms|channels|private_groups|direct|livechat|messages|channel_messages|private_group_messages|direct_messages|livechat_messages|visitors|agents)_total|apps_(installed|enabled|failed)|instance_count|migration|push_queue)\b`)

func TestWorkspaceFiguresAreDaily(t *testing.T) {
	asked := 0
	for _, q := range Queries(example()) {
		for _, at := range workspace.FindAllStringIndex(q.Expr, -1) {
			asked++
			if !strings.HasSuffix(q.Expr[:at[0]], "max(") {
				t.Errorf("%s: %q: %s", q.Dashboard, q.Panel, q.Expr)
			}
			if !strings.Contains(q.Panel, "daily") {
				t.Errorf("%s: %q shows daily figures and does not say so", q.Dashboard, q.Panel)
			}
		}
	}
	if asked == 0 {
		t.Error("the pattern finds none")
	}
}

func TestRates(t *testing.T) {
	rate := regexp.MustCompile(`\b(rate|irate|increase)\(.*?\[(.*?)\]`)
	for _, q := range Queries(example()) {
		for _, m := range rate.FindAllStringSubmatch(q.Expr, -1) {
			if m[2] != "$__rate_interval" && m[2] != "$__range" {
				t.Errorf("%s: %q: %s over %s", q.Dashboard, q.Panel, m[1], m[2])
			}
		}
	}
}

func TestVariants(t *testing.T) {
	has := func(d alerts.Deployment, dashboard, text string) bool {
		return slices.ContainsFunc(Queries(d), func(q Query) bool {
			return q.Dashboard == dashboard && strings.Contains(q.Expr, text)
		})
	}
	if !has(community(), "overview", "ddp_sessions_auth") {
		t.Error("without a licence nothing shows the cap of presence")
	}
	licensed := community()
	licensed.Licensed = true
	if has(licensed, "overview", "ddp_sessions_auth") {
		t.Error("with a licence there is no cap to show")
	}
	if !has(example(), "traefik", "certs_not_after") || has(community(), "traefik", "certs_not_after") {
		t.Error("certificates are shown where there is https, and only there")
	}
	if slices.ContainsFunc(Queries(community()), func(q Query) bool { return q.Datasource == LokiUID }) {
		t.Error("something asks Loki, which is not there")
	}
}

func TestStable(t *testing.T) {
	first, err := Build(example())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Build(example())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range first {
		if !bytes.Equal(f.JSON, again[i].JSON) {
			t.Errorf("%s differs the second time", f.Name)
		}
		for _, no := range []string{"DS_", "__inputs", `\u003`} {
			if bytes.Contains(f.JSON, []byte(no)) {
				t.Errorf("%s has %s", f.Name, no)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, change := range map[string]func(*alerts.Deployment){
		"instances": func(d *alerts.Deployment) { d.Instances = 0 },
		"users":     func(d *alerts.Deployment) { d.Concurrent = 0 },
		"memory":    func(d *alerts.Deployment) { d.MemoryLimit = 0 },
		"heap":      func(d *alerts.Deployment) { d.HeapLimit = 0 },
		"cpu":       func(d *alerts.Deployment) { d.CPULimit = 0 },
	} {
		d := example()
		change(&d)
		if _, err := Build(d); err == nil {
			t.Errorf("no %s: no error", name)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	d := example()
	for b.Loop() {
		if _, err := Build(d); err != nil {
			b.Fatal(err)
		}
	}
}
