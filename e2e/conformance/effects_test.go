package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// chartValues are the values whose effect is checked.
type chartValues struct {
	Host         string             `json:"host"`
	ReplicaCount int32              `json:"replicaCount"`
	MinAvailable intstr.IntOrString `json:"minAvailable"`
	Image        struct {
		Repository string `json:"repository"`
		Tag        string `json:"tag"`
	} `json:"image"`
	ExistingMongodbSecret string                      `json:"existingMongodbSecret"`
	ExtraSecret           string                      `json:"extraSecret"`
	Resources             corev1.ResourceRequirements `json:"resources"`
	Ingress               struct {
		Enabled          bool                      `json:"enabled"`
		IngressClassName *string                   `json:"ingressClassName"`
		Annotations      map[string]string         `json:"annotations"`
		TLS              []networkingv1.IngressTLS `json:"tls"`
	} `json:"ingress"`
	Microservices struct {
		Enabled       bool         `json:"enabled"`
		Presence      microservice `json:"presence"`
		DDPStreamer   microservice `json:"ddpStreamer"`
		Account       microservice `json:"account"`
		Authorization microservice `json:"authorization"`
	} `json:"microservices"`
	NATS struct {
		ExistingSecret struct {
			Name string `json:"name"`
			Key  string `json:"key"`
		} `json:"existingSecret"`
	} `json:"nats"`
}

type microservice struct {
	Replicas  int32                       `json:"replicas"`
	Resources corev1.ResourceRequirements `json:"resources"`
	Affinity  *corev1.Affinity            `json:"affinity"`
}

// services returns the microservices by the name of their Deployment without the release's.
func (v chartValues) services() map[string]microservice {
	if !v.Microservices.Enabled {
		return nil
	}
	m := v.Microservices
	return map[string]microservice{
		"presence": m.Presence, "ddp-streamer": m.DDPStreamer, "account": m.Account, "authorization": m.Authorization,
	}
}

// effects returns what does not come out as the values want it.
func effects(c cluster, values []byte) error {
	var v chartValues
	if err := yaml.Unmarshal(values, &v); err != nil {
		return err
	}
	main := find[appsv1.Deployment](c, "Deployment", release+"-rocketchat")
	if main == nil {
		return fmt.Errorf("no Deployment of Rocket.Chat: %v", c.names("Deployment"))
	}
	return errors.Join(
		checkMain(main, v), checkServices(c, v), checkConnections(c, v), checkBudget(c, v), checkIngress(c, v),
		checkAbsent(c),
	)
}

// checkMain looks at the pods of Rocket.Chat itself.
func checkMain(d *appsv1.Deployment, v chartValues) error {
	container := d.Spec.Template.Spec.Containers[0]
	errs := []error{
		same("replicas", *d.Spec.Replicas, v.ReplicaCount),
		same("image", container.Image, v.Image.Repository+":"+v.Image.Tag),
		checkResources("rocketchat", container.Resources, v.Resources),
		same("ROOT_URL", variable(container, "ROOT_URL").Value, "https://"+v.Host),
		same("Site_Name", seen(variable(container, "OVERWRITE_SETTING_Site_Name").Value), siteName),
		same("liveness", probePath(container.LivenessProbe), "/livez"), // since 7.11 (RocketChat/helm-charts#205)
		same("readiness", probePath(container.ReadinessProbe), "/readyz"),
	}
	if !slices.ContainsFunc(container.EnvFrom, func(e corev1.EnvFromSource) bool {
		return e.SecretRef != nil && e.SecretRef.Name == v.ExtraSecret
	}) {
		errs = append(errs, fmt.Errorf("the Secret %q does not reach Rocket.Chat", v.ExtraSecret))
	}
	if v.ReplicaCount > 1 && (d.Spec.Template.Spec.Affinity == nil ||
		d.Spec.Template.Spec.Affinity.PodAntiAffinity == nil) {
		errs = append(errs, errors.New("all replicas may land on one node"))
	}
	for _, volume := range d.Spec.Template.Spec.Volumes {
		if volume.PersistentVolumeClaim != nil {
			errs = append(errs, fmt.Errorf("volume %s: a claim binds the replicas to one node (RocketChat/helm-charts#212)",
				volume.Name))
		}
	}
	return errors.Join(errs...)
}

// checkServices looks at the microservices, of which there are all or none.
func checkServices(c cluster, v chartValues) error {
	wanted := []string{release + "-rocketchat"}
	var errs []error
	for name, want := range v.services() {
		wanted = append(wanted, release+"-"+name)
		d := find[appsv1.Deployment](c, "Deployment", release+"-"+name)
		if d == nil {
			continue // the lists differ below
		}
		container := d.Spec.Template.Spec.Containers[0]
		_, tag, _ := strings.Cut(container.Image, ":")
		errs = append(errs,
			same(name+": replicas", *d.Spec.Replicas, want.Replicas),
			same(name+": image", tag, v.Image.Tag),
			checkResources(name, container.Resources, want.Resources))
		if want.Affinity != nil && !equality.Semantic.DeepEqual(want.Affinity, d.Spec.Template.Spec.Affinity) {
			errs = append(errs, fmt.Errorf("%s: its affinity is lost", name))
		}
	}
	slices.Sort(wanted)
	if found := c.names("Deployment"); !slices.Equal(found, wanted) {
		errs = append(errs, fmt.Errorf("Deployments %v, want %v", found, wanted))
	}
	return errors.Join(errs...)
}

// secretName matches a variable whose value is nobody's business.
var secretName = regexp.MustCompile(`(?i)password|secret|license|token|_key|_pass$|mongo_url|transporter`)

// checkConnections looks at how the pods find MongoDB and one another, and that no
// secret stands in the clear.
func checkConnections(c cluster, v chartValues) error {
	var errs []error
	for _, name := range c.names("Deployment") {
		d := find[appsv1.Deployment](c, "Deployment", name)
		container := d.Spec.Template.Spec.Containers[0]
		errs = append(errs, same(name+": MONGO_URL", reference(container, "MONGO_URL"), v.ExistingMongodbSecret+"/mongo-uri"))
		if alone := v.ReplicaCount == 1 && !v.Microservices.Enabled; !alone {
			want := v.NATS.ExistingSecret.Name + "/" + v.NATS.ExistingSecret.Key
			errs = append(errs, same(name+": TRANSPORTER", reference(container, "TRANSPORTER"), want))
		}
		for _, e := range container.Env {
			if e.Value != "" && secretName.MatchString(e.Name) {
				errs = append(errs, fmt.Errorf("%s: %s stands in the clear", name, e.Name))
			}
		}
	}
	return errors.Join(errs...)
}

// checkBudget wants a node to be drained one pod at least, and never all.
func checkBudget(c cluster, v chartValues) error {
	budget := find[policyv1.PodDisruptionBudget](c, "PodDisruptionBudget", release+"-rocketchat")
	if v.ReplicaCount == 1 {
		return same("disruption budgets", len(c.names("PodDisruptionBudget")), 0)
	}
	if budget == nil {
		return fmt.Errorf("no disruption budget for %d replicas", v.ReplicaCount)
	}
	// Kubernetes rounds a share up (kubernetes.io/docs/tasks/run-application/configure-pdb).
	least, err := intstr.GetScaledValueFromIntOrPercent(budget.Spec.MinAvailable, int(v.ReplicaCount), true)
	if err != nil {
		return err
	}
	if least < 1 || least >= int(v.ReplicaCount) {
		return fmt.Errorf("disruption budget: %d of %d must stay up", least, v.ReplicaCount)
	}
	return nil
}

// checkIngress looks at what the world sees.
func checkIngress(c cluster, v chartValues) error {
	if !v.Ingress.Enabled {
		return same("Ingresses", len(c.names("Ingress")), 0)
	}
	paths := map[string]string{"/": release + "-rocketchat"}
	if v.Microservices.Enabled {
		paths["/sockjs"], paths["/websocket"] = release+"-ddp-streamer", release+"-ddp-streamer"
	}
	found := map[string]string{}
	var errs []error
	for _, name := range c.names("Ingress") {
		i := find[networkingv1.Ingress](c, "Ingress", name)
		errs = append(errs, same(name+": annotations", i.Annotations, v.Ingress.Annotations))
		if want := v.Ingress.IngressClassName; want != nil && *want != "" {
			errs = append(errs, same(name+": class", i.Spec.IngressClassName, want))
		}
		for _, rule := range i.Spec.Rules {
			errs = append(errs, same(name+": host", rule.Host, v.Host))
			for _, p := range rule.HTTP.Paths {
				found[p.Path] = p.Backend.Service.Name
			}
		}
	}
	return errors.Join(append(errs, same("paths", found, paths))...)
}

// checkAbsent looks for what the chart brings along unless it is told not to.
func checkAbsent(c cluster) error {
	var errs []error
	for _, kind := range []string{"StatefulSet", "ServiceMonitor", "PersistentVolumeClaim"} {
		if found := c.names(kind); len(found) > 0 {
			errs = append(errs, fmt.Errorf("%s %v: comes with the chart and was not asked for", kind, found))
		}
	}
	if len(c.names("PodMonitor")) != 1 {
		errs = append(errs, fmt.Errorf("PodMonitors %v, want one: Prometheus would see nothing, or all of it twice",
			c.names("PodMonitor")))
	}
	return errors.Join(errs...)
}

// checkResources compares what a container asks for, and wants memory to be bounded.
func checkResources(name string, got, want corev1.ResourceRequirements) error {
	if want.Requests.Cpu().IsZero() || want.Requests.Memory().IsZero() || want.Limits.Memory().IsZero() {
		return fmt.Errorf("%s: requests and a limit of memory are missing", name)
	}
	if want.Requests.Memory().Cmp(*want.Limits.Memory()) > 0 {
		return fmt.Errorf("%s: asks for more memory than its limit", name)
	}
	if !equality.Semantic.DeepEqual(got, want) {
		return fmt.Errorf("%s: resources are %v, want %v", name, got, want)
	}
	return nil
}

func probePath(p *corev1.Probe) string {
	if p == nil || p.HTTPGet == nil {
		return ""
	}
	return p.HTTPGet.Path
}

// variable returns the variable of a container, which Kubernetes takes from the last of a name.
func variable(c corev1.Container, name string) corev1.EnvVar {
	var found corev1.EnvVar
	for _, e := range c.Env {
		if e.Name == name {
			found = e
		}
	}
	return found
}

// seen returns what a process gets of a variable's value: Kubernetes reads $(NAME) as
// another variable, and $$ as $ (kubernetes.io/docs, EnvVar v1 core). There is no $(NAME)
// here, so one that is left is reported.
func seen(value string) string {
	if strings.Contains(strings.ReplaceAll(value, "$$", ""), "$(") {
		return value + ": refers to another variable"
	}
	return strings.ReplaceAll(value, "$$", "$")
}

// reference returns where a variable's value comes from, as "Secret/key".
func reference(c corev1.Container, name string) string {
	e := variable(c, name)
	if e.ValueFrom == nil || e.ValueFrom.SecretKeyRef == nil {
		return ""
	}
	return e.ValueFrom.SecretKeyRef.Name + "/" + e.ValueFrom.SecretKeyRef.Key
}

func same(what string, got, want any) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: %v, want %v", what, got, want)
}
