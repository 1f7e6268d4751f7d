package parts

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestBuild builds parts for real: RCGEN_PARTS names them, or is "all". It fills
// the cache ahead of the end-to-end test, and shows that each part runs and is
// of the version that its wrapper says.
func TestBuild(t *testing.T) {
	names := strings.Fields(os.Getenv("RCGEN_PARTS"))
	if len(names) == 0 {
		t.Skip(`takes up to 15 minutes: set RCGEN_PARTS to all, or to names such as "nats-server traefik"`)
	}
	if names[0] == "all" {
		names = nil
	}
	bin, err := Build(t.Context(), t.Logf, names...)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range versions() {
		if path, ok := bin[name]; ok {
			out, err := exec.Command(path, v.args...).CombinedOutput()
			first, _, _ := strings.Cut(string(out), "\n")
			t.Logf("%s: %s", name, first)
			if err != nil && v.says != "" {
				t.Errorf("%s %v: %v", path, v.args, err)
			}
			if !strings.Contains(string(out), v.says) {
				t.Errorf("%s %v: want %q in the output", path, v.args, v.says)
			}
		}
	}
	again, err := Build(t.Context(), func(format string, args ...any) { t.Errorf("built again: "+format, args...) },
		names...)
	if err != nil || len(again) != len(bin) {
		t.Errorf("a second time: %d of %d parts, %v", len(again), len(bin), err)
	}
}

type version struct {
	args []string
	says string
}

func versions() map[string]version {
	return map[string]version{
		"nats-server":         {[]string{"--version"}, "v2.15.2"},
		"nats-exporter":       {[]string{"-version"}, "0.12.0"},
		"mongodb-exporter":    {[]string{"--version"}, "v0.43.1"},
		"node-exporter":       {[]string{"--version"}, "version 1.12.1"},
		"pebble":              {[]string{"-version"}, "v2.10.1"},
		"pebble-challtestsrv": {[]string{"-help"}, ""}, // it has no version
		"docker-compose":      {[]string{"version"}, "v5.6.0"},
		"prometheus":          {[]string{"--version"}, "version 3.13.5"},
		"promtool":            {[]string{"--version"}, "version 3.13.5"},
		"traefik":             {[]string{"version"}, "3.6.12"},
		"alertmanager":        {[]string{"--version"}, "version 0.31.1"},
		"amtool":              {[]string{"--version"}, "version 0.34.2"},
	}
}
