package status

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"rcgen/generator/units"
	"rcgen/internal/container"
)

// usage is what one container takes and may take. What is nil is not known.
type usage struct {
	cpu, cpuLimit       *float64 // cores
	memory, memoryLimit *int64   // bytes
}

// askUsage asks Docker what the running containers take, by their ids. Limits come
// from the containers: stats gives the host's memory where there is none.
func askUsage(
	ctx context.Context, docker func(context.Context, ...string) (string, error), containers []container.Container,
) (map[string]usage, error) {
	var ids []string
	for _, c := range containers {
		if c.Running() {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	limits, err := docker(ctx, append([]string{"container", "inspect", "--format", limitsFormat}, ids...)...)
	if err != nil {
		return nil, err
	}
	all, err := parseLimits(limits)
	if err != nil {
		return nil, err
	}
	stats, err := docker(ctx, append([]string{"stats", "--no-stream", "--no-trunc", "--format", "{{json .}}"}, ids...)...)
	if err != nil {
		return all, err
	}
	return all, addStats(all, stats)
}

// limitsFormat picks what has the limits, in the engine's own names.
const limitsFormat = `{"ID":{{json .ID}},"Limits":{{json .HostConfig}}}`

// parseLimits reads a line for each container.
func parseLimits(out string) (map[string]usage, error) {
	all := map[string]usage{}
	for line := range strings.Lines(out) {
		var read struct {
			ID     string
			Limits struct{ NanoCpus, Memory int64 } // billionths of a core and bytes, 0 = none
		}
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			return nil, fmt.Errorf("docker container inspect: cannot be read: %w", err)
		}
		cores := float64(read.Limits.NanoCpus) / 1e9
		all[read.ID] = usage{cpuLimit: &cores, memoryLimit: &read.Limits.Memory}
	}
	return all, nil
}

// addStats reads what `docker stats` prints: {"ID": ..., "CPUPerc": "12.34%",
// "MemUsage": "796KiB / 64MiB"}, where 100 % is one core. A container that has just
// ended has "--" there
// (https://docs.docker.com/reference/cli/docker/container/stats/).
func addStats(all map[string]usage, out string) error {
	for line := range strings.Lines(out) {
		var s struct{ ID, CPUPerc, MemUsage string }
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return fmt.Errorf("docker stats: cannot be read: %w", err)
		}
		u := all[s.ID]
		if percent, err := strconv.ParseFloat(strings.TrimSuffix(s.CPUPerc, "%"), 64); err == nil {
			cores := percent / 100
			u.cpu = &cores
		}
		used, _, _ := strings.Cut(s.MemUsage, "/")
		if b, err := units.Parse(strings.TrimSpace(used)); err == nil {
			n := int64(b)
			u.memory = &n
		}
		all[s.ID] = u
	}
	return nil
}
