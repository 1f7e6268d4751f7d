package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rcgen/generator/units"
)

// minCores is the vendor's minimum (RocketChat/docs, deploy-with-aws: 2 cores and 2 GB).
const minCores = 2

func checkCPUCount(_ context.Context, _ *world, m machine) verdict {
	n := m.NCPU
	if n == 0 {
		text, err := m.read(fileCPU)
		if err != nil {
			return unseen(err)
		}
		n = countCPUs(text)
	}
	switch {
	case n == 0:
		return skip("the processors are listed in a way that is not known", "")
	case n < minCores:
		return warn(fmt.Sprintf("%s; Rocket.Chat's vendor asks for %d", units.Count(n, "core"), minCores),
			"give the machine more cores, then `rcgen scale` or init with --cores")
	}
	return ok("%s", units.Count(n, "core"))
}

// countCPUs counts the processors in /proc/cpuinfo.
func countCPUs(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if key, _, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "processor" {
			n++
		}
	}
	return n
}

// armFlags are those of which a processor of ARMv8.2-A or later has at least one, as
// the image of MongoDB looks for them (docker-library/mongo#485).
var armFlags = []string{"fphp", "dcpop", "sha3", "sm3", "sm4", "asimddp", "sha512", "sve"}

// checkCPUFlags looks for what MongoDB 5.0 and later need: without it mongod ends with
// an illegal instruction and no message
// (https://www.mongodb.com/docs/manual/administration/production-notes/, Platform Support).
func checkCPUFlags(m machine, version string) verdict {
	const elsewhere = "; or use a MongoDB on another machine (mongodb.external in rcgen.yaml)"
	needs, key, any := "AVX", "flags", []string{"avx"}
	switch architecture(m.Architecture) {
	case "amd64":
	case "arm64":
		needs, key, any = "ARMv8.2-A", "Features", armFlags
	case "":
		return skip("the processor's architecture is not known", "run rcgen doctor on the machine that runs the containers")
	default:
		return fail(m.Architecture+": MongoDB's image is made for x86_64 and aarch64", "use another machine"+elsewhere)
	}
	text, err := m.read(fileCPU)
	if err != nil {
		return unseen(err)
	}
	flags := strings.Fields(field(text, key))
	switch {
	case len(flags) == 0:
		return skip("the processor's flags are listed in a way that is not known", "")
	case !slices.ContainsFunc(any, func(f string) bool { return slices.Contains(flags, f) }):
		return fail(fmt.Sprintf("no %s: MongoDB %s ends with an illegal instruction (exit code 132)", needs, version),
			"give a virtual machine the host's processor (Proxmox: CPU type host; libvirt: host-passthrough), "+
				"or use another machine"+elsewhere)
	}
	return ok("%s, as MongoDB %s needs", needs, version)
}

// architecture returns an architecture of the kernel in the words of images, or
// itself where they are the same.
func architecture(machine string) string {
	switch machine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armv7l", "armv6l":
		return "arm"
	}
	return machine
}
