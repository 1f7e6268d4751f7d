package mongodb_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPrimaryMoved has mongodb down for a while: another member is the primary, makes what users
// are missing, and leaves the members alone; mongodb takes over when it is back.
func TestPrimaryMoved(t *testing.T) {
	p := grown(t)
	p.stop(memberHost)
	p.pass(10 * time.Second)
	delete(p.find(memberTwo).users, "backup")
	if o := p.check(t, memberTwo, fault{}); o.code != 0 ||
		o.line != "ok: mongodb-2:27017 is the writable primary and the users exist" {
		t.Errorf("%d, %q", o.code, o.line)
	}
	if want := []string{"mongodb-2:27017 createUser backup"}; !slices.Equal(p.writes, want) {
		t.Errorf("sent %q, want %q", p.writes, want)
	}
	p.find(memberTwo).written++
	p.wanted[memberTwo], p.writes = "mongodb,mongodb-2", nil
	if o := p.check(t, memberTwo, fault{}); o.code != 0 || len(p.writes) != 0 {
		t.Errorf("wants fewer: %d, %q, %q", o.code, o.line, p.writes)
	}
	p.wanted[memberTwo] = allThree
	p.stop(memberThree)
	p.pass(10 * time.Second)
	if o := p.check(t, memberTwo, fault{}); o.code != 1 ||
		o.line != "member is SECONDARY, and the set has no primary yet" {
		t.Errorf("without a majority: %d, %q", o.code, o.line)
	}
	p.start(memberHost, memberThree)
	p.settle(t)
	p.checkSet(t, 2, memberHost, memberTwo, memberThree)
}

// TestLostVolume empties the volume of each member in turn, with the others up: it must copy
// their data and not begin a set of its own, which would be a second, empty database.
func TestLostVolume(t *testing.T) {
	for i, host := range []string{memberHost, memberTwo, memberThree} {
		p := grown(t)
		p.stop(host)
		p.pass(10 * time.Second)
		empty := newMongod()
		empty.cluster, empty.host, empty.selfHosts = p.cluster, host, []string{host}
		p.mongods[i] = empty
		p.advance(p.mongods[(i+1)%3].now)
		p.nextBeat = empty.now.Add(time.Hour) // no heartbeat came yet
		o := p.check(t, host, fault{})
		if o.code != 1 || len(p.writes) != 0 || !strings.Contains(o.line, "waits to be") {
			t.Errorf("%s: %d, %q, %q", host, o.code, o.line, p.writes)
		}
		p.nextBeat = empty.now
		p.settle(t)
		p.checkSet(t, 1, memberHost, memberTwo, memberThree)
	}
}

// TestForeignSet has members of other names, or a volume of another set in one of ours.
func TestForeignSet(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		m := readyMongod()
		m.config.Members = append(m.config.Members, member{ID: 1, Host: "second:27017", Hidden: hidden, newlyAdded: true})
		m.config.Settings.SetID = 1
		p := newProject(allThree, m)
		p.pass(10 * time.Second)
		before := m.snapshot()
		o := p.check(t, memberHost, fault{})
		if o.code != 0 || o.line != ready || len(p.writes) != 0 || m.snapshot() != before {
			t.Errorf("%d, %q, %q", o.code, o.line, p.writes)
		}
		if asked := slices.Contains(o.commands, "replSetGetConfig"); asked && !hidden {
			t.Errorf("read the configuration of a set that is not ours each time: %q", o.commands)
		}
	}

	p := old()
	other := p.mongods[1]
	other.config, other.synced = singleMember("localhost:27017"), true
	other.config.Settings.SetID = 7
	other.addUser("root", rootPassword, rootRoles...)
	p.pass(10 * time.Second)
	o := p.check(t, memberHost, fault{})
	if want := ready + "; mongodb-2:27017 is not added yet: NewReplicaSetConfigurationIncompatible: Our replica set ID"; o.code != 0 || !strings.HasPrefix(o.line, want) {
		t.Errorf("another set's member: %d, %q", o.code, o.line)
	}
	p.writes = nil
	p.pass(10 * time.Second) // its election
	o = p.check(t, memberTwo, fault{})
	if want := "this member is the primary of another set, as localhost:27017"; o.code != 1 ||
		!strings.HasPrefix(o.line, want) || len(p.writes) != 0 {
		t.Errorf("another set's primary: %d, %q, %q", o.code, o.line, p.writes)
	}
	if got := p.mongods[0].config.Members; len(got) != 1 || p.mongods[1].config.Settings.SetID != 7 {
		t.Errorf("the members are %v", got)
	}
}

// TestPrimaryWithoutFirst has a set that someone went on with without mongodb: mongodb must not
// take its last member's place in the configuration it has.
func TestPrimaryWithoutFirst(t *testing.T) {
	for _, members := range []string{"mongodb", allThree} {
		m := with(readyMongod(), memberOf(memberTwo))
		p := newProject(members, m)
		p.stop(memberTwo, memberThree)
		o := p.check(t, memberHost, fault{})
		if o.code != 1 || !strings.Contains(o.line, "left alone") || len(p.writes) != 0 {
			t.Errorf("%s: %d, %q, %q", members, o.code, o.line, p.writes)
		}
	}
}

func TestMemberRefusals(t *testing.T) {
	p := grown(t)
	p.wanted[memberTwo] = "mongodb,mongodb-3"
	if o := p.check(t, memberTwo, fault{}); o.code != 1 || len(o.commands) != 0 ||
		o.line != "this container is called mongodb-2, which is not in MONGODB_MEMBERS: set its hostname" {
		t.Errorf("not wanted: %d, %q", o.code, o.line)
	}
	if o := p.check(t, memberThree, fault{}, "MONGODB_ROOT_PASSWORD=that of another .env"); o.code != 1 ||
		o.line != wrongPassword {
		t.Errorf("wrong password at a secondary: %d, %q", o.code, o.line)
	}
	if len(p.writes) != 0 {
		t.Errorf("sent %q", p.writes)
	}
}
