package golden

import (
	"maps"
	"slices"
)

// kept are the files on disk of each example that is not kept whole: what is special
// about it. The rest differs from the whole ones by numbers only.
var kept = map[string][]string{
	"community":            {"compose.yaml", "rcgen.yaml"},
	"external-mongodb":     {".env.example", "compose.yaml", "rcgen.yaml", "traefik/traefik.yaml"},
	"laptop":               {"compose.yaml", "rcgen.yaml", "traefik/traefik.yaml"},
	"large":                {"compose.yaml", "rcgen.yaml", "traefik/dynamic/rocketchat.yaml"},
	"own-profile":          {"compose.yaml", "my-profile.yaml", "rcgen.yaml"},
	"small":                {"compose.yaml", "rcgen.yaml"},
	"kubernetes/argocd":    {"applications.yaml"},
	"kubernetes/fleet":     {"gitrepo.yaml"},
	"kubernetes/flux":      {"releases.yaml"},
	"kubernetes/openshift": {"scc.yaml"},
	"kubernetes/rancher":   {"helmcharts.yaml"},
}

// unread are in no example: rcgen.lock holds checksums, and would change with every
// file; the schema is templates/rcgen.schema.json; the dashboards of Kubernetes are
// those of Compose, as text in ConfigMaps.
var unread = []string{"rcgen.lock", "rcgen.schema.json", "manifests/dashboards.yaml"}

// onDisk returns the files of an example that are kept.
func onDisk(example string, rendered Files) Files {
	here := maps.Clone(rendered)
	maps.DeleteFunc(here, func(file string, _ []byte) bool {
		if some, ok := kept[example]; ok {
			return !slices.Contains(some, file)
		}
		return slices.Contains(unread, file)
	})
	return here
}
