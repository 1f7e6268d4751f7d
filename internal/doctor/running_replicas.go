package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/internal/container"
)

// ofService returns the container of a service: a running one where there are several.
func ofService(all []container.Container, service string) (container.Container, bool) {
	var found container.Container
	for _, c := range all {
		if c.Service == service && (found.ID == "" || c.Running()) {
			found = c
		}
	}
	return found, found.ID != ""
}

// serving returns how many replicas of the plan are up.
func (w *world) serving(ctx context.Context) int {
	all, _ := w.containers(ctx) // onRunning has looked at the error
	n := 0
	for _, name := range w.Plan.Replicas() {
		if c, _ := ofService(all, name); c.Healthy() {
			n++
		}
	}
	return n
}

func checkReplicas(ctx context.Context, w *world) verdict {
	all, _ := w.containers(ctx) // onRunning has looked at the error
	var bad, starting, names []string
	for _, name := range w.Plan.Replicas() {
		c, there := ofService(all, name)
		switch {
		case !there:
			bad = append(bad, name+" is not there")
		case !c.Running():
			bad, names = append(bad, name+" is "+c.State), append(names, name)
		case c.Health == "starting":
			starting = append(starting, name)
		case !c.Healthy():
			bad, names = append(bad, name+" is "+c.Health), append(names, name)
		}
	}
	n := len(w.Plan.Replicas())
	switch {
	case len(bad) > 0:
		fix := "rcgen apply"
		if len(names) > 0 {
			fix = "docker compose logs --tail 50 " + names[0] + " says why; rcgen apply starts what is missing"
		}
		return fail(fmt.Sprintf("%d of %d are up: %s", n-len(bad)-len(starting), n, few(bad)), fix)
	case len(starting) > 0:
		return warn(fmt.Sprintf("%d of %d are up, %s starting", n-len(starting), n, few(starting)),
			"wait; a large database takes minutes to migrate, docker compose logs -f "+starting[0]+" shows it")
	}
	return ok("%d of %d are up", n, n)
}

// checkNATS counts the machines that are connected, by address: a replica may open
// more than one connection. Each connects at its start, with a licence and without
// (RocketChat/Rocket.Chat, apps/meteor/ee/server/local-services/instance/service.ts).
func checkNATS(ctx context.Context, w *world) verdict {
	c, err := w.running(ctx, stack.NATS)
	if err != nil {
		return fail(err.Error(), "rcgen apply starts it")
	}
	out, err := w.Docker(ctx, "exec", c.ID, "wget", "-q", "-O", "-", "http://127.0.0.1:8222/connz")
	if err != nil {
		return fail("does not answer: "+err.Error(), "docker compose logs --tail 50 nats")
	}
	var answer struct {
		Connections *[]struct{ IP string }
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || answer.Connections == nil {
		return fail("its answer cannot be read", "docker compose logs --tail 50 nats")
	}
	var clients []string
	for _, c := range *answer.Connections {
		clients = append(clients, c.IP)
	}
	slices.Sort(clients)
	n, up := len(slices.Compact(clients)), w.serving(ctx)
	switch {
	case len(w.Plan.Replicas()) == 1:
		return ok("answers; one replica alone does not need it")
	case n >= up:
		return ok("%d connected, %d replicas are up", n, up)
	case w.Plan.Request.Edition != generator.Licensed:
		return warn(fmt.Sprintf("%d connected of %d replicas that are up", n, up),
			"without a licence that has the module scalability no message crosses between replicas; "+
				"with one, say edition: licensed in rcgen.yaml")
	}
	return fail(fmt.Sprintf("%d connected of %d replicas that are up: no message crosses to the others", n, up),
		"docker compose logs --tail 50 nats says whom it refused; docker compose restart of a replica makes it connect anew")
}
