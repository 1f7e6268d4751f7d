package status

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/internal/container"
)

// answers is what was found out, with an error for each question without an answer.
type answers struct {
	plan         generator.Plan
	running      Running
	unfinished   bool
	usage        map[string]usage // by container id
	usageErr     error
	samples      []sample
	samplesErr   error
	files        []FileDrift
	filesErr     error
	support      string // last day of support, YYYY-MM-DD
	supportKnown bool
}

// assemble puts the answers together and judges them.
func (a answers) assemble(now time.Time) Status {
	s := Status{
		Project: a.running.Project, At: now.UTC().Truncate(time.Second),
		Replicas: []Row{}, Services: []Row{}, Unknown: []Unknown{}, Wrong: []Problem{},
		Certificates: []Certificate{}, Users: Users{Planned: a.plan.Concurrent},
		Release: a.release(now),
	}
	if a.samplesErr == nil {
		s.MongoDB, s.NATS, s.Alerts = mongoDB(a.samples), nats(a.samples), firing(a.samples)
	}
	switch {
	case !a.plan.Deployment.HTTPS:
	case a.samplesErr != nil:
		s.Certificates = nil
	default:
		s.Certificates = certificates(a.samples, now)
	}
	s.addContainers(a)
	s.Drift = a.drift()
	s.addUnknown(a)
	s.Wrong = append(s.Wrong, problems(s, a)...)
	s.OK = len(s.Wrong) == 0
	return s
}

// addContainers fills in the containers and, for services without one, that.
func (s *Status) addContainers(a answers) {
	connected := users(a.samples)
	for _, r := range a.rows() {
		if _, ok := replica(r.Service); !ok {
			s.Services = append(s.Services, r)
			continue
		}
		if n, ok := connected[r.Service]; ok && r.running() {
			r.Users = &n
			if s.Users.Connected == nil {
				s.Users.Connected = new(int)
			}
			*s.Users.Connected += n
		}
		s.Replicas = append(s.Replicas, r)
	}
}

// rows returns the containers and the services without one, by service.
func (a answers) rows() []Row {
	var all []Row
	for _, c := range a.running.Containers {
		r := Row{
			ID: c.ID, Service: c.Service, Number: c.Number,
			State: c.State, Health: c.Health, Image: c.Image, Created: &c.Created,
		}
		u := a.usage[c.ID]
		r.CPU, r.CPULimit, r.Memory, r.MemoryLimit = u.cpu, u.cpuLimit, u.memory, u.memoryLimit
		if !c.Running() {
			r.Health = "" // Docker keeps what the last check said
		}
		all = append(all, r)
	}
	for _, d := range a.running.Drift {
		if d.Kind == container.Missing {
			all = append(all, Row{Service: d.Service, State: StateMissing})
		}
	}
	slices.SortStableFunc(all, byService)
	return all
}

func (r Row) running() bool { return r.State == "running" }

// drift leaves out what the containers' own state says.
func (a answers) drift() Drift {
	d := Drift{}
	if a.filesErr == nil {
		d.Files = append([]FileDrift{}, a.files...)
	}
	if a.running.Unread == nil {
		d.Containers = []DriftRow{}
		for _, c := range a.running.Drift {
			if !slices.Contains([]container.Kind{container.Missing, container.Stopped, container.Unhealthy}, c.Kind) {
				d.Containers = append(d.Containers, DriftRow(c))
			}
		}
	}
	return d
}

// addUnknown says which questions found no answer.
func (s *Status) addUnknown(a answers) {
	for _, q := range []struct {
		question string
		err      error
	}{{AskPrometheus, a.samplesErr}, {AskUsage, a.usageErr}, {AskFiles, a.filesErr}, {AskContainers, a.running.Unread}} {
		if q.err != nil {
			s.Unknown = append(s.Unknown, Unknown{q.question, WithoutPaths(q.err.Error())})
		}
	}
}

// release counts the days of support that are left, the last one included.
func (a answers) release(now time.Time) Release {
	r := Release{Release: a.plan.Release}
	if !a.supportKnown {
		return r
	}
	supported := false
	last, err := time.Parse(time.DateOnly, a.support)
	if err == nil {
		days := int(math.Floor(last.AddDate(0, 0, 1).Sub(now).Hours() / 24))
		r.Until, r.Days, supported = a.support, &days, days >= 0
	}
	r.Supported = &supported
	return r
}

// byService orders rocketchat-10 behind rocketchat-9.
func byService(a, b Row) int {
	na, _ := replica(a.Service)
	nb, _ := replica(b.Service)
	if na != nb {
		return na - nb
	}
	return strings.Compare(a.Service, b.Service)
}

// replica returns N of rocketchat-N.
func replica(service string) (n int, ok bool) {
	_, err := fmt.Sscanf(service, stack.RocketChat+"-%d", &n)
	return n, err == nil && service == fmt.Sprintf("%s-%d", stack.RocketChat, n)
}
