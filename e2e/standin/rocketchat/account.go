package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// accountOf is the account of a name. A login's token is the name itself, so that
// every instance knows it; it has no end.
func accountOf(name string) author {
	sum := sha256.Sum256([]byte(name))
	return author{ID: hex.EncodeToString(sum[:])[:17], Username: name}
}

// signedIn hands an endpoint the account that its request is of, or refuses it.
func (s *server) signedIn(next func(w http.ResponseWriter, r *http.Request, u author)) http.Handler {
	return s.rest(func(w http.ResponseWriter, r *http.Request) {
		u := accountOf(r.Header.Get("X-Auth-Token"))
		if u.Username == "" || u.ID != r.Header.Get("X-User-Id") {
			writeJSON(w, http.StatusUnauthorized, map[string]any{"status": "error",
				"message": "You must be logged in to do this."})
			return
		}
		next(w, r, u)
	})
}

// refused is the answer of an endpoint that does not do what was asked.
func refused(w http.ResponseWriter, status int, reason string) {
	writeJSON(w, status, map[string]any{"success": false, "error": reason})
}

// createDirect makes a conversation of the account with itself, and with nobody else.
func (s *server) createDirect(w http.ResponseWriter, r *http.Request, u author) {
	var body struct{ Username string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Username != u.Username {
		refused(w, http.StatusBadRequest, "The stand-in has conversations with oneself only")
		return
	}
	id, err := s.db.createDirect(r.Context(), u)
	if err != nil {
		refused(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"success": true, "room": map[string]any{
		"_id": id, "rid": id, "t": "d", "usernames": []string{u.Username},
	}})
}

func (s *server) sendMessage(w http.ResponseWriter, r *http.Request, u author) {
	var body struct{ Message message }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Message.Room == "" {
		refused(w, http.StatusBadRequest, "must have required property 'rid'")
		return
	}
	body.Message.Author = u
	if err := s.post(r.Context(), &body.Message); err != nil {
		refused(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"success": true, "message": body.Message})
}

func (s *server) deleteMessage(w http.ResponseWriter, r *http.Request, u author) {
	var body struct{ RoomID, MsgID string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refused(w, http.StatusBadRequest, "must have required property 'msgId'")
		return
	}
	found, err := s.db.deleteMessage(r.Context(), body.RoomID, body.MsgID, u.ID)
	switch {
	case err != nil:
		refused(w, http.StatusInternalServerError, err.Error())
	case !found:
		refused(w, http.StatusBadRequest, fmt.Sprintf("No message found with the id of %q.", body.MsgID))
	default:
		writeJSON(w, http.StatusOK, map[string]any{"success": true, "_id": body.MsgID})
	}
}

func (s *server) logout(w http.ResponseWriter, _ *http.Request, _ author) {
	writeJSON(w, http.StatusOK, map[string]any{"status": "success",
		"data": map[string]string{"message": "You've been logged out!"}})
}

func (d *database) createDirect(ctx context.Context, u author) (id string, err error) {
	id = u.ID + u.ID
	set := bson.D{{Key: "t", Value: "d"}, {Key: "usernames", Value: bson.A{u.Username}},
		{Key: "uids", Value: bson.A{u.ID}}}
	return id, d.upsert(ctx, collRooms, id, bson.D{{Key: "$set", Value: set}})
}

// deleteMessage reports whether there was such a message of the account.
func (d *database) deleteMessage(ctx context.Context, room, id, user string) (bool, error) {
	mine := bson.D{{Key: "_id", Value: id}, {Key: "rid", Value: room}, {Key: "u._id", Value: user}}
	res, err := d.db.Collection(collMessages).DeleteOne(ctx, mine)
	if err != nil {
		return false, err
	}
	return res.DeletedCount == 1, nil
}
