package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// line is a websocket under test.
type line struct {
	t *testing.T
	c *websocket.Conn
}

func dial(t *testing.T, srv, path string) *line {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, resp, err := websocket.Dial(ctx, srv+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("X-Instance-ID") == "" {
		t.Error("no X-Instance-ID on the upgrade")
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return &line{t, c}
}

func (l *line) say(text string) {
	l.t.Helper()
	if err := l.c.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		l.t.Fatal(err)
	}
}

// hear fails when the next frame does not begin with want.
func (l *line) hear(want string) string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, data, err := l.c.Read(ctx)
	if err != nil || !strings.HasPrefix(string(data), want) {
		l.t.Fatalf("got %q, %v, want %q", data, err, want)
	}
	return string(data)
}

func TestDDPOverWebsocket(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	l := dial(t, srv.URL, "/websocket")
	for _, c := range []struct{ say, hear string }{
		{`{"msg":"ping"}`, `{"msg":"error","offendingMessage":{"msg":"ping"},"reason":"Must connect first"}`},
		{`nonsense`, `{"msg":"error","reason":"Parse error"}`},
		{`{"msg":"connect","version":"1","support":["1"]}`, `{"msg":"connected","session":"`},
		{`{"msg":"connect"}`, `{"msg":"error","reason":"Already connected"}`},
		{`{"msg":"ping"}`, `{"msg":"pong"}`},
		{`{"msg":"ping","id":"7"}`, `{"id":"7","msg":"pong"}`},
		{`{"msg":"sub","id":"1","name":"stream-room-messages","params":["GENERAL",false]}`, `{"msg":"ready","subs":["1"]}`},
		{`{"msg":"sub","id":"2","name":"stream-notify-user"}`, `{"msg":"ready","subs":["2"]}`},
		{`{"msg":"sub","id":"3","name":"other"}`, `{"error":{"error":404,"reason":"Subscription 'other' not found"`},
		{`{"msg":"unsub","id":"1"}`, `{"id":"1","msg":"nosub"}`},
		{`{"msg":"method","id":"4","method":"other"}`, `{"error":{"error":404,"reason":"Method 'other' not found"`},
		{`{"msg":"pong"}{`, `{"methods":["4"],"msg":"updated"}`}, // answers the message before
	} {
		l.say(c.say)
		if c.hear != "" {
			l.hear(c.hear)
		}
	}
}

func TestSockJSFramesOnWebsocket(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	l := dial(t, srv.URL, "/sockjs/123/abcdefgh/websocket")
	l.hear("o")
	l.say(`["{\"msg\":\"connect\"}"]`)
	l.hear(`a["{\"msg\":\"connected\"`)
	l.say(`"{\"msg\":\"ping\"}"`)
	l.hear(`a["{\"msg\":\"pong\"}"]`)
	l.say("nonsense")
	if _, _, err := l.c.Read(context.Background()); websocket.CloseStatus(err) == -1 {
		t.Errorf("broken framing: %v", err)
	}
}

func xhr(t *testing.T, srv *httptest.Server, path, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(srv.URL+"/sockjs/000/"+path, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestPollingSessionLivesOnOneInstance(t *testing.T) {
	one, two := serve(t, deadDatabase(t), project()), serve(t, deadDatabase(t), project())
	if status, body := xhr(t, one, "s1/xhr", ""); status != 200 || body != "o\n" {
		t.Fatalf("%d %q", status, body)
	}
	const connect = `["{\"msg\":\"connect\"}"]`
	if status, _ := xhr(t, two, "s1/xhr_send", connect); status != 404 {
		t.Errorf("the other instance: %d", status)
	}
	if status, _ := xhr(t, one, "s1/xhr_send", connect); status != 204 {
		t.Errorf("its own instance: %d", status)
	}
	if _, body := xhr(t, one, "s1/xhr", ""); !strings.HasPrefix(body, `a["{\"msg\":\"connected\"`) {
		t.Errorf("got %q", body)
	}
	if status, _ := xhr(t, one, "s1/xhr_send", "nonsense"); status != 500 {
		t.Errorf("broken framing: %d", status)
	}
	if status, body := xhr(t, two, "s1/xhr", ""); status != 200 || body != "o\n" {
		t.Errorf("a poll of an unknown session opens one: %d %q", status, body)
	}
}

func TestSecondPollIsRefused(t *testing.T) {
	srv := serve(t, deadDatabase(t), project())
	xhr(t, srv, "s/xhr", "")
	answers := make(chan string)
	for range 2 {
		go func() {
			_, body := xhr(t, srv, "s/xhr", "")
			answers <- body
		}()
	}
	if body := <-answers; !strings.HasPrefix(body, "c[2010") { // while the other one waits
		t.Errorf("got %q", body)
	}
	xhr(t, srv, "s/xhr_send", `["{\"msg\":\"connect\"}"]`)
	if body := <-answers; !strings.Contains(body, "connected") {
		t.Errorf("got %q", body)
	}
}
