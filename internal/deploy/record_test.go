package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/generator/tree"
	"rcgen/internal/container"
)

func TestRestore(t *testing.T) {
	const file = "compose --file=.rcgen/applied.yaml --project-directory=. up --detach --no-deps --quiet-pull rocketchat-1"
	const image = "compose --file=- --project-directory=. up --detach --no-deps --quiet-pull rocketchat-1"
	for name, c := range map[string]struct {
		applied string // image that was applied last; empty: no record
		was     string // image of the container
		call    string // empty: nothing older is known
		left    string // image of the container then
	}{
		"as applied":            {applied: "rocketchat:1", was: "rocketchat:1", call: file, left: "rocketchat:1"},
		"applied, container?":   {applied: "rocketchat:1", call: file, left: "rocketchat:1"},
		"no record":             {was: "rocketchat:0", call: image, left: "rocketchat:0"},
		"the files as applied":  {applied: "rocketchat:2", was: "rocketchat:0", call: image, left: "rocketchat:0"},
		"no record, same image": {was: "rocketchat:2"},
		"nothing known":         {},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := stage(t, 2)
			opened := open(t, d, p, defaults)
			if c.applied != "" {
				d.images[replica(1)] = c.applied
				if err := opened.Finish(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			d.images[replica(1)] = "rocketchat:2"
			if err := opened.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			known, err := opened.restore(t.Context(), container.Container{Service: replica(1), Image: c.was})
			if err != nil || known != (c.call != "") {
				t.Errorf("known: got %t, %v, want %t", known, err, c.call != "")
			}
			if got := strings.Join(d.calls, "\n"); got != c.call {
				t.Errorf("changes: got %q, want %q", got, c.call)
			}
			if c.call != "" && (len(d.containers) != 1 || d.containers[0].image != c.left) {
				t.Errorf("got %v, want one container of %s", d.containers, c.left)
			}
		})
	}
}

// TestRestoreOfAnotherName holds the record to the project that it was made of.
func TestRestoreOfAnotherName(t *testing.T) {
	d, p := stage(t, 2)
	opened := open(t, d, p, defaults)
	if err := opened.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.images[replica(1)] = "rocketchat:2"
	if err := opened.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	opened.project.Name = "renamed"
	known, err := opened.restore(t.Context(), container.Container{Service: replica(1)})
	if known || err != nil || len(d.calls) > 0 {
		t.Errorf("got %t, %v and changes %q, want nothing known", known, err, d.calls)
	}
}

func TestMarks(t *testing.T) {
	for text, want := range map[string]string{
		"# healthy after 1m3s\nname: chat\n": "1m3s",
		"# healthy after soon\n":             "0s",
		"name: chat\n# healthy after 2s":     "2s",
		"x: # healthy after 2s\n":            "0s",
	} {
		d, p := stage(t, 2)
		opened := open(t, d, p, defaults)
		if start := opened.lastStart(); start != 0 {
			t.Errorf("without a record: got %s, want 0s", start)
		}
		writeFile(t, d.dir, tree.AppliedFile, text)
		if got := opened.lastStart().String(); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestFinishRoutesHeld has replicas that an apply without Traefik never routed.
func TestFinishRoutesHeld(t *testing.T) {
	d, p := stage(t, 2)
	delete(d.images, "traefik")
	opened := open(t, d, p, defaults)
	writeFile(t, d.dir, routesFile, routesOf(1))
	writeFile(t, d.dir, tree.ApplyFile, `{"held": {
		"rocketchat-2": "          - url: http://rocketchat-2:3000\n",
		"rocketchat-9": "          - url: http://rocketchat-9:3000\n"}}`)
	if err := opened.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if routes := readFile(t, d.dir, routesFile); routes != routesOf(2) {
		t.Errorf("routes: got %q, want %q: rocketchat-9 is no service any more", routes, routesOf(2))
	}
	if _, err := os.Stat(filepath.Join(d.dir, tree.ApplyFile)); !os.IsNotExist(err) {
		t.Errorf("got %v, want no unfinished apply", err)
	}
}

// TestRecordWithoutSecrets holds the record to files without the secrets of .env.
func TestRecordWithoutSecrets(t *testing.T) {
	d, p := stage(t, 2)
	opened := open(t, d, p, defaults)
	if err := opened.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	opened.project.Name, d.name = "root-0123456789", "root-0123456789" // what Compose prints has a password
	if err := opened.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.dir, tree.AppliedFile)); !os.IsNotExist(err) {
		t.Errorf("got %v, want no record", err)
	}
}
