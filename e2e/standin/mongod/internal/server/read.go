package server

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// collection returns the documents; two collections of local exist without being stored.
func (k *call) collection(ns string) []bson.D {
	r := k.s.set
	switch {
	case r.kept.Config == nil:
	case ns == "local.oplog.rs":
		return []bson.D{r.oplogEntry(r.kept.Oplog, "initiating set"), r.oplogEntry(r.lastWrite, "periodic noop")}
	case ns == "local.system.replset":
		var doc bson.D
		if data, err := bson.Marshal(r.kept.Config); err == nil && bson.Unmarshal(data, &doc) == nil {
			return []bson.D{doc}
		}
	}
	return k.s.store.Docs(ns)
}

// oplogEntry is all there is of an oplog: the exporter wants its first and last moment.
func (r *replSet) oplogEntry(ts bson.Timestamp, what string) bson.D {
	return bson.D{
		{Key: "op", Value: "n"}, {Key: "ns", Value: ""}, {Key: "o", Value: bson.D{{Key: "msg", Value: what}}},
		{Key: "ts", Value: ts}, {Key: "t", Value: r.kept.Term}, {Key: "v", Value: int64(2)},
		{Key: "wall", Value: bson.DateTime(int64(ts.T) * 1000)},
	}
}

func (k *call) matching(ns string, query, sort bson.D) ([]bson.D, error) {
	f, err := store.ParseFilter(query)
	if err != nil {
		return nil, err
	}
	found := []bson.D{}
	all := k.collection(ns)
	k.s.counters.scanned += int64(len(all)) // there are no indexes
	for _, doc := range all {
		if f.Match(doc) {
			found = append(found, doc)
		}
	}
	return store.Sort(found, sort)
}

func cut(docs []bson.D, skip, limit int64) []bson.D {
	docs = docs[min(max(skip, 0), int64(len(docs))):]
	if limit < 0 {
		limit = -limit
	}
	if limit > 0 {
		docs = docs[:min(limit, int64(len(docs)))]
	}
	return docs
}

// find returns all in the first batch, whatever batch was asked for: no cursor stays open.
func (k *call) find() (bson.D, error) {
	k.s.counters.queries++
	if err := k.only("filter", "sort", "limit", "skip", "batchSize", "singleBatch"); err != nil {
		return nil, err
	}
	ns, err := k.namespace()
	if err != nil {
		return nil, err
	}
	query, err := k.doc("filter")
	if err != nil {
		return nil, err
	}
	sort, err := k.doc("sort")
	if err != nil {
		return nil, err
	}
	found, err := k.matching(ns, query, sort)
	if err != nil {
		return nil, err
	}
	found = cut(found, integer(k.get("skip")), integer(k.get("limit")))
	k.s.counters.returned += int64(len(found))
	return cursor(ns, found), nil
}

func cursor(ns string, docs []bson.D) bson.D {
	return bson.D{{Key: "cursor", Value: bson.D{
		{Key: "firstBatch", Value: docs}, {Key: "id", Value: int64(0)}, {Key: "ns", Value: ns},
	}}}
}

func (k *call) count() (bson.D, error) {
	if err := k.only("query", "limit", "skip"); err != nil {
		return nil, err
	}
	ns, err := k.namespace()
	if err != nil {
		return nil, err
	}
	query, err := k.doc("query")
	if err != nil {
		return nil, err
	}
	found, err := k.matching(ns, query, nil)
	if err != nil {
		return nil, err
	}
	n := len(cut(found, integer(k.get("skip")), integer(k.get("limit"))))
	return bson.D{{Key: "n", Value: int32(n)}}, nil
}

func (k *call) getMore() (bson.D, error) {
	return nil, fault.CursorNotFound.Errorf("cursor id %d not found", integer(k.body[0].Value))
}

func (k *call) killCursors() (bson.D, error) {
	ids, _ := k.get("cursors").(bson.A)
	return bson.D{
		{Key: "cursorsKilled", Value: bson.A{}}, {Key: "cursorsNotFound", Value: ids},
		{Key: "cursorsAlive", Value: bson.A{}}, {Key: "cursorsUnknown", Value: bson.A{}},
	}, nil
}

// aggregate has three pipelines: what a driver makes of counting, [$match, $skip, $limit,]
// $group with a sum of ones, and the statistics that the exporter asks for. On a
// collection that does not exist any other gives nothing, as in mongod.
func (k *call) aggregate() (bson.D, error) {
	if err := k.only("pipeline", "cursor", "allowDiskUse", "bypassDocumentValidation"); err != nil {
		return nil, err
	}
	ns, err := k.namespace()
	if err != nil {
		return nil, err
	}
	stages, err := k.docs("pipeline")
	if err != nil {
		return nil, err
	}
	if len(stages) > 0 && len(stages[0]) == 1 {
		switch stages[0][0].Key {
		case "$collStats":
			return cursor(ns, []bson.D{k.s.collStats(ns)}), nil
		case "$indexStats":
			return cursor(ns, []bson.D{k.s.indexStats()}), nil
		case "$changeStream":
			return nil, fault.NotImplemented.Errorf("the stand-in has no change streams")
		}
	}
	docs := k.collection(ns)
	if len(docs) == 0 {
		return cursor(ns, []bson.D{}), nil
	}
	for _, stage := range stages {
		if len(stage) != 1 {
			return nil, fault.FailedToParse.Errorf("A pipeline stage specification object must contain exactly one field.")
		}
		if docs, err = runStage(stage[0], docs); err != nil {
			return nil, err
		}
	}
	return cursor(ns, docs), nil
}

func runStage(stage bson.E, docs []bson.D) ([]bson.D, error) {
	spec, _ := stage.Value.(bson.D)
	switch stage.Key {
	case "$match":
		f, err := store.ParseFilter(spec)
		if err != nil {
			return nil, err
		}
		found := []bson.D{}
		for _, doc := range docs {
			if f.Match(doc) {
				found = append(found, doc)
			}
		}
		return found, nil
	case "$skip":
		return cut(docs, integer(stage.Value), 0), nil
	case "$limit":
		return cut(docs, 0, integer(stage.Value)), nil
	case "$group":
		return countGroup(spec, docs)
	}
	return nil, fault.NotImplemented.Errorf("the stand-in has no stage %s", stage.Key)
}

func countGroup(spec bson.D, docs []bson.D) ([]bson.D, error) {
	id, _ := lookup(spec, "_id")
	if len(spec) == 2 && !isExpression(id) {
		if sum, ok := spec[1].Value.(bson.D); ok && len(sum) == 1 && sum[0].Key == "$sum" && integer(sum[0].Value) == 1 {
			if len(docs) == 0 {
				return docs, nil
			}
			return []bson.D{{{Key: "_id", Value: id}, {Key: spec[1].Key, Value: int32(len(docs))}}}, nil
		}
	}
	return nil, fault.NotImplemented.Errorf("the stand-in has no $group but that which counts")
}

func isExpression(v any) bool {
	switch x := v.(type) {
	case string:
		return strings.HasPrefix(x, "$")
	case bson.D:
		return true
	}
	return false
}
