package helm

import (
	"fmt"

	"rcgen/generator/units"
)

// monitoringValues are those of kube-prometheus-stack that an export writes
// (prometheus-community/helm-charts, charts/kube-prometheus-stack, values.yaml).
type monitoringValues struct {
	Prometheus   promValues         `yaml:"prometheus"`
	Alertmanager alertmanagerValues `yaml:"alertmanager"`
	Grafana      grafanaValues      `yaml:"grafana"`
}

type promValues struct {
	Spec promSpec `yaml:"prometheusSpec"`
}

type promSpec struct {
	PodMonitorNil     bool        `yaml:"podMonitorSelectorNilUsesHelmValues"`
	ServiceMonitorNil bool        `yaml:"serviceMonitorSelectorNilUsesHelmValues"`
	RuleNil           bool        `yaml:"ruleSelectorNilUsesHelmValues"`
	ScrapeInterval    string      `yaml:"scrapeInterval"`
	Retention         string      `yaml:"retention"`
	RetentionSize     string      `yaml:"retentionSize"`
	Resources         Resources   `yaml:"resources"`
	StorageSpec       storageSpec `yaml:"storageSpec"`
}

type storageSpec struct {
	VolumeClaimTemplate claimTemplate `yaml:"volumeClaimTemplate"`
}

type claimTemplate struct {
	Spec claimSpec `yaml:"spec"`
}

type claimSpec struct {
	AccessModes []string       `yaml:"accessModes"`
	Resources   claimResources `yaml:"resources"`
}

type claimResources struct {
	Requests claimRequests `yaml:"requests"`
}

type claimRequests struct {
	Storage string `yaml:"storage"`
}

type alertmanagerValues struct {
	Spec alertmanagerSpec `yaml:"alertmanagerSpec"`
}

type alertmanagerSpec struct {
	Resources Resources `yaml:"resources"`
}

type grafanaValues struct {
	Admin     grafanaAdmin   `yaml:"admin"`
	Resources Resources      `yaml:"resources"`
	Sidecar   grafanaSidecar `yaml:"sidecar"`
}

type grafanaAdmin struct {
	ExistingSecret string `yaml:"existingSecret"`
	UserKey        string `yaml:"userKey"`
	PasswordKey    string `yaml:"passwordKey"`
}

type grafanaSidecar struct {
	Dashboards sidecarDashboards `yaml:"dashboards"`
}

type sidecarDashboards struct {
	Enabled         bool   `yaml:"enabled"`
	Label           string `yaml:"label"`
	LabelValue      string `yaml:"labelValue"`
	SearchNamespace string `yaml:"searchNamespace"`
}

// monitoringKeys are the keys of kube-prometheus-stack 75.9.0 that an export uses.
var monitoringKeys = []string{
	"prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues",
	"prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues",
	"prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues", "prometheus.prometheusSpec.scrapeInterval",
	"prometheus.prometheusSpec.retention", "prometheus.prometheusSpec.retentionSize",
	"prometheus.prometheusSpec.resources.*", "prometheus.prometheusSpec.storageSpec.*",
	"alertmanager.alertmanagerSpec.resources.*",
	"grafana.admin.existingSecret", "grafana.admin.userKey", "grafana.admin.passwordKey",
	"grafana.resources.*", "grafana.sidecar.dashboards.enabled", "grafana.sidecar.dashboards.label",
	"grafana.sidecar.dashboards.labelValue", "grafana.sidecar.dashboards.searchNamespace",
}

// The label by which Grafana's sidecar finds dashboards, and the Secret with the
// administrator's login.
const (
	dashboardLabel = "grafana_dashboard"
	dashboardValue = "1"
	secretGrafana  = "grafana-admin"
)

func (p Plan) newMonitoringValues() monitoringValues {
	resources := func(name string) Resources {
		w, _ := p.Workload(name)
		return w.resources()
	}
	size := p.profile.Storage.MetricsSize.Value
	gib := func(b units.Bytes) string {
		return fmt.Sprintf("%dGi", int64(roundUp(b, units.GiB)/units.GiB))
	}
	// a fifth more than retentionSize: the newest hours do not count there
	requests := claimRequests{gib(size + size/5)}
	return monitoringValues{
		Prometheus: promValues{promSpec{
			ScrapeInterval: "30s",
			Retention:      p.profile.Storage.MetricsRetention.Value,
			RetentionSize:  p.compose.MetricsSize(),
			Resources:      resources(Prometheus),
			StorageSpec:    storageSpec{claimTemplate{claimSpec{[]string{"ReadWriteOnce"}, claimResources{requests}}}},
		}},
		Alertmanager: alertmanagerValues{alertmanagerSpec{resources(Alertmanager)}},
		Grafana: grafanaValues{
			Admin:     grafanaAdmin{secretGrafana, "admin-user", "admin-password"},
			Resources: resources(Grafana),
			Sidecar:   grafanaSidecar{sidecarDashboards{true, dashboardLabel, dashboardValue, "ALL"}},
		},
	}
}

var monitoringComments = comments{
	"": "Values for chart " + PrometheusChart.Name + " " + PrometheusChart.Version + ". " +
		"It comes first: without its custom\nresources Rocket.Chat's chart leaves its PodMonitor out.",
	"prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues": "else only monitors with the label release: " +
		MonitoringRelease + " count, which Rocket.Chat's chart cannot set",
	"prometheus.prometheusSpec.storageSpec": "a fifth more than retentionSize: the newest hours do not count there",
	"grafana.admin": "a Secret of yours, see README.md; " +
		"the chart's default password is known to everybody",
	"grafana.sidecar": "dashboards are ConfigMaps with this label, in any namespace",
}

// streamerMonitor lets Prometheus read the connections of ddp-streamer: the chart's
// PodMonitor selects the main pods only. Pods declare no port for it, so the address
// is put together here.
func streamerMonitor() object {
	labels := map[string]string{"app.kubernetes.io/name": streamerName, "app.kubernetes.io/instance": Release}
	address := relabeling{
		SourceLabels: []string{"__meta_kubernetes_pod_ip"},
		TargetLabel:  "__address__",
		Replacement:  fmt.Sprintf("$1:%d", moleculerPort),
	}
	spec := podMonitorSpec{
		Selector:            LabelSelector{labels},
		PodMetricsEndpoints: []podEndpoint{{Interval: "30s", Relabelings: []relabeling{address}}},
	}
	return object{"monitoring.coreos.com/v1", "PodMonitor", meta{Name: streamerName, Namespace: Namespace}, nil, spec}
}

type podMonitorSpec struct {
	Selector            LabelSelector `yaml:"selector"`
	PodMetricsEndpoints []podEndpoint `yaml:"podMetricsEndpoints"`
}

type podEndpoint struct {
	Interval    string       `yaml:"interval"`
	Relabelings []relabeling `yaml:"relabelings"`
}

type relabeling struct {
	SourceLabels []string `yaml:"sourceLabels"`
	TargetLabel  string   `yaml:"targetLabel"`
	Replacement  string   `yaml:"replacement"`
}
