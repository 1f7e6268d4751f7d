package generator

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"
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

func pipeline(tb testing.TB, instances int) Valid {
	tb.Helper()
	r := Request{Version: 1, Project: "rocketchat", Users: 3000, Instances: instances, Release: DefaultRelease,
		Domain: Localhost, TLS: TLS{Mode: TLSOff}, Host: Host{Cores: 64, Memory: 256 * GiB}}
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
	outcome, err := Reconcile(fstest.MapFS{}, project)
	if err != nil {
		tb.Fatal(err)
	}
	valid, err := Validate(outcome, r.Host)
	if err != nil {
		tb.Fatal(err)
	}
	return valid
}
