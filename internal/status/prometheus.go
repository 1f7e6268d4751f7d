package status

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rcgen/internal/container"
)

// The series that are asked for. Connected users are counted by each replica; NATS
// is up while gnatsd_connz_num_connections is there, for its exporter stays up and
// repeats what it had of gnatsd_varz (seen with prometheus-nats-exporter 0.12.0).
const (
	seriesUsers       = "rocketchat_ddp_connected_users"
	seriesMember      = "mongodb_rs_members_state"
	seriesNATS        = "gnatsd_connz_num_connections"
	seriesCertificate = "traefik_tls_certs_not_after"
	seriesAlerts      = "ALERTS"
)

// primary is the state of a member that is primary (MongoDB manual, Replica Set
// Member States).
const primary = 1

// evaluation is how long Prometheus may take to answer, for the end of `docker exec`
// ends nothing in the container: less than liveLimit. A busybox that was built
// without FEATURE_WGET_TIMEOUT crashes on wget -T (seen with Debian's 1.35).
const evaluation = "3s"

// sample is one series of Prometheus with its value.
type sample struct {
	labels map[string]string // the name is __name__
	value  float64
}

// askPrometheus asks with the wget of Prometheus' own image, inside its container:
// no port is published. It is one question, for each costs a process.
func askPrometheus(
	ctx context.Context, docker func(context.Context, ...string) (string, error), containers []container.Container,
) ([]sample, error) {
	i := slices.IndexFunc(containers, func(c container.Container) bool { return c.Service == "prometheus" && c.Running() })
	if i < 0 {
		return nil, errors.New("it does not run")
	}
	names := []string{seriesUsers, seriesMember, seriesNATS, seriesCertificate, seriesAlerts}
	query := `{__name__=~"` + strings.Join(names, "|") + `"}`
	out, err := docker(ctx, "exec", containers[i].ID, "wget", "-q", "-O", "-",
		"http://127.0.0.1:9090/api/v1/query?timeout="+evaluation+"&query="+url.QueryEscape(query))
	if err != nil {
		return nil, err
	}
	return parseSamples(out)
}

// parseSamples reads the answer of an instant query
// (https://prometheus.io/docs/prometheus/latest/querying/api/).
func parseSamples(out string) ([]sample, error) {
	var answer struct {
		Status string
		Data   struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any // time and text
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		return nil, fmt.Errorf("its answer cannot be read: %w", err)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("its answer is %q, not success", answer.Status)
	}
	var all []sample
	for _, r := range answer.Data.Result {
		v, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			continue // says nothing
		}
		all = append(all, sample{r.Metric, v})
	}
	return all, nil
}

// named returns the samples of one series.
func named(samples []sample, name string) []sample {
	return slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return s.labels["__name__"] != name })
}

// users returns the connected users of each replica.
func users(samples []sample) map[string]int {
	all := map[string]int{}
	for _, s := range named(samples, seriesUsers) {
		all[s.labels["instance"]] = int(s.value)
	}
	return all
}

// mongoDB returns the primary. Several members may be asked, and one that was cut
// off says what it saw last: what most say counts.
func mongoDB(samples []sample) MongoDB {
	seen, votes := map[string]bool{}, map[string]int{}
	for _, s := range named(samples, seriesMember) {
		member := s.labels["member_idx"]
		seen[member] = true
		if s.value == primary {
			votes[member]++
		}
	}
	m := MongoDB{Known: len(seen) > 0, Members: len(seen)}
	for member, n := range votes {
		if n > votes[m.Primary] || n == votes[m.Primary] && member < m.Primary {
			m.Primary = member
		}
	}
	return m
}

// nats returns whether NATS is there.
func nats(samples []sample) NATS {
	all := named(samples, seriesNATS)
	up := len(all) > 0
	n := NATS{Up: &up}
	if up {
		connections := int(all[0].value)
		n.Connections = &connections
	}
	return n
}

// certificates returns the newest certificate of each name, the first to expire
// first: one that was replaced stays in Traefik's metrics.
func certificates(samples []sample, now time.Time) []Certificate {
	newest := map[string]Certificate{}
	for _, s := range named(samples, seriesCertificate) {
		first, _, _ := strings.Cut(s.labels["sans"], ",")
		until := time.Unix(int64(s.value), 0).UTC()
		key := s.labels["cn"] + " " + s.labels["sans"]
		if old, there := newest[key]; !there || until.After(old.Until) {
			days := int(math.Floor(until.Sub(now).Hours() / 24))
			newest[key] = Certificate{Name: cmp.Or(s.labels["cn"], first), Until: until, Days: days}
		}
	}
	all := []Certificate{}
	for _, c := range newest {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Certificate) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// firing returns the alerts that fire, critical ones first.
func firing(samples []sample) []Alert {
	all := []Alert{}
	for _, s := range named(samples, seriesAlerts) {
		if s.labels["alertstate"] != "firing" {
			continue
		}
		of := cmp.Or(s.labels["instance"], s.labels["url"], s.labels["member_idx"], s.labels["name"], s.labels["cn"])
		all = append(all, Alert{s.labels["alertname"], s.labels["severity"], of})
	}
	slices.SortFunc(all, func(a, b Alert) int {
		// "critical" < "warning"
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Of, b.Of))
	})
	return slices.Compact(all)
}
