package doctor

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rcgen/internal/container"
)

// withStatus has every request answered with one status.
func withStatus(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true }
}

// saying has one path answered with one text.
func saying(path string, status int, text string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
		return true
	}
}

func TestRootURL(t *testing.T) {
	const path, other = "/meteor_runtime_config.js", "https://elsewhere.firma.de"
	for _, c := range []struct {
		name        string
		change      func(*site)
		result      Result
		detail, fix string
	}{
		{"slash", func(*site) {}, OK, "http://chat.firma.de", ""},
		{"no slash", func(s *site) { s.rootURL = "http://Chat.firma.de" }, OK, "http://chat.firma.de", ""},
		{"in the start page", func(s *site) {
			s.instead = saying(path, 200, `<script>__meteor_runtime_config__ = JSON.parse(decodeURIComponent("%7B%22ROOT_URL%22%3A%22http%3A%2F%2Fchat.firma.de%2F%22%7D"))</script>`)
		}, OK, "http://chat.firma.de", ""},
		{"another", func(s *site) { s.rootURL = other }, Fail, "clients " + other + ", rcgen.yaml says http://chat.firma.de",
			"Site URL"},
		{"another scheme", func(s *site) { s.rootURL = "https://chat.firma.de" }, Fail, "https://chat.firma.de, rcgen.yaml",
			"Site URL"},
		{"another path", func(s *site) { s.rootURL = "http://chat.firma.de/chat/" }, Fail, "chat/, rcgen.yaml", "Site URL"},
		{"no config", func(s *site) { s.instead = saying(path, 200, "<html>") }, Fail, "no runtime configuration",
			"not Rocket.Chat"},
		{"empty", func(s *site) { s.instead = saying(path, 200, "") }, Fail, "no runtime configuration", "not Rocket.Chat"},
		{"not encoded", func(s *site) { s.instead = saying(path, 200, `JSON.parse(decodeURIComponent("%zz"))`) }, Fail,
			"cannot be decoded", "not Rocket.Chat"},
		{"not JSON", func(s *site) { s.instead = saying(path, 200, `JSON.parse(decodeURIComponent("x"))`) }, Fail,
			"without ROOT_URL", "not Rocket.Chat"},
		{"no ROOT_URL", func(s *site) { s.instead = saying(path, 200, `JSON.parse(decodeURIComponent("%7B%7D"))`) }, Fail,
			"without ROOT_URL", "not Rocket.Chat"},
		{"no replica", func(s *site) { s.instead = withStatus(503) }, Fail, "answered with 503 Service Unavailable",
			"the check replicas"},
		{"no route", func(s *site) { s.instead = withStatus(404) }, Fail, "answered with 404 Not Found", "rcgen diff"},
		{"a login page", func(s *site) {
			s.instead = func(w http.ResponseWriter, r *http.Request) bool {
				http.Redirect(w, r, "https://login.firma.de/?secret", http.StatusFound)
				return true
			}
		}, Fail, "302 Found, to https://login.firma.de", "rcgen diff"},
		{"cut off", func(s *site) {
			s.instead = func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }
		}, Fail, "EOF", "the check replicas"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			c.change(s)
			expect(t, s.sources(), "root-url", c.result, c.detail, c.fix)
		})
	}
}

func TestWebsocket(t *testing.T) {
	for _, c := range []struct {
		name        string
		change      func(*site)
		result      Result
		detail, fix string
	}{
		{"opens", func(*site) {}, OK, "a DDP session opens in", ""},
		{"headers are lost", func(s *site) {
			s.instead = func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Upgrade"); return false }
		}, Fail, "answered with 426 Upgrade Required, not with 101", "Upgrade and Connection"},
		{"the page comes", func(s *site) { s.instead = saying("/websocket", 200, "<html>") }, Fail,
			"answered with 200 OK, not with 101", "Upgrade and Connection"},
		{"by an own proxy", func(s *site) {
			s.proxied(t)
			s.instead = withStatus(400)
		}, Fail, "answered with 400 Bad Request, not with 101", "your proxy before Traefik"},
		{"no replica", func(s *site) { s.instead = withStatus(502) }, Fail, "answered with 502 Bad Gateway",
			"the check replicas"},
		{"no DDP", func(s *site) { s.instead = socketThat("hello") }, Fail, "not DDP", "the check replicas"},
		{"another version", func(s *site) { s.instead = socketThat(`{"msg":"failed","version":"2"}`) }, Fail, "not DDP",
			"the check replicas"},
		{"silence", func(s *site) { s.instead = socketThat("") }, Fail, "no answer within 4s", "the check replicas"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c.change(s)
			expect(t, s.sources(), "websocket", c.result, c.detail, c.fix)
		})
	}
}

// TestEntrance wants users' way in to be found, and told where there is none.
func TestEntrance(t *testing.T) {
	const remote = "ssh://ops@10.1.2.3:22\n"
	ports := func(ip string) string { return `{"80/tcp":[{"HostIp":"` + ip + `","HostPort":"8080"}]}` }
	for _, c := range []struct {
		name    string
		change  func(*site)
		dialled string
		result  Result
		detail  string
	}{
		{"a socket", func(s *site) { s.ports = ports("0.0.0.0") }, "127.0.0.1:8080", OK, ""},
		{"a pipe", func(s *site) { s.ports, s.endpoint = ports(""), "npipe:////./pipe/docker_engine" }, "127.0.0.1:8080", OK,
			""},
		{"another machine", func(s *site) { s.ports, s.endpoint = ports("::"), remote }, "10.1.2.3:8080", OK, ""},
		{"another machine by TCP", func(s *site) { s.ports, s.endpoint = ports(""), "tcp://chat1:2376" }, "chat1:8080", OK,
			""},
		{"an address", func(s *site) { s.ports, s.endpoint = ports("10.9.9.9"), remote }, "10.9.9.9:8080", OK, ""},
		{"the loopback of another machine", func(s *site) { s.ports, s.endpoint = ports("127.0.0.1"), remote }, "", Skip,
			"loopback address of another machine"},
		{"a proxy before", func(s *site) { s.proxied(t); s.ports = "" }, "chat.firma.de:443", OK, ""},
		{"a proxy before, out of reach", func(s *site) {
			s.proxied(t)
			s.dial = errors.New("no route to host")
		}, "chat.firma.de:443", Warn, "chat.firma.de:443 cannot be reached from here: no route to host"},
		{"refused", func(s *site) { s.ports, s.dial = ports(""), errors.New("connection refused") }, "127.0.0.1:8080", Fail,
			"127.0.0.1:8080 cannot be reached: connection refused"},
		{"not published", func(s *site) { s.ports = `{"80/tcp":null}` }, "", Fail, "publishes no port 80/tcp"},
		{"garbage ports", func(s *site) { s.ports = "<html>" }, "", Skip, "cannot be read"},
		{"garbage endpoint", func(s *site) { s.endpoint = "\x7f" }, "", Skip, "no URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			c.change(s)
			for _, id := range []string{"root-url", "websocket"} {
				s.dialled = nil
				expect(t, s.sources(), id, c.result, c.detail, "")
				if got := strings.Join(slices.Compact(s.dialled), " "); got != c.dialled {
					t.Errorf("%s: dialled %q, want %q", id, got, c.dialled)
				}
			}
		})
	}
	s := newSite(t)
	src := s.sources()
	src.Containers = containersOf(container.Container{ID: "2", Service: "rocketchat-1", State: "running"})
	for _, f := range Run(t.Context(), src, []string{"root-url", "websocket", "message"}).Checks {
		if f.Result != Fail || f.Detail != "traefik does not run" || !strings.Contains(f.Fix, "rcgen apply") {
			t.Errorf("without traefik: %+v", f)
		}
	}
}

func TestMessage(t *testing.T) {
	const api = "/api/v1/"
	for _, c := range []struct {
		name        string
		change      func(*site)
		result      Result
		detail, fix string
	}{
		{"crosses", func(*site) {}, OK, "was at another after", ""},
		{"does not cross", func(s *site) { s.mute = true }, Fail, "did not arrive at another within 2s", "scalability"},
		{"one replica", func(s *site) { s.plan.Instances = 1 }, Skip, "one replica", ""},
		{"no account", func(s *site) { s.account = Account{} }, Skip, "no account",
			"RCGEN_DOCTOR_USER and RCGEN_DOCTOR_PASSWORD"},
		{"no password", func(s *site) { s.account.Password = "" }, Skip, "no account", "RCGEN_DOCTOR_PASSWORD"},
		{"no cookie", func(s *site) { s.cookies = false }, Warn, "no cookie rc_sticky", "sticky"},
		{"one replica alone gets clients", func(s *site) { s.only = true }, Skip, "12 websockets all came to one replica",
			"replicas"},
		{"a second factor", func(s *site) {
			s.refusal["login"] = ddpRefusal{"totp-required", "TOTP Required"}
		}, Skip, "needs a second factor", "without a second factor"},
		{"a wrong password", func(s *site) { s.refusal["login"] = ddpRefusal{403, "User not found"} }, Skip,
			"may not log in: User not found", "RCGEN_DOCTOR_USER"},
		{"no token", func(s *site) {
			s.instead = socketThat(`{"msg":"connected"}`, `{"msg":"result","id":"1","result":[]}`)
		}, Fail, "the login's answer cannot be read", "replicas"},
		{"no room", func(s *site) {
			s.instead = saying(api+"im.create", 400, `{"success":false,"error":"Not allowed [error-not-allowed]"}`)
		}, Skip, "no conversation with itself: 400 Bad Request: Not allowed", "RCGEN_DOCTOR_USER"},
		{"a room without a name", func(s *site) { s.instead = saying(api+"im.create", 200, `{}`) }, Fail, "names no room",
			"replicas"},
		{"garbage", func(s *site) { s.instead = saying(api+"im.create", 200, "<html>") }, Fail, "not JSON", "replicas"},
		{"no subscription", func(s *site) {
			s.refusal["stream-room-messages"] = ddpRefusal{"not-allowed", ""}
		}, Fail, "not-allowed", "replicas"},
		{"read only", func(s *site) {
			s.instead = saying(api+"chat.sendMessage", 400, `{"error":"error-not-allowed"}`)
		}, Fail, "takes no message: 400 Bad Request: error-not-allowed", "read-only"},
		{"not to be removed", func(s *site) {
			s.instead = saying(api+"chat.delete", 400, `{"error":"Not allowed"}`)
		}, Warn, "; the test message may still be there: 400 Bad Request: Not allowed", "remove them there"},
		{"not to be removed, nor does it cross", func(s *site) {
			s.mute, s.instead = true, saying(api+"chat.delete", 500, "")
		}, Fail, "within 2s; the test message may still be there: 500 Internal Server Error", "scalability"},
		{"no logout", func(s *site) { s.instead = saying(api+"logout", 502, "") }, Warn,
			"; its login is still open: 502 Bad Gateway", "remove them there"},
		{"a proxy out of reach", func(s *site) { s.dial = errors.New("connection refused") }, Fail, "connection refused",
			"firewall"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c.change(s)
			expect(t, s.sources(), "message", c.result, c.detail, c.fix)
			if (len(s.kept) > 0) != strings.HasPrefix(c.name, "not to be removed") ||
				(len(s.tokens) > 0) != (c.name == "no logout") {
				t.Errorf("left behind: messages %v, logins %v", s.kept, s.tokens)
			}
			sum := sha256.Sum256([]byte("secret"))
			if s.password != "" && s.password != hex.EncodeToString(sum[:]) {
				t.Errorf("the login had %q", s.password)
			}
		})
	}
}

// TestMessageInTime: a chat that hangs is told of before the check's own time is over.
func TestMessageInTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.instead = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/api/v1/im.create" {
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client leave
			<-r.Context().Done()
		}
		return false
	}
	expect(t, s.sources(), "message", Fail, "no answer within 4s", "replicas")
	if len(s.tokens) > 0 {
		t.Error("the login is still open")
	}
}
