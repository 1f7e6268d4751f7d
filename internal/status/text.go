package status

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"rcgen/generator/units"
)

// unknown stands for what could not be found out, none for what does not apply.
const (
	unknown = "unknown"
	none    = "-"
)

// Print writes a status for people: a table of the containers, a line for each
// other thing, and what is wrong with what to do. The error is that of w.
func (s Status) Print(w io.Writer) error {
	var out strings.Builder
	verdict := "all is well"
	if n := len(s.Wrong); n == 1 {
		verdict = "1 thing is wrong"
	} else if n > 1 {
		verdict = fmt.Sprintf("%d things are wrong", n)
	}
	fmt.Fprintf(&out, "%s at %s: %s\n\n", s.Project, s.At.Format("2006-01-02 15:04:05 MST"), verdict)
	s.table(&out)
	out.WriteByte('\n')
	s.lines(&out)
	if len(s.Wrong) > 0 {
		out.WriteString("\nwrong:\n")
	}
	for _, p := range s.Wrong {
		fmt.Fprintf(&out, "  %s: %s\n    %s\n", p.Subject, p.Message, p.Hint)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (s Status) table(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SERVICE\tSTATE\tHEALTH\tIMAGE\tAGE\tUSERS\tCPU\tMEMORY")
	for i, c := range slices.Concat(s.Replicas, s.Services) {
		name, connected := c.Service, none
		if c.Number > 1 {
			name = fmt.Sprintf("%s (%d)", name, c.Number)
		}
		if i < len(s.Replicas) && c.running() {
			connected = known(c.Users, strconv.Itoa)
		}
		cpu, memory := none, none
		if c.running() {
			cpu = share(c.CPU, c.CPULimit, func(v float64) string { return fmt.Sprint(math.Round(v*100) / 100) })
			memory = share(c.Memory, c.MemoryLimit, func(v int64) string { return units.Bytes(v).Human() })
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			name, c.State, cmp.Or(c.Health, none), short(c.Image), age(c.Created, s.At), connected, cpu, memory)
	}
	t.Flush()
}

// short leaves out registry and owner, and of a digest all but its beginning.
func short(image string) string {
	const begin = 12 // as docker shortens ids
	if image == "" {
		return none
	}
	image = path.Base(image)
	if name, digest, ok := strings.Cut(image, "@sha256:"); ok && len(digest) > begin {
		return name + "@" + digest[:begin]
	}
	return image
}

// age is the largest unit that there is one of.
func age(created *time.Time, now time.Time) string {
	if created == nil {
		return none
	}
	d := max(now.Sub(*created), 0)
	const day = 24 * time.Hour
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d >= u.of {
			return fmt.Sprintf("%d%s", d/u.of, u.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

func known[T any](v *T, text func(T) string) string {
	if v == nil {
		return unknown
	}
	return text(*v)
}

// share prints what is used of a limit.
func share[T int64 | float64](used, limit *T, text func(T) string) string {
	switch {
	case limit == nil:
		return known(used, text)
	case *limit == 0:
		return known(used, text) + " of no limit"
	}
	return known(used, text) + " of " + text(*limit)
}

func (s Status) lines(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, text string) { fmt.Fprintf(t, "%s\t%s\n", name, text) }
	line("users", fmt.Sprintf("%s connected, %d planned at once", known(s.Users.Connected, strconv.Itoa), s.Users.Planned))
	line("mongodb", s.MongoDB.text())
	line("nats", s.NATS.text())
	line("certificates", s.certificatesText())
	line("release", s.Release.text())
	line("alerts", s.alertsText())
	line("drift", s.Drift.text())
	t.Flush()
}

func (m MongoDB) text() string {
	switch {
	case !m.Known:
		return unknown
	case m.Primary == "":
		return "no primary, " + units.Count(m.Members, "member")
	}
	return "primary " + m.Primary + ", " + units.Count(m.Members, "member")
}

func (n NATS) text() string {
	switch {
	case n.Up == nil:
		return unknown
	case !*n.Up:
		return "does not answer"
	}
	return "up, " + units.Count(*n.Connections, "connection")
}

func (s Status) certificatesText() string {
	var all []string
	for _, c := range s.Certificates {
		all = append(all, fmt.Sprintf("%s until %s (%s)", c.Name, c.Until.Format(time.DateOnly), units.Count(c.Days, "day")))
	}
	switch {
	case s.Certificates == nil:
		return unknown
	case len(all) == 0:
		return "none"
	}
	return strings.Join(all, ", ")
}

func (r Release) text() string {
	switch {
	case r.Supported == nil:
		return r.Release + ", its support is not known to this rcgen"
	case r.Days == nil:
		return r.Release + ", no support"
	case !*r.Supported:
		return r.Release + ", supported until " + r.Until
	}
	return fmt.Sprintf("%s, supported until %s (%s)", r.Release, r.Until, units.Count(*r.Days, "day"))
}

func (s Status) alertsText() string {
	var all []string
	for _, a := range s.Alerts {
		all = append(all, strings.TrimSpace(a.Name+" "+about(a))+" ("+a.Severity+")")
	}
	switch {
	case s.Alerts == nil:
		return unknown
	case len(all) == 0:
		return "none fires"
	}
	return some(all)
}

func (d Drift) text() string {
	files, containers := unknown, unknown
	if d.Files != nil {
		files = differ(len(d.Files), "file")
	}
	if d.Containers != nil {
		containers = differ(len(d.Containers), "container")
	}
	if d.Files != nil && d.Containers != nil && len(d.Files)+len(d.Containers) == 0 {
		return "none"
	}
	return "files: " + files + "; containers: " + containers
}
