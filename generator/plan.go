package generator

import "fmt"

// Figure is one number of a plan with its reason and the source of that reason.
type Figure[T any] struct {
	Value  T      `json:"value"`
	Reason string `json:"reason"`
	Source string `json:"source"` // a citation, "rcgen.yaml", or "assumption: ..."
}

// Plan says everything that the generated project will be: it is what templates
// print and what `rcgen plan` shows. Memory and disk are bytes, CPUs are cores.
// Its JSON form is documented in the README and stays compatible.
type Plan struct {
	Instances  int       `json:"instances"`  // Rocket.Chat replicas
	Users      int       `json:"users"`      // all accounts
	Concurrent int       `json:"concurrent"` // users online at the busiest time
	Profile    string    `json:"profile"`    // name of the profile
	Host       Host      `json:"host"`
	Fits       bool      `json:"fits"`    // the host has what the users need
	Needs      Needs     `json:"needs"`   // what would do
	Carries    Carries   `json:"carries"` // what this host carries at most
	Release    string    `json:"release"`
	Edition    string    `json:"edition"` // licensed or community
	Services   []Service `json:"services"`
	Memory     Budget    `json:"memory"`
	Reasons    []Reason  `json:"reasons"` // of the figures above, in their order
	Warnings   []Warning `json:"warnings"`

	Request  Request `json:"-"` // what was asked for
	Settings `json:"-"`

	configSums map[string]string // by service; Render knows them
}

// Needs is the smallest host that carries the users.
type Needs struct {
	Instances int   `json:"instances"`
	Cores     int   `json:"cores"`
	Memory    Bytes `json:"memory"` // whole GiB
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
	Reserve Bytes `json:"reserve"` // left to the system and Docker
	Limits  Bytes `json:"limits"`  // sum of all services' limits
	Free    Bytes `json:"free"`    // neither: page cache, growth
}

// Service is one service, or all Rocket.Chat replicas together.
type Service struct {
	Name        string          `json:"name"`
	Image       string          `json:"image"`
	Replicas    int             `json:"replicas"`
	CPUs        Figure[float64] `json:"cpus"`   // limit of each replica
	Memory      Figure[Bytes]   `json:"memory"` // limit of each replica
	PIDs        Figure[int]     `json:"pids"`   // limit of each replica, processes and threads
	Heap        *Figure[Bytes]  `json:"heap,omitempty"`
	Cache       *Figure[Bytes]  `json:"cache,omitempty"`
	DiskPerYear *Figure[Bytes]  `json:"disk_per_year,omitempty"`
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
func NewPlan(r Request, own *Profile) (Plan, error) {
	if err := r.Check(); err != nil {
		return Plan{}, err
	}
	cat, err := loadCatalog()
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
	mongo, err := cat.releases.chooseMongoDB(r)
	if err != nil {
		return Plan{}, err
	}
	p := s.plan()
	if p.Services, err = s.services(cat, mongo); err != nil {
		return Plan{}, err
	}
	if r.Uploads.Storage == UploadsFileSystem && p.Instances > 1 {
		return Plan{}, hinted("gridfs or s3, or one instance", "uploads: storage filesystem with %d instances: a file on one replica's disk is missing on the others", p.Instances)
	}
	p.Settings = newSettings(p, s.profile, mongo)
	p.Warnings = s.warnings(p, cat.releases)
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
