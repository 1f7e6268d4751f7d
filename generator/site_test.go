package generator

import (
	"slices"
	"testing"

	"rcgen/generator/catalog"
)

func TestSite(t *testing.T) {
	r := aRequest()
	r.Instances, r.Edition = 2, Licensed
	p := must(NewPlan(r, nil))(t)
	s := p.Site()
	if s.External || s.Volume || !slices.Equal(s.Members, []string{"mongodb"}) ||
		!slices.Equal(s.Replicas, []string{"rocketchat-1", "rocketchat-2"}) {
		t.Errorf("got %+v", s)
	}
	if v := p.Versions(); v != (catalog.Deployment{Release: p.Release, MongoDB: p.MongoDBVersion}) || v.MongoDB == "" {
		t.Errorf("got %+v", v)
	}
	r.MongoDB.External = true
	p = must(NewPlan(r, nil))(t)
	if s := p.Site(); !s.External || s.Members != nil {
		t.Errorf("external: %+v", s)
	}
	if v := p.Versions(); v.MongoDB != "" {
		t.Errorf("external: %+v", v)
	}
}
