package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"rcgen/generator/units"
)

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
	lokiBurst = 256 * units.MiB

	// Assumptions: less than a day is gone before anybody looks, and its index is a
	// table a day; more than ten years is a slip.
	minLogsHours, maxLogsHours = 24, 10 * 365 * 24
)

// LokiLimits returns what Loki may take in, in bytes a second and bytes at once, so
// that a disk budget holds lines of that age. Loki deletes by age alone (v3.7.8,
// docs/sources/operations/storage/retention.md), so that its size is
//
//	(rate x (age + lokiLag) + burst) / lokiCompression + write-ahead log
//
// A tenth of the budget is left for the burst and the write-ahead log: a burst is
// half of that at most, and stands there once uncompressed and once in chunks.
func LokiLimits(hours int, size units.Bytes) (rate, burst units.Bytes) {
	seconds := units.Bytes(hours+lokiLag) * 3600
	return size * 9 / 10 * lokiCompression / seconds, min(size/20, lokiBurst)
}

// RetentionHours returns the hours of a duration that isRetention takes. Those
// beyond all reason, which overflow, come out as too many.
func RetentionHours(s string) int {
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
		hours = RetentionHours(age)
	}
	if !within(hours, minLogsHours, maxLogsHours) {
		return fmt.Errorf("storage.logs_retention: wants a duration like 15d, from 1d to 10y")
	}
	if !within(s.LogsSize.Value, units.GiB, MaxMemory) {
		return fmt.Errorf("storage.logs_size: wants 1GiB to %s", MaxMemory)
	}
	if rate, _ := LokiLimits(hours, s.LogsSize.Value); rate < units.KiB {
		return fmt.Errorf("storage.logs_size: is too little for %s: Loki could take %s a second", age, rate)
	}
	return nil
}
