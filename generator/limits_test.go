package generator

import (
	"strings"
	"testing"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
)

// TestLimitsInProfile: a profile of one's own changes both, and what it must not
// say is refused with the file's name.
func TestLimitsInProfile(t *testing.T) {
	head := "name: ours\nbase: medium\n"
	own := must(catalog.DecodeProfile("ours.yaml", []byte(head+
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33}, assumption: measured}\n"+
		"requests: {value: {per_concurrent: 2, burst_concurrent: 3, min: 4, min_burst: 5}, source: our test}\n")))(t)
	p := must(NewPlan(aRequest(), &own))(t)
	if e := newEdge(p); e.RequestRate != 1200 || e.RequestBurst != 1800 {
		t.Errorf("600 at once get %d and %d", e.RequestRate, e.RequestBurst)
	}
	for _, s := range p.Services {
		want := map[string]int{stack.RocketChat: 11, stack.MongoDBService: 22}[s.Name]
		if want == 0 {
			want = 33
		}
		if s.PIDs.Value != want || s.PIDs.Source != "assumption: measured" || s.PIDs.Reason == "" {
			t.Errorf("%s: %+v, want %d", s.Name, s.PIDs, want)
		}
	}
	for _, text := range []string{
		"pids: {value: {rocketchat: 11, mongodb: 22}, assumption: a}",
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33, nats: 5}, assumption: a}",
		"pids: {value: {rocketchat: 11, mongodb: 22, others: 33}}",
		"requests: {value: {per_concurrent: 2, burst_concurrent: 3, min: 4, min_burst: 3}, source: a}",
		"requests: {value: {per_concurrent: .nan, burst_concurrent: 3, min: 4, min_burst: 5}, source: a}",
		"requests: {value: {per_concurrent: 2, burst_concurrent: .inf, min: 4, min_burst: 5}, source: a}",
		"requests: {value: 5, source: a}",
	} {
		if _, err := catalog.DecodeProfile("ours.yaml", []byte(head+text+"\n")); err == nil ||
			!strings.HasPrefix(err.Error(), "ours.yaml: ") || len(hintsOf(err)) == 0 {
			t.Errorf("%s: got error %v", text, err)
		}
	}
}
