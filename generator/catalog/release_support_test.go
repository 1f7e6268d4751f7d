package catalog

import "testing"

func TestSupportEnd(t *testing.T) {
	for release, want := range map[string]struct {
		until string
		known bool
	}{
		"8.9.1":      {"2027-10-31", true},
		"8.9.7":      {"2027-10-31", true}, // a patch after this rcgen
		"7.10.9":     {"2026-09-30", true},
		"7.5.0":      {"", true},
		"8.9.1-rc.1": {"", true},
		"9.7.0":      {"", false}, // a line after this rcgen
		"10.0.0":     {"", false},
	} {
		until, known, err := SupportEnd(release)
		if until != want.until || known != want.known || err != nil {
			t.Errorf("%s: got %q, %t, %v, want %v", release, until, known, err, want)
		}
	}
	if _, _, err := SupportEnd("latest"); err == nil {
		t.Error("latest: no error")
	}
}
