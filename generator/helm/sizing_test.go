package helm

import (
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// TestSizing holds the figures that the issue and the vendor name.
func TestSizing(t *testing.T) {
	for _, c := range []struct {
		concurrent              int
		micro                   bool
		main, streamers, others int
	}{
		{200, false, 2, 0, 0},
		{600, false, 5, 0, 0},
		{999, false, 8, 0, 0},
		{1000, true, 8, 2, 2},
		{1001, true, 8, 3, 2},
		{5000, true, 10, 10, 2},
		{20_000, true, 40, 40, 2},
	} {
		p := plan(t, licensed(t, 100_000, c.concurrent))
		count := func(name string) int { w, _ := p.Workload(name); return w.Replicas.Value }
		if p.Microservices.Value != c.micro || count(Main) != c.main || count(DDPStreamer) != c.streamers ||
			count(Presence) != c.others || count(Account) != c.others || count(Authorization) != c.others ||
			count(NATS) != natsServers {
			t.Errorf("%d at once: %+v", c.concurrent, p.Workloads)
		}
	}
}

// TestSizingVendor: at 5,000 users at once Rocket.Chat's pods request about the 16
// CPUs that the vendor's table has for it, as the reason in the plan says.
func TestSizingVendor(t *testing.T) {
	var cpus float64
	for _, w := range plan(t, licensed(t, 25_000, 5000)).Workloads {
		switch w.Name {
		case Main, DDPStreamer, Presence, Account, Authorization:
			cpus += w.CPUs.Value * float64(w.Replicas.Value)
		}
	}
	if cpus != 16.5 {
		t.Errorf("%v CPUs, the reason says 16.5", cpus)
	}
}

// TestSizingMonotonic: more users never need less of anything.
func TestSizingMonotonic(t *testing.T) {
	var before Plan
	var step int // small where microservices begin
	for users := 1000; users <= 100_000; users += step {
		if step = 1600; users >= 4800 && users < 5400 {
			step = 100
		}
		r := licensed(t, users, 0)
		p := plan(t, r)
		if p.Totals.Pods < before.Totals.Pods || p.Totals.CPUs < before.Totals.CPUs ||
			p.Totals.Memory < before.Totals.Memory || p.Nodes.Value < before.Nodes.Value {
			t.Errorf("%d users: %+v on %d nodes, after %+v on %d", users, p.Totals, p.Nodes.Value, before.Totals,
				before.Nodes.Value)
		}
		m, was := p.MongoDB, before.MongoDB
		if m.CPUs.Value < was.CPUs.Value || m.Memory.Value < was.Memory.Value || m.Disk.Value < was.Disk.Value ||
			m.Members != 3 {
			t.Errorf("%d users: MongoDB %+v after %+v", users, m, was)
		}
		before = p
	}
}

// TestDatabase: nowhere below the vendor's table (RocketChat/docs a6cfeae,
// system-requirements), whose disks leave uploads out as well.
func TestDatabase(t *testing.T) {
	for _, c := range []struct {
		concurrent int
		cpus       float64
		memory     units.Bytes
		disk       units.Bytes
	}{
		{499, 2, 4 * units.GiB, 20 * units.GiB},
		{500, 2, 4 * units.GiB, 20 * units.GiB},
		{5000, 8, 16 * units.GiB, 80 * units.GiB},
		{20_000, 4, 16 * units.GiB, 80 * units.GiB},
	} {
		d := plan(t, licensed(t, 5*c.concurrent, c.concurrent)).MongoDB
		if d.CPUs.Value < c.cpus || d.Memory.Value < c.memory || d.Disk.Value < c.disk {
			t.Errorf("%d at once: %v CPUs, %s, %s", c.concurrent, d.CPUs.Value, d.Memory.Value, d.Disk.Value)
		}
	}
}

// TestFigures: every figure has a reason and a source.
func TestFigures(t *testing.T) {
	for name, r := range requests(t) {
		p := plan(t, r)
		check := func(what, reason, source string) {
			if reason == "" || source == "" {
				t.Errorf("%s: %s: reason %q, source %q", name, what, reason, source)
			}
		}
		for _, w := range p.Workloads {
			check(w.Name, w.Replicas.Reason, w.Replicas.Source)
			check(w.Name, w.CPUs.Reason, w.CPUs.Source)
			check(w.Name, w.Memory.Reason, w.Memory.Source)
		}
		check("nodes", p.Nodes.Reason, p.Nodes.Source)
		check("microservices", p.Microservices.Reason, p.Microservices.Source)
		check("disk", p.MongoDB.Disk.Reason, p.MongoDB.Disk.Source)
		check("cpus", p.MongoDB.CPUs.Reason, p.MongoDB.CPUs.Source)
		check("memory", p.MongoDB.Memory.Reason, p.MongoDB.Memory.Source)
	}
}

// TestNodes: all pods fit while one node is away, smaller nodes are more, and one that
// no pod fits is refused.
func TestNodes(t *testing.T) {
	r := licensed(t, 100_000, 20_000)
	last := 1 << 30
	for _, node := range []Node{{4, 16 * units.GiB, "flag"}, DefaultNode, {16, 64 * units.GiB, "flag"},
		{64, 256 * units.GiB, "flag"}} {
		p := must(NewPlan(r, nil, node))(t)
		cpus, memory := p.room()
		n := p.Nodes.Value - spare
		if p.Totals.CPUs > cpus*float64(n) || float64(p.Totals.Memory) > float64(memory)*float64(n) || p.Nodes.Value > last ||
			n < minNodes {
			t.Errorf("%d cores: %d nodes for %+v", node.Cores, p.Nodes.Value, p.Totals)
		}
		last = p.Nodes.Value
	}
	for _, node := range []Node{{2, 4 * units.GiB, "flag"}, {0, units.GiB, "flag"}, {4, 0, "flag"}} {
		if _, err := NewPlan(r, nil, node); err == nil || hint(err) == "" {
			t.Errorf("%+v: %v", node, err)
		}
	}
}

// TestHostDoesNotCount: the host of rcgen.yaml changes nothing.
func TestHostDoesNotCount(t *testing.T) {
	r := licensed(t, 10_000, 2000)
	was := plan(t, r)
	r.Host = stack.Host{Cores: 2, Memory: 4 * units.GiB}
	if is := plan(t, r); is.Totals != was.Totals || is.Nodes.Value != was.Nodes.Value {
		t.Errorf("%+v, was %+v", is.Totals, was.Totals)
	}
}

// TestStated: a number of instances that a person stated is obeyed where it is more.
func TestStated(t *testing.T) {
	r := licensed(t, 3000, 600)
	r.Instances = 7
	p := plan(t, r)
	if w, _ := p.Workload(Main); w.Replicas.Value != 7 || len(p.Warnings) != 1 || p.Warnings[0].Code != WarnStated {
		t.Errorf("%d replicas, warnings %+v", w.Replicas.Value, p.Warnings)
	}
	r.Instances = 3
	p = plan(t, r)
	if w, _ := p.Workload(Main); w.Replicas.Value != 5 || len(p.Warnings) != 0 {
		t.Errorf("%d replicas, warnings %+v", w.Replicas.Value, p.Warnings)
	}
}
