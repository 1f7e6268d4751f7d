package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/helm"
	"rcgen/internal/disk"
)

// exports says of each target what it is for.
var exports = map[string]string{
	helm.TargetHelm:      "plain Helm: values and the commands",
	helm.TargetFlux:      "Flux: HelmRepository and HelmRelease",
	helm.TargetArgoCD:    "Argo CD: Applications",
	helm.TargetFleet:     "Rancher Fleet: bundles and a GitRepo",
	helm.TargetRancher:   "Rancher Apps, RKE2 and k3s: ClusterRepo and HelmChart",
	helm.TargetOpenShift: "OpenShift: values, leave for the image's user, Routes",
}

func exportCommand(e env) *cli.Command {
	command := &cli.Command{
		Name:  "export",
		Usage: "hand the project over to Kubernetes, Rancher or OpenShift",
		UsageText: "rcgen export TARGET [options]\n\n" +
			"   rcgen export helm --out ../chat-kubernetes\n" +
			"   rcgen export flux --mongodb external      # print the main file\n" +
			"   rcgen export helm --from-compose          # print how the data moves",
		ArgsUsage:       "[TARGET]",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			typed := c.Args().First()
			if typed == "" {
				typed = "no target"
			}
			return usageError{&generator.Error{What: "export: " + typed + ", wants one of " + strings.Join(helm.Targets(), ", "), Hint: "rcgen export helm --out DIR"}}
		},
	}
	for _, target := range helm.Targets() {
		sub := &cli.Command{
			Name: target, Usage: exports[target], HideHelpCommand: true, OnUsageError: onUsageError,
			UsageText: "rcgen export " + target + " [options]",
			Flags:     exportFlags(target),
			Action:    func(c *cli.Context) error { return runExport(c, e, target) },
		}
		sub.Action = noArguments(sub, sub.Action)
		command.Subcommands = append(command.Subcommands, sub)
	}
	return command
}

func exportFlags(target string) []cli.Flag {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "write every file into `DIR` (default: print the main one)"},
		&cli.StringFlag{Name: "mongodb", Usage: "`external`: a replica set will be there, as mongodb.external in rcgen.yaml says it"},
		&cli.StringFlag{Name: "nats", Value: helm.NATSOwn, Usage: "`MODE`: own (a release of NATS' chart with a password) or external (yours)"},
		strictFlag(), dirFlag(),
	}
	if target == helm.TargetHelm {
		flags = append(flags, &cli.BoolFlag{Name: "from-compose", Usage: "print the steps that carry the data over, and what stays behind"})
	}
	return flags
}

func runExport(c *cli.Context, e env, target string) error {
	o := helm.Options{Target: target, NATS: c.String("nats")}
	switch m := c.String("mongodb"); {
	case m == "external":
		o.ExternalMongoDB = true
	case c.IsSet("mongodb"):
		return flagError("mongodb", m, "external: the chart's own is too old for Rocket.Chat")
	}
	if c.IsSet("out") && c.String("out") == "" {
		return flagError("out", "", "the name of a directory")
	}
	p, err := exportPlan(c)
	if err != nil {
		return err
	}
	if c.Bool("from-compose") {
		text, err := helm.FromCompose(p, o)
		if err == nil {
			_, err = e.stdout.Write(text)
		}
		return err
	}
	files, err := helm.Export(p, o)
	if err != nil {
		return err
	}
	if err := strict(c, p.Warnings); err != nil {
		return err
	}
	warn(e, p.Warnings)
	if c.IsSet("out") {
		return writeExport(e, c.String("out"), files)
	}
	for _, f := range files {
		if f.Path == helm.MainFile(target) {
			_, err = e.stdout.Write(f.Content)
		}
	}
	return errors.Join(err, note(e, target, len(files)))
}

// writeExport writes an export into a directory and prints the changes.
func writeExport(e env, dir string, exported []helm.File) error {
	var files []generator.File
	for _, f := range exported {
		files = append(files, generator.File{Path: f.Path, Content: f.Content, Mode: 0o644})
	}
	changes, err := disk.Export(dir, files, lockWait)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		_, err = fmt.Fprintln(e.stdout, "nothing to write: every file is as it should be")
		return err
	}
	var out strings.Builder
	for _, ch := range changes {
		fmt.Fprintf(&out, "%-8s %s\n", ch.Op, ch.File.Path)
	}
	_, err = io.WriteString(e.stdout, out.String())
	return err
}

func note(e env, target string, files int) error {
	_, err := fmt.Fprintf(e.stderr, "rcgen: note: this is %s; --out DIR writes all %d files\n", helm.MainFile(target), files)
	return err
}

// exportPlan sizes the project in the directory for a cluster.
func exportPlan(c *cli.Context) (helm.Plan, error) {
	d, data, err := openProject(c)
	if err != nil {
		return helm.Plan{}, err
	}
	defer d.Close()
	r, err := generator.DecodeRequest(data)
	if err != nil {
		return helm.Plan{}, err
	}
	own, err := job{dir: c.String("dir")}.ownProfile(r)
	if err != nil {
		return helm.Plan{}, err
	}
	p, err := helm.NewPlan(r, own, helm.DefaultNode)
	if err != nil {
		err = fmt.Errorf("%s: %w", generator.RequestFile, err)
	}
	return p, err
}
