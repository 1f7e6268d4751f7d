package main_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func command(name string, value any, more ...bson.E) bson.D {
	return append(bson.D{{Key: name, Value: value}}, more...)
}

func insertInto(collection string) bson.D {
	return command("insert", collection, bson.E{Key: "documents", Value: bson.A{bson.D{{Key: "_id", Value: 1}}}})
}

func newUser(name string) bson.D {
	return command("createUser", name, bson.E{Key: "pwd", Value: "secret"}, bson.E{Key: "roles", Value: bson.A{"root"}})
}

// attempt is a command and the code it must end with.
type attempt struct {
	db      string
	command bson.D
	code    int32
}

func (a attempt) check(t *testing.T, who string, c *mongo.Client) {
	t.Helper()
	if answer, code := ask(t, c, a.db, a.command); code != a.code {
		t.Errorf("%s: %v on %s ended with %d, want %d: %v", who, a.command, a.db, code, a.code, answer)
	}
}

// open are the commands that need no login.
var open = []attempt{
	{"admin", command("hello", 1), 0}, {"admin", command("ping", 1), 0}, {"x", command("buildInfo", 1), 0},
	{"admin", command("connectionStatus", 1), 0},
}

// closed are commands that need one.
var closed = []attempt{
	{"rocketchat", command("find", "m"), 13}, {"rocketchat", insertInto("m"), 13},
	{"admin", newUser("intruder"), 13}, {"admin", command("replSetInitiate", bson.D{}), 13},
	{"admin", command("replSetGetStatus", 1), 13}, {"admin", command("replSetGetConfig", 1), 13},
	{"admin", command("usersInfo", 1), 13}, {"admin", command("serverStatus", 1), 13},
	{"admin", command("listDatabases", 1), 13}, {"rocketchat", command("replSetGetStatus", 1), 13},
	{"admin", command("noSuchThing", 1), 59},
}

// TestLocalhostException holds it to its three conditions: from this host, no user yet,
// and only the first steps.
func TestLocalhostException(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	outside := i.client(direct, remoteClient, "", "")
	inside := i.client(direct, "127.0.0.1", "", "")
	for _, a := range append(open, closed...) {
		a.check(t, "from outside, no users", outside)
	}
	for _, a := range []attempt{
		{"admin", command("replSetGetStatus", 1), 94}, {"rocketchat", command("find", "m"), 13},
		{"admin", command("replSetGetConfig", 1), 13}, {"admin", command("usersInfo", 1), 13},
		{"admin", newUser("early"), 10107}, {"rocketchat", newUser("elsewhere"), 13},
	} {
		a.check(t, "inside, no users", inside)
	}
	i.healthy(3)
	for _, a := range append(open, closed...) {
		a.check(t, "inside, users exist", inside)
		a.check(t, "from outside, users exist", outside)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	for who, attempts := range map[string][]attempt{
		"rocketchat": {
			{"rocketchat", insertInto("m"), 0}, {"rocketchat", command("find", "m"), 0},
			{"rocketchat", command("count", "m"), 0}, {"rocketchat", command("dbStats", 1), 0},
			{"admin", newUser("more"), 13}, {"rocketchat", newUser("more"), 13}, {"other", insertInto("m"), 13},
			{"other", command("find", "m"), 13}, {"admin", command("usersInfo", 1), 13},
			{"admin", command("serverStatus", 1), 0}, {"admin", command("replSetGetStatus", 1), 0},
			{"admin", command("replSetReconfig", bson.D{}), 13},
		},
		"exporter": {
			{"rocketchat", command("find", "m"), 13}, {"rocketchat", insertInto("m"), 13}, {"local", insertInto("m"), 13},
			{"local", command("find", "oplog.rs"), 0}, {"rocketchat", command("dbStats", 1), 0},
			{"admin", command("getDiagnosticData", 1), 0}, {"admin", command("top", 1), 0},
			{"admin", command("getParameter", 1, bson.E{Key: "featureCompatibilityVersion", Value: 1}), 0},
			{"rocketchat", command("replSetGetStatus", 1), 13},
		},
		"backup": {
			{"rocketchat", command("find", "m"), 0}, {"local", command("find", "oplog.rs"), 0},
			{"rocketchat", command("listCollections", 1), 0}, {"admin", command("listDatabases", 1), 0},
			{"rocketchat", insertInto("m"), 13}, {"local", insertInto("m"), 13}, {"admin", newUser("more"), 13},
			{"admin", command("usersInfo", 1), 13}, {"admin", command("replSetReconfig", bson.D{}), 13},
		},
		"root": {
			{"other", insertInto("m"), 0}, {"admin", newUser("second"), 0}, {"admin", newUser("second"), 51003},
			{"admin", command("createUser", "x", bson.E{Key: "pwd", Value: "x"}, bson.E{Key: "roles", Value: bson.A{"none"}}),
				31},
			{"admin", command("createUser", "x", bson.E{Key: "pwd", Value: ""}, bson.E{Key: "roles", Value: bson.A{}}), 2},
			{"admin", command("createUser", "x", bson.E{Key: "pwd", Value: "x"}), 40414},
		},
	} {
		password := map[string]string{
			"rocketchat": appPassword, "exporter": exporterPassword, "backup": backupPassword, "root": rootPassword,
		}[who]
		c := i.client(direct, remoteClient, who, password)
		for _, a := range attempts {
			a.check(t, who, c)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	for name, login := range map[string]options.Credential{
		"wrong password":      {Username: "rocketchat", Password: "wrong"},
		"no such user":        {Username: "nobody", Password: "wrong"},
		"mechanism named":     {Username: "root", Password: "wrong", AuthMechanism: "SCRAM-SHA-256"},
		"in another database": {Username: "rocketchat", Password: appPassword, AuthSource: "rocketchat"},
		"another's":           {Username: "rocketchat", Password: rootPassword},
	} {
		c := i.connect(direct, "127.0.0.1", &login)
		if _, code := ask(t, c, "rocketchat", command("find", "m")); code != 18 {
			t.Errorf("%s: code %d", name, code)
		}
	}
}

// TestLegacyHello sends what a driver of before MongoDB 3.6 would: hello is answered, as by
// mongod 8.0, and nothing else.
func TestLegacyHello(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	for name, want := range map[string]string{"isMaster": "isreplicaset", "find": "UnsupportedOpQueryCommand"} {
		doc, err := bson.Marshal(command(name, 1))
		mustNot(t, "Marshal", err)
		body := append([]byte("\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff"), doc...)
		head := binary.LittleEndian.AppendUint32(nil, uint32(16+len(body)))
		head = append(head, "\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00"...) // OP_QUERY
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", i.port))
		mustNot(t, "Dial", err)
		_, err = c.Write(append(head, body...))
		mustNot(t, "Write", err)
		answer := make([]byte, 4096)
		n, err := c.Read(answer)
		mustNot(t, "Read", err)
		if !strings.Contains(string(answer[:n]), want) {
			t.Errorf("%s: %q", name, answer[:n])
		}
		mustNot(t, "Close", c.Close())
	}
}
