package host

import (
	"io/fs"
	"math"
	"testing"
	"testing/fstest"
)

const (
	// Lines as kernels write them.
	mountV2  = "24 30 0:22 / /proc rw,nosuid - proc proc rw\n35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	mountV1  = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	groupV1  = "5:memory:/box\n4:cpu,cpuacct:/box\n1:name=systemd:/\n"
	none     = math.MaxUint64
	sentinel = "9223372036854771712\n" // what v1 shows without a limit, 4 KiB pages
)

var unlimited = limits{cores: math.Inf(1), memory: none}

// world is a file system by name; names of limit files are below sys/fs/cgroup.
func world(cgroup, mountinfo string, limitFiles map[string]string) fstest.MapFS {
	w := fstest.MapFS{
		"proc/self/cgroup":    {Data: []byte(cgroup)},
		"proc/self/mountinfo": {Data: []byte(mountinfo)},
	}
	for name, text := range limitFiles {
		w["sys/fs/cgroup/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return w
}

// groupCase is one world and the limits it holds.
type groupCase struct {
	cgroup, mountinfo string
	files             map[string]string
	want              limits
}

func run(t *testing.T, cases map[string]groupCase) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { check(t, world(c.cgroup, c.mountinfo, c.files), c.want) })
	}
}

func check(t *testing.T, fsys fs.FS, want limits) {
	t.Helper()
	if got := cgroupLimits(fsys); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestV2(t *testing.T) {
	run(t, map[string]groupCase{
		"quota": {"0::/box\n", mountV2,
			map[string]string{"box/cpu.max": "250000 100000\n", "box/memory.max": "1073741824\n"},
			limits{2.5, 1 << 30}},
		"tighter parent": {"0::/a.slice/b.scope/c\n", mountV2,
			map[string]string{
				"a.slice/cpu.max": "200000 100000\n", "a.slice/memory.max": "max\n",
				"a.slice/b.scope/cpu.max": "max 100000\n", "a.slice/b.scope/memory.max": "4096000\n",
				"a.slice/b.scope/c/cpu.max": "400000 100000\n", "a.slice/b.scope/c/memory.max": "8192000\n"},
			limits{2, 4096000}},
		"sibling does not count": {"0::/a/b\n", mountV2,
			map[string]string{"a/c/memory.max": "1\n", "a/b/memory.max": "2\n", "a/b/d/memory.max": "1\n"},
			limits{math.Inf(1), 2}},
		"max": {"0::/box\n", mountV2,
			map[string]string{"box/cpu.max": "max 100000\n", "box/memory.max": "max\n"}, unlimited},
		"root group has no files": {"0::/\n", mountV2, nil, unlimited},
	})
}

func TestV2Container(t *testing.T) {
	run(t, map[string]groupCase{
		"with namespace": {"0::/\n", mountV2,
			map[string]string{"cpu.max": "50000 100000\n", "memory.max": "536870912\n"},
			limits{0.5, 512 << 20}},
		"without namespace, path not mounted": {"0::/system.slice/docker-1f.scope\n", mountV2,
			map[string]string{"cpu.max": "300000 100000\n", "memory.max": "536870912\n"},
			limits{3, 512 << 20}},
		"without namespace, root is the group": {"0::/system.slice/docker-1f.scope/in\n",
			"35 24 0:30 /system.slice/docker-1f.scope /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
			map[string]string{"memory.max": "700\n", "in/memory.max": "600\n", "in/cpu.max": "100000 50000\n"},
			limits{2, 600}},
		"root is a name's beginning, not its parent": {"0::/docker/12\n",
			"35 24 0:30 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
			map[string]string{"memory.max": "700\n", "2/memory.max": "600\n"},
			limits{math.Inf(1), 700}},
		"group outside the namespace": {"0::/../other\n", mountV2,
			map[string]string{"memory.max": "700\n", "other/memory.max": "600\n"},
			limits{math.Inf(1), 700}},
		"mount from above the namespace": {"0::/../box/in\n",
			"35 24 0:30 /.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
			map[string]string{"memory.max": "700\n", "box/in/memory.max": "600\n"},
			limits{math.Inf(1), 600}},
		"another group bound elsewhere": {"0::/box\n",
			"34 24 0:30 /other /sys/fs/cgroup/other rw - cgroup2 cgroup rw\n" + mountV2,
			map[string]string{"other/memory.max": "1\n", "box/memory.max": "600\n"},
			limits{math.Inf(1), 600}},
		"escaped names": {"0::/a b\\x2d:c/in\n",
			"35 24 0:30 /a\\040b\\134x2d:c /sys/fs/cgroup/x\\040y rw - cgroup2  rw\n",
			map[string]string{"x y/in/memory.max": "600\n"},
			limits{math.Inf(1), 600}},
	})
}

func TestV1(t *testing.T) {
	run(t, map[string]groupCase{
		"quota": {groupV1, mountV1,
			map[string]string{
				"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
				"cpu,cpuacct/box/cpu.cfs_quota_us": "150000\n", "cpu,cpuacct/box/cpu.cfs_period_us": "50000\n",
				"memory/memory.limit_in_bytes": sentinel, "memory/box/memory.limit_in_bytes": "2147483648\n"},
			limits{3, 2 << 30}},
		"unlimited": {groupV1, mountV1,
			map[string]string{
				"cpu,cpuacct/box/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
				"memory/box/memory.limit_in_bytes": sentinel},
			limits{math.Inf(1), 9223372036854771712}},
		"mount without a source": {groupV1, "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup  rw,memory\n",
			map[string]string{"memory/memory.limit_in_bytes": "700\n"},
			limits{math.Inf(1), 700}},
		"zero period": {groupV1, mountV1,
			map[string]string{"cpu,cpuacct/box/cpu.cfs_quota_us": "100000\n", "cpu,cpuacct/box/cpu.cfs_period_us": "0\n"},
			unlimited},
		"period missing": {groupV1, mountV1,
			map[string]string{"cpu,cpuacct/box/cpu.cfs_quota_us": "100000\n"}, unlimited},
		"container without namespace": {"5:memory:/docker/1f\n4:cpuacct,cpu:/docker/1f\n",
			"32 31 0:29 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n" +
				"35 31 0:32 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			map[string]string{
				"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n",
				"memory/memory.limit_in_bytes": "700\n"},
			limits{1, 700}},
	})
}

func TestHybrid(t *testing.T) {
	run(t, map[string]groupCase{
		"controllers in v1": {groupV1 + "0::/box\n",
			mountV1 + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			map[string]string{
				"unified/box/cgroup.procs":         "7\n",
				"cpu,cpuacct/box/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
				"memory/box/memory.limit_in_bytes": "700\n"},
			limits{2, 700}},
		"memory in v2": {"4:cpu,cpuacct:/box\n0::/new\n",
			mountV1 + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			map[string]string{
				"unified/new/memory.max":           "600\n",
				"cpu,cpuacct/box/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/box/cpu.cfs_period_us": "100000\n"},
			limits{2, 600}},
	})
}

func TestNoCgroup(t *testing.T) {
	t.Run("no files at all", func(t *testing.T) { check(t, fstest.MapFS{}, unlimited) })
	t.Run("no mounts", func(t *testing.T) { check(t, world("0::/box\n", "", nil), unlimited) })
	t.Run("no groups", func(t *testing.T) {
		check(t, world("", mountV2, map[string]string{"memory.max": "1\n"}), unlimited)
	})
	t.Run("mounted at the root", func(t *testing.T) {
		check(t, world("0::/a/b\n", "35 24 0:30 / / rw - cgroup2 cgroup rw\n", nil), unlimited)
	})
	t.Run("a directory for a file", func(t *testing.T) {
		check(t, world("0::/\n", mountV2, map[string]string{"memory.max/x": "1\n"}), unlimited)
	})
}

func TestGarbage(t *testing.T) {
	for _, text := range []string{"", "\n", "x y", "100000", "100000 0", "0 100000", "-5 100000", "1 2 3", "1.5 1",
		"99999999999999999999 1"} {
		t.Run("cpu.max "+text, func(t *testing.T) {
			check(t, world("0::/\n", mountV2, map[string]string{"cpu.max": text}), unlimited)
		})
	}
	for _, text := range []string{"", "x", "-1", "0", "1 2", "512M", "99999999999999999999"} {
		t.Run("memory.max "+text, func(t *testing.T) {
			check(t, world("0::/\n", mountV2, map[string]string{"memory.max": text}), unlimited)
		})
	}
	t.Run("parent still counts", func(t *testing.T) {
		check(t, world("0::/a\n", mountV2, map[string]string{"a/memory.max": "?", "memory.max": "700"}),
			limits{math.Inf(1), 700})
	})
}

// FuzzCgroupLimits holds that no text makes the reading hang, panic or give a
// limit nothing can run under.
func FuzzCgroupLimits(f *testing.F) {
	f.Add("0::/a\n", mountV2, "250000 100000")
	f.Add(groupV1, mountV1, "1024")
	f.Add("0::/../x//y/..\n", "1 2 3 //.. //sys/fs/cgroup/ - cgroup2", "0")
	f.Fuzz(func(t *testing.T, cgroup, mountinfo, text string) {
		got := cgroupLimits(world(cgroup, mountinfo, map[string]string{
			"cpu.max": text, "memory.max": text, "a/memory.max": text, "memory/box/memory.limit_in_bytes": text}))
		if !(got.cores > 0) || got.memory == 0 {
			t.Errorf("got %+v", got)
		}
	})
}
