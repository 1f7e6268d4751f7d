package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/keys"
)

// maxSmallFile bounds files that a person names on the command line: a profile
// or a connection string is far below (assumption).
const maxSmallFile = 1 << 20

func dirFlag() cli.Flag {
	return &cli.StringFlag{Name: "dir", Aliases: []string{"C"}, Value: ".", Usage: "`DIR` of the project"}
}

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "text or json"}
}

func envFileFlag() cli.Flag {
	return &cli.StringFlag{Name: "env-file", Value: generator.EnvFile, Usage: "`FILE` in the project with the variables; another than .env stands in for it"}
}

// readEnvFile returns the file with the variables as a path in the project.
func readEnvFile(c *cli.Context) (string, error) {
	name := path.Clean(filepath.ToSlash(c.String("env-file")))
	if !filepath.IsLocal(name) {
		return "", flagError("env-file", c.String("env-file"), "a file of the project, like "+generator.EnvExample)
	}
	return name, nil
}

func strictFlag() cli.Flag {
	return &cli.BoolFlag{Name: "strict", Usage: "take every warning for an error"}
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "show what would be written, write nothing"}
}

// requestFlags are the options that make up a request, but for --users.
func requestFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "concurrency", Usage: keys.Help("concurrency")},
		&cli.StringFlag{Name: "concurrent", Usage: keys.Help("concurrent")},
		&cli.StringFlag{Name: "profile", Usage: keys.Help("profile")},
		&cli.StringFlag{Name: "instances", Usage: keys.Help("instances")},
		&cli.StringFlag{Name: "domain", Usage: keys.Help("domain")},
		&cli.StringFlag{Name: "tls", Usage: keys.Help("tls")},
		&cli.StringFlag{Name: "acme-email", Usage: keys.Help("acme-email")},
		&cli.StringFlag{Name: "acme-server", Usage: keys.Help("acme-server")},
		&cli.BoolFlag{Name: "acme-staging", Usage: keys.Help("acme-staging")},
		&cli.StringSliceFlag{Name: "trusted-proxy", Usage: keys.Help("trusted-proxy")},
		&cli.StringFlag{Name: "proxy-hops", Usage: keys.Help("proxy-hops")},
		&cli.StringFlag{Name: "cores", Usage: keys.Help("cores")},
		&cli.StringFlag{Name: "memory", Usage: keys.Help("memory")},
		&cli.StringFlag{Name: "release", Usage: keys.Help("release")},
		&cli.StringFlag{Name: "edition", Usage: keys.Help("edition")},
		&cli.StringFlag{Name: "mongo-url-file", Usage: keys.Help("mongo-url-file")},
		&cli.StringFlag{Name: "mongodb-members", Usage: keys.Help("mongodb-members")},
		&cli.StringFlag{Name: "project", Usage: keys.Help("project")},
	}
}

// applyFlags puts the options that were given into a request.
func applyFlags(c *cli.Context, r *generator.Request) (err error) {
	if c.IsSet("concurrent") && c.IsSet("concurrency") {
		return flagError("concurrent", c.String("concurrent"), "no --concurrency beside it: a number or a ratio")
	}
	ints := map[string]*int{"concurrent": &r.Concurrent, "instances": &r.Instances, "mongodb-members": &r.MongoDB.Members, "proxy-hops": &r.TLS.Proxies.Hops}
	for _, name := range []string{"concurrent", "instances", "mongodb-members", "proxy-hops"} {
		if c.IsSet(name) {
			if *ints[name], err = positive(name, c.String(name)); err != nil {
				return err
			}
		}
	}
	if c.IsSet("concurrency") {
		r.Concurrency, err = strconv.ParseFloat(c.String("concurrency"), 64)
		if err != nil || !(r.Concurrency > 0) {
			return flagError("concurrency", c.String("concurrency"), "a ratio above 0 and up to 1, like 0.2")
		}
		r.Concurrent = 0 // rcgen.yaml's
	}
	strings := map[string]*string{"profile": &r.Profile, "release": &r.Release, "edition": &r.Edition, "project": &r.Project}
	for name, to := range strings {
		if c.IsSet(name) {
			*to = c.String(name)
		}
	}
	r.MongoDB.External = r.MongoDB.External || c.IsSet("mongo-url-file")
	return applyDomain(c, r)
}

func applyDomain(c *cli.Context, r *generator.Request) (err error) {
	if c.IsSet("domain") {
		if r.Domain, err = generator.NormalDomain(c.String("domain")); err != nil {
			return usageError{err}
		}
		r.TLS.Mode = generator.TLSACME
		if r.Domain == generator.Localhost {
			r.TLS.Mode = generator.TLSOff
		}
	}
	if c.IsSet("tls") {
		r.TLS.Mode = c.String("tls")
	}
	if c.IsSet("acme-staging") {
		r.TLS.Staging = c.Bool("acme-staging")
	}
	if c.IsSet("trusted-proxy") {
		r.TLS.Proxies.Trusted = c.StringSlice("trusted-proxy")
	}
	for name, to := range map[string]*string{"acme-email": &r.TLS.Email, "acme-server": &r.TLS.Server} {
		if !c.IsSet(name) {
			continue
		}
		if *to = c.String(name); r.TLS.Mode != generator.TLSACME {
			return flagError(name, *to, "--tls acme and a --domain beside it")
		}
	}
	return nil
}

func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmallFile+1))
	if err == nil && len(data) > maxSmallFile {
		err = fmt.Errorf("%s: larger than %d bytes", file, maxSmallFile)
	}
	return data, err
}

// readHost puts --cores and --memory above a host, and measures what is still
// unknown then.
func readHost(c *cli.Context, e env, h generator.Host) (generator.Host, error) {
	var err error
	if c.IsSet("cores") {
		h.Source = generator.HostFlag
		if h.Cores, err = positive("cores", c.String("cores")); err != nil {
			return h, err
		}
	}
	if c.IsSet("memory") {
		h.Source = generator.HostFlag
		if h.Memory, err = generator.ParseBytes(c.String("memory")); err != nil || h.Memory == 0 {
			return h, flagError("memory", c.String("memory"), "a size like 32GiB")
		}
	}
	if h.Cores > 0 && h.Memory > 0 {
		return h, nil
	}
	m, err := e.detect(c.Context)
	if err != nil {
		return h, &generator.Error{What: err.Error(), Hint: "give --cores and --memory"}
	}
	if h.Source == "" {
		h.Source = generator.HostDetected
	}
	if h.Cores == 0 {
		h.Cores = m.Cores
		noteLimit(e, m.Cores < m.CPUs, "cores", counted(m.Cores, "core"), fmt.Sprint(m.CPUs))
	}
	if h.Memory == 0 {
		h.Memory = generator.Bytes(m.Memory) / generator.MiB * generator.MiB
		noteLimit(e, m.Memory < m.Total, "memory", h.Memory.Human(), generator.Bytes(m.Total).Human())
	}
	return h, nil
}

// noteLimit says where rcgen itself is allowed less than the machine has: the
// containers may get more.
func noteLimit(e env, limited bool, flag, allowed, all string) {
	if limited {
		fmt.Fprintf(e.stderr, "rcgen: note: planned with %s of the machine's %s: a cgroup or CPU affinity allows this process no more\n"+
			"rcgen: hint: give --%s where the containers will have another share\n", allowed, all, flag)
	}
}

// positive reads a whole number from 1 on.
func positive(flag, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, flagError(flag, value, "a whole number from 1 on")
	}
	return n, nil
}

func flagError(flag, value, want string) error {
	return usageError{fmt.Errorf("--%s %q: wants %s", flag, value, want)}
}

// ownProfile reads the profile that a request names as a file, relative to base.
// It returns nil where the request names a shipped one or none.
func ownProfile(base, name string) (*generator.Profile, []byte, error) {
	if name == "" || slices.Contains([]string{"small", "medium", "large"}, name) {
		return nil, nil, nil
	}
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(base, file)
	}
	data, err := readSmall(file)
	if err != nil {
		return nil, nil, &generator.Error{What: "profile: " + err.Error(), Hint: "small, medium, large, or a file; rcgen profiles lists them"}
	}
	p, err := generator.DecodeProfile(name, data)
	return &p, data, err
}
