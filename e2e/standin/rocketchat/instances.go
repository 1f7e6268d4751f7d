package main

import (
	"context"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// register writes the instance record; its _id is new for each process, so the
// record of a process that died stays until it expires.
func (d *database) register(ctx context.Context, id string, cfg config) error {
	now := time.Now().UTC()
	return d.upsert(ctx, collInstances, id, bson.D{{Key: "$set", Value: bson.D{
		{Key: "name", Value: "rocket.chat"},
		{Key: "pid", Value: os.Getpid()},
		{Key: "extraInformation", Value: bson.D{
			{Key: "host", Value: cfg.Hostname}, {Key: "port", Value: cfg.Port}, {Key: "version", Value: cfg.Version},
		}},
		{Key: "_createdAt", Value: now},
		{Key: "_updatedAt", Value: now},
	}}})
}

// heartbeat keeps the own record alive and removes dead ones. The real database
// does the latter by a TTL index, within a minute of their expiry.
func (d *database) heartbeat(ctx context.Context, id string, cfg config) error {
	now := time.Now().UTC()
	set := bson.D{{Key: "name", Value: "rocket.chat"}, {Key: "_updatedAt", Value: now}}
	if err := d.upsert(ctx, collInstances, id, bson.D{{Key: "$set", Value: set}}); err != nil {
		return err
	}
	dead := bson.D{{Key: "_updatedAt", Value: bson.D{{Key: "$lt", Value: now.Add(-cfg.Expire)}}}}
	_, err := d.db.Collection(collInstances).DeleteMany(ctx, dead)
	return err
}

func (d *database) unregister(ctx context.Context, id string) error {
	_, err := d.db.Collection(collInstances).DeleteOne(ctx, byID(id))
	return err
}

// instances counts the records that have not expired.
func (d *database) instances(ctx context.Context, cfg config) (int64, error) {
	alive := bson.D{{Key: "$gte", Value: time.Now().UTC().Add(-cfg.Expire)}}
	return d.count(ctx, collInstances, bson.D{{Key: "_updatedAt", Value: alive}})
}
