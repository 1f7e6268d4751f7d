package alerts

// host watches the machine that everything shares.
func host(d Deployment) []Rule {
	return []Rule{{
		Name:     "HostMemory",
		Expr:     expr(`node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < {share}`, "share", d.HostMemory),
		For:      steady,
		Severity: Critical,
		Summary:  "The host runs out of memory",
		Description: "Only {{ $value | humanizePercentage }} of the host's memory is available. " +
			"The kernel will soon kill a process, and it takes large ones: MongoDB.",
		Runbook: "Run `docker stats --no-stream` and `ps aux --sort=-rss | head`. " +
			"The limits of this project fit the host together, so look for a program outside of it first. " +
			"If it is MongoDB's or a replica's, restart the largest replica: `docker compose restart rocketchat-2`.",
	}, {
		Name:     "HostOutOfMemory",
		Expr:     `increase(node_vmstat_oom_kill[10m]) > 0`,
		For:      "0s", // it has happened
		Severity: Warning,
		Summary:  "The kernel killed a process for want of memory",
		Description: "{{ $value | humanize }} processes were killed in the last 10 minutes " +
			"because a container reached its memory limit or the host had no memory left.",
		Runbook: "Run `journalctl -k | grep -i oom` and `docker compose ps -a` on the host: " +
			"the kernel's line names the process, and a container that ended with 137 is the one. " +
			"Docker has started it again. If it was a replica, see RocketChatMemory; if HostMemory fires too, see that.",
	}, {
		Name:     "HostCPU",
		Expr:     expr(`1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > {share}`, "share", d.HostCPU),
		For:      lasting,
		Severity: Warning,
		Summary:  "All cores of the host are busy",
		Description: "The host's cores are busy {{ $value | humanizePercentage }} of the time. " +
			"Replicas and MongoDB take it from each other.",
		Runbook: "Run `docker stats --no-stream` and `top` to see which program it is. " +
			"A backup or another project on this host: move it to the night. " +
			"Rocket.Chat and MongoDB themselves: the host is too small" +
			d.managed(", `rcgen plan` names one that would do") + ".",
	}}
}

// disks watches the file systems. One that is mounted in several places is one
// device.
func disks(d Deployment) []Rule {
	const real = `{fstype!~"tmpfs|ramfs"}`
	return []Rule{{
		Name: "HostDiskFree",
		Expr: expr(`min by (device) (node_filesystem_avail_bytes`+real+` / node_filesystem_size_bytes < {share}`+
			` and node_filesystem_readonly == 0)`, "share", d.DiskFree),
		For:         steady,
		Severity:    Critical,
		Summary:     "The disk {{ $labels.device }} is nearly full",
		Description: "{{ $value | humanizePercentage }} of {{ $labels.device }} is free. MongoDB stops when nothing is.",
		Runbook: "Run `df -h` and `docker system df -v`. `docker image prune -a` removes the images of old releases " +
			"and is safe while all is running; never prune volumes. Old backups and logs of the host come next. " +
			"If it is the database or the uploads, the disk has to grow.",
	}, {
		Name: "HostDiskFills",
		Expr: expr(`min by (device) (predict_linear(node_filesystem_avail_bytes`+real+`[6h], {hours} * 3600) < 0`+
			` and node_filesystem_readonly == 0)`, "hours", d.DiskFillHours),
		For:      anHour,
		Severity: Warning,
		Summary:  "The disk {{ $labels.device }} will be full soon",
		Description: expr("At the rate of the last 6 hours {{ $labels.device }} would have {{ $value | humanize1024 }}B "+
			"free in {hours} hours: it is full before.", "hours", d.DiskFillHours),
		Runbook: "Run `docker system df -v` and `du -xh --max-depth=2 / | sort -h | tail` to see what grows. " +
			"A restore, an import or pulled images end by themselves. " +
			"Uploads and logs do not: see HostDiskFree for what may be removed.",
	}}
}

// clock watches the time, upon which one-time passwords and logs depend.
func clock(d Deployment) []Rule {
	return []Rule{{
		Name:     "HostClockOffset",
		Expr:     expr(`abs(node_timex_offset_seconds) > {seconds}`, "seconds", d.ClockOffset),
		For:      lasting,
		Severity: Warning,
		Summary:  "The host's clock is wrong",
		Description: "The clock is {{ $value | humanizeDuration }} off. " +
			"One-time passwords and single sign-on fail when it is more.",
		Runbook: "Run `timedatectl timesync-status` or `chronyc tracking` on the host. " +
			"A machine that was suspended corrects itself within minutes. " +
			"If it does not, restart that service: `systemctl restart systemd-timesyncd` or `chronyd`.",
	}, {
		Name: "HostClockNotSynchronised",
		// 0 is what the kernel says while no program disciplines it: adjtimex(2), STA_UNSYNC
		Expr:        `max_over_time(node_timex_sync_status[10m]) == 0`,
		For:         anHour,
		Severity:    Warning,
		Summary:     "Nothing keeps the host's clock right",
		Description: "The kernel's clock has not been synchronised for an hour (status {{ $value }}), so it drifts.",
		Runbook: "Run `timedatectl` on the host: \"NTP service: active\" is wanted. " +
			"`timedatectl set-ntp true` switches it on; a firewall must let UDP port 123 out. It can wait for the morning.",
	}}
}
