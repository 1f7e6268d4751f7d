package rollout

import (
	"cmp"
	"fmt"
	"slices"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// replicaNames returns the replicas that the files have, or only containers have.
func (p *planner) replicaNames(wanted bool) []string {
	names := slices.DeleteFunc(p.names(), func(name string) bool {
		return routes.ReplicaNumber(name) == 0 || p.wanted(name) != wanted
	})
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Compare(routes.ReplicaNumber(a), routes.ReplicaNumber(b))
	})
	return names
}

// belongs reports whether a replica goes into the routes: it is there, or an
// unfinished apply took it out. One that a person took out stays out.
func (p *planner) belongs(name string) bool {
	routed := slices.ContainsFunc(p.want.Routed, func(host string) bool { return routes.ReplicaOf(host) == name })
	return routed || slices.Contains(p.have.Held, name)
}

// holdBack takes replicas that do not run out of the routes, unless no other
// would be left.
func (p *planner) holdBack() {
	var idle []string
	for _, name := range p.replicaNames(true) {
		if p.isRouted(name) && !p.serves(name) {
			idle = append(idle, name)
		}
	}
	if !p.want.Editable || len(idle) == 0 || !p.routedBeside(idle) {
		return
	}
	p.add(Step{Action: Hold, Services: idle, Detail: "out of the routes until they are healthy"})
	p.takeOut(idle)
}

// routedBeside reports whether the routes have another replica than these, which may
// have two servers there.
func (p *planner) routedBeside(names []string) bool {
	return slices.ContainsFunc(p.routed, func(host string) bool { return !slices.Contains(names, routes.ReplicaOf(host)) })
}

func (p *planner) takeOut(names []string) {
	p.routed = slices.DeleteFunc(p.routed, func(host string) bool {
		return slices.Contains(names, routes.ReplicaOf(host))
	})
}

// drainDetail is the detail of a step that takes replicas out of the routes.
func (p *planner) drainDetail() string {
	return fmt.Sprintf("out of the routes, %s for requests in flight", p.opts.Drain)
}

// replicas brings all replicas up to date: first the first where it is new or its
// release changes, since it migrates the database alone; then the new ones; then
// those that are down, and at last those that serve.
func (p *planner) replicas() {
	all := p.replicaNames(true)
	up := func(c container.Container) bool { return routes.ReplicaNumber(c.Service) > 0 && c.Running() }
	if !slices.ContainsFunc(p.have.Containers, up) {
		p.firstStart(all)
		return
	}
	lead, begun := p.lead(all)
	p.routeHealthy(all, lead)
	p.sayOnly(all, lead)
	if begun {
		p.surge(lead)
	}
	var fresh, down, serving []string
	for i, name := range all {
		s := p.at[name]
		switch {
		case s.right(), begun && name == lead:
		case i == 0 && s.image && name == lead:
			p.surge(lead)
		case i == 0 && (s.absent || s.image):
			p.bring([]string{name})
		case s.absent || s.stopped:
			fresh = append(fresh, name)
		case !s.up():
			down = append(down, name)
		default:
			serving = append(serving, name)
		}
	}
	for _, name := range fresh {
		p.bring([]string{name})
	}
	if i := slices.Index(serving, lead); i >= 0 { // before the others, whose websockets it takes over
		p.surge(lead)
		serving = slices.Delete(serving, i, i+1)
	}
	for _, list := range [][]string{down, serving} {
		for batch := range slices.Chunk(list, max(1, p.opts.MaxUnavailable)) {
			p.bring(batch)
		}
	}
	p.endSurge(lead)
}

// firstStart starts the first replica, which migrates the database alone, and then
// the others together: there is nobody yet whom that could disturb.
func (p *planner) firstStart(all []string) {
	if len(all) == 0 {
		return
	}
	right := func(name string) bool { return p.at[name].right() }
	for _, batch := range [][]string{all[:1], all[1:]} {
		if batch = slices.DeleteFunc(slices.Clone(batch), right); len(batch) > 0 {
			p.bring(batch)
		}
	}
}

// routeHealthy puts replicas back that an interrupted apply left out and that need
// nothing else. One that is still to be made anew stays out, unless nobody else serves:
// a Compose that was not killed with that apply may be about to stop it.
func (p *planner) routeHealthy(all []string, lead string) {
	alone := !slices.ContainsFunc(p.routed, func(host string) bool { return p.at[routes.ReplicaOf(host)].up() })
	out := slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		back := p.at[name].right() || alone && p.at[name].up()
		return name == lead || !back
	})
	p.route(out)
}

// route puts those of the replicas that belong there and are out into the routes.
func (p *planner) route(names []string) {
	out := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return !p.belongs(name) || slices.Contains(p.routed, name)
	})
	if p.want.Editable && len(out) > 0 {
		p.add(Step{Action: Route, Services: out, Detail: "healthy, requests come in"})
		p.takeOut(out) // the name of a container, which its own replaces
		p.routed = append(p.routed, out...)
	}
}

// bring drains what serves, or what an interrupted apply took out of the routes and may
// not have drained; it starts the replicas or makes them anew, and routes them. What
// serves is split where no other replica would be left.
func (p *planner) bring(names []string) {
	serving := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		s := p.at[name]
		drained := !p.isRouted(name) && !(s.up() && slices.Contains(p.have.Held, name))
		return drained || !p.serves(name) || !s.differs && !s.broken // waiting stops nothing
	})
	if p.want.Editable && len(serving) > 0 {
		beside := p.routedBeside(serving)
		if !beside && len(names) > 1 {
			p.bring(names[:1])
			p.bring(names[1:])
			return
		}
		if beside {
			p.add(Step{Action: Drain, Services: serving, Detail: p.drainDetail()})
			p.takeOut(serving)
		}
	}
	step := Step{Action: Start, Services: names, Detail: p.reasons(names)}
	for _, name := range names {
		s := p.at[name]
		if s.differs && !s.absent || s.broken {
			step.Action = Recreate
		}
		step.Force = step.Force || s.lacks || s.broken && !s.differs
	}
	p.add(step)
	p.route(names)
}

// shrink drains and removes the replicas that the files do not have any more, the
// highest first.
func (p *planner) shrink() {
	gone := p.replicaNames(false)
	slices.Reverse(gone)
	serving := slices.DeleteFunc(slices.Clone(gone), func(name string) bool { return !p.serves(name) })
	if p.want.Editable && len(serving) > 0 {
		p.takeOut(serving)
		p.add(Step{Action: Drain, Services: serving, Detail: p.drainDetail(), Gone: true})
	}
	for _, name := range gone {
		p.add(Step{Action: Remove, Services: []string{name}, Detail: "not in the files"})
	}
}
