package conformance

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/yaml"
)

// TestAPIServer has a real API server admit every object that Kubernetes itself
// knows, in a dry run: rcgen's own, and those that the chart makes of the values, or the
// stand-in where the chart is not there. Beyond the types it holds what Kubernetes wants
// of values: quantities, ports, selectors that match, names that fit. Custom resources
// are left to TestObjects.
func TestAPIServer(t *testing.T) {
	if os.Getenv("RCGEN_APISERVER") == "" {
		t.Skip("RCGEN_APISERVER is not set: with 1 an API server is built, which takes some minutes once")
	}
	s := startAPIServer(t)
	for _, name := range []string{namespace, "monitoring", "openshift-monitoring"} {
		if err := s.create(t.Context(), parse(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: "+name+"}"),
			nil); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("refuses", s.testRefusals)
	chart := cmp.Or(os.Getenv("RCGEN_CHART_TGZ"), standin)
	for _, e := range exports(t) {
		t.Run(e.String(), func(t *testing.T) {
			own, err := e.objects()
			if err != nil {
				t.Fatal(err)
			}
			rendered, err := render(loadChart(t, chart), e.file(t, "rocketchat/values.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			admitted := 0
			for _, o := range slices.Concat(own, rendered) {
				if o.custom() {
					continue
				}
				s.warnings = nil
				if err := s.dryRun(t.Context(), o); err != nil {
					t.Errorf("%s: %v", o, err)
				}
				for _, w := range s.warnings {
					if o.meta.Kind != "Secret" { // a placeholder is no certificate
						t.Errorf("%s: %s", o, w)
					}
				}
				admitted++
			}
			if admitted < 10 {
				t.Errorf("only %d objects are Kubernetes' own", admitted)
			}
		})
	}
}

// testRefusals holds the server itself: it must find what it is there for.
func (s *apiServer) testRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {a: b}":                                                                                                                    `unknown field "datas"`,
		"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {minAvailable: 1, maxUnavailable: 1}":                                                                      "cannot be both set",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}, ingress: [{ports: [{protocol: TCP, port: 70000}]}]}":                                "must be between 1 and 65535",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: [{name: a, image: a}]}}}": "does not match",
	} {
		objects, err := split("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.dryRun(t.Context(), objects[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q of\n%s", err, want, text)
		}
	}
}

// custom reports whether an object is of a custom resource: groups of Kubernetes' own
// have no dot, or end in .k8s.io.
func (o object) custom() bool {
	group := schema.FromAPIVersionAndKind(o.meta.APIVersion, o.meta.Kind).Group
	return strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

// apiServer is a running API server and its clients.
type apiServer struct {
	objects  dynamic.Interface
	kinds    meta.RESTMapper
	warnings []string // what it said of objects that it took, such as of an API on its way out
}

// HandleWarningHeader keeps a warning; client-go calls it.
func (s *apiServer) HandleWarningHeader(_ int, _ string, text string) {
	s.warnings = append(s.warnings, text)
}

// dryRun asks whether the server would take an object that is not there yet.
func (s *apiServer) dryRun(ctx context.Context, o object) error {
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(o.text, &u.Object); err != nil {
		return err
	}
	err := s.create(ctx, u, []string{metav1.DryRunAll})
	if apierrors.IsAlreadyExists(err) && u.GetKind() == "Namespace" { // made above
		return nil
	}
	return err
}

func (s *apiServer) create(ctx context.Context, u *unstructured.Unstructured, dryRun []string) error {
	gvk := u.GroupVersionKind()
	mapping, err := s.kinds.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return err
	}
	var client dynamic.ResourceInterface = s.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		if u.GetNamespace() == "" {
			u.SetNamespace(namespace)
		}
		client = s.objects.Resource(mapping.Resource).Namespace(u.GetNamespace())
	}
	_, err = client.Create(ctx, u, metav1.CreateOptions{DryRun: dryRun, FieldValidation: metav1.FieldValidationStrict})
	return err
}

// startAPIServer builds and starts etcd and kube-apiserver on loopback. They end with
// the test, and leave nothing but the binaries in the user's cache.
func startAPIServer(t *testing.T) *apiServer {
	t.Helper()
	const token = "not-a-secret" // of a server that lives for one test, on loopback
	bin, dir := buildControlPlane(t), t.TempDir()
	key := filepath.Join(dir, "accounts.pem")
	write(t, key, newKey(t))
	tokens := filepath.Join(dir, "tokens.csv")
	write(t, tokens, []byte(token+",test,test\n"))
	etcd, peer, port := freePort(t), freePort(t), freePort(t)
	url := "http://127.0.0.1:" + etcd
	start(t, bin["etcd"], "--data-dir="+filepath.Join(dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls="+url, "--advertise-client-urls="+url, "--listen-peer-urls=http://127.0.0.1:"+peer)
	start(t, bin["kube-apiserver"], "--etcd-servers="+url, "--cert-dir="+filepath.Join(dir, "certs"),
		"--bind-address=127.0.0.1", "--secure-port="+port,
		"--token-auth-file="+tokens, "--authorization-mode=AlwaysAllow", "--disable-admission-plugins=ServiceAccount",
		"--service-account-issuer=https://conformance.test", "--service-account-key-file="+key,
		"--service-account-signing-key-file="+key,
		"--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none")

	s := &apiServer{}
	config := &rest.Config{Host: "https://127.0.0.1:" + port, BearerToken: token, QPS: -1, WarningHandler: s,
		TLSClientConfig: rest.TLSClientConfig{Insecure: true}} // its certificate is made at its start
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	await(t, func() error {
		_, err := found.RESTClient().Get().AbsPath("/readyz").DoRaw(t.Context())
		return err
	})
	groups, err := restmapper.GetAPIGroupResources(found)
	if err != nil {
		t.Fatal(err)
	}
	s.kinds = restmapper.NewDiscoveryRESTMapper(groups)
	if s.objects, err = dynamic.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	return s
}

// buildControlPlane returns the programs of ./controlplane. Go's cache makes a second
// time quick, and a binary that is up to date is not linked again.
func buildControlPlane(t *testing.T) map[string]string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	bin := map[string]string{}
	for name, pkg := range map[string]string{"etcd": "go.etcd.io/etcd/server/v3",
		"kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver"} {
		bin[name] = filepath.Join(cache, "rcgen", "controlplane", name)
		build := exec.CommandContext(t.Context(), "go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w", "-o", bin[name], pkg)
		build.Dir, build.Env = "controlplane", append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	return bin
}

// start runs a program until the test ends, and shows what it said if the test failed.
func start(t *testing.T, name string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test that is killed leaves none behind
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it holds nothing worth a farewell
		_ = cmd.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s: %s", filepath.Base(name), said[max(0, len(said)-2000):])
		}
		log.Close()
	})
}

// await calls ready until it has no error, for a minute at most: seven seconds are
// usual on a machine with nothing else to do.
func await(t *testing.T, ready func() error) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := ready()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

func newKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
