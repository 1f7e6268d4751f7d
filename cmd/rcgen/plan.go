package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/keys"
)

func planCommand(e env) *cli.Command {
	flags := []cli.Flag{&cli.StringFlag{Name: "users", Usage: keys.Lead("users") + "; several with commas between (default: rcgen.yaml's)"}}
	return &cli.Command{
		Name:  "plan",
		Usage: "show the sizing with its reasons and sources; writes nothing",
		UsageText: "rcgen plan [options]\n\n" +
			"   rcgen plan                                # of the project here\n" +
			"   rcgen plan --users 3000 --cores 8 --memory 32GiB\n" +
			"   rcgen plan --users 500,1000,3000,10000    # a row each\n" +
			"   rcgen plan --users 3000 --format json\n" +
			"   rcgen plan --users 20000 --target kubernetes",
		Flags:  append(append(append(flags, requestFlags()...), kubernetesFlags()...), strictFlag(), dirFlag(), formatFlag()),
		Action: func(c *cli.Context) error { return runPlan(c, e) },
	}
}

func runPlan(c *cli.Context, e env) error {
	if err := checkPlanTarget(c); err != nil {
		return err
	}
	r, base, err := planRequest(c, e)
	if err != nil {
		return err
	}
	users, err := userCounts(c, r.Users)
	if err != nil {
		return err
	}
	own, _, err := ownProfile(base, r.Profile)
	if err != nil {
		return usageError{err}
	}
	if c.String("target") == targetKubernetes {
		return planKubernetes(c, e, r, own, users)
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
	return printPlans(c, e, plans)
}

// planRequest takes the request of the project in the directory where there is
// one, and puts the options above it. base is where its profile is looked up.
func planRequest(c *cli.Context, e env) (r generator.Request, base string, err error) {
	var none *noProjectError
	d, data, err := openProject(c)
	switch {
	case err == nil:
		defer d.Close()
		if r, err = generator.DecodeRequest(data); err != nil {
			return r, "", err
		}
		base = c.String("dir")
	case errors.As(err, &none) && c.IsSet("users"):
		r = newProject()
	case errors.As(err, &none):
		return r, "", usageError{&generator.Error{What: "plan: wants --users N, or a directory with " + generator.RequestFile, Hint: "rcgen plan --users 3000"}}
	default:
		return r, "", err
	}
	if c.IsSet("profile") {
		base = ""
	}
	if c.IsSet("users") {
		r.Instances = 0 // planned from the users, as scale --users does
	}
	if err := applyFlags(c, &r); err != nil {
		return r, "", err
	}
	if c.String("target") == targetKubernetes { // there is no host
		return r, base, nil
	}
	r.Host, err = readHost(c, e, r.Host)
	return r, base, err
}

func userCounts(c *cli.Context, byDefault int) ([]int, error) {
	if !c.IsSet("users") {
		return []int{byDefault}, nil
	}
	var users []int
	for _, s := range strings.Split(c.String("users"), ",") {
		n, err := positive("users", strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		users = append(users, n)
	}
	return users, nil
}

// printPlans prints one plan in full, or a row for each of several.
func printPlans(c *cli.Context, e env, plans []generator.Plan) error {
	return printSized(c, e, plans, func(p generator.Plan) []generator.Warning { return p.Warnings }, func(w io.Writer, p generator.Plan) {
		planTable(w, p)
		planReasons(w, p)
	}, planRows)
}

// printSized prints plans of one kind: one by table, several by rows, or as JSON.
func printSized[P any](c *cli.Context, e env, plans []P, warnings func(P) []generator.Warning, table func(io.Writer, P), rows func(io.Writer, []P)) error {
	for _, p := range plans {
		if err := strict(c, warnings(p)); err != nil {
			return err
		}
	}
	one := len(plans) == 1
	if one { // of several, the rows and the JSON name them
		warn(e, warnings(plans[0]))
	}
	switch {
	case c.String("format") == "json" && one:
		return printJSON(e.stdout, plans[0])
	case c.String("format") == "json":
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
			p.Memory.Limits.Human(), fits, counted(p.Needs.Cores, "core"), p.Needs.Memory, strings.Join(codes, " "))
	}
	t.Flush()
}
