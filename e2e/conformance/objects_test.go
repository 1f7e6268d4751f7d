package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// clusters are what exports decode to, by export; tests only look at them.
var clusters = map[string]cluster{}

// decoded returns every object of an export, each decoded with its type.
func (e exported) decoded(t *testing.T) cluster {
	t.Helper()
	if c := clusters[e.String()]; c != nil {
		return c
	}
	objects, err := e.objects()
	if err != nil {
		t.Fatal(err)
	}
	c, err := decodeAll(objects)
	if err != nil {
		t.Fatal(err)
	}
	clusters[e.String()] = c
	return c
}

// both returns the objects of an export, and those that the stand-in makes of its values.
func (e exported) both(t *testing.T) (own, chart cluster) {
	t.Helper()
	chart, err := install(loadChart(t, standin), e.file(t, "rocketchat/values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return e.decoded(t), chart
}

// TestObjects decodes every object that rcgen writes itself, of every target and request.
func TestObjects(t *testing.T) {
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			c := e.decoded(t)
			if len(c.names("Secret")) == 0 || !slices.Contains(c.names("Namespace"), namespace) {
				t.Errorf("Secrets %v, Namespaces %v", c.names("Secret"), c.names("Namespace"))
			}
			for _, name := range c.names("Secret") {
				for key, value := range find[corev1.Secret](c, "Secret", name).StringData {
					if !strings.Contains(value, "REPLACE-WITH-") && key != "admin-user" { // a name is no secret
						t.Errorf("Secret %s: %s is no placeholder", name, key)
					}
				}
			}
		})
	}
}

// TestSecrets looks for the Secrets that pods want in the templates: each name and
// key that a person must fill in is there.
func TestSecrets(t *testing.T) {
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			own, chart := e.both(t)
			for _, name := range chart.names("Deployment") {
				container := find[appsv1.Deployment](chart, "Deployment", name).Spec.Template.Spec.Containers[0]
				for _, from := range container.EnvFrom {
					if find[corev1.Secret](own, "Secret", from.SecretRef.Name) == nil {
						t.Errorf("%s: no template of the Secret %s", name, from.SecretRef.Name)
					}
				}
				for _, v := range container.Env {
					if v.ValueFrom == nil || v.ValueFrom.SecretKeyRef == nil {
						continue
					}
					ref := v.ValueFrom.SecretKeyRef
					secret := find[corev1.Secret](own, "Secret", ref.Name)
					if secret == nil || secret.StringData[ref.Key] == "" {
						t.Errorf("%s: %s: no template of the Secret %s with %s", name, v.Name, ref.Name, ref.Key)
					}
				}
			}
		})
	}
}

// TestNetworkPolicy lets every pod of Rocket.Chat in to NATS and nobody else.
func TestNetworkPolicy(t *testing.T) {
	const client = 4222 // docs.nats.io
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			own, chart := e.both(t)
			policy := find[networkingv1.NetworkPolicy](own, "NetworkPolicy", "rocketchat-nats")
			if policy == nil {
				if e.files["nats/values.yaml"] != nil {
					t.Error("NATS without a policy")
				}
				return
			}
			for _, name := range chart.names("Deployment") {
				pod := find[appsv1.Deployment](chart, "Deployment", name).Spec.Template.Labels
				if !admitted(t, policy, pod, client) {
					t.Errorf("%s cannot reach NATS", name)
				}
			}
			if admitted(t, policy, map[string]string{"app.kubernetes.io/instance": "other"}, client) {
				t.Error("any pod can reach NATS")
			}
		})
	}
}

// admitted reports whether a policy lets pods of these labels in at a port.
func admitted(t *testing.T, policy *networkingv1.NetworkPolicy, pod map[string]string, port int32) bool {
	t.Helper()
	for _, rule := range policy.Spec.Ingress {
		open := len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool {
			return p.Port == nil || p.Port.IntVal == port
		})
		if open && (len(rule.From) == 0 || slices.ContainsFunc(rule.From, func(peer networkingv1.NetworkPolicyPeer) bool {
			return peer.PodSelector != nil && selects(t, peer.PodSelector, pod)
		})) {
			return true
		}
	}
	return false
}

func selects(t *testing.T, selector *metav1.LabelSelector, pod map[string]string) bool {
	t.Helper()
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return s.Matches(labels.Set(pod))
}

// TestBudgets holds that each Deployment of more than one pod has one budget, the
// chart's or rcgen's, and that a node can always be drained: two budgets for a pod
// forbid it (kubernetes.io/docs/tasks/run-application/configure-pdb).
func TestBudgets(t *testing.T) {
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			own, chart := e.both(t)
			all := maps.Clone(chart)
			for _, name := range own.names("PodDisruptionBudget") {
				if all["PodDisruptionBudget/"+name] != nil {
					t.Errorf("budget %s is the chart's and rcgen's", name)
				}
				all["PodDisruptionBudget/"+name] = own["PodDisruptionBudget/"+name]
			}
			for _, name := range chart.names("Deployment") {
				d := find[appsv1.Deployment](chart, "Deployment", name)
				if err := checkBudgets(t, all, d); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

func checkBudgets(t *testing.T, c cluster, d *appsv1.Deployment) error {
	t.Helper()
	replicas, found := int(*d.Spec.Replicas), 0
	for _, name := range c.names("PodDisruptionBudget") {
		budget := find[policyv1.PodDisruptionBudget](c, "PodDisruptionBudget", name)
		if !selects(t, budget.Spec.Selector, d.Spec.Template.Labels) {
			continue
		}
		found++
		away, err := mayGo(budget.Spec, replicas)
		if err != nil {
			return err
		}
		if away < 1 || replicas > 1 && away >= replicas {
			return fmt.Errorf("budget %s: %d of %d may go", name, away, replicas)
		}
	}
	if want := min(replicas-1, 1); found < want || found > 1 {
		return fmt.Errorf("%d budgets for %d replicas", found, replicas)
	}
	return nil
}

// mayGo returns how many of so many pods a budget lets go.
func mayGo(b policyv1.PodDisruptionBudgetSpec, replicas int) (int, error) {
	if b.MaxUnavailable != nil {
		return intstr.GetScaledValueFromIntOrPercent(b.MaxUnavailable, replicas, true)
	}
	stay, err := intstr.GetScaledValueFromIntOrPercent(b.MinAvailable, replicas, true)
	return replicas - stay, err
}

// TestOpenShift holds that the pods that ask for a uid of their own may have it, and
// that the Ingress is one that OpenShift makes Routes of.
func TestOpenShift(t *testing.T) {
	for _, r := range requests {
		e := export(t, "openshift", r)
		t.Run(e.String(), func(t *testing.T) {
			own, chart := e.both(t)
			account := find[appsv1.Deployment](chart, "Deployment", release+"-rocketchat").Spec.Template.Spec.ServiceAccountName
			allowed := slices.ContainsFunc(own.names("RoleBinding"), func(name string) bool {
				b := find[rbacv1.RoleBinding](own, "RoleBinding", name)
				return b.RoleRef.Kind == "ClusterRole" && b.RoleRef.Name == "system:openshift:scc:nonroot-v2" &&
					b.RoleRef.APIGroup == rbacv1.GroupName && b.Namespace == namespace &&
					slices.Contains(b.Subjects, rbacv1.Subject{Kind: "ServiceAccount", Name: account, Namespace: namespace})
			})
			if !allowed {
				t.Errorf("ServiceAccount %s may not run as uid 65533", account)
			}
			ingress := find[networkingv1.Ingress](chart, "Ingress", release+"-rocketchat")
			if ingress == nil { // Routes of rcgen's own then
				if len(own.names("Route")) == 0 {
					t.Error("neither Ingress nor Route")
				}
				return
			}
			if ingress.Spec.IngressClassName != nil {
				t.Error("a class that OpenShift may not have: it would ignore the Ingress")
			}
			if ingress.Annotations["route.openshift.io/termination"] != "edge" ||
				ingress.Annotations["haproxy.router.openshift.io/timeout"] == "" {
				t.Errorf("annotations %v: no https, or websockets that end after 30 s", ingress.Annotations)
			}
		})
	}
}
