package generator

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/catalog"
)

// TestThresholds: every value of a profile arrives under its own name.
func TestThresholds(t *testing.T) {
	var a catalog.AlertThresholds
	from := reflect.ValueOf(&a).Elem()
	for i := range from.NumField() {
		from.Field(i).FieldByName("Value").SetFloat(float64(i + 1))
	}
	to := reflect.ValueOf(a.Thresholds())
	if to.NumField() != from.NumField() {
		t.Errorf("%d values, %d thresholds", from.NumField(), to.NumField())
	}
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		if got := to.FieldByName(name); !got.IsValid() || got.Float() != float64(i+1) {
			t.Errorf("%s: got %v, want %d", name, got, i+1)
		}
	}
}

// TestAlertRanges: what would make a rule fire always or never is refused, for
// every key.
func TestAlertRanges(t *testing.T) {
	keys := reflect.TypeFor[catalog.AlertThresholds]()
	for i := range keys.NumField() {
		key := keys.Field(i).Tag.Get("yaml")
		bad := []string{"0", "-1", ".nan", ".inf"}
		if strings.HasSuffix(key, "_share") && key != "capacity_share" || slices.Contains([]string{
			"event_loop_utilization", "connections", "cache_dirty", "cache_used", "host_memory", "host_cpu", "disk_free"}, key) {
			bad = append(bad, "1", "85")
		}
		for _, v := range bad {
			_, err := catalog.DecodeProfile("own.yaml", []byte(overMedium+"alerts: {"+key+": {value: "+v+", source: s}}\n"))
			if err == nil || !strings.HasPrefix(err.Error(), "own.yaml: alerts."+key+": ") {
				t.Errorf("%s: %s: got error %v", key, v, err)
			}
		}
	}
	for _, text := range []string{
		"{event_loop_lag: {value: 0.3, source: s}}",
		"{event_loop_lag_critical: {value: 0.07, source: s}}",
		"{certificate_critical: {value: 14, source: s}}",
		"{capacity_share: {value: 2, source: s}}",
		"{heap: {value: 0.5, source: s}}",
		"{heap_share: {value: 0.5}}",
	} {
		if _, err := catalog.DecodeProfile("own.yaml", []byte(overMedium+"alerts: "+text+"\n")); err == nil {
			t.Errorf("%s: it was taken", text)
		}
	}
}

// TestOwnThreshold: one that a person states stands above the base's, and leaves
// the others.
func TestOwnThreshold(t *testing.T) {
	own := must(catalog.DecodeProfile("own.yaml",
		[]byte(overMedium+"alerts: {latency: {value: 2.5, source: measured}}\n")))(t)
	want := must(catalog.Shipped("medium"))(t).Alerts.Thresholds()
	want.Latency = 2.5
	if got := own.Alerts.Thresholds(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
