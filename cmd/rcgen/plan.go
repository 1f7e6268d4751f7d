package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/keys"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/internal/project"
)

type planOptions struct {
	users                 *string
	request               requestOptions
	target                string // compose or kubernetes
	nodeCores, nodeMemory *string
	strict                bool
	dir, format           string
}

func planCommand(e env) *cli.Command {
	var o planOptions
	users := optionFlag(&o.users, "users", keys.Lead("users")+"; several with commas between (default: rcgen.yaml's)")
	flags := append([]cli.Flag{users}, o.request.flags()...)
	flags = append(flags, o.kubernetesFlags()...)
	return &cli.Command{
		Name:  "plan",
		Usage: "show the sizing with its reasons and sources; writes nothing",
		UsageText: "rcgen plan [options]\n\n" +
			"   rcgen plan                                # of the project here\n" +
			"   rcgen plan --users 3000 --cores 8 --memory 32GiB\n" +
			"   rcgen plan --users 500,1000,3000,10000    # a row each\n" +
			"   rcgen plan --users 3000 --format json\n" +
			"   rcgen plan --users 20000 --target kubernetes",
		Flags:  append(flags, strictFlag(&o.strict), dirFlag(&o.dir), formatFlag(&o.format)),
		Action: func(c *cli.Context) error { return o.run(c.Context, e) },
	}
}

func (o planOptions) run(ctx context.Context, e env) error {
	if err := o.checkTarget(); err != nil {
		return err
	}
	r, base, err := o.readRequest(ctx, e)
	if err != nil {
		return err
	}
	users, err := o.userCounts(r.Users)
	if err != nil {
		return err
	}
	own, _, err := project.OwnProfile(base, r.Profile)
	if err != nil {
		return usageError{err}
	}
	if o.target == targetKubernetes {
		return o.planKubernetes(e, r, own, users)
	}
	var plans []generator.Plan
	for _, r.Users = range users {
		if err := r.Check(); err != nil {
			return usageError{err}
		}
		p, err := generator.NewPlan(r, own)
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	return o.printPlans(e, plans)
}

// readRequest takes the request of the project in the directory where there is
// one, and puts the options above it. base is where its profile is looked up.
func (o planOptions) readRequest(ctx context.Context, e env) (r generator.Request, base string, err error) {
	var none *project.MissingError
	p, err := project.Open(o.dir, project.LockWait)
	switch {
	case err == nil:
		defer p.Close()
		if r, err = generator.DecodeRequest(p.Request); err != nil {
			return r, "", err
		}
		base = o.dir
	case errors.As(err, &none) && o.users != nil:
		r = newProject()
	case errors.As(err, &none):
		return r, "", usageError{&fault.Error{What: "plan: wants --users N, or a directory with " + tree.RequestFile,
			Hint: "rcgen plan --users 3000"}}
	default:
		return r, "", err
	}
	if o.request.profile != nil {
		base = ""
	}
	if o.users != nil {
		r.Instances = 0 // planned from the users, as scale --users does
	}
	if err := o.request.apply(&r); err != nil {
		return r, "", err
	}
	if o.target == targetKubernetes { // there is no host
		return r, base, nil
	}
	r.Host, err = o.request.host.read(ctx, e, r.Host)
	return r, base, err
}

func (o planOptions) userCounts(byDefault int) ([]int, error) {
	if o.users == nil {
		return []int{byDefault}, nil
	}
	var users []int
	for _, s := range strings.Split(*o.users, ",") {
		n, err := positive("users", strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		users = append(users, n)
	}
	return users, nil
}

// printPlans prints one plan in full, or a row for each of several.
func (o planOptions) printPlans(e env, plans []generator.Plan) error {
	warnings := func(p generator.Plan) []generator.Warning { return p.Warnings }
	table := func(w io.Writer, p generator.Plan) {
		p.Print(w)
		p.PrintReasons(w)
	}
	return printSized(o, e, plans, warnings, table, planRows)
}

// printSized prints plans of one kind: one by table, several by rows, or as JSON.
func printSized[P any](
	o planOptions, e env, plans []P,
	warnings func(P) []generator.Warning, table func(io.Writer, P), rows func(io.Writer, []P),
) error {
	for _, p := range plans {
		if err := refuseWarnings(o.strict, warnings(p)); err != nil {
			return err
		}
	}
	one := len(plans) == 1
	if one { // of several, the rows and the JSON name them
		warn(e, warnings(plans[0]))
	}
	switch {
	case o.format == "json" && one:
		return printJSON(e.stdout, plans[0])
	case o.format == "json":
		return printJSON(e.stdout, plans)
	}
	var out strings.Builder
	if one {
		table(&out, plans[0])
	} else {
		rows(&out, plans)
	}
	_, err := io.WriteString(e.stdout, out.String())
	return err
}

func planRows(w io.Writer, plans []generator.Plan) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "USERS\tAT ONCE\tPROFILE\tINSTANCES\tLIMITS\tFITS\tNEEDS\tWARNINGS")
	for _, p := range plans {
		var codes []string
		for _, w := range p.Warnings {
			codes = append(codes, w.Code)
		}
		fits := "yes"
		if !p.Fits {
			fits = "no"
		}
		fmt.Fprintf(t, "%d\t%d\t%s\t%d\t%s\t%s\t%s, %s\t%s\n", p.Users, p.Concurrent, p.Profile, p.Instances,
			p.Memory.Limits.Human(), fits, units.Count(p.Needs.Cores, "core"), p.Needs.Memory, strings.Join(codes, " "))
	}
	t.Flush()
}
