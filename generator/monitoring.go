package generator

import (
	"fmt"

	"rcgen/generator/alerts"
	"rcgen/generator/dashboards"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// newDeployment returns what rules and dashboards are told of a plan. It needs the
// plan's services.
func newDeployment(p Plan) alerts.Deployment {
	d := alerts.Deployment{
		Instances:   p.Instances,
		Concurrent:  p.Concurrent,
		Members:     len(p.MongoDBMembers()),
		HTTPS:       p.Request.TLS.Mode != TLSOff,
		Licensed:    p.Edition == Licensed,
		PresenceCap: p.SizedBy.PresenceCap.Value,
		Thresholds:  p.SizedBy.Alerts.Thresholds(),
	}
	for _, svc := range p.Services {
		switch svc.Name {
		case stack.RocketChat:
			d.MemoryLimit, d.CPULimit, d.HeapLimit = int64(svc.Memory.Value), svc.CPUs.Value, int64(svc.Heap.Value)
		case stack.Traefik:
			d.ProxyMemory = int64(svc.Memory.Value)
		case stack.Loki:
			d.Logs = true
		}
	}
	return d
}

// Rules returns what Prometheus raises alerts by.
func (p Plan) Rules() []alerts.Rule { return alerts.Rules(p.Deployment) }

// monitoring returns the files that are built in Go and not printed by a template:
// rules and dashboards share their thresholds and are exported to Kubernetes too.
func (g page) monitoring() ([]tree.File, error) {
	files := []tree.File{{
		Path: "prometheus/rules/rocketchat.yaml", Content: alerts.Encode(g.Rules),
		Mode: 0o644, Origin: "generator/alerts",
	}}
	boards, err := dashboards.Build(g.Deployment)
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	for _, b := range boards {
		files = append(files, tree.File{
			Path: "grafana/dashboards/" + b.Name, Content: b.JSON,
			Mode: 0o644, Origin: "generator/dashboards",
		})
	}
	return files, nil
}
