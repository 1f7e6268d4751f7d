package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"rcgen/generator"
	"rcgen/generator/units"
	"rcgen/internal/project"
)

// written is what a command that writes reports as JSON.
type written struct {
	Plan    generator.Plan `json:"plan"`
	Changes []change       `json:"changes"`
	DryRun  bool           `json:"dry_run"`
}

type change struct {
	Op   string `json:"op"` // create, replace, merge, offer or remove
	Path string `json:"path"`
}

// print reports what was written, or would be. before is the plan that the options
// changed, or nil.
func (o writeOptions) print(e env, b project.Built, before *generator.Plan) error {
	changes := []change{}
	for _, ch := range b.Valid.Changes() {
		changes = append(changes, change{ch.Verb(), ch.File.Path})
	}
	if o.format == "json" {
		return printJSON(e.stdout, written{b.Plan, changes, o.dryRun})
	}
	var out strings.Builder
	switch {
	case b.Alone: // the plan is not carried out
	case before == nil:
		planTable(&out, b.Plan)
		out.WriteByte('\n')
	default:
		planChanges(&out, *before, b.Plan)
		out.WriteByte('\n')
	}
	if len(changes) == 0 && len(b.Outcome.Conflicts()) == 0 {
		out.WriteString("nothing to write: every file is as it should be\n")
	}
	for _, ch := range changes {
		fmt.Fprintf(&out, "%-8s %s\n", ch.Op, ch.Path)
	}
	switch {
	case o.dryRun:
		out.WriteString("\nnothing was written (--dry-run)\n")
	case o.then == thenMore:
		out.WriteByte('\n')
	case len(changes) > 0 && !b.Alone:
		fmt.Fprintf(&out, "\nnext: %s%s\n", cd(o.dir), o.then.command(b.Fewer))
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}

func cd(dir string) string {
	if dir == "." {
		return ""
	}
	return "cd " + quoted(dir) + " && "
}

// quoted writes a path for a POSIX shell.
func quoted(path string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%="
	if strings.Trim(path, plain) == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// planTable prints the figures of a plan on one screen.
func planTable(w io.Writer, p generator.Plan) {
	fmt.Fprintf(w, "%d users, %d at once (profile %s), on %s and %s (%s)\n\n",
		p.Users, p.Concurrent, p.Profile, counted(p.Host.Cores, "core"), p.Host.Memory.Human(), p.Host.Source)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SERVICE\tREPLICAS\tCPUS\tMEMORY\tOF WHICH\tDISK PER YEAR")
	for _, s := range p.Services {
		fmt.Fprintf(t, "%s\t%d\t%v\t%s\t%s\t%s\n",
			s.Name, s.Replicas, s.CPUs.Value, s.Memory.Value.Human(), share(s), human(s.DiskPerYear))
	}
	t.Flush()
	fmt.Fprintf(w, "\nlimits %s + system %s of %s; this host carries about %d users at once\n",
		p.Memory.Limits.Human(), p.Memory.Reserve.Human(), p.Host.Memory.Human(), p.Carries.Concurrent)
	if !p.Fits {
		fmt.Fprintf(w, "short: these users need %s, on a host with %s and %s\n",
			counted(p.Needs.Instances, "instance"), counted(p.Needs.Cores, "core"), p.Needs.Memory)
	}
}

func share(s generator.Service) string {
	switch {
	case s.Heap != nil:
		return "heap " + s.Heap.Value.Human()
	case s.Cache != nil:
		return "cache " + s.Cache.Value.Human()
	default:
		return "-"
	}
}

func human(f *generator.Figure[units.Bytes]) string {
	if f == nil {
		return "-"
	}
	return f.Value.Human()
}

// planChanges prints the figures in which two plans differ.
func planChanges(w io.Writer, was, is generator.Plan) {
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

// planReasons prints why each figure is what it is, and where that comes from.
func planReasons(w io.Writer, p generator.Plan) {
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
			figure *generator.Figure[units.Bytes]
		}{{"memory", &s.Memory}, {"heap", s.Heap}, {"cache", s.Cache}, {"disk per year", s.DiskPerYear}} {
			if f.figure != nil {
				reason(s.Name+" "+f.what, f.figure.Value.Human(), f.figure.Reason, f.figure.Source)
			}
		}
	}
}

// counted writes a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
