package server

import (
	"encoding/hex"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// access is what a command does to the data, which decides in which states it runs.
type access int

const (
	harmless access = iota // runs in any state
	reads
	writes
)

type command struct {
	run     func(*call) (bson.D, error)
	action  string // the privilege it needs; empty: any login will do
	cluster bool   // the privilege is one on the cluster and not on the database
	open    bool   // needs no login
	admin   bool   // on the database admin alone
	access  access
	quiet   bool // not logged: drivers send it by themselves
	isHello bool
}

var commands = map[string]command{
	"hello":            {run: (*call).hello, open: true, quiet: true, isHello: true},
	"ping":             {run: nothing, open: true, quiet: true},
	"buildInfo":        {run: buildInfo, open: true, quiet: true},
	"connectionStatus": {run: (*call).connectionStatus, open: true},
	"saslStart":        {run: (*call).saslStart, open: true, quiet: true},
	"saslContinue":     {run: (*call).saslContinue, open: true, quiet: true},
	"logout":           {run: (*call).logout, open: true},
	"endSessions":      {run: nothing, quiet: true},
	"killCursors":      {run: (*call).killCursors, quiet: true},

	"replSetInitiate":  {run: (*call).replSetInitiate, action: "replSetConfigure", cluster: true, admin: true},
	"replSetReconfig":  {run: (*call).replSetReconfig, action: "replSetConfigure", cluster: true, admin: true},
	"replSetGetConfig": {run: (*call).replSetGetConfig, action: "replSetGetConfig", cluster: true, admin: true},
	"replSetGetStatus": {run: (*call).replSetGetStatus, action: "replSetGetStatus", cluster: true, admin: true},

	"createUser": {run: (*call).createUser, action: "createUser", access: writes},
	"usersInfo":  {run: (*call).usersInfo, action: "viewUser", access: reads},

	"insert":        {run: (*call).insert, action: "insert", access: writes},
	"update":        {run: (*call).update, action: "update", access: writes},
	"delete":        {run: (*call).remove, action: "remove", access: writes},
	"findAndModify": {run: (*call).findAndModify, action: "update", access: writes},

	"find":            {run: (*call).find, action: "find", access: reads},
	"count":           {run: (*call).count, action: "find", access: reads},
	"aggregate":       {run: (*call).aggregate, action: "find", access: reads},
	"getMore":         {run: (*call).getMore, action: "find"},
	"listCollections": {run: (*call).listCollections, action: "listCollections", access: reads},
	"listDatabases":   {run: (*call).listDatabases, admin: true, access: reads},
	"dbStats":         {run: (*call).dbStats, action: "dbStats", access: reads},

	"serverStatus":      {run: (*call).serverStatus, action: "serverStatus", cluster: true},
	"getDiagnosticData": {run: (*call).getDiagnosticData, action: "serverStatus", cluster: true, admin: true},
	"getCmdLineOpts":    {run: (*call).getCmdLineOpts, action: "getCmdLineOpts", cluster: true, admin: true},
	"getParameter":      {run: (*call).getParameter, action: "getParameter", cluster: true, admin: true},
	"top":               {run: (*call).top, action: "top", cluster: true, admin: true},
	"currentOp":         {run: currentOp, action: "inprog", cluster: true, admin: true},
}

// aliases are other spellings that drivers use.
var aliases = map[string]string{
	"isMaster": "hello", "ismaster": "hello", "buildinfo": "buildInfo", "findandmodify": "findAndModify",
}

func commandOf(name string) (command, bool) {
	if full, ok := aliases[name]; ok {
		name = full
	}
	cmd, ok := commands[name]
	return cmd, ok
}

func nothing(*call) (bson.D, error) { return bson.D{}, nil }

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// checkState follows ExecCommandDatabase in service_entry_point_common.cpp. The database
// local is not replicated and may be used in any state.
func (k *call) checkState(cmd command) error {
	state := k.s.set.state()
	if cmd.access == harmless || state == primary || k.db == "local" {
		return nil
	}
	if cmd.access == writes {
		return fault.NotWritablePrimary.Errorf("not primary")
	}
	preference, _ := k.get("$readPreference").(bson.D)
	if mode, _ := lookup(preference, "mode"); mode == nil || mode == "primary" {
		return fault.NotPrimaryNoSecondaryOk.Errorf("not primary and secondaryOk=false")
	}
	if state != secondary {
		return fault.NotPrimaryOrSecondary.Errorf("node is not in primary or recovering state")
	}
	return nil
}
