package routes

import (
	"maps"
	"net/url"
	"slices"

	"go.yaml.in/yaml/v4"
)

// File is the file in which Traefik finds the replicas.
const File = "traefik/dynamic/rocketchat.yaml"

// Routed returns the hosts of the servers in a file for Traefik.
func Routed(content []byte) []string {
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
	for _, name := range slices.Sorted(maps.Keys(file.HTTP.Services)) {
		for _, s := range file.HTTP.Services[name].LoadBalancer.Servers {
			if u, err := url.Parse(s.URL); err == nil {
				hosts = append(hosts, u.Hostname())
			}
		}
	}
	return hosts
}
