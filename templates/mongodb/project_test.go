package mongodb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	memberTwo   = "mongodb-2:27017"
	memberThree = "mongodb-3:27017"
	allThree    = "mongodb,mongodb-2,mongodb-3"

	waitsToBeAdded = "this member has no replica set yet: it waits to be added by the primary, and copies its data then"
)

// project is a cluster with what compose gives each container.
type project struct {
	*cluster
	wanted map[string]string // MONGODB_MEMBERS of each
	writes []string          // what the health checks sent to change something
	last   map[string]outcome
}

func newProject(members string, mongods ...*mongod) *project {
	c := newCluster(memberHost, memberTwo, memberThree)
	for _, m := range mongods {
		m.cluster, m.host, m.synced = c, m.selfHosts[0], true
		c.mongods[slices.IndexFunc(c.mongods, func(n *mongod) bool { return n.host == m.host })] = m
	}
	p := &project{cluster: c, wanted: map[string]string{}, last: map[string]outcome{}}
	for _, m := range c.mongods {
		p.wanted[m.host] = members
	}
	return p
}

// grown returns a project that runs three members, with a document.
func grown(t *testing.T) *project {
	t.Helper()
	p := newProject(allThree)
	p.settle(t)
	p.find(memberHost).written++
	p.pass(10 * time.Second)
	p.writes = nil
	return p
}

// old returns a project with one member and a document, which is to have three.
func old() *project {
	m := readyMongod()
	m.config.Settings.SetID, m.config.Members[0].Priority, m.config.Members[0].Votes = 1, 1, 1
	m.written = 1
	p := newProject(allThree, m)
	p.initiated = []string{memberHost}
	return p
}

func (p *project) pass(d time.Duration) {
	for range d / time.Second {
		p.advance(p.mongods[0].now.Add(time.Second))
	}
}

// check is one health check in one container.
func (p *project) check(t *testing.T, host string, f fault, extra ...string) outcome {
	t.Helper()
	m := p.find(host)
	env := passwords()
	env["MONGODB_MEMBERS"] = p.wanted[host]
	env["HOSTNAME"], _, _ = strings.Cut(host, ":")
	for _, variable := range extra {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	o := runHealthcheck(t, m, env, f)
	for _, command := range writes(o.commands) {
		p.writes = append(p.writes, host+" "+command)
	}
	p.last[host] = o
	return o
}

// round is a health check in each container that runs, and the time between two.
func (p *project) round(t *testing.T) (healthy bool) {
	t.Helper()
	healthy = true
	for _, m := range p.up() {
		healthy = p.check(t, m.host, fault{}).code == 0 && healthy
	}
	p.pass(10 * time.Second)
	return healthy
}

// settle goes on until all that run are healthy twice, the second time without a change.
func (p *project) settle(t *testing.T) {
	t.Helper()
	for range 12 {
		if p.round(t) {
			p.writes = nil
			if p.round(t) && len(p.writes) == 0 {
				return
			}
		}
	}
	for host, o := range p.last {
		t.Errorf("%s: %d, %q", host, o.code, o.line)
	}
	t.Fatal("the set did not settle")
}

func (p *project) stop(hosts ...string) {
	for _, host := range hosts {
		m := p.find(host)
		m.down, m.isPrimary = true, false
	}
}

func (p *project) start(hosts ...string) {
	for _, m := range p.mongods {
		m.down = m.down && !slices.Contains(hosts, m.host)
	}
}

// checkSet wants exactly these members in the one set that was ever made, with the data of
// want documents on each, and the first as the primary.
func (p *project) checkSet(t *testing.T, want int, hosts ...string) {
	t.Helper()
	if !slices.Equal(p.initiated, []string{memberHost}) {
		t.Fatalf("sets were made by %q", p.initiated)
	}
	for _, host := range hosts {
		m := p.find(host)
		var got []string
		for _, each := range m.config.Members {
			got = append(got, each.Host)
			if each.newlyAdded || each.Votes != 1 || len(hosts) > 1 &&
				each.Priority != map[bool]float64{true: 2, false: 1}[each.Host == memberHost] {
				t.Errorf("%s has the member %+v", host, each)
			}
		}
		if !slices.Equal(got, hosts) {
			t.Errorf("%s knows the members %q, want %q", host, got, hosts)
		}
		if wanted := map[bool]string{true: "PRIMARY", false: "SECONDARY"}[host == memberHost]; m.state() != wanted {
			t.Errorf("%s is %s, want %s", host, m.state(), wanted)
		}
		if m.written != want {
			t.Errorf("%s has %d documents, want %d", host, m.written, want)
		}
		for user, ready := range readyMongod().users {
			if got := m.users[user]; got == nil || got.password != ready.password || !slices.Equal(got.roles, ready.roles) {
				t.Errorf("%s has the user %s as %v", host, user, got)
			}
		}
	}
}

// interruptAt runs build again and again, and stops a health check of the first member at each
// of its commands in each way; after which the others must bring it to the same end.
func interruptAt(t *testing.T, build func(t *testing.T) *project, end func(t *testing.T, p *project)) {
	t.Helper()
	for _, kind := range []faultKind{killedAfter, answerLost, neverArrives} {
		for at, run := 1, 0; ; at++ {
			p := build(t)
			for range run {
				p.round(t)
			}
			o := p.check(t, memberHost, fault{at, kind})
			if len(o.commands) < at { // this run was not interrupted: the next one
				if run++; run > 4 {
					break
				}
				at = 0
				continue
			}
			if isPoll(o.commands, at) {
				continue
			}
			t.Run(fmt.Sprintf("kind %d in run %d at %d (%s)", kind, run, at, o.commands[at-1]), func(t *testing.T) {
				t.Parallel()
				p.pass(10 * time.Second)
				end(t, p)
			})
		}
	}
}

// isPoll is for a question asked in waiting, the third or a later one of its kind: to stop
// there is the same as at the second.
func isPoll(commands []string, at int) bool {
	return at > 2 && commands[at-1] == "hello" && commands[at-2] == "hello" && commands[at-3] == "hello"
}
