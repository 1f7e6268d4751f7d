package helm

import (
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/tree"
)

// Check returns why a plan cannot be handed to a cluster, or nil. A plan that can
// only be looked at is no error of NewPlan.
func (p Plan) Check(o Options) error {
	for _, check := range []func(Options) error{
		checkTarget, p.checkEdition, p.checkDomain, p.checkUploads, p.checkMongoDB, checkNATS,
	} {
		if err := check(o); err != nil {
			return err
		}
	}
	return nil
}

func checkTarget(o Options) error {
	if slices.Contains(Targets(), o.Target) {
		return nil
	}
	return fail(fmt.Sprintf("export: target %q is not known", o.Target), "helm, flux, argocd, fleet, rancher or openshift")
}

func (p Plan) checkEdition(Options) error {
	const reason = "without a licence they exchange no live messages (RocketChat/Rocket.Chat#28447)"
	per := p.profile.ConcurrentPerInstance.Value
	switch {
	case p.Edition != generator.Community:
		return nil
	case p.request.Instances > 1:
		return fail(fmt.Sprintf("edition: community with %d instances: "+reason, p.request.Instances),
			"one instance, or a licence with the module scalability: edition: licensed")
	case p.Concurrent > per:
		return fail(fmt.Sprintf("edition: community: %d users at once need %d replicas, and "+reason,
			p.Concurrent, ceilDiv(p.Concurrent, per)),
			"a licence with the module scalability: edition: licensed; a cluster makes one process no faster")
	}
	return nil
}

func (p Plan) checkDomain(Options) error {
	r := p.request
	switch {
	case r.Domain == generator.Localhost:
		return fail("domain: localhost is no address of a cluster",
			"the public name: domain: chat.yourcompany.com in "+tree.RequestFile)
	case r.TLS.Mode == generator.TLSOff && len(r.TLS.Proxies.Trusted) == 0:
		return fail("tls: off: the chart always announces https://"+r.Domain+", and nobody would answer there",
			"tls.mode acme or files, or off with the proxy that does https under tls.proxies.trusted")
	}
	return nil
}

func (p Plan) checkUploads(Options) error {
	const hint = "uploads.storage: s3 in " + tree.RequestFile + ", with a bucket (rcgen explain uploads)"
	switch p.request.Uploads.Storage {
	case generator.UploadsS3:
		return nil
	case generator.UploadsFileSystem:
		return fail("uploads: storage filesystem: a pod's disk is not the others', and goes with it; "+
			"one volume for all of them is refused by most storage (RocketChat/helm-charts#212)", hint)
	default:
		return fail("uploads: storage gridfs: files would fill the database that all pods wait for; "+
			"the vendor advises against it beyond small workspaces (RocketChat/docs, recommendations for file upload)", hint)
	}
}

func (p Plan) checkMongoDB(o Options) error {
	if p.request.MongoDB.External || o.ExternalMongoDB {
		return nil
	}
	return fail("mongodb: no external MongoDB: the chart's own is 6.0, which Rocket.Chat 8 does not run with, "+
		"and its default password does not fit (RocketChat/helm-charts fa13b71)",
		"have a replica set of three members of "+p.compose.MongoDBVersion+", by an operator or a service, "+
			"and say so: mongodb.external: true in "+tree.RequestFile+", or --mongodb external")
}

func checkNATS(o Options) error {
	switch o.NATS {
	case "", NATSOwn, NATSExternal:
		return nil
	case "bundled", "none", "off":
		return fail("nats: "+o.NATS+": NATS without credentials: every pod of the cluster could read all messages; "+
			"the chart's own takes none from a Secret (nats 0.15.1, templates)",
			"own takes NATS' own chart with a password from a Secret, "+
				"external is yours, whose address with its login is in a Secret")
	default:
		return fail(fmt.Sprintf("nats: %q is not known", o.NATS), "own or external")
	}
}

// The codes of warnings that only a cluster has.
const (
	WarnOldRelease = "release-before-8" // the chart is made for 8
	WarnStated     = "instances-stated" // a number for one host is obeyed in a cluster
)

// chartMajor is the release of Rocket.Chat that the chart is made for (its appVersion).
const chartMajor = 8

// warnings returns what readers of the plan should know. Those of one host do not
// count here.
func (p Plan) warnings() []generator.Warning {
	all := []generator.Warning{}
	main, _ := p.Workload(Main)
	if main.Replicas.Value > 1 && p.request.Edition != generator.Licensed {
		all = append(all, generator.Warning{Code: generator.WarnLicence,
			Message: fmt.Sprintf("%d replicas exchange live messages only with a Rocket.Chat licence that has the module "+
				"scalability, and microservices do not start without one (RocketChat/Rocket.Chat#28447)", main.Replicas.Value),
			Hint: "put it into the Secret " + secretEnv + " as ROCKETCHAT_LICENSE, and plan with edition: licensed"})
	}
	if p.request.Instances > 0 && main.Replicas.Source == tree.RequestFile {
		all = append(all, generator.Warning{Code: WarnStated,
			Message: fmt.Sprintf("instances: %d was stated for one host and is obeyed here", p.request.Instances),
			Hint:    "take instances out of " + tree.RequestFile + " to have it planned"})
	}
	kept := []string{generator.WarnRelease, generator.WarnProfileRange, generator.WarnUnknownEnv, generator.WarnStaging}
	for _, w := range p.compose.Warnings {
		if slices.Contains(kept, w.Code) {
			all = append(all, w)
		}
	}
	if v, err := semver.StrictNewVersion(p.Release); err == nil && v.Major() < chartMajor {
		all = append(all, generator.Warning{Code: WarnOldRelease,
			Message: "Rocket.Chat " + p.Release + ": chart " + p.Chart.Version + " is made for 8.6.1, " +
				"and its probes ask for paths that exist since 7.11",
			Hint: "plan with release: " + catalog.DefaultRelease})
	}
	return all
}
