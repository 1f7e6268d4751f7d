package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/releases"
)

func releasesCommand(e env) *cli.Command {
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
			&cli.BoolFlag{Name: "refresh", Usage: "ask the vendor's release service"},
			&cli.StringFlag{Name: "url", Usage: "`URL` of another service, with --refresh (default: " + releases.Variable + ", else " + releases.Service + ")"},
			oldDirFlag(), oldFormatFlag(),
		},
		Action: func(c *cli.Context) error { return runReleases(c, e) },
	}
}

func runReleases(c *cli.Context, e env) error {
	if c.IsSet("url") && !c.Bool("refresh") {
		return flagError("url", c.String("url"), "--refresh beside it")
	}
	known, err := generator.KnownReleases()
	if err != nil {
		return err
	}
	asked, err := askedReleases(c, e)
	if err != nil {
		return err
	}
	inUse, err := releaseInUse(c.String("dir"))
	if err != nil { // the list is what mends a wrong release there
		fmt.Fprintf(e.stderr, "rcgen: note: %v\n", err)
	}
	l := newReleaseList(known, asked, inUse, e.now())
	if c.String("format") == "json" {
		return printJSON(e.stdout, l)
	}
	return l.print(e.stdout)
}

// releaseInUse returns the release of the project in dir, or nothing where there is
// none.
func releaseInUse(dir string) (string, error) {
	text, err := generator.ReadOptional(os.DirFS(dir), generator.RequestFile)
	if err != nil || text == nil {
		return "", err
	}
	r, err := generator.DecodeRequest(text)
	if err != nil {
		return "", err
	}
	return r.Release, nil
}

// askedReleases returns what the service says, now or when it was asked last; nil
// where it never was.
func askedReleases(c *cli.Context, e env) (*releases.List, error) {
	file, err := releases.CacheFile()
	if !c.Bool("refresh") {
		return keptReleases(e, file), nil
	}
	if err != nil {
		return nil, &generator.Error{What: "cache: " + err.Error(), Hint: "set HOME, or XDG_CACHE_HOME"}
	}
	url := releases.Service
	if named := os.Getenv(releases.Variable); named != "" {
		url = named
	}
	if c.IsSet("url") {
		url = c.String("url")
	}
	l, notes, err := releases.Fetch(c.Context, url, e.now())
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		fmt.Fprintf(e.stderr, "rcgen: note: %s\n", n)
	}
	return &l, l.Save(file)
}

// keptReleases returns the kept answer. One that cannot be read is as good as none.
func keptReleases(e env, file string) *releases.List {
	l, err := releases.Load(file)
	switch {
	case file == "" || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		fmt.Fprintf(e.stderr, "rcgen: note: %v: not used; rcgen releases --refresh makes it anew\n", err)
		return nil
	}
	return &l
}

// print prints the list as a table.
func (l releaseList) print(w io.Writer) error {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RELEASE\tOUT SINCE\tSUPPORTED UNTIL\tDAYS LEFT\tMONGODB\tNOTES\tNODE.JS")
	for _, r := range l.Releases {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Release, orDash(r.Released), r.until(), r.left(), orDash(strings.Join(r.MongoDB, " ")), orDash(strings.Join(r.tags(), ", ")), orDash(r.Node))
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

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
