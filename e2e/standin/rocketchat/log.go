package main

import (
	"io"
	"log/slog"
	"os"
)

// newLog writes one JSON object a line in the shape of Rocket.Chat's logger:
// numeric levels, "time" and "msg".
func newLog(w io.Writer, hostname string) *slog.Logger {
	h := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: pinoAttr})
	return slog.New(h).With("pid", os.Getpid(), "hostname", hostname, "name", "System")
}

func pinoAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.LevelKey:
		return slog.Int(slog.LevelKey, pinoLevel(a.Value.Any().(slog.Level)))
	case slog.TimeKey:
		return slog.String(slog.TimeKey, a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	return a
}

func pinoLevel(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 50
	case l >= slog.LevelWarn:
		return 40
	case l >= slog.LevelInfo:
		return 20 // Rocket.Chat's everyday level
	}
	return 10
}
