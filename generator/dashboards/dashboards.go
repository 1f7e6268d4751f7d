package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"rcgen/generator/alerts"
)

// The uids that the project's datasources are provisioned under.
const (
	PrometheusUID = "prometheus"
	LokiUID       = "loki"
)

// File is a dashboard as Grafana's file provider reads it.
type File struct {
	Name string // of the file, like "overview.json"
	JSON []byte
}

// Query is one expression of a panel.
type Query struct {
	Dashboard  string // file name without .json
	Panel      string // title
	Datasource string // PrometheusUID or LokiUID
	Expr       string // PromQL or LogQL, with Grafana's variables
}

// Build returns the dashboards of a deployment, in the order in which they are
// best read. It fails where the deployment has no number that a panel divides by.
func Build(d alerts.Deployment) ([]File, error) {
	if err := check(d); err != nil {
		return nil, err
	}
	var files []File
	for _, b := range boards(d) {
		data, err := json.MarshalIndent(b.model(), "", " ")
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", b.name, err)
		}
		files = append(files, File{Name: b.name + ".json", JSON: shorten(data)})
	}
	return files, nil
}

// Queries returns every expression of every dashboard, in order.
func Queries(d alerts.Deployment) []Query {
	var all []Query
	for _, b := range boards(d) {
		for _, p := range b.panels {
			for _, q := range p.queries {
				all = append(all, Query{b.name, p.title, p.datasource(), q.expr})
			}
		}
	}
	return all
}

// shorten puts every object and list with nothing nested in it on one line, which
// takes away more than half of the lines.
func shorten(indented []byte) []byte {
	lines := bytes.Split(indented, []byte("\n"))
	short := make([]byte, 0, len(indented))
	for i := 0; i < len(lines); i++ {
		end := innermost(lines[i:])
		short = append(short, lines[i]...)
		for j := i + 1; j <= i+end; j++ {
			if j > i+1 && j < i+end {
				short = append(short, ' ')
			}
			short = append(short, bytes.TrimLeft(lines[j], " ")...)
		}
		short = append(short, '\n')
		i += end
	}
	return short
}

// innermost returns how many lines further the object or list ends that the first
// line opens, or 0 where it opens none or something is nested in it.
func innermost(lines [][]byte) int {
	opens := func(line []byte) bool {
		return bytes.HasSuffix(line, []byte("{")) || bytes.HasSuffix(line, []byte("["))
	}
	if !opens(lines[0]) {
		return 0
	}
	for i, line := range lines[1:] {
		if opens(line) {
			return 0
		}
		if bytes.ContainsAny(bytes.TrimLeft(line, " ")[:1], "}]") {
			return i + 1
		}
	}
	return 0
}

func check(d alerts.Deployment) error {
	switch {
	case d.Instances < 1:
		return errors.New("dashboards: no instances")
	case d.Concurrent < 1:
		return errors.New("dashboards: no users are planned for")
	case d.MemoryLimit <= 0 || d.HeapLimit <= 0 || d.CPULimit <= 0:
		return errors.New("dashboards: a replica has no limits")
	}
	return nil
}

func boards(d alerts.Deployment) []board {
	all := []board{overview(d), rocketchat(d), mongodb(d), nats(d), traefik(d), host(d)}
	if d.Logs {
		all = append(all, logs())
	}
	return all
}
