package dashboards

import (
	"slices"

	"rcgen/generator/alerts"
)

// Expressions that the overview has too. The exporter leaves out by itself the file
// systems that keep nothing on a disk, but for those in memory.
const (
	disks      = `job="node",fstype!~"tmpfs|ramfs"`
	hostBusy   = `1 - avg(rate(node_cpu_seconds_total{job="node",mode="idle"}[$__rate_interval]))`
	hostMemory = `node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes{job="node"}`
	hostDisk   = `min by (mountpoint) (node_filesystem_avail_bytes{` + disks + `}` +
		` / node_filesystem_size_bytes{` + disks + `})`
)

// host is the machine. There is nothing on its network: the exporter's container
// sees its own only.
func host(d alerts.Deployment) board {
	return board{
		name: "host", title: "Host",
		about:  "The machine under the containers.",
		panels: slices.Concat(hostNumbers(), hostProcessor(d), hostDisks(d)),
	}
}

func hostNumbers() []panel {
	return []panel{
		{
			title: "Up for", kind: number, unit: "s",
			about:   "Time since the last boot; one that nobody ordered is bad.",
			queries: one(`time() - node_boot_time_seconds{job="node"}`, "up"),
		}, {
			title: "Processes killed for memory", kind: number, unit: "short", steps: above(1),
			about:   "In the time shown, containers at their limit included; 0 is good.",
			queries: one(`increase(node_vmstat_oom_kill{job="node"}[$__range])`, "killed"),
		}, {
			title: "Open files of the limit", kind: number, unit: "percentunit",
			about:   "Good is far below 100 %; at 100 % nothing can open a file or a connection.",
			queries: one(`node_filefd_allocated{job="node"} / node_filefd_maximum{job="node"}`, "open"),
		},
	}
}

func hostProcessor(d alerts.Deployment) []panel {
	return []panel{
		{
			title: "CPU busy", unit: "percentunit", max: 1, steps: above(d.HostCPU),
			about:   "Of all cores; good is a reserve at the busiest time.",
			queries: one(hostBusy, "busy"),
		}, {
			title: "CPU by use", unit: "percentunit",
			about:   "Of all cores; iowait is a slow disk, steal is a neighbour on the same machine.",
			queries: one(`avg by (mode) (rate(node_cpu_seconds_total{job="node",mode!="idle"}[$__rate_interval]))`, "{{mode}}"),
		}, {
			title: "Load", unit: "short",
			about: "Tasks that run or wait; good is below the number of cores.",
			queries: []query{
				{`node_load5{job="node"}`, "5 min"},
				{`count(node_cpu_seconds_total{job="node",mode="idle"})`, "cores"},
			},
		}, {
			title: "Memory available", unit: "percentunit", max: 1, steps: below(d.HostMemory),
			about:   "Below the line the kernel may soon end a process.",
			queries: one(hostMemory, "available"),
		}, {
			title: "Swapped pages per second", unit: "short",
			about: "0 is good; MongoDB and Node.js become slow at once when their memory is on disk.",
			queries: []query{
				{`rate(node_vmstat_pswpin{job="node"}[$__rate_interval])`, "in"},
				{`rate(node_vmstat_pswpout{job="node"}[$__rate_interval])`, "out"},
			},
		}, {
			title: "Clock: off by", unit: "s", steps: above(d.ClockOffset),
			about:   "Either way; above the line logins by TOTP fail and logs do not fit together.",
			queries: one(`abs(node_timex_offset_seconds{job="node"})`, "offset"),
		},
	}
}

func hostDisks(d alerts.Deployment) []panel {
	hours := figure(d.DiskFillHours)
	return []panel{
		{
			title: "Disk free", unit: "percentunit", max: 1, steps: below(d.DiskFree),
			about:   "By file system; a full one stops MongoDB.",
			queries: one(hostDisk, "{{mountpoint}}"),
		}, {
			title: "Disk free in " + hours + " hours", unit: "percentunit", signed: true, steps: below(0),
			about: "At the rate of the last 6 hours; below 0 the disk will be full by then.",
			queries: one(fill(`min by (mountpoint) (predict_linear(node_filesystem_avail_bytes{DISKS}[6h], HOURS * 3600)`+
				` / node_filesystem_size_bytes{DISKS})`, "DISKS", disks, "HOURS", hours), "{{mountpoint}}"),
		}, {
			title: "Inodes free", unit: "percentunit", max: 1,
			about: "By file system; at 0 no file can be made, however much room there is.",
			queries: one(`min by (mountpoint) (node_filesystem_files_free{`+disks+`}`+
				` / node_filesystem_files{`+disks+`} != 0)`, "{{mountpoint}}"),
		}, {
			title: "Disk busy", unit: "percentunit",
			about: "Share of time with work to do; near 100 % for long, MongoDB waits.",
			queries: one(`rate(node_disk_io_time_seconds_total{job="node",device!~"loop.+|ram.+|sr.+"}[$__rate_interval])`,
				"{{device}}"),
		}, {
			title: "Disk traffic", unit: "Bps",
			about: "Good is what it was yesterday; reads that rise mean that the memory no longer holds what is in use.",
			queries: []query{
				{`rate(node_disk_read_bytes_total{job="node",device!~"loop.+|ram.+|sr.+"}[$__rate_interval])`, "{{device}} read"},
				{`rate(node_disk_written_bytes_total{job="node",device!~"loop.+|ram.+|sr.+"}[$__rate_interval])`,
					"{{device}} written"},
			},
		},
	}
}
