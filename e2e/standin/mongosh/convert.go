package main

import (
	"fmt"
	"math"
	"time"

	"github.com/dop251/goja"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// toObject gives a script what mongosh gives it: an int64 is a Long and no number, an
// ObjectId is an object, and both go back to the server as what they were.
func (s *shell) toObject(doc bson.D) *goja.Object {
	o := s.rt.NewObject()
	for _, e := range doc {
		_ = o.Set(e.Key, s.toValue(e.Value))
	}
	return o
}

func (s *shell) toValue(v any) goja.Value {
	switch x := v.(type) {
	case nil:
		return goja.Null()
	case bool, string, float64:
		return s.rt.ToValue(x)
	case int32:
		return s.rt.ToValue(int64(x))
	case bson.D:
		return s.toObject(x)
	case bson.A:
		items := make([]any, len(x))
		for i := range x {
			items[i] = s.toValue(x[i])
		}
		return s.rt.NewArray(items...)
	case bson.DateTime:
		date, err := s.rt.New(s.rt.Get("Date"), s.rt.ToValue(int64(x)))
		if err != nil {
			panic(s.rt.NewGoError(err))
		}
		return date
	case int64:
		return s.wrap(x, func() any { return x }, fmt.Sprint(x))
	case bson.ObjectID:
		return s.wrap(x, nil, x.Hex())
	}
	return s.wrap(v, nil, fmt.Sprint(v))
}

// wrap makes an object that stands for a BSON value without a JavaScript type.
func (s *shell) wrap(value any, valueOf func() any, text string) goja.Value {
	o := s.rt.NewObject()
	hidden := func(name string, f any) {
		_ = o.DefineDataProperty(name, s.rt.ToValue(f), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	}
	if valueOf != nil {
		hidden("valueOf", valueOf)
	}
	hidden("toString", func() string { return text })
	hidden("toJSON", func() string { return text })
	_ = o.DefineDataPropertySymbol(s.hidden, s.rt.ToValue(&kept{value}), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	return o
}

// kept is a pointer, so that the engine hands it back as it is.
type kept struct{ value any }

func (s *shell) toDocument(o *goja.Object) bson.D {
	doc := bson.D{}
	for _, key := range o.Keys() {
		doc = append(doc, bson.E{Key: key, Value: s.fromValue(o.Get(key))})
	}
	return doc
}

func (s *shell) fromValue(v goja.Value) any {
	if v == nil || goja.IsNull(v) || goja.IsUndefined(v) {
		return nil
	}
	if o, ok := v.(*goja.Object); ok {
		return s.fromObject(o)
	}
	switch x := v.Export().(type) {
	case int64:
		return number(float64(x))
	case float64:
		return number(x)
	case string, bool:
		return x
	}
	panic(s.rt.NewTypeError("the stand-in cannot send %s", v))
}

// number sends a whole number as int32 where it fits, and any other as double, as the
// JavaScript BSON library does.
func number(f float64) any {
	minusZero := f == 0 && math.Signbit(f)
	if f == math.Trunc(f) && f >= math.MinInt32 && f <= math.MaxInt32 && !minusZero {
		return int32(f)
	}
	return f
}

func (s *shell) fromObject(o *goja.Object) any {
	if held := o.GetSymbol(s.hidden); held != nil {
		if k, ok := held.Export().(*kept); ok {
			return k.value
		}
	}
	switch o.ClassName() {
	case "Array":
		list := bson.A{}
		length := o.Get("length").ToInteger()
		for i := range length {
			list = append(list, s.fromValue(o.Get(fmt.Sprint(i))))
		}
		return list
	case "Date":
		if t, ok := o.Export().(time.Time); ok {
			return bson.NewDateTimeFromTime(t)
		}
	case "Object":
		return s.toDocument(o)
	}
	panic(s.rt.NewTypeError("the stand-in cannot send an object of class %s", o.ClassName()))
}
