package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "rcgen/"

// source is one file of the module that is not a test, with its imports.
type source struct {
	file    string // slash-separated, from the module's root
	imports []string
}

// sources reads the import lists of every file below root.
func sources(t *testing.T, root fs.FS) []source {
	t.Helper()
	var all []source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return otherModule(root, name)
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{file: name}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// otherModule skips directories that hold a module of their own, like e2e/, and
// those that the go command skips too.
func otherModule(root fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	if err == nil || base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	return nil
}

// machine are the parts of the standard library through which code touches the
// machine it runs on, asks the clock or draws chance: the core does none of it.
var machine = []string{"os", "net", "time", "math/rand", "crypto", "syscall", "log", "runtime", "plugin", "unsafe", "C", "path/filepath", "io/ioutil", "testing"}

// harmless are below one of machine and only compute.
var harmless = []string{"crypto", "crypto/sha256", "crypto/x509", "net/mail", "net/netip", "net/url"}

// homes are dependencies that only some files may know, so that another one can
// take their place there.
var homes = []struct {
	dependency string
	files      []string // files, or directories with a final slash
}{
	{"github.com/urfave/cli", []string{"cmd/"}},
	{"github.com/Masterminds/sprig", []string{"generator/render.go"}},
	{"text/template", []string{"generator/render.go"}},
	// rules.go is the part of validation that is rcgen's own
	{"github.com/compose-spec/compose-go", []string{"generator/validate.go", "generator/rules.go", "generator/dotenv/"}},
	{"github.com/compose-spec/compose-go/v2/dotenv", []string{"generator/dotenv/dotenv.go"}}, // one parser
	{"crypto/x509", []string{"generator/certificate.go", "cmd/", "internal/doctor/running_web.go", "internal/doctor/running_web_certificate.go"}},
	{"github.com/shirou/gopsutil", []string{"internal/host/"}},
	{"github.com/gofrs/flock", []string{"internal/disk/"}},
	{"golang.org/x/term", []string{"cmd/"}},
	{"golang.org/x/sys", []string{"internal/"}},
	{"github.com/dop251/goja", nil},                // tests only
	{"github.com/santhosh-tekuri/jsonschema", nil}, // tests only
	{"znkr.io/diff", []string{"generator/textdiff/"}},
	{"github.com/xrash/smetrics", []string{"generator/keys/"}}, // one suggester
	{"github.com/grafana/grafana-foundation-sdk", []string{"generator/dashboards/"}},
	{"os/exec", []string{"internal/engine/", "internal/git/"}}, // docker and git alone are started
	// only on request: releases --refresh, and doctor, which asks the chat through its proxy
	{"net/http", []string{"internal/releases/", "internal/doctor/running_web_client.go"}},
	{"github.com/coder/websocket", []string{"internal/doctor/running_web_client.go", "internal/doctor/running_web_ddp.go"}},
}

// leaves are the packages below internal that all others there may know: they know none.
var leaves = []string{"internal/container", "internal/redact"}

// floors orders the packages under internal/ that know others of them: each knows the
// machine's parts below the application, and what stands before it in the list.
var floors = []string{"internal/project", "internal/deploy", "internal/inspect"}

// lower reports whether a package under internal/ may know another one.
func lower(dir, imported string) bool {
	own := slices.Index(floors, dir)
	other := slices.IndexFunc(floors, func(floor string) bool { return below(imported, module+floor) })
	return own >= 0 && (other < 0 || other == 0 && own > 0)
}

// below reports whether an import is a package or lies below it, in any major version.
func below(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

// forbidden returns why a file must not import a package, or nothing.
func forbidden(file, imported string) string {
	dir := path.Dir(file)
	own := func(pkg string) bool { return below(imported, module+pkg) }
	touches := slices.ContainsFunc(machine, func(pkg string) bool { return below(imported, pkg) }) && !slices.Contains(harmless, imported)
	switch {
	case below(dir, "generator") && touches:
		return "the core touches no machine"
	case below(dir, "generator") && (own("internal") || own("cmd")):
		return "arrows point to the core"
	case dir == "generator/dotenv" && own("generator"):
		return "it knows no project"
	case dir == "generator/alerts" && own("generator"), dir == "generator/dashboards" && own("generator") && !own("generator/alerts"):
		return "the core fills it in; dashboards know alerts and no more"
	case below(dir, "generator") && dir != "generator/helm" && own("generator/helm"):
		return "an export is at the end of the way"
	case own("generator/keys") && !below(dir, "generator/keys") && dir != "internal/keygen" && !below(dir, "cmd"):
		return "the table of keys is for commands, and for the program that writes its files"
	case (dir == "profiles" || dir == "templates") && imported != "embed":
		return "it holds data only"
	case slices.Contains(leaves, dir) && below(imported, strings.TrimSuffix(module, "/")) && !own("generator/dotenv"):
		return "a leaf knows nothing of the module but what a secret is"
	case below(dir, "internal") && own("internal") && !slices.ContainsFunc(leaves, own) && !lower(dir, imported):
		return "siblings do not know each other, only the leaves"
	case own("cmd"):
		return "nothing knows the command line"
	}
	for _, h := range homes {
		at := func(home string) bool {
			return file == home || strings.HasSuffix(home, "/") && strings.HasPrefix(file, home)
		}
		if below(imported, h.dependency) && !slices.ContainsFunc(h.files, at) {
			return "it belongs into " + strings.Join(append(h.files, "tests"), ", ")
		}
	}
	return ""
}

func TestImports(t *testing.T) {
	all := sources(t, os.DirFS("../.."))
	dirs := map[string]bool{}
	for _, s := range all {
		dirs[path.Dir(s.file)] = true
		for _, imported := range s.imports {
			if why := forbidden(s.file, imported); why != "" {
				t.Errorf("%s: imports %s: %s", s.file, imported, why)
			}
		}
	}
	for _, dir := range []string{"generator", "generator/alerts", "generator/dashboards", "generator/helm", "generator/keys", "profiles", "templates", "cmd/rcgen", "internal/project", "internal/deploy", "internal/inspect", "internal/disk", "internal/host"} {
		if !dirs[dir] {
			t.Errorf("%s: no file of it was read; was it renamed?", dir)
		}
	}
}

// samples are imports with whether they are all right.
var samples = []struct {
	file, imported string
	good           bool
}{
	{"generator/plan.go", "os", false},
	{"generator/plan.go", "os/exec", false},
	{"generator/plan.go", "net", false},
	{"generator/plan.go", "net/http", false},
	{"generator/plan.go", "net/netip", true},
	{"generator/plan.go", "net/mail", true},
	{"generator/plan.go", "golang.org/x/net/idna", true},
	{"generator/plan.go", "time", false},
	{"generator/plan.go", "math", true},
	{"generator/plan.go", "math/rand/v2", false},
	{"generator/plan.go", "crypto/rand", false},
	{"generator/plan.go", "crypto/tls", false},
	{"generator/plan.go", "crypto/x509", false},
	{"generator/certificate.go", "crypto/x509", true},
	{"generator/lock.go", "crypto/sha256", true},
	{"generator/project.go", "io/fs", true},
	{"generator/plan.go", "rcgen/profiles", true},
	{"generator/profile_alerts.go", "rcgen/generator/alerts", true},
	{"generator/alerts/rule.go", "go.yaml.in/yaml/v4", true},
	{"generator/alerts/rule.go", "os", false},
	{"generator/alerts/rule.go", "rcgen/generator", false},
	{"generator/alerts/rule.go", "rcgen/generator/dashboards", false},
	{"generator/alerts/rule.go", "rcgen/internal/disk", false},
	{"generator/helm/export.go", "os", false},
	{"generator/helm/export.go", "time", false},
	{"generator/helm/export.go", "text/template", false},
	{"generator/helm/export.go", "rcgen/internal/disk", false},
	{"generator/helm/export.go", "rcgen/generator", true},
	{"generator/helm/export.go", "rcgen/generator/dashboards", true},
	{"generator/plan.go", "rcgen/generator/helm", false},
	{"generator/alerts/rule.go", "rcgen/generator/helm", false},
	{"cmd/rcgen/export.go", "rcgen/generator/helm", true},
	{"generator/keys/keys.go", "rcgen/generator", true},
	{"generator/keys/nearest.go", "github.com/xrash/smetrics", true},
	{"generator/keys/schema.go", "os", false},
	{"generator/keys/schema.go", "rcgen/internal/keygen", false},
	{"generator/request.go", "rcgen/generator/keys", false},
	{"generator/helm/export.go", "rcgen/generator/keys", false},
	{"internal/keygen/main.go", "rcgen/generator/keys", true},
	{"internal/doctor/host.go", "rcgen/generator/keys", false},
	{"cmd/rcgen/explain.go", "rcgen/generator/keys", true},
	{"cmd/rcgen/app.go", "github.com/xrash/smetrics", false},
	{"generator/dashboards/model.go", "time", false},
	{"generator/dashboards/model.go", "rcgen/generator", false},
	{"generator/dashboards/model.go", "rcgen/generator/alerts", true},
	{"generator/plan.go", "rcgen/internal/disk", false},
	{"generator/plan.go", "rcgen/cmd/rcgen", false},
	{"generator/plan.go", "github.com/compose-spec/compose-go/v2/types", false},
	{"generator/rules.go", "github.com/compose-spec/compose-go/v2/types", true},
	{"generator/rules.go", "rcgen/generator/dotenv", true},
	{"generator/validate.go", "github.com/compose-spec/compose-go/v2/dotenv", false},
	{"generator/dotenv/dotenv.go", "github.com/compose-spec/compose-go/v2/dotenv", true},
	{"generator/dotenv/dotenv.go", "os", false},
	{"generator/dotenv/secret.go", "rcgen/generator", false},
	{"generator/dotenv/secret.go", "net/url", true},
	{"generator/plan.go", "github.com/Masterminds/sprig/v3", false},
	{"generator/plan.go", "github.com/urfave/cli/v2", false},
	{"internal/disk/disk.go", "rcgen/generator", true},
	{"internal/disk/disk.go", "rcgen/internal/host", false},
	{"internal/disk/disk.go", "github.com/urfave/cli/v2", false},
	{"internal/engine/engine.go", "rcgen/internal/container", true},
	{"internal/rollout/steps.go", "rcgen/internal/container", true},
	{"internal/rollout/steps.go", "rcgen/internal/engine", false},
	{"internal/container/container.go", "rcgen/internal/engine", false},
	{"internal/container/container.go", "rcgen/generator", false},
	{"internal/container/container.go", "time", true},
	{"internal/engine/failure.go", "rcgen/internal/redact", true},
	{"internal/redact/redact.go", "rcgen/generator/dotenv", true},
	{"internal/redact/redact.go", "rcgen/generator", false},
	{"internal/redact/redact.go", "rcgen/internal/container", false},
	{"generator/plan.go", "rcgen/internal/container", false},
	{"internal/disk/disk.go", "rcgen/internal/project", false},
	{"internal/project/project.go", "rcgen/internal/disk", true},
	{"internal/project/project.go", "rcgen/internal/inspect", false},
	{"internal/deploy/deploy.go", "rcgen/internal/project", true},
	{"internal/deploy/deploy.go", "rcgen/internal/engine", true},
	{"internal/deploy/deploy.go", "rcgen/internal/inspect", false},
	{"internal/inspect/doctor.go", "rcgen/internal/project", true},
	{"internal/inspect/doctor.go", "rcgen/internal/deploy", false},
	{"internal/project/project.go", "github.com/urfave/cli/v2", false},
	{"internal/disk/disk.go", "github.com/shirou/gopsutil/v3/mem", false},
	{"internal/host/host.go", "github.com/shirou/gopsutil/v3/mem", true},
	{"internal/releases/client.go", "net/http", true},
	{"internal/doctor/running_web_client.go", "net/http", true},
	{"internal/doctor/host.go", "net/http", false},
	{"internal/engine/engine.go", "net/http", false},
	{"profiles/profiles.go", "embed", true},
	{"profiles/profiles.go", "io/fs", false},
	{"templates/templates.go", "rcgen/generator", false},
	{"cmd/rcgen/main.go", "github.com/urfave/cli/v2", true},
	{"cmd/rcgen/main.go", "rcgen/internal/host", true},
	{"cmd/rcgen/main.go", "github.com/Masterminds/sprig/v3", false},
	{"cmd/rcgen/main.go", "os", true},
}

// TestForbidden holds the test itself: it must find what it is there for.
func TestForbidden(t *testing.T) {
	for _, c := range samples {
		if why := forbidden(c.file, c.imported); (why == "") != c.good {
			t.Errorf("%s: imports %s: got %q", c.file, c.imported, why)
		}
	}
}
