package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/helm"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// targetKubernetes makes rcgen plan size a cluster instead of a host.
const targetKubernetes = "kubernetes"

func (o *planOptions) kubernetesFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "target", Value: "compose", Destination: &o.target,
			Usage: "`TARGET` to plan for: compose (one host) or kubernetes"},
		optionFlag(&o.nodeCores, "node-cores", "`N` cores of a node of the cluster (default: 8)"),
		optionFlag(&o.nodeMemory, "node-memory", "memory `SIZE` of a node of the cluster (default: 32GiB)"),
	}
}

// checkTarget refuses a target that is none, and options of a node without a cluster.
func (o planOptions) checkTarget() error {
	host := o.request.host
	switch cluster := o.target == targetKubernetes; {
	case o.target != "compose" && !cluster:
		return flagError("target", o.target, "compose or kubernetes")
	case !cluster && o.nodeCores != nil:
		return flagError("node-cores", *o.nodeCores, "--target kubernetes beside it; a host has --cores")
	case !cluster && o.nodeMemory != nil:
		return flagError("node-memory", *o.nodeMemory, "--target kubernetes beside it; a host has --memory")
	case cluster && host.cores != nil:
		return flagError("cores", *host.cores, "no --target kubernetes beside it; a node has --node-cores")
	case cluster && host.memory != nil:
		return flagError("memory", *host.memory, "no --target kubernetes beside it; a node has --node-memory")
	default:
		return nil
	}
}

// readNode returns the size of a node.
func (o planOptions) readNode() (n helm.Node, err error) {
	n = helm.DefaultNode
	if o.nodeCores != nil {
		n.Source = "flag"
		if n.Cores, err = positive("node-cores", *o.nodeCores); err != nil {
			return n, err
		}
	}
	if o.nodeMemory != nil {
		n.Source = "flag"
		if n.Memory, err = units.Parse(*o.nodeMemory); err != nil || n.Memory == 0 {
			return n, flagError("node-memory", *o.nodeMemory, "a size like 32GiB")
		}
	}
	return n, nil
}

// planKubernetes sizes a cluster for each number of users, and prints it.
func (o planOptions) planKubernetes(e env, r generator.Request, own *catalog.Profile, users []int) error {
	node, err := o.readNode()
	if err != nil {
		return err
	}
	var plans []helm.Plan
	for _, r.Users = range users {
		anywhere := r // a cluster has no host to check
		anywhere.Host = stack.Host{Cores: catalog.MaxCores, Memory: catalog.MaxMemory}
		if err := anywhere.Check(); err != nil {
			return usageError{err}
		}
		p, err := helm.NewPlan(r, own, node)
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	warnings := func(p helm.Plan) []generator.Warning { return p.Warnings }
	table := func(w io.Writer, p helm.Plan) {
		clusterTable(w, p)
		clusterReasons(w, p)
	}
	return printSized(o, e, plans, warnings, table, clusterRows)
}

func clusterTable(w io.Writer, p helm.Plan) {
	kind := "instances of the monolith"
	if p.Microservices.Value {
		kind = "microservices"
	}
	fmt.Fprintf(w, "%d users, %d at once (profile %s), on Kubernetes as %s, chart %s %s\n\n",
		p.Users, p.Concurrent, p.Profile, kind, p.Chart.Name, p.Chart.Version)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "WORKLOAD\tPODS\tCPUS EACH\tMEMORY EACH")
	for _, x := range p.Workloads {
		fmt.Fprintf(t, "%s\t%d\t%v\t%s\n", x.Name, x.Replicas.Value, x.CPUs.Value, x.Memory.Value.Human())
	}
	t.Flush()
	fmt.Fprintf(w, "\n%d pods request %v CPUs and %s: %s with %s and %s each (%s)\n",
		p.Totals.Pods, p.Totals.CPUs, p.Totals.Memory.Human(),
		units.Count(p.Nodes.Value, "node"), units.Count(p.Node.Cores, "core"), p.Node.Memory.Human(), p.Node.Source)
	fmt.Fprintf(w, "MongoDB outside: %d members with %v CPUs, %s and a disk of %s each\n",
		p.MongoDB.Members, p.MongoDB.CPUs.Value, p.MongoDB.Memory.Value.Human(), p.MongoDB.Disk.Value.Human())
}

// clusterReasons prints why each figure is what it is, and where that comes from.
func clusterReasons(w io.Writer, p helm.Plan) {
	fmt.Fprintln(w, "\nWhy:")
	reason := func(what, value, why, source string) {
		fmt.Fprintf(w, "  %s %s: %s\n      [%s]\n", what, value, why, source)
	}
	reason("microservices", fmt.Sprint(p.Microservices.Value), p.Microservices.Reason, p.Microservices.Source)
	for _, x := range p.Workloads {
		reason(x.Name+" pods", fmt.Sprint(x.Replicas.Value), x.Replicas.Reason, x.Replicas.Source)
		reason(x.Name+" CPUs", fmt.Sprint(x.CPUs.Value), x.CPUs.Reason, x.CPUs.Source)
		reason(x.Name+" memory", x.Memory.Value.Human(), x.Memory.Reason, x.Memory.Source)
	}
	reason("nodes", fmt.Sprint(p.Nodes.Value), p.Nodes.Reason, p.Nodes.Source)
	reason("MongoDB CPUs", fmt.Sprint(p.MongoDB.CPUs.Value), p.MongoDB.CPUs.Reason, p.MongoDB.CPUs.Source)
	reason("MongoDB memory", p.MongoDB.Memory.Value.Human(), p.MongoDB.Memory.Reason, p.MongoDB.Memory.Source)
	reason("MongoDB disk", p.MongoDB.Disk.Value.Human(), p.MongoDB.Disk.Reason, p.MongoDB.Disk.Source)
}

func clusterRows(w io.Writer, plans []helm.Plan) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "USERS\tAT ONCE\tMICROSERVICES\tROCKETCHAT\tDDP-STREAMER\t"+
		"PODS\tCPUS\tMEMORY\tNODES\tMONGODB, EACH OF 3")
	for _, p := range plans {
		micro, streamers := "no", "-"
		if p.Microservices.Value {
			w, _ := p.Workload(helm.DDPStreamer)
			micro, streamers = "yes", fmt.Sprint(w.Replicas.Value)
		}
		main, _ := p.Workload(helm.Main)
		fmt.Fprintf(t, "%d\t%d\t%s\t%d\t%s\t%d\t%v\t%s\t%d\t%v CPUs, %s, %s\n",
			p.Users, p.Concurrent, micro, main.Replicas.Value, streamers,
			p.Totals.Pods, p.Totals.CPUs, p.Totals.Memory.Human(), p.Nodes.Value,
			p.MongoDB.CPUs.Value, p.MongoDB.Memory.Value.Human(), p.MongoDB.Disk.Value.Human())
	}
	t.Flush()
}
