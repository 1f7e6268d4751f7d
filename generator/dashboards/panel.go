package dashboards

import (
	"strconv"
	"strings"
)

// board is a dashboard before it is JSON.
type board struct {
	name      string // of the file, and after "rocketchat-" the uid
	title     string
	about     string
	variables []variable
	panels    []panel // from left to right and down
}

// panel is one question and what answers it.
type panel struct {
	title   string
	about   string // one sentence: what is good, what is bad
	kind    kind
	loki    bool   // the queries are LogQL
	unit    string // Grafana's id of a unit
	max     float64
	signed  bool // values below 0 have a meaning
	steps   []step
	queries []query
}

// kind is how a panel shows its answer.
type kind int

const (
	graph  kind = iota // lines over time
	number             // the last value, large
	lines              // log lines
)

// query is an expression and the name of its series in the legend.
type query struct{ expr, legend string }

func (p panel) datasource() string {
	if p.loki {
		return LokiUID
	}
	return PrometheusUID
}

// step gives a colour to the values from one on. The first step of a panel has no
// value: it is the colour of everything below the second.
type step struct {
	from  *float64
	color string
}

// above marks values from the first limit on as a warning and from the second on
// as critical. With one limit there is no warning.
func above(limits ...float64) []step {
	colors := []string{"green", "yellow", "red"}
	if len(limits) == 1 {
		colors = []string{"green", "red"}
	}
	return steps(colors, limits)
}

// below marks values under the last limit as a warning and under the first as
// critical. With one limit there is no warning.
func below(limits ...float64) []step {
	colors := []string{"red", "yellow", "green"}
	if len(limits) == 1 {
		colors = []string{"red", "green"}
	}
	return steps(colors, limits)
}

func steps(colors []string, limits []float64) []step {
	all := []step{{nil, colors[0]}}
	for i := range limits {
		all = append(all, step{&limits[i], colors[i+1]})
	}
	return all
}

// figure writes a number into an expression, without an exponent.
func figure(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// one is the queries of a panel with a single expression.
func one(expr, legend string) []query { return []query{{expr, legend}} }

// fill puts figures of the plan into an expression, for names like LIMIT.
func fill(expr string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(expr) }

// Grafana divides the screen into 24 columns, and a unit of height is about 30
// pixels: grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model.
const (
	columns      = 24
	numberHeight = 4
	graphWidth   = 8
	graphHeight  = 8
)

// place is where a panel lies, in columns and units of height.
type place struct{ x, y, w, h int }

// layout puts panels side by side for as long as there is room and their height is
// the same. The numbers share one row, log lines get the whole width.
func layout(panels []panel) []place {
	var places []place
	row, numbers := place{}, 0
	for _, p := range panels {
		if p.kind == number {
			numbers++
		}
	}
	for _, p := range panels {
		size := place{w: graphWidth, h: graphHeight}
		switch p.kind {
		case number:
			size = place{w: min(columns/numbers, graphWidth), h: numberHeight}
		case lines:
			size = place{w: columns, h: 2 * graphHeight}
		}
		if row.x+size.w > columns || row.x > 0 && row.h != size.h {
			row = place{y: row.y + row.h}
		}
		row.h = size.h
		places = append(places, place{row.x, row.y, size.w, size.h})
		row.x += size.w
	}
	return places
}
