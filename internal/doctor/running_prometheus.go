package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rcgen/generator/stack"
)

// prometheusAnswer is what Prometheus says of its targets and rules
// (https://prometheus.io/docs/prometheus/latest/querying/api/).
type prometheusAnswer struct {
	targets []prometheusTarget
	rules   []prometheusRule
}

type prometheusTarget struct {
	Labels    map[string]string
	Health    string // up, down or unknown
	LastError string
}

type prometheusRule struct {
	Name      string
	Health    string // ok, err or unknown
	LastError string
}

// askPrometheus asks both with one wget of Prometheus' own image: no port is
// published. There is no -T, which crashes a busybox that was built without
// FEATURE_WGET_TIMEOUT (seen with Debian's 1.35).
func (w *world) askPrometheus(ctx context.Context) (prometheusAnswer, error) {
	c, err := w.running(ctx, stack.Prometheus)
	if err != nil {
		return prometheusAnswer{}, err
	}
	const api = "http://127.0.0.1:9090/api/v1/"
	out, err := w.Docker(ctx, "exec", c.ID, "wget", "-q", "-O", "-", api+"targets?state=active", api+"rules?type=alert")
	if err != nil {
		return prometheusAnswer{}, err
	}
	return parsePrometheus(out)
}

// parsePrometheus reads the two answers, one behind the other.
func parsePrometheus(out string) (prometheusAnswer, error) {
	var a prometheusAnswer
	answers := json.NewDecoder(strings.NewReader(out))
	for range 2 {
		var read struct {
			Status string
			Data   struct {
				ActiveTargets []prometheusTarget
				Groups        []struct{ Rules []prometheusRule }
			}
		}
		if err := answers.Decode(&read); err != nil {
			return prometheusAnswer{}, fmt.Errorf("its answer cannot be read: %w", err)
		}
		if read.Status != "success" {
			return prometheusAnswer{}, fmt.Errorf("its answer is %q, not success", read.Status)
		}
		a.targets = append(a.targets, read.Data.ActiveTargets...)
		for _, g := range read.Data.Groups {
			a.rules = append(a.rules, g.Rules...)
		}
	}
	return a, nil
}

// request is how Prometheus begins most errors of a scrape: with the address, which
// the target's name says already.
var request = regexp.MustCompile(`^Get "[^"]*": `)

// reason is the beginning of an error; assumption: the cause is in it.
func reason(lastError string) string { return cut(request.ReplaceAllString(lastError, ""), 80) }

func checkTargets(ctx context.Context, w *world) verdict {
	const logs = "docker compose logs --tail 50 prometheus"
	a, err := w.prometheus(ctx)
	switch {
	case errors.Is(err, errNone):
		return fail(err.Error(), "rcgen apply starts it")
	case err != nil:
		return fail("does not answer: "+err.Error(), logs)
	}
	var down, waiting []string
	chat, planned := 0, len(w.Plan.Replicas())
	for _, t := range a.targets {
		name := t.Labels["job"] + " " + t.Labels["instance"]
		if t.Labels["job"] == stack.RocketChat {
			chat++
			name = t.Labels["instance"]
		}
		switch t.Health {
		case "up":
		case "down":
			down = append(down, fmt.Sprintf("%s (%s)", name, reason(t.LastError)))
		default:
			waiting = append(waiting, name)
		}
	}
	switch {
	case len(down) > 0:
		return fail(fmt.Sprintf("%d of %d are down: %s", len(down), len(a.targets), few(down)),
			"docker compose ps shows whether they run; rcgen apply starts what does not")
	case chat != planned:
		return fail(fmt.Sprintf("%d replicas are measured, %d are planned", chat, planned),
			"rcgen generate writes prometheus/targets/rocketchat.yaml; "+logs)
	case len(waiting) > 0:
		return warn("not measured yet: "+few(waiting), "wait a minute")
	}
	return ok("%d are up, %d replicas among them", len(a.targets), chat)
}

func checkRules(ctx context.Context, w *world) verdict {
	const logs = "docker compose logs --tail 50 prometheus says which file it refuses, and why"
	a, err := w.prometheus(ctx)
	if err != nil {
		return skip("Prometheus is not asked: "+err.Error(), "see the check prometheus-targets")
	}
	var broken, missing []string
	loaded := map[string]bool{}
	for _, r := range a.rules {
		loaded[r.Name] = true
		if text := fmt.Sprintf("%s (%s)", r.Name, reason(r.LastError)); r.Health == "err" && !slices.Contains(broken, text) {
			broken = append(broken, text)
		}
	}
	planned := w.Plan.Rules()
	for _, r := range planned {
		if !loaded[r.Name] {
			missing = append(missing, r.Name)
		}
	}
	switch {
	case len(broken) > 0:
		return fail(fmt.Sprintf("%d cannot be evaluated: %s", len(broken), few(broken)), "mend it in prometheus/rules; "+logs)
	case len(missing) > 0 && len(missing) == len(planned):
		return fail("none of the plan's is loaded: nobody will be told of anything", logs)
	case len(missing) > 0: // perhaps taken out by a person
		return warn(fmt.Sprintf("%d of %d are not loaded: %s", len(missing), len(planned), few(missing)),
			"rcgen diff shows whether the file lacks them; "+logs)
	}
	return ok("%d are loaded, %d of them the plan's", len(a.rules), len(planned))
}
