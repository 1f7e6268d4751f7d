package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"rcgen/e2e/internal/parts"
)

// TestRules gives the rules of every PrometheusRule to promtool, which takes what it
// calls a lint for an error too.
func TestRules(t *testing.T) {
	bin, err := parts.Build(t.Context(), t.Logf, "promtool")
	if err != nil {
		t.Fatal(err)
	}
	dir, args := t.TempDir(), []string{"check", "rules", "--lint-fatal"}
	for _, e := range exports(t) {
		c := e.decoded(t)
		if len(c.names("PrometheusRule")) == 0 {
			t.Errorf("%s: no PrometheusRule", e)
		}
		for _, name := range c.names("PrometheusRule") {
			text, err := yaml.Marshal(find[monitoring.PrometheusRule](c, "PrometheusRule", name).Spec)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, strings.ReplaceAll(e.String(), "/", "-")+"-"+name+".yaml")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
	}
	if out, err := exec.CommandContext(t.Context(), bin["promtool"], args...).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
}

// applied is the most that kubectl apply can remember of an object: it keeps the
// whole of it in an annotation (k8s.io/apimachinery, TotalAnnotationSizeLimitB). The
// limit of a ConfigMap itself is four times as high.
const applied = 256 << 10

// TestDashboards reads the dashboards as Grafana's sidecar would.
func TestDashboards(t *testing.T) {
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			c, uids, boards := e.decoded(t), map[string]string{}, 0
			for _, name := range c.names("ConfigMap") {
				m := find[corev1.ConfigMap](c, "ConfigMap", name)
				if m.Labels["grafana_dashboard"] != "1" {
					continue
				}
				boards++
				whole, err := json.Marshal(m)
				if err != nil || len(whole) >= applied {
					t.Errorf("%s: %d bytes, %v: kubectl apply takes %d", name, len(whole), err, applied)
				}
				for key, text := range m.Data {
					var board struct {
						UID    string           `json:"uid"`
						Title  string           `json:"title"`
						Panels []map[string]any `json:"panels"`
					}
					if err := json.Unmarshal([]byte(text), &board); err != nil {
						t.Errorf("%s: %s: %v", name, key, err)
					}
					if !strings.HasSuffix(key, ".json") || board.UID == "" || board.Title == "" || len(board.Panels) == 0 {
						t.Errorf("%s: %s: uid %q, title %q, %d panels", name, key, board.UID, board.Title, len(board.Panels))
					}
					if other := uids[board.UID]; other != "" {
						t.Errorf("%s and %s have one uid: Grafana would keep either", other, key)
					}
					uids[board.UID] = key
				}
			}
			if boards == 0 {
				t.Error("no dashboards")
			}
		})
	}
}
