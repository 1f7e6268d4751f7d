package main_test

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const ready = "ok: " + member + " is the writable primary and the users exist"

// users are what the script is to make, in the form of usersInfo.
var users = map[string][]string{
	"root":       {"root@admin"},
	"rocketchat": {"readWrite@rocketchat", "clusterMonitor@admin"},
	"exporter":   {"clusterMonitor@admin", "read@local"},
	"backup":     {"backup@admin"},
}

func checkUsers(t *testing.T, i *instance) {
	t.Helper()
	var answer struct {
		Users []struct {
			User  string
			Roles []struct{ Role, DB string }
		}
	}
	err := i.root().Database("admin").RunCommand(t.Context(), bson.D{{Key: "usersInfo", Value: 1}}).Decode(&answer)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Users) != len(users) {
		t.Errorf("there are %d users: %v", len(answer.Users), answer.Users)
	}
	for _, u := range answer.Users {
		var roles []string
		for _, r := range u.Roles {
			roles = append(roles, r.Role+"@"+r.DB)
		}
		if !slices.Equal(roles, users[u.User]) {
			t.Errorf("%s has %q, want %q", u.User, roles, users[u.User])
		}
	}
}

// TestFresh is the life of a volume: set up, looked at, killed, and up again.
func TestFresh(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	if o := i.healthy(3); o.line != ready || o.stderr != "" {
		t.Errorf("said %q, %q", o.line, o.stderr)
	}
	checkUsers(t, i)
	writes := []string{
		"replSetInitiate", "createUser root", "usersInfo", "createUser rocketchat", "createUser exporter",
		"createUser backup", "usersInfo",
	}
	if got := i.commands(0); !slices.Equal(got, writes) {
		t.Errorf("the first runs sent %q", got)
	}
	from := i.mark()
	if o := i.healthcheck(); o.code != 0 || o.line != ready {
		t.Errorf("second run: %d, %q", o.code, o.line)
	}
	if got := i.commands(from); !slices.Equal(got, []string{"usersInfo"}) {
		t.Errorf("the second run sent %q", got)
	}
	app := i.client(asSet, "127.0.0.1", "rocketchat", appPassword)
	if _, err := app.Database("rocketchat").Collection("m").InsertOne(t.Context(),
		bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	i.kill()
	from = i.mark()
	i.start()
	if o := i.healthy(2); o.line != ready {
		t.Errorf("after kill -9: %q", o.line)
	}
	for _, sent := range i.commands(from) {
		if sent != "usersInfo" && sent != "replSetGetStatus" {
			t.Errorf("the run after kill -9 sent %q", sent)
		}
	}
	checkUsers(t, i)
	if n, err := app.Database("rocketchat").Collection("m").CountDocuments(t.Context(), bson.D{}); n != 1 || err != nil {
		t.Errorf("after kill -9 there are %d documents, %v", n, err)
	}
}

func TestWrongRootPassword(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	from := i.mark()
	o := i.healthcheck("MONGODB_ROOT_PASSWORD=that of another .env")
	want := "the root password in .env is not the one this database was made with: restore the .env that belongs to this volume"
	if o.code != 1 || o.line != want || o.stderr != "" {
		t.Errorf("%d, %q, %q", o.code, o.line, o.stderr)
	}
	if got := i.commands(from); !slices.Equal(got, []string{"createUser root"}) {
		t.Errorf("sent %q", got)
	}
	checkUsers(t, i)
}

func TestDown(t *testing.T) {
	t.Parallel()
	if o := newInstance(t).healthcheck(); o.code != 1 || o.line != "mongod does not answer yet" {
		t.Errorf("%d, %q, %q", o.code, o.line, o.stderr)
	}
}

// prepare makes a volume whose set knows its member as host.
func (i *instance) prepare(host string) {
	i.t.Helper()
	i.start()
	from := i.mark()
	c := i.client(direct, "127.0.0.1", "", "")
	initiate := bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: "rs0"}, {Key: "members",
			Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: host}}}},
	}}}
	if answer, code := ask(i.t, c, "admin", initiate); code != 0 {
		i.t.Fatalf("replSetInitiate: %d, %v", code, answer)
	}
	i.await(from, "Transition to primary complete")
	root := bson.D{
		{Key: "createUser", Value: "root"}, {Key: "pwd", Value: rootPassword},
		{Key: "roles", Value: bson.A{"root"}},
	}
	if answer, code := ask(i.t, c, "admin", root); code != 0 {
		i.t.Fatalf("createUser: %d, %v", code, answer)
	}
}

// TestRemoved restores a volume in a container with another name.
func TestRemoved(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.env = append(i.env, "STANDIN_SELF=oldname:27017")
	i.prepare("oldname:27017")
	before := i.config()
	if code := i.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d", code)
	}
	i.env = append(i.env, "STANDIN_SELF="+member)
	from := i.mark()
	i.start()
	hello, _ := ask(t, i.root(), "admin", bson.D{{Key: "hello", Value: 1}})
	if hello["setName"] != nil || hello["isreplicaset"] != true || hello["secondary"] != false {
		t.Errorf("hello while REMOVED: %v", hello)
	}
	if _, code := ask(t, i.root(), "admin", bson.D{{Key: "replSetGetStatus", Value: 1}}); code != 93 {
		t.Errorf("replSetGetStatus while REMOVED: %d", code)
	}
	if o := i.healthy(3); o.line != ready {
		t.Errorf("said %q", o.line)
	}
	if got := i.commands(from); slices.Index(got, "replSetReconfig") < 0 {
		t.Errorf("sent %q", got)
	}
	after := i.config()
	if after.Version <= before.Version+10_000 || after.ID != before.ID || after.Hosts[0] != member {
		t.Errorf("the configuration was %v and is %v", before, after)
	}
	checkUsers(t, i)
}

// summary is what matters of a configuration.
type summary struct {
	Version int32
	ID      bson.ObjectID
	Hosts   []string
}

func (i *instance) config() summary {
	i.t.Helper()
	var answer struct {
		Config struct {
			Version  int32
			Members  []struct{ Host string }
			Settings struct {
				ReplicaSetID bson.ObjectID `bson:"replicaSetId"`
			}
		}
	}
	err := i.root().Database("admin").RunCommand(i.t.Context(),
		bson.D{{Key: "replSetGetConfig", Value: 1}}).Decode(&answer)
	if err != nil {
		i.t.Fatal(err)
	}
	s := summary{Version: answer.Config.Version, ID: answer.Config.Settings.ReplicaSetID}
	for _, m := range answer.Config.Members {
		s.Hosts = append(s.Hosts, m.Host)
	}
	return s
}

// TestMembersWanted has a set of one that is to have three, of which the stand-in has but the
// one: the configuration with the next member goes there and back as a whole, and is refused
// for want of that member.
func TestMembersWanted(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	const three = "MONGODB_MEMBERS=mongodb,mongodb-2.invalid,mongodb-3.invalid"
	o := i.healthcheck(three)
	if want := "mongodb-2.invalid:27017 does not answer yet: the replica set is initiated when all members do"; o.code != 1 || o.line != want {
		t.Errorf("new: %d, %q, %q", o.code, o.line, o.stderr)
	}
	if got := i.commands(0); len(got) != 0 {
		t.Errorf("new: sent %q", got)
	}
	i.healthy(3)
	before, from := i.config(), i.mark()
	o = i.healthcheck(three)
	if want := ready + "; mongodb-2.invalid:27017 is not added yet: NodeNotFound: "; o.code != 0 ||
		!strings.HasPrefix(o.line, want) {
		t.Errorf("one member: %d, %q, %q", o.code, o.line, o.stderr)
	}
	if got := i.commands(from); !slices.Equal(got, []string{"usersInfo", "replSetGetConfig", "replSetReconfig"}) {
		t.Errorf("one member: sent %q", got)
	}
	if after := i.config(); after.Version != before.Version || !slices.Equal(after.Hosts, before.Hosts) {
		t.Errorf("the configuration was %v and is %v", before, after)
	}
	o = i.healthcheck(three, "HOSTNAME=mongodb-2.invalid")
	if want := "this member is the primary of another set, as " + member; o.code != 1 || !strings.HasPrefix(o.line, want) {
		t.Errorf("another member: %d, %q", o.code, o.line)
	}
}

// TestRenamed meets a primary under a name that clients cannot use.
func TestRenamed(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.prepare("localhost:27017")
	o := i.healthcheck()
	if want := "ok: the member localhost:27017 is now " + member; o.code != 0 || !strings.HasPrefix(o.line, want) {
		t.Errorf("%d, %q", o.code, o.line)
	}
	if c := i.config(); c.Version != 2 || c.Hosts[0] != member {
		t.Errorf("the configuration is %v", c)
	}
	checkUsers(t, i)
}
