package helm

import "fmt"

// valuesComments say why a value of the chart is what it is.
func (p Plan) valuesComments(o Options) comments {
	main, _ := p.Workload(Main)
	c := comments{
		"": fmt.Sprintf("Values for chart %s %s, %d users, %d at once. "+
			"Complete: install with this file alone, and never\nwith --reuse-values.",
			p.Chart.Name, p.Chart.Version, p.Users, p.Concurrent),
		"image":        "else a newer chart would bring a newer Rocket.Chat; microservices take this tag too",
		"host":         "the chart makes https:// of it, always",
		"replicaCount": main.Replicas.Reason,
		"minAvailable": "below replicaCount, or no node could be drained",
		"podAntiAffinity": "on different nodes where there are enough. " +
			"Never write affinity beside it: the chart renders broken YAML",
		"resources":       "no CPU limit: throttling is latency",
		"securityContext": "the image's user; from 8.5 on its apps engine writes as that user",
		"livenessProbe": "patient: a first start after an update migrates the database, " +
			"and a MongoDB that is away for a moment\nmust not restart every pod",
		"existingMongodbSecret": "key " + keyMongoURI,
		"mongodb":               "the chart's own is 6.0. Its monitors would be rendered even without it",
		"extraSecret": "the licence and every other secret; " +
			"never the chart's key license, which ends up in the Deployment in clear",
		"extraEnv":                  "the chart reads this as a template",
		"smtp":                      "mail is set up by the variables above and in " + secretEnv,
		"persistence":               "uploads are in S3; a volume for one pod would keep the others from starting",
		"nats":                      natsComment(p, o),
		"microservices":             p.Microservices.Reason,
		"microservices.streamHub":   "gone in Rocket.Chat 8; the chart does not render with it",
		"microservices.ddpStreamer": "one for " + fmt.Sprint(concurrentPerStreamer) + " users at once",
		"prometheusScraping": "two servers, so two ports; " +
			"the second must stay 9458, which a Service of the chart has written out",
		"serviceMonitor": "deprecated; with both on every sample would be there twice",
	}
	if main.Replicas.Value == 1 {
		delete(c, "minAvailable")
	}
	switch o.Target {
	case TargetOpenShift:
		c["ingress"] = "OpenShift makes Routes of it, one for each path; with a class that does not exist it would ignore it"
	case TargetFleet, TargetRancher:
		c["ingress"] = "for RKE2's NGINX. A cookie keeps a browser at its pod: clients without websockets need that"
	default:
		c["ingress"] = "for Traefik. Another controller has annotations of its own for stickiness and long websockets"
		c["service"] = "Traefik reads stickiness from Services: " +
			"the chart copies these to those of Rocket.Chat and ddp-streamer.\nClients without websockets need it"
	}
	return c
}

func natsComment(p Plan, o Options) string {
	switch {
	case !p.usesNATS():
		return "one pod has nobody to talk to. Written out: without the key the chart would deploy NATS and not use it"
	case o.NATS == NATSExternal:
		return "yours: the Secret has its address and login"
	default:
		return "the chart's own takes no password from a Secret; this is NATS' own chart, see nats/values.yaml.\n" +
			"With enabled left out the chart would deploy its own as well"
	}
}
