package generator

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

func TestQuickPlan(t *testing.T) {
	for _, users := range []int{1, 500, 501, 5000, 5001, catalog.MaxUsers} {
		for _, profile := range []string{"", "small", "medium", "large"} {
			r := aRequest()
			r.Users, r.Profile = users, profile
			slow, quick := must(NewPlan(r, nil))(t), must(quickPlan(t, r))(t)
			if !reflect.DeepEqual(slow, quick) {
				t.Errorf("%d users, profile %q: NewPlan and quickPlan differ", users, profile)
			}
		}
	}
}

// planCase makes a valid request out of any numbers.
func planCase(cores uint16, memory uint64, users uint32, kind uint8, instances uint16) Request {
	r := aRequest()
	r.Host = stack.Host{Cores: 1 + int(cores)%256, Memory: units.GiB + units.Bytes(memory%uint64(2*units.TiB-units.GiB+1))}
	r.Users = 1 + int(users)%catalog.MaxUsers
	r.Profile = []string{"", "small", "medium", "large"}[kind%4]
	r.Edition = []string{"", Licensed, Community}[kind/4%3]
	r.MongoDB.External = kind/12%2 == 1
	if yes := kind/24%3 == 1; yes || kind/24%3 == 2 {
		r.Monitoring.Logs = &yes
	}
	r.Instances = int(instances) % (catalog.MaxInstances + 1)
	return r
}

func FuzzPlan(f *testing.F) {
	for _, users := range []uint32{0, 24, 499, 500, 4999, 5000, 9999, 199_999, catalog.MaxUsers - 1} {
		for _, cores := range []uint16{0, 1, 3, 7, 255} {
			f.Add(cores, uint64(7*units.GiB), users, uint8(0), uint16(0))
			f.Add(cores, uint64(31*units.GiB), users, uint8(8), uint16(0))
			f.Add(cores, uint64(2*units.TiB-units.GiB), users, uint8(21), uint16(0))
		}
	}
	f.Add(uint16(0), uint64(0), uint32(0), uint8(0), uint16(0)) // the least of all
	// too small for one and for those stated
	f.Add(uint16(1), uint64(0), uint32(99), uint8(0), uint16(20))
	f.Add(uint16(3), uint64(4*units.GiB), uint32(99), uint8(0), uint16(20))          // too small for those stated
	f.Add(uint16(3), uint64(15*units.GiB), uint32(99), uint8(8), uint16(6))          // more than cores, without a licence
	f.Add(uint16(15), uint64(64*units.GiB+12345), uint32(2999), uint8(0), uint16(0)) // odd bytes
	f.Fuzz(func(t *testing.T, cores uint16, memory uint64, users uint32, kind uint8, instances uint16) {
		planProblems(t, planCase(cores, memory, users, kind, instances)).report(t)
	})
}

// logUniform draws small and large numbers equally often, from 1 to most.
func logUniform(rng *rand.Rand, most float64) float64 {
	return math.Exp(rng.Float64() * math.Log(most))
}

// randomCase is a request as people make them: sizes in whole MiB, a stated
// count in one of four.
func randomCase(rng *rand.Rand) Request {
	memory := units.GiB + units.Bytes(logUniform(rng, float64((2*units.TiB-units.GiB)/units.MiB)))*units.MiB
	instances := 0
	if rng.IntN(4) == 0 {
		instances = int(logUniform(rng, 64))
	}
	users := int(logUniform(rng, catalog.MaxUsers))
	return planCase(uint16(logUniform(rng, 256)-1), uint64(memory-units.GiB), uint32(users-1), uint8(rng.Uint32N(72)),
		uint16(instances))
}

// TestPlanSweep is what the fuzz test looks for, in every run of the tests.
func TestPlanSweep(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var all problems
	for range 1500 {
		all = append(all, planProblems(t, randomCase(rng))...)
	}
	all.report(t)
}

// growProblems returns where more users, cores or memory give less. Only a plan
// that is computed is compared: a stated count or profile is obeyed instead.
func growProblems(tb testing.TB, r Request, users, cores int, memory units.Bytes) problems {
	tb.Helper()
	var ps problems
	r.Instances, r.Profile = 0, ""
	was, err := quickPlan(tb, r)
	if err != nil {
		return nil // planProblems knows these
	}
	is := [3]Request{r, r, r}
	is[0].Users = min(r.Users+users, catalog.MaxUsers)
	is[1].Host.Cores = min(r.Host.Cores+cores, catalog.MaxCores)
	is[2].Host.Memory = min(r.Host.Memory+memory, catalog.MaxMemory)
	for i, what := range []string{"users", "cores", "memory"} {
		p, err := quickPlan(tb, is[i])
		if err != nil {
			ps.want(false, "more "+what+" never end in an error", "%+v to %+v: %v", r, is[i], err)
			continue
		}
		ps.want(p.Instances >= was.Instances, "more "+what+" never plan fewer instances", "%+v to %+v: %d to %d", r, is[i],
			was.Instances, p.Instances)
		if what == "users" {
			ps.want(p.Memory.Limits >= was.Memory.Limits, "more users never get less memory", "%+v to %+v: %s to %s", r, is[i],
				was.Memory.Limits, p.Memory.Limits)
		}
	}
	return ps
}

func FuzzPlanGrows(f *testing.F) {
	for _, users := range []uint32{0, 499, 500, 4999, 5000, 199_999} { // both sides of the borders
		for _, kind := range []uint8{0, 4, 8, 12, 16, 20} { // every edition, MongoDB inside and outside
			f.Add(uint16(7), uint64(15*units.GiB), users, kind, uint32(1), uint16(1), uint64(units.MiB))
			f.Add(uint16(63), uint64(255*units.GiB), users, kind, uint32(5000), uint16(8), uint64(units.GiB))
		}
	}
	f.Fuzz(func(t *testing.T, cores uint16, memory uint64, users uint32, kind uint8, more uint32, moreCores uint16,
		moreMemory uint64) {
		r := planCase(cores, memory, users, kind, 0)
		growProblems(t, r, int(more%catalog.MaxUsers), int(moreCores%catalog.MaxCores),
			units.Bytes(moreMemory%uint64(2*units.TiB))).report(t)
	})
}

func TestPlanGrowsSweep(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	var all problems
	for range 400 {
		r := randomCase(rng)
		for _, border := range []int{500, 5000} {
			r.Users = border
			all = append(all, growProblems(t, r, 1, 1, units.MiB)...)
		}
		r.Users = 1 + int(logUniform(rng, catalog.MaxUsers-1))
		more := int(logUniform(rng, float64(catalog.MaxUsers)))
		all = append(all, growProblems(t, r, more, 1+rng.IntN(64), units.Bytes(logUniform(rng, 1<<20))*units.MiB)...)
	}
	all.report(t)
}

// TestOddBytes: nothing rounds memory to whole MiB before it is planned, and one
// byte more must not give a replica less. At 146106482688 bytes the reserve steps
// up by a MiB with the next byte.
func TestOddBytes(t *testing.T) {
	r := aRequest()
	r.Users, r.Host.Cores = 200_000, 256
	for _, memory := range []units.Bytes{146106482688, 160838975488, 163198271488} {
		r.Host.Memory = memory
		was := must(quickPlan(t, r))(t)
		r.Host.Memory++
		is := must(quickPlan(t, r))(t)
		if is.Memory.Limits < was.Memory.Limits {
			t.Errorf("%s and 1 byte more: limits fell from %s to %s", memory, was.Memory.Limits, is.Memory.Limits)
		}
	}
}

// TestStatedLoadGrows: the borders between profiles also hold where a person
// says how many users are online.
func TestStatedLoadGrows(t *testing.T) {
	for _, change := range []func(*Request){
		func(r *Request) { r.Concurrency = 0.2 },
		func(r *Request) { r.Concurrency = 0.78 },
		func(r *Request) { r.Concurrent = 400 },
		func(r *Request) { r.Concurrent = 3900 },
	} {
		for _, border := range []int{500, 5000} {
			r := aRequest()
			r.Users, r.Host = border, stack.Host{Cores: 256, Memory: units.TiB}
			change(&r)
			r.Concurrent = min(r.Concurrent, r.Users)
			growProblems(t, r, 1, 1, units.MiB).report(t)
		}
	}
}

func TestConcurrent(t *testing.T) {
	for _, c := range []struct {
		users      int
		share      float64
		concurrent int
		want       int
	}{
		{3000, 0, 0, 600},
		{3, 0, 0, 1},
		{100, 0.07, 0, 7}, // 100 x 0.07 is 7.000000000000001 in binary
		{1000, 0.29, 0, 290},
		{3000, 1, 0, 3000},
		{3000, 0.5, 100, 100}, // a number stands above a share
	} {
		r := aRequest()
		r.Users, r.Concurrency, r.Concurrent = c.users, c.share, c.concurrent
		if p := must(quickPlan(t, r))(t); p.Concurrent != c.want {
			t.Errorf("%d users at %v, %d stated: got %d concurrent, want %d", c.users, c.share, c.concurrent, p.Concurrent,
				c.want)
		}
	}
}

// TestCarries: a load that a host is said to carry is planned there with as many
// instances as it needs.
func TestCarries(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	var all problems
	for range 300 {
		r := randomCase(rng)
		p, err := quickPlan(t, r)
		if err != nil || p.Carries.Concurrent > catalog.MaxUsers {
			continue
		}
		r.Profile, r.Instances, r.Concurrency = p.Profile, p.Carries.Instances, 0
		r.Users, r.Concurrent = max(r.Users, p.Carries.Concurrent), p.Carries.Concurrent
		at, err := quickPlan(t, r)
		enough := at.Instances >= ceilDiv(at.Concurrent, 125)
		all.want(err == nil && enough, "a host carries what it is said to",
			"%+v carries %+v; planned for them: %+v, error %v", p.Host, p.Carries, at.Memory, err)
	}
	all.report(t)
}
