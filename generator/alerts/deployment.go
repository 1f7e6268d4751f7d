package alerts

// Deployment is what rules and dashboards know of a plan. Memory is in bytes,
// CPUs are cores.
type Deployment struct {
	Instances   int     // Rocket.Chat replicas planned, rocketchat-1 to rocketchat-N
	Concurrent  int     // users planned for at once
	MemoryLimit int64   // of each replica
	HeapLimit   int64   // V8's, of each replica
	CPULimit    float64 // of each replica
	ProxyMemory int64   // of Traefik, its limit
	Members     int     // of the MongoDB replica set on this host, 1 or 3; 0 = MongoDB is elsewhere
	HTTPS       bool    // Traefik terminates https, so there are certificates to watch
	Licensed    bool    // a licence was said to be there
	PresenceCap int     // connections above which presence is off without a licence
	Logs        bool    // Loki and the OpenTelemetry collector run
	Ejected     bool    // rcgen is no longer used: runbooks do not name its commands
	Thresholds
}

// managed returns what a runbook says of rcgen's commands, or nothing where they
// are no longer used.
func (d Deployment) managed(text string) string {
	if d.Ejected {
		return ""
	}
	return text
}
