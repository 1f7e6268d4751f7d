package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// buildMongod builds the stand-in for mongod once for all tests. It has its own
// tests: where it does not build, those here that need it are skipped.
var buildMongod = sync.OnceValues(func() (string, error) {
	name := filepath.Join(os.TempDir(), "mongod")
	out, err := exec.Command("go", "build", "-o", name, "rcgen/e2e/standin/mongod").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return name, nil
})

// startMongod gives the URL of a replica set of one member with a primary, without
// a database in its path.
func startMongod(t *testing.T) string {
	t.Helper()
	program, err := buildMongod()
	if err != nil {
		t.Skipf("the stand-in for mongod does not build: %v\n%s", err, program)
	}
	port := strconv.Itoa(freePort(t))
	self := net.JoinHostPort("127.0.0.1", port)
	cmd := exec.Command(program, "--replSet", "rs0", "--dbpath", t.TempDir(), "--port", port)
	cmd.Env = append(os.Environ(), "STANDIN_SELF="+self, "STANDIN_ELECTION=10ms")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	initiate(t, self)
	return "mongodb://" + self
}

func initiate(t *testing.T, self string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + self + "/?directConnection=true"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(ctx) }()
	set := bson.D{{Key: "_id", Value: "rs0"}, {Key: "members", Value: bson.A{
		bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: self}},
	}}}
	admin := client.Database("admin")
	if err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: set}}).Err(); err != nil {
		t.Fatal(err)
	}
	wait(t, "primary", func() bool {
		var hello struct{ IsWritablePrimary bool }
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		return err == nil && hello.IsWritablePrimary
	})
}

// openWorkspace is the database of a test, through the real driver.
func openWorkspace(t *testing.T, mongoURL string) *database {
	t.Helper()
	cfg := config{MongoURL: mongoURL + "/rocketchat?replicaSet=rs0", Database: "rocketchat"}
	db, err := openDatabase(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.db.Client().Disconnect(context.Background()) })
	return db
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return portOf(t, l.Addr().String())
}
