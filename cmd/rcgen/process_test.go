//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// The bounds that rcgen keeps as a whole process.
const (
	pairs        = 25
	maxPeakMiB   = 30.0
	maxBinaryMiB = 16.0
	// rcgen version keeps one of the two: the ratio to docker-compose version holds on
	// slower and busier machines too. Measured: 14 to 22 ms, which is 0.78 of Compose 5.6.0
	// and 0.52 of 5.5.0, a larger binary. More than half of it is the JSON Schema library
	// below compose-go, which compiles its drafts at each start (GODEBUG=inittrace=1).
	maxVersion      = 12 * time.Millisecond
	maxVersionRatio = 0.85
)

// maxRatio is rcgen init against docker compose config -q on the project just
// written, by number of instances: median of the paired wall-clock ratios.
//
// Both load the project with compose-go, of the same minor version: that takes the same
// time in both and is most of it. What rcgen does besides takes what Compose's command
// line does, and the writes that wait for the disk come on top. Measured on two cores:
// 0.95 to 0.98 and 0.81 to 0.94 against Compose 5.6.0; 1.16 and 1.18 against 5.5.0, whose
// compose-go 2.14 loads in half the time of 2.16.
var maxRatio = map[int]float64{4: 1.05, 30: 1}

// usage is what one finished process took.
type usage struct {
	wall time.Duration
	cpu  time.Duration
	peak float64 // MiB
}

// TestProcesses times the released binary against Docker Compose, in pairs, on
// the project it has just written. make bench runs it.
func TestProcesses(t *testing.T) {
	compose := os.Getenv("RCGEN_COMPOSE")
	if compose == "" {
		t.Skip("RCGEN_COMPOSE names no docker-compose binary; make bench builds one and sets it")
	}
	rcgen := buildReleased(t)
	for _, n := range []int{4, 30} {
		comparePairs(t, rcgen, compose, n)
	}
	var walls []time.Duration
	var ratios []float64
	for range pairs {
		a, b := measure(t, exec.Command(rcgen, "version")), measure(t, exec.Command(compose, "version"))
		walls, ratios = append(walls, a.wall), append(ratios, a.wall.Seconds()/b.wall.Seconds())
	}
	t.Logf("rcgen version: median wall %v (at most %v, or this ratio)", median(walls), maxVersion)
	if median(walls) > maxVersion {
		within(t, "rcgen version: wall ratio", median(ratios), "", maxVersionRatio)
	}
}

func buildReleased(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "rcgen")
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-ldflags", "-s -w", "-o", bin, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(bin)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "stripped binary", float64(info.Size())/(1<<20), "MiB", maxBinaryMiB)
	return bin
}

// comparePairs runs rcgen and Compose in turn, so that a machine that slows down
// slows both.
func comparePairs(t *testing.T, rcgen, compose string, instances int) {
	t.Helper()
	var ratios, cpus []float64
	var walls, others []time.Duration
	var peaks []float64
	for i := range pairs + 1 {
		dir := filepath.Join(t.TempDir(), "project")
		a := measure(t, exec.Command(rcgen, "init", "--users", "3000", "--cores", "64", "--memory", "256GiB",
			"--instances", strconv.Itoa(instances), "--dir", dir))
		b := measure(t, exec.Command(compose, "--project-directory", dir, "-f", filepath.Join(dir, "compose.yaml"), "config",
			"-q"))
		if i == 0 {
			continue // the first pair warms the page cache
		}
		ratios = append(ratios, a.wall.Seconds()/b.wall.Seconds())
		cpus = append(cpus, a.cpu.Seconds()/b.cpu.Seconds())
		walls, others, peaks = append(walls, a.wall), append(others, b.wall), append(peaks, a.peak)
	}
	name := fmt.Sprintf("init, %d instances", instances)
	t.Logf("%s: median wall %v, docker compose config -q %v; cpu ratio %.2f", name, median(walls), median(others),
		median(cpus))
	within(t, name+": wall ratio", median(ratios), "", maxRatio[instances])
	within(t, name+": peak memory", median(peaks), "MiB", maxPeakMiB)
}

func measure(t *testing.T, cmd *exec.Cmd) usage {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, &stderr)
	}
	ru := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), float64(ru.Maxrss) / 1024}
}

// within prints a figure beside its bound and fails beyond it.
func within(t *testing.T, what string, value float64, unit string, bound float64) {
	t.Helper()
	t.Logf("%-32s %6.2f %-3s (at most %.4g)", what, value, unit, bound)
	if value > bound {
		t.Errorf("%s: %.2f %s is above %.4g", what, value, unit, bound)
	}
}

func median[T int64 | float64 | time.Duration](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
