package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rcgen/internal/rollout"
)

func TestPlanPullsWhatIsMissing(t *testing.T) {
	d, p := stage(t, 2)
	d.images["tool"] = "built:tool"
	d.images["old"] = "old:1"
	d.run("old", "old:1")
	d.absent = []string{"old:1", "rocketchat:1", "tool", "traefik:1"}
	plan, err := open(t, d, p, defaults).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := plan.Steps[0]
	if first.Action != rollout.Pull || !slices.Equal(first.Services, []string{"rocketchat:1", "traefik:1"}) {
		t.Errorf("got %s %q, want to pull rocketchat:1 and traefik:1", first.Action, first.Services)
	}
	if plan.Project != "chat" {
		t.Errorf("project: got %q", plan.Project)
	}
	var asked []string
	for _, command := range d.asked {
		if image, ok := strings.CutPrefix(command, "image inspect --format {{.Id}} "); ok {
			asked = append(asked, image)
		}
	}
	if want := []string{"mongo:1", "nats:1", "rocketchat:1", "traefik:1"}; !slices.Equal(asked, want) {
		t.Errorf("images asked for: got %q, want %q", asked, want)
	}
}

func TestPlanOfWhatIsApplied(t *testing.T) {
	d, p := stage(t, 2)
	for name, image := range d.images {
		d.run(name, image)
	}
	d.containers = append(d.containers, &box{service: "rocketchat-1", image: "rocketchat:0", oneOff: true, id: 99})
	plan, err := open(t, d, p, defaults).Plan(t.Context())
	if err != nil || len(plan.Steps) > 0 {
		t.Errorf("got %v, %v, want no steps: a container of `docker compose run` is no part of it", plan.Steps, err)
	}
}

func TestPlanRefusesOption(t *testing.T) {
	d, p := stage(t, 2)
	o := defaults
	o.Allow = []string{"nats"}
	_, err := open(t, d, p, o).Plan(t.Context())
	var wrong *OptionError
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want an *OptionError", err)
	}
	wantError(t, err, "--allow nats", "mongodb")
}

// TestRoom has limits of 1 GiB for each service; with two replicas they are 5 GiB
// together, and 6 with a second container of the first.
func TestRoom(t *testing.T) {
	yes, no := true, false
	const none, gib = "", "1073741824"
	for name, c := range map[string]struct {
		replicas int
		stated   *bool
		memory   string
		total    int64 // in GiB
		surges   bool
		note     bool
		refused  bool
	}{
		"there is":                    {replicas: 2, memory: gib, total: 6, surges: true},
		"there is not":                {replicas: 2, memory: gib, total: 5, note: true},
		"there is not, and stated":    {replicas: 2, memory: gib, total: 5, stated: &yes, refused: true},
		"there is, and stated not to": {replicas: 2, memory: gib, total: 6, stated: &no},
		"one replica":                 {replicas: 1, memory: gib, total: 6},
		"one replica, stated":         {replicas: 1, memory: gib, total: 6, stated: &yes, surges: true},
		"no limits":                   {replicas: 2, memory: none, total: 1, surges: true},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := stage(t, c.replicas)
			for name, image := range d.images {
				d.run(name, image)
			}
			for i := range c.replicas {
				d.images[replica(i+1)] = "rocketchat:2"
			}
			d.memory, d.total = c.memory, c.total<<30
			o := defaults
			o.Surge = c.stated
			plan, err := open(t, d, p, o).Plan(t.Context())
			if c.refused {
				wantError(t, err, "--surge: with one container more the limits are 6GiB together, and the machine has 5GiB",
					"leave --surge out")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			surges := slices.ContainsFunc(plan.Steps, func(s rollout.Step) bool { return s.Action == rollout.Surge })
			if surges != c.surges {
				t.Errorf("surges: got %t, want %t: %v", surges, c.surges, plan.Steps)
			}
			note := slices.ContainsFunc(plan.Notes, func(n string) bool {
				return strings.HasPrefix(n, "no surge: with one container more")
			})
			if note != c.note {
				t.Errorf("notes: got %q, want one about room: %t", plan.Notes, c.note)
			}
		})
	}
}

// TestNoRoomAndNothingToDo holds the note to plans in which a replica is stopped.
func TestNoRoomAndNothingToDo(t *testing.T) {
	d, p := stage(t, 2)
	for name, image := range d.images {
		d.run(name, image)
	}
	d.memory, d.total = "1073741824", 5<<30
	plan, err := open(t, d, p, defaults).Plan(t.Context())
	if err != nil || len(plan.Notes) > 0 {
		t.Errorf("got notes %q, %v, want none", plan.Notes, err)
	}
}
