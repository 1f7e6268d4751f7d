package server

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// authorize follows CommandInvocation::checkAuthorization: the order of the checks shows
// in the messages.
func (k *call) authorize(cmd command) error {
	if cmd.admin && k.db != "admin" {
		return fault.Unauthorized.Errorf("%s may only be run against the admin database.", k.name)
	}
	if !k.s.opts.Auth || cmd.open {
		return nil
	}
	action := k.action(cmd)
	if k.c.user == nil {
		if !k.bootstrapping() {
			return fault.Unauthorized.Errorf("Command %s requires authentication", k.name)
		}
		if k.db == "admin" && slices.Contains(bootstrapActions, action) {
			return nil
		}
	} else if action == "" || k.c.user.may(action, cmd.cluster, k.db) || k.profileFor(k.c.user) {
		return nil
	}
	return fault.Unauthorized.Errorf("not authorized on %s to execute command %s", k.db, k.redacted())
}

// bootstrapActions are what the localhost exception allows, as far as the stand-in has
// them (AuthorizationSessionImpl::_getDefaultPrivileges).
var bootstrapActions = []string{"createUser", "replSetConfigure", "replSetGetStatus"}

func (k *call) bootstrapping() bool {
	k.c.mayBootstrap = k.c.mayBootstrap && len(k.s.users.all) == 0
	return k.c.mayBootstrap
}

// redacted is the command for an error message, without the password in it.
func (k *call) redacted() string {
	shown := slices.Clone(k.body)
	for i, e := range shown {
		if e.Key == "pwd" {
			shown[i].Value = "xxx"
		}
	}
	text, err := bson.MarshalExtJSON(shown, false, false)
	if err != nil {
		return k.name
	}
	return string(text)
}

// role is a role that the stand-in has, as users name it.
type role struct {
	Name string `bson:"role"`
	DB   string `bson:"db"`
}

// known checks that mongod has such a role: those with rights on the cluster are in admin.
func (r role) known() bool {
	switch r.Name {
	case "root", "clusterMonitor", "backup":
		return r.DB == "admin"
	case "read", "readWrite":
		return r.DB != ""
	}
	return false
}

// The actions of the built-in roles (auth/builtin_roles.yml), as far as the stand-in has
// commands that need them.
var (
	readActions      = []string{"collStats", "dbStats", "find", "listCollections"}
	readWriteActions = append([]string{"insert", "remove", "update"}, readActions...)
	monitorCluster   = []string{
		"getCmdLineOpts", "getParameter", "inprog", "listDatabases", "replSetGetConfig", "replSetGetStatus",
		"serverStatus", "top",
	}
	monitorDatabases = []string{"collStats", "dbStats", "indexStats"}
	backupCluster    = []string{"getParameter", "listDatabases", "serverStatus"}
	backupDatabases  = []string{"collStats", "find", "listCollections"}
)

func (r role) grants(action string, cluster bool, db string) bool {
	switch r.Name {
	case "root":
		return true
	case "read":
		return !cluster && db == r.DB && slices.Contains(readActions, action)
	case "readWrite":
		return !cluster && db == r.DB && slices.Contains(readWriteActions, action)
	case "clusterMonitor":
		if cluster {
			return slices.Contains(monitorCluster, action)
		}
		return slices.Contains(monitorDatabases, action) ||
			(db == "local" || db == "config") && slices.Contains(readActions, action)
	case "backup":
		if cluster {
			return slices.Contains(backupCluster, action)
		}
		return slices.Contains(backupDatabases, action)
	}
	return false
}

func (a *account) may(action string, cluster bool, db string) bool {
	return slices.ContainsFunc(a.Roles, func(r role) bool { return r.grants(action, cluster, db) })
}

// profileFor is the one right of clusterMonitor on a collection.
func (k *call) profileFor(a *account) bool {
	name, _ := k.body[0].Value.(string)
	isRead := k.name == "find" || k.name == "aggregate" || k.name == "count"
	return isRead && name == "system.profile" && slices.Contains(a.Roles, role{"clusterMonitor", "admin"})
}

// action is the privilege that the command needs; for two it depends on what is in it.
func (k *call) action(cmd command) string {
	switch k.name {
	case "aggregate":
		stages, _ := k.get("pipeline").(bson.A)
		for _, stage := range stages[:min(1, len(stages))] {
			first, _ := stage.(bson.D)
			for _, name := range []string{"collStats", "indexStats"} {
				if _, found := lookup(first, "$"+name); found {
					return name
				}
			}
		}
	case "listCollections":
		// Whoever may do anything in a database may see the names of its collections, and
		// each role that may do anything there may do this.
		if truth(k.get("nameOnly")) && truth(k.get("authorizedCollections")) {
			return "collStats"
		}
	}
	return cmd.action
}

func (k *call) connectionStatus() (bson.D, error) {
	users, roles := bson.A{}, bson.A{}
	if u := k.c.user; u != nil {
		users = append(users, bson.D{{Key: "user", Value: u.User}, {Key: "db", Value: u.DB}})
		roles = u.roleDocs()
	}
	return bson.D{{Key: "authInfo", Value: bson.D{
		{Key: "authenticatedUsers", Value: users}, {Key: "authenticatedUserRoles", Value: roles},
	}}}, nil
}

func (k *call) logout() (bson.D, error) {
	if u := k.c.user; u != nil && u.DB == k.db {
		k.c.user = nil
	}
	return bson.D{}, nil
}
