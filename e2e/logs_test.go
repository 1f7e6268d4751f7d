//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// useDockerRoot tells a project where the engine keeps the containers' logs, as
// its README asks for where that is another place than Docker's own.
func useDockerRoot(t *testing.T, p *rig.Project) {
	t.Helper()
	root, err := p.Docker(w.ctx, "info", "--format", "{{.DockerRootDir}}")
	if err != nil {
		t.Fatal(err)
	}
	env, err := os.OpenFile(filepath.Join(p.Dir, ".env"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(env, "DOCKER_ROOT=%s\n", strings.TrimSpace(root)); err != nil {
		t.Error(err)
	}
	if err := env.Close(); err != nil {
		t.Error(err)
	}
}

// said is a line that a service shall have written, and the level Loki shall see.
type said struct{ service, line, level string }

// asTheyLog returns a line of each kind whose level the collector reads. Traefik
// is one that runs as root, the others do not.
func asTheyLog(mark string) []said {
	return []said{
		{"rocketchat-1", `{"level":50,"time":"2026-11-22T05:00:00.000Z","pid":1,"name":"Meteor","msg":"` + mark + `"}`,
			"error"},
		{"mongodb", `{"t":{"$date":"2026-11-22T05:00:00.000+00:00"},"s":"W",  "c":"COMMAND",  "id":51803,   "ctx":"conn1","msg":"` + mark + `"}`, "warn"},
		{"traefik", `{"level":"debug","time":"2026-11-22T05:00:00Z","message":"` + mark + `"}`, "debug"},
	}
}

// say writes a line to the output of a service's first process, which is what the
// engine logs.
func (s said) say(t *testing.T, p *rig.Project) {
	t.Helper()
	if _, err := p.Compose(w.ctx, "exec", "-T", s.service, "sh", "-c", `printf '%s\n' "$1" >/proc/1/fd/1`, "sh",
		s.line); err != nil {
		t.Fatal(err)
	}
}

// arrived returns an error unless Loki has the line once, under its service and
// with its level.
func (s said) arrived(t *testing.T, p *rig.Project, mark string) error {
	t.Helper()
	got, err := logLines(t, p, fmt.Sprintf("{service_name=%q} | detected_level=%q |= %q", s.service, s.level, mark))
	if err != nil {
		return err
	}
	if len(got) != 1 || got[0] != s.line {
		return fmt.Errorf("%s: %d lines: %.300q", s.service, len(got), got)
	}
	return nil
}

// logsArrive follows lines of the project's containers into Loki, those of others
// not, and once each whatever is restarted on the way.
func logsArrive(t *testing.T, p *rig.Project) {
	outside := p.Name + "-outside"
	t.Cleanup(func() {
		if _, err := p.Docker(w.ctx, "rm", "--force", outside); err != nil {
			t.Error(err)
		}
	})
	// A line that pretends to carry the labels of the project's.
	pretence := fmt.Sprintf(`printf '%%s\n' '"attrs":{"com.docker.compose.project":"%s","com.docker.compose.service":"mongodb"} outside'`, p.Name)
	if _, err := p.Docker(w.ctx, "run", "--detach", "--name", outside, "--log-driver", "json-file", "--network", "none",
		"--entrypoint", "sh", "traefik:v3.6.12", "-c", pretence); err != nil {
		t.Fatal(err)
	}
	long := said{"mongodb", "long " + strings.Repeat("x", 40_000) + " line", "unknown"} // the engine cuts it in three
	long.say(t, p)
	for _, s := range asTheyLog("first") {
		s.say(t, p)
	}
	within(t, "lines of 3 services in Loki", time.Minute, func() error { return allArrived(t, p, "first") })
	eventually(t, func() error { return long.arrived(t, p, "long xxx") })

	for _, args := range [][]string{{"stop", "loki"}, {"kill", "otel-collector"}} {
		if _, err := p.Compose(w.ctx, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range asTheyLog("meanwhile") {
		s.say(t, p)
	}
	if _, err := p.Compose(w.ctx, "restart", "loki", "otel-collector"); err != nil {
		t.Fatal(err)
	}
	within(t, "lines in Loki after it was away and the collector was killed", 90*time.Second, func() error {
		return allArrived(t, p, "meanwhile")
	})
	if err := allArrived(t, p, "first"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	if got, err := logLines(t, p, `{service_name=~".+"} |= "outside"`); err != nil || len(got) > 0 {
		t.Errorf("from outside the project: %q, %v", got, err)
	}
	figure(t, "all lines once, and none from outside the project")
}

// allArrived is nil where every kind of line has arrived.
func allArrived(t *testing.T, p *rig.Project, mark string) error {
	t.Helper()
	for _, s := range asTheyLog(mark) {
		if err := s.arrived(t, p, mark); err != nil {
			return err
		}
	}
	return nil
}

// logLines asks Loki, which only Grafana reaches, through Grafana's proxy. What is
// an error while Loki starts is none later.
func logLines(t *testing.T, p *rig.Project, expr string) ([]string, error) {
	t.Helper()
	query := url.Values{"query": {expr}, "limit": {"100"}, "since": {"1h"}}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet,
		origin+"/grafana/api/datasources/proxy/uid/loki/loki/api/v1/query_range?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("admin", secret(t, p, "GRAFANA_ADMIN_PASSWORD"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", expr, resp.StatusCode)
	}
	var answer struct {
		Data struct {
			Result []struct {
				Values [][]string `json:"values"` // time and line
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	var lines []string
	for _, stream := range answer.Data.Result {
		for _, v := range stream.Values {
			lines = append(lines, v[1])
		}
	}
	return lines, nil
}
