package generator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// routeFindings returns what the rule finds in a project of four replicas after an edit.
func routeFindings(t *testing.T, edit func(fstest.MapFS) fstest.MapFS) []string {
	t.Helper()
	r := aRequest()
	r.Edition, r.Instances = Licensed, 4
	dir, _ := run(t, fstest.MapFS{}, renderFile(t, must(NewRequestFile(r))(t), nil))
	var found []string
	for _, f := range Check(must(ReadProject(edit(dir), EnvFile))(t), r.Host, Disk{}) {
		if f.Code != FindRoute || f.Hint == "" {
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
		{"a server that is no service", replaced(routesFile, "http://rocketchat-4:", "http://rocketchat-5:"), []string{fmt.Sprintf(routesFile+names, "rocketchat-5")}},
		{"a server elsewhere", replaced(routesFile, "http://rocketchat-4:", "http://chat.yourcompany.com:"), nil},
		{"a target that is no service", replaced(targetsFile, "rocketchat-4:", "rocketchat-7:"), []string{fmt.Sprintf(targetsFile+names, "rocketchat-7")}},
		{"a target elsewhere", replaced(targetsFile, "rocketchat-4:", "db-9:"), nil},
		{"a service that nobody asks", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, seeded, "services:\n  rocketchat-5: {image: a:1, networks: [backend]}\n")
		}, nil},
		{"a service of the override", func(dir fstest.MapFS) fstest.MapFS {
			return with(replaced(routesFile, "http://rocketchat-4:", "http://rocketchat-5:")(dir), seeded, "services:\n  rocketchat-5: {image: a:1}\n")
		}, nil},
		{"a service taken away by the override", func(dir fstest.MapFS) fstest.MapFS {
			return with(dir, seeded, "services:\n  rocketchat-4: !reset null\n")
		}, []string{fmt.Sprintf(routesFile+names, "rocketchat-4"), fmt.Sprintf(targetsFile+names, "rocketchat-4")}},
		{"no such files", func(dir fstest.MapFS) fstest.MapFS { return without(dir, routesFile, targetsFile) }, nil},
		{"files that are no YAML", func(dir fstest.MapFS) fstest.MapFS { return with(dir, routesFile, "a: [\n", targetsFile, "a: [\n") }, nil},
		{"files of another form", func(dir fstest.MapFS) fstest.MapFS { return with(dir, routesFile, "- a\n", targetsFile, "a: b\n") }, nil},
		{"a server without a URL", replaced(routesFile, "http://rocketchat-4:3000", "\"http://%zz\""), nil},
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
	edit := strings.Replace(text(dir, routesFile), "http://rocketchat-4:3000", "http://rocketchat-4:3001", 1)
	dir = with(dir, routesFile, edit)
	o := must(Reconcile(dir, renderFile(t, is, dir[EnvFile].Data)))(t)
	if c := o.Conflicts(); len(c) != 1 || c[0].Path != routesFile {
		t.Fatalf("conflicts %+v", c)
	}
	_, err := Validate(o, r.Host)
	if err == nil || !strings.HasPrefix(err.Error(), routesFile+": names rocketchat-") {
		t.Errorf("got error %v", err)
	}
}
