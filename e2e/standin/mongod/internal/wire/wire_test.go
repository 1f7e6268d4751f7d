package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func raw(t testing.TB, d bson.D) []byte {
	t.Helper()
	b, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func message(op uint32, body []byte) []byte {
	return (&Request{id: 7}).frame(op, body)
}

// query is an OP_QUERY on a collection.
func query(t testing.TB, on string, d bson.D) []byte {
	t.Helper()
	body := append(make([]byte, 4), on+"\x00"...)
	body = append(body, make([]byte, 8)...)
	return message(opQuery, append(body, raw(t, d)...))
}

// sequence is an OP_MSG with its documents apart, as a driver sends an insert.
func sequence(t testing.TB) []byte {
	t.Helper()
	body := append([]byte{flagMoreToCome, 0, 0, 0, 0},
		raw(t, bson.D{{Key: "insert", Value: "m"}, {Key: "$db", Value: "x"}})...)
	docs := append(raw(t, bson.D{{Key: "_id", Value: 1}}), raw(t, bson.D{{Key: "_id", Value: 2}})...)
	part := append([]byte("documents\x00"), docs...)
	body = append(body, 1)
	body = binary.LittleEndian.AppendUint32(body, uint32(4+len(part)))
	return message(opMsg, append(body, part...))
}

func TestRead(t *testing.T) {
	req, err := Read(bytes.NewReader(sequence(t)))
	if err != nil {
		t.Fatal(err)
	}
	docs, _ := req.Body[2].Value.(bson.A)
	if req.DB != "x" || !req.NoAnswer || req.Legacy || req.Body[2].Key != "documents" || len(docs) != 2 {
		t.Errorf("read %+v", req)
	}
	req, err = Read(bytes.NewReader(query(t, "admin.$cmd",
		bson.D{{Key: "$query", Value: bson.D{{Key: "isMaster", Value: 1}}}})))
	if err != nil || req.DB != "admin" || !req.Legacy || req.Body[0].Key != "isMaster" {
		t.Errorf("read %+v, %v", req, err)
	}
	if _, err := Read(bytes.NewReader(nil)); !errors.Is(err, io.EOF) {
		t.Errorf("read nothing: %v", err)
	}
}

func TestReply(t *testing.T) {
	for _, legacy := range []bool{false, true} {
		req := &Request{id: 7, Legacy: legacy}
		b, err := req.Reply(bson.D{{Key: "ok", Value: 1.0}})
		if err != nil {
			t.Fatal(err)
		}
		doc := raw(t, bson.D{{Key: "ok", Value: 1.0}})
		if int(binary.LittleEndian.Uint32(b)) != len(b) || binary.LittleEndian.Uint32(b[8:]) != 7 ||
			!bytes.HasSuffix(b, doc) {
			t.Errorf("legacy %v: % x", legacy, b)
		}
	}
}

// FuzzRead holds the server to an error, whatever it is sent.
func FuzzRead(f *testing.F) {
	f.Add(sequence(f))
	f.Add(query(f, "admin.$cmd", bson.D{{Key: "hello", Value: 1}}))
	f.Add(query(f, "x.m", bson.D{}))
	f.Add(message(opMsg, []byte{1, 0, 0, 0}))
	f.Add(message(opMsg, []byte{0, 0, 0, 0, 1, 255, 255, 255, 255}))
	f.Add(message(2012, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := Read(bytes.NewReader(b))
		if err == nil && (len(req.Body) == 0 || req.DB == "" && !req.Legacy) {
			t.Errorf("no error, but no command: %+v", req)
		}
	})
}
