package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// nodeVersion is the one of the 8.9 image.
const nodeVersion = "24.22.1"

// nodeCollector gives the Go runtime's figures under the names of prom-client's
// default metrics and of metrics.ts.
type nodeCollector struct {
	load    *load
	hub     *hub
	started time.Time

	mu   sync.Mutex
	gc   *prometheus.HistogramVec
	seen uint32        // collections observed
	cpu  time.Duration // at the last scrape
	at   time.Time     // of the last scrape
}

func newNodeCollector(l *load, h *hub) *nodeCollector {
	now := time.Now()
	return &nodeCollector{load: l, hub: h, started: now, at: now,
		gc: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nodejs_gc_duration_seconds", Help: "Garbage collection duration by kind.",
			Buckets: []float64{.001, .01, .1, 1, 2, 5},
		}, []string{"kind"})}
}

// Describe says nothing: the metrics are made at each scrape.
func (c *nodeCollector) Describe(chan<- *prometheus.Desc) {}

// Collect is called for each scrape.
func (c *nodeCollector) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.eventLoop(ch)
	c.memory(ch)
	c.process(ch)
	c.gc.Collect(ch)
}

func gauge(ch chan<- prometheus.Metric, name string, v float64, labels ...string) {
	constant(ch, prometheus.GaugeValue, name, v, labels...)
}

// constant sends one value; labels are names and values in turn.
func constant(ch chan<- prometheus.Metric, t prometheus.ValueType, name string, v float64, labels ...string) {
	var names, values []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	ch <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, "See prom-client.", names, nil), t, v, values...)
}

func (c *nodeCollector) eventLoop(ch chan<- prometheus.Metric) {
	lag := c.load.lagP99().Seconds()
	gauge(ch, "nodejs_eventloop_lag_seconds", lag)
	for _, q := range []string{"min", "max", "mean", "p50", "p90", "p99"} {
		gauge(ch, "nodejs_eventloop_lag_"+q+"_seconds", lag)
	}
	gauge(ch, "nodejs_eventloop_lag_stddev_seconds", 0)
	user, system := cpuTimes()
	busy := user + system - c.cpu
	ratio := busy.Seconds() / max(time.Since(c.at).Seconds(), .001)
	c.cpu, c.at = user+system, time.Now()
	gauge(ch, "nodejs_event_loop_utilization_ratio", min(ratio, 1)) // one loop is one core
	sessions, _, _ := c.hub.counts()
	gauge(ch, "nodejs_active_handles", float64(sessions), "type", "Socket")
	gauge(ch, "nodejs_active_handles_total", float64(sessions))
	gauge(ch, "nodejs_active_requests_total", 0)
	parts := strings.Split(nodeVersion, ".")
	gauge(ch, "nodejs_version_info", 1, "version", "v"+nodeVersion, "major", parts[0], "minor", parts[1], "patch",
		parts[2])
}

func (c *nodeCollector) memory(ch chan<- prometheus.Metric) {
	used, total := c.load.heap()
	gauge(ch, "nodejs_heap_size_used_bytes", float64(used))
	gauge(ch, "nodejs_heap_size_total_bytes", float64(total))
	gauge(ch, "nodejs_heap_space_size_used_bytes", float64(used), "space", "old")
	gauge(ch, "nodejs_heap_space_size_total_bytes", float64(total), "space", "old")
	gauge(ch, "nodejs_heap_space_size_available_bytes", float64(max(0, c.load.limit-used)), "space", "old")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	gauge(ch, "nodejs_external_memory_bytes", float64(m.Sys-m.HeapSys))
	// the ring holds the last 256 pauses
	for n := max(c.seen, max(m.NumGC, 256)-256); n < m.NumGC; n++ {
		c.gc.WithLabelValues("major").Observe(float64(m.PauseNs[n%256]) / 1e9)
	}
	c.seen = m.NumGC
}

func (c *nodeCollector) process(ch chan<- prometheus.Metric) {
	user, system := cpuTimes()
	constant(ch, prometheus.CounterValue, "process_cpu_user_seconds_total", user.Seconds())
	constant(ch, prometheus.CounterValue, "process_cpu_system_seconds_total", system.Seconds())
	constant(ch, prometheus.CounterValue, "process_cpu_seconds_total", (user + system).Seconds())
	gauge(ch, "process_start_time_seconds", float64(c.started.Unix()))
	gauge(ch, "process_resident_memory_bytes", float64(resident()))
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		gauge(ch, "process_open_fds", float64(len(fds)))
	}
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		gauge(ch, "process_max_fds", float64(limit.Cur))
	}
}

func cpuTimes() (user, system time.Duration) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano())
}

// resident reads the second field of statm, in pages.
func resident() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
