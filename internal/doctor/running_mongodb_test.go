package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"

	"rcgen/internal/container"
)

// says is a stack whose script answers something else in one part.
func says(part string) func(*deployed) {
	return func(s *deployed) { s.answers["mongodb"] = mongoSays(part) }
}

func TestPrimary(t *testing.T) {
	members := func(second, third string) func(*deployed) {
		return func(s *deployed) {
			s.three()
			s.answers["mongodb"] = mongoSays(`"members":[{"host":"mongodb:27017","state":"PRIMARY"},{"host":"mongodb-2:27017","state":"` +
				second + `"},{"host":"mongodb-3:27017","state":"` + third + `"}]`)
		}
	}
	holdFound(t, []found{
		{"mongodb-primary", func(*deployed) {}, OK, "mongodb:27017 is primary, of 1", ""},
		{"mongodb-primary", members("SECONDARY", "SECONDARY"), OK, "mongodb:27017 is primary, of 3", ""},
		{"mongodb-primary", members("SECONDARY", "STARTUP2"), Warn, "mongodb:27017 is primary; mongodb-3:27017 is STARTUP2",
			"wait"},
		{"mongodb-primary", members("(not reachable/healthy)", "STARTUP2"), Fail,
			"mongodb-2:27017 is (not reachable/healthy)", "rcgen apply"},
		{"mongodb-primary", members("PRIMARY", "SECONDARY"), Fail, "2 of 3 members are primary", "logs --tail 100 mongodb"},
		{"mongodb-primary", says(`"members":[{"host":"mongodb:27017","state":"SECONDARY"}]`), Fail,
			"0 of 1 members are primary", "logs --tail 100 mongodb"},
		{"mongodb-primary", says(`"errors":{"members":"no replset config has been received"}`), Fail,
			"no replset config has been received", "its health check makes it one"},
		{"mongodb-primary", func(s *deployed) { s.gone("mongodb") }, Fail, "mongodb does not run", "rcgen apply"},
		{"mongodb-primary", func(s *deployed) { s.execErr["mongodb"] = errors.New("MongoServerError: Authentication failed.") }, Fail, "Authentication failed", "logs --tail 100 mongodb"},
		{"mongodb-primary", func(s *deployed) { s.answers["mongodb"] = "hello" }, Fail, "cannot be read",
			"logs --tail 100 mongodb"},
		{"mongodb-primary", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host",
			"no access"},
		{"mongodb-primary", func(s *deployed) { s.answers["mongodb"] = "Warning: x\n" + mongoSays("") }, OK, "is primary",
			""},
	})
}

// TestOtherMember: where the first member is down the next one is asked.
func TestOtherMember(t *testing.T) {
	s := aStack()
	s.three()
	s.container("mongodb", "exited", "")
	s.containers = append(s.containers, container.Container{ID: "id-of-mongodb-2", Service: "mongodb-2", State: "running"})
	s.answers["mongodb-2"] = s.answers["mongodb"]
	if f := s.examine(t, "mongodb-primary")[0]; f.Result != OK || s.execs["mongodb-2"] != 1 || s.execs["mongodb"] != 0 {
		t.Errorf("%+v, asked %v", f, s.execs)
	}
}

// TestSlow: what takes too long says nothing about the set, and the other checks
// leave it to this one.
func TestSlow(t *testing.T) {
	w := newWorld(t.Context(), aStack().sources())
	w.mongoDB = shared(t.Context(), w, time.Millisecond, func(ctx context.Context) (mongoAnswer, error) {
		<-ctx.Done()
		return mongoAnswer{}, context.Cause(ctx)
	})
	if v := checkPrimary(t.Context(), w); v.result != Warn || v.detail != "no answer within 1ms" || v.fix == "" {
		t.Errorf("%+v", v)
	}
	if v := checkFCV(t.Context(), w); v.result != Skip || !strings.Contains(v.fix, "mongodb-primary") {
		t.Errorf("%+v", v)
	}
}

// TestNotAsked: a part that MongoDB does not answer takes its own check and no other.
func TestNotAsked(t *testing.T) {
	for part, id := range map[string]string{
		"config": "mongodb-member-host", "fcv": "mongodb-fcv", "instances": "registered", "control": "migrations",
		"statistics": "licence",
	} {
		s := aStack()
		s.answers["mongodb"] = mongoSays(`"errors":{"` + part + `":"not authorized"}`)
		for _, f := range s.examine(t, stackChecks...) {
			if want := map[bool]Result{true: Skip, false: OK}[f.ID == id]; f.Result != want || f.ID == id &&
				!strings.Contains(f.Detail, "not authorized") {
				t.Errorf("%s: %+v", part, f)
			}
		}
	}
}

func TestMemberHosts(t *testing.T) {
	const hex = "5f0c8a1b2d3e:27017"
	holdFound(t, []found{
		{"mongodb-member-host", func(*deployed) {}, OK, "mongodb:27017", ""},
		{"mongodb-member-host", says(`"config":["` + hex + `"]`), Fail, "the set knows " + hex,
			`c.members[0].host = \"mongodb:27017\"; rs.reconfig(c)`},
		{"mongodb-member-host", says(`"config":["mongodb:27017","` + hex + `"]`), Fail, "the set knows " + hex,
			`rs.remove(\"` + hex + `\")`},
		{"mongodb-member-host", says(`"config":["mongodb:27018"]`), Fail, "the set knows mongodb:27018", "rs.reconfig"},
		{"mongodb-member-host", (*deployed).three, Warn, "not in the set: mongodb-2:27017, mongodb-3:27017",
			"health check of mongodb adds them"},
		{"mongodb-member-host", func(s *deployed) { s.plan.Request.MongoDB.External = true }, Skip, "not on this host",
			"no access"},
	})
}

func TestFCV(t *testing.T) {
	holdFound(t, []found{
		{"mongodb-fcv", func(*deployed) {}, OK, "8.0, as MongoDB 8.0.26", ""},
		{"mongodb-fcv", says(`"fcv":"7.0"`), Warn, "7.0, MongoDB is 8.0.26",
			`backup: docker compose exec -T mongodb sh -c 'HOME=/tmp mongosh`},
		{"mongodb-fcv", says(`"version":"8.2.11"`), Warn, "8.0, MongoDB is 8.2.11",
			`setFeatureCompatibilityVersion: \"8.2\"`},
		{"mongodb-fcv", says(`"version":"8"`), Skip, `version "8"`, "again"},
		{"mongodb-fcv", func(s *deployed) { s.gone("mongodb") }, Skip, "mongodb does not run", "mongodb-primary"},
	})
}

// database is what the script finds in a well-used MongoDB.
const database = `
	const at = (ago) => new Date(1795317360000 - ago * 1000);
	const found = {
		instances: [{_updatedAt: at(4)}, {_updatedAt: at(0)}, {}],
		migrations: [{_id: 'control', version: 330, locked: true, lockedAt: at(360)}],
		rocketchat_statistics: [{createdAt: at(7200), enterprise: {modules: ['scalability']}}],
	};
	const admin = {
		hello: () => ({localTime: at(0)}),
		replSetGetStatus: () => ({members: [{name: 'mongodb:27017', stateStr: 'PRIMARY'}]}),
		replSetGetConfig: () => ({config: {members: [{host: 'mongodb:27017'}]}}),
		buildInfo: () => ({version: '8.0.26'}),
		getParameter: () => ({featureCompatibilityVersion: {version: '8.0'}}),
	};
	const db = {
		adminCommand: (c) => admin[Object.keys(c)[0]](),
		getSiblingDB: (name) => ({runCommand: (c) => ({cursor: {firstBatch: found[c.find].slice(0, c.limit)}})}),
	};`

// TestScript runs the script as it is against a database of JavaScript, whose find
// gives what a test says.
func TestScript(t *testing.T) {
	all := scriptAnswer(t, database)
	switch {
	case len(all.Errors) != 0 || len(all.Members) != 1 || all.Members[0] != (mongoMember{"mongodb:27017", "PRIMARY"}):
		t.Errorf("members: %+v", all)
	case len(all.Config) != 1 || all.Config[0] != "mongodb:27017" || all.Version != "8.0.26" || all.FCV != "8.0":
		t.Errorf("config: %+v", all)
	case len(all.Instances) != 3 || *all.Instances[0] != 4 || *all.Instances[1] != 0 || all.Instances[2] != nil:
		t.Errorf("instances: %v", all.Instances)
	case all.Control == nil || all.Control.Version != 330 || !all.Control.Locked || *all.Control.Age != 360:
		t.Errorf("control: %+v", all.Control)
	case all.Statistics == nil || *all.Statistics.Age != 7200 || all.Statistics.Modules[0] != scalability:
		t.Errorf("statistics: %+v", all.Statistics)
	}
	none := scriptAnswer(t, database+`for (const name in found) { found[name] = []; }`)
	if len(none.Errors) != 0 || none.Control != nil || none.Statistics != nil || len(none.Instances) != 0 {
		t.Errorf("an empty database: %+v", none)
	}
	refused := scriptAnswer(t, database+`db.adminCommand = () => { throw new Error('not authorized') };`)
	if len(refused.Errors) != 4 || refused.Errors["members"] != "not authorized" || refused.Control == nil ||
		refused.Statistics == nil {
		t.Errorf("a server that refuses: %+v", refused)
	}
	bare := scriptAnswer(t, database+`found.rocketchat_statistics = [{createdAt: at(1)}]; found.migrations = [{}];`)
	if bare.Statistics == nil || bare.Statistics.Modules != nil || bare.Control == nil || bare.Control.Locked ||
		bare.Control.Age != nil {
		t.Errorf("records without their fields: %+v", bare)
	}
}

func scriptAnswer(t *testing.T, database string) mongoAnswer {
	t.Helper()
	var out string
	rt := goja.New()
	if err := rt.Set("print", func(line string) { out += line + "\n" }); err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(database + "\n" + mongoScript); err != nil {
		t.Fatal(err)
	}
	a, err := parseMongoAnswer(out)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return a
}

// TestCommandLines: what a shell makes of the command lines, with a mongosh that
// says how it was called.
func TestCommandLines(t *testing.T) {
	run := fakeMongosh(t)
	const login = `<--quiet><--norc><-u><root><-p><a "b' $c>`
	for several, address := range map[bool]string{false: "",
		true: "<mongodb://mongodb,mongodb-2,mongodb-3/?replicaSet=rs0&readPreference=primaryPreferred&serverSelectionTimeoutMS=3000>"} {
		s := aStack()
		if several {
			s.three()
		}
		sources := s.sources()
		var got string
		sources.Docker = func(_ context.Context, args ...string) (string, error) {
			got = run(args[3:]...)
			return "", nil
		}
		Run(t.Context(), sources, []string{"mongodb-primary"})
		if want := login + address + "<--eval><" + mongoScript + ">"; got != want {
			t.Errorf("mongosh was called as %s, want %s", got, want)
		}
	}
	s := aStack()
	says(`"config":["old:27017"]`)(s)
	_, fix, _ := strings.Cut(s.examine(t, "mongodb-member-host")[0].Fix, "docker compose exec -T mongodb ")
	want := login + `<--eval><c = rs.conf(); c.members[0].host = "mongodb:27017"; rs.reconfig(c)>`
	if got := run("-c", fix); got != want {
		t.Errorf("the fix calls mongosh as %s, want %s", got, want)
	}
}

// fakeMongosh returns what runs a shell in which mongosh prints its arguments.
func fakeMongosh(t *testing.T) func(args ...string) string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("a POSIX shell is needed to see what it makes of a command line")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mongosh"), []byte("#!"+shell+"\nfor a; do printf '<%s>' \"$a\"; done\n"),
		0o700); err != nil {
		t.Fatal(err)
	}
	return func(args ...string) string {
		c := exec.Command(shell, args...)
		c.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), `MONGODB_ROOT_PASSWORD=a "b' $c`}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
}
