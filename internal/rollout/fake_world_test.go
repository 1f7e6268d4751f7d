package rollout

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// up is Compose: it makes what is new, then takes the old one away.
func (d *deployment) up(what string, services []string, of map[string]Service, s Step) error {
	var old []string
	d.arrive(true)
	return d.act(what+" "+strings.Join(services, " "), func() {
		for _, name := range services {
			made := false
			for i, c := range d.all {
				if c.Service != name {
					continue
				}
				if made || !s.AsIs && (c.Hash != of[name].Hash || s.Force) { // one is what the files say
					old = append(old, c.ID)
					continue
				}
				if made = true; !c.Running() {
					d.all[i].State = "running"
					d.started[c.ID] = d.now
				}
			}
			if !made {
				d.make(name, of[name])
			}
		}
	}, func() { d.drop(func(c container.Container) bool { return slices.Contains(old, c.ID) }) })
}

func (d *deployment) world() World {
	nothing := func() {}
	return World{
		Containers: d.containers,
		Pull: func(_ context.Context, image string) error {
			return d.act("pull "+image, nothing, func() {
				d.missing = slices.DeleteFunc(d.missing, func(m string) bool { return m == image })
			})
		},
		Up: func(_ context.Context, s Step) error { return d.up("up", s.Services, d.files, s) },
		Beside: func(_ context.Context, service string) error {
			d.arrive(true)
			return d.act("beside "+service, func() {
				n := 0
				for i, c := range d.all {
					if c.Service == service {
						n++
						d.all[i].State = "running"
					}
				}
				if n < 2 {
					d.make(service, d.files[service])
				}
				d.see()
			}, nothing)
		},
		Remove: func(_ context.Context, c container.Container) error {
			return d.act("remove "+c.Name, func() {
				for i := range d.all {
					if d.all[i].ID == c.ID {
						d.drop(func(o container.Container) bool { return o.ID == c.ID })
						c.State = "exited"
						d.all = append(d.all, c)
						break
					}
				}
			}, func() { d.drop(func(o container.Container) bool { return o.ID == c.ID }) })
		},
		Restore: func(_ context.Context, c container.Container) (bool, error) {
			if d.applied[c.Service].Hash == d.files[c.Service].Hash || d.applied[c.Service].Hash == "" {
				return false, d.dead()
			}
			return true, d.up("restore", []string{c.Service}, d.applied, Step{})
		},
		Routes: func() ([]byte, routes.Held, error) { return slices.Clone(d.routes), maps.Clone(d.held), d.dead() },
		SetRoutes: func(r Routes) error {
			return d.act("routes", func() { d.routes, d.held, d.steer = r.File, maps.Clone(r.Held), r.Sockets; d.load() },
				nothing)
		},
		Proxy: func(context.Context) (Proxy, bool, error) {
			runs := slices.ContainsFunc(d.all, func(c container.Container) bool { return c.Service == "traefik" && c.Running() })
			return d.proxy, runs, d.dead()
		},
		Failed: func(context.Context, container.Container) {},
		Now:    func() time.Time { return d.now },
		Wait: func(ctx context.Context, pause time.Duration) error {
			d.now = d.now.Add(pause)
			return errors.Join(ctx.Err(), d.dead())
		},
		Begin: func(int, int, Step) {},
		End:   func(int, int, Step) {},
		Tell:  func(line string) { d.told = append(d.told, line) },
	}
}
