package rollout

import (
	"slices"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
)

// proxy is the service whose change cuts every connection.
const proxy = "traefik"

// startOthers starts what the replicas may need, all of it together. A database
// that was stopped is started as it is.
func (p *planner) startOthers() {
	var plain, asIs []string
	for _, name := range p.others(false) {
		s := p.at[name]
		switch {
		case !s.absent && !s.stopped:
		case stateful(name) && s.differs && !s.absent && !p.allowed(name):
			asIs = append(asIs, name)
		default:
			plain = append(plain, name)
		}
	}
	if len(asIs) > 0 {
		p.add(Step{Action: Start, Services: asIs, Detail: "does not run", AsIs: true})
	}
	if len(plain) > 0 {
		force := slices.ContainsFunc(plain, func(name string) bool { return p.at[name].lacks })
		p.add(Step{Action: Start, Services: plain, Detail: p.reasons(plain), Force: force})
	}
}

// database makes members anew one after the other, the first one last, where that
// is allowed, and says so where it is not.
func (p *planner) database() {
	names := p.others(false)
	slices.Reverse(names)
	for _, name := range names {
		s := p.at[name]
		switch {
		case !stateful(name) || !s.differs:
		case p.allowed(name) && s.stopped: // started anew with the others
		case p.allowed(name):
			p.add(Step{Action: Recreate, Services: []string{name}, Detail: s.detail, Force: s.lacks})
		default:
			p.note("%s is left as it is (%s): --allow %s makes it anew", name, s.detail, stack.MongoDBService)
		}
	}
}

// changeOthers makes the other services anew one after the other, Traefik last,
// and starts those that wait for replicas.
func (p *planner) changeOthers() {
	early := p.others(false)
	names := append(early, p.others(true)...)
	names = slices.DeleteFunc(names, func(name string) bool {
		s := p.at[name]
		started := !p.late(name) && (s.absent || s.stopped)
		return stateful(name) || started || !s.differs && !s.absent && !s.stopped
	})
	if i := slices.Index(names, proxy); i >= 0 {
		names = append(slices.Delete(names, i, i+1), proxy)
	}
	for _, name := range names {
		s := p.at[name]
		step := Step{Action: Recreate, Services: []string{name}, Detail: s.reason(), Force: s.lacks}
		if !s.differs || s.absent {
			step.Action = Start
		}
		if name == proxy {
			step.Detail += "; every connection ends, a few seconds without answers"
		}
		p.add(step)
	}
}

// orphans removes what the files do not have any more, but no member of the
// database unless that is allowed: a set of three that loses two stops.
func (p *planner) orphans() {
	for _, name := range p.names() {
		switch {
		case p.wanted(name) || p.want.Services[name].Off || routes.ReplicaNumber(name) > 0:
		case stateful(name) && !p.allowed(name):
			p.note("%s is not in the files and is left as it is: --allow %s removes it, its data stays",
				name, stack.MongoDBService)
		default:
			p.add(Step{Action: Remove, Services: []string{name}, Detail: "not in the files"})
		}
	}
}
