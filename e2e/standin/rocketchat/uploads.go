package main

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// upload takes a file of any size, as a part of a form or as the body itself.
func (s *server) upload(w http.ResponseWriter, r *http.Request) {
	u := upload{Room: r.PathValue("rid"), Name: r.URL.Query().Get("name"), Type: r.Header.Get("Content-Type")}
	content, err := fileOf(r, &u)
	if err == nil {
		err = s.files.save(r.Context(), &u, content, s.cfg.Hostname)
	}
	if err != nil {
		s.log.Warn("upload", "err", err.Error())
		writeJSON(w, http.StatusBadRequest, map[string]any{"success": false, "error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"success": true, "_id": u.ID, "size": u.Size, "sha256": u.SHA256, "store": u.Store,
		"url": "/file-upload/" + u.ID, "file": u,
	})
}

var errNoFile = errors.New("no file in the form")

// fileOf gives the file's content unread, so that no more than a buffer of it is
// in memory.
func fileOf(r *http.Request, u *upload) (io.Reader, error) {
	if kind, _, _ := mime.ParseMediaType(u.Type); kind != "multipart/form-data" {
		return r.Body, nil
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoFile
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			u.Name, u.Type = part.FileName(), part.Header.Get("Content-Type")
			return part, nil
		}
	}
}

func (s *server) download(w http.ResponseWriter, r *http.Request) {
	u, err := s.files.find(r.Context(), r.PathValue("id"))
	if errors.Is(err, mongo.ErrNoDocuments) {
		http.Error(w, "Not found", http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if u.Store != "GridFS" && u.Store != s.cfg.Hostname {
		http.Error(w, errElsewhere.Error()+": "+u.Store, http.StatusNotFound)
		return
	}
	if u.Type == "" {
		u.Type = "application/octet-stream"
	}
	w.Header().Set("Content-Type", u.Type)
	w.Header().Set("Content-Length", strconv.FormatInt(u.Size, 10))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": u.Name}))
	if r.Method == http.MethodHead {
		return
	}
	if err := s.files.load(r.Context(), u, w); err != nil {
		s.log.Warn("download", "file", u.ID, "err", err.Error())
		panic(http.ErrAbortHandler) // the length was promised: the client must notice
	}
}
