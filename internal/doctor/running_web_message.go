package doctor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// arrival is how long a message may be on its way between two replicas; assumption:
	// above it people take a conversation for stuck.
	arrival = 2 * time.Second

	// working and tidying share messageLimit: to send and wait, and to remove the
	// message and log out.
	working = 6 * time.Second
	tidying = 1500 * time.Millisecond

	// attempts bounds the search for two replicas; assumption: round robin finds the
	// second at the second attempt, or soon after where others connect meanwhile.
	attempts = 12

	// codeNeeded is how Rocket.Chat refuses a login that lacks the second factor
	// (apps/meteor/app/2fa/server).
	codeNeeded = "totp-required"

	// idLength is that of Meteor's own ids (meteor, packages/random).
	idLength = 17

	nameAccount = "name an account without a second factor, whose conversation with itself is used: " +
		"set RCGEN_DOCTOR_USER and RCGEN_DOCTOR_PASSWORD"
)

// checkMessage sends a message by one replica and waits for it at another.
func checkMessage(ctx context.Context, w *world) verdict {
	if len(w.Plan.Replicas()) < 2 {
		return skip("one replica: no message has to cross", "nothing is to be done")
	}
	account := w.Running.Account(w.Plan.Request.Admin.Username)
	if account.Username == "" || account.Password == "" {
		return skip("no account to send a message with", nameAccount)
	}
	return throughProxy(func(ctx context.Context, w *world, b web) verdict {
		b, safe := b.withSecrets(w)
		if !safe {
			return skip("a password would cross the network without https", "run rcgen doctor on the engine's machine")
		}
		work, cancel := context.WithTimeoutCause(ctx, working, fmt.Errorf("no answer within %v", working))
		defer cancel()
		c := courier{web: b, account: account, message: rand.Text()[:idLength]}
		defer c.close()
		v := c.deliver(work)
		if left := c.tidy(ctx); left != "" {
			v.detail += "; " + left
			if v.result == OK {
				v.result = Warn
				v.fix = "the account's own conversation with itself shows the message, " +
					"its preferences the login: remove them there"
			}
		}
		return v
	})(ctx, w)
}

// courier is one account on two replicas. It speaks as the vendor's own clients do:
// REST to act and DDP to listen, since the DDP methods to write and to delete leave
// (RocketChat/Rocket.Chat#33472, #40659).
type courier struct {
	web      web
	account  Account
	from, to *ddp

	token, user string // of the login
	room        string // the account's conversation with itself
	message     string // id
	sent        bool   // or tried to
}

func (c *courier) deliver(ctx context.Context) verdict {
	var start time.Time
	for _, step := range []func(context.Context) error{c.open, c.login, c.listen, c.send} {
		start = time.Now()
		err := step(ctx)
		var o obstacle
		switch {
		case errors.As(err, &o):
			return o.verdict
		case err != nil:
			return c.web.failure("the test message", err)
		}
	}
	wait, cancel := context.WithTimeout(ctx, arrival)
	defer cancel()
	_, err := c.to.await(wait, c.isMessage)
	switch {
	case err != nil && wait.Err() != nil && ctx.Err() == nil:
		return fail(fmt.Sprintf("a message sent by one replica did not arrive at another within %v", arrival),
			"replicas exchange messages with the licence module scalability alone: see the check licence; "+
				"where it is there, see nats and docker compose logs nats")
	case err != nil:
		return c.web.failure("the test message", err)
	}
	return ok("a message sent by one replica was at another after %v", time.Since(start).Round(time.Millisecond))
}

// open finds two replicas by the cookies of new clients.
func (c *courier) open(ctx context.Context) error {
	for range attempts {
		d, err := c.web.connect(ctx)
		var unverified *tls.CertificateVerificationError
		switch {
		case errors.As(err, &unverified):
			return obstacle{skip("a password would go to a proxy whose certificate is not verified",
				"see the check certificate, or run rcgen doctor on the engine's machine")}
		case err != nil:
			return obstacle{c.web.noWebsocket(err)}
		case d.cookie == "":
			d.close()
			return obstacle{warn("the proxy sets no cookie "+stickyCookie+
				": the replicas cannot be told apart, and clients without websockets lose their sessions",
				"rcgen diff shows edits of traefik/dynamic/rocketchat.yaml, where it is set under sticky")}
		case c.from == nil:
			c.from = d
		case d.cookie != c.from.cookie:
			c.to = d
			return nil
		default:
			d.close()
		}
	}
	return obstacle{skip(fmt.Sprintf("%d websockets all came to one replica", attempts),
		"see the check replicas: the others get no clients")}
}

// login uses the password once; the second replica gets the token of the first.
func (c *courier) login(ctx context.Context) error {
	sum := sha256.Sum256([]byte(c.account.Password))
	result, err := c.from.call(ctx, "login", map[string]any{
		"user":     map[string]string{"username": c.account.Username},
		"password": map[string]string{"digest": hex.EncodeToString(sum[:]), "algorithm": "sha-256"},
	})
	var refused *ddpError
	switch {
	case errors.As(err, &refused) && refused.Code == codeNeeded:
		return obstacle{skip("the account's login needs a second factor", nameAccount)}
	case errors.As(err, &refused):
		return obstacle{skip("the account may not log in: "+refused.Error(), nameAccount)}
	case err != nil:
		return err
	}
	var session struct{ ID, Token string }
	if err := json.Unmarshal(result, &session); err != nil || session.Token == "" {
		return errors.New("the login's answer cannot be read")
	}
	c.user, c.token = session.ID, session.Token
	_, err = c.to.call(ctx, "login", map[string]string{"resume": c.token})
	return err
}

// listen subscribes to the account's conversation with itself, which is made where
// it is missing, and stays: an account may not remove it.
func (c *courier) listen(ctx context.Context) error {
	var made struct {
		Room struct {
			ID string `json:"_id"`
		} `json:"room"`
	}
	err := c.web.post(ctx, "im.create", c.header(), map[string]string{"username": c.account.Username}, &made)
	var status *statusError
	if errors.As(err, &status) && status.refused() {
		return obstacle{skip("the account has no conversation with itself: "+status.Error(), nameAccount)}
	}
	if err == nil && made.Room.ID == "" {
		err = errors.New("im.create: its answer names no room")
	}
	if err != nil {
		return err
	}
	c.room = made.Room.ID
	return c.to.subscribe(ctx, "stream-room-messages", c.room, false)
}

func (c *courier) send(ctx context.Context) error {
	c.sent = true
	const text = "A test of rcgen doctor, which removes it at once."
	message := map[string]string{"_id": c.message, "rid": c.room, "msg": text}
	var answer struct{ Success bool }
	err := c.web.post(ctx, "chat.sendMessage", c.header(), map[string]any{"message": message}, &answer)
	var status *statusError
	if errors.As(err, &status) && status.refused() {
		c.sent = false
		return obstacle{fail("Rocket.Chat takes no message: "+status.Error(),
			"see docker compose logs rocketchat-1; a workspace without a valid registration may be read-only")}
	}
	return err
}

// header are those of a request by the account to the first replica.
func (c *courier) header() map[string]string {
	return map[string]string{"X-Auth-Token": c.token, "X-User-Id": c.user, "Cookie": stickyCookie + "=" + c.from.cookie}
}

// isMessage reports whether a DDP message brings the one that was sent.
func (c *courier) isMessage(m ddpMessage) bool {
	var fields struct {
		Args []struct {
			ID string `json:"_id"`
		} `json:"args"`
	}
	if m.Msg != "changed" || json.Unmarshal(m.Fields, &fields) != nil {
		return false
	}
	return len(fields.Args) > 0 && fields.Args[0].ID == c.message
}

// tidy removes the message and ends the login, whatever became of them. It returns
// what is left behind.
func (c *courier) tidy(ctx context.Context) (left string) {
	ctx, cancel := context.WithTimeout(ctx, tidying)
	defer cancel()
	if c.token == "" {
		return ""
	}
	var answer struct{}
	if c.sent {
		message := map[string]string{"roomId": c.room, "msgId": c.message}
		if err := c.web.post(ctx, "chat.delete", c.header(), message, &answer); err != nil {
			left = "the test message may still be there: " + oneLine(err.Error()) + "; "
		}
	}
	if err := c.web.post(ctx, "logout", c.header(), struct{}{}, &answer); err != nil {
		left += "its login is still open: " + oneLine(err.Error())
	}
	return strings.TrimSuffix(left, "; ")
}

func (c *courier) close() {
	for _, d := range []*ddp{c.from, c.to} {
		if d != nil {
			d.close()
		}
	}
}
