package generator

import (
	"errors"
	"strings"
	"testing"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

const releaseRequest = `# Chat of the works council
host: {cores: 8, memory: 32GiB} # the blue one
users: 600
release: 7.10.9 # as of May

version: 1
project: rocketchat
domain: localhost
edition: licensed
tls:
  mode: off
`

func TestSetRelease(t *testing.T) {
	const members = "mongodb: # here\n    # three, since March\n    members: 3 # of them\n"
	replaced := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(releaseRequest) }
	for _, c := range []struct{ name, text, release, mongoDB, want string }{
		{"its own MongoDB", releaseRequest, "7.12.7", "7.0", replaced("7.10.9", "7.12.7")},
		{"another MongoDB", releaseRequest, "7.13.9", "7.0",
			replaced("release: 7.10.9 # as of May\n", "release: 7.13.9 # as of May\nmongodb:\n  version: \"7.0\"\n")},
		{"below others", releaseRequest + members, "7.13.9", "7.0",
			replaced("7.10.9", "7.13.9") + strings.Replace(members, "here\n", "here\n    version: \"7.0\"\n", 1)},
		{"in place", replaced("7.10.9", "7.13.9") + "mongodb:\n  version: '7.0' # for now\n  members: 3\n", "8.5.3", "8.2",
			replaced("7.10.9", "8.5.3") + "mongodb:\n  version: '8.2' # for now\n  members: 3\n"},
		{"back to its own", replaced("7.10.9", "7.13.9") + "mongodb:\n  version: \"7.0\"\n  members: 3\n", "7.13.9", "8.0",
			replaced("7.10.9", "7.13.9") + "mongodb:\n  members: 3\n"},
		{"and nothing is left", replaced("7.10.9", "7.13.9") + "mongodb:\n  version: \"7.0\"\n", "7.13.9", "8.0",
			replaced("7.10.9", "7.13.9")},
		{"quoted", replaced("7.10.9", `"7.10.9"`), "7.12.7", "7.0", replaced("7.10.9", `"7.12.7"`)},
		{"carriage returns", strings.ReplaceAll(releaseRequest, "\n", "\r\n"), "7.13.9", "7.0",
			strings.ReplaceAll(replaced("release: 7.10.9 # as of May\n",
				"release: 7.13.9 # as of May\nmongodb:\n  version: \"7.0\"\n"), "\n", "\r\n")},
		{"no line end", strings.TrimSuffix(replaced("release: 7.10.9 # as of May\n", ""), "\n") + "\nrelease: 7.10.9",
			"7.13.9", "7.0",
			replaced("release: 7.10.9 # as of May\n", "") + "release: 7.13.9\nmongodb:\n  version: \"7.0\"\n"},
		{"outside", releaseRequest + "mongodb: {external: true}\n", "8.9.1", "",
			replaced("7.10.9", "8.9.1") + "mongodb: {external: true}\n"},
		{"outside, older", releaseRequest + "mongodb: {external: true}\n", "7.13.9", "7.0",
			replaced("7.10.9", "7.13.9") + "mongodb: {external: true}\n"},
		{"as it is", releaseRequest, "7.10.9", "7.0", releaseRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetRelease([]byte(c.text), c.release, c.mongoDB)
			if err != nil || string(got) != c.want {
				t.Errorf("error %v, got\n%s\nwant\n%s", err, got, c.want)
			}
		})
	}
}

func TestSetReleaseRefused(t *testing.T) {
	for _, c := range []struct{ name, text, release, mongoDB, want, hint string }{
		{"flow", "{version: 1, project: rocketchat, users: 600, release: 7.10.9, domain: localhost, tls: {mode: off},\n  host: {cores: 8, memory: 32GiB}}\n", "7.13.9", "7.0", "line by line", "by hand"},
		{"flow below", releaseRequest + "mongodb: {members: 3}\n", "7.13.9", "7.0", "line by line", `version: "7.0"`},
		{"alias", strings.Replace(releaseRequest, "7.10.9", "&a 7.10.9", 1), "7.12.7", "7.0", "line by line", "by hand"},
		{"pair", releaseRequest, "9.0.0", "8.2", "not supported by Rocket.Chat 9.0.0", "rcgen upgrade"},
		{"no image", releaseRequest, "7.13.9", "6.0", `"6.0"`, "7.0, 8.0 or 8.2"},
		{"broken", "users: [", "7.13.9", "7.0", tree.RequestFile, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetRelease([]byte(c.text), c.release, c.mongoDB)
			var refused *fault.Error
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, got\n%s", err, got)
			}
			if c.hint != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Hint, c.hint)) {
				t.Errorf("hint of %v", err)
			}
		})
	}
}

func TestMongoDBVersion(t *testing.T) {
	for _, c := range []struct {
		release, version string
		external         bool
		image, want      string // of MongoDB, or of the error
		warned           bool
	}{
		{"8.9.1", "", false, "mongo:8.0.", "", false},
		{"7.13.9", "7.0", false, "mongo:7.0.", "", false},
		{"8.9.1", "8.0", false, "mongo:8.0.", "", false},
		{"8.9.1", "8.2", false, "mongo:8.2.", "", true},
		{"9.0.0", "8.2", false, "", "not supported by Rocket.Chat 9.0.0, which is declared for 8.0", false},
		{"8.9.1", "7.0", false, "", "not supported", false},
		{"8.9.1", "8", false, "", "none that rcgen has an image of", false},
		{"8.9.1", "8.0", true, "", "elsewhere", false},
	} {
		r := aRequest()
		r.Release, r.MongoDB, r.Edition = c.release, MongoDB{Version: c.version, External: c.external}, Licensed
		p, err := NewPlan(r, nil)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s on %s: %v", c.release, c.version, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s on %s: %v", c.release, c.version, err)
			continue
		}
		if s := must(p.Service(stack.MongoDBService))(t); !strings.HasPrefix(s.Image, c.image) ||
			p.MongoDBVersion != c.image[6:9] {
			t.Errorf("%s on %s: image %s, version %s", c.release, c.version, s.Image, p.MongoDBVersion)
		}
		warned := false
		for _, w := range p.Warnings {
			warned = warned || w.Code == WarnMongoDB
		}
		if warned != c.warned {
			t.Errorf("%s on %s: warnings %v", c.release, c.version, p.Warnings)
		}
	}
}
