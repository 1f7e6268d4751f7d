package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/keys"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// requestOptions make up a request, but for --users.
type requestOptions struct {
	concurrency, concurrent      *string
	profile, instances           *string
	domain, tls                  *string
	acmeEmail, acmeServer        *string
	acmeStaging                  *bool
	trustedProxies               []string
	proxyHops                    *string
	release, edition, project    *string
	mongoURLFile, mongodbMembers *string
	host                         hostOptions
}

// hostOptions describe another machine than this one.
type hostOptions struct{ cores, memory *string }

func (o *requestOptions) flags() []cli.Flag {
	return []cli.Flag{
		keyFlag(&o.concurrency, "concurrency"),
		keyFlag(&o.concurrent, "concurrent"),
		keyFlag(&o.profile, "profile"),
		keyFlag(&o.instances, "instances"),
		keyFlag(&o.domain, "domain"),
		keyFlag(&o.tls, "tls"),
		keyFlag(&o.acmeEmail, "acme-email"),
		keyFlag(&o.acmeServer, "acme-server"),
		&cli.BoolFlag{Name: "acme-staging", Usage: keys.Help("acme-staging"),
			Action: func(_ *cli.Context, value bool) error { o.acmeStaging = &value; return nil }},
		listFlag(&o.trustedProxies, "trusted-proxy", keys.Help("trusted-proxy")),
		keyFlag(&o.proxyHops, "proxy-hops"),
		keyFlag(&o.host.cores, "cores"),
		keyFlag(&o.host.memory, "memory"),
		keyFlag(&o.release, "release"),
		keyFlag(&o.edition, "edition"),
		keyFlag(&o.mongoURLFile, "mongo-url-file"),
		keyFlag(&o.mongodbMembers, "mongodb-members"),
		keyFlag(&o.project, "project"),
	}
}

// apply puts the options that were given into a request.
func (o requestOptions) apply(r *generator.Request) (err error) {
	if o.concurrent != nil && o.concurrency != nil {
		return flagError("concurrent", *o.concurrent, "no --concurrency beside it: a number or a ratio")
	}
	for _, count := range []struct {
		name  string
		given *string
		to    *int
	}{
		{"concurrent", o.concurrent, &r.Concurrent}, {"instances", o.instances, &r.Instances},
		{"mongodb-members", o.mongodbMembers, &r.MongoDB.Members}, {"proxy-hops", o.proxyHops, &r.TLS.Proxies.Hops},
	} {
		if count.given == nil {
			continue
		}
		if *count.to, err = positive(count.name, *count.given); err != nil {
			return err
		}
	}
	if o.concurrency != nil {
		r.Concurrency, err = strconv.ParseFloat(*o.concurrency, 64)
		if err != nil || !(r.Concurrency > 0) {
			return flagError("concurrency", *o.concurrency, "a ratio above 0 and up to 1, like 0.2")
		}
		r.Concurrent = 0 // rcgen.yaml's
	}
	set(o.profile, &r.Profile)
	set(o.release, &r.Release)
	set(o.edition, &r.Edition)
	set(o.project, &r.Project)
	r.MongoDB.External = r.MongoDB.External || o.mongoURLFile != nil
	return o.applyDomain(r)
}

// set takes over an option that was given.
func set(given, to *string) {
	if given != nil {
		*to = *given
	}
}

func (o requestOptions) applyDomain(r *generator.Request) (err error) {
	if o.domain != nil {
		if r.Domain, err = generator.NormalDomain(*o.domain); err != nil {
			return usageError{err}
		}
		r.TLS.Mode = generator.TLSACME
		if r.Domain == generator.Localhost {
			r.TLS.Mode = generator.TLSOff
		}
	}
	set(o.tls, &r.TLS.Mode)
	if o.acmeStaging != nil {
		r.TLS.Staging = *o.acmeStaging
	}
	if o.trustedProxies != nil {
		r.TLS.Proxies.Trusted = o.trustedProxies
	}
	for _, option := range []struct {
		name  string
		given *string
		to    *string
	}{{"acme-email", o.acmeEmail, &r.TLS.Email}, {"acme-server", o.acmeServer, &r.TLS.Server}} {
		set(option.given, option.to)
		if option.given != nil && r.TLS.Mode != generator.TLSACME {
			return flagError(option.name, *option.given, "--tls acme and a --domain beside it")
		}
	}
	return nil
}

// read puts --cores and --memory above a host, and measures what is still unknown then.
func (o hostOptions) read(ctx context.Context, e env, h stack.Host) (stack.Host, error) {
	var err error
	if o.cores != nil {
		h.Source = stack.HostFlag
		if h.Cores, err = positive("cores", *o.cores); err != nil {
			return h, err
		}
	}
	if o.memory != nil {
		h.Source = stack.HostFlag
		if h.Memory, err = units.Parse(*o.memory); err != nil || h.Memory == 0 {
			return h, flagError("memory", *o.memory, "a size like 32GiB")
		}
	}
	if h.Cores > 0 && h.Memory > 0 {
		return h, nil
	}
	m, err := e.detect(ctx)
	if err != nil {
		return h, &fault.Error{Err: err, Hint: "give --cores and --memory"}
	}
	if h.Source == "" {
		h.Source = stack.HostDetected
	}
	if h.Cores == 0 {
		h.Cores = m.Cores
		noteLimit(e, m.Cores < m.CPUs, "cores", units.Count(m.Cores, "core"), fmt.Sprint(m.CPUs))
	}
	if h.Memory == 0 {
		h.Memory = units.Bytes(m.Memory) / units.MiB * units.MiB
		noteLimit(e, m.Memory < m.Total, "memory", h.Memory.Human(), units.Bytes(m.Total).Human())
	}
	return h, nil
}

// noteLimit says that rcgen itself is allowed less than the machine has: the containers
// may get more.
func noteLimit(e env, limited bool, flag, allowed, all string) {
	if limited {
		fmt.Fprintf(e.stderr, "rcgen: note: planned with %s of the machine's %s: "+
			"a cgroup or CPU affinity allows this process no more\n"+
			"rcgen: hint: give --%s where the containers will have another share\n", allowed, all, flag)
	}
}
