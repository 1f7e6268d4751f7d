package generator

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/generator/validate"
)

// BenchmarkPipeline is everything init does but for the disk.
func BenchmarkPipeline(b *testing.B) {
	for _, n := range []int{4, 30} {
		b.Run(fmt.Sprintf("instances=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pipeline(b, n)
			}
		})
	}
}

// BenchmarkRender is what each step of rendering takes.
func BenchmarkRender(b *testing.B) {
	r := aPublicRequest()
	r.Edition, r.Instances, r.Host = Licensed, 4, stack.Host{Cores: 64, Memory: 256 * units.GiB}
	plan := must(NewPlan(r, nil))(b)
	in := Inputs{Request: must(NewRequestFile(r))(b), Secrets: fakeSecrets(b, r)}
	renderer := must(NewRenderer(plan, in))(b)
	for name, step := range map[string]func() error{
		"new":     func() error { _, err := NewRenderer(plan, in); return err },
		"compose": func() error { _, err := renderer.Compose(); return err },
		"rest":    func() error { _, err := renderer.Rest(); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func pipeline(tb testing.TB, instances int) tree.Valid {
	tb.Helper()
	r := Request{Version: 1, Project: "rocketchat", Users: 3000, Instances: instances, Release: catalog.DefaultRelease,
		Domain: Localhost, TLS: TLS{Mode: TLSOff}, Host: stack.Host{Cores: 64, Memory: 256 * units.GiB}}
	file, err := NewRequestFile(r)
	if err != nil {
		tb.Fatal(err)
	}
	plan, err := NewPlan(r, nil)
	if err != nil {
		tb.Fatal(err)
	}
	secrets, err := NewSecrets(r, nil, nil, rand.NewChaCha8([32]byte{}))
	if err != nil {
		tb.Fatal(err)
	}
	project, err := Render(plan, Inputs{Request: file, Secrets: secrets})
	if err != nil {
		tb.Fatal(err)
	}
	outcome, err := tree.Reconcile(fstest.MapFS{}, project)
	if err != nil {
		tb.Fatal(err)
	}
	valid, err := outcome.Approve(validate.Outcome(r.Host))
	if err != nil {
		tb.Fatal(err)
	}
	return valid
}
