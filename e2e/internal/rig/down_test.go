package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestDown runs against a docker that is a script: no engine miscounts on demand.
func TestDown(t *testing.T) {
	const refusal = "echo 'error while removing network: network p_edge id 1 has active endpoints' >&2; exit 1"
	for _, c := range []struct {
		name                       string
		compose, networks, rm      string // what the script does, which networks are there, and what removing them does
		containers, volumes, freed string // the last: volumes that can be removed, as the first refusal left them
		kept                       []string
		fails                      bool
	}{
		{name: "removed", compose: "exit 0"},
		{name: "miscounted", compose: refusal, networks: "p_edge p_backend", rm: refusal,
			kept: []string{"p_edge", "p_backend"}},
		{name: "miscounted, and left in silence", compose: "exit 0", networks: "p_edge", rm: refusal,
			kept: []string{"p_edge"}},
		{name: "miscounted, volumes left", compose: refusal, networks: "p_edge", rm: refusal, freed: "v1",
			kept: []string{"p_edge"}},
		{name: "a container is on it", compose: refusal, networks: "p_edge", rm: refusal, containers: "c1",
			kept: []string{"p_edge"}, fails: true},
		{name: "a volume is left", compose: refusal, networks: "p_edge", rm: refusal, volumes: "v1", kept: []string{"p_edge"},
			fails: true},
		{name: "refused, and yet gone", compose: refusal, fails: true},
		{name: "another error", compose: "echo 'permission denied' >&2; exit 1", networks: "p_edge", rm: refusal,
			fails: true},
		{name: "not removable for another reason", compose: refusal, networks: "p_edge", rm: "exit 1",
			kept: []string{"p_edge"}, fails: true},
		{name: "networks left without a reason", compose: "exit 0", networks: "p_edge", rm: "exit 0",
			kept: []string{"p_edge"}, fails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			script := fmt.Sprintf(`#!/bin/sh
case "$1 $2" in
compose*) %s ;;
"network ls") echo %s ;;
"network rm") %s ;;
ps*) echo %s ;;
"volume ls") [ -e %[5]s/freed ] || echo %[6]s; echo %[7]s ;;
"volume rm") : >%[5]s/freed ;;
*) exit 1 ;;
esac
`, c.compose, c.networks, c.rm, c.containers, dir, c.freed, c.volumes)
			if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir)
			p := &Project{Name: "p", engine: &Engine{env: os.Environ()}}
			kept, err := p.Remove(t.Context())
			if (err != nil) != c.fails || !slices.Equal(kept, c.kept) {
				t.Errorf("kept %v, error %v", kept, err)
			}
		})
	}
}
