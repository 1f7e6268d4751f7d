package generator

import (
	"strings"

	"rcgen/generator/alerts"
)

// page is what templates print: the plan, and what they alone need, decided here
// so that no template compares or computes.
type page struct {
	Plan
	edge
	database
	alerting
	logging

	Scaled       bool       // more than one replica
	Replicas     []process  // rocketchat-1 to rocketchat-N
	Environment  []Variable // of Rocket.Chat, what the options add
	GridFS       bool       // uploads are in the database
	S3           bool       // uploads are in a bucket
	FileSystem   bool       // uploads are in a volume
	AdminAccount bool       // the first account is created at the first start

	Rules      []alerts.Rule     // of Prometheus; set for Renderer.Rest
	configSums map[string]string // by service; set for compose.yaml
}

// process is one of several equal services: a replica, or a member of the replica set.
type process struct {
	Name  string // service and host name
	First bool   // it alone migrates the database, or creates the replica set
}

// newPage returns the page of a plan. Ejected leaves out rcgen's traces.
func newPage(p Plan, ejected bool) page {
	p.Deployment.Ejected = ejected
	r := p.Request
	return page{
		Plan:         p,
		edge:         newEdge(p),
		database:     newDatabase(p),
		alerting:     newAlerting(r),
		logging:      newLogging(p.SizedBy.Storage),
		Scaled:       p.Instances > 1,
		Replicas:     processes(p.Replicas()),
		Environment:  r.Environment(),
		GridFS:       storages[r.Uploads.Storage] == storages[UploadsGridFS],
		S3:           r.Uploads.Storage == UploadsS3,
		FileSystem:   r.Uploads.Storage == UploadsFileSystem,
		AdminAccount: r.Admin.Username != "",
	}
}

func processes(names []string) []process {
	var all []process
	for i, name := range names {
		all = append(all, process{name, i == 0})
	}
	return all
}

// wants reports whether the plan has the service that a file is for.
func (g page) wants(path string) bool {
	switch {
	case strings.HasPrefix(path, "mongodb/"):
		return len(g.Members) > 0
	case strings.HasPrefix(path, "loki/"), strings.HasPrefix(path, "otel-collector/"),
		path == "grafana/provisioning/datasources/loki.yaml":
		return g.Deployment.Logs
	case path == SchemaFile:
		return !g.Deployment.Ejected
	default:
		return true
	}
}
