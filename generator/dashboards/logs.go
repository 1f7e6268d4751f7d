package dashboards

import "slices"

// logs asks Loki, and Prometheus for the way there. The only label of a stream is
// service_name, the name of the Compose service.
func logs() board {
	return board{
		name: "logs", title: "Logs",
		about:     "What the containers say, and whether it arrives.",
		variables: []variable{serviceVariable, levelVariable},
		panels:    slices.Concat(logVolume(), logTransport(), logLines()),
	}
}

func logVolume() []panel {
	return []panel{
		{
			title: "Lines by service", unit: "short", loki: true,
			about:   "Good is what it was yesterday; a jump is a service that is in trouble, or in a loop.",
			queries: one(`sum by (service_name) (count_over_time({service_name=~"$service"}[$__auto]))`, "{{service_name}}"),
		}, {
			title: "Lines by level", unit: "short", loki: true,
			about:   "Few errors are good; unknown are lines whose level cannot be read.",
			queries: one(`sum by (detected_level) (count_over_time({service_name=~"$service"}[$__auto]))`, "{{detected_level}}"),
		}, {
			title: "Errors", unit: "short", loki: true,
			about: "Lines of the levels error, fatal and critical; 0 is good.",
			queries: one(`sum(count_over_time({service_name=~"$service"} | detected_level=~"error|fatal|critical" [$__auto]))`+
				` or vector(0)`, "errors"),
		}, {
			title: "Slow queries of MongoDB", unit: "short", loki: true,
			about:   "MongoDB writes a line for each operation above 100 ms; few are good.",
			queries: one(`sum(count_over_time({service_name=~"mongodb.*"} |= "Slow query" [$__auto])) or vector(0)`, "slow"),
		},
	}
}

func logTransport() []panel {
	return []panel{
		{
			title: "Lines that Loki took per second", unit: "short",
			about:   "Good is never 0: some container always says something.",
			queries: one(`sum(rate(loki_distributor_lines_received_total{job="loki"}[$__rate_interval]))`, "lines"),
		}, {
			// The counters appear with the first loss: until then there was none.
			title: "Lines lost per second", unit: "short",
			about: "0 is good; what is lost here is only in docker compose logs.",
			queries: []query{
				{`sum(rate(loki_discarded_samples_total{job="loki"}[$__rate_interval])) or vector(0)`, "refused by Loki"},
				{lost("send"), "not delivered"},
				{lost("enqueue"), "no room to wait"},
			},
		},
	}
}

func logLines() []panel {
	return []panel{
		{
			title: "Lines", kind: lines, unit: "short", loki: true,
			about:   "The latest of the services and levels chosen above; look for the first error, not for the last.",
			queries: one(`{service_name=~"$service"} | detected_level=~"$level"`, ""),
		},
	}
}

// lost asks for a counter that ends in _total or not, as the collector's version
// has it.
func lost(how string) string {
	return fill(`sum(rate({__name__=~"otelcol_exporter_HOW_failed_log_records(_total)?",job="otel-collector"}`+
		`[$__rate_interval])) or vector(0)`, "HOW", how)
}
