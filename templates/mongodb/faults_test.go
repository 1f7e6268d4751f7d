package mongodb_test

import (
	"fmt"
	"testing"
	"time"
)

type faultKind int

const (
	noFault faultKind = iota
	killedAfter
	answerLost
	neverArrives
)

// fault is one failure at the command number at, counted from 1.
type fault struct {
	at   int
	kind faultKind
}

func (f fault) now(command int) faultKind {
	if f.at == command {
		return f.kind
	}
	return noFault
}

var connectionLost = &serverError{
	name:    "MongoNetworkError",
	message: "connection 3 to 127.0.0.1:27017 closed",
}

// interruptible are the volumes that a run has work to do on.
var interruptible = map[string]func() *mongod{
	"fresh": newMongod,
	"initiated, no users": func() *mongod {
		m := newMongod()
		m.config = singleMember(memberHost)
		return m
	},
	"only root": func() *mongod {
		m := newMongod()
		m.config = singleMember(memberHost)
		m.addUser("root", rootPassword, rootRoles...)
		return m
	},
	"removed": func() *mongod {
		m := readyMongod()
		m.config = singleMember("oldname:27017")
		return m
	},
	"primary under another name": func() *mongod {
		m := readyMongod()
		m.config = singleMember("localhost:27017")
		delete(m.users, "exporter")
		delete(m.users, "backup")
		return m
	},
	"a database of before there was a user backup": func() *mongod {
		m := readyMongod()
		delete(m.users, "backup")
		return m
	},
	"users without a set": func() *mongod {
		m := readyMongod()
		m.config = nil
		return m
	},
}

// TestInterrupted stops a run at each of its commands, in each way, and wants
// the next run to bring the database to where an undisturbed run brings it.
func TestInterrupted(t *testing.T) {
	for name, build := range interruptible {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []faultKind{killedAfter, answerLost, neverArrives} {
				interruptEach(t, build, kind)
			}
		})
	}
}

func interruptEach(t *testing.T, build func() *mongod, kind faultKind) {
	t.Helper()
	want := readyMongod().snapshot()
	undisturbed := runHealthcheck(t, build(), passwords(), fault{})
	for at := 1; at <= len(undisturbed.commands); at++ {
		where := fmt.Sprintf("kind %d at %d (%s)", kind, at, undisturbed.commands[at-1])
		m := build()
		broken := runHealthcheck(t, m, passwords(), fault{at, kind})
		if broken.killed != (kind == killedAfter) {
			t.Fatalf("%s: killed is %v", where, broken.killed)
		}
		if !broken.killed && broken.code != 1 {
			t.Errorf("%s: ended with %d, %q", where, broken.code, broken.line)
		}
		m.now = m.now.Add(10 * time.Second)
		again := runHealthcheck(t, m, passwords(), fault{})
		if again.code != 0 {
			t.Errorf("%s: the next run said %q", where, again.line)
		}
		if got := m.snapshot(); got != want || m.state() != "PRIMARY" {
			t.Errorf("%s: ended as %s with\n%s\nwant\n%s", where, m.state(), got, want)
		}
	}
}

// TestTwoRunsAtOnce lets another run create the user just before this one does.
func TestTwoRunsAtOnce(t *testing.T) {
	for _, user := range []string{"root", "rocketchat", "exporter", "backup"} {
		t.Run(user, func(t *testing.T) {
			m := newMongod()
			want := *readyMongod().users[user]
			m.before = func(label string) {
				if label == "createUser "+user {
					m.addUser(user, want.password, want.roles...)
				}
			}
			o := runHealthcheck(t, m, passwords(), fault{})
			if o.code != 0 {
				t.Errorf("ended with %d, %q", o.code, o.line)
			}
			if got := m.snapshot(); got != readyMongod().snapshot() {
				t.Errorf("ended with\n%s", got)
			}
		})
	}
}
