package helm

import "rcgen/generator"

// Ingress classes that an export writes. Another controller has annotations of its
// own for stickiness and timeouts.
const (
	classTraefik = "traefik" // k3s has it by default
	classNGINX   = "nginx"   // RKE2 has it by default
)

// newIngress fills the ingress for a target: Traefik reads stickiness from the
// Service, NGINX from here, and OpenShift makes Routes of it.
func (p Plan) newIngress(target string) Ingress {
	i := Ingress{Enabled: true, Path: "/", PathType: "Prefix", Annotations: map[string]string{}}
	switch target {
	case TargetOpenShift:
		// A class that does not exist makes OpenShift ignore the Ingress.
		i.Annotations = map[string]string{
			"route.openshift.io/termination":      "edge",
			"haproxy.router.openshift.io/timeout": "1h",
			"haproxy.router.openshift.io/balance": "leastconn",
		}
	case TargetFleet, TargetRancher:
		i.IngressClassName = classNGINX
		i.Annotations = map[string]string{
			"nginx.ingress.kubernetes.io/affinity":            "cookie",
			"nginx.ingress.kubernetes.io/session-cookie-name": stickyCookie,
			"nginx.ingress.kubernetes.io/proxy-read-timeout":  longestWebsocket,
			"nginx.ingress.kubernetes.io/proxy-send-timeout":  longestWebsocket,
			// Rocket.Chat takes files of 100 MiB (FileUpload_MaxFileSize)
			"nginx.ingress.kubernetes.io/proxy-body-size": "128m",
		}
	default:
		i.IngressClassName = classTraefik
		i.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"] = "websecure"
	}
	p.addTLS(&i, target)
	return i
}

// addTLS says where the certificate comes from.
func (p Plan) addTLS(i *Ingress, target string) {
	r := p.request
	switch {
	case target == TargetOpenShift && r.TLS.Mode != generator.TLSFiles:
		i.TLS = []IngressTLS{{}} // the router's own certificate
	case r.TLS.Mode == generator.TLSOff: // https ends before the cluster
		if i.IngressClassName == classTraefik {
			i.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"] = "web"
		}
		i.TLS = []IngressTLS{}
	default:
		i.TLS = []IngressTLS{{SecretName: secretTLS, Hosts: []string{r.Domain}}}
		if r.TLS.Mode == generator.TLSACME {
			i.Annotations["cert-manager.io/cluster-issuer"] = p.issuer()
		}
	}
}

// issuer is the ClusterIssuer of cert-manager that is asked for the certificate.
func (p Plan) issuer() string {
	if p.request.TLS.Staging {
		return clusterIssuer + "-staging"
	}
	return clusterIssuer
}

// traefikSticky are annotations of Services: the chart copies them to those of
// Rocket.Chat and of ddp-streamer.
func traefikSticky() map[string]string {
	const sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie"
	return map[string]string{
		sticky: "true", sticky + ".name": stickyCookie, sticky + ".secure": "true", sticky + ".httponly": "true",
	}
}
