package generator

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
)

// must returns a value, or ends the test with its error:
//
//	plan := must(NewPlan(r, nil))(t)
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// aRequest is a request with nothing wrong; a test changes what it is about.
func aRequest() Request {
	return Request{Version: RequestVersion, Project: "rocketchat", Users: 3000, Release: catalog.DefaultRelease,
		Domain: Localhost, TLS: TLS{Mode: TLSOff}, Host: stack.Host{Cores: 16, Memory: 64 * units.GiB}}
}

// aPublicRequest is one with a domain and certificates from an ACME server.
func aPublicRequest() Request {
	r := aRequest()
	r.Domain, r.TLS = "chat.yourcompany.com", TLS{Mode: TLSACME, Email: "ops@yourcompany.com"}
	return r
}

// fakeURL holds what dotenv, Compose and URLs each take for something special.
const fakeURL = "mongodb://chat:p%40s$s#w&rd@db1:27017,db2:27017/rocketchat?replicaSet=rs0&tls=true"

// fakeSecrets are the same in every run.
func fakeSecrets(tb testing.TB, r Request) Secrets {
	tb.Helper()
	return must(NewSecrets(r, nil, given(r), rand.NewChaCha8([32]byte{})))(tb)
}

// given are fake values for what only a person can know.
func given(r Request) map[string]string {
	all := map[string]string{}
	_, names := secretNames(r)
	for _, name := range names {
		all[name] = "https://given.invalid/" + name
	}
	if r.MongoDB.External {
		all[secretMongoURL] = fakeURL
	}
	return all
}

// renderPlan prints a plan with the request file and secrets that belong to it.
func renderPlan(tb testing.TB, p Plan, own *tree.File) tree.Project {
	tb.Helper()
	file := must(NewRequestFile(p.Request))(tb)
	return must(Render(p, Inputs{Request: file, Profile: own, Secrets: fakeSecrets(tb, p.Request)}))(tb)
}

// files makes a project from pairs of a path and a content.
func files(pairs ...string) tree.Project {
	var p tree.Project
	for pair := range slices.Chunk(pairs, 2) {
		f := tree.File{Path: pair[0], Content: []byte(pair[1]), Mode: 0o644, Origin: "templates/" + pair[0],
			Seed: pair[0] == tree.OverrideFile}
		switch f.Path {
		case tree.EnvFile:
			f.Mode, f.Origin = 0o600, ""
		case tree.RequestFile:
			f.Origin = ""
		}
		p.Files = append(p.Files, f)
	}
	p.Sort()
	return p
}

// content returns a file that must be there.
func content(tb testing.TB, p tree.Project, path string) string {
	tb.Helper()
	f, ok := p.File(path)
	if !ok {
		tb.Fatalf("%s: not in the project", path)
	}
	return string(f.Content)
}

// hintsOf returns what an error tells a person to do.
func hintsOf(err error) []string {
	var h interface{ Hints() []string }
	if errors.As(err, &h) {
		return h.Hints()
	}
	return nil
}

var decodedProfiles = sync.OnceValues(catalog.Profiles)

// quickPlan is NewPlan with the shipped profiles decoded once: decoding them is
// nine tenths of its time. TestQuickPlan holds the two equal.
func quickPlan(tb testing.TB, r Request) (Plan, error) {
	tb.Helper()
	all := must(decodedProfiles())(tb)
	p := all[len(all)-1]
	for _, q := range slices.Backward(all) {
		if r.Profile == q.Name || r.Profile == "" && r.Users <= q.Users.Value.Max {
			p = q
		}
	}
	return NewPlan(r, &p)
}

// profileNamed returns a shipped profile.
func profileNamed(tb testing.TB, name string) catalog.Profile {
	tb.Helper()
	all := must(decodedProfiles())(tb)
	i := slices.IndexFunc(all, func(p catalog.Profile) bool { return p.Name == name })
	if i < 0 {
		tb.Fatalf("profile %q is not shipped", name)
	}
	return all[i]
}
