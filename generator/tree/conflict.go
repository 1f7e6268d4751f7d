package tree

import "strings"

// ForeignError says which files are in the way that rcgen did not write.
type ForeignError struct {
	Files []string // sorted
}

// Error names the files.
func (e *ForeignError) Error() string {
	return strings.Join(e.Files, ", ") + ": exists and was not written by rcgen; nothing was changed"
}

// Hints says how to go on.
func (e *ForeignError) Hints() []string {
	return []string{"move it away, or use another directory with --dir"}
}

// ConflictError says where rcgen's new version and a person's edits change the
// same lines. The files were left alone.
type ConflictError struct {
	States  []State // that are conflicted, by path
	Alone   bool    // nothing else was written either
	DryRun  bool    // nothing was written at all
	Ejected bool    // the project was to go on without rcgen
}

// Error names each file with its lines.
func (e *ConflictError) Error() string {
	var all []string
	for _, s := range e.States {
		if s.NoBase {
			all = append(all, s.Path+": you edited it, and what rcgen had made is not known")
			continue
		}
		var places []string
		for _, c := range s.Conflicts {
			places = append(places, c.String())
		}
		all = append(all, s.Path+": "+strings.Join(places, ", ")+": changed by you and by rcgen")
	}
	return strings.Join(all, "; ")
}

// Hints says how a conflict is settled.
func (e *ConflictError) Hints() []string {
	const settle = "take over what you want, delete FILE" + NewSuffix + ", and run the command again; " +
		"rcgen adopt FILE keeps rcgen away from it"
	switch {
	case e.Ejected:
		return []string{"rcgen adopt FILE leaves it as it is; then eject again"}
	case e.DryRun:
		return []string{"without --dry-run rcgen's version is put beside each of them as FILE" + NewSuffix +
			": then " + settle}
	}
	hints := []string{"each of them is as you left it, and what rcgen would write lies beside it as FILE" + NewSuffix +
		": " + settle}
	if e.Alone {
		hints = append(hints, "nothing else was written: with these files as they are the project would not be valid")
	}
	return hints
}
