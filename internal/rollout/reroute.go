package rollout

import (
	"bytes"
	"context"
	"slices"

	"rcgen/generator/routes"
	"rcgen/internal/container"
)

// drain takes servers out of the routes and gives what is in flight its time, from
// the moment at which Traefik has taken that.
func (r *run) drain(ctx context.Context, s Step, all []container.Container) error {
	routes, _, err := r.Routes()
	if err != nil {
		return err
	}
	gone, err := r.hosts(s, routes, all)
	if err != nil {
		return err
	}
	if err := r.reroute(ctx, s, all); err != nil {
		return err
	}
	began := r.Now()
	if err := r.forgotten(ctx, gone); err != nil {
		return err
	}
	return r.Wait(ctx, r.opts.Drain-r.Now().Sub(began))
}

// hosts returns the servers in the routes that a step is about. The replica's own name,
// which stands for all of its containers, is none of the new one.
func (r *run) hosts(s Step, routing []byte, all []container.Container) ([]string, error) {
	servers, err := routes.Servers(routing)
	parts := r.parts(Step{Services: s.Services, Part: New, Keep: s.Keep}, all)
	return slices.DeleteFunc(servers, func(host string) bool {
		fresh := slices.ContainsFunc(parts, func(c container.Container) bool { return c.Name == host })
		return !slices.Contains(s.Services, routes.ReplicaOf(host)) || s.Part == Old && fresh || s.Part == New && !fresh
	}), err
}

// reroute takes servers out of Traefik's file or puts them in, as the step says, and
// waits until Traefik has taken it.
func (r *run) reroute(ctx context.Context, s Step, all []container.Container) error {
	was, held, err := r.Routes()
	if err != nil {
		return err
	}
	var routes []byte
	if s.Action == Route {
		routes, err = r.put(s, was, held, all)
	} else {
		routes, err = r.take(s, was, held, all)
	}
	if err != nil {
		return err
	}
	sockets, err := r.sockets(s, routes, all)
	if err != nil {
		return err
	}
	return r.set(ctx, was, Routes{routes, held, sockets})
}

// take returns routes without the servers of a step. Those that will be back are held.
func (r *run) take(s Step, routing []byte, held routes.Held, all []container.Container) ([]byte, error) {
	hosts, err := r.hosts(s, routing, all)
	if err != nil {
		return nil, err
	}
	for _, host := range hosts {
		var entry string
		if routing, entry, err = routes.TakeOut(routing, host); err != nil {
			return nil, err
		}
		if entry != "" && !s.Gone && routes.ReplicaNumber(host) > 0 {
			held[host] = entry
		}
	}
	return routing, nil
}

// put returns routes with the servers of a step.
func (r *run) put(s Step, routing []byte, held routes.Held, all []container.Container) ([]byte, error) {
	var err error
	if s.Part == Whole {
		for _, name := range s.Services {
			if routing, err = routes.Restore(routing, name, held[name]); err != nil {
				return nil, err
			}
			delete(held, name)
		}
		return routing, nil
	}
	for _, c := range r.parts(s, all) {
		if routing, err = routes.PutBack(routing, c.Name, held[c.Service]); err != nil {
			return nil, err
		}
	}
	return routing, nil
}

// sockets returns the servers that new websockets go to after a step: of a replica with
// two containers the new one.
func (r *run) sockets(s Step, routing []byte, all []container.Container) ([]string, error) {
	servers, err := routes.Servers(routing)
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, name := range s.Sockets {
		if slices.Contains(servers, name) {
			hosts = append(hosts, name)
			continue
		}
		for _, c := range r.parts(Step{Services: []string{name}, Part: New}, all) {
			if slices.Contains(servers, c.Name) {
				hosts = append(hosts, c.Name)
			}
		}
	}
	return hosts, nil
}

// unsteer lets new websockets go to all replicas again: the next run may be hours away.
func (r *run) unsteer() error {
	routes, held, err := r.Routes()
	if err != nil {
		return err
	}
	return r.SetRoutes(Routes{File: routes, Held: held})
}

// set writes the routes and waits until Traefik has taken a change of its file.
func (r *run) set(ctx context.Context, was []byte, now Routes) error {
	before := r.reloads
	if before == "" {
		if err := r.taken(ctx, func(p Proxy) bool { before = p.Reloads; return true }); err != nil {
			return err
		}
		if before == "" { // it does not run
			return r.SetRoutes(now)
		}
	}
	if err := r.SetRoutes(now); err != nil || bytes.Equal(now.File, was) {
		return err
	}
	return r.taken(ctx, func(p Proxy) bool { r.reloads = p.Reloads; return p.Reloads != before })
}

// forgotten waits until Traefik does not know servers any more. It is asked beside
// the count of its reloads, which another file may have changed.
func (r *run) forgotten(ctx context.Context, names []string) error {
	return r.taken(ctx, func(p Proxy) bool {
		return !slices.ContainsFunc(names, func(name string) bool { _, known := p.Servers[name]; return known })
	})
}
