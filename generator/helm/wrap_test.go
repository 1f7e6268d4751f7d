package helm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rcgen/generator"
)

// TestObjects: every object says what it is, and all but those of the whole cluster are in
// a namespace.
func TestObjects(t *testing.T) {
	clusterWide := []string{"Namespace", "ClusterRepo"}
	plain := []string{"fleet.yaml", "values.yaml", "kustomization.yaml", "kustomizeconfig.yaml"}
	for _, target := range Targets() {
		for path, content := range export(t, exampleRequest(t), Options{Target: target}) {
			if path == ReadmeFile || slices.ContainsFunc(plain, func(end string) bool { return strings.HasSuffix(path, end) }) {
				continue
			}
			for _, o := range documents(t, content) {
				name, _ := at(o, "metadata.name")
				namespace, there := at(o, "metadata.namespace")
				wide := slices.Contains(clusterWide, fmt.Sprint(o["kind"]))
				if o["apiVersion"] == nil || o["kind"] == nil || name == nil || there == wide || there && namespace == "" {
					t.Errorf("%s: %s: %v %v %v in %v", target, path, o["apiVersion"], o["kind"], name, namespace)
				}
			}
		}
	}
}

// TestOrder: monitoring comes before NATS, and NATS before Rocket.Chat, in each tool's own way.
func TestOrder(t *testing.T) {
	want := []string{MonitoringRelease, NATSRelease, Release}
	var names []string
	flux := documents(t, export(t, exampleRequest(t), Options{Target: TargetFlux})["releases.yaml"])
	for i, o := range flux {
		name, _ := at(o, "metadata.name")
		names = append(names, fmt.Sprint(name))
		after, ok := at(o, "spec.dependsOn")
		if ok != (i > 0) || ok && !strings.Contains(fmt.Sprint(after), want[i-1]) {
			t.Errorf("Flux: %v waits for %v", name, after)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("Flux: %v", names)
	}
	for i, o := range documents(t, export(t, exampleRequest(t), Options{Target: TargetArgoCD})["applications.yaml"]) {
		if got := o["metadata"].(map[string]any)["annotations"].(map[string]any)["argocd.argoproj.io/sync-wave"]; got != fmt.Sprint(i) {
			t.Errorf("Argo CD: wave %v of %d", got, i)
		}
	}
	fleet := export(t, exampleRequest(t), Options{Target: TargetFleet})
	for dir, after := range map[string]string{"monitoring": "", "nats": "monitoring", "rocketchat": "nats",
		"manifests": "monitoring"} {
		f := documents(t, fleet[dir+"/fleet.yaml"])[0]
		got := fmt.Sprint(f["dependsOn"])
		if (f["dependsOn"] != nil) != (after != "") || after != "" && !strings.Contains(got, bundleLabel+":"+after) {
			t.Errorf("Fleet: %s waits for %s", dir, got)
		}
	}
}

// TestFleet: Fleet must not read the values as templates of its own.
func TestFleet(t *testing.T) {
	tree := export(t, exampleRequest(t), Options{Target: TargetFleet})
	for _, dir := range []string{"monitoring", "nats", "rocketchat"} {
		if off, _ := at(documents(t, tree[dir+"/fleet.yaml"])[0], "helm.disablePreProcess"); off != true {
			t.Errorf("%s: disablePreProcess is %v", dir, off)
		}
	}
	paths, _ := at(documents(t, tree["gitrepo.yaml"])[0], "spec.paths")
	for _, p := range paths.([]any) {
		if _, ok := tree[p.(string)+"/fleet.yaml"]; !ok {
			t.Errorf("gitrepo.yaml names %v, which has no fleet.yaml", p)
		}
	}
}

// TestSameValues: every tool is given the values that lie beside it.
func TestSameValues(t *testing.T) {
	tree := export(t, exampleRequest(t), Options{Target: TargetRancher})
	for i, path := range []string{monitoringFile, natsFile, ValuesFile} {
		content, _ := at(documents(t, tree["helmcharts.yaml"])[i], "spec.valuesContent")
		if content != string(tree[path]) {
			t.Errorf("helmcharts.yaml differs from %s", path)
		}
	}
	helm := export(t, exampleRequest(t), Options{Target: TargetHelm})
	for _, target := range []string{TargetFlux, TargetArgoCD} {
		if other := export(t, exampleRequest(t),
			Options{Target: target}); string(other[ValuesFile]) != string(helm[ValuesFile]) {
			t.Errorf("%s has other values than Helm", target)
		}
	}
	for target, class := range map[string]any{TargetHelm: classTraefik, TargetFleet: classNGINX, TargetRancher: classNGINX,
		TargetOpenShift: nil} {
		if got, _ := at(values(t, exampleRequest(t), target), "ingress.ingressClassName"); got != class {
			t.Errorf("%s: class %v, want %v", target, got, class)
		}
	}
}

// TestOpenShift: a Route per path with long websockets, and leave for the image's user.
func TestOpenShift(t *testing.T) {
	tree := export(t, exampleRequest(t), Options{Target: TargetOpenShift})
	v := values(t, exampleRequest(t), TargetOpenShift)
	annotations, _ := at(v, "ingress.annotations")
	a := annotations.(map[string]any)
	if a["route.openshift.io/termination"] != "edge" || a["haproxy.router.openshift.io/timeout"] != "1h" ||
		a["cert-manager.io/cluster-issuer"] != nil {
		t.Errorf("annotations %v", a)
	}
	if tls, _ := at(v, "ingress.tls"); fmt.Sprint(tls) != "[map[]]" {
		t.Errorf("tls is %v", tls)
	}
	binding := documents(t, tree["scc.yaml"])[0]
	if role, _ := at(binding, "roleRef.name"); role != "system:openshift:scc:nonroot-v2" {
		t.Errorf("role %v", role)
	}
	if _, ok := tree[monitoringFile]; ok {
		t.Error("a second Prometheus beside OpenShift's")
	}
}

// TestCertificate: who brings it follows from tls.mode.
func TestCertificate(t *testing.T) {
	for _, c := range []struct {
		tls    generator.TLS
		issuer any
		secret bool
	}{
		{generator.TLS{Mode: generator.TLSACME, Email: "ops@yourcompany.com"}, clusterIssuer, true},
		{generator.TLS{Mode: generator.TLSACME, Email: "ops@yourcompany.com", Staging: true},
			clusterIssuer + "-staging", true},
		{generator.TLS{Mode: generator.TLSFiles}, nil, true},
		{generator.TLS{Mode: generator.TLSOff, Proxies: generator.Proxies{Trusted: []string{"10.0.0.1"}}}, nil, false},
	} {
		r := exampleRequest(t)
		r.TLS = c.tls
		v := values(t, r, TargetHelm)
		annotations, _ := at(v, "ingress.annotations")
		tls, _ := at(v, "ingress.tls")
		if annotations.(map[string]any)["cert-manager.io/cluster-issuer"] != c.issuer || (len(tls.([]any)) == 1) != c.secret {
			t.Errorf("%+v: %v, %v", c.tls, annotations, tls)
		}
		wanted := strings.Contains(string(export(t, r, Options{Target: TargetHelm})["secrets.example.yaml"]),
			"kubernetes.io/tls")
		if wanted != (c.tls.Mode == generator.TLSFiles) {
			t.Errorf("%+v: a Secret with the certificate: %v", c.tls, wanted)
		}
	}
}
