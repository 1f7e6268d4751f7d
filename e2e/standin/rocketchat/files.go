package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	collUploads = "rocketchat_uploads"
	collChunks  = "rocketchat_uploads.chunks"

	chunkSize  = 255 << 10 // GridFS's
	inDatabase = 16 << 20  // larger files stay with the instance
	keptHere   = 1 << 30   // of all such files together; more is only hashed
)

// upload is the record of a file.
type upload struct {
	ID     string    `bson:"_id" json:"_id"`
	Name   string    `bson:"name" json:"name"`
	Type   string    `bson:"type" json:"type"`
	Room   string    `bson:"rid" json:"rid"`
	Size   int64     `bson:"size" json:"size"`
	SHA256 string    `bson:"sha256" json:"sha256"`
	Store  string    `bson:"store" json:"store"` // GridFS, the instance's hostname, or "none"
	At     time.Time `bson:"uploadedAt" json:"uploadedAt"`
}

var errElsewhere = errors.New("the content is not on this instance")

// fileStore keeps the content of files.
type fileStore struct {
	db    *database
	mu    sync.Mutex
	local map[string]string // id to temporary file
	used  int64             // bytes in them
}

// spool is a file on its way in: hashed, counted, and written as far as there is
// room for it.
type spool struct {
	file *os.File
	hash hash.Hash
	size int64
	room int64 // bytes the temporary file may have
}

func (s *spool) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	s.hash.Write(p)
	if s.size > s.room {
		return len(p), s.file.Truncate(0)
	}
	return s.file.Write(p)
}

func (s *spool) whole() bool { return s.size <= s.room }

// save streams content in and fills the record's size, hash and store.
func (f *fileStore) save(ctx context.Context, u *upload, content io.Reader, here string) error {
	file, err := os.CreateTemp("", "rocketchat-upload-")
	if err != nil {
		return err
	}
	defer file.Close()
	f.mu.Lock()
	room := keptHere - f.used
	f.mu.Unlock()
	s := &spool{file: file, hash: sha256.New(), room: max(room, inDatabase)}
	if _, err = io.Copy(s, content); err == nil {
		u.ID, u.Size, u.At = newID(), s.size, time.Now().UTC()
		u.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
		u.Store, err = f.place(ctx, u, s, here)
	}
	if err != nil || u.Store != here {
		_ = os.Remove(file.Name())
	}
	if err != nil {
		return err
	}
	_, err = f.db.db.Collection(collUploads).InsertOne(ctx, u)
	return err
}

// place decides where the content stays.
func (f *fileStore) place(ctx context.Context, u *upload, s *spool, here string) (string, error) {
	switch {
	case !s.whole():
		return "none", nil
	case s.size > inDatabase:
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.local == nil {
			f.local = map[string]string{}
		}
		f.local[u.ID] = s.file.Name()
		f.used += s.size
		return here, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	chunk := make([]byte, chunkSize)
	for n := 0; ; n++ {
		got, err := io.ReadFull(s.file, chunk)
		if got > 0 {
			doc := bson.D{{Key: "_id", Value: newID()}, {Key: "files_id", Value: u.ID},
				{Key: "n", Value: n}, {Key: "data", Value: chunk[:got]}}
			if _, err := f.db.db.Collection(collChunks).InsertOne(ctx, doc); err != nil {
				return "", err
			}
		}
		if err != nil { // the end, whole chunk or not
			return "GridFS", nil
		}
	}
}

func (f *fileStore) find(ctx context.Context, id string) (upload, error) {
	var u upload
	err := f.db.db.Collection(collUploads).FindOne(ctx, byID(id)).Decode(&u)
	return u, err
}

// load writes the content.
func (f *fileStore) load(ctx context.Context, u upload, w io.Writer) error {
	if u.Store != "GridFS" {
		f.mu.Lock()
		name := f.local[u.ID]
		f.mu.Unlock()
		file, err := os.Open(name)
		if err != nil {
			return errElsewhere
		}
		defer file.Close()
		_, err = io.Copy(w, file)
		return err
	}
	inOrder := options.Find().SetSort(bson.D{{Key: "n", Value: 1}}).SetBatchSize(16)
	cur, err := f.db.db.Collection(collChunks).Find(ctx, bson.D{{Key: "files_id", Value: u.ID}}, inOrder)
	if err != nil {
		return err
	}
	defer func() { _ = cur.Close(ctx) }()
	for cur.Next(ctx) {
		var chunk struct{ Data []byte }
		if err := cur.Decode(&chunk); err != nil {
			return err
		}
		if _, err := w.Write(chunk.Data); err != nil {
			return err
		}
	}
	return cur.Err()
}
