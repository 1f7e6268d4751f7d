package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/coder/websocket"
)

// maxFrame bounds a frame in bytes; assumption: after a login Rocket.Chat sends the
// account with all its settings, which is more than the library's 32 KiB.
const maxFrame = 4 << 20

var errNotDDP = errors.New("a websocket opens, and what it sends is not DDP")

// ddp is a websocket that speaks DDP
// (https://github.com/meteor/meteor/blob/devel/packages/ddp/DDP.md).
type ddp struct {
	conn   *websocket.Conn
	cookie string // value of stickyCookie: it names the replica
	calls  int
}

// openDDP begins a session.
func openDDP(ctx context.Context, conn *websocket.Conn, cookie string) (*ddp, error) {
	conn.SetReadLimit(maxFrame)
	d := &ddp{conn: conn, cookie: cookie}
	err := d.send(ctx, map[string]any{"msg": "connect", "version": "1", "support": []string{"1"}})
	if err == nil {
		_, err = d.await(ctx, func(m ddpMessage) bool { return m.Msg == "connected" })
	}
	if err != nil {
		d.close()
		return nil, causeOf(ctx, err)
	}
	return d, nil
}

// ddpMessage holds what is read of the messages that a server sends.
type ddpMessage struct {
	Msg        string          `json:"msg"`
	ID         string          `json:"id"`
	Subs       []string        `json:"subs"`
	Collection string          `json:"collection"`
	Fields     json.RawMessage `json:"fields"`
	Result     json.RawMessage `json:"result"`
	Error      *ddpError       `json:"error"`
}

// ddpError is what a server refuses with.
type ddpError struct {
	Code   any    `json:"error"` // a number or a word
	Reason string `json:"reason"`
}

func (e *ddpError) Error() string {
	if e.Reason != "" {
		return oneLine(e.Reason)
	}
	return oneLine(fmt.Sprint(e.Code))
}

func (d *ddp) close() { _ = d.conn.CloseNow() } // without waiting: nothing is lost

func (d *ddp) send(ctx context.Context, message map[string]any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return d.conn.Write(ctx, websocket.MessageText, data)
}

// await reads until the wanted message comes and answers pings meanwhile.
func (d *ddp) await(ctx context.Context, wanted func(ddpMessage) bool) (ddpMessage, error) {
	for {
		_, data, err := d.conn.Read(ctx)
		if err != nil {
			return ddpMessage{}, causeOf(ctx, err)
		}
		var m ddpMessage
		switch err := json.Unmarshal(data, &m); {
		case err != nil || m.Msg == "failed": // of another version
			return ddpMessage{}, errNotDDP
		case wanted(m):
			return m, nil
		case m.Msg == "ping":
			pong := map[string]any{"msg": "pong"}
			if m.ID != "" {
				pong["id"] = m.ID
			}
			if err := d.send(ctx, pong); err != nil {
				return ddpMessage{}, err
			}
		}
	}
}

// call calls a method. What the server refuses is a *ddpError.
func (d *ddp) call(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	d.calls++
	id := strconv.Itoa(d.calls)
	if err := d.send(ctx, map[string]any{"msg": "method", "id": id, "method": method, "params": params}); err != nil {
		return nil, err
	}
	m, err := d.await(ctx, func(m ddpMessage) bool { return m.Msg == "result" && m.ID == id })
	if err == nil && m.Error != nil {
		err = m.Error
	}
	return m.Result, err
}

// subscribe subscribes to a stream. What the server refuses is a *ddpError.
func (d *ddp) subscribe(ctx context.Context, name string, params ...any) error {
	if err := d.send(ctx, map[string]any{"msg": "sub", "id": name, "name": name, "params": params}); err != nil {
		return err
	}
	m, err := d.await(ctx, func(m ddpMessage) bool {
		return m.Msg == "ready" && slices.Contains(m.Subs, name) || m.Msg == "nosub" && m.ID == name
	})
	if err == nil && m.Msg == "nosub" {
		if err = errors.New("refused without a reason"); m.Error != nil {
			err = m.Error
		}
	}
	return err
}
