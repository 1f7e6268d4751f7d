package generator

import (
	"math"

	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// chooseProfile returns the profile of a plan: the one given, the shipped one the
// request names, or the shipped one in whose range its users fall.
func chooseProfile(r Request, own *catalog.Profile) (catalog.Profile, error) {
	switch {
	case own != nil:
		return *own, nil
	case r.Profile != "":
		return catalog.Shipped(r.Profile)
	}
	p, err := catalog.Shipped("medium") // the base of the other two: mostly it is also the answer
	switch {
	case err != nil:
		return catalog.Profile{}, err
	case r.Users < p.Users.Value.Min:
		return catalog.Shipped("small")
	case r.Users > p.Users.Value.Max:
		return catalog.Shipped("large")
	default:
		return p, nil
	}
}

// sizing is the arithmetic of one plan.
type sizing struct {
	request    Request
	profile    catalog.Profile
	concurrent int         // users online at once
	needed     int         // replicas these users need
	ceiling    int         // most replicas that rcgen plans by itself on this host
	instances  int         // replicas planned
	demands    []demand    // every service, in the order of Shapes.all
	reserve    units.Bytes // left to the system
	logs       bool        // Loki and the collector are planned
	lowered    bool        // limits are below what the profile wants, or a service it wants is left out
}

// demand is the memory one service asks for and gets.
type demand struct {
	name      string
	shape     catalog.Shape
	count     int         // replicas
	min, want units.Bytes // of each replica, whole MiB
	limit     units.Bytes // of each replica, whole MiB
}

func newSizing(r Request, p catalog.Profile) (sizing, error) {
	s := sizing{request: r, profile: p, concurrent: r.concurrent(p), reserve: Reserve(p.OSReserve.Value, r.Host.Memory)}
	s.needed = ceilDiv(s.concurrent, p.ConcurrentPerInstance.Value)
	if r.Edition != Community {
		s.needed = max(s.needed, p.MinInstances.Value)
	}
	s.logs = s.wantsLogs()
	s.demands = s.newDemands(max(1, r.Instances), s.logs)
	if s.logs && r.Monitoring.Logs == nil && leasts(s.demands) > s.budget() {
		// Nobody asked for them, and a profile that wants more must not be the one
		// that does not run where a smaller one does.
		s.logs = false
		s.demands = s.newDemands(max(1, r.Instances), s.logs)
	}
	if err := s.checkRoom(); err != nil {
		return sizing{}, err
	}
	s.ceiling = s.newCeiling()
	switch {
	case r.Instances > 0:
		s.instances = r.Instances
	case r.Edition == Community:
		s.instances = 1
	default:
		s.instances = min(s.needed, s.ceiling)
	}
	s.demands = s.newDemands(s.instances, s.logs)
	if err := s.checkRoom(); err != nil {
		return sizing{}, err
	}
	s.lowered = fit(s.demands, s.budget()) || s.logs != s.wantsLogs()
	return s, nil
}

// concurrent returns the users online at once: stated, or a share of all.
func (r Request) concurrent(p catalog.Profile) int {
	switch {
	case r.Concurrent > 0:
		return r.Concurrent
	case r.Concurrency > 0:
		return shareOf(r.Users, r.Concurrency)
	default:
		return shareOf(r.Users, p.Concurrency.Value)
	}
}

// shareOf rounds up, but not for what binary fractions add: 100 x 0.07 is 7.
func shareOf(users int, share float64) int {
	return max(1, int(math.Ceil(float64(users)*share-1e-6)))
}

// Reserve returns what stays with the system of a memory: the share of each slice.
func Reserve(slices []catalog.Slice, memory units.Bytes) units.Bytes {
	var sum float64
	var from units.Bytes
	for _, s := range slices {
		to := s.UpTo
		if to == 0 || to > memory {
			to = memory
		}
		if to > from {
			sum += float64(to-from) * s.Share
			from = to
		}
	}
	return units.Bytes(math.Ceil(sum))
}

// budget returns what all limits together may take, in whole MiB.
func (s sizing) budget() units.Bytes {
	return (s.request.Host.Memory - s.reserve) / units.MiB * units.MiB
}

// newCeiling returns the most replicas planned without a person saying so: one
// core stays for everything else, and each has the memory the profile wants for
// it. It does not depend on the users, so more of them never plan fewer.
func (s sizing) newCeiling() int {
	want, others := s.leastBeside()
	return max(1, min(s.request.Host.Cores-1, int((s.budget()-others)/want)))
}

// leastBeside returns what the profile wants for one replica, and the least of
// all other services. Loki counts unless the request refuses it: it runs in one
// profile and not in the next, which must not plan fewer replicas.
func (s sizing) leastBeside() (replica, others units.Bytes) {
	for _, d := range s.newDemands(1, s.mayLog()) {
		if d.name == stack.RocketChat {
			replica = d.want
			continue
		}
		others += d.min
	}
	return replica, others
}

func (s sizing) newDemands(instances int, logs bool) []demand {
	var all []demand
	for _, n := range s.profile.Services.All() {
		d := demand{name: n.Name, shape: n.Shape, count: 1, min: roundUp(n.Shape.MemoryMin.Value, units.MiB)}
		d.want = max(d.min, roundUp(n.Shape.MemoryFor(s.concurrent), units.MiB))
		switch {
		case n.Name == stack.RocketChat:
			d.count = instances
		case n.Name == stack.MongoDBService && s.request.MongoDB.External, isLogs(n.Name) && !logs:
			continue
		case n.Name == stack.MongoDBService:
			d.count = s.request.mongoDBMembers()
		}
		all = append(all, d)
	}
	return all
}

// fit gives every demand its limit so that all together stay within budget, and
// reports whether any had to be lowered. Where memory is short, every service
// gives up the same share of what it wants above its least. What rounding leaves
// goes to one service that runs once, so the sum is exact and never shrinks when
// the demands grow.
func fit(demands []demand, budget units.Bytes) (lowered bool) {
	floor := leasts(demands)
	var want units.Bytes
	for _, d := range demands {
		want += d.want * units.Bytes(d.count)
	}
	if want <= budget {
		for i := range demands {
			demands[i].limit = demands[i].want
		}
		return false
	}
	spare, span := (budget - floor).MiB(), (want - floor).MiB()
	left := budget
	heir := 0
	for i := range demands {
		d := &demands[i]
		d.limit = d.min + units.Bytes((d.want-d.min).MiB()*spare/span)*units.MiB
		left -= d.limit * units.Bytes(d.count)
		if d.count == 1 && (d.name == stack.MongoDBService ||
			d.name == stack.Prometheus && demands[heir].name != stack.MongoDBService) {
			heir = i
		}
	}
	demands[heir].limit += left
	return true
}

// checkRoom returns an error when the services do not run in the budget even at
// their least; it names the smallest host they would run on.
func (s sizing) checkRoom() error {
	floor := leasts(s.demands)
	instances := 1
	for _, d := range s.demands {
		if d.name == stack.RocketChat {
			instances = d.count
		}
	}
	if floor <= s.budget() {
		return nil
	}
	return fault.New("memory: %s is too little to run Rocket.Chat with %s: "+
		"%s would be left to the services, which need %s",
		s.request.Host.Memory.Human(), units.Count(instances, "instance"), s.budget().Human(), floor.Human()).
		Fix("the smallest host that would do has " + s.hostMemory(floor).String())
}

// leasts returns the memory below which the services do not run.
func leasts(demands []demand) units.Bytes {
	var sum units.Bytes
	for _, d := range demands {
		sum += d.min * units.Bytes(d.count)
	}
	return sum
}

// hostMemory returns the smallest host memory, in whole GiB, that leaves sum to
// the services.
func (s sizing) hostMemory(sum units.Bytes) units.Bytes {
	m := roundUp(sum, units.GiB)
	for m-Reserve(s.profile.OSReserve.Value, m) < sum {
		m += units.GiB
	}
	return m
}

func (s sizing) fits() bool {
	return !s.lowered && s.instances >= s.needed && s.needed <= max(1, s.request.Host.Cores-1)
}

func (s sizing) smallestHost() Needs {
	var want units.Bytes
	for _, d := range s.newDemands(s.needed, s.wantsLogs()) {
		want += d.want * units.Bytes(d.count)
	}
	replica, others := s.leastBeside()
	want = max(want, replica*units.Bytes(s.needed)+others) // so that the ceiling is there
	n := Needs{Instances: s.needed, Cores: s.needed + 1, Memory: s.hostMemory(want)}
	if s.needed == 1 {
		n.Cores = 1
	}
	return n
}

func (s sizing) memory() Budget {
	b := Budget{Reserve: s.reserve}
	for _, d := range s.demands {
		b.Limits += d.limit * units.Bytes(d.count)
	}
	b.Free = s.request.Host.Memory - b.Reserve - b.Limits
	return b
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(b, unit units.Bytes) units.Bytes { return (b + unit - 1) / unit * unit }
