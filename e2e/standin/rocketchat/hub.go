package main

import "sync"

// hub knows the DDP sessions of this instance.
type hub struct {
	mu       sync.Mutex
	sessions map[string]*session
}

func newHub() *hub { return &hub{sessions: map[string]*session{}} }

func (h *hub) add(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions[s.id] = s
}

// remove reports whether the session's user has no other session here.
func (h *hub) remove(s *session) (last bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, s.id)
	user := s.author().ID
	for _, other := range h.sessions {
		if other.author().ID == user {
			return false
		}
	}
	return user != ""
}

// all is a copy: sending to a session takes the hub's lock when it closes it.
func (h *hub) all() []*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*session, 0, len(h.sessions))
	for _, s := range h.sessions {
		all = append(all, s)
	}
	return all
}

// deliver hands a message to the subscribers on this instance.
func (h *hub) deliver(m message) {
	for _, s := range h.all() {
		if s.wants(m.Room) {
			s.send(map[string]any{
				"msg": "changed", "collection": streamMessages, "id": "id",
				"fields": map[string]any{"eventName": m.Room, "args": []any{m.ddp()}},
			})
		}
	}
}

// counts gives the sessions, those with a user, and the users.
func (h *hub) counts() (sessions, authenticated, users int) {
	seen := map[string]bool{}
	for _, s := range h.all() {
		sessions++
		if id := s.author().ID; id != "" {
			authenticated++
			seen[id] = true
		}
	}
	return sessions, authenticated, len(seen)
}
