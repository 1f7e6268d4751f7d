package generator

import (
	"fmt"

	"rcgen/generator/alerts"
	"rcgen/generator/dashboards"
)

// newDeployment returns what rules and dashboards are told of a plan. It wants
// the plan's services and the settings of the others.
func newDeployment(p Plan, s Settings, profile Profile) alerts.Deployment {
	d := alerts.Deployment{
		Instances:   p.Instances,
		Concurrent:  p.Concurrent,
		HeapLimit:   s.HeapMiB * int64(MiB),
		Members:     len(s.MongoDBMembers),
		HTTPS:       s.Secure,
		Licensed:    p.Edition == Licensed,
		PresenceCap: s.PresenceCap,
		Logs:        s.Logs,
		Thresholds:  profile.Alerts.Thresholds(),
	}
	if svc, err := p.Service(RocketChat); err == nil { // every plan has one
		d.MemoryLimit, d.CPULimit = int64(svc.Memory.Value), svc.CPUs.Value
	}
	if svc, err := p.Service(Traefik); err == nil {
		d.ProxyMemory = int64(svc.Memory.Value)
	}
	return d
}

// monitoring returns the files that are built in Go and not printed by a template:
// rules and dashboards share their thresholds and are exported to Kubernetes too.
func (p Plan) monitoring() ([]File, error) {
	files := []File{{Path: "prometheus/rules/rocketchat.yaml", Content: alerts.Encode(p.Rules), Mode: 0o644, Origin: "generator/alerts"}}
	boards, err := dashboards.Build(p.Deployment)
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	for _, b := range boards {
		files = append(files, File{Path: "grafana/dashboards/" + b.Name, Content: b.JSON, Mode: 0o644, Origin: "generator/dashboards"})
	}
	return files, nil
}
