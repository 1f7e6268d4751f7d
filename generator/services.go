package generator

import (
	"fmt"
	"math"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// carries returns what the host carries at most when nobody states a count.
func (s sizing) carries() Carries {
	n := s.ceiling
	if s.request.Edition == Community {
		n = 1
	}
	c := Carries{Instances: n, Concurrent: n * s.profile.ConcurrentPerInstance.Value}
	c.Users = int(math.Floor(float64(c.Concurrent) / s.share()))
	return c
}

// share returns concurrent / users as the request has it.
func (s sizing) share() float64 {
	switch {
	case s.request.Concurrent > 0:
		return float64(s.request.Concurrent) / float64(s.request.Users)
	case s.request.Concurrency > 0:
		return s.request.Concurrency
	default:
		return s.profile.Concurrency.Value
	}
}

func (s sizing) edition() string {
	if s.request.Edition == "" {
		return Licensed
	}
	return s.request.Edition
}

// services returns every service with its figures.
func (s sizing) services(cat catalog.Catalog, mongoDB string) ([]Service, error) {
	var all []Service
	for _, d := range s.demands {
		image, err := cat.Image(catalog.ImageName(d.name, mongoDB))
		if err != nil {
			return nil, err
		}
		svc := Service{
			Name: d.name, Image: image, Replicas: d.count,
			CPUs: s.cpus(d), Memory: s.memoryFigure(d), PIDs: s.pids(d),
		}
		switch d.name {
		case stack.RocketChat:
			svc.Image += ":" + s.request.Release
			svc.Heap = heap(d, s.profile.HeapShare)
		case stack.Traefik:
			svc.Heap = heap(d, s.profile.GoShare)
		case stack.MongoDBService:
			svc.Cache = s.cache(d)
			svc.DiskPerYear = s.databaseDisk()
		case stack.Prometheus:
			svc.DiskPerYear = s.metricsDisk()
		case stack.Loki:
			svc.DiskPerYear = s.logsDisk()
		}
		all = append(all, svc)
	}
	return all, nil
}

func (s sizing) cpus(d demand) Figure[float64] {
	want, cores := d.shape.CPUsFor(s.concurrent), float64(s.request.Host.Cores)
	f := Figure[float64]{Value: min(want, cores), Source: d.shape.CPUs.Origin()}
	f.Reason = fmt.Sprint(d.shape.CPUs.Value)
	if per := d.shape.CPUsPerConcurrent; per != nil && per.Value > 0 {
		f.Reason += fmt.Sprintf(" + %d concurrent x %v", s.concurrent, per.Value)
		f.Source += "; " + per.Origin()
	}
	if want > cores {
		f.Reason += fmt.Sprintf(", lowered to the host's %v", cores)
	}
	return f
}

func (s sizing) memoryFigure(d demand) Figure[units.Bytes] {
	f := Figure[units.Bytes]{Value: d.limit, Reason: d.shape.Memory.Value.String(), Source: d.shape.Memory.Origin()}
	if per := d.shape.MemoryPerConcurrent; per != nil && per.Value > 0 {
		f.Reason += fmt.Sprintf(" + %d concurrent x %s", s.concurrent, per.Value)
		f.Source += "; " + per.Origin()
	}
	if d.limit < d.want {
		f.Reason += fmt.Sprintf(", lowered so that all limits fit the host; it does not run below %s", d.min)
	}
	return f
}

func (s sizing) pids(d demand) Figure[int] {
	limit := s.profile.PIDs
	return Figure[int]{Value: limit.Value.Of(d.name), Reason: "the profile's", Source: limit.Origin()}
}

func heap(d demand, share catalog.Cited[float64]) *Figure[units.Bytes] {
	return &Figure[units.Bytes]{
		Value:  units.Bytes(float64(d.limit.MiB())*share.Value) * units.MiB,
		Reason: fmt.Sprintf("%v of the memory limit %s", share.Value, d.limit),
		Source: share.Origin(),
	}
}

func (s sizing) cache(d demand) *Figure[units.Bytes] {
	c := s.profile.Cache.Value
	value := units.Bytes(float64((d.limit-c.Less).MiB())*c.Share) * units.MiB
	return &Figure[units.Bytes]{
		Value:  max(value, c.Min),
		Reason: fmt.Sprintf("%v x (memory limit %s - %s), at least %s", c.Share, d.limit, c.Less, c.Min),
		Source: s.profile.Cache.Origin(),
	}
}

func (s sizing) databaseDisk() *Figure[units.Bytes] {
	st, users := s.profile.Storage, units.Bytes(s.request.Users)
	const days, months = 365, 12
	messages := users * units.Bytes(st.MessagesPerUserDay.Value) * days * st.BytesPerMessage.Value
	uploads := users * st.UploadsPerUserMonth.Value * months
	return &Figure[units.Bytes]{
		Value: messages + uploads,
		Reason: fmt.Sprintf("%d users x (%d messages a day of %s + uploads of %s a month)",
			users, st.MessagesPerUserDay.Value, st.BytesPerMessage.Value, st.UploadsPerUserMonth.Value),
		Source: st.MessagesPerUserDay.Origin() + "; " + st.BytesPerMessage.Origin() + "; " + st.UploadsPerUserMonth.Origin(),
	}
}

func (s sizing) metricsDisk() *Figure[units.Bytes] {
	st := s.profile.Storage
	return &Figure[units.Bytes]{
		Value:  st.MetricsSize.Value,
		Reason: fmt.Sprintf("kept %s, never more than %s", st.MetricsRetention.Value, st.MetricsSize.Value),
		Source: st.MetricsRetention.Origin() + "; " + st.MetricsSize.Origin(),
	}
}

// reasons explains the figures that belong to no service.
func (s sizing) reasons() []Reason {
	p, r := s.profile, s.request
	all := []Reason{{"concurrent", fmt.Sprintf("%v of %d users", s.share(), r.Users), p.Concurrency.Origin()}}
	switch {
	case r.Concurrent > 0:
		all[0] = Reason{"concurrent", "stated", "concurrent in rcgen.yaml or --concurrent"}
	case r.Concurrency > 0:
		all[0].Source = "concurrency in rcgen.yaml or --concurrency"
	}
	return append(all,
		Reason{"instances", s.instancesReason(), p.ConcurrentPerInstance.Origin()},
		Reason{"profile", s.profileReason(), p.Users.Origin()},
		Reason{"memory.reserve", "left to the system and Docker", p.OSReserve.Origin()},
	)
}

func (s sizing) instancesReason() string {
	p := s.profile
	need := fmt.Sprintf("%d concurrent need %d at %d each", s.concurrent, s.needed, p.ConcurrentPerInstance.Value)
	if s.request.Edition != Community && s.needed == p.MinInstances.Value {
		need += fmt.Sprintf(", at least %d", p.MinInstances.Value)
	}
	switch {
	case s.request.Instances > 0:
		return "stated; " + need
	case s.request.Edition == Community:
		return "one without a licence; " + need
	case s.instances < s.needed:
		return fmt.Sprintf("%s; %s with %s gives %d (one core stays free, each replica has its memory)",
			need, units.Count(s.request.Host.Cores, "core"), s.request.Host.Memory.Human(), s.instances)
	default:
		return need
	}
}

func (s sizing) profileReason() string {
	if s.request.Profile != "" {
		return "stated"
	}
	return fmt.Sprintf("%d to %d users", s.profile.Users.Value.Min, s.profile.Users.Value.Max)
}
