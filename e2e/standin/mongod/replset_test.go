package main_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func configOf(name string, version any, hosts ...string) bson.D {
	members := bson.A{}
	for n, host := range hosts {
		members = append(members, bson.D{{Key: "_id", Value: n}, {Key: "host", Value: host}})
	}
	c := bson.D{{Key: "_id", Value: name}, {Key: "members", Value: members}}
	if version != nil {
		c = append(c, bson.E{Key: "version", Value: version})
	}
	return c
}

func TestInitiateRules(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	c := i.client(direct, "127.0.0.1", "", "")
	misspelt := append(configOf("rs0", nil, member), bson.E{Key: "setting", Value: bson.D{}})
	for name, a := range map[string]attempt{
		"another set name":     {"admin", command("replSetInitiate", configOf("chat", nil, member)), 93},
		"not this server":      {"admin", command("replSetInitiate", configOf("rs0", nil, "db:27017")), 93},
		"another port":         {"admin", command("replSetInitiate", configOf("rs0", nil, "mongodb:27018")), 93},
		"no port":              {"admin", command("replSetInitiate", configOf("rs0", nil, "mongodb")), 93},
		"later version":        {"admin", command("replSetInitiate", configOf("rs0", 2, member)), 93},
		"no members":           {"admin", command("replSetInitiate", configOf("rs0", nil)), 93},
		"twice itself":         {"admin", command("replSetInitiate", configOf("rs0", nil, member, "localhost:27017")), 93},
		"a member that is not": {"admin", command("replSetInitiate", configOf("rs0", nil, member, "db:27017")), 74},
		"unknown field":        {"admin", command("replSetInitiate", misspelt), 93},
		"reconfig before":      {"admin", command("replSetReconfig", configOf("rs0", 1, member)), 94},
	} {
		t.Log(name)
		a.check(t, name, c)
	}
	attempt{"admin", command("replSetInitiate", bson.D{}), 0}.check(t, "default configuration", c)
	attempt{"admin", command("replSetInitiate", bson.D{}), 23}.check(t, "second time", c)
}

func TestReconfigRules(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.prepare(member)
	c := i.root()
	otherID := append(configOf("rs0", 2, member),
		bson.E{Key: "settings", Value: bson.D{{Key: "replicaSetId", Value: bson.NewObjectID()}}})
	idAsText := append(configOf("rs0", 2, member),
		bson.E{Key: "settings", Value: bson.D{{Key: "replicaSetId", Value: bson.NewObjectID().Hex()}}})
	force := bson.E{Key: "force", Value: true}
	for name, a := range map[string]attempt{
		"same version":      {"admin", command("replSetReconfig", configOf("rs0", 1, member)), 103},
		"another name":      {"admin", command("replSetReconfig", configOf("chat", 2, member)), 93},
		"not this server":   {"admin", command("replSetReconfig", configOf("rs0", 2, "db:27017")), 74},
		"not, by force":     {"admin", command("replSetReconfig", configOf("rs0", 2, "db:27017"), force), 74},
		"another set id":    {"admin", command("replSetReconfig", otherID), 103},
		"set id as text":    {"admin", command("replSetReconfig", idAsText), 93},
		"two more":          {"admin", command("replSetReconfig", configOf("rs0", 2, member, "a:1", "b:1")), 103},
		"version not whole": {"admin", command("replSetReconfig", configOf("rs0", 2.5, member)), 93},
	} {
		a.check(t, name, c)
	}
	from := i.mark()
	attempt{"admin", command("replSetReconfig", configOf("rs0", 2, member)), 0}.check(t, "next version", c)
	attempt{"admin", command("replSetReconfig", configOf("rs0", 3, member)), 10107}.check(t, "not primary", c)
	i.await(from, "Transition to primary complete")
	attempt{"admin", command("replSetReconfig", configOf("rs0", 1, member), force), 0}.check(t, "by force", c)
	if v := i.config().Version; v <= 10_000 {
		t.Errorf("the version after force is %d", v)
	}
}

// TestNotPrimary meets a server whose election goes on.
func TestNotPrimary(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.prepare(member)
	i.kill()
	i.env = append(i.env, "STANDIN_ELECTION=1h")
	i.start()
	c := i.root() // connected directly, the driver asks for primaryPreferred
	for name, a := range map[string]attempt{
		"write":           {"x", insertInto("m"), 10107},
		"user":            {"admin", newUser("u"), 10107},
		"write, in local": {"local", insertInto("m"), 0},
		"read":            {"x", command("find", "m"), 0},
		"users":           {"admin", command("usersInfo", 1), 0},
	} {
		a.check(t, name, c)
	}
	hello, _ := ask(t, c, "admin", command("hello", 1))
	if hello["setName"] != "rs0" || hello["isWritablePrimary"] != false || hello["secondary"] != true ||
		hello["me"] != member {
		t.Errorf("hello: %v", hello)
	}
	status, _ := ask(t, c, "admin", command("replSetGetStatus", 1))
	members, _ := status["members"].(bson.A)
	if len(members) != 1 || status["myState"] != int32(2) {
		t.Fatalf("replSetGetStatus: %v", status)
	}
	if self, ok := members[0].(bson.D); !ok || field(self, "stateStr") != "SECONDARY" || field(self, "self") != true {
		t.Errorf("replSetGetStatus: %v", status)
	}
}

func field(doc bson.D, name string) any {
	for _, e := range doc {
		if e.Key == name {
			return e.Value
		}
	}
	return nil
}

// TestElectionTakesTime is the second in which clients have to wait for a primary.
func TestElectionTakesTime(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.prepare(member)
	i.kill()
	i.env = append(i.env, "STANDIN_ELECTION=")
	begin := time.Now()
	i.start()
	c := i.client(asSet, remoteClient, "root", rootPassword)
	attempt{"x", insertInto("m"), 0}.check(t, "first write", c)
	if took := time.Since(begin); took < 900*time.Millisecond {
		t.Errorf("the first write came after %v", took)
	}
}
