package mongodb_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// shrinking is compose up after mongodb.members: 1: mongodb was made anew, for which another
// member became the primary and took a write, and the orphans still run.
func shrinking(t *testing.T) *project {
	t.Helper()
	p := grown(t)
	p.wanted[memberHost] = "mongodb"
	p.stop(memberHost)
	p.pass(10 * time.Second)
	if !p.find(memberTwo).isPrimary {
		t.Fatal("mongodb-2 did not become the primary")
	}
	p.find(memberTwo).written++
	p.start(memberHost)
	return p
}

func shrunk(t *testing.T, p *project) {
	t.Helper()
	for range 6 {
		if p.round(t); p.last[memberHost].code == 0 {
			break
		}
	}
	p.checkSet(t, 2, memberHost)
	// The removed members neither come back by themselves nor make a set of their own.
	p.writes = nil
	p.round(t)
	for _, host := range []string{memberTwo, memberThree} {
		if o := p.last[host]; o.code != 1 || o.line != waitsToBeAdded {
			t.Errorf("%s after its removal: %d, %q", host, o.code, o.line)
		}
	}
	p.stop(memberTwo, memberThree)
	p.pass(time.Minute)
	if o := p.check(t, memberHost, fault{}); o.code != 0 || o.line != ready || len(p.writes) != 0 {
		t.Errorf("alone: %d, %q, %q", o.code, o.line, p.writes)
	}
	p.checkSet(t, 2, memberHost)
}

func TestShrink(t *testing.T) { shrunk(t, shrinking(t)) }

func TestShrinkInterrupted(t *testing.T) { interruptAt(t, shrinking, shrunk) }

// TestShrinkRefused has a removal that fails: mongodb is not healthy until the others are out.
func TestShrinkRefused(t *testing.T) {
	p := grown(t)
	p.wanted[memberHost] = "mongodb"
	o := p.check(t, memberHost, fault{6, neverArrives})
	want := "mongodb-2:27017 could not be removed from the replica set, let it run until it is: MongoNetworkError: "
	if o.code != 1 || !strings.HasPrefix(o.line, want) {
		t.Errorf("%d, %q, %q", o.code, o.line, o.commands)
	}
}

// TestShrinkOneDead has a member that died before: it must go first, or the two that are left
// for a moment would have no majority.
func TestShrinkOneDead(t *testing.T) {
	for _, dead := range []string{memberTwo, memberThree} {
		p := grown(t)
		p.stop(dead)
		p.wanted[memberHost] = "mongodb"
		if o := p.check(t, memberHost, fault{}); o.code != 0 || o.line != ready {
			t.Errorf("%s dead: %d, %q", dead, o.code, o.line)
		}
		p.checkSet(t, 1, memberHost)
	}
}

// TestShrinkWrongOrder is compose up --remove-orphans at once: mongodb is left without a majority.
func TestShrinkWrongOrder(t *testing.T) {
	p := grown(t)
	p.stop(memberTwo, memberThree)
	p.wanted[memberHost] = "mongodb"
	p.pass(10 * time.Second)
	before := p.find(memberHost).snapshot()
	o := p.check(t, memberHost, fault{})
	if want := "mongodb-2:27017 and mongodb-3:27017 stopped before being removed from the replica set"; o.code != 1 ||
		!strings.HasPrefix(o.line, want) || !strings.Contains(o.line, "MONGODB_FORCE_MEMBERS=yes mongodb mongosh") {
		t.Errorf("%d, %q", o.code, o.line)
	}
	if len(p.writes) != 0 || p.find(memberHost).snapshot() != before {
		t.Errorf("sent %q", p.writes)
	}
	p.start(memberTwo, memberThree) // what the line says first
	p.pass(10 * time.Second)
	if o := p.check(t, memberHost, fault{}); o.code != 0 || o.line != ready {
		t.Errorf("with the others back: %d, %q", o.code, o.line)
	}
	p.checkSet(t, 1, memberHost)
}

// TestForce is the other way out, and is for that case alone.
func TestForce(t *testing.T) {
	p := grown(t)
	p.wanted[memberHost] = "mongodb"
	p.stop(memberHost)
	p.pass(10 * time.Second)
	p.start(memberHost)
	p.mongods[0].stuckIn = "SECONDARY" // there are others that have a primary
	o := p.check(t, memberHost, fault{}, "MONGODB_FORCE_MEMBERS=yes")
	if o.code != 1 || !strings.Contains(o.line, "it becomes the primary and then removes") || len(p.writes) != 0 {
		t.Errorf("not needed: %d, %q, %q", o.code, o.line, p.writes)
	}
	p.mongods[0].stuckIn = ""
	p.stop(memberTwo, memberThree)
	p.pass(10 * time.Second)
	p.check(t, memberHost, fault{}, "MONGODB_FORCE_MEMBERS=yes")
	if want := []string{"mongodb:27017 replSetReconfig force"}; !slices.Equal(p.writes, want) {
		t.Errorf("sent %q, want %q", p.writes, want)
	}
	p.settle(t)
	p.checkSet(t, 1, memberHost)
}
