package generator

import (
	"cmp"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The files in which replicas are named besides compose.yaml.
const (
	routesFile  = "traefik/dynamic/rocketchat.yaml"
	targetsFile = "prometheus/targets/rocketchat.yaml"
)

// routes reports replicas that Traefik sends requests to, or Prometheus asks, and
// that are no services: an edit, or half a merge, would fail requests.
func (m *model) routes(p Project) []Finding {
	var findings []Finding
	for _, list := range []struct {
		file  string
		hosts func([]byte) []string
	}{{routesFile, routed}, {targetsFile, scraped}} {
		f, _ := p.File(list.file) // a person may do without it
		for _, host := range list.hosts(f.Content) {
			name := cmp.Or(ReplicaOf(host), host) // a container's, while an apply is unfinished
			if _, ok := m.project.Services[name]; ok || !strings.HasPrefix(name, RocketChat+"-") {
				continue
			}
			findings = append(findings, Finding{Code: FindRoute, File: list.file,
				Message: "names " + host + ", which is no service of " + ComposeFile,
				Hint:    "take it out, or bring the service back"})
		}
	}
	return findings
}

// routed returns the hosts of the servers in a file for Traefik.
func routed(content []byte) []string {
	var file struct {
		HTTP struct {
			Services map[string]struct {
				LoadBalancer struct {
					Servers []struct {
						URL string `yaml:"url"`
					} `yaml:"servers"`
				} `yaml:"loadBalancer"`
			} `yaml:"services"`
		} `yaml:"http"`
	}
	if yaml.Unmarshal(content, &file) != nil {
		return nil // Traefik says so itself
	}
	var hosts []string
	for _, name := range sortedKeys(file.HTTP.Services) {
		for _, s := range file.HTTP.Services[name].LoadBalancer.Servers {
			if u, err := url.Parse(s.URL); err == nil {
				hosts = append(hosts, u.Hostname())
			}
		}
	}
	return hosts
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
