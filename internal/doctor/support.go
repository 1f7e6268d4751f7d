package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// State is how a project stands to a recommendation of the vendor's.
type State string

// The states.
const (
	Met     State = "met"
	NotMet  State = "not met"
	Unknown State = "unknown" // cannot be seen from here; the detail says why
)

// SupportPoint is one recommendation of the vendor's. Its JSON form stays: keys may
// come, none goes.
type SupportPoint struct {
	ID     string `json:"id"`
	Point  string `json:"point"` // what the vendor recommends
	State  State  `json:"state"`
	Detail string `json:"detail"` // what is here
	Source string `json:"source"` // URL
	Dated  string `json:"dated"`  // of the source
}

// SupportReport lays a project beside what the vendor recommends.
type SupportReport struct {
	Project string         `json:"project"` // name of the Compose project
	At      time.Time      `json:"at"`      // in UTC, whole seconds
	Points  []SupportPoint `json:"points"`
}

// Count returns how many points have a state.
func (r SupportReport) Count(s State) int {
	n := 0
	for _, p := range r.Points {
		if p.State == s {
			n++
		}
	}
	return n
}

// Support lays the project of s.Plan, which must be there, beside the vendor's
// recommendations. It asks the engine for its machine and Compose for the images, and
// takes those of the plan where they do not answer. It returns within Limit.
func Support(ctx context.Context, s Sources) SupportReport {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	w := newWorld(ctx, s)
	w.tasks.Go(func() { _, _ = w.images(ctx) }) // while the engine is asked
	here := supported{plan: *s.Plan, now: s.Now(), host: size{s.Plan.Host, ", as planned"}}
	if i, err := w.engine(ctx); err == nil && i.NCPU > 0 && i.MemTotal > 0 {
		here.host = size{stack.Host{Cores: i.NCPU, Memory: units.Bytes(i.MemTotal)}, ""}
	}
	var err error
	if here.images, err = w.images(ctx); err != nil {
		here.images, here.planned = plannedImages(here.plan), ", as planned"
	}
	cancel()
	w.settle()
	r := SupportReport{Project: s.Plan.Request.Project, At: here.now.UTC().Truncate(time.Second), Points: here.points()}
	for i := range r.Points {
		r.Points[i].Detail = printable(w.Clean(r.Points[i].Detail))
	}
	return r
}

// plannedImages returns the images of a plan by the services' names in compose.yaml.
func plannedImages(p generator.Plan) map[string]string {
	images := map[string]string{}
	for _, s := range p.Services {
		images[s.Name] = s.Image
	}
	for _, name := range p.Replicas() {
		images[name] = images[stack.RocketChat]
	}
	delete(images, stack.RocketChat)
	return images
}

// supported is all that a report is made of.
type supported struct {
	plan    generator.Plan
	now     time.Time
	host    size
	images  map[string]string // by service
	planned string            // where the images are the plan's, that
}

// Where the vendor says so. The pages without a day were read in 2025 and 2026.
const (
	sourceSupport   = "https://docs.rocket.chat/docs/support-prerequisites-and-version-durability"
	sourcePrepare   = "https://github.com/RocketChat/docs-old/blob/7a78a77/deploy-rocket.chat/prepare-for-your-deployment/README.md"
	sourceSizes     = "https://github.com/RocketChat/docs/blob/22db3da/deploy/deploy-rocket.chat/system-requirements.md"
	sourceScaling   = "https://docs.rocket.chat/docs/scaling-rocketchat"
	sourceInstances = "https://docs.rocket.chat/deploy/scaling-rocket.chat/running-multiple-instances"
	sourceEngines   = "https://github.com/RocketChat/Rocket.Chat/releases"

	datedLive    = "2025 to 2026"
	datedPrepare = "2023-03-17"
	datedSizes   = "2024-04-24"
)

// points returns every recommendation that is known.
func (s supported) points() []SupportPoint {
	point := func(id, dated, source, recommends string, judge func() (State, string)) SupportPoint {
		state, detail := judge()
		return SupportPoint{ID: id, Point: recommends, State: state, Detail: detail, Source: source, Dated: dated}
	}
	return []SupportPoint{
		point("official-image", datedLive, sourceSupport, "run the Docker image that Rocket.Chat publishes", s.image),
		point("orchestration", datedPrepare+"; left out of the docs on 2023-08-03, RocketChat/docs 5f16976", sourcePrepare,
			"more than one instance or 2000 users: run them by docker-compose, Kubernetes with Helm, "+
				"SUSE Rancher or Red Hat OpenShift", s.orchestration),
		point("microservices", datedLive, sourceScaling,
			"from about 1000 concurrent users: microservices, which are supported on Kubernetes alone", s.microservices),
		point("hardware", datedSizes, sourceSizes,
			"at least the cores and the memory that its system requirements list for so many concurrent users", s.hardware),
		point("processes", datedLive, sourceInstances,
			"several instances to use all cores, up to one less than there are", s.processes),
		point("monitoring", datedPrepare, sourcePrepare,
			"collect metrics all the time, with Prometheus and Grafana", s.monitoring),
		point("supported-release", datedLive, sourceSupport,
			"a release inside its support window: six months, twelve for a long-term one", s.release),
		point("mongodb", knownOn(), sourceEngines,
			"MongoDB as a replica set, of a version that the release is declared for", s.mongoDB),
	}
}

// knownOn is the day of what rcgen knows of releases.
func knownOn() string {
	known, err := catalog.KnownReleases()
	if err != nil {
		return ""
	}
	return known.AsOf
}

// chat returns the services that are replicas of Rocket.Chat.
func (s supported) chat() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.images)) {
		if routes.ReplicaNumber(name) > 0 {
			names = append(names, name)
		}
	}
	return names
}

// official are the repositories that the vendor pushes to, and the library's image that
// it maintains (RocketChat/rocketchat-compose f693f76; RocketChat/Docker.Official.Image
// 30094c9).
var official = []string{
	"registry.rocket.chat/rocketchat/rocket.chat", "rocketchat/rocket.chat", "docker.io/rocketchat/rocket.chat",
	"rocket.chat", "docker.io/library/rocket.chat",
}

func (s supported) image() (State, string) {
	var ours, others []string
	for _, service := range s.chat() {
		image := s.images[service]
		name, _, _ := strings.Cut(image, "@")
		if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
			name = name[:i]
		}
		switch {
		case image == "":
			ours = append(ours, service)
		case !slices.Contains(official, name):
			others = append(others, image)
		}
	}
	others = slices.Compact(others)
	switch {
	case len(s.chat()) == 0:
		return Unknown, "the files have no service " + stack.RocketChat + "-1"
	case len(ours) > 0:
		return NotMet, "built here: " + few(ours)
	case len(others) > 0:
		return Unknown, few(others) + ": a copy of the vendor's image in another registry, or another one; its digest tells"
	}
	return Met, s.images[s.chat()[0]] + s.planned
}

func (s supported) orchestration() (State, string) {
	instances, users := units.Count(s.plan.Instances, "instance"), units.Count(s.plan.Users, "user")
	return Met, instances + " for " + users + " on Docker Compose"
}

func (s supported) microservices() (State, string) {
	for _, w := range s.plan.Warnings {
		if w.Code == generator.WarnKubernetes {
			return NotMet, fmt.Sprintf("%d concurrent users on instances of the monolith; "+
				"rcgen export helm writes values for the vendor's chart", s.plan.Concurrent)
		}
	}
	return Met, units.Count(s.plan.Concurrent, "concurrent user") + ": instances of the monolith do"
}

// processes takes as many instances as the users need for enough: each takes about one
// core, and the rest is the database's.
func (s supported) processes() (State, string) {
	most, need := max(1, s.host.Cores-1), s.plan.Needs.Instances
	here := fmt.Sprintf("%s on %s%s, of which at most %d are advised; %s need %d",
		units.Count(s.plan.Instances, "instance"), units.Count(s.host.Cores, "core"), s.host.note, most,
		units.Count(s.plan.Concurrent, "concurrent user"), need)
	if s.plan.Instances > most || s.plan.Instances < need {
		return NotMet, here
	}
	return Met, here
}

func (s supported) monitoring() (State, string) {
	for _, service := range []string{stack.Prometheus, stack.Grafana} {
		if _, there := s.images[service]; !there {
			return NotMet, "the files have no service " + service
		}
	}
	return Met, "Prometheus and Grafana are part of the project, with dashboards and alerts" + s.planned
}

func (s supported) release() (State, string) {
	return stateOf(releaseSupport(s.plan.Release, s.now))
}

func (s supported) mongoDB() (State, string) {
	if s.plan.Request.MongoDB.External {
		return Unknown, "the replica set is your own, and rcgen does not see its version"
	}
	state, detail := stateOf(mongoDBRelease(s.plan, s.images))
	detail += "; replica set rs0 of " + units.Count(len(s.plan.MongoDBMembers()), "member")
	if s.plan.Concurrent > starterUsers && len(s.plan.MongoDBMembers()) == 1 {
		detail += ", where the system requirements list three to outlive the loss of one"
	}
	return state, detail
}

// stateOf takes a warning for met: it says that it may not be so for long.
func stateOf(v verdict) (State, string) {
	switch v.result {
	case OK, Warn:
		return Met, v.detail
	case Fail:
		return NotMet, v.detail
	}
	return Unknown, v.detail
}
