package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rcgen/generator"
	"rcgen/internal/container"
)

// site is a chat of a test, as its proxy shows it: replicas behind a sticky cookie.
type site struct {
	plan     *generator.Plan
	server   *httptest.Server
	now      time.Time
	account  Account
	ports    string                                        // docker inspect
	endpoint string                                        // docker context
	dial     error                                         // of each connection
	instead  func(http.ResponseWriter, *http.Request) bool // answers in the place of the chat

	rootURL  string                // that the chat tells
	cookies  bool                  // the proxy sets some
	only     bool                  // one replica gets all clients
	mute     bool                  // replicas do not exchange messages
	refusal  map[string]ddpRefusal // by method or subscription
	password string                // digest that the login had

	mu      sync.Mutex
	next    int
	heard   []listener
	dialled []string
	kept    map[string]bool // messages that are there
	tokens  map[string]bool // logins that are open
}

type ddpRefusal struct {
	Error  any    `json:"error"`
	Reason string `json:"reason"`
}

// listener is a websocket that subscribed to a room.
type listener struct {
	replica, room string
	conn          *websocket.Conn
}

// newSite is a chat of two replicas in which all is well.
func newSite(t *testing.T) *site {
	t.Helper()
	p := &generator.Plan{}
	p.Request.Project, p.Request.Domain, p.Request.Admin.Username = "chat", "chat.firma.de", "ops"
	p.Request.TLS.Mode, p.Instances = generator.TLSOff, 2
	p.Deployment.CertificateDays = 14
	s := &site{
		plan: p, now: stackTime, account: Account{"ops", "secret"}, endpoint: "unix:///var/run/docker.sock\n",
		rootURL: "http://chat.firma.de/", cookies: true, refusal: map[string]ddpRefusal{}, kept: map[string]bool{},
		tokens: map[string]bool{},
	}
	s.serve(t, nil)
	return s
}

// serve starts the chat anew, with https where listen is given.
func (s *site) serve(t *testing.T, listen func(*httptest.Server)) {
	t.Helper()
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that a check gave up
	port := "80/tcp"
	if listen == nil {
		s.server.Start()
	} else {
		port = "443/tcp"
		listen(s.server)
	}
	t.Cleanup(s.server.Close)
	_, published, err := net.SplitHostPort(s.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s.ports = fmt.Sprintf(`{"9096/tcp":null,%q:[{"HostIp":"0.0.0.0","HostPort":%q},{"HostIp":"::","HostPort":%[2]q}]}`,
		port, published)
}

func (s *site) sources() Sources {
	return Sources{
		Plan: s.plan, Now: func() time.Time { return s.now }, Clean: func(text string) string { return text },
		Docker: func(_ context.Context, args ...string) (string, error) {
			switch args[0] {
			case "inspect":
				return s.ports, nil
			case "context":
				return s.endpoint, nil
			}
			return "", fmt.Errorf("docker %s was not expected", args[0])
		},
		Containers: func(context.Context) ([]container.Container, error) {
			return []container.Container{{ID: "1", Service: "traefik", State: "running"}}, nil
		},
		Running: RunningSources{WebSources: WebSources{
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				s.mu.Lock()
				s.dialled = append(s.dialled, address)
				s.mu.Unlock()
				if s.dial != nil {
					return nil, &net.OpError{Op: "dial", Net: network, Err: s.dial}
				}
				return (&net.Dialer{}).DialContext(ctx, network, s.server.Listener.Addr().String())
			},
			Account: func(string) Account { return s.account },
		}},
	}
}

// ServeHTTP is the proxy with the chat behind it.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != s.plan.Request.Domain {
		http.NotFound(w, r)
		return
	}
	if s.instead != nil && s.instead(w, r) {
		return
	}
	replica := s.replica(w, r)
	switch {
	case r.URL.Path == "/websocket":
		s.socket(w, r, replica)
	case r.URL.Path == "/meteor_runtime_config.js":
		config := url.PathEscape(fmt.Sprintf(`{"meteorRelease":"METEOR@3","ROOT_URL":%q}`, s.rootURL))
		fmt.Fprintf(w, "__meteor_runtime_config__ = JSON.parse(decodeURIComponent(%q))", config)
	case strings.HasPrefix(r.URL.Path, "/api/v1/"):
		s.rest(w, r, replica)
	default:
		http.NotFound(w, r)
	}
}

func (s *site) replica(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie("rc_sticky"); err == nil {
		return c.Value
	}
	s.mu.Lock()
	s.next++
	name := fmt.Sprintf("replica-%d", s.next%2+1)
	s.mu.Unlock()
	if s.only {
		name = "replica-1"
	}
	if s.cookies {
		http.SetCookie(w, &http.Cookie{Name: "rc_sticky", Value: name, HttpOnly: true, Secure: true})
	}
	return name
}

func (s *site) socket(w http.ResponseWriter, r *http.Request, replica string) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	say := func(v any) { sayOn(c, v) }
	for {
		_, data, err := c.Read(context.Background())
		if err != nil {
			return
		}
		var m struct {
			Msg, ID, Name, Method string
			Params                []json.RawMessage
		}
		if err := json.Unmarshal(data, &m); err != nil {
			return
		}
		refused, refuses := s.refusal[m.Method+m.Name]
		switch {
		case m.Msg == "connect":
			say(map[string]any{"server_id": "0"}) // Meteor begins with it
			say(map[string]any{"msg": "ping", "id": "p"})
			say(map[string]any{"msg": "connected", "session": replica})
		case m.Msg == "sub" && refuses:
			say(map[string]any{"msg": "nosub", "id": m.ID, "error": refused})
		case m.Msg == "sub":
			var room string
			_ = json.Unmarshal(m.Params[0], &room)
			s.mu.Lock()
			s.heard = append(s.heard, listener{replica, room, c})
			s.mu.Unlock()
			say(map[string]any{"msg": "ready", "subs": []string{m.ID}})
		case m.Msg == "method" && refuses:
			say(map[string]any{"msg": "result", "id": m.ID, "error": refused})
		case m.Msg == "method":
			say(map[string]any{"msg": "result", "id": m.ID, "result": s.login(m.Params)})
		}
	}
}

func sayOn(c *websocket.Conn, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		_ = c.Write(context.Background(), websocket.MessageText, data)
	}
}

func (s *site) login(params []json.RawMessage) map[string]any {
	var p struct {
		Password struct{ Digest string }
		Resume   string
	}
	_ = json.Unmarshal(params[0], &p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Resume == "" {
		s.password = p.Password.Digest
		s.tokens["token"] = true
	}
	return map[string]any{"id": "user", "token": "token", "type": "password"}
}

func (s *site) rest(w http.ResponseWriter, r *http.Request, replica string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.tokens[r.Header.Get("X-Auth-Token")] || r.Header.Get("X-User-Id") != "user" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"status":"error","message":"You must be logged in to do this."}`)
		return
	}
	var body struct {
		Username, RoomID, MsgID string
		Message                 struct {
			ID   string `json:"_id"`
			Room string `json:"rid"`
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	switch strings.TrimPrefix(r.URL.Path, "/api/v1/") {
	case "im.create":
		fmt.Fprintf(w, `{"room":{"_id":"self-%s","t":"d"},"success":true}`, body.Username)
	case "chat.sendMessage":
		s.kept[body.Message.ID] = true
		for _, l := range s.heard {
			if l.room == body.Message.Room && (l.replica == replica || !s.mute) {
				for _, id := range []string{"another", body.Message.ID} {
					fields := map[string]any{"eventName": l.room, "args": []any{map[string]string{"_id": id}}}
					sayOn(l.conn, map[string]any{"msg": "changed", "collection": "stream-room-messages", "fields": fields})
				}
			}
		}
		fmt.Fprint(w, `{"success":true}`)
	case "chat.delete":
		delete(s.kept, body.MsgID)
		fmt.Fprint(w, `{"success":true}`)
	case "logout":
		clear(s.tokens)
		fmt.Fprint(w, `{"status":"success"}`)
	default:
		http.NotFound(w, r)
	}
}

// socketThat opens a websocket, answers each message with the next of these frames,
// and then says nothing.
func socketThat(frames ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/websocket" {
			return false
		}
		http.SetCookie(w, &http.Cookie{Name: "rc_sticky", Value: r.RemoteAddr})
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return true
		}
		defer func() { _ = c.CloseNow() }()
		for i := 0; ; i++ {
			if _, _, err := c.Read(context.Background()); err != nil {
				return true
			}
			if i < len(frames) && frames[i] != "" {
				_ = c.Write(context.Background(), websocket.MessageText, []byte(frames[i]))
			}
		}
	}
}
