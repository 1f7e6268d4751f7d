package releases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rcgen/generator/tree"
)

// client asks one service.
type client struct {
	base *url.URL
	http *http.Client
}

// maxRedirects is what an address may be moved about on one service (assumption).
const maxRedirects = 3

var errManyRedirects = errors.New("redirects in circles")

// newClient returns a client whose every answer, up to its last byte, takes limit
// at most. A redirect is followed on the same host, and not from https to http: one
// that leads elsewhere is a login page or an attack, and a service that has moved is
// named by a person.
func newClient(base string, limit time.Duration) (client, error) {
	u, err := baseURL(base)
	if err != nil {
		return client{}, err
	}
	follow := func(r *http.Request, via []*http.Request) error {
		switch {
		case r.URL.Host != u.Host || r.URL.Scheme != u.Scheme:
			return fmt.Errorf("redirects to %s://%s, which is not followed", plain(r.URL.Scheme), plain(r.URL.Host))
		case len(via) > maxRedirects:
			return errManyRedirects
		}
		return nil
	}
	return client{u, &http.Client{Timeout: limit, CheckRedirect: follow}}, nil
}

// get returns what the service has at a path, of at most limit bytes.
func (c client) get(ctx context.Context, limit int64, path ...string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.JoinPath(path...).String(), nil)
	if err != nil {
		return nil, unusable(c.base.Host, plain(err.Error()))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "rcgen/"+tree.Version)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, unusable(c.base.Host, fmt.Sprintf("answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	}
	sent := resp.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(sent)
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		what := fmt.Sprintf("sends %q, not JSON: a proxy or a login page may answer in its place", plain(sent))
		return nil, unusable(c.base.Host, what)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	if int64(len(text)) > limit {
		return nil, unusable(c.base.Host, fmt.Sprintf("sends more than %d MiB", limit>>20))
	}
	return text, nil
}

// failure is the error for a question without an answer.
func (c client) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return unusable(c.base.Host, fmt.Sprintf("does not answer within %v", c.http.Timeout))
	}
	var asked *url.Error // names the address again
	if errors.As(err, &asked) {
		err = asked.Err
	}
	return unusable(c.base.Host, plain(err.Error()))
}
