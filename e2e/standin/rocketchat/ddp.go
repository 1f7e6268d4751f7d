package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// streamMessages is the one subscription that delivers something.
const streamMessages = "stream-room-messages"

// request is a DDP message of a client.
type request struct {
	Msg    string            `json:"msg"`
	ID     string            `json:"id"`
	Name   string            `json:"name"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

// ddpError is what a method or subscription answers instead of a result.
type ddpError struct {
	Code    any    `json:"error"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Type    string `json:"errorType"`
}

func refuse(code any, reason string) *ddpError {
	return &ddpError{Code: code, Reason: reason, Message: reason, Type: "Meteor.Error"}
}

// handle answers one message of the client.
func (s *session) handle(raw []byte) {
	s.work.Lock()
	defer s.work.Unlock()
	s.seen.Store(time.Now().UnixNano())
	var r request
	if err := json.Unmarshal(raw, &r); err != nil {
		s.send(map[string]any{"msg": "error", "reason": "Parse error"})
		return
	}
	if r.Msg == "connect" {
		s.connect()
		return
	}
	s.mu.Lock()
	connected := s.connected
	s.mu.Unlock()
	if !connected {
		s.send(map[string]any{"msg": "error", "reason": "Must connect first", "offendingMessage": json.RawMessage(raw)})
		return
	}
	switch r.Msg {
	case "ping":
		s.pong(r.ID)
	case "pong":
	case "sub":
		s.subscribe(r)
	case "unsub":
		s.mu.Lock()
		delete(s.subs, r.ID)
		s.mu.Unlock()
		s.send(map[string]any{"msg": "nosub", "id": r.ID})
	case "method":
		s.call(r)
	default:
		s.send(map[string]any{"msg": "error", "reason": "Bad request", "offendingMessage": json.RawMessage(raw)})
	}
}

func (s *session) connect() {
	s.mu.Lock()
	again := s.connected
	s.connected = true
	s.mu.Unlock()
	if again {
		s.send(map[string]any{"msg": "error", "reason": "Already connected"})
		return
	}
	s.send(map[string]any{"msg": "connected", "session": s.id})
}

func (s *session) pong(id string) {
	answer := map[string]any{"msg": "pong"}
	if id != "" {
		answer["id"] = id
	}
	s.send(answer)
}

// subscribe accepts every stream. Messages are those of the room in the first
// parameter, of every room without one.
func (s *session) subscribe(r request) {
	start := time.Now()
	if s.limited("subscription", r.Name) {
		s.send(map[string]any{"msg": "nosub", "id": r.ID, "error": tooMany})
		return
	}
	if !strings.HasPrefix(r.Name, "stream-") {
		s.send(map[string]any{"msg": "nosub", "id": r.ID, "error": refuse(404, "Subscription '"+r.Name+"' not found")})
		return
	}
	if r.Name == streamMessages {
		room := ""
		if len(r.Params) > 0 {
			_ = json.Unmarshal(r.Params[0], &room) // no string: every room
		}
		s.mu.Lock()
		s.subs[r.ID] = room
		s.mu.Unlock()
	}
	s.send(map[string]any{"msg": "ready", "subs": []string{r.ID}})
	s.srv.metrics.subscription(r.Name, time.Since(start))
}

func (s *session) call(r request) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	result, failure := s.method(ctx, r)
	answer := map[string]any{"msg": "result", "id": r.ID}
	if failure != nil {
		answer["error"] = failure
	} else if result != nil {
		answer["result"] = result
	}
	s.send(answer)
	s.send(map[string]any{"msg": "updated", "methods": []string{r.ID}})
	if failure != nil && failure.Code == 404 {
		return // an unknown name must not become a label
	}
	s.srv.metrics.method(r.Method, s.author().ID != "", time.Since(start))
}

func (s *session) method(ctx context.Context, r request) (any, *ddpError) {
	if s.limited("method", r.Method) {
		return nil, tooMany
	}
	if r.Method != "login" && r.Method != "sendMessage" {
		return nil, refuse(404, "Method '"+r.Method+"' not found")
	}
	var param json.RawMessage = []byte("{}")
	if len(r.Params) > 0 {
		param = r.Params[0]
	}
	if r.Method == "login" {
		return s.login(ctx, param)
	}
	return s.sendMessage(ctx, param)
}

// login takes any name and any password.
func (s *session) login(ctx context.Context, param json.RawMessage) (any, *ddpError) {
	var p struct {
		User   struct{ Username, Email string }
		Resume string
	}
	if err := json.Unmarshal(param, &p); err != nil {
		return nil, refuse(400, "Match failed")
	}
	name := p.User.Username + p.User.Email
	if name == "" {
		name = p.Resume // the token is the name
	}
	if name == "" {
		return nil, refuse(403, "User not found")
	}
	u := accountOf(name)
	if err := s.srv.db.login(ctx, u.ID, name); err != nil {
		return nil, refuse(500, err.Error())
	}
	s.setAuthor(u)
	expires := map[string]int64{"$date": time.Now().Add(90 * 24 * time.Hour).UnixMilli()}
	return map[string]any{"id": u.ID, "token": name, "tokenExpires": expires, "type": "password"}, nil
}

func (s *session) sendMessage(ctx context.Context, param json.RawMessage) (any, *ddpError) {
	var m message
	if err := json.Unmarshal(param, &m); err != nil || m.Room == "" {
		return nil, refuse(400, "Match failed")
	}
	m.Author = s.author()
	if err := s.srv.post(ctx, &m); err != nil {
		return nil, refuse(500, err.Error())
	}
	return m.ddp(), nil
}
