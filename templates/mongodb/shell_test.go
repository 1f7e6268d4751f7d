package mongodb_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"
)

const memberHost = "mongodb:27017"

// The passwords have characters that change when they are put into an address.
const (
	rootPassword     = "r00t+/ö%&?"
	appPassword      = "app p@ss:word"
	exporterPassword = "exp'\"$`orter"
	backupPassword   = "b<ack>up\\"
)

var (
	rootRoles     = []role{{"root", "admin"}}
	appRoles      = []role{{"readWrite", "rocketchat"}, {"clusterMonitor", "admin"}}
	exporterRoles = []role{{"clusterMonitor", "admin"}, {"read", "local"}}
	backupRoles   = []role{{"backup", "admin"}}
)

func passwords() map[string]string {
	return map[string]string{
		"MONGODB_ROOT_PASSWORD":     rootPassword,
		"MONGODB_APP_PASSWORD":      appPassword,
		"MONGODB_EXPORTER_PASSWORD": exporterPassword,
		"MONGODB_BACKUP_PASSWORD":   backupPassword,
	}
}

// shell is one run of mongosh: the globals of mongosh that the script uses, on
// the clock of the mongod it talks to.
type shell struct {
	rt       *goja.Runtime
	mongod   *mongod
	fault    fault
	lines    []string
	commands []string
}

// outcome is what docker and a person see of a run, and what mongod saw.
type outcome struct {
	code     int
	killed   bool
	line     string
	commands []string
	took     time.Duration
}

type exitCode int

func newShell(m *mongod, env map[string]string, f fault) *shell {
	s := &shell{rt: goja.New(), mongod: m, fault: f}
	s.rt.SetTimeSource(func() time.Time { return m.now })
	process := s.rt.NewObject()
	_ = process.Set("env", env)
	globals := map[string]any{
		"process": process,
		"connect": s.connect,
		"sleep":   func(ms int64) { m.pass(time.Duration(ms) * time.Millisecond) },
		"print":   func(line string) { s.lines = append(s.lines, line) },
		"quit":    func(code int) { s.rt.Interrupt(exitCode(code)) },
	}
	for name, value := range globals {
		_ = s.rt.Set(name, value)
	}
	return s
}

// healthcheck is the script, parsed once for the thousands of runs.
var healthcheck = sync.OnceValues(func() (*goja.Program, error) {
	source, err := os.ReadFile("healthcheck.js")
	if err != nil {
		return nil, err
	}
	return goja.Compile("healthcheck.js", string(source), false)
})

// runHealthcheck runs the script once and checks what holds for every run: it
// ends by quit, with one line, in time and without telling a password.
func runHealthcheck(t *testing.T, m *mongod, env map[string]string, f fault) outcome {
	t.Helper()
	program, err := healthcheck()
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(m, env, f)
	start := m.now
	// On the virtual clock an endless loop takes no time: the real one ends it.
	watchdog := time.AfterFunc(30*time.Second, func() { s.rt.Interrupt("endless") })
	defer watchdog.Stop()
	_, err = s.rt.RunProgram(program)
	var end *goja.InterruptedError
	if !errors.As(err, &end) {
		t.Fatalf("the script did not end by quit: %v", err)
	}
	o := outcome{commands: s.commands, took: m.now.Sub(start), line: strings.Join(s.lines, "\n")}
	switch value := end.Value().(type) {
	case exitCode:
		o.code = int(value)
		checkLine(t, o.line, env)
	case faultKind:
		o.killed = true
	default:
		t.Fatalf("the script was still running: %v", value)
	}
	if o.took >= 18*time.Second {
		t.Errorf("took %v, docker kills it after 20 s", o.took)
	}
	return o
}

func checkLine(t *testing.T, line string, env map[string]string) {
	t.Helper()
	if line == "" || strings.Contains(line, "\n") {
		t.Errorf("printed %q, want one line", line)
	}
	for name, secret := range env {
		if strings.HasSuffix(name, "_PASSWORD") && secret != "" && strings.Contains(line, secret) {
			t.Errorf("printed %s: %q", name, line)
		}
	}
}

// connect plays mongosh's connect(uri, user, password).
func (s *shell) connect(call goja.FunctionCall) goja.Value {
	uri, user := call.Argument(0).String(), ""
	label := "connect"
	if len(call.Arguments) > 1 {
		user = call.Argument(1).String()
		label += " " + user
	}
	host := strings.TrimSuffix(strings.TrimPrefix(uri, "mongodb://"), uri[strings.LastIndex(uri, "/"):])
	to := s.mongod.peer(host)
	s.remote(label, func() (document, *serverError) {
		if !strings.Contains(uri, "directConnection=true") || !strings.Contains(uri, "serverSelectionTimeoutMS=3000") {
			return nil, &serverError{name: "MongoParseError", message: "unexpected address " + uri}
		}
		if to == nil {
			s.mongod.pass(3 * time.Second)
			return nil, &serverError{name: "MongoServerSelectionError", message: "getaddrinfo ENOTFOUND " + host}
		}
		if s.mongod.unreachable != nil {
			s.mongod.pass(3 * time.Second)
			return nil, s.mongod.unreachable
		}
		if user == "" {
			return nil, nil
		}
		return nil, to.login(user, call.Argument(2).String())
	})
	return s.database(client{to, user}, "test")
}

// client is a connection: the mongod it goes to, and the user who logged in.
type client struct {
	to   *mongod
	user string
}

func (s *shell) database(c client, name string) *goja.Object {
	db := s.rt.NewObject()
	_ = db.Set("getSiblingDB", func(other string) *goja.Object { return s.database(c, other) })
	_ = db.Set("runCommand", func(command *goja.Object) goja.Value {
		return s.command(c, name, command)
	})
	_ = db.Set("createUser", func(u *goja.Object) goja.Value {
		command := s.rt.NewObject()
		_ = command.Set("createUser", u.Get("user"))
		_ = command.Set("pwd", u.Get("pwd"))
		_ = command.Set("roles", u.Get("roles"))
		return s.command(c, name, command)
	})
	return db
}

// command sends the command as text, as the wire does, so that neither side
// holds on to an object of the other.
func (s *shell) command(c client, db string, command *goja.Object) goja.Value {
	name := command.Keys()[0]
	body, err := command.MarshalJSON()
	if err != nil {
		panic(s.rt.NewGoError(err))
	}
	label := name
	switch {
	case name == "createUser":
		label += " " + command.Get("createUser").String()
	case name == "replSetReconfig" && command.Get("force").ToBoolean():
		label += " force"
	}
	return s.remote(label, func() (document, *serverError) {
		return c.to.run(c.user, db, name, string(body))
	})
}

// remote carries out what goes over the network, or fails in the way that the
// test wants there.
func (s *shell) remote(label string, do func() (document, *serverError)) goja.Value {
	s.mongod.pass(5 * time.Millisecond)
	s.commands = append(s.commands, label)
	if s.mongod.before != nil {
		s.mongod.before(label)
	}
	kind := s.fault.now(len(s.commands))
	if kind == neverArrives {
		s.throw(connectionLost)
	}
	answer, failure := do()
	switch {
	case kind == killedAfter:
		s.rt.Interrupt(kind)
		return goja.Undefined()
	case kind == answerLost:
		s.throw(connectionLost)
	case failure != nil:
		s.throw(failure)
	}
	return s.fromJSON(answer)
}

func (s *shell) fromJSON(answer document) goja.Value {
	text, err := json.Marshal(answer)
	if err != nil {
		panic(s.rt.NewGoError(err))
	}
	parse, _ := goja.AssertFunction(s.rt.Get("JSON").ToObject(s.rt).Get("parse"))
	value, err := parse(goja.Undefined(), s.rt.ToValue(string(text)))
	if err != nil {
		panic(s.rt.NewGoError(err))
	}
	return value
}

func (s *shell) throw(e *serverError) {
	object, err := s.rt.New(s.rt.Get("Error"), s.rt.ToValue(e.message))
	if err != nil {
		panic(s.rt.NewGoError(err))
	}
	_ = object.Set("name", e.name)
	if e.code != 0 {
		_ = object.Set("code", e.code)
		_ = object.Set("codeName", e.codeName)
	}
	panic(object)
}
