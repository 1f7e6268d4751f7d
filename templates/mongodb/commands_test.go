package mongodb_test

import "encoding/json"

// request is a command as it arrives: the fields of all commands together.
type request struct {
	Initiate  *replConfig     `json:"replSetInitiate"`
	Reconfig  *replConfig     `json:"replSetReconfig"`
	Force     bool            `json:"force"`
	User      string          `json:"createUser"`
	Password  string          `json:"pwd"`
	Roles     []role          `json:"roles"`
	UsersInfo []userReference `json:"usersInfo"`
}

type userReference struct {
	User string `json:"user"`
	DB   string `json:"db"`
}

type document map[string]any

func (m *mongod) run(user, db, name, body string) (document, *serverError) {
	var r request
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return nil, refused(9, "FailedToParse", "%v", err)
	}
	if refusal := m.authorize(user, db, name); refusal != nil {
		return nil, refusal
	}
	if name == "hello" {
		return m.hello(), nil
	}
	if db != "admin" {
		return nil, refused(13, "Unauthorized", "%s may only be run against the admin database.", name)
	}
	switch name {
	case "replSetInitiate":
		return m.initiate(r.Initiate)
	case "replSetReconfig":
		return m.reconfig(r.Reconfig, r.Force)
	case "replSetGetStatus":
		return m.status()
	case "replSetGetConfig":
		return m.getConfig()
	case "createUser":
		return m.createUser(r)
	case "usersInfo":
		return m.usersInfo(r.UsersInfo)
	}
	return nil, refused(59, "CommandNotFound", "no such command: '%s'", name)
}

// hello follows HelloResponse::addToBSON: a member that is not in its
// configuration answers as one that has none, without setName.
func (m *mongod) hello() document {
	state := m.state()
	if state == "STARTUP" || state == "REMOVED" {
		return document{
			"isWritablePrimary": false, "secondary": false, "ok": 1,
			"info": "Does not have a valid replica set config", "isreplicaset": true,
		}
	}
	hosts := []string{}
	for _, each := range m.config.Members {
		if !each.Hidden {
			hosts = append(hosts, each.Host)
		}
	}
	return document{
		"hosts": hosts, "setName": m.config.Name, "setVersion": m.config.Version, "ok": 1,
		"isWritablePrimary": state == "PRIMARY", "secondary": state == "SECONDARY",
		"me": m.self().Host, "primary": m.knownPrimary(),
	}
}

func (m *mongod) initiate(config *replConfig) (document, *serverError) {
	if m.config != nil {
		return nil, refused(23, "AlreadyInitialized", "already initialized")
	}
	config.Version = 1
	m.config = config
	if config.Name != "rs0" || m.self() == nil {
		m.config = nil
		return nil, refused(93, "InvalidReplicaSetConfig",
			"No host described in new configuration for replica set rs0 maps to this node")
	}
	m.primaryAt = m.now.Add(m.electionTime)
	m.founded()
	return document{"ok": 1}, nil
}

// reconfig follows processReplSetReconfig: without force only a primary takes
// a configuration, and a forced one gets a version far above. A primary may
// step down over it (manual, replSetReconfig), so this one always does.
func (m *mongod) reconfig(config *replConfig, force bool) (document, *serverError) {
	old, was := m.config, m.state()
	switch {
	case was == "STARTUP":
		return nil, refused(94, "NotYetInitialized", "no replset config has been received")
	case !force && was != "PRIMARY":
		return nil, refused(10107, "NotWritablePrimary", "Safe reconfig is only allowed on a writable PRIMARY.")
	case config.Name != old.Name:
		return nil, refused(93, "InvalidReplicaSetConfig", "new config set name differs")
	case !force && config.Version <= old.Version:
		return nil, refused(103, "NewReplicaSetConfigurationIncompatible", "version must be greater")
	}
	m.config = config
	if m.self() == nil {
		m.config = old
		return nil, refused(74, "NodeNotFound", "No host described in new configuration maps to this node")
	}
	if force {
		config.Version = max(old.Version, config.Version) + 10000
	}
	if m.cluster != nil {
		return m.reconfigSet(old, force)
	}
	m.primaryAt = m.now.Add(m.electionTime)
	return document{"ok": 1}, nil
}

func (m *mongod) status() (document, *serverError) {
	switch m.state() {
	case "STARTUP":
		return nil, refused(94, "NotYetInitialized", "no replset config has been received")
	case "REMOVED":
		return nil, refused(93, "InvalidReplicaSetConfig",
			"Our replica set config is invalid or we are not a member of it")
	}
	members := []document{}
	for _, each := range m.config.Members {
		if each.Host == m.self().Host {
			members = append(members, document{"name": each.Host, "health": 1, "stateStr": m.state(), "self": true})
		} else {
			members = append(members, m.peerStatus(each.Host))
		}
	}
	return document{"members": members, "ok": 1}, nil
}

func (m *mongod) getConfig() (document, *serverError) {
	if m.state() == "STARTUP" {
		return nil, refused(94, "NotYetInitialized", "no replset config has been received")
	}
	return document{"config": m.config, "ok": 1}, nil
}

func (m *mongod) createUser(r request) (document, *serverError) {
	if m.state() != "PRIMARY" {
		return nil, refused(10107, "NotWritablePrimary", "not primary")
	}
	if m.users[r.User] != nil {
		return nil, refused(51003, "Location51003", "User \"%s@admin\" already exists", r.User)
	}
	if r.User == "" || r.Password == "" || r.Roles == nil {
		return nil, refused(2, "BadValue", "createUser needs a user, a password and roles")
	}
	m.addUser(r.User, r.Password, r.Roles...)
	return document{"ok": 1}, nil
}

func (m *mongod) usersInfo(wanted []userReference) (document, *serverError) {
	if state := m.state(); state != "PRIMARY" && state != "SECONDARY" {
		return nil, refused(13436, "NotPrimaryOrSecondary", "node is not in primary or recovering state")
	}
	found := []document{}
	for _, each := range wanted {
		if each.DB == "admin" && m.users[each.User] != nil {
			found = append(found, document{"user": each.User, "db": "admin"})
		}
	}
	return document{"users": found, "ok": 1}, nil
}
