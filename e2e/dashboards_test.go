//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"rcgen/e2e/internal/rig"
)

// panelQuery is one expression of a dashboard of the project.
type panelQuery struct {
	dashboard, panel, datasource string
	expr                         string // with values in place of Grafana's variables
}

// variables stand for what Grafana fills in: the interval of rates is four scrapes,
// as Grafana has it, and every choice is "All".
var variables = strings.NewReplacer(
	"$__rate_interval", "2m", "$__range", "6h", "$__auto", "5m",
	"$replica", ".*", "$service", ".+", "$level", ".*",
)

// panelQueries reads the dashboards from the project's directory.
func panelQueries(t *testing.T, p *rig.Project) []panelQuery {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.Dir, "grafana", "dashboards", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("dashboards: %v, %v", files, err)
	}
	var all []panelQuery
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Panels []struct {
				Title      string
				Datasource struct{ UID string }
				Targets    []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				all = append(all, panelQuery{name, panel.Title, panel.Datasource.UID, variables.Replace(target.Expr)})
			}
		}
	}
	return all
}

// TestDashboardsParse gives every PromQL expression to Prometheus' own parser, as a
// recording rule.
func TestDashboardsParse(t *testing.T) {
	if w.upstream {
		t.Skip("promtool is built from its module")
	}
	p := newProject(t, "dashboards", "--users", "3000", "--cores", "8", "--memory", "32GiB")
	rules, n := "groups:\n- name: dashboards\n  rules:\n", 0
	for _, q := range panelQueries(t, p) {
		if strings.Contains(q.expr, "$") {
			t.Errorf("%s: %q: a variable has no value: %s", q.dashboard, q.panel, q.expr)
		}
		if q.datasource == "prometheus" {
			n++
			rules += fmt.Sprintf("  - {record: 'panel:%d', expr: %s}\n", n, strconv.Quote(q.expr))
		}
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(w.ctx, w.bin["promtool"], "check", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
	figure(t, "%d expressions of the dashboards parse", n)
}

// dashboardsHaveData asks every query of every dashboard of a running project while
// clients use it, until each has an answer.
func dashboardsHaveData(t *testing.T, p *rig.Project) {
	if w.upstream {
		t.Skip("sends messages the way the stand-in takes them")
	}
	queries := panelQueries(t, p)
	counts := make([]int, len(queries))
	clients := clientsOfAll(t, p)
	var why error
	// A rate needs two scrapes, 30 s apart, after the first thing to count.
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Second) {
		clients.talk(t)
		why = nil
		for i, q := range queries {
			if counts[i] > 0 {
				continue
			}
			n, err := answers(secret(t, p, "GRAFANA_ADMIN_PASSWORD"), q)
			if counts[i] = n; n == 0 {
				why = errors.Join(why, fmt.Errorf("%s: %q is empty: %s: %w", q.dashboard, q.panel, q.expr, err))
			}
		}
		if why == nil || w.ctx.Err() != nil {
			break
		}
	}
	t.Log(panelTable(queries, counts))
	if why != nil {
		t.Fatal(why)
	}
	figure(t, "%d queries on %d dashboards have data", len(queries), len(dashboardsOf(queries)))
}

func dashboardsOf(queries []panelQuery) []string {
	names := map[string]bool{}
	for _, q := range queries {
		names[q.dashboard] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func panelTable(queries []panelQuery, counts []int) string {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\nDASHBOARD\tPANEL\tSERIES")
	for i, q := range queries {
		fmt.Fprintf(tw, "%s\t%s\t%d\n", q.dashboard, q.panel, counts[i])
	}
	_ = tw.Flush() // to memory
	return b.String()
}

// clients are one websocket and one browser for each replica.
type clients struct {
	sockets  []socket
	browsers []*http.Client
}

func clientsOfAll(t *testing.T, p *rig.Project) *clients {
	t.Helper()
	all, err := p.IDs(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := &clients{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "rocketchat-") {
			b := on(t, name)
			c.browsers, c.sockets = append(c.browsers, b), append(c.sockets, dial(t, b))
		}
	}
	return c
}

// talk has every client send a message and read the room.
func (c *clients) talk(t *testing.T) {
	t.Helper()
	for i, s := range c.sockets {
		s.say("GENERAL", "for the dashboards")
		resp, err := c.browsers[i].Get(origin + "/api/v1/channels.messages?roomId=GENERAL&count=5")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

// answers returns how many series or streams a query has that hold a number or a
// line. Grafana hands it on, as it does for a person.
func answers(password string, q panelQuery) (int, error) {
	path := "prometheus/api/v1/query"
	if q.datasource == "loki" {
		path = "loki/loki/api/v1/query_range" // the last hour; an instant query has no lines
	}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet,
		origin+"/grafana/api/datasources/proxy/uid/"+path+"?query="+url.QueryEscape(q.expr), nil)
	if err != nil {
		return 0, err
	}
	req.SetBasicAuth("admin", password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Value  [2]any   // of an instant query
				Values [][2]any // of a range, or lines
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	n := 0
	for _, r := range answer.Data.Result {
		if len(r.Values) > 0 || isNumber(r.Value[1]) {
			n++
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("%d answers without a number; status %d %s", len(answer.Data.Result), resp.StatusCode,
			answer.Error)
	}
	return n, nil
}

// isNumber reports whether Prometheus' text for a value is one that Grafana draws.
func isNumber(v any) bool {
	text, ok := v.(string)
	x, err := strconv.ParseFloat(text, 64)
	return ok && err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}
