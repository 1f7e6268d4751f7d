package generator

import (
	"cmp"
	"fmt"
	"strings"
)

// Settings is what templates print besides the figures of a plan, decided here
// so that no template compares or computes.
type Settings struct {
	RootURL         string    // public URL without a port or a final slash
	Rule            string    // Traefik rule of Rocket.Chat's router
	GrafanaRule     string    // Traefik rule of Grafana's router
	EntryPoint      string    // Traefik entry point that serves them
	Bind            string    // host address of the published ports with its colon, or empty for all
	Secure          bool      // https
	ACME, Files     bool      // where certificates come from; neither without https
	ACMEServer      string    // directory URL
	ExternalMongoDB bool      // no MongoDB service
	BundledMongoDB  bool      // a MongoDB service
	Licensed        bool      // a licence was said to be there
	Scaled          bool      // more than one replica
	HeapMiB         int64     // V8 heap of a replica
	CacheGB         string    // WiredTiger cache in GiB, as mongod takes it
	Retention       string    // Prometheus, time
	RetentionSize   string    // Prometheus, size in its own notation
	MongoDBVersion  string    // major.minor
	PresenceCap     int       // connections above which presence is off without a licence
	Replicas        []Replica // rocketchat-1 to rocketchat-N
}

// Replica is one Rocket.Chat process.
type Replica struct {
	Name  string // service and host name, rocketchat-N
	First bool   // it migrates the database alone, before the others start
}

func newSettings(p Plan, profile Profile, mongoDB string) Settings {
	r := p.Request
	s := Settings{
		RootURL:         "http://" + r.Domain,
		EntryPoint:      "web",
		Rule:            "Host(`" + r.Domain + "`)",
		Secure:          r.TLS.Mode != TLSOff,
		ACME:            r.TLS.Mode == TLSACME,
		Files:           r.TLS.Mode == TLSFiles,
		ACMEServer:      cmp.Or(r.TLS.Server, LetsEncrypt),
		ExternalMongoDB: r.MongoDB.External,
		BundledMongoDB:  !r.MongoDB.External,
		Licensed:        r.Edition == Licensed,
		Scaled:          p.Instances > 1,
		Retention:       profile.Storage.MetricsRetention.Value,
		RetentionSize:   fmt.Sprintf("%dMB", profile.Storage.MetricsSize.Value.MiB()), // Prometheus' MB are MiB
		MongoDBVersion:  mongoDB,
		PresenceCap:     profile.PresenceCap.Value,
	}
	s.GrafanaRule = s.Rule + " && PathPrefix(`/grafana`)"
	if r.Domain == Localhost { // also as 127.0.0.1
		s.Bind, s.Rule, s.GrafanaRule = "127.0.0.1:", "PathPrefix(`/`)", "PathPrefix(`/grafana`)"
	}
	if s.Secure {
		s.RootURL, s.EntryPoint = "https://"+r.Domain, "websecure"
	}
	for i := range p.Instances {
		s.Replicas = append(s.Replicas, Replica{Name: fmt.Sprintf("%s-%d", RocketChat, i+1), First: i == 0})
	}
	for _, svc := range p.Services {
		if svc.Heap != nil {
			s.HeapMiB = svc.Heap.Value.MiB()
		}
		if svc.Cache != nil {
			s.CacheGB = strings.TrimRight(fmt.Sprintf("%.3f", svc.Cache.Value.GiB()), "0")
			s.CacheGB = strings.TrimSuffix(s.CacheGB, ".")
		}
	}
	return s
}
