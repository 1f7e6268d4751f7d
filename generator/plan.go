package generator

import (
	"fmt"

	"rcgen/generator/alerts"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// Figure is one number of a plan with its reason and the source of that reason.
type Figure[T any] struct {
	Value  T      `json:"value"`
	Reason string `json:"reason"`
	Source string `json:"source"` // a citation, "rcgen.yaml", or "assumption: ..."
}

// Plan is the sizing of a deployment and what was decided for it: it is what
// `rcgen plan` shows and what a project is rendered from. Memory and disk are
// bytes, CPUs are cores. Its JSON form is documented in the README and stays
// compatible. What follows from other fields is a method, so that nothing is
// stored twice; what templates alone need is in page.
type Plan struct {
	Instances  int        `json:"instances"`  // Rocket.Chat replicas
	Users      int        `json:"users"`      // all accounts
	Concurrent int        `json:"concurrent"` // users online at the busiest time
	Profile    string     `json:"profile"`    // name of the profile
	Host       stack.Host `json:"host"`
	Fits       bool       `json:"fits"`    // the host has what the users need
	Needs      Needs      `json:"needs"`   // what would do
	Carries    Carries    `json:"carries"` // what this host carries at most
	Release    string     `json:"release"`
	Edition    string     `json:"edition"` // licensed or community
	Services   []Service  `json:"services"`
	Memory     Budget     `json:"memory"`
	Reasons    []Reason   `json:"reasons"` // of the figures above, in their order
	Warnings   []Warning  `json:"warnings"`

	Request        Request           `json:"-"` // what was asked for
	SizedBy        catalog.Profile   `json:"-"` // the profile that Profile names
	MongoDBVersion string            `json:"-"` // major.minor, of the members on this host or as required elsewhere
	Deployment     alerts.Deployment `json:"-"` // what rules and dashboards are told of it
}

// Needs is the smallest host that carries the users.
type Needs struct {
	Instances int         `json:"instances"`
	Cores     int         `json:"cores"`
	Memory    units.Bytes `json:"memory"` // whole GiB
}

// Carries is the largest load that the planned host carries: with as many instances
// as are planned on it at most, and memory limits lowered where that is short.
type Carries struct {
	Instances  int `json:"instances"`
	Concurrent int `json:"concurrent"`
	Users      int `json:"users"` // at the request's share of concurrent users; 0 = none
}

// Budget is how the host's memory is spent, in bytes.
type Budget struct {
	Reserve units.Bytes `json:"reserve"` // left to the system and Docker
	Limits  units.Bytes `json:"limits"`  // sum of all services' limits
	Free    units.Bytes `json:"free"`    // neither: page cache, growth
}

// Service is one service, or all Rocket.Chat replicas together.
type Service struct {
	Name        string               `json:"name"`
	Image       string               `json:"image"`
	Replicas    int                  `json:"replicas"`
	CPUs        Figure[float64]      `json:"cpus"`   // limit of each replica
	Memory      Figure[units.Bytes]  `json:"memory"` // limit of each replica
	PIDs        Figure[int]          `json:"pids"`   // limit of each replica, processes and threads
	Heap        *Figure[units.Bytes] `json:"heap,omitempty"`
	Cache       *Figure[units.Bytes] `json:"cache,omitempty"`
	DiskPerYear *Figure[units.Bytes] `json:"disk_per_year,omitempty"`
}

// Reason is why a figure of the plan is what it is.
type Reason struct {
	Figure string `json:"figure"` // name of the JSON key
	Reason string `json:"reason"`
	Source string `json:"source"`
}

// NewPlan sizes a deployment. It returns an error when the request is not one,
// the profile does not exist, or the host cannot run Rocket.Chat at all;
// everything less is a warning in the plan. The profile is the one the request
// names, read by the caller where it is a file, or nil to choose by users.
func NewPlan(r Request, own *catalog.Profile) (Plan, error) {
	if err := r.Check(); err != nil {
		return Plan{}, err
	}
	cat, err := catalog.Load()
	if err != nil {
		return Plan{}, err
	}
	profile, err := chooseProfile(r, own)
	if err != nil {
		return Plan{}, err
	}
	s, err := newSizing(r, profile)
	if err != nil {
		return Plan{}, err
	}
	mongo, err := chooseMongoDB(cat.Releases, r)
	if err != nil {
		return Plan{}, err
	}
	p := s.plan()
	if p.Services, err = s.services(cat, mongo); err != nil {
		return Plan{}, err
	}
	if r.Uploads.Storage == UploadsFileSystem && p.Instances > 1 {
		return Plan{}, fault.New("uploads: storage filesystem with %d instances: "+
			"a file on one replica's disk is missing on the others", p.Instances).
			Fix("gridfs or s3, or one instance")
	}
	p.MongoDBVersion = mongo
	p.Deployment = newDeployment(p)
	p.Warnings = s.warnings(p, cat.Releases)
	return p, nil
}

// plan returns the figures that belong to no service.
func (s sizing) plan() Plan {
	return Plan{
		Instances:  s.instances,
		Users:      s.request.Users,
		Concurrent: s.concurrent,
		Profile:    s.profile.Name,
		Host:       s.request.Host,
		Fits:       s.fits(),
		Needs:      s.smallestHost(),
		Carries:    s.carries(),
		Release:    s.request.Release,
		Edition:    s.edition(),
		Memory:     s.memory(),
		Reasons:    s.reasons(),
		Request:    s.request,
		SizedBy:    s.profile,
	}
}

// Service returns the service of that name. A name that no plan has is an error,
// so that a template cannot misspell one.
func (p Plan) Service(name string) (Service, error) {
	for _, s := range p.Services {
		if s.Name == name {
			return s, nil
		}
	}
	return Service{}, fmt.Errorf("the plan has no service %q", name)
}

// Replicas returns the services that run Rocket.Chat, rocketchat-1 to rocketchat-N.
func (p Plan) Replicas() []string {
	var names []string
	for i := range p.Instances {
		names = append(names, fmt.Sprintf("%s-%d", stack.RocketChat, i+1))
	}
	return names
}

// MongoDBMembers returns the services that form the replica set on this host, the
// one that creates it first. There are none if MongoDB is elsewhere.
func (p Plan) MongoDBMembers() []string {
	var names []string
	for i := range p.Request.mongoDBMembers() {
		if i == 0 {
			names = append(names, stack.MongoDBService)
		} else {
			names = append(names, fmt.Sprintf("%s-%d", stack.MongoDBService, i+1))
		}
	}
	return names
}

// mongoDBMembers returns the number of MongoDB processes on this host.
func (r Request) mongoDBMembers() int {
	if r.MongoDB.External {
		return 0
	}
	return max(1, r.MongoDB.Members)
}

// MetricsSize returns the size above which Prometheus deletes its oldest metrics, as
// it takes it: its MB are MiB.
func (p Plan) MetricsSize() string {
	return fmt.Sprintf("%dMB", p.SizedBy.Storage.MetricsSize.Value.MiB())
}
