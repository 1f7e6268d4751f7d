package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator/catalog"
	"rcgen/internal/releases"
)

type releasesOptions struct {
	refresh     bool
	url         *string // of another service
	dir, format string
}

func releasesCommand(e env) *cli.Command {
	var o releasesOptions
	return &cli.Command{
		Name:  "releases",
		Usage: "list Rocket.Chat's releases with their support and their MongoDB",
		UsageText: "rcgen releases [options]\n\n" +
			"   rcgen releases                # in a project: which one it is on\n" +
			"   rcgen releases --refresh      # ask the vendor's service, and keep the answer\n" +
			"   rcgen releases --refresh --url https://mirror.yourcompany.com/releases",
		Description: "It needs no network. What --refresh learns is kept in your cache directory, for this\n" +
			"list alone: no project changes by it.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "refresh", Usage: "ask the vendor's release service", Destination: &o.refresh},
			optionFlag(&o.url, "url",
				"`URL` of another service, with --refresh (default: "+releases.Variable+", else "+releases.Service+")"),
			dirFlag(&o.dir), formatFlag(&o.format),
		},
		Action: func(c *cli.Context) error { return o.run(c.Context, e) },
	}
}

func (o releasesOptions) run(ctx context.Context, e env) error {
	if o.url != nil && !o.refresh {
		return flagError("url", *o.url, "--refresh beside it")
	}
	known, err := catalog.KnownReleases()
	if err != nil {
		return err
	}
	asked, err := o.asked(ctx, e)
	if err != nil {
		return err
	}
	inUse, err := releases.InUse(os.DirFS(o.dir))
	if err != nil { // the list is what mends a wrong release there
		fmt.Fprintf(e.stderr, "rcgen: note: %v\n", err)
	}
	t := releases.NewTable(known, asked, inUse, e.now())
	if o.format == "json" {
		return printJSON(e.stdout, t)
	}
	return printReleases(e.stdout, t)
}

// asked returns what the service says, now or when it was asked last; nil if it never
// was.
func (o releasesOptions) asked(ctx context.Context, e env) (*releases.List, error) {
	if !o.refresh {
		kept, err := releases.Kept()
		if err != nil {
			fmt.Fprintf(e.stderr, "rcgen: note: %v\n", err)
		}
		return kept, nil
	}
	asked, notes, err := releases.Refresh(ctx, o.url, e.now())
	for _, n := range notes {
		fmt.Fprintf(e.stderr, "rcgen: note: %s\n", n)
	}
	return asked, err
}

// printReleases prints the list as a table.
func printReleases(w io.Writer, l releases.Table) error {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RELEASE\tOUT SINCE\tSUPPORTED UNTIL\tDAYS LEFT\tMONGODB\tNOTES\tNODE.JS")
	for _, r := range l.Releases {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Release, orDash(r.Released), supportEnd(r), daysLeft(r),
			orDash(strings.Join(r.MongoDB, " ")), orDash(strings.Join(releaseTags(r), ", ")), orDash(r.Node))
	}
	t.Flush()
	fmt.Fprintf(&out, "\nknown on %s", l.AsOf)
	if l.Service != nil {
		fmt.Fprintf(&out, ", and by %s on %s", l.Service.URL, l.Service.Fetched.Format(time.DateOnly))
	} else {
		out.WriteString("; rcgen releases --refresh asks the vendor")
	}
	fmt.Fprintf(&out, "\n~ computed from the month of the release: %s\n", l.Rule)
	for _, b := range l.Bad {
		fmt.Fprintf(&out, "do not take %s, but %s: %s (%s)\n", b.Release, b.Instead, b.Why, b.Source)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func supportEnd(r releases.Row) string {
	if r.Computed {
		return "~" + r.SupportedUntil
	}
	return orDash(r.SupportedUntil)
}

func daysLeft(r releases.Row) string {
	switch {
	case r.DaysLeft == nil:
		return "-"
	case *r.DaysLeft < 0:
		return "ended"
	default:
		return fmt.Sprint(*r.DaysLeft)
	}
}

func releaseTags(r releases.Row) []string {
	var tags []string
	if r.LTS {
		tags = append(tags, "long-term")
	}
	if r.Default {
		tags = append(tags, "default")
	}
	switch r.InUse {
	case "":
	case r.Release:
		tags = append(tags, "in use")
	default:
		tags = append(tags, r.InUse+" in use")
	}
	return tags
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
