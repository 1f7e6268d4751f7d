package rollout

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// errKilled is what everything answers once the process is gone.
var errKilled = errors.New("killed")

// deployment is an engine with Traefik and a project's directory, in memory. A
// container is healthy five seconds after its start.
type deployment struct {
	t       *testing.T
	files   map[string]Service // what the files say
	applied map[string]Service // what was applied last
	all     []container.Container
	started map[string]time.Time // by ID
	sick    map[string]bool      // images that do not get healthy
	missing []string             // images that are not on the engine
	routes  []byte
	held    routes.Held
	proxy   Proxy
	now     time.Time
	ids     int

	steer   []string // servers that new websockets go to; none: all
	sockets []string // the container that each websocket is on, by ID
	drops   []int    // how often each dropped

	calls, killAt, how int                   // the call at which the process dies, and how far it comes; 0: never
	late               []container.Container // what the engine is still making
	actions            []string
	told               []string
	least              int // how few replicas were healthy and known to Traefik at any time
	cut                []string
}

const startTime = 5 * time.Second

// deploy returns n replicas of a release, with a database, NATS and Traefik,
// everything healthy.
func deploy(t *testing.T, n int) *deployment {
	d := &deployment{t: t, files: files(n, "chat:1"), started: map[string]time.Time{}, held: routes.Held{},
		sick: map[string]bool{},
		now:  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	d.applied = maps.Clone(d.files)
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		d.make(name, d.files[name])
	}
	d.now = d.now.Add(time.Minute)
	d.routes = routesOf(n)
	d.load()
	d.least = d.serving()
	for i := range socketCount {
		d.sockets = append(d.sockets, "")
		d.drops = append(d.drops, -1) // the first one is no drop
		d.connect(i)
	}
	return d
}

const socketCount = 60

// connect gives a websocket a container, as Traefik does.
func (d *deployment) connect(i int) {
	d.drops[i]++
	d.sockets[i] = ""
	hosts := d.steer
	if len(hosts) == 0 {
		hosts = slices.Sorted(maps.Keys(d.proxy.Servers))
	} else {
		hosts = hosts[len(hosts)-1:]
	}
	if len(hosts) == 0 {
		return
	}
	if to := d.behind(hosts[i%len(hosts)]); len(to) > 0 {
		d.sockets[i] = to[0].ID
	}
}

// behind returns the containers that answer to a name.
func (d *deployment) behind(host string) []container.Container {
	return slices.DeleteFunc(slices.Clone(d.all), func(c container.Container) bool {
		return c.Name != host && c.Service != host || !c.Running() || isolated(c)
	})
}

// known reports whether Traefik sends requests to a container.
func (d *deployment) known(c container.Container) bool {
	return d.proxy.Servers[c.Name] || d.proxy.Servers[c.Service]
}

// one is a service with one container.
func one(image string) Service {
	return Service{Image: image, Hash: image, Replicas: 1, Networks: []string{"edge"}}
}

func files(n int, image string) map[string]Service {
	all := map[string]Service{}
	for name, image := range map[string]string{"mongodb": "mongo:1", "nats": "nats:1", "prometheus": "prometheus:1",
		"traefik": "traefik:1"} {
		all[name] = one(image)
	}
	for i := range n {
		s := one(image)
		s.After = []string{"rocketchat-1"}
		if i == 0 {
			s.After = []string{"mongodb", "nats"}
		}
		all[fmt.Sprintf("rocketchat-%d", i+1)] = s
	}
	return all
}

// routesOf is Traefik's file with n replicas.
func routesOf(n int) []byte {
	text := "http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n"
	for i := range n {
		text += fmt.Sprintf("          - url: http://rocketchat-%d:3000\n", i+1)
	}
	return []byte(text)
}

// isolated reports whether a container was cut off in its making.
func isolated(c container.Container) bool { return len(c.Networks) == 0 }

func (d *deployment) make(name string, s Service) container.Container {
	d.ids++
	c := container.Container{
		ID: fmt.Sprint(d.ids), Service: name, Name: fmt.Sprintf("chat-%s-%d", name, d.ids), Image: s.Image, Hash: s.Hash,
		State: "running", Restart: "unless-stopped", Networks: []string{"edge"},
	}
	d.all = append(d.all, c)
	d.started[c.ID] = d.now
	return c
}

// drop takes the containers away that match, and notes which were routed until then.
func (d *deployment) drop(match func(container.Container) bool) {
	d.all = slices.DeleteFunc(d.all, func(c container.Container) bool {
		if !match(c) {
			return false
		}
		if d.known(c) && c.Running() && d.health(c) == "healthy" && len(d.proxy.Servers) > 1 {
			d.cut = append(d.cut, c.Name)
		}
		return true
	})
	for i, id := range d.sockets {
		if !slices.ContainsFunc(d.all, func(c container.Container) bool { return c.ID == id && c.Running() }) {
			d.connect(i)
		}
	}
	d.see()
}

func (d *deployment) health(c container.Container) string {
	switch {
	case !c.Running():
		return ""
	case d.sick[c.Image] || d.now.Sub(d.started[c.ID]) < startTime:
		return "starting"
	default:
		return "healthy"
	}
}

// load is what Traefik does when the file has changed.
func (d *deployment) load() {
	names, err := routes.Servers(d.routes)
	if err != nil {
		d.t.Fatal(err)
	}
	d.proxy = Proxy{Reloads: d.proxy.Reloads + "+", Servers: map[string]bool{}}
	for _, name := range names {
		d.proxy.Servers[name] = true
	}
	d.see()
}

func (d *deployment) serving() int {
	n := 0
	for _, c := range d.all {
		if d.known(c) && !isolated(c) && d.health(c) == "healthy" {
			n++
		}
	}
	return n
}

// see notes how few serve, and names that stand for a container that does not beside
// one that does: requests would go to both.
func (d *deployment) see() {
	d.least = min(d.least, d.serving())
	for host := range d.proxy.Servers {
		behind := d.behind(host)
		if len(behind) > 1 && slices.ContainsFunc(behind,
			func(c container.Container) bool { return d.health(c) != "healthy" }) {
			d.cut = append(d.cut, host+" is two")
		}
	}
}

// act is one call that changes something. It comes to its end, or the process dies
// before it, in its midst or after it.
func (d *deployment) act(what string, half, rest func()) error {
	d.calls++
	if d.killAt > 0 && d.calls > d.killAt {
		return errKilled
	}
	dying := d.calls == d.killAt
	if dying && d.how == 0 {
		return errKilled
	}
	d.actions = append(d.actions, what)
	ids := d.ids
	half()
	if dying && d.how >= cut {
		d.cutOff(ids)
	}
	if dying && (d.how == 1 || d.how >= cut) {
		return errKilled
	}
	rest()
	if dying {
		return errKilled
	}
	return nil
}

// cut is to die like 1, in the midst, and while a container is made; what is above is
// how often the next process asks for the containers until the engine has made it.
const (
	cut    = 3
	latest = cut + 3
)

// cutOff has what was made since without a network, and not started.
func (d *deployment) cutOff(since int) {
	for i, c := range d.all {
		if id, err := strconv.Atoi(c.ID); err == nil && id > since {
			d.all[i].State, d.all[i].Networks = "created", nil
		}
	}
	if d.how > cut {
		d.all = slices.DeleteFunc(d.all, func(c container.Container) bool {
			late := isolated(c)
			if late {
				d.late = append(d.late, c)
			}
			return late
		})
	}
}

// arrive lets the engine come to the end of what it was making: once it is asked so
// often, or now, since Compose needs the name.
func (d *deployment) arrive(now bool) {
	if len(d.late) == 0 || d.dead() != nil {
		return
	}
	if d.how--; d.how < cut || now {
		d.all = append(d.all, d.late...)
		d.late = nil
	}
}

func (d *deployment) dead() error {
	if d.killAt > 0 && d.calls >= d.killAt {
		return errKilled
	}
	return nil
}

func (d *deployment) containers(context.Context) ([]container.Container, error) {
	d.arrive(false)
	all := slices.Clone(d.all)
	for i, c := range all {
		all[i].Health = d.health(c)
	}
	return all, d.dead()
}

var options = Options{MaxUnavailable: 1, Drain: 5 * time.Second, Timeout: time.Minute}

// plan returns what an apply would do now.
func (d *deployment) plan(o Options) Plan {
	d.t.Helper()
	all, err := d.containers(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	routed, err := routes.Servers(d.routes)
	if err != nil {
		d.t.Fatal(err)
	}
	p, err := Steps(Want{Services: d.files, Routed: routed, Editable: true},
		Have{Containers: all, Held: slices.Sorted(maps.Keys(d.held)), Missing: d.missing}, o)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// apply plans and runs.
func (d *deployment) apply(o Options) error {
	d.t.Helper()
	return Run(context.Background(), d.plan(o), o, d.world())
}

// lines writes steps as a test compares them.
func lines(steps []Step) []string {
	var all []string
	for _, s := range steps {
		all = append(all, string(s.Action)+" "+strings.Join(s.Services, " "))
	}
	return all
}
