package server

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// write runs change on the collection of the command.
func (k *call) write(change func(ns string, t *store.Table) (bson.D, error)) (bson.D, error) {
	ns, err := k.namespace()
	if err != nil {
		return nil, err
	}
	answer, err := k.s.store.Write(ns, k.attempt(), func(t *store.Table) (bson.D, error) { return change(ns, t) })
	if err == nil {
		k.s.set.written()
	}
	return answer, err
}

// failures collects the write errors of a command: those before it have taken effect, and
// with ordered, the usual, nothing after it is tried.
type failures struct {
	list    bson.A
	ordered bool
}

func (k *call) newFailures() *failures {
	ordered, given := lookup(k.body, "ordered")
	return &failures{ordered: !given || truth(ordered)}
}

// add says whether the command is to go on.
func (f *failures) add(index int, err error) bool {
	var e *fault.Error
	if !errors.As(err, &e) {
		e = fault.Of(err)
	}
	f.list = append(f.list, append(bson.D{
		{Key: "index", Value: int32(index)}, {Key: "code", Value: int32(e.Code)},
		{Key: "errmsg", Value: e.Message},
	}, e.Extra...))
	return !f.ordered
}

func (f *failures) in(answer bson.D) bson.D {
	if len(f.list) > 0 {
		return append(answer, bson.E{Key: "writeErrors", Value: f.list})
	}
	return answer
}

func (k *call) insert() (bson.D, error) {
	if err := k.only("documents", "ordered", "bypassDocumentValidation"); err != nil {
		return nil, err
	}
	docs, err := k.docs("documents")
	if err != nil {
		return nil, err
	}
	k.s.counters.inserts += int64(len(docs))
	return k.write(func(ns string, t *store.Table) (bson.D, error) {
		n, failed := int32(0), k.newFailures()
		for i, doc := range docs {
			if _, err := t.Insert(ns, doc); err == nil {
				n++
			} else if !failed.add(i, err) {
				break
			}
		}
		return failed.in(bson.D{{Key: "n", Value: n}}), nil
	})
}

// tally is what an update did.
type tally struct {
	matched, modified int32
	upserted          bson.A
}

func (k *call) update() (bson.D, error) {
	if err := k.only("updates", "ordered", "bypassDocumentValidation"); err != nil {
		return nil, err
	}
	updates, err := k.docs("updates")
	if err != nil {
		return nil, err
	}
	k.s.counters.updates += int64(len(updates))
	return k.write(func(ns string, t *store.Table) (bson.D, error) {
		var sum tally
		failed := k.newFailures()
		for i, u := range updates {
			if err := sum.update(ns, t, i, u); err != nil && !failed.add(i, err) {
				break
			}
		}
		answer := bson.D{{Key: "n", Value: sum.matched}, {Key: "nModified", Value: sum.modified}}
		if len(sum.upserted) > 0 {
			answer = append(answer, bson.E{Key: "upserted", Value: sum.upserted})
		}
		return failed.in(answer), nil
	})
}

func (s *tally) update(ns string, t *store.Table, index int, u bson.D) error {
	if err := only("update.updates", u, []string{"q", "u", "multi", "upsert"}); err != nil {
		return err
	}
	query, err := docIn("update.updates", u, "q")
	if err != nil {
		return err
	}
	f, err := store.ParseFilter(query)
	if err != nil {
		return err
	}
	places, err := t.Find(f, nil)
	if err != nil {
		return err
	}
	if len(places) == 0 && truth(store.Get(u, "upsert")) {
		_, id, err := t.Upsert(ns, f, store.Get(u, "u"))
		if err != nil {
			return err
		}
		s.matched++
		s.upserted = append(s.upserted, bson.D{{Key: "index", Value: int32(index)}, {Key: "_id", Value: id}})
		return nil
	}
	if !truth(store.Get(u, "multi")) {
		places = places[:min(1, len(places))]
	}
	return s.apply(t, places, store.Get(u, "u"))
}

func (s *tally) apply(t *store.Table, places []int, change any) error {
	for _, at := range places {
		doc, err := store.Update(t.At(at), change, false)
		if err != nil {
			return err
		}
		s.matched++
		if t.Replace(at, doc) {
			s.modified++
		}
	}
	return nil
}

func (k *call) remove() (bson.D, error) {
	if err := k.only("deletes", "ordered"); err != nil {
		return nil, err
	}
	deletes, err := k.docs("deletes")
	if err != nil {
		return nil, err
	}
	k.s.counters.deletes += int64(len(deletes))
	return k.write(func(_ string, t *store.Table) (bson.D, error) {
		n, failed := int32(0), k.newFailures()
		for i, d := range deletes {
			places, err := toDelete(t, d)
			if err != nil {
				if !failed.add(i, err) {
					break
				}
				continue
			}
			t.Remove(places)
			n += int32(len(places))
		}
		return failed.in(bson.D{{Key: "n", Value: n}}), nil
	})
}

func toDelete(t *store.Table, d bson.D) ([]int, error) {
	if err := only("delete.deletes", d, []string{"q", "limit"}); err != nil {
		return nil, err
	}
	query, err := docIn("delete.deletes", d, "q")
	if err != nil {
		return nil, err
	}
	f, err := store.ParseFilter(query)
	if err != nil {
		return nil, err
	}
	places, err := t.Find(f, nil)
	if integer(store.Get(d, "limit")) == 1 {
		places = places[:min(1, len(places))]
	}
	return places, err
}

func (k *call) findAndModify() (bson.D, error) {
	if err := k.only("query", "sort", "update", "remove", "new", "upsert", "bypassDocumentValidation"); err != nil {
		return nil, err
	}
	query, err := k.doc("query")
	if err != nil {
		return nil, err
	}
	sort, err := k.doc("sort")
	if err != nil {
		return nil, err
	}
	f, err := store.ParseFilter(query)
	if err != nil {
		return nil, err
	}
	k.s.counters.updates++
	return k.write(func(ns string, t *store.Table) (bson.D, error) {
		places, err := t.Find(f, sort)
		if err != nil {
			return nil, err
		}
		if len(places) == 0 {
			return k.modifyNone(ns, t, f)
		}
		return k.modifyOne(t, places[0])
	})
}

func (k *call) modifyNone(ns string, t *store.Table, f store.Filter) (bson.D, error) {
	last := bson.D{{Key: "n", Value: int32(0)}}
	if truth(k.get("remove")) {
		return bson.D{{Key: "lastErrorObject", Value: last}, {Key: "value", Value: nil}}, nil
	}
	if !truth(k.get("upsert")) {
		last = append(last, bson.E{Key: "updatedExisting", Value: false})
		return bson.D{{Key: "lastErrorObject", Value: last}, {Key: "value", Value: nil}}, nil
	}
	doc, id, err := t.Upsert(ns, f, k.get("update"))
	if err != nil {
		return nil, err
	}
	var shown any
	if truth(k.get("new")) {
		shown = doc
	}
	return bson.D{{Key: "lastErrorObject", Value: bson.D{
		{Key: "n", Value: int32(1)}, {Key: "updatedExisting", Value: false}, {Key: "upserted", Value: id},
	}}, {Key: "value", Value: shown}}, nil
}

func (k *call) modifyOne(t *store.Table, at int) (bson.D, error) {
	before := t.At(at)
	last := bson.D{{Key: "n", Value: int32(1)}}
	if truth(k.get("remove")) {
		t.Remove([]int{at})
		return bson.D{{Key: "lastErrorObject", Value: last}, {Key: "value", Value: before}}, nil
	}
	doc, err := store.Update(before, k.get("update"), false)
	if err != nil {
		return nil, err
	}
	t.Replace(at, doc)
	if !truth(k.get("new")) {
		doc = before
	}
	last = append(last, bson.E{Key: "updatedExisting", Value: true})
	return bson.D{{Key: "lastErrorObject", Value: last}, {Key: "value", Value: doc}}, nil
}
