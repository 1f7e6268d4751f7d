package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// A replica leads a roll when it is not stopped for it: a second container of it is
// started beside the one that serves. It takes over the websockets of the next replica
// that is changed, that one those of the one after it, and the last one those of the old
// container of the lead, which then goes. So each websocket drops once, and where replicas
// are changed one by one, no replica gets more than another had, and there are as many as
// planned all the time.

// lead returns the replica that leads, or nothing, and whether it has two containers
// already, since an apply was interrupted: the routes name them. Two that they do not
// name are what a kill in the midst of Compose's work left.
func (p *planner) lead(all []string) (name string, begun bool) {
	for _, candidate := range all {
		right, wrong := p.count(candidate)
		switch {
		case !p.want.Editable || p.want.Services[candidate].Replicas != 1 || !p.isRouted(candidate) || wrong == 0:
		case right > 0 && !slices.Contains(p.routed, candidate):
			return candidate, true
		case name == "" && p.opts.Surge && p.at[candidate].up() && p.named(candidate):
			name = candidate
		}
	}
	return name, false
}

// named reports whether each container of a replica has the name that Compose makes for
// it. One with a name of its own (container_name) cannot have a second beside it.
func (p *planner) named(name string) bool {
	return !slices.ContainsFunc(p.containers(name), func(c container.Container) bool {
		return routes.ReplicaOf(c.Name) != name
	})
}

// count returns how many containers of a replica are as the files say, and how many not.
func (p *planner) count(name string) (right, wrong int) {
	for _, c := range p.containers(name) {
		if c.Hash == p.want.Services[name].Hash {
			right++
		} else {
			wrong++
		}
	}
	return right, wrong
}

// surge starts the second container of the lead and routes it.
func (p *planner) surge(lead string) {
	names := []string{lead}
	p.add(Step{Action: Surge, Services: names, Part: New, Detail: "a second container beside it: " + p.at[lead].detail})
	p.add(Step{Action: Route, Services: names, Part: New, Detail: "its new container, requests come in"})
}

// endSurge takes the old container of the lead away, and gives the new one its name.
func (p *planner) endSurge(lead string) {
	if lead == "" {
		return
	}
	names := []string{lead}
	p.add(Step{Action: Drain, Services: names, Part: Old, Detail: "its old container: " + p.drainDetail()})
	p.add(Step{Action: Remove, Services: names, Part: Old, Detail: "its old container"})
	p.add(Step{Action: Route, Services: names, Detail: "under its own name again"})
	p.takeOut(names)
	p.routed = append(p.routed, lead)
}

// surplus takes away what an interrupted roll has left of replicas whose files were
// changed again since: neither container is as they say. The one that serves stays, and
// is in the routes before another goes.
func (p *planner) surplus() {
	for _, name := range p.replicaNames(true) {
		right, wrong := p.count(name)
		if !p.want.Editable || p.want.Services[name].Replicas != 1 || right > 0 || wrong < 2 || !p.named(name) {
			continue
		}
		keep := slices.MaxFunc(p.containers(name), func(a, b container.Container) int { return p.worth(a) - p.worth(b) })
		names := []string{name}
		if p.belongs(name) && !slices.Contains(p.routed, keep.Name) {
			stays := "under the name of the container that stays"
			p.add(Step{Action: Route, Services: names, Part: New, Keep: keep.ID, Detail: stays})
		}
		const rest = "what an interrupted roll left"
		p.add(Step{Action: Drain, Services: names, Part: Old, Keep: keep.ID, Detail: rest + ": " + p.drainDetail()})
		p.add(Step{Action: Remove, Services: names, Part: Old, Keep: keep.ID, Detail: rest})
		if p.belongs(name) {
			p.add(Step{Action: Route, Services: names, Detail: "under its own name again"})
			p.takeOut(names)
			p.routed = append(p.routed, name)
		}
		p.have.Containers = slices.DeleteFunc(slices.Clone(p.have.Containers), func(c container.Container) bool {
			return c.Service == name && c.ID != keep.ID
		})
		p.at[name] = look(p.want.Services[name], []container.Container{keep})
	}
}

// worth orders containers by what is lost with them.
func (p *planner) worth(c container.Container) int {
	n := 0
	if c.Ready(p.want.Services[c.Service].Networks) {
		n += 4
	}
	if slices.Contains(p.routed, c.Name) {
		n += 2
	}
	if c.Running() {
		n++
	}
	return n
}

// sayOnly says that nobody is there to take over.
func (p *planner) sayOnly(all []string, lead string) {
	helped := slices.ContainsFunc(p.replicaNames(false), func(name string) bool {
		return p.serves(name) && p.isRouted(name)
	})
	if lead != "" && len(all) == 1 {
		p.note("--surge: while two replicas run, " +
			"they exchange live messages only with a licence that has the module scalability")
	}
	if lead != "" || len(all) != 1 || !p.at[all[0]].differs || !p.serves(all[0]) || helped {
		return
	}
	long := ""
	if p.want.Start > 0 {
		long = fmt.Sprintf(", about %s as it was last", p.want.Start)
	}
	p.note("%s is the only replica: the chat is away from its stop until it is healthy again%s; "+
		"--surge starts a second one first", all[0], long)
}

// steer adds to each step that changes the routes which replicas new websockets go to:
// those that are up to date, as long as another one is still to be drained. A websocket
// that went to that one would drop again.
func (p *planner) steer() {
	current := map[string]bool{} // as the files say
	var fresh []string           // of these, what is routed
	for _, name := range p.replicaNames(true) {
		if current[name] = p.at[name].right(); current[name] && slices.Contains(p.want.Routed, name) {
			fresh = append(fresh, name)
		}
	}
	last := len(p.plan.Steps) - 1
	for last >= 0 && (p.plan.Steps[last].Action != Drain || p.plan.Steps[last].Gone) {
		last--
	}
	for i := range p.plan.Steps[:last+1] {
		s := &p.plan.Steps[i]
		if s.Action == Start || s.Action == Recreate || s.Action == Surge {
			for _, name := range s.Services {
				current[name] = !s.AsIs
			}
		}
		if !s.Action.routes() || s.Action == Pull {
			continue
		}
		if s.Action != Drain || s.Part != Old {
			fresh = slices.DeleteFunc(fresh, func(name string) bool { return slices.Contains(s.Services, name) })
		}
		for _, name := range s.Services {
			if s.Action == Route && current[name] {
				fresh = append(fresh, name)
			}
		}
		s.Sockets = slices.Clone(fresh)
	}
}

// surge starts a second container of a replica and waits until it is healthy. The
// replica's own name means both from then on, and so what serves is routed by the name
// of its container before.
func (r *run) surge(ctx context.Context, s Step, all []container.Container) error {
	name := s.Services[0]
	old := r.parts(Step{Services: s.Services, Part: Old}, all)
	i := slices.IndexFunc(old, func(c container.Container) bool { return c.Running() })
	was, held, err := r.Routes()
	if err != nil {
		return err
	}
	if i >= 0 {
		routes, entry, err := routes.Rename(was, name, old[i].Name)
		if err != nil {
			return err
		}
		if entry != "" {
			held[name] = entry
			if err := r.set(ctx, was, Routes{File: routes, Held: held}); err != nil {
				return err
			}
		}
		if err := r.forgotten(ctx, []string{name}); err != nil {
			return err
		}
	}
	begun := false
	for _, c := range r.parts(s, all) {
		if c.Running() && c.Lacks(r.services[c.Service].Networks) == "" {
			begun = true
		} else if err := r.Remove(ctx, c); err != nil { // cut off in its making: Compose would start it as it is
			return err
		}
	}
	if !begun {
		if err := r.Beside(ctx, name); err != nil {
			return err
		}
	}
	return r.healthy(ctx, s)
}

// undoSurge takes the second container away and gives the first one its name back.
func (r *run) undoSurge(ctx context.Context, s Step) error {
	all, err := r.Containers(ctx)
	if err != nil {
		return err
	}
	old, fresh := Step{Action: Route, Services: s.Services, Part: Old}, r.parts(s, all)
	if !slices.ContainsFunc(r.parts(old, all), func(c container.Container) bool { return c.Running() }) {
		return errors.New("no other container runs")
	}
	if err := r.reroute(ctx, old, all); err != nil { // an interrupted run may have taken it out
		return err
	}
	if err := r.reroute(ctx, Step{Action: Drain, Services: s.Services, Part: New, Gone: true}, all); err != nil {
		return err
	}
	for _, c := range fresh {
		if err := r.Remove(ctx, c); err != nil {
			return err
		}
	}
	return r.reroute(ctx, Step{Action: Route, Services: s.Services}, all)
}
