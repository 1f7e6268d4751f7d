package generator

import (
	"fmt"
	"strings"

	"rcgen/generator/alerts"
)

// Settings is what templates print besides the figures of a plan, decided here
// so that no template compares or computes.
type Settings struct {
	Edge
	Database
	Alerting
	Logging

	Managed       bool       // rcgen goes on with the project: false leaves its traces out
	Licensed      bool       // a licence was said to be there
	Scaled        bool       // more than one replica
	Replicas      []Replica  // rocketchat-1 to rocketchat-N
	HeapMiB       int64      // V8 heap of a replica
	PresenceCap   int        // connections above which presence is off without a licence
	Environment   []Variable // of Rocket.Chat, what the options add
	FileSystem    bool       // uploads lie in a volume
	GridFS        bool       // uploads lie in the database
	S3            bool       // uploads lie in a bucket
	AdminAccount  bool       // the first account is made at the first start
	Retention     string     // Prometheus, time
	RetentionSize string     // Prometheus, size in its own notation
	Logs          bool       // Loki and the collector run

	Deployment alerts.Deployment // what rules and dashboards are told
	Rules      []alerts.Rule     // of Prometheus
}

// Replica is one Rocket.Chat process.
type Replica struct {
	Name  string // service and host name, rocketchat-N
	First bool   // it migrates the database alone, before the others start
}

func newSettings(p Plan, profile Profile, mongoDB string) Settings {
	r := p.Request
	s := Settings{
		Edge:          newEdge(r, profile.Requests.Value, p.Concurrent),
		Database:      newDatabase(r, mongoDB),
		Alerting:      newAlerting(r),
		Logging:       newLogging(profile.Storage),
		Managed:       true,
		Licensed:      r.Edition == Licensed,
		Scaled:        p.Instances > 1,
		PresenceCap:   profile.PresenceCap.Value,
		Environment:   r.environment(),
		FileSystem:    r.Uploads.Storage == UploadsFileSystem,
		GridFS:        storages[r.Uploads.Storage] == storages[UploadsGridFS],
		S3:            r.Uploads.Storage == UploadsS3,
		AdminAccount:  r.Admin.Username != "",
		Retention:     profile.Storage.MetricsRetention.Value,
		RetentionSize: fmt.Sprintf("%dMB", profile.Storage.MetricsSize.Value.MiB()), // Prometheus' MB are MiB
	}
	_, err := p.Service(Loki)
	s.Logs = err == nil
	for i := range p.Instances {
		s.Replicas = append(s.Replicas, Replica{Name: fmt.Sprintf("%s-%d", RocketChat, i+1), First: i == 0})
	}
	for _, svc := range p.Services {
		if svc.Name == RocketChat {
			s.HeapMiB = svc.Heap.Value.MiB()
		}
		if svc.Cache != nil {
			s.CacheGB = strings.TrimRight(fmt.Sprintf("%.3f", svc.Cache.Value.GiB()), "0")
			s.CacheGB = strings.TrimSuffix(s.CacheGB, ".")
		}
	}
	s.Deployment = newDeployment(p, s, profile)
	s.Rules = alerts.Rules(s.Deployment)
	return s
}
