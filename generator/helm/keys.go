package helm

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// knownKeys are the values that templates of chart rocketchat 7.0.2 read, and of
// its subchart nats 0.15.1 those that concern an export (RocketChat/helm-charts
// fa13b71, values.yaml and templates). A final ".*" stands for whatever is below: the
// chart copies that into an object as it is.
var knownKeys = strings.Fields(`
image.repository image.tag image.pullPolicy imagePullSecrets.*
global.imageRegistry global.tolerations.* global.nodeSelector.* global.affinity.* global.annotations.*
host replicaCount minAvailable podDisruptionBudget.enabled
smtp.enabled smtp.existingSecret smtp.username smtp.password smtp.host smtp.port
extraEnv.* extraSecret extraVolumes.* extraVolumeMounts.* extraInitContainers.*
registrationToken license
podAntiAffinity podAntiAffinityTopologyKey affinity.* nodeSelector.* tolerations.*
existingMongodbSecret externalMongodbUrl
mongodb.enabled mongodb.auth.usernames.* mongodb.auth.passwords.* mongodb.auth.databases.* mongodb.auth.rootPassword
mongodb.metrics.enabled mongodb.serviceMonitor.enabled mongodb.serviceMonitor.selector.* mongodb.serviceMonitor.port
persistence.enabled persistence.existingClaim persistence.storageClass persistence.accessMode persistence.size
resources.* securityContext.* containerSecurityContext.*
serviceAccount.create serviceAccount.annotations.* serviceAccount.name
ingress.enabled ingress.ingressClassName ingress.path ingress.pathType ingress.annotations.*
ingress.federation.serveWellKnown
ingress.tls.secretName ingress.tls.hosts.*
service.type service.port service.nodePort service.annotations.* service.labels.*
service.loadBalancerIP service.loadBalancerClass
podLabels.* podAnnotations.* deploymentLabels.* nameOverride
prometheusScraping.enabled prometheusScraping.port prometheusScraping.msPort
podMonitor.enabled podMonitor.interval serviceMonitor.enabled serviceMonitor.ports.* serviceMonitor.intervals.*
livenessProbe.enabled livenessProbe.path livenessProbe.initialDelaySeconds livenessProbe.periodSeconds
livenessProbe.timeoutSeconds livenessProbe.failureThreshold livenessProbe.successThreshold
readinessProbe.enabled readinessProbe.path readinessProbe.initialDelaySeconds readinessProbe.periodSeconds
readinessProbe.timeoutSeconds readinessProbe.failureThreshold readinessProbe.successThreshold
microservices.enabled microservices.logLevel microservices.heartbeatInterval microservices.heartbeatTimeout
microservices.streamHub.enabled
microservices.presence.replicas microservices.presence.image.repository microservices.presence.securityContext.*
microservices.presence.resources.* microservices.presence.tolerations.* microservices.presence.annotations.*
microservices.presence.nodeSelector.* microservices.presence.affinity.*
microservices.ddpStreamer.replicas microservices.ddpStreamer.image.repository
microservices.ddpStreamer.securityContext.*
microservices.ddpStreamer.resources.* microservices.ddpStreamer.tolerations.* microservices.ddpStreamer.annotations.*
microservices.ddpStreamer.nodeSelector.* microservices.ddpStreamer.affinity.*
microservices.account.replicas microservices.account.image.repository microservices.account.securityContext.*
microservices.account.resources.* microservices.account.tolerations.* microservices.account.annotations.*
microservices.account.nodeSelector.* microservices.account.affinity.*
microservices.authorization.replicas microservices.authorization.image.repository
microservices.authorization.securityContext.*
microservices.authorization.resources.* microservices.authorization.tolerations.*
microservices.authorization.annotations.*
microservices.authorization.nodeSelector.* microservices.authorization.affinity.*
nats.enabled nats.existingSecret.name nats.existingSecret.key nats.cluster.enabled nats.cluster.replicas
nats.nats.image nats.nats.resources.*
nats.natsbox.enabled nats.podMonitor.enabled nats.exporter.enabled nats.tolerations.* nats.nodeSelector.*
federation.* postgresql.enabled
`)

// checkKeys returns an error that names the first key of a values file that its
// chart does not know. Helm would take it without a word.
func checkKeys(chart Chart, known []string, values []byte) error {
	var root yaml.Node
	if err := yaml.Unmarshal(values, &root); err != nil {
		return fmt.Errorf("%s: values: %w", chart.Name, err)
	}
	if unknown := unknownKey(&root, "", known); unknown != "" {
		return fmt.Errorf("values: %s: chart %s %s does not know it", unknown, chart.Name, chart.Version)
	}
	return nil
}

// unknownKey returns the path of the first key that is not known, or nothing. The
// items of a list share their list's path.
func unknownKey(n *yaml.Node, path string, known []string) string {
	free := func(p string) bool {
		return slices.ContainsFunc(known, func(k string) bool {
			prefix, ok := strings.CutSuffix(k, ".*")
			return ok && (p == prefix || strings.HasPrefix(p, prefix+"."))
		})
	}
	switch {
	case path != "" && free(path):
		return ""
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			at := n.Content[i].Value
			if path != "" {
				at = path + "." + at
			}
			if unknown := unknownKey(n.Content[i+1], at, known); unknown != "" {
				return unknown
			}
		}
		return ""
	case n.Kind == yaml.DocumentNode || n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for _, c := range n.Content {
			if unknown := unknownKey(c, path, known); unknown != "" {
				return unknown
			}
		}
		return ""
	case slices.Contains(known, path), n.Kind == yaml.SequenceNode && below(path, known):
		return ""
	default:
		return path
	}
}

// below reports whether a key is known under a path: an empty list has none itself.
func below(path string, known []string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, path+".") })
}
