package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// answerLimit is how long one answer of the chat may take: a check then still has
// the time to say so.
const answerLimit = patience - time.Second

// maxAnswer bounds an answer in bytes; assumption: the largest is the start page, of
// less than 100 KiB.
const maxAnswer = 1 << 20

// stickyCookie is the cookie by which the proxy knows a client's replica, as
// traefik/dynamic/rocketchat.yaml has it.
const stickyCookie = "rc_sticky"

// web asks the chat by the address that its users type, at the place where the proxy
// was found.
type web struct {
	origin  string // ROOT_URL
	address string // host and port
	own     bool   // a person's own proxy is there
	client  *http.Client
}

// newWeb takes any certificate: it has a check of its own, which says more, and a wrong
// one must not hide what else is wrong. No secret may go that way: see withSecrets.
func newWeb(w *world, address string) web {
	client := newClient(w, address, &tls.Config{InsecureSkipVerify: true})
	return web{w.Plan.RootURL(), address, w.Plan.BehindProxy(), client}
}

// withSecrets returns a web that may be told a password, if there is one: on this
// machine everything may, and on a network https with a certificate that is verified.
func (b web) withSecrets(w *world) (web, bool) {
	if at, err := netip.ParseAddrPort(b.address); err == nil && at.Addr().IsLoopback() {
		return b, true
	}
	b.client = newClient(w, b.address, &tls.Config{RootCAs: w.Running.Roots, Time: w.Now})
	return b, strings.HasPrefix(b.origin, "https:")
}

func newClient(w *world, address string, config *tls.Config) *http.Client {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return w.Running.Dial(ctx, network, address)
		},
		TLSClientConfig:   config,
		DisableKeepAlives: true, // nothing stays open behind a check
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, CheckRedirect: stay}
}

// get returns the body of an answer with status 200; another is a *statusError.
func (b web) get(ctx context.Context, path string) ([]byte, error) {
	return b.ask(ctx, http.MethodGet, path, nil, nil)
}

// post calls an endpoint of the REST API and reads its answer into a value. What
// Rocket.Chat refuses is a *statusError with its words.
func (b web) post(ctx context.Context, endpoint string, header map[string]string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := b.ask(ctx, http.MethodPost, "/api/v1/"+endpoint, header, data)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s: its answer is not JSON", endpoint)
	}
	return nil
}

func (b web) ask(ctx context.Context, method, path string, header map[string]string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerLimit, fmt.Errorf("no answer within %v", answerLimit))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, b.origin+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, newStatusError(resp, answer)
	}
	return answer, nil
}

// connect opens a websocket as a new client, which has no cookie, and a DDP session
// on it. An answer other than 101 is a *statusError.
func (b web) connect(ctx context.Context) (*ddp, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerLimit, fmt.Errorf("no answer within %v", answerLimit))
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, b.origin+"/websocket", &websocket.DialOptions{HTTPClient: b.client})
	switch {
	case err != nil && resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		return nil, newStatusError(resp, nil)
	case err != nil:
		return nil, causeOf(ctx, err)
	}
	cookie := ""
	for _, c := range resp.Cookies() {
		if c.Name == stickyCookie {
			cookie = c.Value
		}
	}
	return openDDP(ctx, conn, cookie)
}

// causeOf prefers the reason for which a context ended to the error it led to.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// statusError is an answer with another status than the wanted one.
type statusError struct {
	status int
	to     string // origin that it redirects to
	words  string // Rocket.Chat's own, where it says some
}

func newStatusError(resp *http.Response, body []byte) *statusError {
	e := &statusError{status: resp.StatusCode}
	if to, err := resp.Location(); err == nil {
		e.to = oneLine(to.Scheme + "://" + to.Host)
	}
	var said struct{ Error, Message string }
	if json.Unmarshal(body, &said) == nil {
		e.words = oneLine(said.Error)
		if e.words == "" {
			e.words = oneLine(said.Message)
		}
	}
	return e
}

// refused reports whether a server that works does not want what was asked.
func (e *statusError) refused() bool { return e.status < http.StatusInternalServerError }

func (e *statusError) Error() string {
	text := fmt.Sprintf("%d %s", e.status, http.StatusText(e.status))
	switch {
	case e.to != "":
		text += ", to " + e.to
	case e.words != "":
		text += ": " + e.words
	}
	return text
}

// failure is the verdict for an answer that did not come, or not as wanted.
func (b web) failure(asked string, err error) verdict {
	const replicas = "see the check replicas; docker compose logs traefik names the server that fails"
	var status *statusError
	var lost *net.OpError
	switch {
	case errors.As(err, &status) && !status.refused():
		return fail(fmt.Sprintf("%s: answered with %v", asked, status), replicas)
	case errors.As(err, &status) && b.own:
		return fail(fmt.Sprintf("%s: answered with %v", asked, status),
			"let your proxy before Traefik pass on every path with its Host header")
	case errors.As(err, &status):
		return fail(fmt.Sprintf("%s: answered with %v", asked, status),
			"rcgen diff shows edits of traefik/dynamic/rocketchat.yaml; or another program has the port")
	case errors.As(err, &lost) && lost.Op == "dial" && b.own: // it may be out of this machine's reach and still be there
		return warn(fmt.Sprintf("your proxy at %s cannot be reached from here: %v", b.address, lost.Err),
			"run rcgen doctor where users are, or check the domain's DNS record")
	case errors.As(err, &lost) && lost.Op == "dial":
		return fail(fmt.Sprintf("%s cannot be reached: %v", b.address, lost.Err),
			"let the firewall pass this port, and see docker compose logs traefik")
	}
	var called *url.Error // it names the address again
	if errors.As(err, &called) {
		err = called.Err
	}
	return fail(fmt.Sprintf("%s: %v", asked, err), replicas)
}

// oneLine makes words of a server fit into a detail.
func oneLine(s string) string {
	const most = 120 // assumption: a longer one is no sentence
	return cut(printable(strings.Join(strings.Fields(s), " ")), most)
}
