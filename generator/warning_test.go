package generator

import (
	"slices"
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/units"
)

func codesOf(warnings []Warning) []string {
	codes := []string{}
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Request)
		want   []string
	}{
		{"nothing to say", func(r *Request) { r.Edition = Licensed }, []string{}},
		{"one instance needs no licence", func(r *Request) { r.Users = 100 }, []string{}},
		{"no edition", func(r *Request) {}, []string{WarnLicence}},
		{"community", func(r *Request) { r.Edition, r.Users = Community, 400 }, []string{}},
		{"community, too many", func(r *Request) { r.Edition = Community }, []string{WarnLicence, WarnPresence}},
		{"few cores", func(r *Request) { r.Edition, r.Host.Cores = Licensed, 2 }, []string{WarnHostShort}},
		{"stated over cores", func(r *Request) { r.Edition, r.Host.Cores, r.Instances = Licensed, 6, 6 },
			[]string{WarnOverCores}},
		{"stated too few", func(r *Request) { r.Edition, r.Instances = Licensed, 2 }, []string{WarnTooFew}},
		{"little memory", func(r *Request) { r.Edition, r.Instances, r.Host.Memory = Licensed, 5, 8*units.GiB },
			[]string{WarnHostShort, WarnMemoryLowered}},
		{"very many", func(r *Request) {
			r.Edition, r.Users, r.Host = Licensed, 10_000, stack.Host{Cores: 64, Memory: 256 * units.GiB}
		}, []string{WarnKubernetes}},
		{"profile of others", func(r *Request) { r.Edition, r.Profile, r.Users = Licensed, "medium", 300 },
			[]string{WarnProfileRange}},
		{"ended", func(r *Request) { r.Edition, r.Release = Licensed, "7.10.9" }, []string{WarnRelease}},
		{"never known", func(r *Request) { r.Edition, r.Release = Licensed, "7.1.0" }, []string{WarnRelease}},
		{"candidate", func(r *Request) { r.Edition, r.Release = Licensed, "9.0.0-rc.1" }, []string{WarnRelease}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := aRequest()
			c.change(&r)
			if got := codesOf(must(NewPlan(r, nil))(t).Warnings); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
