package validate

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v4"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// routes reports replicas that Traefik sends requests to, or Prometheus asks, and
// that are no services: an edit, or half a merge, would fail requests.
func (m *model) routes(p tree.Project) []Finding {
	var findings []Finding
	for _, list := range []struct {
		file  string
		hosts func([]byte) []string
	}{{routes.File, routes.Routed}, {routes.TargetsFile, scraped}} {
		f, _ := p.File(list.file) // a person may do without it
		for _, host := range list.hosts(f.Content) {
			name := cmp.Or(routes.ReplicaOf(host), host) // a container's, while an apply is unfinished
			if _, ok := m.project.Services[name]; ok || !strings.HasPrefix(name, stack.RocketChat+"-") {
				continue
			}
			findings = append(findings, Finding{Code: FindRoute, File: list.file,
				Message: "names " + host + ", which is no service of " + tree.ComposeFile,
				Hint:    "take it out, or bring the service back"})
		}
	}
	return findings
}

// scraped returns the hosts in a target file of Prometheus.
func scraped(content []byte) []string {
	var groups []struct {
		Targets []string `yaml:"targets"`
	}
	if yaml.Unmarshal(content, &groups) != nil {
		return nil // Prometheus says so itself
	}
	var hosts []string
	for _, g := range groups {
		for _, target := range g.Targets {
			host, _, _ := strings.Cut(target, ":")
			hosts = append(hosts, host)
		}
	}
	return hosts
}
