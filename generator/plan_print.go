package generator

import (
	"fmt"
	"io"
	"text/tabwriter"

	"rcgen/generator/units"
)

// Print prints the figures of a plan on one screen.
func (p Plan) Print(w io.Writer) {
	fmt.Fprintf(w, "%d users, %d at once (profile %s), on %s and %s (%s)\n\n",
		p.Users, p.Concurrent, p.Profile, units.Count(p.Host.Cores, "core"), p.Host.Memory.Human(), p.Host.Source)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SERVICE\tREPLICAS\tCPUS\tMEMORY\tOF WHICH\tDISK PER YEAR")
	for _, s := range p.Services {
		fmt.Fprintf(t, "%s\t%d\t%v\t%s\t%s\t%s\n", s.Name, s.Replicas, s.CPUs.Value, s.Memory.Value.Human(), share(s),
			human(s.DiskPerYear))
	}
	t.Flush()
	fmt.Fprintf(w, "\nlimits %s + system %s of %s; this host carries about %d users at once\n",
		p.Memory.Limits.Human(), p.Memory.Reserve.Human(), p.Host.Memory.Human(), p.Carries.Concurrent)
	if !p.Fits {
		fmt.Fprintf(w, "short: these users need %s, on a host with %s and %s\n",
			units.Count(p.Needs.Instances, "instance"), units.Count(p.Needs.Cores, "core"), p.Needs.Memory)
	}
}

func share(s Service) string {
	switch {
	case s.Heap != nil:
		return "heap " + s.Heap.Value.Human()
	case s.Cache != nil:
		return "cache " + s.Cache.Value.Human()
	default:
		return "-"
	}
}

func human(f *Figure[units.Bytes]) string {
	if f == nil {
		return "-"
	}
	return f.Value.Human()
}

// PrintChanges prints the figures in which a plan differs from the one before.
func (p Plan) PrintChanges(w io.Writer, was Plan) {
	is := p
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, from, to string) {
		if from != to {
			fmt.Fprintf(t, "%s\t%s -> %s\n", what, from, to)
		}
	}
	line("Rocket.Chat", was.Release, is.Release)
	line("MongoDB", was.MongoDBVersion, is.MongoDBVersion)
	line("users", fmt.Sprint(was.Users), fmt.Sprint(is.Users))
	line("users at once", fmt.Sprint(was.Concurrent), fmt.Sprint(is.Concurrent))
	line("profile", was.Profile, is.Profile)
	line("instances", fmt.Sprint(was.Instances), fmt.Sprint(is.Instances))
	for _, s := range is.Services {
		old, err := was.Service(s.Name)
		if err != nil {
			continue // both plans have the same services: scale changes users and instances only
		}
		line(s.Name+" CPUs", fmt.Sprint(old.CPUs.Value), fmt.Sprint(s.CPUs.Value))
		line(s.Name+" memory", old.Memory.Value.Human(), s.Memory.Value.Human())
	}
	line("limits together", was.Memory.Limits.Human(), is.Memory.Limits.Human())
	t.Flush()
}

// PrintReasons prints why each figure is what it is, and where that comes from.
func (p Plan) PrintReasons(w io.Writer) {
	fmt.Fprintln(w, "\nWhy:")
	reason := func(what, value, why, source string) {
		fmt.Fprintf(w, "  %s %s: %s\n      [%s]\n", what, value, why, source)
	}
	values := map[string]string{
		"concurrent": fmt.Sprint(p.Concurrent), "instances": fmt.Sprint(p.Instances),
		"profile": p.Profile, "memory.reserve": p.Memory.Reserve.Human(),
	}
	for _, r := range p.Reasons {
		reason(r.Figure, values[r.Figure], r.Reason, r.Source)
	}
	for _, s := range p.Services {
		reason(s.Name+" CPUs", fmt.Sprint(s.CPUs.Value), s.CPUs.Reason, s.CPUs.Source)
		for _, f := range []struct {
			what   string
			figure *Figure[units.Bytes]
		}{{"memory", &s.Memory}, {"heap", s.Heap}, {"cache", s.Cache}, {"disk per year", s.DiskPerYear}} {
			if f.figure != nil {
				reason(s.Name+" "+f.what, f.figure.Value.Human(), f.figure.Reason, f.figure.Source)
			}
		}
	}
}
