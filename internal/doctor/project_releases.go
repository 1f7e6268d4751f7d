package doctor

import (
	"context"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// major is a tag that names no more than a major version, like 8, v3 or 8-alpine.
var major = regexp.MustCompile(`^v?[0-9]+(-.*)?$`)

// tag returns the tag of an image's reference, and whether a digest stands above it.
func tag(image string) (tag string, digest bool) {
	image, _, digest = strings.Cut(image, "@")
	_, tag, _ = strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return tag, digest
}

func checkTags(ctx context.Context, w *world) verdict {
	images, err := w.images(ctx)
	if err != nil {
		return skip("the images are not known: "+err.Error(),
			hintOr(err, "docker compose config --quiet in the project's directory says more"))
	}
	var moving, coarse []string
	for _, service := range slices.Sorted(maps.Keys(images)) {
		name, digest := tag(images[service])
		of := service + " (" + images[service] + ")"
		switch {
		case images[service] == "", digest:
		case !strings.ContainsAny(name, "0123456789"): // none, latest, develop, ...
			moving = append(moving, of)
		case major.MatchString(name):
			coarse = append(coarse, of)
		}
	}
	const fix = "name a version with all its numbers, in rcgen.yaml (release) or compose.override.yaml"
	switch {
	case len(moving) > 0:
		return fail("the tag names no version: "+few(moving), fix)
	case len(coarse) > 0:
		return warn("the tag is a major version alone, another image any day: "+few(coarse), fix)
	}
	return ok("%s, each of a stated version", units.Count(len(images), "image"))
}

// supportEnds is how many days before the end of support there is a warning. A minor
// release comes out each month (docs.rocket.chat, release lifecycle), so that one to go
// to is there by then.
const supportEnds = 30

func checkRelease(_ context.Context, w *world) verdict {
	return releaseSupport(w.Plan.Release, w.Now())
}

// releaseSupport judges a release on a day.
func releaseSupport(release string, now time.Time) verdict {
	known, err := catalog.KnownReleases()
	if err != nil {
		return skip(err.Error(), "")
	}
	for _, b := range known.Bad {
		if b.Release == release {
			return fail(fmt.Sprintf("%s is known bad: %s (%s)", release, b.Why, b.Source), "rcgen upgrade --release "+b.Instead)
		}
	}
	until, covered, err := catalog.SupportEnd(release)
	switch {
	case err != nil:
		return skip(err.Error(), "")
	case !covered:
		return skip(release+" is newer than what this rcgen knows", "rcgen releases --refresh asks the vendor")
	case until == "":
		return fail(release+" has no support: it is a pre-release or of a line that is long over", newer(known, release, now))
	}
	last, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return skip(err.Error(), "")
	}
	days := int(math.Floor(last.AddDate(0, 0, 1).Sub(now).Hours() / 24)) // the last one included
	switch {
	case days < 0:
		return fail(release+" is out of support since "+until+": no security fixes, "+
			"and the vendor's push gateway and marketplace refuse it", newer(known, release, now))
	case days < supportEnds:
		return warn(fmt.Sprintf("%s is supported until %s, %s from now", release, until, units.Count(days, "day")),
			newer(known, release, now))
	}
	return ok("%s is supported until %s (%s)", release, until, units.Count(days, "day"))
}

// newer names a release to go to that is supported on a day: the long-term one where
// that is newer, else the newest.
func newer(known catalog.Releases, release string, now time.Time) string {
	today := now.UTC().Format(time.DateOnly)
	for _, to := range []string{known.Default, known.Lines[0].Newest} {
		v, err := semver.StrictNewVersion(to)
		if err != nil || !v.GreaterThan(semver.MustParse(release)) { // SupportEnd has parsed it
			continue
		}
		if line, there := known.Line(v); there && line.SupportedUntil >= today {
			return "rcgen upgrade --release " + to + " --plan shows the steps"
		}
	}
	return "take a newer rcgen: this one knows of no newer release that is supported"
}

func checkMongoDB(ctx context.Context, w *world) verdict {
	if w.Plan.Request.MongoDB.External {
		return skip("the replica set is your own, and rcgen does not see its version",
			"compare db.version() in mongosh with what rcgen releases lists")
	}
	images, err := w.images(ctx)
	if err != nil {
		images = nil // the plan's then
	}
	return mongoDBRelease(*w.Plan, images)
}

var majorMinor = regexp.MustCompile(`^[0-9]+\.[0-9]+`)

// mongoDBRelease judges the MongoDB that the files name or, where those are not known,
// the plan's.
func mongoDBRelease(p generator.Plan, images map[string]string) verdict {
	known, err := catalog.KnownReleases()
	if err != nil {
		return skip(err.Error(), "")
	}
	m, err := known.MongoDBFor(p.Release)
	if err != nil {
		return skip(err.Error(), "")
	}
	version := p.MongoDBVersion
	if image := images[stack.MongoDBService]; image != "" {
		name, _ := tag(image)
		if version = majorMinor.FindString(name); version == "" {
			return skip("the version of MongoDB cannot be read from its image, "+image,
				"name one with its version, like mongo:"+p.MongoDBVersion)
		}
	}
	declared := strings.Join(m.Supported, ", ")
	switch {
	case slices.Contains(m.Supported, version):
		return ok("MongoDB %s, and Rocket.Chat %s is declared for %s", version, p.Release, declared)
	case m.Fits(version):
		stated := fmt.Sprintf("MongoDB %s is stated to work with Rocket.Chat %s", version, p.Release)
		return warn(stated+", which is declared for "+declared,
			"leave it, for a database that has run on "+version+" cannot go back; "+
				"rcgen upgrade --plan says what the next release needs")
	}
	return fail(fmt.Sprintf("MongoDB %s, and Rocket.Chat %s is declared for %s", version, p.Release, declared),
		"after a backup, one major version after the other: rcgen upgrade --release "+p.Release+
			" --plan lists the steps; take another image out of compose.override.yaml")
}
