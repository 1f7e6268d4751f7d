package generator

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// logging is the configuration of Loki.
type logging struct {
	LogsRetention string // age at which lines are deleted, in Loki's notation
	LogsRateMB    string // MiB a second that Loki takes, which it calls MB
	LogsBurstMB   int64  // MiB that Loki takes at once
}

func newLogging(s Storage) logging {
	rate, burst := lokiLimits(retentionHours(s.LogsRetention.Value), s.LogsSize.Value)
	mb := math.Floor(float64(rate)/float64(MiB)*1e6) / 1e6 // never more than the size allows
	return logging{
		LogsRetention: s.LogsRetention.Value,
		LogsRateMB:    strconv.FormatFloat(mb, 'f', -1, 64),
		LogsBurstMB:   burst.MiB(),
	}
}

// What decides how much of the disk Loki fills.
const (
	// lokiCompression is bytes of lines / bytes of chunks, with snappy: the least of
	// the 5 to 10 in grafana/loki v3.7.8, docs/sources/configure/bp-configure.md.
	// Made-up lines like those of Rocket.Chat gave 6.3.
	lokiCompression = 5

	// lokiLag is how long a line stays beyond its age, in hours: max_chunk_age (2),
	// retention_delete_delay (2), and the compactor's rounds between them (Loki
	// v3.7.8, docs/sources/shared/configuration.md).
	lokiLag = 5

	// lokiBurst bounds a burst: the write-ahead log holds it uncompressed, and all
	// of it is read back after a crash.
	lokiBurst = 256 * MiB

	// Assumptions: less than a day is gone before anybody looks, and its index is a
	// table a day; more than ten years is a slip.
	minLogsHours, maxLogsHours = 24, 10 * 365 * 24
)

// lokiLimits returns what Loki may take in, in bytes a second and bytes at once, so
// that a disk budget holds lines of that age. Loki deletes by age alone (v3.7.8,
// docs/sources/operations/storage/retention.md), so that its size is
//
//	(rate x (age + lokiLag) + burst) / lokiCompression + write-ahead log
//
// A tenth of the budget is left for the burst and the write-ahead log: a burst is
// half of that at most, and stands there once uncompressed and once in chunks.
func lokiLimits(hours int, size Bytes) (rate, burst Bytes) {
	seconds := Bytes(hours+lokiLag) * 3600
	return size * 9 / 10 * lokiCompression / seconds, min(size/20, lokiBurst)
}

// retentionHours returns the hours of a duration that isRetention takes. Those
// beyond all reason, which overflow, come out as too many.
func retentionHours(s string) int {
	unit := map[string]int{"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}
	n, err := strconv.Atoi(strings.TrimRight(s, "hdwy"))
	if err != nil || n > maxLogsHours {
		return maxLogsHours + 1
	}
	return n * unit[s[len(s)-1:]]
}

// checkLogs returns what is wrong with age and budget. Below a KiB a second, a few
// lines (assumption), nothing worth keeping would get through.
func (s Storage) checkLogs() error {
	age := s.LogsRetention.Value
	hours := 0
	if isRetention(age) {
		hours = retentionHours(age)
	}
	if !within(hours, minLogsHours, maxLogsHours) {
		return fmt.Errorf("storage.logs_retention: wants a duration like 15d, from 1d to 10y")
	}
	if !within(s.LogsSize.Value, GiB, MaxMemory) {
		return fmt.Errorf("storage.logs_size: wants 1GiB to %s", MaxMemory)
	}
	if rate, _ := lokiLimits(hours, s.LogsSize.Value); rate < KiB {
		return fmt.Errorf("storage.logs_size: is too little for %s: Loki could take %s a second", age, rate)
	}
	return nil
}

// wantsLogs reports whether the containers' logs shall be kept: as the request
// says, or as the profile has it.
func (s sizing) wantsLogs() bool {
	if stated := s.request.Monitoring.Logs; stated != nil {
		return *stated
	}
	return s.profile.Logs.Value
}

// mayLog is false only where the request refuses. It does not depend on the
// profile, and so not on the users.
func (s sizing) mayLog() bool {
	stated := s.request.Monitoring.Logs
	return stated == nil || *stated
}

// isLogs reports whether a service runs only where logs are kept.
func isLogs(service string) bool { return service == Loki || service == OTelCollector }

func (s sizing) logsDisk() *Figure[Bytes] {
	st := s.profile.Storage
	rate, burst := lokiLimits(retentionHours(st.LogsRetention.Value), st.LogsSize.Value)
	return &Figure[Bytes]{
		Value: st.LogsSize.Value,
		Reason: fmt.Sprintf("kept %s, never more than %s: Loki takes %s a second and bursts of %s, and makes a fifth of it",
			st.LogsRetention.Value, st.LogsSize.Value, rate.Human(), burst.Human()),
		Source: st.LogsRetention.Origin() + "; " + st.LogsSize.Origin(),
	}
}
