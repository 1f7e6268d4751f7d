package generator

import (
	"fmt"
	"math"
	"strconv"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// logging is the configuration of Loki.
type logging struct {
	LogsRetention string // age at which lines are deleted, in Loki's notation
	LogsRateMB    string // MiB a second that Loki takes, which it calls MB
	LogsBurstMB   int64  // MiB that Loki takes at once
}

func newLogging(s catalog.Storage) logging {
	rate, burst := catalog.LokiLimits(catalog.RetentionHours(s.LogsRetention.Value), s.LogsSize.Value)
	mb := math.Floor(float64(rate)/float64(units.MiB)*1e6) / 1e6 // never more than the size allows
	return logging{
		LogsRetention: s.LogsRetention.Value,
		LogsRateMB:    strconv.FormatFloat(mb, 'f', -1, 64),
		LogsBurstMB:   burst.MiB(),
	}
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
func isLogs(service string) bool { return service == stack.Loki || service == stack.OTelCollector }

func (s sizing) logsDisk() *Figure[units.Bytes] {
	st := s.profile.Storage
	rate, burst := catalog.LokiLimits(catalog.RetentionHours(st.LogsRetention.Value), st.LogsSize.Value)
	return &Figure[units.Bytes]{
		Value: st.LogsSize.Value,
		Reason: fmt.Sprintf("kept %s, never more than %s: Loki takes %s a second and bursts of %s, and makes a fifth of it",
			st.LogsRetention.Value, st.LogsSize.Value, rate.Human(), burst.Human()),
		Source: st.LogsRetention.Origin() + "; " + st.LogsSize.Origin(),
	}
}
