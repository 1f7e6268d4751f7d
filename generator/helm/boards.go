package helm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rcgen/generator/dashboards"
)

// keptBoards are the dashboards that have figures in the cluster.
var keptBoards = []string{"overview.json", "rocketchat.json", natsBoard}

const natsBoard = "nats.json"

// absent begin the names of metrics that the cluster does not have under the labels
// of the Compose project.
var absent = []string{"traefik_", "node_", "mongodb_"}

// grafanaBoard is the part of a dashboard that an export looks at.
type grafanaBoard struct {
	Panels []map[string]json.RawMessage `json:"panels"`
}

// configMap is a dashboard as Grafana's sidecar finds it.
type configMap struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Metadata   meta              `yaml:"metadata"`
	Data       map[string]string `yaml:"data"`
}

// dashboards returns a ConfigMap for each dashboard of the Compose project that has
// figures in the cluster, with the panels that have.
func (p Plan) dashboards() ([]any, error) {
	var all []any
	for _, name := range keptBoards {
		d := p.deployment()
		if name == natsBoard {
			if !p.watchesNATS() {
				continue
			}
			d.Instances = p.rocketChatPods() // each has a connection
		}
		files, err := dashboards.Build(d)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(files, func(f dashboards.File) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("dashboard %s: there is none", name)
		}
		f := files[i]
		text, err := p.board(f.JSON)
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", f.Name, err)
		}
		all = append(all, configMap{"v1", "ConfigMap", meta{
			Name: "rocketchat-dashboard-" + strings.TrimSuffix(f.Name, ".json"), Namespace: Namespace,
			Labels: map[string]string{dashboardLabel: dashboardValue},
		}, map[string]string{"rocketchat-" + f.Name: text}})
	}
	return all, nil
}

// board drops the panels without figures, closes the gaps and asks for the
// cluster's names.
func (p Plan) board(text []byte) (string, error) {
	var fields map[string]json.RawMessage
	var board grafanaBoard
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", err
	}
	if err := json.Unmarshal(text, &board); err != nil {
		return "", err
	}
	board.Panels = slices.DeleteFunc(board.Panels, p.hollow)
	if err := p.flow(board.Panels); err != nil {
		return "", err
	}
	delete(fields, "panels")
	return p.print(fields, board.Panels)
}

// print writes a dashboard with a line for each field and each panel: what a change
// changes is seen at once.
func (p Plan) print(fields map[string]json.RawMessage, panels []map[string]json.RawMessage) (string, error) {
	var out strings.Builder
	out.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		line, err := p.line(fields[name])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, " %q: %s,\n", name, line)
	}
	out.WriteString(" \"panels\": [\n")
	for i, panel := range panels {
		line, err := p.line(panel)
		if err != nil {
			return "", err
		}
		comma := ","
		if i == len(panels)-1 {
			comma = ""
		}
		fmt.Fprintf(&out, "  %s%s\n", line, comma)
	}
	out.WriteString(" ]\n}\n")
	return out.String(), nil
}

// line encodes a part of a dashboard with the cluster's names.
func (p Plan) line(part any) (string, error) {
	text, err := json.Marshal(part)
	if err != nil {
		return "", err
	}
	var decoded any
	if err := json.Unmarshal(text, &decoded); err != nil {
		return "", err
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err = enc.Encode(p.rename(decoded))
	return strings.TrimSuffix(out.String(), "\n"), err
}

// hollow reports whether nothing in the cluster would fill a panel.
func (p Plan) hollow(panel map[string]json.RawMessage) bool {
	title, targets := string(panel["title"]), string(panel["targets"])
	return title == `"`+cpuPanel+`"` ||
		slices.ContainsFunc(absent, func(prefix string) bool { return strings.Contains(targets, prefix) })
}

// gridPos is where a panel lies: 24 columns, rows of about 30 pixels.
type gridPos struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// flow puts panels side by side again for as long as there is room and their height
// is the same.
func (p Plan) flow(panels []map[string]json.RawMessage) error {
	const columns = 24
	var at gridPos
	for _, panel := range panels {
		var size gridPos
		if err := json.Unmarshal(panel["gridPos"], &size); err != nil {
			return err
		}
		if at.X+size.W > columns || at.X > 0 && at.H != size.H {
			at = gridPos{Y: at.Y + at.H}
		}
		at.H = size.H
		size.X, size.Y = at.X, at.Y
		at.X += size.W
		text, err := json.Marshal(size)
		if err != nil {
			return err
		}
		panel["gridPos"] = text
	}
	return nil
}

// rename puts every text of a dashboard into the cluster's names.
func (p Plan) rename(v any) any {
	switch v := v.(type) {
	case string:
		v = strings.ReplaceAll(p.inCluster(v), "{{instance}}", "{{pod}}")
		return strings.ReplaceAll(v, mainJob+"}, instance)", mainJob+"}, pod)")
	case []any:
		for i := range v {
			v[i] = p.rename(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = p.rename(v[k])
		}
	}
	return v
}
