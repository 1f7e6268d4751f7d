package generator

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
	"rcgen/profiles"
)

func TestShippedProfiles(t *testing.T) {
	all := must(catalog.Profiles())(t)
	if len(all) != len(catalog.ProfileNames()) {
		t.Fatalf("got %d profiles", len(all))
	}
	from := 1
	for i, p := range all {
		if p.Name != catalog.ProfileNames()[i] {
			t.Errorf("profile %d: is called %s, not as its file", i, p.Name)
		}
		if u := p.Users.Value; u.Min != from || u.Max < u.Min {
			t.Errorf("%s: is for %d to %d users and should begin at %d", p.Name, u.Min, u.Max, from)
		}
		from = p.Users.Value.Max + 1
	}
	if from-1 != catalog.MaxUsers {
		t.Errorf("the last ends at %d users, not at %d", from-1, catalog.MaxUsers)
	}
	entries := must(profiles.FS.ReadDir("."))(t)
	if len(entries) != len(catalog.ProfileNames())+3 {
		t.Errorf("the package holds %d files: not the profiles, releases.yaml, images.yaml and environment.yaml",
			len(entries))
	}
}

// TestShippedValues: what only a small, medium or large deployment wants rises
// with the size, so that no border between them is a step down.
func TestShippedValues(t *testing.T) {
	all := must(catalog.Profiles())(t)
	for i := 1; i < len(all); i++ {
		small, large := all[i-1], all[i]
		if small.MinInstances.Value > large.MinInstances.Value {
			t.Errorf("%s plans more instances at least than %s", small.Name, large.Name)
		}
		for j, s := range small.Services.All() {
			l := large.Services.All()[j]
			if s.Shape.Memory.Value > l.Shape.Memory.Value || s.Shape.CPUs.Value > l.Shape.CPUs.Value ||
				s.Shape.MemoryMin.Value > l.Shape.MemoryMin.Value {
				t.Errorf("%s wants more for %s than %s does", small.Name, s.Name, large.Name)
			}
		}
	}
}

const overMedium = "name: own\nbase: medium\n"

// badProfiles must be refused, with what the message must hold.
var badProfiles = []struct{ name, text, want string }{
	{"empty", "", "empty"},
	{"no name", "base: \"\"\n", "users"},
	{"no name of its own", "base: medium\n", "name"},
	{"unknown base", "name: own\nbase: huge\n", "base"},
	{"unknown key", overMedium + "heap: 0.5\n", "heap"},
	{"unknown service", overMedium + "services: {redis: {cpus: {value: 1, source: s}}}\n", "redis"},
	{"unknown key of a service", overMedium + "services: {nats: {cpu: {value: 1, source: s}}}\n", "cpu"},
	{"unknown key of a value", overMedium + "services:\n  nats:\n    memory: {valeu: 64MiB, source: s}\n", "valeu"},
	{"unknown key of a range", overMedium + "users: {value: {min: 1, max: 9, maximum: 8}, source: s}\n", "maximum"},
	{"unknown key of the cache", overMedium + "cache: {value: {share: 0.5, les: 1GiB, min: 256MiB}, source: s}\n", "les"},
	{"unknown key of a slice", overMedium + "os_reserve: {value: [{share: 0.1, upto: 4GiB}], source: s}\n", "upto"},
	{"duplicate key of a value", overMedium + "heap_share: {value: 0.5, value: 0.6, source: s}\n", "value"},
	{"no citation", overMedium + "heap_share: {value: 0.5}\n", "heap_share"},
	{"no citation below", overMedium + "services: {mongodb: {memory_per_concurrent: {value: 3MiB}}}\n",
		"services.mongodb.memory_per_concurrent"},
	{"both citations", overMedium + "heap_share: {value: 0.5, source: s, assumption: a}\n", "heap_share"},
	{"a source of no value", overMedium + "storage: {messages_per_user_day: {source: s}}\n", "messages_per_user_day"},
	{"a value alone", overMedium + "heap_share: 0.5\n", "line 3"},
	{"a word for a number", overMedium + "heap_share: {value: half, source: s}\n", "half"},
	{"not a size", overMedium + "services: {nats: {memory: {value: much, source: s}}}\n", "much"},
	{"range upside down", overMedium + "users: {value: {min: 9, max: 1}, source: s}\n", "users"},
	{"range from zero", overMedium + "users: {value: {min: 0, max: 1}, source: s}\n", "users"},
	{"range beyond all", overMedium + "users: {value: {min: 1, max: 1000001}, source: s}\n", "users"},
	{"concurrency", overMedium + "concurrency: {value: 1.1, source: s}\n", "concurrency"},
	{"concurrency of none", overMedium + "concurrency: {value: 0, source: s}\n", "concurrency"},
	{"no users on an instance", overMedium + "concurrent_per_instance: {value: 0, source: s}\n",
		"concurrent_per_instance"},
	{"no instance", overMedium + "min_instances: {value: 0, source: s}\n", "min_instances"},
	{"kubernetes", overMedium + "kubernetes_from: {value: 0, source: s}\n", "kubernetes_from"},
	{"presence", overMedium + "presence_cap: {value: 0, source: s}\n", "presence_cap"},
	{"heap of all", overMedium + "heap_share: {value: 1, source: s}\n", "heap_share"},
	{"cache below mongod's", overMedium + "cache: {value: {share: 0.5, less: 1GiB, min: 255MiB}, source: s}\n", "cache"},
	{"retention", overMedium + "storage: {metrics_retention: {value: 2weeks, source: s}}\n", "storage.metrics_retention"},
	{"retention in parts", overMedium + "storage: {metrics_retention: {value: 1d12h, source: s}}\n",
		"storage.metrics_retention"},
	{"size of the metrics", overMedium + "storage: {metrics_size: {value: 1MiB, source: s}}\n", "storage.metrics_size"},
	{"negative storage", overMedium + "storage: {messages_per_user_day: {value: -1, source: s}}\n", "storage"},
	{"no slices", overMedium + "os_reserve: {value: [], source: s}\n", "os_reserve"},
	{"slices that fall", overMedium +
		"os_reserve: {value: [{up_to: 4GiB, share: 0.1}, {up_to: 2GiB, share: 0.1}, {share: 0}], source: s}\n", "os_reserve"},
	{"slices with an end", overMedium + "os_reserve: {value: [{up_to: 4GiB, share: 0.1}], source: s}\n", "os_reserve"},
	{"slice of all", overMedium + "os_reserve: {value: [{share: 1}], source: s}\n", "os_reserve"},
	{"slice of no number", overMedium + "os_reserve: {value: [{share: .nan}], source: s}\n", "os_reserve"},
	{"no CPU", overMedium + "services: {nats: {cpus: {value: 0, source: s}}}\n", "services.nats.cpus"},
	{"CPUs of no number", overMedium + "services: {nats: {cpus: {value: .nan, source: s}}}\n", "services.nats.cpus"},
	{"CPUs without end", overMedium + "services: {nats: {cpus: {value: .inf, source: s}}}\n", "services.nats.cpus"},
	{"negative CPUs", overMedium + "services: {mongodb: {cpus_per_concurrent: {value: -0.1, source: s}}}\n",
		"services.mongodb.cpus_per_concurrent"},
	{"least memory", overMedium + "services: {nats: {memory_min: {value: 1MiB, source: s}}}\n",
		"services.nats.memory_min"},
	{"memory below the least", overMedium + "services: {nats: {memory: {value: 16MiB, source: s}}}\n",
		"services.nats.memory"},
	{"memory beyond every host", overMedium +
		"services: {mongodb: {memory_per_concurrent: {value: 1024PiB, source: s}}}\n",
		"services.mongodb.memory_per_concurrent"},
}

func TestDecodeProfileErrors(t *testing.T) {
	for _, c := range badProfiles {
		t.Run(c.name, func(t *testing.T) {
			_, err := catalog.DecodeProfile("own.yaml", []byte(c.text))
			if err == nil {
				t.Fatal("it was taken")
			}
			if msg := err.Error(); !strings.HasPrefix(msg, "own.yaml: ") || !strings.Contains(msg, c.want) ||
				strings.Contains(msg, "\n") {
				t.Errorf("%q: wants one line that begins with the file and holds %q", msg, c.want)
			}
		})
	}
}

// TestMissingKeys: a profile without a base must say everything. Each key of
// medium is left out once.
func TestMissingKeys(t *testing.T) {
	text := string(must(catalog.ProfileText("medium"))(t))
	if _, err := catalog.DecodeProfile("own.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		name, _, found := strings.Cut(strings.TrimSpace(line), ":")
		depth := len(line) - len(strings.TrimLeft(line, " "))
		optional := strings.HasSuffix(name, "_per_concurrent")
		if !found || depth > 4 || strings.ContainsAny(name[:1], "#-") || optional || name == "value" || name == "source" ||
			name == "assumption" {
			continue
		}
		end := i + 1
		for end < len(lines) && len(lines[end])-len(strings.TrimLeft(lines[end], " ")) > depth {
			end++
		}
		without := strings.Join(lines[:i], "") + strings.Join(lines[end:], "")
		if _, err := catalog.DecodeProfile("own.yaml", []byte(without)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("line %d, without %s: got error %v", i+1, name, err)
		}
	}
}

// TestOwnProfile: only what it names is another than its base's.
func TestOwnProfile(t *testing.T) {
	own := must(catalog.DecodeProfile("own.yaml", []byte(overMedium+"concurrency: {value: 0.4, source: measured}\n"+
		"services: {nats: {memory: {value: 256MiB, assumption: guessed}}}\n")))(t)
	want := must(catalog.Shipped("medium"))(t)
	want.Name, want.Base = "own", "medium"
	want.Concurrency.Value, want.Concurrency.Source = 0.4, "measured"
	nats := &want.Services.NATS.Memory
	nats.Value, nats.Assumption = 256*units.MiB, "guessed"
	if !reflect.DeepEqual(own, want) {
		t.Errorf("got %+v, want %+v", own, want)
	}
	r := aRequest()
	r.Profile = "own.yaml"
	p := must(NewPlan(r, &own))(t)
	if p.Profile != "own" || p.Concurrent != 1200 || p.Reasons[0].Source != "measured" {
		t.Errorf("plan: profile %s, %d concurrent from %q", p.Profile, p.Concurrent, p.Reasons[0].Source)
	}
	if s := must(p.Service(stack.NATS))(t); s.Memory.Value != 256*units.MiB || s.Memory.Source != "assumption: guessed" {
		t.Errorf("plan: NATS gets %+v", s.Memory)
	}
}

// TestOwnProfilePlans: whatever is taken for a profile can be planned with, and
// soon: milliseconds, or seconds where the machine is busy, but no loop over all users.
func TestOwnProfilePlans(t *testing.T) {
	for _, text := range []string{
		"concurrency: {value: 0.0000001, source: s}\n",
		"concurrency: {value: 1, source: s}\nconcurrent_per_instance: {value: 1, source: s}\n",
		"os_reserve: {value: [{share: 0.999999}], source: s}\n",
		"services: {rocketchat: {memory_per_concurrent: {value: 1GiB, source: s}}}\n",
		"services: {rocketchat: {memory_per_concurrent: {value: 16TiB, source: s}}}\n",
		"services: {mongodb: {cpus_per_concurrent: {value: 1000, source: s}}}\n",
		"storage: {messages_per_user_day: {value: 1000000, source: s}, bytes_per_message: {value: 1GiB, source: s}}\n",
	} {
		own, err := catalog.DecodeProfile("own.yaml", []byte(overMedium+text))
		if err != nil {
			continue // refused is as good
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			ownPlan(t, text, own)
		}()
		select {
		case <-done:
		case <-time.After(10 * time.Second): // its goroutine is left behind: nothing can end it
			t.Errorf("%s: planning does not end", text)
		}
	}
}

func ownPlan(t *testing.T, text string, own catalog.Profile) {
	r := aRequest()
	r.Profile, r.Users = "own.yaml", catalog.MaxUsers
	p, err := NewPlan(r, &own)
	if err != nil {
		return
	}
	var ps problems
	ps.memory(p)
	for _, s := range p.Services {
		ps.service(p, s)
		ps.want(s.DiskPerYear == nil || s.DiskPerYear.Value >= 0, "disks are not negative", "%s: %+v", text, s.DiskPerYear)
	}
	for _, problem := range ps {
		t.Errorf("%s: %s: %s", text, problem.property, problem.detail)
	}
}
