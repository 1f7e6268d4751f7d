package status

import (
	"fmt"
	"slices"
	"strings"

	"rcgen/generator/units"
	"rcgen/internal/container"
)

// problems returns what is wrong, the worst for users first.
func problems(s Status, a answers) []Problem {
	all := containerProblems(s, a)
	add := func(code, subject, message, hint string) { all = append(all, Problem{code, subject, message, hint}) }
	if a.samplesErr == nil {
		switch {
		case !s.MongoDB.Known:
			add(CodeMongoDB, "mongodb", "no measurement: it or its exporter does not answer, or has only just started",
				"`docker compose logs --tail 20 mongodb-exporter`; after a start the first measurement takes a minute")
		case s.MongoDB.Primary == "":
			add(CodeMongoDB, "mongodb", "no primary: nothing can be written",
				"alert MongoDBNoPrimary in README.md says how to go on")
		}
		if !*s.NATS.Up {
			add(CodeNATS, "nats", "no measurement: it or its exporter does not answer, or has only just started",
				"`docker compose logs --tail 20 nats nats-exporter`; after a start the first measurement takes a minute")
		}
		all = append(all, certificateProblems(s, a)...)
	}
	if r := s.Release; r.Supported != nil && !*r.Supported {
		message := r.Release + " has no support"
		if r.Until != "" {
			message = r.Release + " is out of support since " + r.Until
		}
		add(CodeRelease, "release", message,
			"`rcgen upgrade --release X --plan` shows the way to another one; `rcgen releases` lists them")
	}
	for _, alert := range s.Alerts {
		if alert.Severity == "critical" {
			add(CodeAlert, alert.Name, strings.TrimSpace("fires "+about(alert)), "its runbook is in README.md, section Alerts")
		}
	}
	if a.unfinished {
		add(CodeDrift, "apply", "is unfinished: not all replicas have their requests and websockets",
			"`rcgen apply` goes on, unless one is at work right now")
	}
	all = append(all, driftProblems(s)...)
	for _, u := range s.Unknown {
		add(CodeUnknown, u.Question, unknownTexts[u.Question].what+": "+u.Reason, unknownTexts[u.Question].hint)
	}
	return all
}

// about names what an alert is about, where it says so.
func about(a Alert) string {
	if a.Of == "" {
		return ""
	}
	return "for " + a.Of
}

var unknownTexts = map[string]struct{ what, hint string }{
	AskPrometheus: {"users, MongoDB, NATS, certificates and alerts are not known",
		"`docker compose up -d --wait prometheus`, or wait a minute after a start"},
	AskUsage:      {"CPU and memory are not known", "try again; `docker stats --no-stream` asks the same"},
	AskFiles:      {"rcgen.yaml could not be compared with the files", "`rcgen diff` says more"},
	AskContainers: {"the files could not be compared with the containers", "`docker compose config --quiet` says more"},
}

// containerProblems tells of containers that do not serve.
func containerProblems(s Status, a answers) []Problem {
	var all []Problem
	add := func(subject, message, hint string) { all = append(all, Problem{CodeService, subject, message, hint}) }
	var missing []string
	for _, d := range a.running.Drift {
		logs := "`docker compose logs --tail 100 " + d.Service + "` says why; "
		switch d.Kind {
		case container.Missing:
			missing = append(missing, d.Service)
		case container.Stopped:
			add(d.Service, "does not run: "+d.Detail, logs+"`rcgen apply` starts it")
		case container.Unhealthy:
			add(d.Service, d.Detail, logs+"`docker compose restart "+d.Service+"` starts it again")
		}
	}
	if len(missing) > 0 { // all of them where nothing was started yet
		add(some(missing), "without a container", "`rcgen apply` makes what is missing")
	}
	for _, c := range slices.Concat(s.Replicas, s.Services) {
		if c.running() && c.Health == "starting" {
			add(c.Service, "is not ready yet", "wait; `docker compose logs --tail 100 "+c.Service+"` says what it does")
		}
	}
	if have, want := len(s.Replicas), a.plan.Instances; have < want {
		all = append(all, Problem{CodeReplicas, "rocketchat", fmt.Sprintf("%d of %d replicas are there", have, want),
			"`rcgen generate` writes the files, `rcgen apply` makes the others"})
	}
	return all
}

func certificateProblems(s Status, a answers) []Problem {
	var all []Problem
	add := func(subject, message string) {
		all = append(all, Problem{CodeCertificate, subject, message,
			"`docker compose logs traefik | grep -i -e acme -e certificate` says why; " +
				"alert CertificateExpires in README.md says how to go on"})
	}
	if a.plan.Deployment.HTTPS && len(s.Certificates) == 0 {
		add("certificates", "Traefik has none")
	}
	for _, c := range s.Certificates {
		switch {
		case c.Days < 0:
			add(c.Name, "expired on "+c.Until.Format("2006-01-02"))
		case float64(c.Days) < a.plan.Deployment.CertificateDays:
			add(c.Name, "expires on "+c.Until.Format("2006-01-02")+", "+units.Count(c.Days, "day")+" left")
		}
	}
	return all
}

// driftProblems has one problem for the files and one for each kind of drift, for
// a single edit of the files may change every container.
func driftProblems(s Status) []Problem {
	var all []Problem
	add := func(subject, message, hint string) { all = append(all, Problem{CodeDrift, subject, message, hint}) }
	if n := len(s.Drift.Files); n > 0 {
		var names []string
		for _, f := range s.Drift.Files {
			names = append(names, f.Path)
		}
		add("files", fmt.Sprintf("%s from rcgen.yaml: %s", differ(n, "file"), some(names)),
			"`rcgen diff` shows what; `rcgen generate` writes them")
	}
	for _, k := range []container.Kind{container.Image, container.Changed, container.Replicas, container.Orphan} {
		var names []string
		detail := ""
		for _, d := range s.Drift.Containers {
			if d.Kind == k {
				names, detail = append(names, d.Service), d.Detail
			}
		}
		switch {
		case len(names) == 0:
			continue
		case len(names) > 1 && k == container.Image:
			detail = "made from another image than the files now say"
		case len(names) > 1 && k == container.Replicas:
			detail = "another number of containers than the files say"
		}
		add(some(names), detail, "`rcgen apply` brings the containers in line with the files")
	}
	return all
}

// some names a few of many.
func some(names []string) string {
	const most = 6 // assumption: fits a line of a terminal
	names = slices.Compact(slices.Clone(names))
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

func differ(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " differs"
	}
	return units.Count(n, noun) + " differ"
}
