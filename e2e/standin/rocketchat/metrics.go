package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are those of apps/meteor/server/lib/metrics/lib/metrics.ts that can
// move here, under their names. The registry is the program's own: the default
// one would add go_* names.
type metrics struct {
	cfg      config
	registry *prometheus.Registry
	stats    map[string]prometheus.Gauge // the workspace's figures by name
	size     prometheus.Gauge
	requests counters

	methods       timed
	subscriptions timed
	restTimes     timed
	restSize      *prometheus.HistogramVec
	restActive    *prometheus.GaugeVec
	sent          counters
	limited       counters
	roundtrip     prometheus.Summary
	roundtripHist prometheus.Histogram
}

// counters are a metric under its old and its new name.
type counters []*prometheus.CounterVec

func (c counters) inc(labels ...string) {
	for _, v := range c {
		v.WithLabelValues(labels...).Inc()
	}
}

// timed is a duration as a summary and as the histogram that 8.x added.
type timed struct {
	summary   *prometheus.SummaryVec
	histogram *prometheus.HistogramVec
}

func newMetrics(cfg config) *metrics {
	m := &metrics{cfg: cfg, registry: prometheus.NewRegistry(), stats: map[string]prometheus.Gauge{}}
	for name, help := range workspaceGauges() {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		m.registry.MustRegister(g)
		m.stats[name] = g
	}
	m.size = m.stats["rocketchat_metrics_size"]
	m.vectors()
	m.constants()
	return m
}

func (m *metrics) vectors() {
	m.requests = m.counters("cumulated number of calls to the metrics endpoint",
		[]string{"notification_type"}, "rocketchat_metrics_requests", "rocketchat_metrics_requests_total")
	m.sent = m.counters("cumulated number of messages sent", nil,
		"rocketchat_message_sent", "rocketchat_messages_sent_total")
	for _, c := range m.sent {
		c.WithLabelValues() // from the start at 0
	}
	m.limited = m.counters("number of times a ddp rate limiter was exceeded",
		[]string{"limit_name", "user_id", "client_address", "type", "name", "connection_id"},
		"rocketchat_ddp_rate_limit_exceeded", "rocketchat_ddp_rate_limit_exceeded_total")
	m.methods = m.timed("rocketchat_meteor_methods", "method", "has_connection", "has_user")
	m.subscriptions = m.timed("rocketchat_meteor_subscriptions", "subscription")
	m.restTimes = timed{
		m.summary("rocketchat_rest_api", "method", "entrypoint", "user_agent", "status", "version"),
		m.histogram("rocketchat_rest_api_seconds", latency(), "method", "entrypoint", "status", "version"),
	}
	m.restSize = m.histogram("rocketchat_rest_api_response_size_bytes",
		append([]float64{0}, prometheus.ExponentialBuckets(100, 10, 8)...), "method", "entrypoint", "status", "version")
	m.restActive = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "rocketchat_rest_api_active_requests", Help: "number of currently active rest api requests",
	}, []string{"method"})
	m.roundtrip = prometheus.NewSummary(prometheus.SummaryOpts{
		Name: "rocketchat_messages_roundtrip_time_summary", Help: "time spent by a message from save to receive back",
		Objectives: percentiles(), MaxAge: time.Minute,
	})
	m.roundtripHist = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "rocketchat_messages_roundtrip_time_seconds", Buckets: latency(),
		Help: "time in seconds spent by a message from save to receive back",
	})
	m.registry.MustRegister(m.restActive, m.roundtrip, m.roundtripHist)
}

// constants are the gauges whose labels say what is to be said.
func (m *metrics) constants() {
	one := func(name, help string, labels prometheus.Labels, value float64) {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels})
		g.Set(value)
		m.registry.MustRegister(g)
	}
	one("rocketchat_info", "Rocket.Chat info", prometheus.Labels{
		"version": m.cfg.Version, "unique_id": "standin", "site_url": m.cfg.RootURL,
	}, 1)
	one("rocketchat_version", "Rocket.Chat version", prometheus.Labels{"version": m.cfg.Version}, 1)
	// the label exists and is never filled
	one("rocketchat_push_queue", "push queue", prometheus.Labels{"queue": ""}, 0)
}

func (m *metrics) counters(help string, labels []string, names ...string) counters {
	var c counters
	for _, name := range names {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		m.registry.MustRegister(v)
		c = append(c, v)
	}
	return c
}

func (m *metrics) timed(name string, labels ...string) timed {
	return timed{m.summary(name, labels...), m.histogram(name+"_seconds", latency(), labels...)}
}

func (m *metrics) summary(name string, labels ...string) *prometheus.SummaryVec {
	v := prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name: name, Help: "summary of count and time", Objectives: percentiles(),
	}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *metrics) histogram(name string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: "histogram", Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}

func percentiles() map[float64]float64 {
	return map[float64]float64{.01: .001, .1: .01, .5: .02, .9: .01, .95: .005, .99: .001, 1: 0}
}

func latency() []float64 {
	return []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}
}

func (m *metrics) method(name string, user bool, took time.Duration) {
	labels := []string{name, "true", strconv.FormatBool(user)}
	m.methods.summary.WithLabelValues(labels...).Observe(took.Seconds())
	m.methods.histogram.WithLabelValues(labels...).Observe(took.Seconds())
}

func (m *metrics) subscription(name string, took time.Duration) {
	m.subscriptions.summary.WithLabelValues(name).Observe(took.Seconds())
	m.subscriptions.histogram.WithLabelValues(name).Observe(took.Seconds())
}

func (m *metrics) rest(method, entry, version string, status int, size int64, took time.Duration) {
	code := strconv.Itoa(status)
	m.restTimes.summary.WithLabelValues(method, entry, "", code, version).Observe(took.Seconds())
	m.restTimes.histogram.WithLabelValues(method, entry, code, version).Observe(took.Seconds())
	m.restSize.WithLabelValues(method, entry, code, version).Observe(float64(size))
}

// message counts one. The summary is in milliseconds, as apps/meteor/server/services/
// meteor/service.ts has it; its name does not say so.
func (m *metrics) message(took time.Duration) {
	m.sent.inc()
	m.roundtrip.Observe(took.Seconds() * 1000)
	m.roundtripHist.Observe(took.Seconds())
}

func (m *metrics) rateLimited(user, client, kind, name, connection string) {
	m.limited.inc("connection", user, client, kind, name, connection)
}

// handler answers on the port of the metrics: /metrics and a page for the rest.
func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", m.scrape)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<html><head><title>Rocket.Chat Prometheus Exporter (stand-in)</title></head>" +
			`<body><a href="/metrics">Metrics</a></body></html>`))
	})
	return mux
}
