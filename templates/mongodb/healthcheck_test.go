// Package mongodb_test runs the two files that a generated project mounts into the MongoDB
// container, start.sh with sh and healthcheck.js in a JavaScript engine, against a mongod
// that the tests play.
package mongodb_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	ready         = "ok: mongodb:27017 is the writable primary and the users exist"
	wrongPassword = "the root password in .env is not the one this database was made with: " +
		"restore the .env that belongs to this volume"
)

// scenario is a volume and a mongod that a run meets, and what it makes of them.
type scenario struct {
	name   string
	mongod *mongod
	code   int
	line   string   // the whole line, or its beginning where it ends in "..."
	writes []string // the commands that change something, refused ones included
	ready  bool     // whether the set and the users are complete afterwards
}

// with returns m after change.
func with(m *mongod, change func(m *mongod)) *mongod {
	change(m)
	return m
}

func without(users ...string) func(m *mongod) {
	return func(m *mongod) {
		for _, user := range users {
			delete(m.users, user)
		}
	}
}

func withoutUsers(m *mongod) { m.users = map[string]*account{} }

func memberOf(hosts ...string) func(m *mongod) {
	return func(m *mongod) {
		m.config = &replConfig{Name: "rs0", Version: 7}
		for i, host := range hosts {
			m.config.Members = append(m.config.Members, member{ID: i, Host: host})
		}
	}
}

func stuckIn(state string) func(m *mongod) {
	return func(m *mongod) { m.stuckIn = state }
}

func unreachable(e *serverError) func(m *mongod) {
	return func(m *mongod) { m.unreachable = e }
}

// settingUp are the runs that begin, or go on with, setting up a database.
func settingUp() []scenario {
	setUp := []string{"replSetInitiate", "createUser root", "createUser rocketchat", "createUser exporter",
		"createUser backup"}
	initiated := with(newMongod(), memberOf(memberHost))
	rootOnly := with(readyMongod(), without("rocketchat", "exporter", "backup"))
	noExporter := with(readyMongod(), without("exporter"))
	slow := with(newMongod(), func(m *mongod) { m.electionTime = 5 * time.Second })
	never := with(newMongod(), func(m *mongod) { m.electionTime = time.Hour })
	noSet := with(readyMongod(), func(m *mongod) { m.config = nil })
	return []scenario{
		{"fresh", newMongod(), 0, ready, setUp, true},
		{"initiated without users", initiated, 0, ready, setUp[1:], true},
		{"only root", rootOnly, 0, ready, setUp[2:], true},
		{"without exporter", noExporter, 0, ready, setUp[3:4], true},
		{"without backup", with(readyMongod(), without("backup")), 0, ready, setUp[4:], true},
		{"primary after 5 s", slow, 0, ready, setUp, true},
		{"never primary", never, 1, "member is SECONDARY, not primary yet", setUp[:1], false},
		{"users but no set", noSet, 0, ready, setUp[:1], true},
		{"container under another name", with(newMongod(), func(m *mongod) { m.selfHosts = []string{"db:27017"} }),
			1, "the replica set could not be initiated: InvalidReplicaSetConfig: No host...", setUp[:1], false},
	}
}

// inOrder are the runs that find a database that was set up and only look.
func inOrder() []scenario {
	starting := with(readyMongod(), func(m *mongod) { m.configReadAt = m.now.Add(time.Second) })
	electing := with(readyMongod(), func(m *mongod) { m.primaryAt = m.now.Add(4 * time.Second) })
	own := with(readyMongod(), memberOf(memberHost, "second:27017", "third:27017"))
	ownNames := with(readyMongod(), func(m *mongod) {
		memberOf("chat.example:27017", "second:27017", "third:27017")(m)
		m.selfHosts = append(m.selfHosts, "chat.example:27017")
	})
	return []scenario{
		{"in order", readyMongod(), 0, ready, nil, true},
		{"configuration not read yet", starting, 0, ready, nil, true},
		{"being elected", electing, 0, ready, nil, true},
		{"a set of three", own, 0, ready, nil, false},
		{"a set of three under other names", ownNames, 0,
			"ok: writable primary of a set of 3 members as chat.example:27017, left as it is", nil, false},
		{"secondary", with(readyMongod(), stuckIn("SECONDARY")), 1, "member is SECONDARY, not primary yet", nil, true},
		{"recovering", with(readyMongod(), stuckIn("RECOVERING")), 1, "member is RECOVERING, not primary yet", nil, true},
		{"recovering, not the first member", with(with(readyMongod(), memberOf("second:27017", memberHost)),
			stuckIn("RECOVERING")), 1, "member is RECOVERING, not primary yet", nil, false},
		{"startup2", with(readyMongod(), stuckIn("STARTUP2")), 1, "member is STARTUP2, not primary yet", nil, true},
		{"recovering, other password", with(with(readyMongod(), stuckIn("RECOVERING")), otherPassword), 1,
			"member is starting or recovering, not primary yet", nil, false},
	}
}

// otherNames are the runs on a volume that knows its member under another name.
func otherNames() []scenario {
	removed := with(readyMongod(), memberOf("oldname:27017"))
	local := with(readyMongod(), memberOf("localhost:27017"))
	three := with(readyMongod(), memberOf("a:27017", "b:27017", "c:27017"))
	noUsers := with(with(readyMongod(), memberOf("oldname:27017")), withoutUsers)
	otherSet := with(readyMongod(), func(m *mongod) { m.config.Name = "chat" })
	lost := with(readyMongod(), func(m *mongod) {
		memberOf("oldname:27017")(m)
		m.selfHosts = []string{"db:27017"}
	})
	return []scenario{
		{"removed", removed, 0, ready, []string{"replSetReconfig force"}, true},
		{"primary as localhost", local, 0,
			"ok: the member localhost:27017 is now mongodb:27017, writable primary, and the users exist",
			[]string{"replSetReconfig"}, true},
		{"removed from a set of three", three, 1,
			"the replica set in this volume has 3 members and mongodb:27017 is none of them: left alone...", nil, false},
		{"removed without users", noUsers, 1,
			"the replica set in this volume does not contain mongodb:27017 and there is no user...",
			[]string{"replSetInitiate"}, false},
		{"removed, other password", with(with(readyMongod(), memberOf("oldname:27017")), otherPassword), 1,
			wrongPassword, []string{"replSetInitiate"}, false},
		{"another set name", otherSet, 1, "this volume belongs to the replica set chat, not rs0: left alone", nil, false},
		{"container under another name", lost, 1,
			"the member could not be renamed to mongodb:27017: NodeNotFound: ...", []string{"replSetReconfig force"}, false},
	}
}

func otherPassword(m *mongod) { m.users["root"].password = "that of another .env" }

// notUsable are the runs that a person has to do something about, or wait for.
func notUsable() []scenario {
	quoting := &serverError{name: "MongoParseError", message: "bad address\nmongodb://root:" + rootPassword +
		"@127.0.0.1 or mongodb://root:r00t%2B%2F%C3%B6%25%26%3F@127.0.0.1"}
	down := &serverError{name: "MongoServerSelectionError", message: "connect ECONNREFUSED 127.0.0.1:27017"}
	leaving := refused(91, "ShutdownInProgress", "The server is in quiesce mode and will shut down")
	return []scenario{
		{"down", with(readyMongod(), unreachable(down)), 1, "mongod does not answer yet", nil, true},
		{"shutting down", with(readyMongod(), unreachable(leaving)), 1,
			"no connection to mongod: ShutdownInProgress: The server is in quiesce mode and will shut down", nil, true},
		{"driver quotes the password", with(readyMongod(), unreachable(quoting)), 1,
			"no connection to mongod: MongoParseError: bad address mongodb://root:***@127.0.0.1 " +
				"or mongodb://root:***@127.0.0.1", nil, true},
		{"other root password", with(readyMongod(), otherPassword), 1, wrongPassword,
			[]string{"createUser root"}, false},
		{"other users only", with(readyMongod(), func(m *mongod) { delete(m.users, "root") }), 1, wrongPassword,
			[]string{"createUser root"}, false},
	}
}

func TestHealthcheck(t *testing.T) {
	for group, scenarios := range map[string][]scenario{
		"setting up": settingUp(), "in order": inOrder(), "other names": otherNames(), "not usable": notUsable(),
	} {
		for _, s := range scenarios {
			t.Run(group+"/"+s.name, func(t *testing.T) { s.run(t) })
		}
	}
}

func (s scenario) run(t *testing.T) {
	before := s.mongod.snapshot()
	o := runHealthcheck(t, s.mongod, passwords(), fault{})
	if o.code != s.code {
		t.Errorf("ended with %d, want %d", o.code, s.code)
	}
	if start, open := strings.CutSuffix(s.line, "..."); o.line != s.line && !(open && strings.HasPrefix(o.line, start)) {
		t.Errorf("printed %q, want %q", o.line, s.line)
	}
	if got := writes(o.commands); !slices.Equal(got, s.writes) {
		t.Errorf("wrote %q, want %q", got, s.writes)
	}
	after := s.mongod.snapshot()
	if s.ready && after != readyMongod().snapshot() {
		t.Errorf("left behind\n%s\nwant\n%s", after, readyMongod().snapshot())
	}
	// What it cannot repair it leaves as it was; the exception is a set that was
	// initiated but got no primary.
	if s.code != 0 && s.name != "never primary" && after != before {
		t.Errorf("left behind\n%s\nwhere it had found\n%s", after, before)
	}
}

// writes returns the commands that ask mongod to change something.
func writes(commands []string) []string {
	var found []string
	for _, command := range commands {
		verb, _, _ := strings.Cut(command, " ")
		if !slices.Contains([]string{"connect", "hello", "usersInfo", "replSetGetStatus", "replSetGetConfig"}, verb) {
			found = append(found, command)
		}
	}
	return found
}

// TestUsualRun holds the run of every ten seconds to what it may cost.
func TestUsualRun(t *testing.T) {
	o := runHealthcheck(t, readyMongod(), passwords(), fault{})
	if want := []string{"connect root", "hello", "usersInfo"}; !slices.Equal(o.commands, want) {
		t.Errorf("sent %q, want %q", o.commands, want)
	}
	if o.took > time.Second {
		t.Errorf("took %v", o.took)
	}
}

// TestNeverPrimary holds the waiting to about ten seconds, also where a run
// has something else to wait for first.
func TestNeverPrimary(t *testing.T) {
	for name, m := range map[string]*mongod{
		"fresh": newMongod(), "removed": with(readyMongod(), memberOf("oldname:27017")),
	} {
		m.electionTime = time.Hour
		o := runHealthcheck(t, m, passwords(), fault{})
		if o.code != 1 || o.took < 9*time.Second || o.took > 12*time.Second {
			t.Errorf("%s: ended with %d after %v", name, o.code, o.took)
		}
		if len(o.commands) > 60 {
			t.Errorf("%s: asked %d times, not resting in between", name, len(o.commands))
		}
	}
}

// TestRenameVersion checks that a rename sends the next version: without force
// mongod takes no other.
func TestRenameVersion(t *testing.T) {
	m := with(readyMongod(), memberOf("localhost:27017"))
	runHealthcheck(t, m, passwords(), fault{})
	if m.config.Version != 8 {
		t.Errorf("version is %d, want 8", m.config.Version)
	}
}

func TestMissingPassword(t *testing.T) {
	for name := range passwords() {
		env := passwords()
		env[name] = ""
		m := newMongod()
		o := runHealthcheck(t, m, env, fault{})
		if want := name + " is empty: set it in .env"; o.code != 1 || o.line != want {
			t.Errorf("ended with %d, %q, want %q", o.code, o.line, want)
		}
		if len(o.commands) != 0 {
			t.Errorf("sent %q", o.commands)
		}
	}
}
