package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func TestMetrics(t *testing.T) {
	cfg, err := parseConfig(project())
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(cfg, quiet(), deadDatabase(t), &relay{log: quiet()}, func(error) {})
	s.metrics.registry.MustRegister(newNodeCollector(s.load, s.hub))
	if err := s.metrics.refresh(context.Background(), s); err == nil {
		t.Error("no error without MongoDB")
	}
	s.metrics.method("sendMessage", true, time.Millisecond)
	s.metrics.rateLimited("u", "203.0.113.7", "method", "sendMessage", "c")
	s.metrics.message(time.Millisecond)
	s.handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/info", nil))

	w := httptest.NewRecorder()
	s.metrics.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	text := w.Body.String()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name := range families {
		if !strings.HasPrefix(name, "rocketchat_") && !strings.HasPrefix(name, "nodejs_") &&
			!strings.HasPrefix(name, "process_") {
			t.Errorf("%s is no name of Rocket.Chat", name)
		}
	}
	for _, want := range samples() {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// samples are the beginnings of lines that a scrape must have.
func samples() []string {
	return []string{
		`rocketchat_info{site_url="https://chat.example.org",unique_id="standin",version="8.9.1"} 1`,
		`rocketchat_version{version="8.9.1"} 1`,
		"rocketchat_ddp_sessions_count 0", "rocketchat_ddp_sessions_auth 0", "rocketchat_ddp_connected_users 0",
		"rocketchat_instance_count 0", "rocketchat_users_total 0", "rocketchat_migration 809",
		"rocketchat_message_sent 1", "rocketchat_messages_sent_total 1",
		`rocketchat_push_queue{queue=""} 0`,
		`rocketchat_meteor_methods{has_connection="true",has_user="true",method="sendMessage",quantile="0.99"} 0.001`,
		`rocketchat_meteor_methods_seconds_count{has_connection="true",has_user="true",method="sendMessage"} 1`,
		`rocketchat_rest_api_count{entrypoint="info",method="get",status="200",user_agent="",version=""} 1`,
		`rocketchat_rest_api_active_requests{method="get"} 0`,
		"rocketchat_messages_roundtrip_time_summary_count 1", "rocketchat_messages_roundtrip_time_summary_sum 1\n",
		"rocketchat_messages_roundtrip_time_seconds_sum 0.001\n",
		`rocketchat_ddp_rate_limit_exceeded{client_address="203.0.113.7",connection_id="c",limit_name="connection",name="sendMessage",type="method",user_id="u"} 1`,
		"nodejs_eventloop_lag_p99_seconds 0.01", "nodejs_heap_size_used_bytes ", "nodejs_heap_size_total_bytes ",
		"nodejs_event_loop_utilization_ratio ", `nodejs_version_info{major="24"`, "nodejs_active_handles_total 0",
		"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ", "process_start_time_seconds ",
	}
}

func TestMetricsSizeIsThatOfTheLastScrape(t *testing.T) {
	m := newMetrics(config{Version: "8.9.1"})
	scrape := func() string {
		w := httptest.NewRecorder()
		m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	if first := scrape(); !strings.Contains(first, "\nrocketchat_metrics_size 0") {
		t.Error("the first scrape knows a size")
	}
	if strings.Contains(scrape(), "\nrocketchat_metrics_size 0") {
		t.Error("the second scrape does not know the size of the first")
	}
}

func gaugeValue(t *testing.T, g prometheus.Gauge) float64 {
	t.Helper()
	var m dto.Metric
	if err := g.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetGauge().GetValue()
}
