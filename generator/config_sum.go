package generator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// readAtStart says which files a service reads when it starts and not again, by what
// their paths begin with. It leaves out what is taken up while it runs (Prometheus'
// files, Traefik's routes, Grafana's dashboards) and MongoDB's: a database is not
// made anew for a comment in its start script.
var readAtStart = map[string]string{
	stack.Traefik:       "traefik/traefik.yaml",
	stack.NATS:          "nats/",
	stack.Grafana:       "grafana/provisioning/",
	stack.Alertmanager:  "alertmanager/",
	stack.Loki:          "loki/",
	stack.OTelCollector: "otel-collector/",
}

// sumLength is how much of a checksum is kept, in hexadecimal digits: one change in
// 2^48 would pass unseen, and a line of compose.yaml stays short.
const sumLength = 12

// configSums returns a checksum of what each service reads at its start. files are
// sorted by path.
func configSums(files []tree.File) map[string]string {
	sums := map[string]string{}
	for service, prefix := range readAtStart {
		h := sha256.New()
		for _, f := range files {
			if strings.HasPrefix(f.Path, prefix) {
				fmt.Fprintf(h, "%s %d\n%s", f.Path, len(f.Content), f.Content)
			}
		}
		sums[service] = hex.EncodeToString(h.Sum(nil))[:sumLength]
	}
	return sums
}

// ConfigSum returns the checksum of the files that a service reads at its start alone.
// Compose does not look into them: as a label it has the container made anew when
// they change. A service without such files is an error, so that a template cannot
// misspell one.
func (g page) ConfigSum(service string) (string, error) {
	sum, ok := g.configSums[service]
	if !ok {
		return "", fmt.Errorf("no files are known that %q reads at its start alone", service)
	}
	return sum, nil
}
