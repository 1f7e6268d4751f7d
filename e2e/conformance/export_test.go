package conformance

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// targets are all that rcgen can export for.
var targets = []string{"helm", "flux", "argocd", "fleet", "rancher", "openshift"}

// request is an rcgen.yaml, and the options of an export.
type request struct {
	name    string
	users   int
	edition string
	tls     string   // the key's value, in braces
	args    []string // of rcgen export
}

const acme = "{mode: acme, email: ops@yourcompany.com}"

// requests are sizes on both sides of the thresholds, and choices that change what is
// written.
var requests = []request{
	{"1000", 1_000, "licensed", acme, nil},
	{"3000", 3_000, "licensed", acme, nil},
	{"10000", 10_000, "licensed", acme, nil},
	{"50000", 50_000, "licensed", acme, nil},
	{"alone", 200, "community", acme, nil},
	{"certificate", 10_000, "licensed", "{mode: files}", nil},
	{"proxy", 3_000, "licensed", "{mode: 'off', proxies: {trusted: [10.0.0.0/24]}}", nil},
	{"nats", 10_000, "licensed", acme, []string{"--nats", "external"}},
}

// large is the request of the vendor's microservices.
var large = requests[2]

// siteName has what Compose, YAML, Helm and Kubernetes each read something into.
const siteName = `5 $ & $$ $(HOME) "x" {y}: #z`

// text is the rcgen.yaml. The host does not matter to an export.
func (r request) text() []byte {
	return fmt.Appendf(nil, `version: 1
project: rocketchat
users: %d
edition: %s
release: 8.6.1
domain: chat.yourcompany.com
tls: %s
mongodb:
  external: true
host:
  cores: 8
  memory: 32GiB
uploads:
  storage: s3
  bucket: yourcompany-chat
  region: eu-central-1
smtp:
  host: mail.yourcompany.com
  username: chat
  from: chat@yourcompany.com
rocketchat:
  env:
    OVERWRITE_SETTING_Site_Name: '%s'
`, r.users, r.edition, r.tls, strings.ReplaceAll(siteName, "$", "$$"))
}

// exported is the directory that one run of rcgen export wrote.
type exported struct {
	target  string
	request string
	files   map[string][]byte // by slash-separated path
}

func (e exported) String() string { return e.target + "/" + e.request }

// rcgen is the binary, built once; the temporary directory is gone in the end.
var rcgen string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "rcgen-conformance-")
	if err != nil {
		log.Fatal(err)
	}
	rcgen = filepath.Join(dir, "rcgen")
	build := exec.Command("go", "build", "-o", rcgen, "./cmd/rcgen")
	build.Dir = filepath.Join("..", "..")
	code := 1
	if out, err := build.CombinedOutput(); err != nil {
		log.Printf("rcgen: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	if err := os.RemoveAll(dir); err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

// made are the exports that were run.
var made = map[string]exported{}

// export runs rcgen export, once for each target and request.
func export(t *testing.T, target string, r request) exported {
	t.Helper()
	e := exported{target: target, request: r.name, files: map[string][]byte{}}
	if done, ok := made[e.String()]; ok {
		return done
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rcgen.yaml"), r.text(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(rcgen, append([]string{"export", target, "--out", "out"}, r.args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	tree := os.DirFS(filepath.Join(dir, "out"))
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		e.files[name], err = fs.ReadFile(tree, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	made[e.String()] = e
	return e
}

// exports returns every request for every target.
func exports(t *testing.T) []exported {
	t.Helper()
	var all []exported
	for _, target := range targets {
		for _, r := range requests {
			all = append(all, export(t, target, r))
		}
	}
	return all
}

// file returns a file that must be there.
func (e exported) file(t *testing.T, name string) []byte {
	t.Helper()
	text, ok := e.files[name]
	if !ok {
		t.Fatalf("%s: no %s", e, name)
	}
	return text
}

// notObjects are YAML files for programs other than an API server.
var notObjects = []string{"values.yaml", "fleet.yaml", "kustomization.yaml", "kustomizeconfig.yaml"}

// objects returns every object of an export, in the order of the files' names.
func (e exported) objects() ([]object, error) {
	var all []object
	for name, text := range e.files {
		base := name[strings.LastIndex(name, "/")+1:]
		if filepath.Ext(name) != ".yaml" || slices.Contains(notObjects, base) {
			continue
		}
		found, err := split(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(a.file, b.file) })
	return all, nil
}
