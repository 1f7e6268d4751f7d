package generator

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"rcgen/generator/catalog"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
)

// versionedImage matches the images of Rocket.Chat and MongoDB in ComposeFile.
var versionedImage = regexp.MustCompile(`(?m)^ +image: (?:\S+/)?(rocket\.chat|mongo):([0-9]+\.[0-9]+)(\.[0-9]+)\b`)

// WarnVersions warns of a plan that goes further from the project in current than
// upgrades go in one step: a database does not come back from that. It returns nil
// where there is nothing to say, or no project.
func (p Plan) WarnVersions(current fs.FS) (*Warning, error) {
	text, err := tree.ReadOptional(current, tree.ComposeFile)
	if err != nil {
		return nil, err
	}
	from := catalog.Deployment{MongoDB: p.MongoDBVersion} // of one outside nothing is seen
	for _, m := range versionedImage.FindAllSubmatch(text, -1) {
		if string(m[1]) == "mongo" {
			from.MongoDB = string(m[2])
		} else {
			from.Release = string(m[2]) + string(m[3])
		}
	}
	to := catalog.Deployment{Release: p.Release, MongoDB: p.MongoDBVersion}
	if from.Release == "" || from == to {
		return nil, nil
	}
	reason := "no upgrade goes that way"
	up, err := catalog.NewUpgrade(from, p.Release, true)
	switch step, ok := up.Change(); {
	case err != nil:
		reason = err.Error()
	case ok && step.After.Release == to.Release && step.After.MongoDB == to.MongoDB:
		return nil, nil
	case ok:
		reason = fmt.Sprintf("the first step of that way is to %s with MongoDB %s", step.After.Release, step.After.MongoDB)
	}
	return &Warning{
		Code: WarnSkipped,
		Message: fmt.Sprintf("from Rocket.Chat %s with MongoDB %s to %s with %s: %s",
			from.Release, from.MongoDB, to.Release, to.MongoDB, reason),
		Hint: fmt.Sprintf("start nothing: take %s and %s back from git; "+
			"`rcgen upgrade --release %s --plan` shows the way, if there is one",
			tree.RequestFile, tree.ComposeFile, p.Release),
	}, nil
}

// WarnScaled warns of a change from one number of instances to another that a person's
// own ComposeFile does not follow; nil where it is rcgen's.
func WarnScaled(o tree.Outcome, from, to int) *Warning {
	theirs := slices.ContainsFunc(o.States, func(s tree.State) bool {
		return s.Path == tree.ComposeFile && s.Class == tree.Adopted
	})
	if from == to || !theirs {
		return nil
	}
	return &Warning{WarnAdopted,
		fmt.Sprintf("%s is yours: it keeps its %s services, and the other files now have %d instances",
			tree.ComposeFile, stack.RocketChat, to),
		fmt.Sprintf("change it too, or `rcgen adopt --undo %s` and run the command again", tree.ComposeFile)}
}
