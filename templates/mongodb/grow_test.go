package mongodb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGrow takes a deployment from one member to three.
func TestGrow(t *testing.T) {
	p := old()
	o := p.check(t, memberTwo, fault{})
	if o.code != 1 || o.line != waitsToBeAdded || len(writes(o.commands)) != 0 {
		t.Errorf("before: %d, %q, %q", o.code, o.line, o.commands)
	}
	p.pass(10 * time.Second)
	if o = p.check(t, memberHost, fault{}); o.code != 0 || o.line != ready {
		t.Errorf("primary: %d, %q", o.code, o.line)
	}
	if want := []string{"mongodb:27017 replSetReconfig", "mongodb:27017 replSetReconfig"}; !slices.Equal(p.writes, want) {
		t.Errorf("sent %q, want %q", p.writes, want)
	}
	p.pass(4 * time.Second)
	o = p.check(t, memberTwo, fault{})
	if o.code != 1 || !strings.HasPrefix(o.line, "member is STARTUP2: a new member copies the data first") {
		t.Errorf("while copying: %d, %q", o.code, o.line)
	}
	p.settle(t)
	p.checkSet(t, 1, memberHost, memberTwo, memberThree)
	o = p.check(t, memberThree, fault{})
	if want := "ok: mongodb-3:27017 is a secondary and has the data, mongodb:27017 is the primary"; o.line != want {
		t.Errorf("secondary: %q", o.line)
	}
	if want := []string{"connect root", "hello"}; !slices.Equal(o.commands, want) {
		t.Errorf("the usual run of a secondary sent %q", o.commands)
	}
	if o = p.check(t, memberHost, fault{}); !slices.Equal(o.commands, []string{"connect root", "hello", "usersInfo"}) {
		t.Errorf("the usual run of the primary sent %q", o.commands)
	}
}

func TestGrowInterrupted(t *testing.T) {
	interruptAt(t, func(*testing.T) *project { return old() }, func(t *testing.T, p *project) {
		p.settle(t)
		p.checkSet(t, 1, memberHost, memberTwo, memberThree)
	})
}

// TestThreeNew starts three empty members in any order, some of them late.
func TestThreeNew(t *testing.T) {
	for _, order := range [][]string{
		{memberHost, memberTwo, memberThree}, {memberHost, memberThree, memberTwo}, {memberTwo, memberHost, memberThree},
		{memberTwo, memberThree, memberHost}, {memberThree, memberHost, memberTwo}, {memberThree, memberTwo, memberHost},
	} {
		for between := range 3 {
			t.Run(fmt.Sprint(order, between), func(t *testing.T) {
				p := newProject(allThree)
				p.stop(order...)
				for _, host := range order {
					p.start(host)
					for range between {
						p.round(t)
					}
				}
				p.settle(t)
				p.checkSet(t, 0, memberHost, memberTwo, memberThree)
			})
		}
	}
	p := newProject(allThree)
	p.stop(memberThree)
	want := "mongodb-3:27017 does not answer yet: the replica set is initiated when all members do"
	if o := p.check(t, memberHost, fault{}); o.code != 1 || o.line != want || len(p.writes) != 0 {
		t.Errorf("one missing: %d, %q, %q", o.code, o.line, p.writes)
	}
}

func TestThreeNewInterrupted(t *testing.T) {
	interruptAt(t, func(*testing.T) *project { return newProject(allThree) }, func(t *testing.T, p *project) {
		p.settle(t)
		p.checkSet(t, 0, memberHost, memberTwo, memberThree)
	})
}

// TestGrowLate has a mongod so slow that no time is left for a change.
func TestGrowLate(t *testing.T) {
	p := old()
	p.pass(10 * time.Second)
	p.mongods[0].before = func(label string) {
		if label == "usersInfo" {
			p.mongods[0].pass(11 * time.Second)
		}
	}
	o := p.check(t, memberHost, fault{})
	if want := ready + "; mongodb-2:27017 is not added yet: the next check goes on"; o.code != 0 || o.line != want ||
		len(p.writes) != 0 {
		t.Errorf("%d, %q, %q", o.code, o.line, p.writes)
	}
}
