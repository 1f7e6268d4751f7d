package releases

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"rcgen/generator/catalog"
)

// tableOn is the table on a day.
func tableOn(t *testing.T, day string, asked *List, inUse string) Table {
	t.Helper()
	known, err := catalog.KnownReleases()
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return NewTable(known, asked, inUse, now)
}

func rowOf(t *testing.T, l Table, release string) Row {
	t.Helper()
	i := slices.IndexFunc(l.Releases, func(r Row) bool { return r.Release == release })
	if i < 0 {
		t.Fatalf("%s is not listed", release)
	}
	return l.Releases[i]
}

func TestTable(t *testing.T) {
	l := tableOn(t, "2026-11-22", nil, "")
	if l.Today != "2026-11-22" || l.InUse != "" || l.Service != nil || len(l.Bad) == 0 {
		t.Errorf("got %+v", l)
	}
	r := rowOf(t, l, "8.9.1")
	if !r.LTS || !r.Default || !r.Computed || *r.DaysLeft != 343 || r.Released != "2026-10" || r.MongoDB[0] != "8.0" ||
		r.Source == "" {
		t.Errorf("8.9.1: %+v, %d days", r, *r.DaysLeft)
	}
	if r := rowOf(t, l, "8.5.3"); r.Computed || r.SupportedUntil != "2027-06-30" || *r.DaysLeft != 220 {
		t.Errorf("8.5.3: %+v", r)
	}
	if r := rowOf(t, l, "7.13.9"); *r.DaysLeft >= 0 || len(r.MongoDB) != 4 {
		t.Errorf("7.13.9: %+v", r)
	}
	if r := rowOf(t, tableOn(t, "2027-06-30", nil, ""), "8.5.3"); *r.DaysLeft != 0 {
		t.Errorf("on its last day: %d", *r.DaysLeft)
	}
}

// TestTableInUse: the project's release marks its line, and has a row if nobody knows it.
func TestTableInUse(t *testing.T) {
	if r := rowOf(t, tableOn(t, "2026-11-22", nil, "8.5.1"), "8.5.3"); r.InUse != "8.5.1" {
		t.Errorf("8.5.1: %+v", r)
	}
	l := tableOn(t, "2026-11-22", nil, "9.7.2")
	if r := l.Releases[0]; r.Release != "9.7.2" || r.InUse != "9.7.2" || r.DaysLeft != nil || r.Source != "rcgen.yaml" ||
		l.InUse != "9.7.2" {
		t.Errorf("9.7.2: %+v", r)
	}
}

// TestTableAsked: what the service says stands above what rcgen was built with.
func TestTableAsked(t *testing.T) {
	asked := List{URL: "https://releases.invalid", Releases: []Release{
		{Version: "9.7.2", SupportedUntil: "2027-01-01", Node: "24.1.0"},
		{Version: "8.9.4", MongoDB: []string{"8.2"}},
		{Version: "8.5.1"}, // older than what is known
	}}
	l := tableOn(t, "2026-12-24", &asked, "9.7.2")
	if r := l.Releases[0]; r.Release != "9.7.2" || *r.DaysLeft != 8 || r.Node != "24.1.0" || r.Source != asked.URL {
		t.Errorf("9.7.2: %+v", r)
	}
	if r := rowOf(t, l, "8.9.4"); !r.LTS || r.Default || !slices.Equal(r.MongoDB, []string{"8.2"}) || r.Node == "" {
		t.Errorf("8.9.4: %+v", r)
	}
	rowOf(t, l, "8.5.3")
	if l.Service == nil || l.Service.URL != asked.URL {
		t.Errorf("service: %+v", l.Service)
	}
}

func TestInUse(t *testing.T) {
	request := "version: 1\nproject: chat\nusers: 50\nrelease: 8.5.1\ndomain: localhost\ntls:\n  mode: off\nhost:\n  cores: 4\n  memory: 8GiB\n"
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
		fails bool
	}{
		"project":    {fstest.MapFS{"rcgen.yaml": {Data: []byte(request)}}, "8.5.1", false},
		"no project": {fstest.MapFS{}, "", false},
		"broken":     {fstest.MapFS{"rcgen.yaml": {Data: []byte("users: many\n")}}, "", true},
	} {
		if got, err := InUse(c.files); got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
}
