package inspect

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/tree"
	"rcgen/internal/container"
)

// planned is what rcgen.yaml says while containers run something else.
func planned() generator.Plan {
	p := generator.Plan{Release: "8.9.1"}
	p.Request.Project, p.MongoDBVersion = "chat", "8.0"
	return p
}

func TestVersions(t *testing.T) {
	const says = "exec -T mongodb sh -c HOME=/tmp mongosh"
	running := []container.Container{
		of("mongodb", "mongo:7.0.37"), of("mongodb-exporter", "percona/mongodb_exporter:0.44.0"),
		of("rocketchat-1", "registry.rocket.chat/rocketchat/rocket.chat:7.13.9@sha256:00"),
		of("rocketchat-2", "rocket.chat:7.13.9"),
		oneOff("mongodb", "mongo:4.4.0"),
	}
	for _, c := range []struct {
		name       string
		containers []container.Container
		fcv        string
		want       catalog.Deployment
		source     string
		note       string // in the only one
	}{
		{"all of them", running, "7.0\n", catalog.Deployment{Release: "7.13.9", MongoDB: "7.0", FCV: "7.0"}, "running", ""},
		{"the oldest replica", append(slices.Clone(running), of("rocketchat-3", "rocket.chat:7.10.9")), "7.0",
			catalog.Deployment{Release: "7.10.9", MongoDB: "7.0", FCV: "7.0"}, "running", "replicas run 7.10.9 and 7.13.9"},
		{"no answer of the shell", running, "what", catalog.Deployment{Release: "7.13.9", MongoDB: "7.0"}, "running",
			"mongosh answers with something else"},
		{"no database there", running[2:], "", catalog.Deployment{Release: "7.13.9", MongoDB: "8.0"}, "running", ""},
		{"no replica there", running[:2], "7.0", catalog.Deployment{Release: "8.9.1", MongoDB: "8.0"}, "rcgen.yaml", ""},
		{"nothing there", nil, "", catalog.Deployment{Release: "8.9.1", MongoDB: "8.0"}, "rcgen.yaml", ""},
		{"an image of one's own", []container.Container{of("rocketchat-1", "chat:stable")}, "",
			catalog.Deployment{Release: "8.9.1", MongoDB: "8.0"}, "rcgen.yaml",
			"rocketchat-1 runs chat:stable, whose tag is no version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fakeEngine{containers: c.containers, answers: map[string]string{says: c.fcv}}
			s, err := readVersions(t.Context(), f.found(), planned(), nil)
			if err != nil || s.Deployment != c.want || s.Source != c.source {
				t.Errorf("got %+v, %v, want %+v, %s", s, err, c.want, c.source)
			}
			holdNote(t, s, c.note)
		})
	}
}

// holdNote wants a note that contains text, and no other; without a text, none.
func holdNote(t *testing.T, s State, text string) {
	t.Helper()
	if text == "" && len(s.Notes) > 0 || text != "" && (len(s.Notes) != 1 || !strings.Contains(s.Notes[0], text)) {
		t.Errorf("notes: got %q, want %q", s.Notes, text)
	}
}

// TestVersionsUnasked: who does not answer is no obstacle.
func TestVersionsUnasked(t *testing.T) {
	down := errors.New("the engine does not run")
	for name, open := range map[string]finder{
		"no engine": lost(down), "no containers": (&fakeEngine{containersErr: down}).found(),
	} {
		s, err := readVersions(t.Context(), open, planned(), nil)
		if err != nil || s.Deployment != planned().Versions() || s.Source != tree.RequestFile {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		holdNote(t, s, "the engine does not run; the steps begin at what rcgen.yaml says")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readVersions(ctx, lost(down), planned(), nil); !errors.Is(err, down) {
		t.Errorf("ended: %v", err)
	}
}

// TestVersionsStated: of a database that rcgen does not run, a user states the version.
func TestVersionsStated(t *testing.T) {
	p, stated := planned(), "7.0"
	p.Request.MongoDB.External = true
	f := fakeEngine{containers: []container.Container{of("rocketchat-1", "rocket.chat:8.5.1"),
		of("mongodb", "mongo:5.0.1")}}
	s, err := readVersions(t.Context(), f.found(), p, &stated)
	if want := (catalog.Deployment{Release: "8.5.1", MongoDB: "7.0"}); err != nil || s.Deployment != want {
		t.Errorf("got %+v, %v, want %+v", s, err, want)
	}
	holdNote(t, s, "")
	if _, err := readVersions(t.Context(), f.found(), p, nil); err == nil ||
		!strings.Contains(err.Error(), "does not see which version") {
		t.Errorf("not stated: %v", err)
	}
}
