package generator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rcgen/generator/routes"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

// routeFindings returns what the rule finds in a project of four replicas after an edit.
func routeFindings(t *testing.T, edit func(fstest.MapFS) fstest.MapFS) []string {
	t.Helper()
	r := aRequest()
	r.Edition, r.Instances = Licensed, 4
	dir, _ := run(t, fstest.MapFS{}, renderFile(t, must(NewRequestFile(r))(t), nil))
	var found []string
	for _, f := range validate.Files(must(tree.ReadProject(edit(dir), tree.EnvFile))(t), r.Host, validate.Disk{}) {
		if f.Code != validate.FindRoute || f.Hint == "" {
			t.Errorf("found %+v", f)
		}
		found = append(found, f.File+": "+f.Message)
	}
	return found
}

func TestRoutes(t *testing.T) {
	replaced := func(path, old, is string) func(fstest.MapFS) fstest.MapFS {
		return func(dir fstest.MapFS) fstest.MapFS {
			if !strings.Contains(text(dir, path), old) {
				t.Fatalf("%s does not hold %q", path, old)
			}
			return with(dir, path, strings.Replace(text(dir, path), old, is, 1))
		}
	}
	const names = ": names %s, which is no service of compose.yaml"
	for _, c := range []struct {
		name string
		edit func(fstest.MapFS) fstest.MapFS
		want []string
	}{
		{"as it was written", func(dir fstest.MapFS) fstest.MapFS { return dir }, nil},
		{"a server that is no service", replaced(routes.File, "http://rocketchat-4:", "http://rocketchat-5:"),
			[]string{fmt.Sprintf(routes.File+names, "rocketchat-5")}},
		{"a server elsewhere", replaced(routes.File, "http://rocketchat-4:", "http://chat.yourcompany.com:"), nil},
		{"a target that is no service", replaced(routes.TargetsFile, "rocketchat-4:", "rocketchat-7:"),
			[]string{fmt.Sprintf(routes.TargetsFile+names, "rocketchat-7")}},
		{"a target elsewhere", replaced(routes.TargetsFile, "rocketchat-4:", "db-9:"), nil},
		{"a service that nobody asks", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, tree.OverrideFile, "services:\n  rocketchat-5: {image: a:1, networks: [backend]}\n")
		}, nil},
		{"a service of the override", func(dir fstest.MapFS) fstest.MapFS {
			return with(replaced(routes.File, "http://rocketchat-4:", "http://rocketchat-5:")(dir), tree.OverrideFile,
				"services:\n  rocketchat-5: {image: a:1}\n")
		}, nil},
		{"a service taken away by the override", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, tree.OverrideFile, "services:\n  rocketchat-4: !reset null\n")
		}, []string{fmt.Sprintf(routes.File+names, "rocketchat-4"), fmt.Sprintf(routes.TargetsFile+names, "rocketchat-4")}},
		{"no such files", func(dir fstest.MapFS) fstest.MapFS { return without(dir, routes.File, routes.TargetsFile) }, nil},
		{"files that are no YAML", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, routes.File, "a: [\n", routes.TargetsFile, "a: [\n")
		}, nil},
		{"files of another form", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, routes.File, "- a\n", routes.TargetsFile, "a: b\n")
		}, nil},
		{"a server without a URL", replaced(routes.File, "http://rocketchat-4:3000", "\"http://%zz\""), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := routeFindings(t, c.edit); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// TestRoutesHalfMerged: scaling in while the routes conflict would send requests to
// replicas that are gone, so the whole is not valid.
func TestRoutesHalfMerged(t *testing.T) {
	r := aRequest()
	r.Edition, r.Instances = Licensed, 4
	was := must(NewRequestFile(r))(t)
	dir, _ := run(t, fstest.MapFS{}, renderFile(t, was, nil))
	is := must(SetSize(was, r.Users, 2))(t)
	edit := strings.Replace(text(dir, routes.File), "http://rocketchat-4:3000", "http://rocketchat-4:3001", 1)
	dir = with(dir, routes.File, edit)
	o := must(tree.Reconcile(dir, renderFile(t, is, dir[tree.EnvFile].Data)))(t)
	if c := o.Conflicts(); len(c) != 1 || c[0].Path != routes.File {
		t.Fatalf("conflicts %+v", c)
	}
	_, err := o.Approve(validate.Outcome(r.Host))
	if err == nil || !strings.HasPrefix(err.Error(), routes.File+": names rocketchat-") {
		t.Errorf("got error %v", err)
	}
}
