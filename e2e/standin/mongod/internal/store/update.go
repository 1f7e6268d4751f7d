package store

import (
	"math"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// Update returns doc as change leaves it; doc itself stays as it is. change is a new
// document or modifiers; inserting says that an upsert makes the document.
func Update(doc bson.D, change any, inserting bool) (bson.D, error) {
	spec, ok := change.(bson.D)
	if !ok {
		return nil, fault.FailedToParse.Errorf("the stand-in has no updates by pipeline")
	}
	id, hasID := field(doc, "_id")
	var result bson.D
	var err error
	if len(spec) == 0 || !strings.HasPrefix(spec[0].Key, "$") {
		result = cloneDoc(spec)
		if _, given := field(result, "_id"); !given && hasID {
			result = append(bson.D{{Key: "_id", Value: id}}, result...)
		}
	} else if result, err = modify(cloneDoc(doc), spec, inserting); err != nil {
		return nil, err
	}
	if after, _ := field(result, "_id"); hasID && compare(id, after) != 0 {
		return nil, fault.ImmutableField.Errorf(
			"Performing an update on the path '_id' would modify the immutable field '_id'")
	}
	return result, nil
}

func modify(doc, spec bson.D, inserting bool) (bson.D, error) {
	for _, modifier := range spec {
		if !slices.Contains([]string{"$set", "$setOnInsert", "$inc", "$unset"}, modifier.Key) {
			return nil, fault.FailedToParse.Errorf("Unknown modifier: %s", modifier.Key)
		}
		fields, ok := modifier.Value.(bson.D)
		if !ok {
			return nil, fault.FailedToParse.Errorf("Modifiers operate on fields but we found another type for %s", modifier.Key)
		}
		if modifier.Key == "$setOnInsert" && !inserting {
			continue
		}
		for _, f := range fields {
			var err error
			if doc, err = modifyField(doc, modifier.Key, f.Key, clone(f.Value)); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

func modifyField(doc bson.D, modifier, path string, value any) (bson.D, error) {
	switch modifier {
	case "$unset":
		return unsetPath(doc, path), nil
	case "$inc":
		old, found := lookup(doc, path)
		if !found {
			old = int32(0)
		}
		if rank(old) != 2 || rank(value) != 2 {
			return nil, fault.TypeMismatch.Errorf("Cannot apply $inc to a value of non-numeric type in field '%s'", path)
		}
		value = sum(old, value)
	}
	return setPath(doc, path, value)
}

// sum is an int32 as long as it can be, as in mongod.
func sum(a, b any) any {
	x, aWhole := whole(a)
	y, bWhole := whole(b)
	if !aWhole || !bWhole {
		return float(a) + float(b)
	}
	_, aShort := a.(int32)
	_, bShort := b.(int32)
	if n := x + y; aShort && bShort && n >= math.MinInt32 && n <= math.MaxInt32 {
		return int32(n)
	}
	return x + y
}

func setPath(doc bson.D, path string, value any) (bson.D, error) {
	key, rest, deeper := strings.Cut(path, ".")
	if key == "" || strings.HasPrefix(key, "$") {
		return nil, fault.FailedToParse.Errorf("The update path '%s' is not valid", path)
	}
	at := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == key })
	if deeper {
		inner := bson.D{}
		if at >= 0 {
			var ok bool
			if inner, ok = doc[at].Value.(bson.D); !ok {
				return nil, fault.PathNotViable.Errorf("Cannot create field '%s' in element {%s: ...}", rest, key)
			}
		}
		filled, err := setPath(inner, rest, value)
		if err != nil {
			return nil, err
		}
		value = filled
	}
	if at < 0 {
		return append(doc, bson.E{Key: key, Value: value}), nil
	}
	doc[at].Value = value
	return doc, nil
}

func unsetPath(doc bson.D, path string) bson.D {
	key, rest, deeper := strings.Cut(path, ".")
	at := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == key })
	if at < 0 {
		return doc
	}
	if !deeper {
		return slices.Delete(doc, at, at+1)
	}
	if inner, ok := doc[at].Value.(bson.D); ok {
		doc[at].Value = unsetPath(inner, rest)
	}
	return doc
}
