package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
)

// relaySubject carries the live events. Moleculer names one for each node and event;
// one for all does here.
const relaySubject = "MOL.EVENT.broadcast"

// relay hands live events to the other instances. Without NATS, or without the
// licence, it carries nothing.
type relay struct {
	conn     *nats.Conn
	id       string
	licensed bool
	log      *slog.Logger
}

// envelope is an event on its way; an instance must know its own.
type envelope struct {
	From    string  `json:"from"`
	Message message `json:"message"`
}

// openRelay fails when NATS is away or refuses the credentials; once connected it
// reconnects for ever, whatever NATS says meanwhile. It connects without a licence
// too: the broker starts before the licence is looked at.
func openRelay(cfg config, id string, log *slog.Logger) (*relay, error) {
	r := &relay{id: id, licensed: cfg.Scalability, log: log}
	if cfg.NATS == "" {
		log.Warn("TRANSPORTER is not set: no live events between instances")
		return r, nil
	}
	conn, err := nats.Connect(cfg.NATS,
		nats.Name(cfg.Hostname),
		nats.Timeout(5*time.Second),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(time.Second),
		nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn,
			err error) {
			log.Warn("NATS client disconnected", "err", errText(err))
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("NATS client is reconnected") }),
	)
	if err != nil {
		return nil, fmt.Errorf("NATS: %w", err)
	}
	r.conn = conn
	log.Info("NATS client is connected", "licensed", r.licensed)
	return r, nil
}

// receive calls deliver for each event of another instance.
func (r *relay) receive(deliver func(message)) error {
	if r.conn == nil || !r.licensed {
		return nil
	}
	_, err := r.conn.Subscribe(relaySubject, func(m *nats.Msg) {
		var e envelope
		if err := json.Unmarshal(m.Data, &e); err != nil {
			r.log.Error("event of another instance", "err", err.Error())
			return
		}
		if e.From != r.id {
			deliver(e.Message)
		}
	})
	if err != nil {
		return fmt.Errorf("NATS: %w", err)
	}
	return r.conn.Flush() // subscribed before the instance is reachable
}

func (r *relay) send(m message) {
	if r.conn == nil || !r.licensed {
		return
	}
	data, err := json.Marshal(envelope{From: r.id, Message: m})
	if err == nil {
		err = r.conn.Publish(relaySubject, data)
	}
	if err != nil {
		r.log.Error("event to other instances", "err", err.Error())
	}
}

func (r *relay) connected() bool { return r.conn != nil && r.conn.IsConnected() }

func errText(err error) string {
	if err == nil {
		err = errors.New("closed")
	}
	return err.Error()
}
