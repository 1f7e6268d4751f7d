package doctor

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/units"
)

// fileSystem is the one of MongoDB's data.
type fileSystem struct {
	kind        string // like ext4
	free, total int64  // bytes; free for users other than root
}

// errNoEngine is why nothing is known of Docker's disk.
var errNoEngine = &fault.Error{What: "the engine does not answer", Hint: "see docker-engine"}

// fileSystem finds the one that holds Docker's volumes.
func (m machine) fileSystem(w *world) (fileSystem, error) {
	if !m.local {
		if fs, found := parseDF(m.database); found {
			return fs, nil
		}
		return fileSystem{}, errUnseen
	}
	if m.DockerRootDir == "" {
		return fileSystem{}, errNoEngine
	}
	text, err := m.read(fileMounts)
	if err != nil {
		return fileSystem{}, err
	}
	point, kind, found := mountOf(text, path.Join(m.DockerRootDir, "volumes"))
	if !found {
		return fileSystem{}, errors.New("no file system is mounted where Docker has its data")
	}
	fs := fileSystem{kind: kind}
	fs.free, fs.total, err = w.Host.Space(point)
	return fs, err
}

// mountOf returns where the file system of a directory is mounted, and its kind, by
// /proc/self/mountinfo (https://docs.kernel.org/filesystems/proc.html, 3.5). What is
// mounted later hides what was there before.
func mountOf(text, dir string) (point, kind string, found bool) {
	for line := range strings.Lines(text) {
		before, after, _ := strings.Cut(line, " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 5 || len(right) < 1 {
			continue
		}
		at := unescaped(left[4])
		if under := at == "/" || dir == at || strings.HasPrefix(dir, at+"/"); under && len(at) >= len(point) {
			point, kind, found = at, right[0], true
		}
	}
	return point, kind, found
}

// unescaped undoes how the kernel writes blanks in the names of directories.
func unescaped(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// parseDF reads what `df -PkT` says of one file system.
func parseDF(out string) (fileSystem, bool) {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	columns := strings.Fields(lines[len(lines)-1])
	if len(lines) != 2 || len(columns) < 7 {
		return fileSystem{}, false
	}
	total, err := strconv.ParseInt(columns[2], 10, 64)
	free, err2 := strconv.ParseInt(columns[4], 10, 64)
	return fileSystem{columns[1], free << 10, total << 10}, err == nil && err2 == nil
}

// Free space below which MongoDB is about to stop. Assumption: half of what the alert
// HostDiskFree warns at, and on small disks a checkpoint and a release's images.
const (
	leastFreeShare = 0.05
	leastFree      = 2 * units.GiB
)

// warnFreeShare is what the alert HostDiskFree warns at in the profiles; a plan states
// its own.
const warnFreeShare = 0.1

func checkDisk(_ context.Context, w *world, m machine) verdict {
	fs, err := m.fileSystem(w)
	switch {
	case err != nil:
		return unseen(err)
	case fs.total <= 0:
		return skip("the file system tells no size", "")
	}
	warnAt, year := warnFreeShare, units.Bytes(0)
	if w.Plan != nil {
		warnAt, year = w.Plan.Deployment.DiskFree, yearly(*w.Plan)
	}
	free, share := units.Bytes(fs.free), float64(fs.free)/float64(fs.total)
	detail := fmt.Sprintf("%s of %s are free (%.0f%%)", free.Human(), units.Bytes(fs.total).Human(), 100*share)
	const fix = "`docker system df` says what may go, " +
		"`docker image prune --all` removes images without a container; else a larger disk"
	switch {
	case share < leastFreeShare || free < leastFree:
		return fail(detail+": MongoDB stops when it is full", fix)
	case share < warnAt:
		return warn(detail+": less than the alert HostDiskFree asks for", fix)
	case free < year:
		return warn(fmt.Sprintf("%s; the plan reckons with up to %s in a year", detail, year.Human()),
			"`rcgen explain` says for what; plan a larger disk, or a retention policy and uploads in S3")
	}
	return ok("%s", detail)
}

// yearly is what a plan expects to be written in a year: each member of the replica
// set has its own copy.
func yearly(p generator.Plan) units.Bytes {
	var sum units.Bytes
	for _, s := range p.Services {
		if s.DiskPerYear != nil {
			sum += s.DiskPerYear.Value * units.Bytes(max(1, s.Replicas))
		}
	}
	return sum
}

// File systems by what MongoDB's production notes say of them
// (https://www.mongodb.com/docs/manual/administration/production-notes/, Kernel and File
// Systems, Remote Filesystems, fsync() on Directories), and shares of hypervisors, which
// do not sync directories or cannot map files (docker/for-win#138).
var (
	goodFileSystems   = []string{"xfs", "ext4"}
	remoteFileSystems = []string{"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ntfs", "ntfs3", "fuseblk",
		"vboxsf", "vmhgfs", "prl_fs", "virtiofs", "vfat", "exfat", "fuse"}
	memoryFileSystems = []string{"tmpfs", "ramfs"}
)

func checkFileSystem(_ context.Context, w *world, m machine) verdict {
	fs, err := m.fileSystem(w)
	const fix = "put Docker's data on a local disk with XFS or ext4 " +
		"(data-root in daemon.json: https://docs.docker.com/engine/daemon/#configure-the-data-directory-location)"
	switch kind := fs.kind; {
	case err != nil:
		return unseen(err)
	case kind == "overlay":
		return skip("overlay: the engine is in a container itself, whose own disk is not known",
			"run rcgen doctor on the host")
	case slices.Contains(remoteFileSystems, kind) || strings.HasPrefix(kind, "fuse."):
		return fail(kind+": MongoDB wants a local file system that syncs directories", fix)
	case slices.Contains(memoryFileSystems, kind):
		return fail(kind+": everything is gone after a restart of the machine", fix)
	case !slices.Contains(goodFileSystems, kind):
		return warn(kind+": MongoDB is made for XFS and ext4, others are slow under it or untested", fix)
	case kind != goodFileSystems[0]:
		return ok("%s; XFS suits MongoDB even better", kind)
	}
	return ok("%s", fs.kind)
}
