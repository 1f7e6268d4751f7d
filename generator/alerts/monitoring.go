package alerts

// monitoring watches the watchers. What has a rule of its own is no target here.
func monitoring(d Deployment) []Rule {
	own := "rocketchat|traefik|nats|alertmanager"
	if d.Logs {
		own += "|loki|otel-collector"
	}
	return []Rule{{
		Name:     "TargetDown",
		Expr:     `up{job!~"` + own + `"} == 0`,
		For:      steady,
		Severity: Warning,
		Summary:  "Prometheus cannot read {{ $labels.job }} ({{ $labels.instance }})",
		Description: "{{ $labels.instance }} has not answered for 5 minutes (up is {{ $value }}), " +
			"so the rules on its figures are blind.",
		Runbook: "Run `docker compose ps -a` and `docker compose logs --tail 50 node-exporter`, " +
			"or `mongodb-exporter` or `grafana`, as the job is called. " +
			"`docker compose restart` with that name is safe: none of them holds anything that users need.",
	}}
}

// prometheus watches that what it reads is valid, and that it keeps the metrics.
func prometheus(d Deployment) []Rule {
	return []Rule{{
		Name:     "PrometheusRuleFailures",
		Expr:     `sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[10m])) > 0`,
		For:      steady,
		Severity: Warning,
		Summary:  "Rules of Prometheus cannot be evaluated",
		Description: "{{ $value | humanize }} evaluations in {{ $labels.rule_group }} failed in 10 minutes: " +
			"some alerts cannot fire.",
		Runbook: "Run `docker compose logs --tail 100 prometheus`: the line names the rule and the reason. " +
			"Rules of your own are the usual cause; correct the file, and Prometheus reads it by itself.",
	}, {
		Name:     "MonitoringConfigurationInvalid",
		Expr:     `{__name__=~"(prometheus|alertmanager)_config_last_reload_successful"} == 0`,
		For:      steady,
		Severity: Warning,
		Summary:  "{{ $labels.job }} does not take its configuration",
		Description: "The last reload of {{ $labels.job }} failed (success is {{ $value }}). " +
			"It goes on with the configuration before and would not start with the new one.",
		Runbook: "Run `docker compose logs --tail 100 prometheus`, or `alertmanager`: " +
			"the line names the file and the error. Correct it before the next restart." +
			d.managed(" `rcgen validate` shows what was edited by hand."),
	}, {
		Name:     "PrometheusRetentionShort",
		Expr:     `increase(prometheus_tsdb_size_retentions_total[1d]) > 0`,
		For:      anHour,
		Severity: Warning,
		Summary:  "Prometheus deletes metrics before their time: its disk share is used up",
		Description: "The metrics have reached their size limit {{ $value | humanize }} times today, " +
			"so they are kept for fewer days than planned.",
		Runbook: "Nothing is to be done at night. If `df -h` shows room, " +
			"raise storage.metrics_size in a profile of your own; otherwise silence this alert and keep fewer days.",
	}}
}

// alertmanager watches the way of the alerts themselves. What says that nobody
// hears of them can only be seen in Grafana and Prometheus.
func alertmanager() []Rule {
	return []Rule{{
		Name:        "AlertmanagerDown",
		Expr:        `(max(up{job="alertmanager"}) or vector(0)) == 0`,
		For:         steady,
		Severity:    Critical,
		Summary:     "Alertmanager is down: nobody is told of alerts",
		Description: "Alertmanager has not answered for 5 minutes (up is {{ $value }}). Alerts fire and are sent to nobody.",
		Runbook: "Run `docker compose ps -a alertmanager` and `docker compose logs --tail 50 alertmanager`: " +
			"a wrong configuration is in its last line. `docker compose up -d alertmanager` starts it. " +
			"Until then look at the alerts in Grafana.",
	}, {
		Name:     "AlertmanagerNotificationsFail",
		Expr:     `sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0`,
		For:      steady,
		Severity: Critical,
		Summary:  "Alertmanager cannot deliver by {{ $labels.integration }}",
		Description: "{{ $value | humanize }} notifications by {{ $labels.integration }} failed in 10 minutes. " +
			"If it is the only way, nobody hears of other alerts.",
		Runbook: "Run `docker compose logs --tail 50 alertmanager`: it has the answer of the other side. " +
			"A webhook into Rocket.Chat fails while Rocket.Chat is down, so look for its alerts. " +
			"Otherwise check the address and the password in .env, then `docker compose up -d alertmanager`.",
	}}
}

// logs watches Loki and the OpenTelemetry collector. The collector's counters end
// in _total in some releases only.
func logs(d Deployment) []Rule {
	if !d.Logs {
		return nil
	}
	failed := `(sum(rate({__name__=~"otelcol_exporter_send_failed_log_records(_total)?"}[5m])) or vector(0)) + ` +
		`(sum(rate({__name__=~"otelcol_exporter_enqueue_failed_log_records(_total)?"}[5m])) or vector(0)) > 0`
	return []Rule{{
		Name:     "LogsDown",
		Expr:     `up{job=~"loki|otel-collector"} == 0`,
		For:      steady,
		Severity: Warning,
		Summary:  "{{ $labels.job }} is down: logs are not collected",
		Description: "{{ $labels.job }} has not answered for 5 minutes (up is {{ $value }}). " +
			"Logs stay with Docker, which keeps the newest only.",
		Runbook: "Run `docker compose ps -a loki otel-collector` and `docker compose logs --tail 50 loki`. " +
			"`docker compose up -d loki otel-collector` starts them. Meanwhile `docker compose logs` has what is needed.",
	}, {
		Name:        "LogsRefused",
		Expr:        `sum by (reason) (increase(loki_discarded_samples_total[10m])) > 0`,
		For:         steady,
		Severity:    Warning,
		Summary:     "Loki refuses lines: {{ $labels.reason }}",
		Description: "Loki has thrown away {{ $value | humanize }} lines in 10 minutes because of {{ $labels.reason }}.",
		Runbook: "`rate_limited` and `per_stream_rate_limit` mean that a service writes far more than usual: " +
			"`docker compose logs --tail 100 rocketchat-1` shows what, and a log level of debug is the usual reason. " +
			"Lines that are too old or too long are lost; nothing else is.",
	}, {
		Name:        "LogsNotDelivered",
		Expr:        failed,
		For:         lasting,
		Severity:    Warning,
		Summary:     "The collector cannot hand its lines to Loki",
		Description: "{{ $value | humanize }} lines a second fail to reach Loki.",
		Runbook: "Run `docker compose logs --tail 50 otel-collector`: it has Loki's answer. " +
			"If Loki is down, LogsDown comes first. If its disk is full, see HostDiskFree. " +
			"Lines that Docker still keeps are in `docker compose logs`.",
	}}
}
