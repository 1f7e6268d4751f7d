package store

import (
	"bytes"
	"cmp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Get returns the value of a field of the document itself, or nil.
func Get(doc bson.D, key string) any {
	value, _ := field(doc, key)
	return value
}

func field(doc bson.D, key string) (any, bool) {
	for _, e := range doc {
		if e.Key == key {
			return e.Value, true
		}
	}
	return nil, false
}

// lookup follows a dotted path through documents; arrays on the way are not entered.
func lookup(doc bson.D, path string) (any, bool) {
	key, rest, deeper := strings.Cut(path, ".")
	value, found := field(doc, key)
	if !deeper || !found {
		return value, found
	}
	inner, ok := value.(bson.D)
	if !ok {
		return nil, false
	}
	return lookup(inner, rest)
}

func clone(value any) any {
	switch v := value.(type) {
	case bson.D:
		return cloneDoc(v)
	case bson.A:
		c := make(bson.A, len(v))
		for i := range v {
			c[i] = clone(v[i])
		}
		return c
	}
	return value
}

func cloneDoc(doc bson.D) bson.D {
	c := make(bson.D, len(doc))
	for i, e := range doc {
		c[i] = bson.E{Key: e.Key, Value: clone(e.Value)}
	}
	return c
}

// rank is the place of a type in the sort order (MongoDB manual, "Comparison/Sort Order").
func rank(value any) int {
	switch value.(type) {
	case nil, bson.Null, bson.Undefined:
		return 1
	case int32, int64, float64:
		return 2
	case string:
		return 3
	case bson.D:
		return 4
	case bson.A:
		return 5
	case bson.Binary:
		return 6
	case bson.ObjectID:
		return 7
	case bool:
		return 8
	case bson.DateTime:
		return 9
	case bson.Timestamp:
		return 10
	}
	return 11
}

// compare orders any two values; those of one type by value, where the type has an order
// that the stand-in knows, else by their bytes.
func compare(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case nil, bson.Null, bson.Undefined:
		return 0
	case int32, int64, float64:
		return compareNumbers(a, b)
	case string:
		return strings.Compare(x, b.(string))
	case bool:
		return cmp.Compare(bit(x), bit(b.(bool)))
	case bson.DateTime:
		return cmp.Compare(x, b.(bson.DateTime))
	case bson.ObjectID:
		y := b.(bson.ObjectID)
		return bytes.Compare(x[:], y[:])
	case bson.Timestamp:
		y := b.(bson.Timestamp)
		return cmp.Or(cmp.Compare(x.T, y.T), cmp.Compare(x.I, y.I))
	}
	return bytes.Compare(encoded(a), encoded(b))
}

func compareNumbers(a, b any) int {
	x, aWhole := whole(a)
	y, bWhole := whole(b)
	if aWhole && bWhole {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(float(a), float(b))
}

func whole(value any) (int64, bool) {
	switch v := value.(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

func float(value any) float64 {
	if n, ok := whole(value); ok {
		return float64(n)
	}
	return value.(float64)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func encoded(value any) []byte {
	kind, data, err := bson.MarshalValue(value)
	if err != nil {
		return nil
	}
	return append([]byte{byte(kind)}, data...)
}
