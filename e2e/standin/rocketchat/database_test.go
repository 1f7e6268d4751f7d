package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

func TestMigrations(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openWorkspace(t, startMongod(t))
	at := func(target int) migration {
		return migration{db: db, log: quiet(), target: target, retry: 20 * time.Millisecond}
	}
	if err := at(809).run(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := db.count(ctx, collRooms, byID(defaultRoom)); n != 1 || err != nil {
		t.Errorf("%d default rooms, %v", n, err)
	}
	if c, err := db.control(ctx); c.Version != 809 || c.Locked || err != nil {
		t.Errorf("control %+v, %v", c, err)
	}
	if err := at(809).run(ctx); err != nil {
		t.Errorf("again: %v", err)
	}
	if err := at(808).run(ctx); err == nil || !strings.Contains(err.Error(), "can't find migration version 809") {
		t.Errorf("an older version: %v", err)
	}
	if ok, err := db.lock(ctx); !ok || err != nil {
		t.Fatalf("lock: %v, %v", ok, err)
	}
	if ok, err := db.lock(ctx); ok || err != nil {
		t.Errorf("locked twice: %v, %v", ok, err)
	}
	if err := at(900).run(ctx); !errors.Is(err, errLocked) {
		t.Errorf("a lock that stays: %v", err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = db.unlock(ctx, 900) })
	if err := at(900).run(ctx); err != nil {
		t.Errorf("an upgrade by another instance: %v", err)
	}
}

func TestMigrationOfAnEmptyDatabaseElsewhere(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openWorkspace(t, startMongod(t))
	if _, err := db.control(ctx); err != nil {
		t.Fatal(err)
	}
	if ok, err := db.lock(ctx); !ok || err != nil {
		t.Fatal(ok, err)
	}
	second := migration{db: db, log: quiet(), target: 809}
	if err := second.run(ctx); !errors.Is(err, errLocked) {
		t.Errorf("before the other one made the room: %v", err)
	}
	if err := second.run(ctx); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("after it: %v", err)
	}
}

func TestInstanceRecords(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openWorkspace(t, startMongod(t))
	cfg := config{Hostname: "rocketchat-1", Expire: time.Minute}
	for _, id := range []string{"one", "two", "dead"} {
		if err := db.register(ctx, id, cfg); err != nil {
			t.Fatal(err)
		}
	}
	old := bson.D{{Key: "$set", Value: bson.D{{Key: "_updatedAt", Value: time.Now().Add(-2 * time.Minute)}}}}
	if _, err := db.db.Collection(collInstances).UpdateOne(ctx, byID("dead"), old); err != nil {
		t.Fatal(err)
	}
	count := func(want int64) {
		t.Helper()
		if n, err := db.instances(ctx, cfg); n != want || err != nil {
			t.Errorf("%d instances, %v, want %d", n, err, want)
		}
	}
	count(2)
	if err := db.heartbeat(ctx, "one", cfg); err != nil {
		t.Fatal(err)
	}
	if n, err := db.count(ctx, collInstances, bson.D{}); n != 2 || err != nil {
		t.Errorf("%d records after a heartbeat, %v", n, err)
	}
	if err := db.unregister(ctx, "two"); err != nil {
		t.Fatal(err)
	}
	count(1)
}

func TestFiguresOfTheWorkspace(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openWorkspace(t, startMongod(t))
	cfg, err := parseConfig(project())
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(cfg, quiet(), db, &relay{log: quiet()}, func(error) {})
	sess := newSession(s, "203.0.113.7")
	say(sess)
	if err := db.register(ctx, "one", cfg); err != nil {
		t.Fatal(err)
	}
	if err := s.metrics.refresh(ctx, s); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"rocketchat_instance_count": 1, "rocketchat_users_total": 1, "rocketchat_users_online": 1,
		"rocketchat_messages_total":     1, // the second had the _id of the first
		"rocketchat_ddp_sessions_count": 1, "rocketchat_ddp_sessions_auth": 1, "rocketchat_ddp_connected_users": 1,
	} {
		if got := gaugeValue(t, s.metrics.stats[name]); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	found, err := db.messages(ctx, "GENERAL", 10)
	if err != nil || len(found) != 1 || found[0].Text != "hello" || found[0].Author.Username != "ada" {
		t.Errorf("messages %+v, %v", found, err)
	}
	sess.close()
	if n, err := db.count(ctx, collUsers, bson.D{{Key: "status", Value: "offline"}}); n != 1 || err != nil {
		t.Errorf("%d users offline, %v", n, err)
	}
}

// say logs in and sends a message twice.
func say(sess *session) {
	for _, m := range []string{
		`{"msg":"connect"}`,
		`{"msg":"method","id":"1","method":"login","params":[{"user":{"username":"ada"},"password":"x"}]}`,
		`{"msg":"method","id":"2","method":"sendMessage","params":[{"_id":"m1","rid":"GENERAL","msg":"hello"}]}`,
		`{"msg":"method","id":"3","method":"sendMessage","params":[{"_id":"m1","rid":"GENERAL","msg":"again"}]}`,
	} {
		sess.handle([]byte(m))
	}
}
