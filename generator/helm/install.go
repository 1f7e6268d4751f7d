package helm

import "fmt"

// writeInstall prints the commands of the target.
func (p Plan) writeInstall(w *page, o Options, releases []release) {
	w.section("Install")
	switch o.Target {
	case TargetHelm, TargetOpenShift:
		w.line("The order matters: without monitoring's custom resources the chart leaves its PodMonitor out, " +
			"and without NATS the pods wait.")
		w.shell(helmCommands(o, releases)...)
	case TargetFlux:
		w.line("Commit this directory and name it to Flux. " +
			"`manifests/` waits for the custom resources of monitoring, so it is a Kustomization of its own:")
		w.shell(
			"flux create kustomization rocketchat --source=GitRepository/flux-system --path=./PATH"+
				" --prune=true --interval=10m",
			"flux create kustomization rocketchat-manifests --source=GitRepository/flux-system --path=./PATH/manifests"+
				" --prune=true --interval=10m --depends-on=rocketchat --wait",
			"flux get helmreleases --all-namespaces --watch")
	case TargetArgoCD:
		w.line("Replace %s in `applications.yaml` by your repository, commit, and:", exampleGit)
		w.shell("kubectl apply -n argocd -f applications.yaml",
			"argocd app wait rocketchat --health --timeout "+fmt.Sprint(installTimeoutSeconds))
	case TargetFleet:
		w.line("Replace %s in `gitrepo.yaml` by your repository, commit, and on the cluster that Rancher runs on:",
			exampleGit)
		w.shell("kubectl label clusters.fleet.cattle.io -n fleet-default NAME chat=rocketchat",
			"kubectl apply -f gitrepo.yaml",
			"kubectl -n fleet-default get gitrepo,bundles")
	case TargetRancher:
		w.line("With k3s and RKE2 the cluster's own controller installs the charts:")
		w.shell("kubectl apply -f helmcharts.yaml   # monitoring, NATS and Rocket.Chat",
			"kubectl -n kube-system get helmcharts,jobs",
			"kubectl apply -f manifests/        # once monitoring is there")
		w.line("\nIf Rocket.Chat came up before monitoring's custom resources, it has no PodMonitor: "+
			"`kubectl -n kube-system delete job helm-install-%s` installs it again.", Release)
		w.line("\nBy Rancher's pages instead: `kubectl apply -f clusterrepos.yaml`, then Apps, Charts: %s.",
			chartNames(releases))
	}
}

func chartNames(releases []release) string {
	text := ""
	for i, r := range releases {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %s into namespace %s as %s with `%s/values.yaml`",
			r.chart.Name, r.chart.Version, r.namespace, r.name, r.dir)
	}
	return text
}

// helmCommands install every release in its order. What needs custom resources of
// the first comes after it, and Rocket.Chat last.
func helmCommands(o Options, releases []release) []string {
	var all []string
	if o.Target == TargetOpenShift {
		all = append(all, "oc apply -f cluster-monitoring-config.yaml   # an administrator, once",
			"oc apply -f scc.yaml", "oc apply -f manifests/")
	}
	for i, r := range releases {
		all = append(all, fmt.Sprintf("helm upgrade --install %s %s --repo %s --version %s \\\n"+
			"  --namespace %s --create-namespace -f %s/values.yaml --timeout %s --wait",
			r.name, r.chart.Name, r.chart.Repo, r.chart.Version, r.namespace, r.dir, installTimeout))
		if i == 0 && o.Target != TargetOpenShift {
			all = append(all, "kubectl apply -f manifests/")
		}
	}
	return all
}

// writeUpdate prints how a change comes into effect.
func (p Plan) writeUpdate(w *page, o Options) {
	w.section("Update, scale, go back")
	w.line("Change rcgen.yaml, export again into this directory, read the difference, and let it be delivered as above.")
	w.line("Back up the database before a new release of Rocket.Chat: " +
		"it migrates the database, and only a restore undoes that.")
	switch o.Target {
	case TargetHelm, TargetOpenShift:
		w.line("Never `--reuse-values`: it keeps keys that are no longer here. Back: `helm -n %s rollback %s`.",
			Namespace, Release)
	case TargetRancher:
		w.line("Back: apply the `helmcharts.yaml` of the commit before.")
	default:
		w.line("Back: revert the commit.")
	}
	if p.usesNATS() {
		w.line("\nThe address in the Secret `%s` begins with `monolith+` as long as there are no microservices, "+
			"and without it from %d users at once on: where a\nchange crosses that, change the Secret too.",
			secretNATS, p.profile.KubernetesFrom.Value)
	}
	w.line("\nCheck that the pods found each other: " +
		"every one has a connection to NATS (alert NATSReplicasNotConnected), " +
		"and a message written by a user on one pod appears\nat once at a user on another.")
}
