// Package parts builds the real programs of the end-to-end test from pinned Go
// modules, as no registry of images can be reached where it runs. Each module
// in e2e/parts is a wrapper: it holds upstream's versions and no source, but for
// the list of components that a collector is made of.
//
// What was built is kept outside the repository, in rcgen/parts below the user's
// cache directory, under a name that changes with everything that goes into it.
// The whole directory may be removed at any time.
package parts

import (
	"fmt"
	"slices"
	"strings"
)

// Part is a program of upstream's.
type Part struct {
	Name    string // of the binary
	Dir     string // wrapper module below e2e/parts
	Package string // main package
	Tags    string
	LDFlags string // sets the version where upstream's own build does; the rest is common
}

// Without most kinds of service discovery Prometheus builds in a third of the
// time; files, static addresses, HTTP and DNS are all that Compose can use.
const prometheusTags = "remove_all_sd,enable_dns_sd"

// Table returns all parts in the order they are built in.
func Table() []Part {
	return []Part{
		{"nats-server", "nats", "github.com/nats-io/nats-server/v2", "", ""},
		{"nats-exporter", "nats-exporter", "github.com/nats-io/prometheus-nats-exporter", "", "-X main.version=0.12.0"},
		{"mongodb-exporter", "mongodb-exporter", "github.com/percona/mongodb_exporter", "", "-X main.version=v0.43.1"},
		{"node-exporter", "node-exporter", "github.com/prometheus/node_exporter", "", prometheusVersion("1.12.1")},
		{"pebble", "pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble", "", "-X main.version=v2.10.1"},
		{"pebble-challtestsrv", "pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv", "", ""},
		{"docker-compose", "compose", "github.com/docker/compose/v5/cmd", "",
			"-X github.com/docker/compose/v5/internal.Version=v5.6.0"},
		{"prometheus", "prometheus", "github.com/prometheus/prometheus/cmd/prometheus", prometheusTags,
			prometheusVersion("3.13.5")},
		{"promtool", "prometheus", "github.com/prometheus/prometheus/cmd/promtool", prometheusTags,
			prometheusVersion("3.13.5")},
		{"traefik", "traefik", "github.com/traefik/traefik/v3/cmd/traefik", "",
			"-X github.com/traefik/traefik/v3/pkg/version.Version=3.6.12"},
		{"loki", "loki", "github.com/grafana/loki/v3/cmd/loki", "",
			"-X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8"},
		{"otelcol", "otelcol", "rcgen/e2e/parts/otelcol", "", ""},
		{"alertmanager", "alertmanager", "github.com/prometheus/alertmanager/cmd/alertmanager", "",
			prometheusVersion("0.31.1")},
		// amtool alone: alertmanager 0.34 needs a web page that its module lacks.
		{"amtool", "amtool", "github.com/prometheus/alertmanager/cmd/amtool", "", prometheusVersion("0.34.2")},
	}
}

func prometheusVersion(v string) string {
	return "-X github.com/prometheus/common/version.Version=" + v
}

// choose returns the parts of these names, or all where there is none.
func choose(names []string) ([]Part, error) {
	all := Table()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []Part
	for _, name := range names {
		i := slices.IndexFunc(all, func(p Part) bool { return p.Name == name })
		if i < 0 {
			var known []string
			for _, p := range all {
				known = append(known, p.Name)
			}
			return nil, fmt.Errorf("part %q: there is none, only %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
