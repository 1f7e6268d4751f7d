package rollout

import (
	"fmt"
	"slices"

	"rcgen/internal/container"
)

// status is how the containers of a service stand to the files.
type status struct {
	absent   bool   // there is none
	stopped  bool   // one does not run
	differs  bool   // one is not as the files say, or their number is not
	image    bool   // made from another image
	broken   bool   // one fails its health check, or lacks a network
	lacks    bool   // the latter, which Compose does not see
	starting bool   // one is not healthy yet
	detail   string // of the difference
}

// right reports whether nothing is to be done.
func (s status) right() bool {
	return !s.absent && !s.stopped && !s.differs && !s.broken && !s.starting
}

// up reports whether all that is there runs and is healthy, be it right or not.
func (s status) up() bool { return !s.absent && !s.stopped && !s.broken && !s.starting }

// look compares the containers of a service with the files.
func look(s Service, all []container.Container) status {
	if len(all) == 0 {
		return status{absent: s.Replicas > 0 && !s.Off}
	}
	var st status
	for _, c := range all {
		st.stopped = st.stopped || !c.Running() && !c.Done()
		st.broken = st.broken || c.Running() && c.Health == "unhealthy"
		st.starting = st.starting || c.Running() && c.Health == "starting"
		switch {
		case s.Image != "" && c.Image != s.Image:
			st.differs, st.image, st.detail = true, true, c.Image+" -> "+s.Image
		case c.Hash != s.Hash && !st.differs:
			st.differs, st.detail = true, "its configuration has changed"
		}
		if lacks := c.Lacks(s.Networks); lacks != "" {
			st.differs, st.broken, st.lacks = true, true, true
			if st.detail == "" {
				st.detail = "is not in network " + lacks + ", since it was cut off in its making"
			}
		}
	}
	if len(all) != s.Replicas && !st.differs {
		st.differs, st.detail = true, fmt.Sprintf("%d containers, the files say %d", len(all), s.Replicas)
	}
	return st
}

// reason says why a service is started or made anew.
func (s status) reason() string {
	switch {
	case s.absent:
		return "new"
	case s.differs:
		return s.detail
	case s.stopped:
		return "does not run"
	case s.broken:
		return "fails its health check"
	default:
		return "is not healthy yet"
	}
}

// reasons joins the reasons of several services, each once.
func (p *planner) reasons(services []string) string {
	var all []string
	for _, name := range services {
		if r := p.at[name].reason(); !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	if len(all) > 2 {
		return fmt.Sprintf("%s and %d other changes", all[0], len(all)-1)
	}
	return join(all)
}

// join lists words as a sentence does.
func join(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	text := words[0]
	for _, w := range words[1:last] {
		text += ", " + w
	}
	return text + " and " + words[last]
}
