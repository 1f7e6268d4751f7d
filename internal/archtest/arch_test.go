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
var machine = []string{"os", "net", "time", "math/rand", "crypto", "syscall", "log", "runtime", "plugin", "unsafe", "C",
	"path/filepath", "io/ioutil", "testing"}

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
	{"github.com/compose-spec/compose-go", []string{"generator/validate/", "generator/dotenv/"}},
	{"github.com/compose-spec/compose-go/v2/dotenv", []string{"generator/dotenv/dotenv.go"}}, // one parser
	{"crypto/x509", []string{"generator/validate/certificate.go", "cmd/", "internal/doctor/running_web.go",
		"internal/doctor/running_web_certificate.go"}},
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
	{"github.com/coder/websocket", []string{"internal/doctor/running_web_client.go",
		"internal/doctor/running_web_ddp.go"}},
}

// picture is the house: which packages of the module each package may know. Arrows go
// down only. A package that is not here knows none. docs/architecture.md draws it (TestPage).
var picture = map[string][]string{
	"cmd/rcgen": {"generator", "internal"},

	"internal/keygen": {"generator", "generator/keys"},
	"internal/deploy": {"generator", "internal/project", "internal/rollout", "internal/engine", "internal/container"},
	"internal/inspect": {"generator", "internal/project", "internal/doctor", "internal/status", "internal/engine",
		"internal/git", "internal/host", "internal/container", "internal/redact"},
	"internal/project": {"generator", "internal/disk", "internal/engine", "internal/redact"},

	"internal/doctor":   {"generator", "internal/container"},
	"internal/status":   {"generator", "internal/container"},
	"internal/releases": {"generator"},
	"internal/rollout":  {"generator/fault", "generator/routes", "generator/stack", "internal/container"},
	"internal/engine":   {"generator/fault", "generator/stack", "internal/container", "internal/redact"},
	"internal/disk":     {"generator/fault", "generator/tree"},
	"internal/redact":   {"generator/dotenv"},

	"generator/helm": {"generator", "generator/alerts", "generator/catalog", "generator/dashboards",
		"generator/fault", "generator/stack", "generator/tree", "generator/units"},
	"generator/keys": {"generator", "generator/catalog", "generator/fault", "generator/tree", "generator/units"},
	"generator": {"generator/alerts", "generator/catalog", "generator/dashboards", "generator/dotenv",
		"generator/fault", "generator/routes", "generator/stack", "generator/strict", "generator/tree", "generator/units",
		"profiles", "templates"},
	"generator/validate": {"generator/dotenv", "generator/routes", "generator/stack", "generator/strict",
		"generator/tree", "generator/units"},
	"generator/catalog": {"generator/alerts", "generator/fault", "generator/stack", "generator/strict",
		"generator/tree", "generator/units", "profiles"},
	"generator/tree": {"generator/dotenv", "generator/fault", "generator/routes", "generator/strict",
		"generator/textdiff"},
	"generator/routes":     {"generator/fault", "generator/stack"},
	"generator/dashboards": {"generator/alerts"},
	"generator/stack":      {"generator/units"},
}

// drawn reports whether a package of the module may know another one. To know generator
// from above the core is to know all of it, but for what only some need.
func drawn(dir, imported string) bool {
	own := strings.TrimPrefix(imported, module)
	return slices.ContainsFunc(picture[dir], func(known string) bool {
		switch {
		case own == known:
			return true
		case known == "generator" && !below(dir, "generator"):
			return below(own, known) && own != "generator/helm" && own != "generator/keys"
		case dir == "cmd/rcgen":
			return below(own, known) || own == "generator/helm" || own == "generator/keys"
		}
		return false
	})
}

// below reports whether an import is a package or lies below it, in any major version.
func below(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

// forbidden returns why a file must not import a package, or nothing.
func forbidden(file, imported string) string {
	dir := path.Dir(file)
	touches := slices.ContainsFunc(machine, func(pkg string) bool { return below(imported, pkg) }) &&
		!slices.Contains(harmless, imported)
	switch {
	case below(dir, "generator") && touches:
		return "the core touches no machine"
	case (dir == "profiles" || dir == "templates") && imported != "embed":
		return "it holds data only"
	case strings.HasPrefix(imported, module) && !drawn(dir, imported):
		return "there is no such arrow in the picture"
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
	for dir := range picture {
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
	{"generator/validate/certificate.go", "crypto/x509", true},
	{"generator/tree/lock.go", "crypto/sha256", true},
	{"generator/tree/tree.go", "io/fs", true},
	{"generator/plan.go", "rcgen/profiles", true},
	{"generator/catalog/profile_alerts.go", "rcgen/generator/alerts", true},
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
	{"generator/validate/rules.go", "github.com/compose-spec/compose-go/v2/types", true},
	{"generator/rules.go", "rcgen/generator/dotenv", true},
	{"generator/validate.go", "github.com/compose-spec/compose-go/v2/dotenv", false},
	{"generator/dotenv/dotenv.go", "github.com/compose-spec/compose-go/v2/dotenv", true},
	{"generator/dotenv/dotenv.go", "os", false},
	{"generator/dotenv/secret.go", "rcgen/generator", false},
	{"generator/dotenv/secret.go", "net/url", true},
	{"generator/plan.go", "github.com/Masterminds/sprig/v3", false},
	{"generator/plan.go", "github.com/urfave/cli/v2", false},
	{"internal/disk/disk.go", "rcgen/generator", false},
	{"internal/disk/disk.go", "rcgen/generator/tree", true},
	{"generator/tree/lock.go", "rcgen/generator", false},
	{"generator/tree/lock.go", "rcgen/generator/routes", true},
	{"generator/routes/edit.go", "rcgen/generator/tree", false},
	{"generator/catalog/release.go", "rcgen/generator", false},
	{"generator/fault/error.go", "rcgen/generator/units", false},
	{"generator/plan.go", "rcgen/generator/validate", false},
	{"generator/validate/rules.go", "rcgen/generator/tree", true},
	{"internal/project/build.go", "rcgen/generator/validate", true},
	{"internal/project/build.go", "rcgen/generator/helm", false},
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
