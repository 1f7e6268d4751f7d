// Package doctor checks a host, a project and its running containers, and says of each
// finding how to fix it.
//
// It asks through functions that the caller passes, so that Docker contexts and remote
// engines work and every check can be tested with a world of its own. What it prints is
// pasted in public: no path and no secret is in it.
//
// What belongs here: the checks, their verdicts and the report. What does not: where an
// answer comes from (internal/inspect), except for this machine and the chat through its
// proxy, and options (cmd/rcgen).
package doctor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"rcgen/generator/tree"
)

// Limit is how long Run takes at most.
const Limit = 10 * time.Second

// patience is how long a question may take (assumption: what takes longer than half of
// the whole is a finding itself). checkLimit is how long a check may take that states no
// time of its own: it outlasts a question that hangs, so as to say what came of it.
const (
	patience   = 5 * time.Second
	checkLimit = patience + 2*time.Second
)

// parting is how long Run waits for what it has left behind, such as a docker that is
// told to end: rcgen is over afterwards, and nobody would tell it. Assumption: docker
// ends within some hundredths of a second. With the longest check it is below Limit.
const parting = 500 * time.Millisecond

// Result is what came of a check.
type Result string

// The results, the worst last.
const (
	Skip Result = "skip" // does not apply, or could not be asked; the detail says why
	OK   Result = "ok"
	Warn Result = "warn" // works, and may not for long
	Fail Result = "fail" // does not work, or will not
)

var order = []Result{Skip, OK, Warn, Fail}

// Group is what a check looks at.
type Group string

// The groups.
const (
	Host    Group = "host"    // the machine on which the containers run or will run
	Project Group = "project" // the files
	Running Group = "running" // the containers
)

// Finding is the outcome of one check. Its JSON form stays: keys may come, none goes.
type Finding struct {
	ID     string `json:"id"`
	Group  Group  `json:"group"`
	What   string `json:"what"` // that is checked
	Result Result `json:"result"`
	Detail string `json:"detail"` // what was found
	Fix    string `json:"fix"`    // what to do; empty when there is nothing to be done
}

// Report is the outcome of all checks that were asked for.
type Report struct {
	Project string    `json:"project"` // name of the Compose project; empty without one
	At      time.Time `json:"at"`      // in UTC, whole seconds
	Worst   Result    `json:"worst"`
	Checks  []Finding `json:"checks"` // in the order of All
}

// verdict is what a check says.
type verdict struct {
	result      Result
	detail, fix string
}

func ok(format string, args ...any) verdict { return verdict{OK, fmt.Sprintf(format, args...), ""} }

func warn(detail, fix string) verdict { return verdict{Warn, detail, fix} }

func fail(detail, fix string) verdict { return verdict{Fail, detail, fix} }

func skip(detail, fix string) verdict { return verdict{Skip, detail, fix} }

// check is one row of the table.
type check struct {
	id    string // lower case, words joined by a hyphen; never changes, since people script on it
	what  string // a noun phrase
	group Group
	limit time.Duration // 0: checkLimit
	run   func(ctx context.Context, w *world) verdict
}

// table returns all checks, in the order in which they are printed.
func table() []check {
	var all []check
	for _, g := range []struct {
		group  Group
		checks []check
	}{{Host, hostChecks()}, {Project, projectChecks()}, {Running, runningChecks()}} {
		for _, c := range g.checks {
			c.group = g.group
			all = append(all, c)
		}
	}
	return all
}

// IDs returns the names of all checks, in their order.
func IDs() []string {
	var ids []string
	for _, c := range table() {
		ids = append(ids, c.id)
	}
	return ids
}

// Run makes the checks at once and returns within Limit, or sooner where ctx ends.
// only names checks or groups; none of them means all. A check that does not answer
// in its own time is left behind and warned about; it holds up nobody.
func Run(ctx context.Context, s Sources, only []string) Report {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	w := newWorld(ctx, s)
	r := Report{At: s.Now().UTC().Truncate(time.Second), Worst: Skip, Checks: []Finding{}}
	if s.Plan != nil {
		r.Project = s.Plan.Request.Project
	}
	chosen := slices.DeleteFunc(table(), func(c check) bool {
		return len(only) > 0 && !slices.Contains(only, c.id) && !slices.Contains(only, string(c.group))
	})
	r.Checks = append(r.Checks, make([]Finding, len(chosen))...)
	var all sync.WaitGroup
	for i, c := range chosen {
		all.Go(func() { r.Checks[i] = c.finding(ctx, w) })
	}
	all.Wait()
	cancel()
	w.settle()
	for _, f := range r.Checks {
		if slices.Index(order, f.Result) > slices.Index(order, r.Worst) {
			r.Worst = f.Result
		}
	}
	return r
}

// finding runs one check, in its own time.
func (c check) finding(ctx context.Context, w *world) Finding {
	limit := c.limit
	if limit == 0 {
		limit = checkLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answered := make(chan verdict, 1)
	w.tasks.Go(func() { answered <- c.run(ctx, w) })
	var v verdict
	select {
	case v = <-answered:
	case <-ctx.Done():
		v = warn(fmt.Sprintf("no answer within %v", limit), "run it again, alone: rcgen doctor --only "+c.id)
	}
	detail := cut(printable(w.Clean(v.detail)), maxDetail)
	fix := printable(w.Clean(v.fix))
	return Finding{ID: c.id, Group: c.group, What: c.what, Result: v.result, Detail: detail, Fix: fix}
}

// maxDetail is how many characters a detail has at most: some come from programs that
// may answer anything. Assumption: what rcgen itself has to say is shorter.
const maxDetail = 600

// Count returns how many checks had a result.
func (r Report) Count(result Result) int {
	n := 0
	for _, f := range r.Checks {
		if f.Result == result {
			n++
		}
	}
	return n
}

// inProject skips a check where there is no project, or none that can be read.
func inProject(run func(context.Context, *world) verdict) func(context.Context, *world) verdict {
	return func(ctx context.Context, w *world) verdict {
		switch {
		case w.Broken != nil:
			return skip(tree.RequestFile+" cannot be read", "mend what the check validate says")
		case w.Plan == nil:
			return skip("no project here", "rcgen init makes one")
		}
		return run(ctx, w)
	}
}
