package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// variable is a choice at the top of a dashboard: any number of values, all of
// them at first.
type variable struct {
	name, label string
	loki        bool
	values      string // the label to take them from, for Loki; label_values(...) for Prometheus
	fixed       string // values with commas between, asked of nobody
	all         string // the regular expression that "All" stands for
}

// The variables of the dashboards.
var (
	replicaVariable = variable{
		name: "replica", label: "Replica",
		values: `label_values(up{job="rocketchat"}, instance)`, all: ".*",
	}
	// Loki refuses a selector that matches the empty string, so not ".*".
	serviceVariable = variable{name: "service", label: "Service", loki: true, values: "service_name", all: ".+"}
	// The values of detected_level that Loki knows: grafana.com/docs/loki/latest,
	// "Automatic log level detection".
	levelVariable = variable{
		name: "level", label: "Level",
		fixed: "trace,debug,info,warn,error,fatal,critical,unknown", all: ".*",
	}
)

func (v variable) model() dashboard.VariableModel {
	all := func(s string) dashboard.StringOrArrayOfString {
		return dashboard.StringOrArrayOfString{String: &s}
	}
	m := dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: v.name, Label: &v.label,
		Current: &dashboard.VariableOption{Text: all("All"), Value: all("$__all")},
		Multi:   new(true), IncludeAll: new(true), AllValue: &v.all,
	}
	switch {
	case v.fixed != "":
		m.Type, m.Query = dashboard.VariableTypeCustom, &dashboard.StringOrMap{String: &v.fixed}
		return m
	case v.loki: // 1 is "label values": LokiVariableQueryType of grafana/grafana
		m.Datasource = source(LokiUID)
		m.Query = &dashboard.StringOrMap{Map: map[string]any{"type": 1, "label": v.values, "stream": "", "refId": v.name}}
	default:
		m.Datasource = source(PrometheusUID)
		m.Query = &dashboard.StringOrMap{Map: map[string]any{"query": v.values, "refId": v.name}}
	}
	m.Refresh = new(dashboard.VariableRefreshOnTimeRangeChanged) // replicas come and go
	m.Sort = new(dashboard.VariableSortNaturalAsc)
	return m
}
