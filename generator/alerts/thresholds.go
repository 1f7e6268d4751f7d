// Package alerts has the Prometheus rules of a generated project as data: the rule files,
// the runbook in the project's README and a PrometheusRule print them, and dashboards
// change color where they fire. It is pure.
//
// What belongs here: rules with their runbooks, and the Deployment of which rules and
// dashboards are made. What does not: the values of thresholds (profiles, read by
// generator/catalog), and the form of a cluster (generator/helm).
package alerts

// Thresholds are the values at which rules fire. Package generator fills them
// from a profile, where each has its source.
type Thresholds struct {
	EventLoopLag         float64 // seconds, 99th percentile, warning
	EventLoopLagCritical float64 // seconds, 99th percentile, critical
	EventLoopUtilization float64 // busy share of the event loop, 0 to 1
	HeapShare            float64 // heap used / V8's heap limit, 0 to 1
	CPUShare             float64 // CPU used / a replica's CPU limit, 0 to 1
	MemoryShare          float64 // resident memory / memory limit, 0 to 1
	RoundTrip            float64 // seconds, a message's way through the database, 95th percentile
	PushQueue            float64 // notifications that wait
	CapacityShare        float64 // users connected / users planned for at once, 0 to 1
	RateLimited          float64 // DDP calls refused per second over all replicas
	Restarts             float64 // starts of one replica in an hour
	Connections          float64 // MongoDB connections in use / allowed, 0 to 1
	CacheDirty           float64 // WiredTiger's dirty share of its cache, 0 to 1
	CacheUsed            float64 // WiredTiger's used share of its cache, 0 to 1
	LockQueue            float64 // operations that wait for a lock or a ticket in MongoDB
	ReplicationLag       float64 // seconds behind the primary
	ErrorShare           float64 // answers of 5xx / all answers, 0 to 1
	Latency              float64 // seconds, 95th percentile of requests through Traefik
	CertificateDays      float64 // days that a certificate is still valid, warning
	CertificateCritical  float64 // days that a certificate is still valid, critical
	HostMemory           float64 // memory available / memory of the host, 0 to 1
	HostCPU              float64 // busy share of the host's CPUs, 0 to 1
	DiskFree             float64 // free share of a file system, 0 to 1
	DiskFillHours        float64 // hours until a file system is full at the present rate
	ClockOffset          float64 // seconds
}
