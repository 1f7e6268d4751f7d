package doctor

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rcgen/generator/stack"
)

// numbers are the first three of a version.
type numbers [3]int

var leading = regexp.MustCompile(`^v?(\d+)\.(\d+)(?:\.(\d+))?`)

// release reads the numbers at the beginning of a version such as 6.1.0-18-amd64, of
// which the third may be missing.
func release(version string) (numbers, bool) {
	found := leading.FindStringSubmatch(version)
	if found == nil {
		return numbers{}, false
	}
	var n numbers
	for i := range n {
		n[i], _ = strconv.Atoi(found[i+1])
	}
	return n, true
}

func (n numbers) before(major, minor, patch int) bool {
	return slices.Compare(n[:], []int{major, minor, patch}) < 0
}

// checkKernel asks for 3.10, which Docker needs
// (https://docs.docker.com/engine/install/binaries/), for 4.18, which the Node.js of
// Rocket.Chat is made for (nodejs/node, BUILDING.md), and for one that MongoDB starts on.
func checkKernel(ctx context.Context, w *world, m machine) verdict {
	is := "Linux " + m.KernelVersion
	at, known := release(m.KernelVersion)
	const fix = "upgrade the operating system of the machine"
	switch {
	case !known:
		return skip("the kernel's release is not known", "run rcgen doctor on the machine that runs the containers")
	case at.before(3, 10, 0):
		return fail(is+": Docker needs 3.10 or later", fix)
	case at.before(4, 18, 0):
		return warn(is+": Rocket.Chat's Node.js is made for 4.18 or later", fix)
	case at.before(6, 19, 0):
		return ok("%s", is)
	}
	return newKernel(ctx, w, is, at)
}

// newKernel judges a kernel from 6.19 on. Up to 7.0.13 MongoDB 8 crashes on it or
// refuses to start (https://www.mongodb.com/docs/manual/release-notes/8.0/). Images that
// look for it go by the number, so that a distribution's 7.0.0 with the cure is refused
// as well, and 8.0.28 refuses later ones too (docker-library/mongo#765); 8.0.20 does not
// look yet (bluewave-labs/Checkmate#3842), of those between it is not known.
func newKernel(ctx context.Context, w *world, is string, at numbers) verdict {
	version, image := defaultMongoDB, ""
	if w.Plan != nil {
		if w.Plan.Request.MongoDB.External {
			return ok("%s", is)
		}
		s, err := w.Plan.Service(stack.MongoDBService)
		if err != nil {
			return unseen(err)
		}
		version, image = w.Plan.MongoDBVersion, s.Image
	}
	mongo, _ := release(version)
	tag, _ := release(image[strings.LastIndex(image, ":")+1:])
	const around = "or set GLIBC_TUNABLES: glibc.pthread.rseq=1 for mongodb in compose.override.yaml, " +
		"which MongoDB does not support (google/tcmalloc#292)"
	switch c, err := w.running(ctx, stack.MongoDBService); {
	case mongo.before(8, 0, 0):
		return ok("%s; MongoDB %s runs on it", is, version)
	case at.before(7, 0, 14):
		detail := fmt.Sprintf("%s: from 6.19 to 7.0.13 MongoDB %s crashes or refuses to start (SERVER-121912)", is, version)
		fix := "start a kernel before 6.19, or from 7.0.14 on; " + around
		if err == nil && c.Health == "healthy" {
			return warn(detail+"; it runs now", fix)
		}
		return fail(detail, fix)
	case !tag.before(8, 0, 21) && tag.before(8, 0, 29) && (err != nil || c.Health != "healthy"):
		patch := fmt.Sprintf("%d.%d.%d", tag[0], tag[1], tag[2])
		return warn(fmt.Sprintf("%s: MongoDB %s may refuse to start on it (docker-library/mongo#765)", is, patch),
			"set a later image for mongodb in compose.override.yaml if it does; "+around)
	}
	return ok("%s", is)
}

// How far the engine's clock may be from this one. One-time passwords stand 30 s and
// servers accept the one before (RFC 6238, 5.2), so from a minute on logins fail; the
// smaller is assumption, above what a question takes over a slow line.
const (
	clockWarn = 2 * time.Second
	clockFail = time.Minute
)

// checkClock compares the engine's clock with this one and asks the kernel whether
// anything keeps it right.
func checkClock(ctx context.Context, w *world, m machine) verdict {
	began := w.Now()
	info, err := w.engine(ctx)
	off := time.Duration(0)
	if err == nil && !info.SystemTime.IsZero() {
		off = distance(info.SystemTime, began, w.Now())
	}
	const fix = "`timedatectl` on both machines says which is wrong; `sudo timedatectl set-ntp true` keeps a clock right"
	detail := fmt.Sprintf("the engine's clock and this one differ by %s", off.Round(100*time.Millisecond))
	switch {
	case off > clockFail:
		return fail(detail+": one-time passwords and certificates fail", fix)
	case off > clockWarn:
		return warn(detail, fix)
	case !m.local && (err != nil || info.SystemTime.IsZero()):
		return skip("the engine does not tell its time", "run rcgen doctor on the machine that runs the containers")
	case !m.local:
		return ok("the engine's clock is as this one")
	}
	switch right, err := w.Host.Synchronised(); {
	case err != nil:
		return unseen(err)
	case !right:
		return warn("nothing keeps the clock right, so it drifts",
			"`sudo timedatectl set-ntp true`, or install chrony; a firewall must let UDP port 123 out")
	}
	return ok("a program keeps it right")
}

// distance is how far t is from the time between two others; 0 within it.
func distance(t, from, to time.Time) time.Duration {
	return max(0, from.Sub(t), t.Sub(to))
}
