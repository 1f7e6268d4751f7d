package container

// Kind is the way in which a container differs from the files.
type Kind string

// The kinds of drift.
const (
	Missing   Kind = "missing"   // the service has no container
	Replicas  Kind = "replicas"  // the service has more or fewer containers than it must have
	Orphan    Kind = "orphan"    // the container's service is not in the files
	Image     Kind = "image"     // made from another image; its configuration may differ too
	Changed   Kind = "changed"   // made from another configuration
	Stopped   Kind = "stopped"   // does not run
	Unhealthy Kind = "unhealthy" // runs and fails its health check
)

// Drift is one difference between the containers and the files.
type Drift struct {
	Service   string `json:"service"`
	Container string `json:"container,omitempty"` // its name; empty for missing and replicas
	Kind      Kind   `json:"kind"`
	Detail    string `json:"detail"`
}
