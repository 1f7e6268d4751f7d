package generator

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// problem is a property of plans that does not hold, with the case that shows it.
type problem struct{ property, detail string }

// problems are those of one or many plans.
type problems []problem

func (ps *problems) want(good bool, property, format string, args ...any) {
	if !good {
		*ps = append(*ps, problem{property, fmt.Sprintf(format, args...)})
	}
}

// report prints each property that is broken once, with how often and the first case.
func (ps problems) report(t *testing.T) {
	t.Helper()
	count := map[string]int{}
	for _, p := range ps {
		count[p.property]++
	}
	for _, p := range ps {
		if n := count[p.property]; n > 0 {
			t.Errorf("%s: broken %d times, first: %s", p.property, n, p.detail)
			count[p.property] = 0
		}
	}
}

// planProblems returns what is wrong with the plan of a valid request.
func planProblems(tb testing.TB, r Request) problems {
	tb.Helper()
	var ps problems
	p, err := quickPlan(tb, r)
	if err != nil {
		ps.tooSmall(tb, r, err)
		return ps
	}
	ps.instances(p)
	ps.memory(p)
	for _, s := range p.Services {
		ps.service(p, s)
	}
	ps.shapes(tb, p)
	ps.needs(tb, p)
	ps.texts(p)
	return ps
}

var sizeInHint = regexp.MustCompile(`[0-9]+[KMGT]iB`)

// tooSmall: the only reason to refuse a valid request is a host without room,
// and the hint names the smallest that has it.
func (ps *problems) tooSmall(tb testing.TB, r Request, err error) {
	var e *fault.Error
	if !errors.As(err, &e) || !sizeInHint.MatchString(e.Hint) {
		ps.want(false, "an error hints at a size", "%+v: %#v", r, err)
		return
	}
	named := must(units.Parse(sizeInHint.FindString(e.Hint)))(tb)
	bigger, smaller := r, r
	bigger.Host.Memory, smaller.Host.Memory = named, named-units.GiB
	_, err = quickPlan(tb, bigger)
	ps.want(err == nil, "the named host works", "%+v: hint %q, and there: %v", r, e.Hint, err)
	if smaller.Host.Memory >= catalog.MinMemory {
		_, err = quickPlan(tb, smaller)
		ps.want(err != nil, "the named host is the smallest", "%+v: hint %q, and 1 GiB less will do", r, e.Hint)
	}
}

func (ps *problems) instances(p Plan) {
	stated, most := p.Request.Instances, max(1, p.Host.Cores-1)
	ps.want(p.Instances >= 1, "one instance or more", "%+v: %d", p.Request, p.Instances)
	if stated > 0 {
		ps.want(p.Instances == stated, "a stated count is obeyed", "%+v: %d", p.Request, p.Instances)
	} else {
		ps.want(p.Instances <= most, "a computed count leaves a core", "%+v: %d", p.Request, p.Instances)
		ps.want(p.Instances == 1 || p.Edition == Licensed, "one instance without a licence", "%+v: %d", p.Request,
			p.Instances)
	}
	ps.want(len(p.Replicas()) == p.Instances, "a replica for each instance", "%+v: %d of %d", p.Request, len(p.Replicas()),
		p.Instances)
}

func (ps *problems) memory(p Plan) {
	var sum units.Bytes
	for _, s := range p.Services {
		sum += s.Memory.Value * units.Bytes(s.Replicas)
	}
	ps.want(sum == p.Memory.Limits, "the sum of limits is that of the services", "%+v: %s, not %s", p.Request,
		p.Memory.Limits, sum)
	ps.want(p.Memory.Reserve+sum <= p.Host.Memory, "reserve and limits fit the host", "%+v: %+v", p.Request, p.Memory)
	ps.want(p.Memory.Free == p.Host.Memory-p.Memory.Reserve-sum, "free is the rest", "%+v: %+v", p.Request, p.Memory)
}

func (ps *problems) service(p Plan, s Service) {
	limit := s.Memory.Value
	ps.want(limit%units.MiB == 0, "limits are whole MiB, as they are printed", "%+v: %s %s", p.Request, s.Name, limit)
	ps.want(s.CPUs.Value >= 0.01 && s.CPUs.Value <= float64(p.Host.Cores), "CPU limits are the host's at most",
		"%+v: %s %v", p.Request, s.Name, s.CPUs.Value)
	ps.want((s.Heap != nil) == (s.Name == stack.RocketChat || s.Name == stack.Traefik),
		"Rocket.Chat and Traefik have a heap", "%+v: %s", p.Request, s.Name)
	ps.want((s.Cache != nil) == (s.Name == stack.MongoDBService), "MongoDB has a cache", "%+v: %s", p.Request, s.Name)
	if s.Heap != nil {
		ps.want(s.Heap.Value > 0 && s.Heap.Value < limit, "the heap is below the limit", "%+v: %s of %s", p.Request,
			s.Heap.Value, limit)
	}
	if s.Cache != nil {
		ps.want(s.Cache.Value >= 256*units.MiB && s.Cache.Value < limit,
			"the cache is below the limit and above mongod's least", "%+v: %s of %s", p.Request, s.Cache.Value, limit)
	}
}

// shapes: no limit is below what the profile calls the least, and a plan that
// fits gives every service what the profile wants for it.
func (ps *problems) shapes(tb testing.TB, p Plan) {
	for _, n := range profileNamed(tb, p.Profile).Services.All() {
		s, err := p.Service(n.Name)
		if isLogs(n.Name) {
			ps.logs(p, profileNamed(tb, p.Profile).Logs.Value, n.Name, err == nil)
		}
		if err != nil {
			ps.want(isLogs(n.Name) || n.Name == stack.MongoDBService && p.Request.MongoDB.External, "every service is planned",
				"%+v: %v", p.Request, err)
			continue
		}
		ps.want(s.Memory.Value >= n.Shape.MemoryMin.Value, "limits are above the profile's least", "%+v: %s %s", p.Request,
			s.Name, s.Memory.Value)
		want := n.Shape.Memory.Value
		if per := n.Shape.MemoryPerConcurrent; per != nil {
			want += per.Value * units.Bytes(p.Concurrent)
		}
		ps.want(!p.Fits || s.Memory.Value >= want, "nothing is short in a plan that fits", "%+v: %s %s, wants %s", p.Request,
			s.Name, s.Memory.Value, want)
	}
	for _, w := range p.Warnings {
		ps.want(!p.Fits || w.Code != WarnHostShort && w.Code != WarnMemoryLowered, "no shortage is told of a plan that fits",
			"%+v: %+v", p.Request, w)
	}
	ps.want(!p.Fits || p.Instances >= p.Needs.Instances, "a plan that fits has the instances it needs", "%+v: %d of %d",
		p.Request, p.Instances, p.Needs.Instances)
}

// logs: a request is obeyed; what only the profile wants is planned, or the plan
// does not fit.
func (ps *problems) logs(p Plan, profile bool, name string, planned bool) {
	if stated := p.Request.Monitoring.Logs; stated != nil {
		ps.want(planned == *stated, "logs are kept as stated", "%+v: %s planned: %t", p.Request, name, planned)
		return
	}
	ps.want(profile || !planned, "logs are not kept where the profile does not", "%+v: %s", p.Request, name)
	ps.want(!profile || planned || !p.Fits, "logs are kept where the profile does", "%+v: no %s", p.Request, name)
}

// needs: the host it names carries the users. Without a licence no host carries
// more than one instance does, so there the plan must not say that it fits.
func (ps *problems) needs(tb testing.TB, p Plan) {
	if p.Request.Edition == Community && p.Needs.Instances > 1 {
		ps.want(!p.Fits || p.Request.Instances > 1, "one instance is not several", "%+v: %+v", p.Request, p.Needs)
		return
	}
	r := p.Request
	r.Instances, r.Host = 0, stack.Host{Cores: p.Needs.Cores, Memory: p.Needs.Memory}
	again, err := quickPlan(tb, r)
	ps.want(err == nil && again.Fits, "the host that is needed fits", "%+v: %+v: fits %v, error %v", p.Request, p.Needs,
		again.Fits, err)
	ps.want(err != nil || again.Instances == p.Needs.Instances,
		"the host that is needed runs the instances that are needed", "%+v: %+v, runs %d", p.Request, p.Needs,
		again.Instances)
}

// texts: every figure has a reason and a source, every warning a hint.
func (ps *problems) texts(p Plan) {
	texts := map[string]string{}
	for _, s := range p.Services {
		texts[s.Name+" image"] = s.Image
		figures(texts, s.Name, reflect.ValueOf(s))
	}
	for _, r := range p.Reasons {
		texts[r.Figure+" reason"], texts[r.Figure+" source"] = r.Reason, r.Source
	}
	for _, w := range p.Warnings {
		texts["a code"], texts[w.Code+" message"], texts[w.Code+" hint"] = w.Code, w.Message, w.Hint
	}
	for what, text := range texts {
		good := strings.TrimSpace(text) != "" && !strings.Contains(text, "%!")
		ps.want(good, "every figure and warning is explained", "%+v: %s: %q", p.Request, what, text)
	}
}

// figures collects the texts of every Figure of a service, found by its fields,
// so that a new one cannot be forgotten.
func figures(texts map[string]string, name string, v reflect.Value) {
	for i := range v.NumField() {
		f := reflect.Indirect(v.Field(i))
		if !f.IsValid() || f.Kind() != reflect.Struct {
			continue
		}
		key := name + " " + v.Type().Field(i).Name
		texts[key+" reason"], texts[key+" source"] = f.FieldByName("Reason").String(), f.FieldByName("Source").String()
	}
}
