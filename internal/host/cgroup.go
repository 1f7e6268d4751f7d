package host

import (
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// limits are the tightest cgroup limits; without one a field has its largest
// value, so that the least of it and any other number is that number.
type limits struct {
	cores  float64
	memory uint64 // bytes
}

// mount is one cgroup file system, as in a line of /proc/self/mountinfo.
type mount struct {
	root        string   // the group at the mount point
	point       string   // where it is mounted
	controllers []string // of a v1 hierarchy; "" alone for v2
}

// cgroupLimits gives the limits on this process from the file system fsys,
// which is rooted at "/". It reads both versions: on a hybrid system each
// controller is in one of them, and the other lacks its files. See the kernel's
// Documentation/admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/memory.rst
// (memory.txt in older trees) and scheduler/sched-bwc.rst.
func cgroupLimits(fsys fs.FS) limits {
	l := limits{cores: math.Inf(1), memory: math.MaxUint64}
	groups, mounts := readGroups(fsys), readMounts(fsys)
	for _, dir := range groupDirs(groups, mounts, "") {
		l.cores = min(l.cores, quota(words(fsys, dir+"/cpu.max")))
		l.memory = min(l.memory, size(words(fsys, dir+"/memory.max")))
	}
	for _, dir := range groupDirs(groups, mounts, "cpu") {
		q := words(fsys, dir+"/cpu.cfs_quota_us")
		l.cores = min(l.cores, quota(append(q, words(fsys, dir+"/cpu.cfs_period_us")...)))
	}
	for _, dir := range groupDirs(groups, mounts, "memory") {
		l.memory = min(l.memory, size(words(fsys, dir+"/memory.limit_in_bytes")))
	}
	return l
}

// readGroups gives this process's group by v1 controller, and by "" for v2,
// from /proc/self/cgroup: lines "4:cpu,cpuacct:/a" and "0::/a" (cgroups(7)).
func readGroups(fsys fs.FS) map[string]string {
	groups := map[string]string{}
	for _, line := range lines(fsys, "proc/self/cgroup") {
		// Not more than 3 parts: a group's name may hold colons.
		if f := strings.SplitN(line, ":", 3); len(f) == 3 {
			for c := range strings.SplitSeq(f[1], ",") {
				groups[c] = f[2]
			}
		}
	}
	return groups
}

// readMounts gives the cgroup mounts of /proc/self/mountinfo, whose lines are
// "id parent dev root point options tags... - type source superoptions"
// (proc_pid_mountinfo(5)); a v1 mount names its controllers in the last field.
func readMounts(fsys fs.FS) []mount {
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var mounts []mount
	for _, line := range lines(fsys, "proc/self/mountinfo") {
		left, right, _ := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if len(l) < 5 || len(r) < 2 || (r[0] != "cgroup" && r[0] != "cgroup2") {
			continue
		}
		m := mount{root: unescape.Replace(l[3]), point: unescape.Replace(l[4]), controllers: []string{""}}
		if r[0] == "cgroup" {
			m.controllers = strings.Split(r[len(r)-1], ",")
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// groupDirs gives the directories, as names in an fs.FS, of the process's group
// for a controller and of all groups above it that can be seen: a parent's
// limit holds for its children and may be the tighter one. A directory that is
// not there (a group named as outside the container) is harmless: it is passed
// on the way up to the mount point.
func groupDirs(groups map[string]string, mounts []mount, controller string) []string {
	group, ok := groups[controller]
	if !ok {
		return nil
	}
	var other []string
	for _, m := range mounts {
		if !slices.Contains(m.controllers, controller) {
			continue
		}
		top := strings.TrimPrefix(path.Clean(m.point), "/")
		rest, ok := strings.CutPrefix(group+"/", strings.TrimSuffix(m.root, "/")+"/")
		// A group outside the cgroup namespace is shown as "/../name".
		if !ok || strings.HasPrefix(rest, "../") {
			other = append(other, top)
			continue
		}
		dirs := []string{top}
		for rest = path.Clean("/" + rest); rest != "/"; rest = path.Dir(rest) {
			dirs = append(dirs, path.Join(top, rest))
		}
		return dirs
	}
	// No mount holds the group, as after entering a container's mounts but not
	// its group: what is mounted is the container's, and its limits are meant.
	return other[:min(1, len(other))]
}

// quota gives the cores of a quota and a period in microseconds. "max" (v2) and
// -1 (v1) are no limit. So is anything that is not two positive numbers: the
// kernel writes only such, hence other text comes from an emulated file that
// says nothing about this process, and a guess of it would be worse than the
// limits of the other groups and the size of the machine.
func quota(f []string) float64 {
	if len(f) != 2 {
		return math.Inf(1)
	}
	q, errQ := strconv.ParseInt(f[0], 10, 64)
	p, errP := strconv.ParseInt(f[1], 10, 64)
	if errQ != nil || errP != nil || q <= 0 || p <= 0 {
		return math.Inf(1)
	}
	return float64(q) / float64(p)
}

// size gives the bytes of a memory limit. "max" (v2) and text that is no number
// are no limit, for the reason given at quota, and so is 0, under which this
// process could not run. The "no limit" of v1, about 2^63, needs no case of
// its own: it is more than any machine has.
func size(f []string) uint64 {
	if len(f) != 1 {
		return math.MaxUint64
	}
	n, err := strconv.ParseUint(f[0], 10, 64)
	if err != nil || n == 0 {
		return math.MaxUint64
	}
	return n
}

// lines gives the lines of a file. One that is missing or unreadable has none:
// not every system has cgroups, and v2's root group has no limit files.
func lines(fsys fs.FS, name string) []string {
	b, _ := fs.ReadFile(fsys, name)
	return strings.Split(string(b), "\n")
}

// words gives the fields of a file, none for one that cannot be read.
func words(fsys fs.FS, name string) []string {
	return strings.Fields(strings.Join(lines(fsys, name), " "))
}
