//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rcgen/e2e/internal/rig"
)

const origin = "http://127.0.0.1"

// browser keeps cookies, as a person's does.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{}}
}

// instance asks which replica answers.
func instance(c *http.Client, address string) (string, error) {
	resp, err := c.Get(address + "/api/info")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	return resp.Header.Get("X-Instance-ID"), nil
}

// on returns a browser whose cookie belongs to a replica.
func on(t *testing.T, replica string) *http.Client {
	t.Helper()
	for range 200 {
		c := browser(t)
		if got, err := instance(c, origin); err == nil && got == replica {
			return c
		}
	}
	t.Fatalf("%s: never reached in 200 attempts", replica)
	return nil
}

// socket is a websocket with DDP on it.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, c *http.Client) socket {
	t.Helper()
	conn, _, err := websocket.Dial(w.ctx, strings.Replace(origin, "http", "ws", 1)+"/websocket",
		&websocket.DialOptions{HTTPClient: &http.Client{Jar: c.Jar}})
	if err != nil {
		t.Fatal(err)
	}
	s := socket{t, conn}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s.send(map[string]any{"msg": "connect", "version": "1", "support": []string{"1"}})
	s.await("connected")
	return s
}

func (s socket) send(v any) {
	s.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.conn.Write(w.ctx, websocket.MessageText, data); err != nil {
		s.t.Fatal(err)
	}
}

// await reads until a message of a kind comes, and answers pings meanwhile.
func (s socket) await(kind string) map[string]any {
	s.t.Helper()
	m, err := s.next(kind, patience)
	if err != nil {
		s.t.Fatalf("%s: %v", kind, err)
	}
	return m
}

func (s socket) next(kind string, wait time.Duration) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(w.ctx, wait)
	defer cancel()
	for {
		_, data, err := s.conn.Read(ctx)
		if err != nil {
			return nil, err
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, err
		}
		switch m["msg"] {
		case kind:
			return m, nil
		case "ping":
			s.send(map[string]any{"msg": "pong"})
		}
	}
}

// listen subscribes to messages of a room.
func (s socket) listen(room string) {
	s.t.Helper()
	s.send(map[string]any{"msg": "sub", "id": "1", "name": "stream-room-messages", "params": []any{room, false}})
	s.await("ready")
}

func (s socket) say(room, text string) {
	s.t.Helper()
	s.send(map[string]any{"msg": "method", "id": "2", "method": "sendMessage",
		"params": []any{map[string]any{"rid": room, "msg": text}}})
	s.await("result")
}

// secret reads a value from a project's .env.
func secret(t *testing.T, p *rig.Project, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.Dir, ".env"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("%s: not in .env", name)
	return ""
}

// series is a Prometheus query's answer: labels and value.
type series struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`
}

// query returns what an expression is in Prometheus now.
func query(t *testing.T, p *rig.Project, expr string) []series {
	t.Helper()
	var data struct {
		Result []series `json:"result"`
	}
	askPrometheus(t, p, "query?query="+url.QueryEscape(expr), &data)
	return data.Result
}

// askPrometheus fills in the data of an answer. Only Grafana reaches Prometheus, so it
// goes through Grafana's proxy.
func askPrometheus(t *testing.T, p *rig.Project, path string, data any) {
	t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet,
		origin+"/grafana/api/datasources/proxy/uid/prometheus/api/v1/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("admin", secret(t, p, "GRAFANA_ADMIN_PASSWORD"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := struct {
		Data any `json:"data"`
	}{data}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatalf("%s: status %d: %v", path, resp.StatusCode, err)
	}
}
