package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	os.Exit(run(os.Getenv, os.Stderr))
}

// run is the process: it returns the exit status.
func run(getenv func(string) string, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := serve(ctx, getenv, stderr); err != nil {
		fmt.Fprintf(stderr, "logger=server level=error msg=\"Startup failed\" error=%q\n", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, getenv func(string) string, stderr io.Writer) error {
	cfg, err := parseConfig(getenv)
	if err != nil {
		return err
	}
	p, err := readProvisioning(cfg.Provisioning)
	if err != nil {
		return err
	}
	secret, err := adminSecret(cfg.Data, cfg.Password)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(cfg.Addr, strconv.Itoa(cfg.Port)))
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "logger=http.server level=info msg=\"HTTP Server Listen\" address=%s subUrl=%q datasources=%d dashboards=%d\n",
		l.Addr(), cfg.subPath(), len(p.Datasources), len(p.Dashboards))
	srv := &http.Server{Handler: newServer(cfg, p, secret).handler(), ReadHeaderTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// Grafana lets requests under way end
	bye, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(bye); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
