package mongodb_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// serverError is an error as the driver throws it in mongosh: one that mongod
// answered has a code, one of the driver itself has none.
type serverError struct {
	name, codeName, message string
	code                    int
}

func refused(code int, codeName, format string, args ...any) *serverError {
	return &serverError{
		name: "MongoServerError", code: code, codeName: codeName,
		message: fmt.Sprintf(format, args...),
	}
}

type member struct {
	ID       int     `json:"_id"`
	Host     string  `json:"host"`
	Priority float64 `json:"priority"`
	Votes    int     `json:"votes"`
	Hidden   bool    `json:"hidden"`

	newlyAdded bool // no vote until the first copy of the data; replSetGetConfig does not show it
}

type replConfig struct {
	Name     string   `json:"_id"`
	Version  int      `json:"version"`
	Members  []member `json:"members"`
	Settings struct {
		SetID int `json:"replicaSetId"`
	} `json:"settings"`
}

type role struct {
	Role string `json:"role"`
	DB   string `json:"db"`
}

type account struct {
	password string
	roles    []role
}

// mongod is the part of a real one that the healthcheck deals with, on a clock
// of its own. It refuses what the real one refuses.
type mongod struct {
	now          time.Time
	unreachable  *serverError  // what a connection attempt gets
	selfHosts    []string      // the names under which this mongod finds itself
	config       *replConfig   // local.system.replset
	configReadAt time.Time     // until then it answers as if there were none
	electionTime time.Duration // from a new configuration to the writable primary
	primaryAt    time.Time
	stuckIn      string // a state it does not leave by itself
	users        map[string]*account

	inSet // for a mongod among others

	before func(label string) // called before a command is carried out
}

// newMongod returns a mongod with an empty volume, as compose starts it.
func newMongod() *mongod {
	return &mongod{
		now:          time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		selfHosts:    []string{memberHost, "localhost:27017"},
		electionTime: time.Second,
		users:        map[string]*account{},
	}
}

func singleMember(host string) *replConfig {
	return &replConfig{Name: "rs0", Version: 1, Members: []member{{ID: 0, Host: host}}}
}

func (m *mongod) addUser(name, password string, roles ...role) {
	m.users[name] = &account{password: password, roles: roles}
}

// readyMongod returns a mongod that was set up by an earlier run.
func readyMongod() *mongod {
	m := newMongod()
	m.config = singleMember(memberHost)
	m.addUser("root", rootPassword, rootRoles...)
	m.addUser("rocketchat", appPassword, appRoles...)
	m.addUser("exporter", exporterPassword, exporterRoles...)
	m.addUser("backup", backupPassword, backupRoles...)
	return m
}

// self returns the member of the configuration that is this mongod, or nil.
func (m *mongod) self() *member {
	for i := range m.config.Members {
		if slices.Contains(m.selfHosts, m.config.Members[i].Host) {
			return &m.config.Members[i]
		}
	}
	return nil
}

// state follows _finishLoadLocalConfig: a configuration of another name or
// without this mongod makes it REMOVED.
func (m *mongod) state() string {
	switch {
	case m.config == nil || m.now.Before(m.configReadAt):
		return "STARTUP"
	case m.config.Name != "rs0" || m.self() == nil:
		return "REMOVED"
	case m.stuckIn != "":
		return m.stuckIn
	case m.cluster != nil:
		return m.stateInSet()
	case m.now.Before(m.primaryAt):
		return "SECONDARY"
	}
	return "PRIMARY"
}

// login is what SCRAM comes to: an unknown user and a wrong password get the
// same answer.
func (m *mongod) login(user, password string) *serverError {
	if known := m.users[user]; known == nil || known.password != password {
		return refused(18, "AuthenticationFailed", "Authentication failed.")
	}
	return nil
}

// bootstrapCommands are what the localhost exception allows, less
// replSetReconfig, which the script must not send without having read the
// configuration (_getDefaultPrivileges in authorization_session_impl.cpp).
var bootstrapCommands = []string{"replSetInitiate", "replSetGetStatus", "createUser"}

func (m *mongod) authorize(user, db, command string) *serverError {
	if command == "hello" || command == "ping" {
		return nil
	}
	if user == "" && len(m.users) == 0 && db == "admin" && slices.Contains(bootstrapCommands, command) {
		return nil
	}
	if known := m.users[user]; known != nil && slices.Contains(known.roles, role{"root", "admin"}) {
		return nil
	}
	return refused(13, "Unauthorized", "command %s requires authentication", command)
}

// snapshot is all that outlasts a run, in one comparable text.
func (m *mongod) snapshot() string {
	var lines []string
	for name, user := range m.users {
		lines = append(lines, fmt.Sprintf("user %s %s %v", name, user.password, user.roles))
	}
	sort.Strings(lines)
	if m.config != nil {
		lines = append(lines, "set "+m.config.Name)
		for _, each := range m.config.Members {
			lines = append(lines, fmt.Sprintf("member %d %s", each.ID, each.Host))
		}
	}
	return strings.Join(lines, "\n")
}
