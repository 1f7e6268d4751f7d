package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"rcgen/generator/units"
)

// checkReadable is checkValid, before which rcgen.yaml must say something.
func checkReadable(ctx context.Context, w *world) verdict {
	switch {
	case errors.Is(w.Broken, fs.ErrPermission):
		return fail(w.Broken.Error(), asOwner)
	case w.Broken != nil:
		return fail(w.Broken.Error(), hintOr(w.Broken, "rcgen validate says more"))
	}
	return inProject(checkValid)(ctx, w)
}

// asOwner is the fix where this user has not the rights of the project's owner.
const asOwner = "run it as the user whom the project's directory belongs to"

func checkValid(ctx context.Context, w *world) verdict {
	findings, err := w.Project.Validate(ctx)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return skip("this user may not read the files: "+err.Error(), asOwner)
	case err != nil:
		return fail("the files cannot be read: "+err.Error(), hintOr(err, "rcgen validate says more"))
	case len(findings) == 0:
		return ok("Compose and rcgen have nothing against them")
	}
	first := findings[0]
	return fail(units.Count(len(findings), "finding")+", the first: "+first.String(),
		first.Hint+"; rcgen validate lists them all")
}

// checkDrift compares rcgen.yaml with the files, and these with the containers. What
// only the engine knows is left out where it does not answer: another check fails then.
func checkDrift(ctx context.Context, w *world) verdict {
	files, err := w.Project.Files(ctx)
	if errors.Is(err, fs.ErrPermission) {
		return skip("this user may not read the files: "+err.Error(), asOwner)
	}
	if err != nil {
		return warn("the files could not be compared with rcgen.yaml: "+err.Error(), hintOr(err, "rcgen diff says more"))
	}
	services, note := driftedServices(ctx, w)
	switch {
	case len(files) > 0 && len(services) > 0:
		return warn("rcgen.yaml would change "+few(files)+"; containers are not what the files say: "+few(services),
			"rcgen diff --running shows what; rcgen apply writes the files and brings the containers in line")
	case len(files) > 0:
		return warn("rcgen.yaml would change "+few(files)+note, "rcgen diff shows what; rcgen generate writes the files")
	case len(services) > 0:
		return warn("containers are not what the files say: "+few(services),
			"rcgen diff --running shows what; rcgen apply brings them in line")
	}
	return ok("the files are what rcgen.yaml says%s", note)
}

// driftedServices asks for the containers. Where none is there, or nobody can tell,
// note says so.
func driftedServices(ctx context.Context, w *world) (services []string, note string) {
	containers, err := w.containers(ctx)
	switch {
	case err != nil:
		return nil, "; the containers could not be compared: " + err.Error()
	case len(containers) == 0:
		return nil, "; there is no container yet"
	}
	services, err = w.Project.Drifted(ctx)
	if err != nil {
		return nil, "; the containers could not be compared: " + err.Error()
	}
	return services, ", and so are the containers"
}

func checkTracked(ctx context.Context, w *world) verdict {
	files, err := w.Project.Tracked(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return skip("the project is in no git work tree", "")
	case err != nil:
		return skip(err.Error(), "git status in the project's directory says more")
	case len(files) == 0:
		return ok("git tracks no file with secrets")
	}
	return fail("git tracks "+few(files), "git rm --cached "+words(files)+
		", and commit that; then change every secret in there: the history, and every clone, keep the old ones")
}

// checkModes takes the bits of a group for less bad than those of all others: it may
// have no other member.
func checkModes(ctx context.Context, w *world) verdict {
	if w.Project.Modes == nil {
		return skip("files have no permission bits on this system", "")
	}
	files, err := w.Project.Modes(ctx)
	if err != nil {
		return warn("the modes of the files with secrets are not known: "+err.Error(),
			"ls -la in the project's directory says more")
	}
	var group, others, paths []string
	for _, f := range files {
		open := fmt.Sprintf("%s (%04o)", f.Path, f.Mode.Perm())
		switch {
		case f.Mode.Perm()&0o007 != 0:
			others, paths = append(others, open), append(paths, f.Path)
		case f.Mode.Perm()&0o070 != 0:
			group, paths = append(group, open), append(paths, f.Path)
		}
	}
	fix := "chmod 600 " + words(paths)
	switch {
	case len(others) > 0:
		return fail("open to everybody on this machine: "+few(others), fix)
	case len(group) > 0:
		return warn("open to a group: "+few(group), fix)
	}
	return ok("%s open to nobody else", units.Count(len(files), "file"))
}

var plain = regexp.MustCompile(`^[\w/.+,:@%=][\w/.+,:@%=-]*$`)

// words writes the names of files for a POSIX shell: they are others' to choose.
func words(names []string) string {
	var all []string
	for _, name := range names {
		if !plain.MatchString(name) {
			name = "'./" + strings.ReplaceAll(name, "'", `'\''`) + "'"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}
