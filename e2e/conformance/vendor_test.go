package conformance

import (
	"os"
	"testing"
)

// vendors are charts that are not ours to keep: with the variable, the path of the
// packaged chart, the values that an export has for it are rendered with it.
var vendors = []struct{ env, dir string }{
	{"RCGEN_CHART_TGZ", "rocketchat"},            // rocketchat-7.0.2.tgz
	{"RCGEN_NATS_CHART_TGZ", "nats"},             // nats-<version>.tgz
	{"RCGEN_MONITORING_CHART_TGZ", "monitoring"}, // kube-prometheus-stack-<version>.tgz
}

// TestVendor renders the values of every target and request with the true charts,
// decodes every object with its type, and looks each key up in the chart.
func TestVendor(t *testing.T) {
	for _, v := range vendors {
		t.Run(v.dir, func(t *testing.T) {
			chart := os.Getenv(v.env)
			if chart == "" {
				t.Skipf("%s is not set: it is the path of the chart for %s/values.yaml, which is not kept here", v.env, v.dir)
			}
			if meta := loadChart(t, chart).Metadata; v.dir == chartName && meta.Version != chartVersion {
				t.Fatalf("%s is version %s, and the values are for %s", chart, meta.Version, chartVersion)
			}
			known := knownKeys(loadChart(t, chart))
			for _, e := range exports(t) {
				values, ok := e.files[v.dir+"/values.yaml"]
				if !ok {
					continue
				}
				t.Run(e.String(), func(t *testing.T) {
					for _, at := range unknownKeys(t, known, values) {
						if !matters(t, chart, values, at) {
							t.Errorf("the chart does not know %s", at)
						}
					}
					c, err := install(loadChart(t, chart), values)
					if err != nil {
						t.Fatal(err)
					}
					if v.dir != chartName {
						return
					}
					if err := effects(c, values); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}
