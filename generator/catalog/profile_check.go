package catalog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// isRetention reports whether s is a whole number and a unit from hours on, as
// Prometheus takes it (prometheus.io/docs/prometheus/latest/storage).
func isRetention(s string) bool {
	number := strings.TrimRight(s, "hdwy")
	n, err := strconv.Atoi(number)
	return err == nil && n > 0 && len(s) == len(number)+1
}

// check returns the first value that no plan can be made with.
func (p Profile) check() error {
	if !IsProjectName(p.Name) {
		return fmt.Errorf("name: %q: wants lower-case letters, digits, - and _", p.Name)
	}
	users, instances, cache := p.Users.Value, p.MinInstances.Value, p.Cache.Value
	for _, c := range []struct {
		key  string
		good bool
		want string
	}{
		{"users", users.Min >= 1 && users.Max >= users.Min && users.Max <= MaxUsers,
			fmt.Sprintf("wants 1 <= min <= max <= %d", MaxUsers)},
		{"concurrency", p.Concurrency.Value > 0 && p.Concurrency.Value <= 1, "wants a value above 0 and up to 1"},
		{"concurrent_per_instance", p.ConcurrentPerInstance.Value >= 1, "wants 1 or more"},
		{"min_instances", instances >= 1 && instances <= MaxInstances, fmt.Sprintf("wants 1 to %d", MaxInstances)},
		{"kubernetes_from", p.KubernetesFrom.Value >= 1, "wants 1 or more"},
		{"presence_cap", p.PresenceCap.Value >= 1, "wants 1 or more"},
		{"heap_share", p.HeapShare.Value > 0 && p.HeapShare.Value < 1, "wants a value between 0 and 1"},
		{"go_share", p.GoShare.Value > 0 && p.GoShare.Value < 1, "wants a value between 0 and 1"},
		{"cache", cache.Share > 0 && cache.Share < 1 && cache.Less >= 0 && cache.Min >= 256*units.MiB,
			"wants a share between 0 and 1 and a min of mongod's own 256MiB or more"},
		{"storage.metrics_retention", isRetention(p.Storage.MetricsRetention.Value), "wants a duration like 15d"},
		{"storage.metrics_size", p.Storage.MetricsSize.Value >= 512*units.MiB, "wants 512MiB or more"},
		{"storage.metrics_size", p.Storage.MetricsSize.Value <= MaxMemory, "wants at most " + MaxMemory.String()},
		{"storage.messages_per_user_day", within(p.Storage.MessagesPerUserDay.Value, 0, 100_000), "wants 0 to 100000"},
		{"storage.bytes_per_message", within(p.Storage.BytesPerMessage.Value, 0, 64*units.KiB), "wants 0 to 64KiB"},
		{"storage.uploads_per_user_month", within(p.Storage.UploadsPerUserMonth.Value, 0, 100*units.GiB),
			"wants 0 to 100GiB"},
	} {
		if !c.good {
			return fmt.Errorf("%s: %s", c.key, c.want)
		}
	}
	if err := checkReserve(p.OSReserve.Value); err != nil {
		return fmt.Errorf("os_reserve: %w", err)
	}
	if err := errors.Join(p.PIDs.Value.check(), p.Requests.Value.check()); err != nil {
		return err
	}
	if err := p.Alerts.check(); err != nil {
		return err
	}
	if err := p.Storage.checkLogs(); err != nil {
		return err
	}
	for _, s := range p.Services.All() {
		if err := s.Shape.check(); err != nil {
			return fmt.Errorf("services.%s.%w", s.Name, err)
		}
	}
	return nil
}

// within is false for NaN as well.
func within[T int | float64 | units.Bytes](v, low, high T) bool { return v >= low && v <= high }

// checkReserve wants slices in rising order, the last without an end, each
// leaving something: more host memory then always leaves more for the services.
func checkReserve(slices []Slice) error {
	var from units.Bytes
	for i, s := range slices {
		last := i == len(slices)-1
		if !(s.Share >= 0 && s.Share < 1) || last != (s.UpTo == 0) || (!last && s.UpTo <= from) {
			return fmt.Errorf("wants slices with a rising up_to, the last without one, and shares from 0 to below 1")
		}
		from = s.UpTo
	}
	if len(slices) == 0 {
		return fmt.Errorf("wants at least one slice")
	}
	return nil
}

func (s Shape) check() error {
	switch {
	// the engine's own least: docs.docker.com/engine/containers/resource_constraints
	case !within(s.CPUs.Value, 0.01, MaxCores):
		return fmt.Errorf("cpus: wants 0.01 to %d", MaxCores)
	case s.MemoryMin.Value < 6*units.MiB: // the engine's own least, same page
		return fmt.Errorf("memory_min: wants 6MiB or more")
	case s.Memory.Value < s.MemoryMin.Value:
		return fmt.Errorf("memory: is below memory_min")
	case s.Memory.Value > MaxMemory:
		return fmt.Errorf("memory: wants at most %s", MaxMemory)
	case s.CPUsPerConcurrent != nil && !within(s.CPUsPerConcurrent.Value, 0, 1):
		return fmt.Errorf("cpus_per_concurrent: wants 0 to 1")
	case s.MemoryPerConcurrent != nil && !within(s.MemoryPerConcurrent.Value, 0, units.GiB):
		return fmt.Errorf("memory_per_concurrent: wants 0 to 1GiB")
	}
	return nil
}

// NamedShape is one service's needs under the name it has in compose.yaml.
type NamedShape struct {
	Name  string
	Shape Shape
}

// All returns the shapes in the order in which plans and files list services.
func (s Shapes) All() []NamedShape {
	return []NamedShape{
		{stack.Traefik, s.Traefik},
		{stack.RocketChat, s.RocketChat},
		{stack.MongoDBService, s.MongoDB},
		{stack.NATS, s.NATS},
		{stack.Prometheus, s.Prometheus},
		{stack.Alertmanager, s.Alertmanager},
		{stack.Grafana, s.Grafana},
		{stack.Loki, s.Loki},
		{stack.OTelCollector, s.OTelCollector},
		{stack.NodeExporter, s.NodeExporter},
		{stack.MongoDBExporter, s.MongoDBExporter},
		{stack.NATSExporter, s.NATSExporter},
	}
}
