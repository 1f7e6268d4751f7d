package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func increment(t *Table) (bson.D, error) {
	if t.docs == nil {
		if _, err := t.Insert("x.m", bson.D{{Key: "_id", Value: "n"}, {Key: "n", Value: int32(0)}}); err != nil {
			return nil, err
		}
	}
	doc, err := Update(t.At(0), bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: int32(1)}}}}, false)
	if err != nil {
		return nil, err
	}
	t.Replace(0, doc)
	return bson.D{{Key: "n", Value: Get(doc, "n")}}, nil
}

// TestRepeated sends a write again, also after a restart, as a driver does that got no
// answer.
func TestRepeated(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := Attempt{Session: "a", Txn: 1}
	for round, a := range []Attempt{first, first, first, {Session: "b", Txn: 1}, {}, {}} {
		if round == 2 {
			s = open(t, dir)
		}
		answer, err := s.Write("x.m", a, increment)
		if err != nil {
			t.Fatal(err)
		}
		if want := int32([]int{1, 1, 1, 2, 3, 4}[round]); Get(answer, "n") != want {
			t.Errorf("round %d: %v, want %d", round, answer, want)
		}
	}
	if _, err := s.Write("x.m", Attempt{Session: "a", Txn: 0}, increment); fault.Of(err).Code != fault.TransactionTooOld {
		t.Errorf("older write: %v", err)
	}
	if docs := open(t, dir).Docs("x.m"); len(docs) != 1 || Get(docs[0], "n") != int32(4) {
		t.Errorf("on the disk: %v", docs)
	}
}

// TestNotKept wants a write that cannot be kept to change nothing.
func TestNotKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if _, err := s.Write("x.m", Attempt{}, increment); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("refused")
	_, err := s.Write("x.m", Attempt{}, func(t *Table) (bson.D, error) {
		t.Remove([]int{0})
		return nil, failure
	})
	if !errors.Is(err, failure) || len(s.Docs("x.m")) != 1 {
		t.Errorf("after a refusal: %v, %v", err, s.Docs("x.m"))
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write("x.m", Attempt{}, increment); err == nil || Get(s.Docs("x.m")[0], "n") != int32(1) {
		t.Errorf("after a failure of the disk: %v, %v", err, s.Docs("x.m"))
	}
}

func TestFilter(t *testing.T) {
	now := bson.NewDateTimeFromTime(time.Now())
	doc := bson.D{
		{Key: "_id", Value: int64(1)}, {Key: "at", Value: now}, {Key: "tags", Value: bson.A{"a", "b"}},
		{Key: "in", Value: bson.D{{Key: "n", Value: 1.5}}}, {Key: "none", Value: nil},
	}
	op := func(name string, value any) bson.D { return bson.D{{Key: name, Value: value}} }
	for _, c := range []struct {
		query bson.D
		want  bool
	}{
		{bson.D{}, true}, {op("_id", int32(1)), true}, {op("_id", 1.0), true}, {op("_id", "1"), false},
		{op("tags", "b"), true}, {op("tags", bson.A{"a", "b"}), true}, {op("tags", op("$ne", "b")), false},
		{op("in.n", op("$gt", int32(1))), true}, {op("in.n", op("$gt", "1")), false}, {op("in.x", nil), true},
		{op("at", op("$lt", now)), false}, {op("at", op("$lte", now)), true}, {op("none", op("$exists", true)), true},
		{op("gone", op("$exists", false)), true}, {op("gone", op("$lt", int32(1))), false},
		{op("_id", op("$in", bson.A{int32(1), "x"})), true},
		{op("$and", bson.A{op("_id", int32(1)), op("tags", "c")}), false},
	} {
		f, err := ParseFilter(c.query)
		if err != nil || f.Match(doc) != c.want {
			t.Errorf("%v: %v, want %v", c.query, err, c.want)
		}
	}
	for _, query := range []bson.D{
		op("$or", bson.A{}), op("a", op("$regex", "x")), op("a", bson.Regex{Pattern: "x"}), op("a", op("$in", 1)),
		op("a", bson.D{{Key: "$gt", Value: 1}, {Key: "b", Value: 1}}),
	} {
		if _, err := ParseFilter(query); fault.Of(err).Code != fault.BadValue {
			t.Errorf("%v: %v", query, err)
		}
	}
}

func TestUpdate(t *testing.T) {
	doc := bson.D{{Key: "_id", Value: 1}, {Key: "n", Value: int32(1)}, {Key: "in", Value: bson.D{{Key: "a", Value: "x"}}}}
	set := func(path string, value any) bson.D {
		return bson.D{{Key: "$set", Value: bson.D{{Key: path, Value: value}}}}
	}
	changed, err := Update(doc, set("in.b", "y"), false)
	if in, _ := Get(changed, "in").(bson.D); err != nil || len(in) != 2 {
		t.Errorf("$set of a path: %v, %v", changed, err)
	}
	if in, _ := Get(doc, "in").(bson.D); len(in) != 1 {
		t.Errorf("the old document changed: %v", doc)
	}
	replaced, err := Update(doc, bson.D{{Key: "x", Value: 1}}, false)
	if err != nil || len(replaced) != 2 || replaced[0].Key != "_id" {
		t.Errorf("replacement: %v, %v", replaced, err)
	}
	for code, change := range map[fault.Code]any{
		fault.ImmutableField: set("_id", 2),
		fault.PathNotViable:  set("n.x", 1),
		fault.TypeMismatch:   bson.D{{Key: "$inc", Value: bson.D{{Key: "in", Value: 1}}}},
		fault.FailedToParse:  bson.A{},
	} {
		if _, err := Update(doc, change, false); fault.Of(err).Code != code {
			t.Errorf("%v: %v, want %v", change, err, code)
		}
	}
}
