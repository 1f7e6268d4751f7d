package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/internal/container"
)

// Service is what the files say of one service.
type Service struct {
	Image    string   // as written; empty where Compose names a built one
	Hash     string   // Compose's, of its configuration
	Replicas int      // containers that it shall have
	After    []string // services that it waits for
	Networks []string // that its containers must be in, by the engine's names
	Off      bool     // belongs to a profile that is off
}

// Want is what the files say.
type Want struct {
	Services map[string]Service
	Routed   []string // the servers that Traefik's file names: replicas, or containers of a surged one
	Editable bool     // that file and Traefik are there: replicas can be taken out and put back

	Start time.Duration // that the first replica took to get healthy when it was started last; 0: not known
}

// Have is what there is.
type Have struct {
	Containers []container.Container
	Held       []string // the replicas that an unfinished apply took out of Traefik's file
	Missing    []string // images that the engine does not have
}

// Options are a person's choices.
type Options struct {
	Allow          []string      // stateful services that may be made anew; mongodb is all of its members
	MaxUnavailable int           // replicas that are changed at once, from 1
	Drain          time.Duration // that requests in flight are given, from 0
	Timeout        time.Duration // for one step to get healthy, above 0
	Surge          bool          // a second container of the first replica that changes, for as long as the roll takes
}

// Action is what a step does.
type Action string

// The actions.
const (
	Pull     Action = "pull"     // gets images
	Hold     Action = "hold"     // takes replicas that do not run out of the routes
	Start    Action = "start"    // starts what does not run and waits for its health
	Surge    Action = "surge"    // starts a second container of a replica beside the one that serves
	Drain    Action = "drain"    // takes replicas out of the routes and waits for requests in flight
	Recreate Action = "recreate" // makes containers anew and waits for their health
	Route    Action = "route"    // puts replicas into the routes
	Remove   Action = "remove"   // stops and removes containers
)

// Step is one thing that an apply does.
type Step struct {
	Action   Action   `json:"action"`
	Services []string `json:"services"` // for pull: images
	Detail   string   `json:"detail"`

	AsIs    bool     `json:"-"` // start: without making it anew, though it differs
	Force   bool     `json:"-"` // recreate: though it does not differ for Compose
	Gone    bool     `json:"-"` // drain: for good
	Part    Part     `json:"-"` // which containers of a replica that has two
	Keep    string   `json:"-"` // with Old: the ID of the container that stays; empty: what is as in the files
	Sockets []string `json:"-"` // the replicas that new websockets go to, the preferred one last; none: all
}

// title is how a step is called where it fails.
func (s Step) title() string { return string(s.Action) + " " + strings.Join(s.Services, " ") }

// Part is one of the two containers that a replica has while it is surged.
type Part string

// The parts.
const (
	Whole Part = ""    // all that the replica has, under its own name
	New   Part = "new" // made as the files say
	Old   Part = "old" // the other
)

// Plan is what an apply does, and what is to be said about it.
type Plan struct {
	Steps []Step
	Notes []string

	services map[string]Service
}

// Drains reports whether a replica that stays is taken out of the routes for a while.
func (p Plan) Drains() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Action == Drain && !s.Gone })
}

// planner keeps what will be as the steps are added.
type planner struct {
	want   Want
	have   Have
	opts   Options
	routed []string          // servers in the routes
	at     map[string]status // by service
	plan   Plan
}

// Steps returns what makes what runs equal to the files, in order. The error is a
// *fault.Error for an option that fits nothing in the files.
func Steps(want Want, have Have, o Options) (Plan, error) {
	p := &planner{want: want, have: have, opts: o, routed: slices.Clone(want.Routed), at: map[string]status{}}
	for name, s := range want.Services {
		p.at[name] = look(s, p.containers(name))
	}
	for _, name := range o.Allow {
		if !stateful(name) || !slices.ContainsFunc(p.names(), func(s string) bool { return covers(name, s) }) {
			return Plan{}, &fault.Error{
				What: "--allow " + name + ": not a service that is otherwise left as it is",
				Hint: "--allow mongodb is for all members of the database",
			}
		}
	}
	p.surplus()
	p.holdBack()
	p.startOthers()
	p.database()
	p.replicas()
	p.shrink()
	p.changeOthers()
	p.orphans()
	p.pull()
	p.steer()
	p.plan.services = want.Services
	return p.plan, nil
}

// names returns the services that the files or the containers have, sorted.
func (p *planner) names() []string {
	var names []string
	for name, s := range p.want.Services {
		if !s.Off {
			names = append(names, name)
		}
	}
	for _, c := range p.have.Containers {
		if _, known := p.want.Services[c.Service]; !known {
			names = append(names, c.Service)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wanted reports whether the files have a service.
func (p *planner) wanted(name string) bool {
	s, ok := p.want.Services[name]
	return ok && !s.Off
}

func (p *planner) containers(service string) []container.Container {
	others := func(c container.Container) bool { return c.Service != service }
	return slices.DeleteFunc(slices.Clone(p.have.Containers), others)
}

func (p *planner) add(s Step) { p.plan.Steps = append(p.plan.Steps, s) }

func (p *planner) note(format string, args ...any) {
	p.plan.Notes = append(p.plan.Notes, fmt.Sprintf(format, args...))
}

// isRouted reports whether a replica, or a container of it, is in the routes.
func (p *planner) isRouted(name string) bool {
	return slices.ContainsFunc(p.routed, func(host string) bool { return routes.ReplicaOf(host) == name })
}

// serves reports whether a replica runs.
func (p *planner) serves(name string) bool {
	return slices.ContainsFunc(p.have.Containers, func(c container.Container) bool {
		return c.Service == name && c.Running()
	})
}

// stateful tells which services hold what nobody can make again.
func stateful(service string) bool {
	member := strings.HasPrefix(service, stack.MongoDBService+"-") && service != "mongodb-exporter"
	return service == stack.MongoDBService || member
}

// covers reports whether allowing one name allows a service.
func covers(name, service string) bool {
	return name == service || name == stack.MongoDBService && stateful(service)
}

func (p *planner) allowed(service string) bool {
	return slices.ContainsFunc(p.opts.Allow, func(name string) bool { return covers(name, service) })
}

// late reports whether a service waits for a replica, itself or through others.
func (p *planner) late(name string) bool {
	seen := map[string]bool{}
	var reaches func(string) bool
	reaches = func(name string) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return slices.ContainsFunc(p.want.Services[name].After, func(other string) bool {
			return routes.ReplicaNumber(other) > 0 || reaches(other)
		})
	}
	return reaches(name)
}

// others returns the services that are no replicas, without those that wait for
// one, or these alone.
func (p *planner) others(late bool) []string {
	return slices.DeleteFunc(p.names(), func(name string) bool {
		return !p.wanted(name) || routes.ReplicaNumber(name) > 0 || p.late(name) != late
	})
}

// pull puts a step for the images that are missing before all others: nothing is
// taken out of service for one that cannot be had.
func (p *planner) pull() {
	var images []string
	for _, s := range p.plan.Steps {
		if s.Action != Start && s.Action != Recreate && s.Action != Surge || s.AsIs {
			continue
		}
		for _, name := range s.Services {
			if image := p.want.Services[name].Image; slices.Contains(p.have.Missing, image) {
				images = append(images, image)
			}
		}
	}
	if slices.Sort(images); len(images) > 0 {
		s := Step{Action: Pull, Services: slices.Compact(images), Detail: "not on the engine yet"}
		p.plan.Steps = slices.Insert(p.plan.Steps, 0, s)
	}
}
