package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rcgen/generator/catalog"
)

// profileRow is a profile as `rcgen profiles --format json` prints it.
type profileRow struct {
	Name                  string `json:"name"`
	MinUsers              int    `json:"min_users"`
	MaxUsers              int    `json:"max_users"`
	ConcurrentPerInstance int    `json:"concurrent_per_instance"`
	MinInstances          int    `json:"min_instances"`
	Source                string `json:"source"` // of the range
}

type profilesOptions struct {
	show   *string
	format string
}

func profilesCommand(e env) *cli.Command {
	var o profilesOptions
	return &cli.Command{
		Name:  "profiles",
		Usage: "list the size profiles with their ranges and sources",
		UsageText: "rcgen profiles [options]\n\n" +
			"   rcgen profiles\n" +
			"   rcgen profiles --show medium > my-profile.yaml    # every value with its source",
		Flags: []cli.Flag{
			optionFlag(&o.show, "show", "print the `PROFILE` itself: the keys that one of your own may have"),
			formatFlag(&o.format),
		},
		Action: func(*cli.Context) error { return o.run(e) },
	}
}

func (o profilesOptions) run(e env) error {
	if o.show != nil {
		text, err := catalog.ProfileText(*o.show)
		if err != nil {
			return usageError{err}
		}
		_, err = e.stdout.Write(text)
		return err
	}
	all, err := catalog.Profiles()
	if err != nil {
		return err
	}
	var rows []profileRow
	for _, p := range all {
		rows = append(rows, profileRow{p.Name, p.Users.Value.Min, p.Users.Value.Max,
			p.ConcurrentPerInstance.Value, p.MinInstances.Value, p.Users.Origin()})
	}
	if o.format == "json" {
		return printJSON(e.stdout, rows)
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PROFILE\tUSERS\tAT ONCE PER INSTANCE\tINSTANCES FROM\tSOURCE OF THE RANGE")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%d to %d\t%d\t%d\t%s\n",
			r.Name, r.MinUsers, r.MaxUsers, r.ConcurrentPerInstance, r.MinInstances, r.Source)
	}
	return t.Flush()
}
