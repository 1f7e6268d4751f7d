package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// uploadAnswer is the part of the answer that tests look at.
type uploadAnswer struct {
	Success            bool
	ID                 string `json:"_id"`
	Size               int64
	SHA256, Store, URL string
}

func send(t *testing.T, url, kind string, body io.Reader) (int, uploadAnswer) {
	t.Helper()
	resp, err := http.Post(url, kind, body)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var a uploadAnswer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, a
}

func form(t *testing.T, content []byte) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("description", "not the file"); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", "photo.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

// noise gives bytes that are the same each time, and their SHA-256.
func noise(size int) ([]byte, string) {
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content) // never fails
	sum := sha256.Sum256(content)
	return content, hex.EncodeToString(sum[:])
}

func TestUploads(t *testing.T) {
	t.Parallel()
	db := openWorkspace(t, startMongod(t))
	before := uploaded(t)
	one, two := serve(t, db, project()), serve(t, db, project("HOSTNAME", "rocketchat-2"))
	for _, c := range []struct {
		name  string
		size  int
		form  bool
		store string
		there int // status on the other instance
	}{
		{"empty", 0, false, "GridFS", 200},
		{"small", 1000, false, "GridFS", 200},
		{"form", 1000, true, "GridFS", 200},
		{"two whole chunks", 2 * chunkSize, false, "GridFS", 200},
		{"some chunks", 3*chunkSize + 1, true, "GridFS", 200},
		{"large", inDatabase + 1, false, "rocketchat-1", 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			content, sum := noise(c.size)
			kind, body := "application/octet-stream", io.Reader(bytes.NewReader(content))
			if c.form {
				kind, body = form(t, content)
			}
			status, a := send(t, one.URL+"/api/v1/rooms.media/GENERAL", kind, body)
			if status != 200 || !a.Success || a.Size != int64(c.size) || a.SHA256 != sum || a.Store != c.store {
				t.Fatalf("%d %+v", status, a)
			}
			if status, got := get(t, one.URL+a.URL); status != 200 || got != string(content) {
				t.Errorf("here: %d, %d bytes", status, len(got))
			}
			if status, got := get(t, two.URL+a.URL); status != c.there || status == 200 && got != string(content) {
				t.Errorf("there: %d, %d bytes", status, len(got))
			}
		})
	}
	if left := uploaded(t); len(left) != len(before)+1 {
		t.Errorf("%d temporary files, %d before: want that of the large one", len(left), len(before))
	}
}

func uploaded(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "rocketchat-upload-*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestUploadWithoutFile(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	kind, _ := form(t, nil)
	if status, a := send(t, srv.URL+"/api/v1/rooms.upload", kind, bytes.NewReader(nil)); status != 400 || a.Success {
		t.Errorf("%d %+v", status, a)
	}
}

func TestDownloadOfNothing(t *testing.T) {
	t.Parallel()
	srv := serve(t, openWorkspace(t, startMongod(t)), project())
	if status, _ := get(t, srv.URL+"/file-upload/none"); status != 404 {
		t.Errorf("%d", status)
	}
}
