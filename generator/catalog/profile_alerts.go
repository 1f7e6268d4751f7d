package catalog

import (
	"fmt"
	"math"

	"rcgen/generator/alerts"
)

// AlertThresholds holds where the rules of Prometheus fire: the values of
// alerts.Thresholds, which says what each is and its unit.
type AlertThresholds struct {
	EventLoopLag         Cited[float64] `yaml:"event_loop_lag"`          // seconds, above 0
	EventLoopLagCritical Cited[float64] `yaml:"event_loop_lag_critical"` // seconds, above EventLoopLag
	EventLoopUtilization Cited[float64] `yaml:"event_loop_utilization"`  // above 0 and below 1, as every share
	HeapShare            Cited[float64] `yaml:"heap_share"`
	CPUShare             Cited[float64] `yaml:"cpu_share"`
	MemoryShare          Cited[float64] `yaml:"memory_share"`
	RoundTrip            Cited[float64] `yaml:"round_trip"`     // seconds, above 0
	PushQueue            Cited[float64] `yaml:"push_queue"`     // notifications, above 0
	CapacityShare        Cited[float64] `yaml:"capacity_share"` // above 0 and below 2: a plan may be exceeded on purpose
	RateLimited          Cited[float64] `yaml:"rate_limited"`   // per second, above 0
	Restarts             Cited[float64] `yaml:"restarts"`       // in an hour, above 0
	Connections          Cited[float64] `yaml:"connections"`
	CacheDirty           Cited[float64] `yaml:"cache_dirty"`
	CacheUsed            Cited[float64] `yaml:"cache_used"`
	LockQueue            Cited[float64] `yaml:"lock_queue"`      // operations, above 0
	ReplicationLag       Cited[float64] `yaml:"replication_lag"` // seconds, above 0
	ErrorShare           Cited[float64] `yaml:"error_share"`
	Latency              Cited[float64] `yaml:"latency"`              // seconds, above 0
	CertificateDays      Cited[float64] `yaml:"certificate_days"`     // above CertificateCritical
	CertificateCritical  Cited[float64] `yaml:"certificate_critical"` // days, above 0
	HostMemory           Cited[float64] `yaml:"host_memory"`
	HostCPU              Cited[float64] `yaml:"host_cpu"`
	DiskFree             Cited[float64] `yaml:"disk_free"`
	DiskFillHours        Cited[float64] `yaml:"disk_fill_hours"` // above 0
	ClockOffset          Cited[float64] `yaml:"clock_offset"`    // seconds, above 0
}

// Thresholds returns the bare values.
func (a AlertThresholds) Thresholds() alerts.Thresholds {
	return alerts.Thresholds{
		EventLoopLag:         a.EventLoopLag.Value,
		EventLoopLagCritical: a.EventLoopLagCritical.Value,
		EventLoopUtilization: a.EventLoopUtilization.Value,
		HeapShare:            a.HeapShare.Value,
		CPUShare:             a.CPUShare.Value,
		MemoryShare:          a.MemoryShare.Value,
		RoundTrip:            a.RoundTrip.Value,
		PushQueue:            a.PushQueue.Value,
		CapacityShare:        a.CapacityShare.Value,
		RateLimited:          a.RateLimited.Value,
		Restarts:             a.Restarts.Value,
		Connections:          a.Connections.Value,
		CacheDirty:           a.CacheDirty.Value,
		CacheUsed:            a.CacheUsed.Value,
		LockQueue:            a.LockQueue.Value,
		ReplicationLag:       a.ReplicationLag.Value,
		ErrorShare:           a.ErrorShare.Value,
		Latency:              a.Latency.Value,
		CertificateDays:      a.CertificateDays.Value,
		CertificateCritical:  a.CertificateCritical.Value,
		HostMemory:           a.HostMemory.Value,
		HostCPU:              a.HostCPU.Value,
		DiskFree:             a.DiskFree.Value,
		DiskFillHours:        a.DiskFillHours.Value,
		ClockOffset:          a.ClockOffset.Value,
	}
}

// check returns the first value at which a rule would always or never fire.
func (a AlertThresholds) check() error {
	most := func(key string, c Cited[float64], most float64) error {
		if c.Value > 0 && c.Value < most { // false for NaN
			return nil
		}
		if math.IsInf(most, 1) {
			return fmt.Errorf("alerts.%s: wants a number above 0", key)
		}
		return fmt.Errorf("alerts.%s: wants a number above 0 and below %g", key, most)
	}
	above, share := math.Inf(1), 1.0
	for _, err := range []error{
		most("event_loop_lag_critical", a.EventLoopLagCritical, above),
		most("event_loop_lag", a.EventLoopLag, a.EventLoopLagCritical.Value),
		most("event_loop_utilization", a.EventLoopUtilization, share),
		most("heap_share", a.HeapShare, share),
		most("cpu_share", a.CPUShare, share),
		most("memory_share", a.MemoryShare, share),
		most("round_trip", a.RoundTrip, above),
		most("push_queue", a.PushQueue, above),
		most("capacity_share", a.CapacityShare, 2),
		most("rate_limited", a.RateLimited, above),
		most("restarts", a.Restarts, above),
		most("connections", a.Connections, share),
		most("cache_dirty", a.CacheDirty, share),
		most("cache_used", a.CacheUsed, share),
		most("lock_queue", a.LockQueue, above),
		most("replication_lag", a.ReplicationLag, above),
		most("error_share", a.ErrorShare, share),
		most("latency", a.Latency, above),
		most("certificate_days", a.CertificateDays, above),
		most("certificate_critical", a.CertificateCritical, a.CertificateDays.Value),
		most("host_memory", a.HostMemory, share),
		most("host_cpu", a.HostCPU, share),
		most("disk_free", a.DiskFree, share),
		most("disk_fill_hours", a.DiskFillHours, above),
		most("clock_offset", a.ClockOffset, above),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
