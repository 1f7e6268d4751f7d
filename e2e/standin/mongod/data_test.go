package main_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func d(key string, value any) bson.D { return bson.D{{Key: key, Value: value}} }

// app is the database as Rocket.Chat sees it: found through the replica set.
func (i *instance) app() *mongo.Database {
	return i.client(asSet, remoteClient, "rocketchat", appPassword).Database("rocketchat")
}

func mustNot(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	c := i.app().Collection("m")
	old := time.Now().Add(-time.Hour)
	for n, at := range []time.Time{old, time.Now(), time.Now().Add(time.Minute)} {
		_, err := c.InsertOne(ctx, bson.D{{Key: "_id", Value: n}, {Key: "room", Value: "GENERAL"}, {Key: "at", Value: at}})
		mustNot(t, "InsertOne", err)
	}
	if _, err := c.InsertOne(ctx, d("_id", 1)); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("second _id 1: %v", err)
	}
	newest, err := c.Find(ctx, d("room", "GENERAL"), options.Find().SetSort(d("at", -1)).SetLimit(2))
	mustNot(t, "Find", err)
	var found []struct {
		ID int `bson:"_id"`
	}
	mustNot(t, "All", newest.All(ctx, &found))
	if len(found) != 2 || found[0].ID != 2 || found[1].ID != 1 {
		t.Errorf("found %v", found)
	}
	if err := c.FindOne(ctx, d("_id", 7)).Err(); !errors.Is(err, mongo.ErrNoDocuments) {
		t.Errorf("FindOne of none: %v", err)
	}
	if n, err := c.CountDocuments(ctx, d("at", d("$lt", time.Now().Add(time.Second)))); n != 2 || err != nil {
		t.Errorf("CountDocuments: %d, %v", n, err)
	}
	if n, err := c.EstimatedDocumentCount(ctx); n != 3 || err != nil {
		t.Errorf("EstimatedDocumentCount: %d, %v", n, err)
	}
	checkDeletes(t, c, old.Add(time.Second))
	checkUpdates(t, i.app().Collection("counters"))
	checkRefusals(t, c)
}

// checkDeletes finds one document before the time.
func checkDeletes(t *testing.T, c *mongo.Collection, before time.Time) {
	t.Helper()
	ctx := t.Context()
	gone, err := c.DeleteMany(ctx, d("at", d("$lt", before)))
	if err != nil || gone.DeletedCount != 1 {
		t.Errorf("DeleteMany: %v, %v", gone, err)
	}
	if gone, err = c.DeleteOne(ctx, d("_id", 7)); err != nil || gone.DeletedCount != 0 {
		t.Errorf("DeleteOne of none: %v, %v", gone, err)
	}
}

func checkUpdates(t *testing.T, c *mongo.Collection) {
	t.Helper()
	ctx := t.Context()
	change := bson.D{
		{Key: "$inc", Value: d("n", 2)}, {Key: "$set", Value: d("info.host", "a")},
		{Key: "$setOnInsert", Value: d("first", true)},
	}
	after := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
	for want := 2; want <= 6; want += 2 {
		var got struct {
			ID    string `bson:"_id"`
			N     int
			First bool
			Info  struct{ Host string }
		}
		mustNot(t, "FindOneAndUpdate", c.FindOneAndUpdate(ctx, d("_id", "x"), change, after).Decode(&got))
		if got.ID != "x" || got.N != want || !got.First || got.Info.Host != "a" {
			t.Errorf("FindOneAndUpdate: %+v, want n %d", got, want)
		}
	}
	r, err := c.UpdateOne(ctx, d("_id", "y"), d("$setOnInsert", d("n", 0)), options.UpdateOne().SetUpsert(true))
	if err != nil || r.UpsertedCount != 1 || r.UpsertedID != "y" {
		t.Errorf("upsert: %+v, %v", r, err)
	}
	r, err = c.UpdateOne(ctx, bson.D{{Key: "_id", Value: "y"}, {Key: "n", Value: 1}}, d("$set", d("n", 2)))
	if err != nil || r.MatchedCount != 0 {
		t.Errorf("update of none: %+v, %v", r, err)
	}
	r, err = c.UpdateMany(ctx, d("n", d("$gte", 0)), d("$set", d("info.host", "a")))
	if err != nil || r.MatchedCount != 2 || r.ModifiedCount != 1 {
		t.Errorf("UpdateMany: %+v, %v", r, err)
	}
}

// checkRefusals wants an error where the stand-in would have to do it wrong.
func checkRefusals(t *testing.T, c *mongo.Collection) {
	t.Helper()
	ctx := t.Context()
	_, err := c.UpdateOne(ctx, d("_id", 1), d("$push", d("list", 1)))
	if codeIn(err) != 9 {
		t.Errorf("unknown modifier: %v", err)
	}
	if err := c.FindOne(ctx, d("at", d("$near", 1))).Err(); codeIn(err) != 2 {
		t.Errorf("unknown operator: %v", err)
	}
	if err := c.FindOne(ctx, bson.D{}, options.FindOne().SetProjection(d("at", 1))).Err(); codeIn(err) != 238 {
		t.Errorf("projection: %v", err)
	}
	if _, err := c.Watch(ctx, mongo.Pipeline{}); codeIn(err) != 238 {
		t.Errorf("change stream: %v", err)
	}
	session, err := c.Database().Client().StartSession()
	mustNot(t, "StartSession", err)
	defer session.EndSession(ctx)
	mustNot(t, "StartTransaction", session.StartTransaction())
	err = mongo.WithSession(ctx, session, func(ctx context.Context) error {
		_, err := c.InsertOne(ctx, d("_id", "in a transaction"))
		return err
	})
	if codeIn(err) != 238 {
		t.Errorf("transaction: %v", err)
	}
}

// TestRestart has a client that lives on while the server is killed: the driver finds the
// primary again, and every acknowledged write is there, once.
func TestRestart(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	i.healthy(3)
	c := i.app().Collection("m")
	acknowledged := make(chan int)
	go func() {
		defer close(acknowledged)
		for n := 0; n < 30; { // the test's own time bounds the attempts that fail
			if _, err := c.UpdateOne(t.Context(), d("_id", "n"), d("$inc", d("n", 1)),
				options.UpdateOne().SetUpsert(true)); err == nil {
				n++
				acknowledged <- n
			} else if t.Context().Err() != nil {
				return
			}
		}
	}()
	want := 0
	for want = range acknowledged {
		if want == 10 || want == 20 {
			i.kill() // the next write is under way
			i.start()
		}
	}
	var got struct{ N int }
	mustNot(t, "FindOne", c.FindOne(t.Context(), d("_id", "n")).Decode(&got))
	if got.N < want || got.N > want+2 || want != 30 {
		t.Errorf("%d increments were acknowledged, the counter is %d", want, got.N)
	}
}
