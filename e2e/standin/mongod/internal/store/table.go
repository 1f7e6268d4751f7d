package store

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// Table is a collection during a write.
type Table struct {
	docs    []bson.D
	changed bool
}

// Find returns the places of the documents that match, in the order of sort.
func (t *Table) Find(f Filter, sort bson.D) ([]int, error) {
	var found []int
	var docs []bson.D
	for i, doc := range t.docs {
		if f.Match(doc) {
			found = append(found, i)
			docs = append(docs, doc)
		}
	}
	if len(sort) == 0 {
		return found, nil
	}
	sorted, err := Sort(docs, sort)
	if err != nil {
		return nil, err
	}
	places := make([]int, len(sorted))
	for i, doc := range sorted {
		places[i] = found[slices.IndexFunc(docs, func(d bson.D) bool { return compare(Get(d, "_id"), Get(doc, "_id")) == 0 })]
	}
	return places, nil
}

// At returns the document at a place.
func (t *Table) At(i int) bson.D { return t.docs[i] }

// Insert adds doc, with an _id where it has none, and returns that _id.
func (t *Table) Insert(ns string, doc bson.D) (any, error) {
	id, found := field(doc, "_id")
	if !found {
		id = bson.NewObjectID()
	}
	if _, list := id.(bson.A); list {
		return nil, fault.BadValue.Errorf("The '_id' value cannot be of type array")
	}
	for _, other := range t.docs {
		if compare(Get(other, "_id"), id) == 0 {
			return nil, duplicate(ns, id)
		}
	}
	whole := bson.D{{Key: "_id", Value: id}} // mongod puts it first
	for _, e := range doc {
		if e.Key != "_id" {
			whole = append(whole, e)
		}
	}
	t.docs = append(t.docs, whole)
	t.changed = true
	return id, nil
}

func duplicate(ns string, id any) error {
	key := bson.D{{Key: "_id", Value: id}}
	text, err := bson.MarshalExtJSON(key, false, false)
	if err != nil {
		text = []byte("{ }")
	}
	e := fault.DuplicateKey.Errorf("E11000 duplicate key error collection: %s index: _id_ dup key: %s", ns, text)
	e.Extra = bson.D{
		{Key: "keyPattern", Value: bson.D{{Key: "_id", Value: int32(1)}}},
		{Key: "keyValue", Value: key},
	}
	return e
}

// Replace puts doc in a place and says whether that changed anything.
func (t *Table) Replace(i int, doc bson.D) bool {
	if slices.Equal(encoded(t.docs[i]), encoded(doc)) {
		return false
	}
	t.docs[i] = doc
	t.changed = true
	return true
}

// Remove deletes the documents at these places.
func (t *Table) Remove(places []int) {
	left := t.docs[:0:0]
	for i, doc := range t.docs {
		if !slices.Contains(places, i) {
			left = append(left, doc)
		}
	}
	t.changed = t.changed || len(left) != len(t.docs)
	t.docs = left
}

// Upsert adds the document that the query and the change describe.
func (t *Table) Upsert(ns string, f Filter, change any) (doc bson.D, id any, err error) {
	base, err := f.seed()
	if err != nil {
		return nil, nil, err
	}
	if doc, err = Update(base, change, true); err != nil {
		return nil, nil, err
	}
	if id, err = t.Insert(ns, doc); err != nil {
		return nil, nil, err
	}
	return t.docs[len(t.docs)-1], id, nil
}
