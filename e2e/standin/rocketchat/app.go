package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// app is one instance from its start to its end.
type app struct {
	cfg    config
	log    *slog.Logger
	id     string // of the instance record and of the relay's node
	db     *database
	server *server
	failed chan error // what ends the process with status 1
}

func newApp(cfg config, log *slog.Logger) *app {
	return &app{cfg: cfg, log: log, id: newID(), failed: make(chan error, 1)}
}

// start does what stands between the process and its first request, in the real
// order: database, migrations, messaging, registration, and only then the port.
func (a *app) start(ctx context.Context) error {
	db, err := openDatabase(ctx, a.cfg)
	if err != nil {
		return err
	}
	a.db = db
	if err := a.checkMongoVersion(ctx); err != nil {
		return err
	}
	m := migration{db: db, log: a.log, target: a.cfg.Migration,
		takes: a.cfg.Migrating, retry: 10 * time.Second, collision: 2 * a.cfg.Migrating}
	if err := m.run(ctx); err != nil {
		return err
	}
	relay, err := openRelay(a.cfg, a.id, a.log)
	if err != nil {
		return err
	}
	if err := pause(ctx, a.cfg.Start); err != nil {
		return err
	}
	a.server = newServer(a.cfg, a.log, db, relay, a.fail)
	if err := relay.receive(a.server.hub.deliver); err != nil {
		return err
	}
	if err := db.register(ctx, a.id, a.cfg); err != nil {
		return err
	}
	if err := db.recordStatistics(ctx, a.cfg); err != nil {
		return err
	}
	go a.heartbeat()
	return a.listen(ctx)
}

func (a *app) checkMongoVersion(ctx context.Context) error {
	version, err := a.db.version(ctx)
	if err != nil {
		return err
	}
	major, err := strconv.Atoi(leadingDigits(version))
	if (err != nil || major < 7) && !a.cfg.AnyMongo {
		return fmt.Errorf("MongoDB %s is not supported, upgrade to version 7.0 or later", version)
	}
	a.log.Info("connected to MongoDB", "version", version)
	return nil
}

// listen opens the ports; from here on the instance is reachable.
func (a *app) listen(ctx context.Context) error {
	if a.cfg.Metrics {
		go a.server.metrics.refreshLoop(a.server)
		if err := a.serve(ctx, a.cfg.MetricsPort, a.server.metrics.handler()); err != nil {
			return err
		}
	}
	if err := a.serve(ctx, a.cfg.Port, a.server.handler()); err != nil {
		return err
	}
	a.log.Info("SERVER RUNNING", "version", a.cfg.Version, "port", a.cfg.Port,
		"site", a.cfg.RootURL, "scalability", a.cfg.Scalability)
	return nil
}

func (a *app) serve(ctx context.Context, port int, h http.Handler) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(a.cfg.BindIP, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           h,
		IdleTimeout:       5 * time.Second, // Meteor's
		ReadHeaderTimeout: 60 * time.Second,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	go func() { a.fail(srv.Serve(l)) }()
	return nil
}

func (a *app) heartbeat() {
	for range time.Tick(a.cfg.PingInterval) {
		ctx, cancel := context.WithTimeout(context.Background(), a.cfg.PingInterval)
		if err := a.db.heartbeat(ctx, a.id, a.cfg); err != nil {
			a.log.Warn("heartbeat of the instance record", "err", err.Error())
		}
		cancel()
	}
}

// fail ends the process; only the first reason counts.
func (a *app) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

func (a *app) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-a.failed:
		return err
	}
}

// leave takes the instance record away. The real one does not wait for that
// either, so a record may stay until it expires.
func (a *app) leave() {
	if a.db == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if err := a.db.unregister(ctx, a.id); err != nil {
		a.log.Warn("the instance record stays", "err", err.Error())
	}
}

var errStopped = errors.New("stopped during start-up")

// pause waits; a signal ends it.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return errStopped
	case <-time.After(d):
		return nil
	}
}

func leadingDigits(s string) string {
	for i, r := range s {
		if r < '0' || r > '9' {
			return s[:i]
		}
	}
	return s
}
