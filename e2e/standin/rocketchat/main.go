package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	exitFailed = 1
	// exitOption is the status with which Node.js refuses NODE_OPTIONS.
	exitOption = 9

	// goodbye bounds the one thing done after SIGTERM.
	goodbye = 200 * time.Millisecond
)

func main() {
	os.Exit(run(os.Getenv, os.Stdout, os.Stderr))
}

// run is the process: it returns the exit status.
func run(getenv func(string) string, stdout, stderr io.Writer) int {
	var option *optionError
	cfg, err := parseConfig(getenv)
	if errors.As(err, &option) {
		fmt.Fprintln(stderr, "node:", option)
		return exitOption
	}
	log := newLog(stdout, cfg.Hostname)
	if err != nil {
		log.Error("ERROR! SERVER STOPPED", "err", err.Error())
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	a := newApp(cfg, log)
	err = a.start(ctx)
	if err == nil {
		err = a.wait(ctx)
	}
	if ctx.Err() != nil {
		a.leave()
		log.Info("stopped by a signal")
		return 0
	}
	log.Error("ERROR! SERVER STOPPED", "err", err.Error())
	return exitFailed
}
