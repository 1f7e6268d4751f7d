package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"rcgen/generator/stack"
	"rcgen/generator/validate"
)

// ProjectSources are the functions that the checks of this group ask besides the common ones.
type ProjectSources struct {
	// Validate returns what `rcgen validate` finds.
	Validate func(context.Context) ([]validate.Finding, error)
	// Files returns the files that `rcgen generate` would write, by their paths in the project.
	Files func(context.Context) ([]string, error)
	// Drifted returns the services whose containers are not what the files say, stopped
	// and unhealthy ones left out.
	Drifted func(context.Context) ([]string, error)
	// Images returns the image of each service in Compose's reading of the files, the
	// override included; it is empty where Compose builds it. The engine need not run.
	Images func(context.Context) (map[string]string, error)
	// Tracked returns the files with secrets that git tracks. An error that matches
	// fs.ErrNotExist says that there is no git or no work tree.
	Tracked func(context.Context) ([]string, error)
	// Modes returns the files with secrets; nil where the system has no permission bits.
	Modes func(context.Context) ([]SecretFile, error)
	// Machine returns what the machine has that rcgen runs on.
	Machine func(context.Context) (stack.Host, error)
}

// SecretFile is a file that is nobody else's.
type SecretFile struct {
	Path string // in the project
	Mode fs.FileMode
}

// projectWorld holds the questions that several checks of this group share.
type projectWorld struct {
	images func(context.Context) (map[string]string, error)
}

func newProjectWorld(ctx context.Context, w *world) projectWorld {
	return projectWorld{images: shared(ctx, w, patience, w.Project.Images)}
}

func projectChecks() []check {
	return []check{
		{id: "validate", what: "the files, hand edits included", run: checkReadable},
		{id: "drift", what: "rcgen.yaml, the files and the containers say the same", run: inProject(checkDrift)},
		{id: "secrets-in-git", what: "no secret is committed", run: inProject(checkTracked)},
		{id: "file-modes", what: "nobody else reads the secrets", run: inProject(checkModes)},
		{id: "image-tags", what: "every image names a version", run: inProject(checkTags)},
		{id: "release-support", what: "the vendor's support of the release", run: inProject(checkRelease)},
		{id: "mongodb-release", what: "a MongoDB that the release is declared for", run: inProject(checkMongoDB)},
		{id: "plan-host", what: "the machine is the one that is planned for", run: inProject(checkPlanHost)},
	}
}

// hintOr returns the hint that an error carries, or another.
func hintOr(err error, otherwise string) string {
	var told interface{ Hints() []string }
	if errors.As(err, &told) && len(told.Hints()) > 0 {
		return told.Hints()[0]
	}
	return otherwise
}

// few names some of many.
func few(names []string) string {
	const most = 4 // assumption: fits a line of a terminal, with words before and behind
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
