package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rcgen/generator/units"
)

// The vendor's minimums: for Rocket.Chat alone (RocketChat/docs, deploy-with-aws), and
// with MongoDB beside it up to 25 users at once (RocketChat/docs a6cfeae,
// system-requirements, 2024-04-24: 2 GiB each).
const (
	minMemory      = 2 * units.GiB
	minWithMongoDB = 4 * units.GiB
)

// kept is the share of the installed memory that kernel and firmware keep to
// themselves at most; assumption: a machine of 2 GiB shows 1.9, one of 16 GiB 15.4.
const kept = 0.1

func checkMemory(_ context.Context, w *world, m machine) verdict {
	total := units.Bytes(m.MemTotal)
	if total == 0 {
		text, err := m.read(fileMemory)
		if err != nil {
			return unseen(err)
		}
		total = kilobytes(text, "MemTotal")
	}
	least := minWithMongoDB
	if w.Plan != nil && w.Plan.Request.MongoDB.External {
		least = minMemory
	}
	const fix = "give the machine more memory, then `rcgen scale` or init with --memory"
	switch {
	case total <= 0:
		return skip("the memory is told in a way that is not known", "")
	case float64(total) < float64(minMemory)*(1-kept):
		return fail(fmt.Sprintf("%s; Rocket.Chat alone needs %s", total.Human(), minMemory), fix)
	case float64(total) < float64(least)*(1-kept):
		return warn(fmt.Sprintf("%s; for 25 users at once the vendor asks for %s with MongoDB", total.Human(), least), fix)
	}
	return ok("%s", total.Human())
}

// swapUsed is the share of the swap space from which on the machine is short of
// memory. Assumption: what was swapped out and is not used fills less.
const swapUsed = 0.5

// checkSwap follows MongoDB's production notes: on a host with other software swap
// space is there, and the kernel uses it only to avoid being out of memory
// (https://www.mongodb.com/docs/manual/administration/production-notes/, Swap).
func checkSwap(_ context.Context, w *world, m machine) verdict {
	text, err := m.read(fileMemory)
	if err != nil {
		return unseen(err)
	}
	total, free := kilobytes(text, "SwapTotal"), kilobytes(text, "SwapFree")
	used := total - free
	switch {
	case total < 0 || free < 0:
		return skip("swap space is told in a way that is not known", "")
	case total == 0:
		return warn("no swap space: at the first shortage of memory the kernel ends a process",
			"add some, 1 to 4 GiB, and set `sudo sysctl -w vm.swappiness=1`")
	case float64(used) > swapUsed*float64(total):
		return warn(fmt.Sprintf("%s of %s swap are in use: the machine is short of memory", used.Human(), total.Human()),
			"`docker stats --no-stream` says who uses it; give the machine more memory, or plan for less")
	}
	detail := fmt.Sprintf("%s of %s are in use", used.Human(), total.Human())
	if w.Plan != nil && w.Plan.Request.MongoDB.External {
		return ok("%s", detail)
	}
	n, err := number(m, fileSwappiness)
	switch {
	case err != nil:
		return unseen(err)
	case n > 1:
		return warn(fmt.Sprintf("%s; vm.swappiness is %d, MongoDB asks for 1", detail, n),
			"`sudo sysctl -w vm.swappiness=1`, and the same as a line in a file of sysctl.d so that it stays")
	}
	return ok("%s, vm.swappiness is %d", detail, n)
}

// checkHugePages: from MongoDB 8.0 on they are wanted, before they are not
// (https://www.mongodb.com/docs/manual/administration/tcmalloc-performance/).
func checkHugePages(m machine, version string) verdict {
	text, err := m.read(fileHugePages)
	if err != nil {
		return unseen(err)
	}
	_, rest, _ := strings.Cut(text, "[")
	mode, _, found := strings.Cut(rest, "]")
	if !found {
		return skip("transparent huge pages are told in a way that is not known", "")
	}
	at, known := release(version)
	if !known {
		return skip("the version of MongoDB is not known: "+version, "")
	}
	const how = "set transparent_hugepage=%s on the kernel's command line and restart the machine; " +
		"https://www.mongodb.com/docs/manual/administration/tcmalloc-performance/ says how without a restart"
	switch wanted := !at.before(8, 0, 0); {
	case wanted && mode != "always":
		return warn(fmt.Sprintf("%s; MongoDB %s uses its memory better with always", mode, version),
			fmt.Sprintf(how, "always"))
	case !wanted && mode == "always":
		return warn(fmt.Sprintf("%s; MongoDB %s is slower with them", mode, version), fmt.Sprintf(how, "never"))
	}
	return ok("%s, as MongoDB %s wants it", mode, version)
}

// Memory maps of a process. MongoDB needs two for each connection and warns below
// twice as many as it might accept: 1677720 with the open files that Docker grants
// (docker-library/mongo#575). Its checklist is content with 128000
// (https://www.mongodb.com/docs/v6.0/administration/production-checklist-operations/).
const (
	leastMaps = 128_000
	quietMaps = 1_677_720
)

func checkMaxMapCount(m machine, _ string) verdict {
	n, err := number(m, fileMaxMaps)
	if err != nil {
		return unseen(err)
	}
	if n < leastMaps {
		return warn(fmt.Sprintf("vm.max_map_count is %d; MongoDB asks for %d, two for each connection", n, leastMaps),
			fmt.Sprintf("`sudo sysctl -w vm.max_map_count=%d`, and the same as a line in a file of sysctl.d "+
				"so that it stays; it is a bound and takes no memory", quietMaps))
	}
	return ok("vm.max_map_count is %d", n)
}

// number reads a file that holds a number.
func number(m machine, path string) (int, error) {
	text, err := m.read(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("%s does not hold a number", path)
	}
	return n, nil
}

// kilobytes returns a size in /proc/meminfo, or -1 where it is not there.
func kilobytes(text, name string) units.Bytes {
	n, err := strconv.ParseInt(strings.TrimSuffix(field(text, name), " kB"), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return units.Bytes(n) * units.KiB
}
