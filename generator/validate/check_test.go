package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

const (
	oneService = "services:\n  a:\n    image: busybox:1.37\n"
	twoPorts   = "services:\n  a: {image: 'x:1', ports: ['%s']}\n  b: {image: 'x:1', ports: ['%s']}\n"
	digest     = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// checkCase is one small project with what must be found in it: the code, the
// file and the line, like "port-conflict compose.yaml:3"; nothing where empty.
type checkCase struct {
	name  string
	files []string
	want  []string
}

func runCheckCases(t *testing.T, cases []checkCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range Files(files(c.files...), stack.Host{Cores: 4, Memory: 8 * units.GiB}, Disk{}) {
				at := f.File
				if f.Line > 0 {
					at = fmt.Sprintf("%s:%d", f.File, f.Line)
				}
				got = append(got, f.Code+" "+at)
				if f.Message == "" || f.Hint == "" || !strings.HasPrefix(f.String(), at+": ") {
					t.Errorf("%#v: wants a message, a hint and its place", f)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// compose is a project of one Compose file.
func compose(text string) []string { return []string{tree.ComposeFile, text} }

func TestCheckCompose(t *testing.T) {
	runCheckCases(t, []checkCase{
		{"one service", compose(oneService), nil},
		{"with a name and a comment", compose("name: a\n# b\n" + oneService), nil},
		{"broken YAML", compose("services: [\n"), []string{"compose compose.yaml"}},
		{"tab", compose("services:\n\ta: {}\n"), []string{"compose compose.yaml"}},
		{"empty", compose(""), []string{"compose compose.yaml"}},
		{"missing", []string{"notes", "x"}, []string{"compose compose.yaml"}},
		{"only an override", []string{"compose.override.yaml", oneService}, []string{"compose compose.yaml"}},
		{"unknown key", compose(oneService + "    imag: x\n"), []string{"compose compose.yaml"}},
		{"duplicate key", compose(oneService + "    image: x:1\n"), []string{"compose compose.yaml"}},
		{"service that is not there", compose(oneService + "    depends_on: [b]\n"), []string{"compose compose.yaml"}},
		{"network that is not there", compose(oneService + "    networks: [b]\n"), []string{"compose compose.yaml"}},
		{"cycle", compose("services:\n  a: {image: 'x:1', depends_on: [b]}\n  b: {image: 'x:1', depends_on: [a]}\n"),
			[]string{"compose compose.yaml"}},
		{"neither image nor build", compose("services: {a: {command: x}}\n"), []string{"compose compose.yaml"}},
		{"broken override", []string{tree.ComposeFile, oneService, "compose.override.yaml", "services: [\n"},
			[]string{"compose compose.override.yaml"}},
		{"override with the other ending", []string{tree.ComposeFile, oneService, "compose.override.yml", "services: [\n"},
			[]string{"compose compose.override.yml"}},
		{"another's file is not Compose's", []string{tree.ComposeFile, oneService, "docker-compose.prod.yaml",
			"services: [\n"}, nil},
	})
}

// TestCheckOdd: what Compose can do beyond rcgen's own files must not end in a
// panic, whatever is found in it.
func TestCheckOdd(t *testing.T) {
	for _, text := range []string{
		"include: [other.yaml]\n" + oneService, "include:\n  - path: [a.yaml, b.yaml]\n    env_file: c.env\n" + oneService,
		oneService + "    extends: {file: other.yaml, service: b}\n", oneService + "    extends: a\n",
		oneService + "    extends: b\n",
		"a: &a [*a]\nservices: {}\n", oneService + "---\n" + oneService, "\uFEFF" + oneService, "[]\n", "services: []\n",
		"services: null\n",
		"services: {a: null}\n", "services: {a: []}\n", "services: {a: {image: [x]}}\n",
		"services: {a: {image: 'x:1', ports: 80}}\n",
		"x: &x {cpus: 9}\nservices: {a: {<<: *x, image: 'x:1'}}\n",
		"x: &x {cpus: 9}\ny: &y {image: 'x:1'}\nservices: {a: {<<: [*x, *y]}}\n",
		"services: {a: {image: 'x:1', environment: {? [a] : b}}}\n", "services: {a: {image: 'x:1', volumes: [{}]}}\n",
		"services:\n  a:\n    image: !!binary eA==\n",
		oneService + "    ports: ['x:y']\n", oneService + "    cpus: many\n", oneService + "    deploy: {replicas: -1}\n",
		oneService + "    env_file: [none.env]\n",
		oneService + "    environment: ['=x', 'A', '']\n", oneService + "    ports: !reset []\n", "name: ${X}\n" + oneService,
		"\x00", strings.Repeat("[", 10000),
	} {
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%.80q: panic: %v", text, p)
				}
			}()
			Files(files(tree.ComposeFile, text), stack.Host{Cores: 4, Memory: 8 * units.GiB},
				Disk{Exists: func(string) bool { return false }})
		}()
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(oneService), []byte("A=b\n"))
	f.Add([]byte("x: &x {cpus: 9}\nservices: {a: {<<: *x, image: 'x:${A:-1}', ports: ['80:80', '1-2:1-2'], environment: [A_TOKEN=b]}}\n"), []byte("A='"))
	f.Fuzz(func(t *testing.T, composeFile, env []byte) {
		if strings.Contains(string(composeFile), "include") || strings.Contains(string(composeFile), "extends") ||
			strings.Contains(string(composeFile), "_file") {
			return // Compose would read other files of the machine
		}
		for _, found := range Files(files(tree.ComposeFile, string(composeFile), tree.EnvFile, string(env)),
			stack.Host{Cores: 4, Memory: units.GiB}, Disk{}) {
			if found.Code == "" || found.Message == "" || found.Hint == "" {
				t.Errorf("%#v", found)
			}
		}
	})
}

func TestCheckPorts(t *testing.T) {
	two := func(a, b string) []string { return compose(fmt.Sprintf(twoPorts, a, b)) }
	conflict := []string{"port-conflict compose.yaml:3"}
	runCheckCases(t, []checkCase{
		{"another", two("80:80", "81:80"), nil},
		{"the same", two("80:80", "80:81"), conflict},
		{"another protocol", two("53:53/tcp", "53:53/udp"), nil},
		{"another address", two("127.0.0.1:80:80", "127.0.0.2:80:80"), nil},
		{"the same address", two("127.0.0.1:80:80", "127.0.0.1:80:80"), conflict},
		{"every address and one", two("80:80", "127.0.0.1:80:80"), conflict},
		{"one address and every", two("127.0.0.1:80:80", "0.0.0.0:80:80"), conflict},
		{"in a range", two("80-82:80-82", "81:81"), conflict},
		{"ranges that overlap", two("80-82:80-82", "82-84:82-84"), conflict},
		{"ranges side by side", two("80-82:80-82", "83-84:83-84"), nil},
		{"a range to choose from", two("8000-8010:80", "8000-8010:80"), nil},
		{"none published", two("80", "80"), nil},
		{"long form", compose("services:\n  a: {image: 'x:1', ports: [{target: 80, published: '80'}]}\n  b: {image: 'x:1', ports: [{target: 81, published: '80'}]}\n"), conflict},
		{"twice in one service", compose("services:\n  a: {image: 'x:1', ports: ['80:80', '80:81']}\n"),
			[]string{"port-conflict compose.yaml:2"}},
		{"replicas", compose("services:\n  a: {image: 'x:1', ports: ['80:80'], scale: 2}\n"),
			[]string{"port-conflict compose.yaml:2"}},
		{"replicas, as deploy", compose("services:\n  a: {image: 'x:1', ports: ['80:80'], deploy: {replicas: 2}}\n"),
			[]string{"port-conflict compose.yaml:2"}},
		{"replicas with a range", compose("services:\n  a: {image: 'x:1', ports: ['8000-8010:80'], scale: 2}\n"), nil},
		{"switched off", compose("services:\n  a: {image: 'x:1', ports: ['80:80'], scale: 0}\n  b: {image: 'x:1', ports: ['80:80']}\n"), nil},
		{"in the override", []string{tree.ComposeFile, oneService + "    ports: ['80:80']\n", "compose.override.yaml",
			"services:\n  b:\n    image: x:1\n    ports: ['80:80']\n"},
			[]string{"port-conflict compose.override.yaml:4"}},
	})
}

func TestCheckImages(t *testing.T) {
	unpinned := []string{"image-unpinned compose.yaml:3"}
	cases := []checkCase{
		{"build", compose("services: {a: {build: .}}\n"), nil},
		{"override wins", []string{tree.ComposeFile, oneService, "compose.override.yaml",
			"services:\n  a:\n    # mine\n    image: busybox\n"}, []string{"image-unpinned compose.override.yaml:4"}},
		{"override mends", []string{tree.ComposeFile, "services:\n  a:\n    image: busybox\n", "compose.override.yaml",
			oneService}, nil},
	}
	for image, pinned := range map[string]bool{
		"busybox": false, "busybox:latest": false, "busybox:1.37": true, "busybox" + digest: true,
		"busybox:latest" + digest: true,
		"localhost:5000/app":      false, "localhost:5000/app:latest": false, "localhost:5000/app:1": true,
		"localhost:5000/app" + digest: true,
		"ghcr.io/o/app":               false, "ghcr.io/o/app:v1": true, "Busybox:1": false, "busy box": false, "busybox:": false,
		"busybox:${TAG:-latest}": false, "busybox:${TAG:-1.37}": true,
	} {
		c := checkCase{image, compose("services:\n  a:\n    image: '" + image + "'\n"), unpinned}
		if pinned {
			c.want = nil
		}
		cases = append(cases, c)
	}
	runCheckCases(t, cases)
}

// TestCheckImageHint: the hint names the image that was written, so that it can
// be typed as it stands.
func TestCheckImageHint(t *testing.T) {
	for image, want := range map[string]string{
		"nginx": " nginx:1.2.3", "nginx:latest": " nginx:1.2.3", "localhost:5000/app": " localhost:5000/app:1.2.3",
		"ghcr.io/o/app:latest": " ghcr.io/o/app:1.2.3",
	} {
		found := Files(files(tree.ComposeFile, "services: {a: {image: '"+image+"'}}\n"), stack.Host{}, Disk{})
		if len(found) != 1 || !strings.HasSuffix(found[0].Hint, want) || found[0].Key != "services.a.image" {
			t.Errorf("%s: got %+v, want a hint that ends in %q", image, found, want)
		}
	}
}

// TestLoadedBefore: what is approved is what Compose loads, also where somebody saves a
// file after Load.
func TestLoadedBefore(t *testing.T) {
	good := files(compose(oneService)...)
	for name, c := range map[string]struct {
		after tree.Project
		good  bool
	}{
		"the same":             {good, true},
		"another compose.yaml": {files(compose("services: []\n")...), false},
		"an override":          {files(append(compose(oneService), tree.OverrideFile, "services: []\n")...), false},
		"a broken .env":        {files(append(compose(oneService), tree.EnvFile, "a='b\n")...), false},
	} {
		err := Load(good, "").Check(stack.Host{})(tree.Outcome{After: c.after})
		if (err == nil) != c.good {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
