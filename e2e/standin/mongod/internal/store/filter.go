package store

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
)

// Filter is a query: all its clauses must hold.
type Filter []clause

type clause struct {
	path, op string
	value    any
}

var operators = []string{"$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$exists"}

// ParseFilter refuses what the stand-in does not have: a query that matched too much would
// be worse than none.
func ParseFilter(query bson.D) (Filter, error) {
	var f Filter
	for _, e := range query {
		if strings.HasPrefix(e.Key, "$") {
			all, ok := e.Value.(bson.A)
			if e.Key != "$and" || !ok {
				return nil, fault.BadValue.Errorf("unknown top level operator: %s", e.Key)
			}
			for _, each := range all {
				inner, _ := each.(bson.D)
				more, err := ParseFilter(inner)
				if err != nil {
					return nil, err
				}
				f = append(f, more...)
			}
			continue
		}
		clauses, err := parseField(e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		f = append(f, clauses...)
	}
	return f, nil
}

func parseField(path string, value any) (Filter, error) {
	if _, regex := value.(bson.Regex); regex {
		return nil, fault.BadValue.Errorf("unknown operator: the stand-in has no regular expressions")
	}
	doc, ok := value.(bson.D)
	if !ok || len(doc) == 0 || !strings.HasPrefix(doc[0].Key, "$") {
		return Filter{{path, "$eq", value}}, nil
	}
	var f Filter
	for _, e := range doc {
		if !slices.Contains(operators, e.Key) {
			return nil, fault.BadValue.Errorf("unknown operator: %s", e.Key)
		}
		if _, list := e.Value.(bson.A); e.Key == "$in" && !list {
			return nil, fault.BadValue.Errorf("$in needs an array")
		}
		f = append(f, clause{path, e.Key, e.Value})
	}
	return f, nil
}

// Match reports whether doc fulfils the filter.
func (f Filter) Match(doc bson.D) bool {
	for _, c := range f {
		if !c.match(doc) {
			return false
		}
	}
	return true
}

func (c clause) match(doc bson.D) bool {
	value, found := lookup(doc, c.path)
	if c.op == "$exists" {
		return found == truth(c.value)
	}
	if c.op == "$ne" {
		return !holdsForAny("$eq", value, c.value)
	}
	return holdsForAny(c.op, value, c.value)
}

// holdsForAny looks into an array too: a field matches if one of its elements does.
func holdsForAny(op string, value, want any) bool {
	if holds(op, value, want) {
		return true
	}
	list, _ := value.(bson.A)
	return slices.ContainsFunc(list, func(each any) bool { return holds(op, each, want) })
}

func holds(op string, value, want any) bool {
	if op == "$in" {
		return slices.ContainsFunc(want.(bson.A), func(each any) bool { return compare(value, each) == 0 })
	}
	if rank(value) != rank(want) {
		return false
	}
	c := compare(value, want)
	switch op {
	case "$lt":
		return c < 0
	case "$lte":
		return c <= 0
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	}
	return c == 0
}

func truth(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case bool:
		return v
	case int32, int64, float64:
		return float(v) != 0
	}
	return true
}

// seed is what an upsert takes over from its query.
func (f Filter) seed() (bson.D, error) {
	doc := bson.D{}
	for _, c := range f {
		if c.op != "$eq" {
			continue
		}
		var err error
		if doc, err = setPath(doc, c.path, c.value); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// Sort orders docs by the keys of spec, 1 or -1 each; $natural is the order of insertion.
func Sort(docs []bson.D, spec bson.D) ([]bson.D, error) {
	sorted := slices.Clone(docs)
	for _, key := range slices.Backward(spec) {
		if n := rank(key.Value); n != 2 || float(key.Value) != 1 && float(key.Value) != -1 {
			return nil, fault.BadValue.Errorf("$sort key ordering must be 1 (for ascending) or -1 (for descending)")
		}
		sign := int(float(key.Value))
		if key.Key == "$natural" {
			if sign < 0 {
				slices.Reverse(sorted)
			}
			continue
		}
		slices.SortStableFunc(sorted, func(a, b bson.D) int {
			x, _ := lookup(a, key.Key)
			y, _ := lookup(b, key.Key)
			return sign * compare(x, y)
		})
	}
	return sorted, nil
}
