package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// serverSelection is the time an instance gives MongoDB, at start and afterwards.
const serverSelection = 10 * time.Second

// database is the workspace's database; every collection used is named here or in
// the files beside this one.
type database struct{ db *mongo.Database }

// openDatabase connects and insists on a primary.
func openDatabase(ctx context.Context, cfg config) (*database, error) {
	opts := options.Client().ApplyURI(cfg.MongoURL).SetAppName("Rocket.Chat stand-in")
	if opts.ServerSelectionTimeout == nil {
		opts.SetServerSelectionTimeout(serverSelection)
	}
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, fmt.Errorf("MongoDB: %w", err)
	}
	d := &database{db: client.Database(cfg.Database)}
	if err := d.ping(ctx); err != nil {
		return nil, fmt.Errorf("MongoDB: %w", err)
	}
	return d, nil
}

func (d *database) ping(ctx context.Context) error {
	return d.db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err()
}

func (d *database) version(ctx context.Context) (string, error) {
	var info struct{ Version string }
	err := d.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info)
	return info.Version, err
}

// count counts documents. The command and not the driver's CountDocuments, which is
// an aggregation over all of them.
func (d *database) count(ctx context.Context, collection string, query bson.D) (int64, error) {
	var answer struct{ N int64 }
	cmd := bson.D{{Key: "count", Value: collection}, {Key: "query", Value: query}}
	err := d.db.RunCommand(ctx, cmd).Decode(&answer)
	return answer.N, err
}

// upsert ignores the duplicate key that the losing side of two simultaneous upserts
// may get: the document is there then.
func (d *database) upsert(ctx context.Context, collection string, id any, update bson.D) error {
	_, err := d.db.Collection(collection).UpdateOne(ctx, byID(id), update, options.UpdateOne().SetUpsert(true))
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return err
}

// control is the document that serialises migrations.
type control struct {
	ID       string    `bson:"_id"`
	Version  int       `bson:"version"`
	Locked   bool      `bson:"locked"`
	LockedAt time.Time `bson:"lockedAt,omitempty"`
}

const (
	collMigrations = "migrations"
	collRooms      = "rocketchat_room"
	collMessages   = "rocketchat_message"
	collUsers      = "users"
	collInstances  = "instances"
	collStatistics = "rocketchat_statistics"
	defaultRoom    = "GENERAL"
)

// control reads the control document and makes it on an empty database.
func (d *database) control(ctx context.Context) (control, error) {
	var c control
	fresh := bson.D{{Key: "version", Value: 0}, {Key: "locked", Value: false}}
	err := d.upsert(ctx, collMigrations, "control", bson.D{{Key: "$setOnInsert", Value: fresh}})
	if err != nil {
		return c, err
	}
	err = d.db.Collection(collMigrations).FindOne(ctx, byID("control")).Decode(&c)
	return c, err
}

// lock is atomic: of several instances only one matches the unlocked document.
func (d *database) lock(ctx context.Context) (bool, error) {
	unlocked := bson.D{{Key: "_id", Value: "control"}, {Key: "locked", Value: false}}
	set := bson.D{{Key: "locked", Value: true}, {Key: "lockedAt", Value: time.Now().UTC()}}
	res, err := d.db.Collection(collMigrations).UpdateOne(ctx, unlocked, bson.D{{Key: "$set", Value: set}})
	if err != nil {
		return false, err
	}
	return res.MatchedCount == 1, nil
}

func (d *database) unlock(ctx context.Context, version int) error {
	set := bson.D{{Key: "version", Value: version}, {Key: "locked", Value: false}}
	_, err := d.db.Collection(collMigrations).UpdateOne(ctx, byID("control"), bson.D{{Key: "$set", Value: set}})
	return err
}

// createDefaultRoom fails with a duplicate key when another instance was faster.
func (d *database) createDefaultRoom(ctx context.Context) error {
	_, err := d.db.Collection(collRooms).InsertOne(ctx, bson.D{
		{Key: "_id", Value: defaultRoom}, {Key: "t", Value: "c"}, {Key: "name", Value: "general"},
		{Key: "ts", Value: time.Now().UTC()}, {Key: "default", Value: true},
	})
	return err
}

// login records a user; the same name is the same user on every instance.
func (d *database) login(ctx context.Context, id, name string) error {
	set := bson.D{{Key: "username", Value: name}, {Key: "active", Value: true}, {Key: "status", Value: "online"}}
	return d.upsert(ctx, collUsers, id, bson.D{{Key: "$set", Value: set}})
}

func (d *database) logout(ctx context.Context, id string) error {
	set := bson.D{{Key: "status", Value: "offline"}}
	_, err := d.db.Collection(collUsers).UpdateOne(ctx, byID(id), bson.D{{Key: "$set", Value: set}})
	return err
}

func (d *database) saveMessage(ctx context.Context, m message) error {
	_, err := d.db.Collection(collMessages).InsertOne(ctx, m)
	return err
}

// messages gives the newest of a room, oldest first.
func (d *database) messages(ctx context.Context, rid string, limit int64) ([]message, error) {
	newest := options.Find().SetSort(bson.D{{Key: "ts", Value: -1}}).SetLimit(limit)
	cur, err := d.db.Collection(collMessages).Find(ctx, bson.D{{Key: "rid", Value: rid}}, newest)
	if err != nil {
		return nil, err
	}
	found := []message{}
	if err := cur.All(ctx, &found); err != nil {
		return nil, err
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found, nil
}

func byID(id any) bson.D { return bson.D{{Key: "_id", Value: id}} }

// newID is as long as Meteor's random ids.
func newID() string { return rand.Text()[:17] }
