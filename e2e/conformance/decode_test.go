package conformance

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	fluxhelm "github.com/fluxcd/helm-controller/api/v2"
	fluxsource "github.com/fluxcd/source-controller/api/v1"
	k3shelm "github.com/k3s-io/helm-controller/pkg/apis/helm.cattle.io/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// object is one document of YAML.
type object struct {
	file string
	text []byte
	meta metav1.PartialObjectMetadata
}

func (o object) String() string {
	return fmt.Sprintf("%s: %s %s", o.file, o.meta.Kind, o.meta.Name)
}

// cluster holds decoded objects by kind and name, as "Deployment/rocketchat".
type cluster map[string]any

// kinds are the types that objects are decoded with: all of Kubernetes itself, and
// those of the operators that publish theirs.
var kinds = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, monitoring.AddToScheme, fluxhelm.AddToScheme, fluxsource.AddToScheme, k3shelm.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}()

// clusterWide are the kinds that have no namespace.
var clusterWide = map[string]bool{
	"Namespace": true, "ClusterRepo": true, "HelmChartRepository": true, "ClusterRole": true, "ClusterRoleBinding": true,
}

// split returns the documents of a file that hold anything.
func split(file string, text []byte) ([]object, error) {
	var all []object
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		o := object{file: file, text: document}
		if err := yaml.Unmarshal(document, &o.meta); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", file, err, document)
		}
		var anything map[string]any
		if err := yaml.Unmarshal(document, &anything); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(anything) > 0 {
			all = append(all, o)
		}
	}
}

// decode reads an object with the type of its kind. A field that the type does not
// know, or that stands there twice, is an error.
func decode(o object) (any, error) {
	gvk := schema.FromAPIVersionAndKind(o.meta.APIVersion, o.meta.Kind)
	into, err := newObject(gvk)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o, err)
	}
	if err := unmarshalStrict(o.text, into); err != nil {
		return nil, fmt.Errorf("%s: %w", o, err)
	}
	return into, nil
}

// unmarshalStrict reads YAML as an API server does: unlike encoding/json it tells
// capital letters from small ones.
func unmarshalStrict(text []byte, into any) error {
	body, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return err
	}
	slips, err := kjson.UnmarshalStrict(body, into)
	return errors.Join(append(slips, err)...)
}

func newObject(gvk schema.GroupVersionKind) (any, error) {
	if make, ok := own[gvk]; ok {
		return make(), nil
	}
	return kinds.New(gvk)
}

// checkMeta holds name, labels and annotations to the rules of an API server.
func checkMeta(o object) error {
	accessor, err := meta.Accessor(&o.meta)
	if err != nil {
		return err
	}
	needsNamespace := !clusterWide[o.meta.Kind]
	if needsNamespace && accessor.GetNamespace() == "" {
		accessor.SetNamespace(namespace) // helm and kubectl put it there
	}
	name := apivalidation.NameIsDNSSubdomain
	if o.meta.Kind == "Service" {
		name = apivalidation.NameIsDNS1035Label
	}
	if o.meta.APIVersion == "rbac.authorization.k8s.io/v1" { // a colon is good in names of roles
		name = func(string, bool) []string { return nil }
	}
	if bad := apivalidation.ValidateObjectMetaAccessor(accessor, needsNamespace, name, nil); len(bad) > 0 {
		return fmt.Errorf("%s: %w", o, bad.ToAggregate())
	}
	return nil
}

// decodeAll decodes objects; two that are one and the same are an error.
func decodeAll(objects []object) (cluster, error) {
	all := cluster{}
	var errs []error
	for _, o := range objects {
		decoded, err := decode(o)
		errs = append(errs, err, checkMeta(o))
		key := o.meta.Kind + "/" + o.meta.Name
		if all[key] != nil {
			errs = append(errs, fmt.Errorf("%s: is there twice", o))
		}
		all[key] = decoded
	}
	return all, errors.Join(errs...)
}

// find returns the object of this kind and name, or nil.
func find[T any](c cluster, kind, name string) *T {
	found, _ := c[kind+"/"+name].(*T)
	return found
}

// names returns the names of the objects of a kind, sorted.
func (c cluster) names(kind string) []string {
	var all []string
	for key := range c {
		if name, ok := strings.CutPrefix(key, kind+"/"); ok {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// TestDecode holds decoding itself: what is wrong with these must be found.
func TestDecode(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"good", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}", ""},
		{"slip", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {a: b}", `unknown field "datas"`},
		{"twice", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\ndata: {}", "already set"},
		{"case", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {Replicas: 2}",
			`unknown field "spec.Replicas"`},
		{"type", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: two}",
			"cannot unmarshal string"},
		{"kind", "apiVersion: v1\nkind: Deploy\nmetadata: {name: a}", "no kind"},
		{"name", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}", "RFC 1123"},
		{"label", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {a: 'b c'}}", "valid label"},
		{"route", "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a}\nspec: {hots: b}",
			`unknown field "spec.hots"`},
		{"flux", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {timeuot: 1m}",
			`unknown field "spec.timeuot"`},
		{"monitor", "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec: {groups: [{name: a, rule: []}]}", `unknown field "spec.groups[0].rule"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			objects, err := split("a.yaml", []byte(c.text))
			if err == nil && len(objects) == 1 {
				_, err = decode(objects[0])
				err = errors.Join(err, checkMeta(objects[0]))
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
