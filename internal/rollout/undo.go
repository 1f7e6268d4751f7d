package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// failed undoes a step as far as possible, tells how things stand, and returns the
// error of the apply.
func (r *run) failed(ctx context.Context, title string, s Step, old []container.Container, cause error) error {
	var undone string
	if s.Action == Start || s.Action == Recreate || s.Action == Surge {
		r.show(ctx, s)
		undone = r.undo(ctx, s, old)
	}
	if err := r.unsteer(); err != nil {
		r.Tell("new websockets may still go to some of the replicas alone: " + err.Error())
	}
	r.tellState(ctx)
	hint := "`docker compose logs " + s.Services[0] + "` may say more; mend the cause, " +
		"or take the old files back from git, and run rcgen apply again: it goes on from here"
	if s.Action == Surge {
		hint += "; with --surge=false it does without a second container"
	}
	var known *fault.Error
	if errors.As(cause, &known) && known.Hint != "" {
		hint = known.Hint + "; then run rcgen apply again: it goes on from here"
	}
	why := strings.TrimSuffix(cause.Error(), ": "+errUnhealthy.Error())
	return &fault.Error{What: title + ": " + why + undone, Hint: hint}
}

// show lets the containers that failed say why, before they go.
func (r *run) show(ctx context.Context, s Step) {
	all, err := r.Containers(ctx)
	if err != nil {
		return // the engine has gone, which the cause says
	}
	for _, c := range all {
		if slices.Contains(s.Services, c.Service) && !c.Ready(r.services[c.Service].Networks) {
			r.Failed(ctx, c)
		}
	}
}

// undo brings back what a step replaced and routes it again, and says what came of it.
func (r *run) undo(ctx context.Context, s Step, old []container.Container) string {
	if s.Action == Surge {
		if err := r.undoSurge(ctx, s); err != nil {
			return "; and putting back what was failed as well: " + err.Error()
		}
		return "; its old container serves as before"
	}
	var back, left []string
	var failure error
	for _, name := range s.Services {
		was := container.Container{Service: name}
		if i := slices.IndexFunc(old, func(c container.Container) bool { return c.Service == name }); i >= 0 {
			was = old[i]
		}
		restored, err := r.Restore(ctx, was)
		failure = errors.Join(failure, err)
		if restored && err == nil {
			back = append(back, name)
		} else {
			left = append(left, name)
		}
	}
	if len(back) > 0 {
		failure = errors.Join(failure, r.healthy(ctx, Step{Services: back}))
		if failure == nil {
			failure = r.routeAgain(ctx, back)
		}
	}
	var said string
	if len(back) > 0 {
		said += "; " + join(back) + " was put back as it was"
	}
	if len(left) > 0 {
		said += "; " + join(left) + " is left as it is: nothing older is known of it"
	}
	if failure != nil {
		said = "; and putting back what was failed as well: " + failure.Error()
	}
	return said
}

// routeAgain puts those of the replicas back into the routes that this run, or one
// before, took out.
func (r *run) routeAgain(ctx context.Context, names []string) error {
	_, held, err := r.Routes()
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, is := held[name]; return !is })
	if len(names) == 0 {
		return nil
	}
	return r.reroute(ctx, Step{Action: Route, Services: names}, nil)
}

// tellState says which replicas run what and get requests.
func (r *run) tellState(ctx context.Context) {
	all, err := r.Containers(ctx)
	routing, _, unread := r.Routes()
	if err != nil || unread != nil {
		r.Tell("how things stand cannot be told: " + errors.Join(err, unread).Error())
		return
	}
	routed, _ := routes.Servers(routing) // none where it cannot be read
	slices.SortFunc(all, func(a, b container.Container) int {
		return cmp.Compare(routes.ReplicaNumber(a.Service), routes.ReplicaNumber(b.Service))
	})
	var kinds []string
	names := map[string][]string{}
	for _, c := range all {
		if routes.ReplicaNumber(c.Service) == 0 {
			continue
		}
		told := "not routed"
		if slices.Contains(routed, c.Service) || slices.Contains(routed, c.Name) {
			told = "routed"
		}
		kind := fmt.Sprintf("%s, %s, %s", c.Image, health(c), told)
		if names[kind] == nil {
			kinds = append(kinds, kind)
		}
		names[kind] = append(names[kind], c.Service)
	}
	for _, kind := range kinds {
		r.Tell("now: " + join(names[kind]) + ": " + kind)
	}
}

func health(c container.Container) string {
	switch {
	case !c.Running():
		return "does not run"
	case c.Health == "":
		return "runs"
	default:
		return c.Health
	}
}
