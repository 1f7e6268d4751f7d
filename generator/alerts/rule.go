package alerts

import (
	"slices"
	"strconv"
	"strings"
)

// Severities. Critical is worth waking somebody: users are shut out, or will be
// within hours. A warning can wait for the morning.
const (
	Warning  = "warning"
	Critical = "critical"
)

// How long a condition holds before its rule fires, as Prometheus durations. With
// a scrape each 30 s they are 2, 4, 10, 20 and 120 scrapes: assumptions, chosen so
// that a replaced container (2 to 35 s in rcgen's own test) fires nothing.
const (
	atOnce  = "1m"  // nothing works
	soon    = "2m"  // something does not answer
	steady  = "5m"  // a figure that a burst of users explains for a while
	lasting = "10m" // a figure that also an update or a backup explains
	anHour  = "1h"  // what repairs itself within an hour
)

// Rule is one alert.
type Rule struct {
	Group       string // rocketchat, mongodb, nats, traefik, host, monitoring or logs
	Name        string // unique
	Expr        string // PromQL
	For         string // Prometheus duration
	Severity    string // Warning or Critical
	Summary     string // one line
	Description string // what the value means; a Prometheus template
	Runbook     string // what to do, for an operator at night; Markdown
}

// Anchor is where a project's README has the rule's runbook.
func (r Rule) Anchor() string { return strings.ToLower(r.Name) }

// Rules returns the rules that make sense for a deployment, always in the same
// order, those of one group together.
func Rules(d Deployment) []Rule {
	return slices.Concat(
		inGroup("rocketchat", replicas(d), load(d), limits(d), capacity(d), service(d)),
		inGroup("mongodb", mongodb(d), pressure(d), members(d), storage(d)),
		inGroup("nats", nats(d)),
		inGroup("traefik", traefik(d), traffic(d), certificates(d)),
		inGroup("host", host(d), disks(d), clock(d)),
		inGroup("monitoring", monitoring(d), prometheus(d), alertmanager()),
		inGroup("logs", logs(d)),
	)
}

func inGroup(name string, parts ...[]Rule) []Rule {
	rules := slices.Concat(parts...)
	for i := range rules {
		rules[i].Group = name
	}
	return rules
}

// without returns the rules but those of the names given.
func without(rules []Rule, names ...string) []Rule {
	return slices.DeleteFunc(rules, func(r Rule) bool { return slices.Contains(names, r.Name) })
}

// expr puts numbers into a template of PromQL: "{users}" becomes that value.
// PromQL's own braces follow a name or hold more than a word.
func expr(text string, pairs ...any) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i].(string)+"}", number(pairs[i+1]))
	}
	return text
}

func number(v any) string {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		panic("alerts: not a number") // only a rule's own text can cause it
	}
}
