package server

import (
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// call is one command on its way.
type call struct {
	s    *Server
	c    *conn
	name string
	body bson.D
	db   string
}

// generic are the fields that any command may have (generic_argument.idl). The ones of
// transactions are missing: the stand-in has none, and must not act as if it had.
var generic = []string{
	"$db", "$clusterTime", "$readPreference", "lsid", "txnNumber", "readConcern", "writeConcern",
	"maxTimeMS", "comment", "apiVersion", "apiStrict", "apiDeprecationErrors",
}

// only refuses fields that the stand-in would have to ignore.
func (k *call) only(known ...string) error {
	return only(k.name, k.body[1:], append(known, generic...))
}

func only(where string, doc bson.D, known []string) error {
	for _, e := range doc {
		if !slices.Contains(known, e.Key) {
			return fault.NotImplemented.Errorf("the stand-in has no field '%s.%s'", where, e.Key)
		}
	}
	return nil
}

func lookup(doc bson.D, key string) (any, bool) {
	for _, e := range doc {
		if e.Key == key {
			return e.Value, true
		}
	}
	return nil, false
}

func (k *call) get(key string) any {
	value, _ := lookup(k.body, key)
	return value
}

// doc returns an empty document where there is none.
func (k *call) doc(key string) (bson.D, error) { return docIn(k.name, k.body, key) }

func docIn(where string, body bson.D, key string) (bson.D, error) {
	value, found := lookup(body, key)
	if !found || value == nil {
		return bson.D{}, nil
	}
	d, ok := value.(bson.D)
	if !ok {
		return nil, wrongType(where, key, "object")
	}
	return d, nil
}

// docs returns an array of documents, which must be there.
func (k *call) docs(key string) ([]bson.D, error) {
	value, found := lookup(k.body, key)
	if !found {
		return nil, missing(k.name, key)
	}
	list, ok := value.(bson.A)
	if !ok {
		return nil, wrongType(k.name, key, "array")
	}
	docs := make([]bson.D, len(list))
	for i, each := range list {
		if docs[i], ok = each.(bson.D); !ok {
			return nil, wrongType(k.name, key, "object")
		}
	}
	return docs, nil
}

func missing(where, key string) error {
	return fault.IDLFailedToParse.Errorf("BSON field '%s.%s' is missing but a required field", where, key)
}

func wrongType(where, key, want string) error {
	return fault.TypeMismatch.Errorf("BSON field '%s.%s' is the wrong type, expected type '%s'", where, key, want)
}

// truth takes numbers for booleans, as mongod does in its commands.
func truth(value any) bool {
	switch v := value.(type) {
	case bool:
		return v
	case int32:
		return v != 0
	case int64:
		return v != 0
	case float64:
		return v != 0
	}
	return false
}

// integer is zero for what is no whole number.
func integer(value any) int64 {
	switch v := value.(type) {
	case int32:
		return int64(v)
	case int64:
		return v
	case float64:
		if v == math.Trunc(v) {
			return int64(v)
		}
	}
	return 0
}

// namespace is the collection that the command names.
func (k *call) namespace() (string, error) {
	name, ok := k.body[0].Value.(string)
	if !ok || name == "" {
		return "", fault.InvalidNamespace.Errorf("collection name has invalid type or is empty")
	}
	return k.db + "." + name, nil
}

// attempt identifies a write that the driver may repeat.
func (k *call) attempt() store.Attempt {
	session, _ := k.get("lsid").(bson.D)
	id, ok := store.Get(session, "id").(bson.Binary)
	if _, numbered := lookup(k.body, "txnNumber"); !ok || !numbered {
		return store.Attempt{}
	}
	return store.Attempt{Session: hexOf(id.Data), Txn: integer(k.get("txnNumber"))}
}
