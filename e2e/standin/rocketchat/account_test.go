package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// by calls an endpoint as an account that logged in, or as nobody.
func by(t *testing.T, name, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if name != "" {
		req.Header.Set("X-Auth-Token", name)
		req.Header.Set("X-User-Id", accountOf(name).ID)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(text))
}

func TestAccountWritesToItself(t *testing.T) {
	t.Parallel()
	nats := startNATS(t, -1).Addr().String()
	r := launch(t, "rocketchat-1", startMongod(t), nats)
	wait(t, "rocketchat-1", r.healthy)
	api, room := "http://"+r.addr+"/api/v1/", accountOf("ops").ID+accountOf("ops").ID
	for _, c := range []struct {
		name, endpoint, body string
		status               int
		says                 string
	}{
		{"", "im.create", `{"username":"ops"}`, 401, "logged in"},
		{"ops", "im.create", `{"username":"somebody"}`, 400, "oneself"},
		{"ops", "im.create", `{"username":"ops"}`, 200, `"_id":"` + room + `"`},
		{"ops", "im.create", `{"username":"ops"}`, 200, `"_id":"` + room + `"`},
		{"ops", "chat.sendMessage", `{"message":{"msg":"hello"}}`, 400, "rid"},
		{"ops", "chat.sendMessage", `{"message":{"_id":"m1","rid":"` + room + `","msg":"hello"}}`, 200, `"username":"ops"`},
		{"other", "chat.delete", `{"roomId":"` + room + `","msgId":"m1"}`, 400, "No message found"},
		{"ops", "chat.delete", `{"roomId":"` + room + `","msgId":"m1"}`, 200, `"success":true`},
		{"ops", "chat.delete", `{"roomId":"` + room + `","msgId":"m1"}`, 400, "No message found"},
		{"ops", "logout", `{}`, 200, `"status":"success"`},
		{"", "logout", `{}`, 401, "logged in"},
	} {
		status, text := by(t, c.name, api+c.endpoint, c.body)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s: %d %s, want %d %s", c.endpoint, c.body, status, text, c.status, c.says)
		}
	}
	if _, left := get(t, api+"channels.messages?roomId="+room); !strings.Contains(left, `"count":0`) {
		t.Errorf("left: %s", left)
	}
}
