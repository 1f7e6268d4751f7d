package server

import (
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/store"
	"rcgen/e2e/standin/mongod/internal/wire"
)

// Version is the mongod that the stand-in stands in for.
const Version = "8.0.26"

// wireVersion is the one of MongoDB 8.0.
const wireVersion int32 = 25

const maxDocument int32 = 16 << 20

// hello has no topologyVersion: a driver that finds none asks again from time to time and
// does not wait for an answer that is held back.
func (k *call) hello() (bson.D, error) {
	legacy := k.name != "hello"
	if client, ok := k.get("client").(bson.D); ok {
		app, _ := store.Get(client, "application").(bson.D)
		k.c.app, _ = store.Get(app, "name").(string)
	}
	answer := bson.D{}
	if legacy && truth(k.get("helloOk")) {
		answer = append(answer, bson.E{Key: "helloOk", Value: true})
	}
	answer = append(answer, k.s.set.hello(legacy)...)
	answer = append(answer, bson.D{
		{Key: "maxBsonObjectSize", Value: maxDocument},
		{Key: "maxMessageSizeBytes", Value: int32(wire.MaxMessage)},
		{Key: "maxWriteBatchSize", Value: int32(100_000)},
		{Key: "localTime", Value: bson.NewDateTimeFromTime(time.Now())},
		{Key: "logicalSessionTimeoutMinutes", Value: int32(30)},
		{Key: "connectionId", Value: k.c.id},
		{Key: "minWireVersion", Value: int32(0)},
		{Key: "maxWireVersion", Value: wireVersion},
		{Key: "readOnly", Value: false},
	}...)
	return append(answer, k.helloLogin()...), nil
}

// helloLogin answers the parts of hello that are about logging in. A first step that fails
// is left out, and the driver begins again with saslStart.
func (k *call) helloLogin() bson.D {
	answer := bson.D{}
	if name, ok := k.get("saslSupportedMechs").(string); ok {
		db, user, _ := strings.Cut(name, ".")
		if k.s.users.find(user, db) != nil {
			answer = append(answer, bson.E{Key: "saslSupportedMechs", Value: bson.A{mechanism}})
		}
	}
	if first, ok := k.get("speculativeAuthenticate").(bson.D); ok {
		db, _ := store.Get(first, "db").(string)
		if step, err := k.startLogin(first, db); err == nil {
			answer = append(answer, bson.E{Key: "speculativeAuthenticate", Value: step})
		}
	}
	return answer
}

func buildInfo(*call) (bson.D, error) {
	return bson.D{
		{Key: "version", Value: Version},
		{Key: "gitVersion", Value: "stand-in"},
		{Key: "modules", Value: bson.A{}},
		{Key: "allocator", Value: "tcmalloc-google"},
		{Key: "javascriptEngine", Value: "none"},
		{Key: "sysInfo", Value: "deprecated"},
		{Key: "versionArray", Value: bson.A{int32(8), int32(0), int32(26), int32(0)}},
		{Key: "openssl", Value: bson.D{{Key: "running", Value: "disabled"}, {Key: "compiled", Value: "disabled"}}},
		{Key: "bits", Value: int32(64)},
		{Key: "debug", Value: false},
		{Key: "maxBsonObjectSize", Value: maxDocument},
		{Key: "storageEngines", Value: bson.A{"devnull", "wiredTiger"}},
	}, nil
}
