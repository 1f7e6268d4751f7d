package rollout

import (
	"slices"
	"strings"
	"testing"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

func TestSteps(t *testing.T) {
	release := func(d *deployment, n int) { d.files = files(n, "chat:2") }
	change := func(d *deployment, name string) {
		s := d.files[name]
		s.Hash += "+"
		d.files[name] = s
	}
	stop := func(d *deployment, name string) {
		for i := range d.all {
			if d.all[i].Service == name {
				d.all[i].State = "exited"
			}
		}
	}
	for name, c := range map[string]struct {
		replicas int
		change   func(*deployment)
		options  func(*Options)
		want     string // steps, one after the other
		note     string
	}{
		"nothing": {replicas: 4},
		"first start": {3, func(d *deployment) { d.all = nil }, nil,
			"start mongodb nats prometheus traefik, start rocketchat-1, start rocketchat-2 rocketchat-3", ""},
		"first start, images elsewhere": {1, func(d *deployment) {
			d.all, d.missing = nil, []string{"nats:1", "chat:1", "other:1"}
		}, nil,
			"pull chat:1 nats:1, start mongodb nats prometheus traefik, start rocketchat-1", ""},
		"scale up by hand": {2, func(d *deployment) { d.files = files(4, "chat:1"); d.routes = routesOf(4) }, nil,
			"hold rocketchat-3 rocketchat-4, start rocketchat-3, route rocketchat-3, start rocketchat-4, route rocketchat-4",
			""},
		"scale up, held": {2, func(d *deployment) {
			d.files = files(4, "chat:1")
			d.held = map[string]string{"rocketchat-3": "", "rocketchat-4": ""}
		}, nil,
			"start rocketchat-3, route rocketchat-3, start rocketchat-4, route rocketchat-4", ""},
		"scale down": {4, func(d *deployment) { d.files = files(2, "chat:1"); d.routes = routesOf(2) }, nil,
			"drain rocketchat-4 rocketchat-3, remove rocketchat-4, remove rocketchat-3", ""},
		"release": {3, func(d *deployment) { release(d, 3); d.missing = []string{"chat:2"} }, nil,
			"pull chat:2, drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2, drain rocketchat-3, recreate rocketchat-3, route rocketchat-3", ""},
		"release, two at once": {5, func(d *deployment) { release(d, 5) }, func(o *Options) { o.MaxUnavailable = 2 },
			"drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2 rocketchat-3, recreate rocketchat-2 rocketchat-3, route rocketchat-2 rocketchat-3, " +
				"drain rocketchat-4 rocketchat-5, recreate rocketchat-4 rocketchat-5, route rocketchat-4 rocketchat-5", ""},
		"all at once leaves one": {2, func(d *deployment) { change(d, "rocketchat-1"); change(d, "rocketchat-2") },
			func(o *Options) { o.MaxUnavailable = 9 },
			"drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2", ""},
		"release and scale up": {2, func(d *deployment) { release(d, 3) }, nil,
			"drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, start rocketchat-3, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2", ""},
		"release and scale down": {3, func(d *deployment) { release(d, 2); d.routes = routesOf(2) }, nil,
			"drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2, drain rocketchat-3, remove rocketchat-3", ""},
		"the only one": {1, func(d *deployment) { release(d, 1) }, nil, "recreate rocketchat-1",
			"rocketchat-1 is the only replica"},
		"the only one, surge": {1, func(d *deployment) { release(d, 1) }, func(o *Options) { o.Surge = true },
			"surge rocketchat-1, route rocketchat-1, drain rocketchat-1, remove rocketchat-1, route rocketchat-1",
			"--surge: while two"},
		"surge for nothing": {2, func(d *deployment) { change(d, "nats") }, func(o *Options) { o.Surge = true },
			"recreate nats", ""},
		"release, surge": {3, func(d *deployment) { release(d, 3); d.missing = []string{"chat:2"} },
			func(o *Options) { o.Surge = true },
			"pull chat:2, surge rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2, drain rocketchat-3, recreate rocketchat-3, route rocketchat-3, " +
				"drain rocketchat-1, remove rocketchat-1, route rocketchat-1", ""},
		"the last alone, surge": {3, func(d *deployment) { change(d, "rocketchat-3") }, func(o *Options) { o.Surge = true },
			"surge rocketchat-3, route rocketchat-3, drain rocketchat-3, remove rocketchat-3, route rocketchat-3", ""},
		"files changed again since": {2, func(d *deployment) {
			d.make("rocketchat-1", Service{Image: "chat:2", Hash: "chat:2"})
			d.now = d.now.Add(startTime)
			d.files = files(2, "chat:3")
			d.routes, _, _ = routes.Rename(d.routes, "rocketchat-1", d.behind("rocketchat-1")[0].Name)
			d.held["rocketchat-1"] = ""
		}, nil, "drain rocketchat-1, remove rocketchat-1, route rocketchat-1, drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2", ""},
		"by hand out of the routes": {3, func(d *deployment) {
			release(d, 3)
			d.routes = slices.Concat(routesOf(1), []byte("          - url: http://rocketchat-3:3000\n"))
		}, nil,
			"drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, recreate rocketchat-2, drain rocketchat-3, recreate rocketchat-3, route rocketchat-3", ""},
		"a broken one comes first": {3, func(d *deployment) {
			change(d, "rocketchat-1")
			change(d, "rocketchat-2")
			change(d, "rocketchat-3")
			d.started[d.all[6-1].ID] = d.now // rocketchat-3
		}, nil,
			"drain rocketchat-3, recreate rocketchat-3, route rocketchat-3, drain rocketchat-1, recreate rocketchat-1, route rocketchat-1, drain rocketchat-2, recreate rocketchat-2, route rocketchat-2", ""},
		"one is starting": {2, func(d *deployment) { d.started[d.all[5-1].ID] = d.now }, nil, "start rocketchat-2", ""},
		"one does not run": {2, func(d *deployment) { stop(d, "rocketchat-2") }, nil,
			"hold rocketchat-2, start rocketchat-2, route rocketchat-2", ""},
		"an apply was interrupted": {3, func(d *deployment) {
			d.routes = routesOf(2)
			d.held = map[string]string{"rocketchat-3": ""}
		}, nil, "route rocketchat-3", ""},
		"the others": {2, func(d *deployment) { change(d, "traefik"); change(d, "prometheus"); change(d, "nats") }, nil,
			"recreate nats, recreate prometheus, recreate traefik", ""},
		"the database stays": {1, func(d *deployment) { change(d, "mongodb") }, nil, "",
			"mongodb is left as it is (its configuration has changed): --allow mongodb"},
		"the database stays, and is started": {1, func(d *deployment) { change(d, "mongodb"); stop(d, "mongodb") }, nil,
			"start mongodb", "mongodb is left as it is"},
		"the database is allowed": {1, func(d *deployment) { change(d, "mongodb"); change(d, "nats") },
			func(o *Options) { o.Allow = []string{"mongodb"} },
			"recreate mongodb, recreate nats", ""},
		"three members": {1, func(d *deployment) {
			for _, name := range []string{"mongodb", "mongodb-2", "mongodb-3"} {
				d.files[name] = Service{Image: "mongo:1", Hash: "h", Replicas: 1}
				if name != "mongodb" {
					d.make(name, d.files[name])
				}
				change(d, name)
			}
			d.now = d.now.Add(startTime)
		}, func(o *Options) { o.Allow = []string{"mongodb"} }, "recreate mongodb-3, recreate mongodb-2, recreate mongodb",
			""},
		"a member too many": {1, func(d *deployment) {
			d.make("mongodb-2",
				Service{Image: "mongo:1"})
			d.now = d.now.Add(startTime)
		}, nil,
			"", "mongodb-2 is not in the files and is left as it is"},
		"a member too many is allowed": {1, func(d *deployment) {
			d.make("mongodb-2",
				Service{Image: "mongo:1"})
			d.now = d.now.Add(startTime)
		},
			func(o *Options) { o.Allow = []string{"mongodb"} }, "remove mongodb-2", ""},
		"an orphan": {1, func(d *deployment) { d.make("loki", Service{Image: "loki:1"}); d.now = d.now.Add(startTime) }, nil,
			"remove loki", ""},
		"of a profile that is off": {1, func(d *deployment) {
			d.make("tools", Service{Image: "tools:1"})
			d.files["tools"] = Service{Off: true}
		}, nil, "", ""},
		"a bot that waits for a replica": {1, func(d *deployment) {
			d.all = nil
			d.files["bot"] = Service{Image: "bot:1", Replicas: 1, After: []string{"helper"}}
			d.files["helper"] = Service{Image: "bot:1", Replicas: 1, After: []string{"rocketchat-1"}}
		}, nil, "start mongodb nats prometheus traefik, start rocketchat-1, start bot, start helper", ""},
		"work that is done": {1, func(d *deployment) {
			d.files["once"] = Service{Image: "once:1", Replicas: 1}
			d.all = append(d.all, container.Container{ID: "x", Service: "once", Image: "once:1", State: "exited"})
		}, nil, "", ""},
		"scaled to none": {1, func(d *deployment) { d.files["none"] = Service{Image: "none:1"} }, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := deploy(t, c.replicas)
			if c.change != nil {
				c.change(d)
			}
			o := options
			if c.options != nil {
				c.options(&o)
			}
			p := d.plan(o)
			if got := strings.Join(lines(p.Steps), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if notes := strings.Join(p.Notes, "\n"); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("notes: got %q, want %q in them", notes, c.note)
			}
		})
	}
}

func TestStepsRefuse(t *testing.T) {
	d := deploy(t, 1)
	for _, name := range []string{"nats", "rocketchat-1", "mongodb-exporter", "mongodb-2", ""} {
		o := options
		o.Allow = []string{name}
		if _, err := Steps(Want{Services: d.files}, Have{}, o); err == nil {
			t.Errorf("--allow %s: no error", name)
		}
	}
}

// TestWithoutRoutes: where Traefik's file cannot be edited nothing is drained.
func TestWithoutRoutes(t *testing.T) {
	d := deploy(t, 2)
	d.files = files(2, "chat:2")
	all, _ := d.containers(t.Context())
	p, err := Steps(Want{Services: d.files}, Have{Containers: all}, options)
	if got := strings.Join(lines(p.Steps), ", "); err != nil || got != "recreate rocketchat-1, recreate rocketchat-2" {
		t.Errorf("got %s, %v", got, err)
	}
}
