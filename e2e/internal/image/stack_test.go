package image

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestStackNames: what profiles/images.yaml asks for can be loaded.
func TestStackNames(t *testing.T) {
	text, err := os.ReadFile("../../../profiles/images.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	for _, i := range Stack(nil) {
		refs = append(refs, i.Ref)
	}
	for line := range strings.Lines(string(text)) {
		want, ok := strings.CutPrefix(strings.TrimSpace(line), "image: ")
		if !ok || strings.HasPrefix(want, "mongo:") && want != "mongo:8.0.26" { // one of three is enough
			continue
		}
		if !slices.ContainsFunc(refs, func(ref string) bool { return ref == want || strings.HasPrefix(ref, want+":") }) {
			t.Errorf("no image for %s, only %s", want, refs)
		}
	}
}

// TestStackFiles: the content of every image can be put together.
func TestStackFiles(t *testing.T) {
	bin := map[string]string{}
	for _, name := range []string{"busybox", "traefik", "rocketchat", "mongod", "mongosh", "nats-server",
		"prometheus", "alertmanager", "amtool", "grafana", "loki", "otelcol", "node-exporter", "mongodb-exporter",
		"nats-exporter"} {
		bin[name] = os.Args[0]
	}
	for _, i := range Stack(bin) {
		if _, err := i.entries(); err != nil {
			t.Errorf("%s: %v", i.Ref, err)
		}
		for _, v := range i.Volumes {
			if _, ok := i.Dirs[v]; !ok {
				t.Errorf("%s: volume %s is no directory in it", i.Ref, v)
			}
		}
		if len(i.Files)+len(i.Links) > 1 && i.Files["/bin/busybox"] == "" {
			t.Errorf("%s: has more than its program, and no busybox", i.Ref)
		}
	}
}

// TestTools: busybox has what the links promise.
func TestTools(t *testing.T) {
	out, err := exec.Command("busybox", "--list").Output()
	if err != nil {
		t.Skipf("busybox --list: %v", err)
	}
	for _, tool := range strings.Fields(coreutils + " " + more) {
		if !slices.Contains(strings.Fields(string(out)), tool) {
			t.Errorf("busybox has no %s", tool)
		}
	}
}

func TestGroups(t *testing.T) {
	if got := groups("a:x:5:7::/:/x\nb:x:6:0::/:/x\n"); got != "a:x:7:\n" {
		t.Errorf("got %q", got)
	}
}
