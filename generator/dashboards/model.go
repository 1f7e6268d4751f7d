package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	logspanel "github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// tag is on every dashboard; the links between them go by it.
const tag = "rocketchat"

// schemaVersion is that of Grafana 12's dashboards: pkg/kinds/dashboard of
// grafana/grafana. A newer Grafana brings them up to date while it loads them.
const schemaVersion = 41

// model is the dashboard in Grafana's terms. The refresh is the scrape interval.
//
// The SDK prefers Grafana's second schema, which Grafana 12 warns against using in
// production and 13 makes out of this one by itself:
// grafana.com/docs/grafana/latest/observability-as-code/schema-v2.
func (b board) model() dashboard.Dashboard { //nolint:staticcheck // see above
	d := dashboard.Dashboard{ //nolint:staticcheck // see above
		Uid:           new("rocketchat-" + b.name),
		Title:         &b.title,
		Description:   &b.about,
		Tags:          []string{tag},
		Editable:      new(false), // files are the truth
		GraphTooltip:  new(dashboard.DashboardCursorSyncCrosshair),
		Time:          &dashboard.DashboardDashboardTime{From: "now-6h", To: "now"},
		Refresh:       new("30s"),
		SchemaVersion: schemaVersion,
		Links: []dashboard.DashboardLink{{
			Title: "Dashboards", Type: dashboard.DashboardLinkTypeDashboards, Icon: "external link",
			Tags: []string{tag}, KeepTime: true,
		}},
	}
	for _, v := range b.variables {
		d.Templating.List = append(d.Templating.List, v.model())
	}
	places := layout(b.panels)
	for i, p := range b.panels {
		d.Panels = append(d.Panels, dashboard.PanelOrRowPanel{Panel: p.model(i+1, places[i])})
	}
	return d
}

func source(uid string) *common.DataSourceRef {
	return &common.DataSourceRef{Type: &uid, Uid: &uid} // both are called by their type
}

func (p panel) model(id int, at place) *dashboard.Panel {
	m := &dashboard.Panel{
		Id:          new(uint32(id)),
		Title:       &p.title,
		Description: &p.about,
		Datasource:  source(p.datasource()),
		GridPos:     &dashboard.GridPos{X: uint32(at.x), Y: uint32(at.y), W: uint32(at.w), H: uint32(at.h)},
		Targets:     p.targets(),
		FieldConfig: &dashboard.FieldConfigSource{
			Defaults:  p.field(),
			Overrides: []dashboard.DashboardFieldConfigSourceOverrides{},
		},
	}
	switch p.kind {
	case graph:
		m.Type, m.Options = "timeseries", graphOptions()
	case number:
		m.Type, m.Options = "stat", numberOptions()
	case lines:
		m.Type, m.Options = "logs", linesOptions()
	}
	return m
}

func (p panel) targets() []variants.Dataquery {
	var all []variants.Dataquery
	for i, q := range p.queries {
		id := string(rune('A' + i))
		if p.loki {
			all = append(all, loki.Dataquery{RefId: &id, Expr: q.expr, LegendFormat: legend(q)})
			continue
		}
		all = append(all, prometheus.Dataquery{RefId: &id, Expr: q.expr, LegendFormat: legend(q)})
	}
	return all
}

func legend(q query) *string {
	if q.legend == "" {
		return nil
	}
	return &q.legend
}

// field is the unit, the axis and the thresholds.
func (p panel) field() dashboard.FieldConfig {
	f := dashboard.FieldConfig{Unit: &p.unit}
	if p.kind == lines {
		return f
	}
	if !p.signed {
		f.Min = new(0.0)
	}
	if p.max != 0 {
		f.Max = &p.max
	}
	limits := dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute}
	for _, s := range p.steps {
		limits.Steps = append(limits.Steps, dashboard.Threshold{Value: s.from, Color: s.color})
	}
	if len(p.steps) == 0 { // else Grafana takes 80 for a limit
		limits.Steps = []dashboard.Threshold{{Color: "blue"}}
	}
	f.Thresholds = &limits
	if p.kind == graph {
		custom := common.GraphFieldConfig{FillOpacity: new(10.0)}
		if len(p.steps) > 0 {
			custom.ThresholdsStyle = &common.GraphThresholdsStyleConfig{Mode: common.GraphThresholdsStyleModeDashed}
		}
		f.Custom = custom
	}
	return f
}

func graphOptions() timeseries.Options {
	return timeseries.Options{
		Legend: common.VizLegendOptions{
			ShowLegend: true, DisplayMode: common.LegendDisplayModeList,
			Placement: common.LegendPlacementBottom, Calcs: []string{},
		},
		Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderDescending},
	}
}

func numberOptions() stat.Options {
	o := *stat.NewOptions()
	o.GraphMode = common.BigValueGraphModeNone
	o.ReduceOptions.Calcs = []string{"lastNotNull"}
	o.Orientation = common.VizOrientationAuto
	return o
}

func linesOptions() logspanel.Options {
	return logspanel.Options{
		ShowTime: true, EnableLogDetails: true, WrapLogMessage: true,
		SortOrder: common.LogsSortOrderDescending, DedupStrategy: common.LogsDedupStrategyNone,
	}
}
