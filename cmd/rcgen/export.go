package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/helm"
	"rcgen/generator/tree"
	"rcgen/internal/disk"
	"rcgen/internal/project"
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

type exportOptions struct {
	target, nats, dir   string
	out, mongodb        *string
	strict, fromCompose bool
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
			what := "export: " + typed + ", wants one of " + strings.Join(helm.Targets(), ", ")
			return usageError{&fault.Error{What: what, Hint: "rcgen export helm --out DIR"}}
		},
	}
	for _, target := range helm.Targets() {
		o := exportOptions{target: target}
		sub := &cli.Command{
			Name: target, Usage: exports[target], HideHelpCommand: true, OnUsageError: usageErrors("rcgen export " + target),
			UsageText: "rcgen export " + target + " [options]",
			Flags:     o.flags(),
			Action:    func(*cli.Context) error { return o.run(e) },
		}
		sub.Action = noArguments(sub, sub.Action)
		command.Subcommands = append(command.Subcommands, sub)
	}
	return command
}

func (o *exportOptions) flags() []cli.Flag {
	flags := []cli.Flag{
		optionFlag(&o.out, "out", "write every file into `DIR` (default: print the main one)"),
		optionFlag(&o.mongodb, "mongodb",
			"`external`: a replica set will be there, as mongodb.external in rcgen.yaml says it"),
		&cli.StringFlag{Name: "nats", Value: helm.NATSOwn, Destination: &o.nats,
			Usage: "`MODE`: own (a release of NATS' chart with a password) or external (yours)"},
		strictFlag(&o.strict), dirFlag(&o.dir),
	}
	if o.target == helm.TargetHelm {
		flags = append(flags, &cli.BoolFlag{Name: "from-compose", Destination: &o.fromCompose,
			Usage: "print the steps that carry the data over, and what stays behind"})
	}
	return flags
}

func (o exportOptions) run(e env) error {
	to := helm.Options{Target: o.target, NATS: o.nats, ExternalMongoDB: o.mongodb != nil}
	if o.mongodb != nil && *o.mongodb != "external" {
		return flagError("mongodb", *o.mongodb, "external: the chart's own is too old for Rocket.Chat")
	}
	if o.out != nil && *o.out == "" {
		return flagError("out", "", "the name of a directory")
	}
	p, err := exportPlan(o.dir)
	if err != nil {
		return err
	}
	if o.fromCompose {
		text, err := helm.FromCompose(p, to)
		if err == nil {
			_, err = e.stdout.Write(text)
		}
		return err
	}
	files, err := helm.Export(p, to)
	if err != nil {
		return err
	}
	if err := refuseWarnings(o.strict, p.Warnings); err != nil {
		return err
	}
	warn(e, p.Warnings)
	if o.out != nil {
		return writeExport(e, *o.out, files)
	}
	for _, f := range files {
		if f.Path == helm.MainFile(o.target) {
			_, err = e.stdout.Write(f.Content)
		}
	}
	return errors.Join(err, note(e, o.target, len(files)))
}

// writeExport writes an export into a directory and prints the changes.
func writeExport(e env, dir string, exported []helm.File) error {
	var files []tree.File
	for _, f := range exported {
		files = append(files, tree.File{Path: f.Path, Content: f.Content, Mode: 0o644})
	}
	changes, err := disk.Export(dir, files, project.LockWait)
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
	_, err := fmt.Fprintf(e.stderr, "rcgen: note: this is %s; --out DIR writes all %d files\n",
		helm.MainFile(target), files)
	return err
}

// exportPlan sizes the project in the directory for a cluster.
func exportPlan(dir string) (helm.Plan, error) {
	opened, err := project.Open(dir, project.LockWait)
	if err != nil {
		return helm.Plan{}, err
	}
	defer opened.Close()
	r, err := generator.DecodeRequest(opened.Request)
	if err != nil {
		return helm.Plan{}, err
	}
	own, err := project.ProfileOf(dir, r)
	if err != nil {
		return helm.Plan{}, err
	}
	p, err := helm.NewPlan(r, own, helm.DefaultNode)
	if err != nil {
		err = fmt.Errorf("%s: %w", tree.RequestFile, err)
	}
	return p, err
}
