package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// maxFrame is what a client may send at once.
const maxFrame = 16 << 20

// rawSocket speaks DDP in plain websocket messages.
func (s *server) rawSocket(w http.ResponseWriter, r *http.Request) {
	s.socket(w, r, func(f string) string { return f }, func(data []byte) ([]string, error) {
		return []string{string(data)}, nil
	}, "")
}

// framedSocket speaks DDP in SockJS frames.
func (s *server) framedSocket(w http.ResponseWriter, r *http.Request) {
	s.socket(w, r, func(f string) string { return sockArray([]string{f}) }, sockMessages, "o")
}

// socket runs one websocket to its end. wrap and unwrap are the framing, greeting
// is sent first where it is not empty.
func (s *server) socket(w http.ResponseWriter, r *http.Request, wrap func(string) string,
	unwrap func([]byte) ([]string, error), greeting string) {
	// any origin: the mobile clients have their own
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.log.Warn("websocket", "err", err.Error())
		return
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(maxFrame)
	client, _ := clientAddress(r, s.cfg.Forwarded) // unknown is empty
	sess := newSession(s, client)
	defer sess.close()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go sess.pump(ctx, c, wrap, greeting)
	for {
		_, data, err := c.Read(ctx)
		if err != nil {
			return
		}
		messages, err := unwrap(data)
		if err != nil {
			_ = c.Close(websocket.StatusUnsupportedData, "Broken framing.")
			return
		}
		for _, m := range messages {
			sess.handle([]byte(m))
		}
	}
}

// pump writes the session's frames until one side ends.
func (s *session) pump(ctx context.Context, c *websocket.Conn, wrap func(string) string, greeting string) {
	defer func() { _ = c.CloseNow() }()
	write := func(frame string) error {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		return c.Write(ctx, websocket.MessageText, []byte(frame))
	}
	if greeting != "" && write(greeting) != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			_ = c.Close(websocket.StatusGoingAway, "session closed")
			return
		case frame := <-s.out:
			if write(wrap(frame)) != nil {
				return
			}
		}
	}
}

// sockArray is SockJS's frame of messages.
func sockArray(messages []string) string {
	data, err := json.Marshal(messages)
	if err != nil {
		return "a[]" // strings always marshal
	}
	return "a" + string(data)
}

// sockMessages reads what a SockJS client sends: an array of strings, or one.
func sockMessages(data []byte) ([]string, error) {
	var many []string
	if err := json.Unmarshal(data, &many); err == nil {
		return many, nil
	}
	var one string
	err := json.Unmarshal(data, &one)
	return []string{one}, err
}
