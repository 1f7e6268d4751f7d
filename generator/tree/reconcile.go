package tree

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Outcome is what a run makes of a project's directory.
type Outcome struct {
	States  []State  // of every file that rcgen writes or wrote, by path
	Changes []Change // to be written, by path
	After   Project  // what will be there, a person's Compose files included
}

// Conflicts returns the files that were left alone because of a conflict.
func (o Outcome) Conflicts() []State {
	return slices.DeleteFunc(slices.Clone(o.States), func(s State) bool { return !s.Conflicted() })
}

// Reconcile brings a rendered project and the files of a directory together.
// Untouched files are replaced, edited ones merged, adopted ones left alone, and
// those no longer needed removed unless they were edited. Files in the way that
// rcgen never wrote are a ForeignError, with the outcome that they stand against.
func Reconcile(current fs.FS, project Project) (Outcome, error) {
	lock, err := ReadLock(current)
	if err != nil {
		return Outcome{}, err
	}
	b, err := readBase(current)
	if err != nil {
		return Outcome{}, err
	}
	var o Outcome
	var foreign []string
	for _, f := range project.Files {
		if f.From != "" {
			continue
		}
		s, err := newState(current, lock, b, f.Path, &f)
		if err != nil {
			return Outcome{}, err
		}
		if f.Seed && s.Have == nil && overridden(current) {
			s.Class, s.After = Adopted, nil
		}
		if s.Class == Foreign {
			foreign = append(foreign, f.Path)
		} else if s.inTheWay(current) {
			foreign = append(foreign, f.Path+NewSuffix)
		}
		o.States = append(o.States, s)
	}
	for _, path := range slices.Sorted(maps.Keys(lock.Files)) {
		if _, needed := project.File(path); needed {
			continue
		}
		s, err := newState(current, lock, b, path, nil)
		if err != nil {
			return Outcome{}, err
		}
		o.States = append(o.States, s)
	}
	slices.SortFunc(o.States, func(a, b State) int { return cmp.Compare(a.Path, b.Path) })
	if o.Changes, err = o.changes(current, true); err != nil {
		return Outcome{}, err
	}
	o.After, err = o.after(current)
	o.After.standIn(project)
	if len(foreign) > 0 {
		err = cmp.Or(err, error(&ForeignError{foreign}))
	}
	return o, err
}

// standIn adds what was read in the place of another file, and takes out what it
// was read from: its values are no secrets there.
func (p *Project) standIn(project Project) {
	for _, f := range project.Files {
		if f.From != "" {
			p.Files = append(slices.DeleteFunc(p.Files, func(other File) bool { return other.Path == f.From }), f)
		}
	}
	p.Sort()
}

// changes returns what is to be written; without all, no more than what conflicts
// leave behind.
func (o Outcome) changes(current fs.FS, all bool) ([]Change, error) {
	var changes []Change
	lock, b := Lock{Version: LockVersion, Rcgen: Version, Files: map[string]Entry{}}, base{}
	for _, s := range o.States {
		entry, contents := s.record(all)
		if entry != (Entry{}) {
			lock.Files[s.Path] = entry
		}
		maps.Copy(b, contents)
		if all || s.Conflicted() {
			changes = append(changes, s.changes()...)
		}
	}
	text, err := b.encode()
	if err != nil {
		return nil, err
	}
	for _, f := range []File{{Path: LockFile, Content: lock.encode(), Mode: 0o644}, {Path: BaseFile, Content: text, Mode: 0o644}} {
		was, err := ReadOptional(current, f.Path)
		switch {
		case err != nil:
			return nil, err
		case was == nil:
			changes = append(changes, Change{Op: Create, File: f})
		case !same(f.Path, was, f.Content):
			changes = append(changes, Change{Op: Replace, File: f})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.File.Path, b.File.Path) })
	return changes, nil
}

// same compares two versions of the lock or the base: another Go may compress the
// same content to other bytes.
func same(path string, a, b []byte) bool {
	if path != BaseFile || bytes.Equal(a, b) {
		return bytes.Equal(a, b)
	}
	one, err1 := decodeBase(a)
	other, err2 := decodeBase(b)
	return err1 == nil && err2 == nil && maps.Equal(one, other)
}

// record returns what the lock and the base hold of a file afterwards. Without
// applied, what they held stays, and only the offer is added.
func (s State) record(applied bool) (Entry, base) {
	content := base{}
	keep := func() Entry {
		if s.base != nil {
			content[s.Path] = string(s.base)
		}
		if applied {
			s.entry.Offered = "" // the offer is removed, or a person's
		}
		return s.entry
	}
	switch {
	case s.Want != nil && s.file.Origin == "":
		return Entry{}, nil // a person's: rcgen.yaml, .env, a profile
	case s.Conflicted():
		offer := string(s.Want)
		if s.reworked() { // keep forgets the checksum that tells
			offer = s.offer
		}
		e := keep()
		e.Offered = checksum([]byte(offer))
		content[s.Path+NewSuffix] = offer
		return e, content
	case !applied:
		return keep(), content
	case s.Class == Adopted:
		e := keep()
		e.Adopted = true
		return e, content
	case s.Want == nil:
		if s.Class == Edited { // it may be wanted again
			return keep(), content
		}
		return Entry{}, nil
	}
	content[s.Path] = string(s.Want)
	return Entry{SHA256: checksum(s.Want), Origin: s.file.Origin, Adopted: s.file.Seed}, content
}

// changes returns what is done to a file and to the offer beside it.
func (s State) changes() []Change {
	var all []Change
	f := s.file
	f.Path, f.Content = s.Path, s.After
	switch {
	case s.After == nil && s.Have != nil:
		all = append(all, Change{Op: Remove, File: File{Path: s.Path}, Class: s.Class})
	case s.After == nil || s.Have != nil && bytes.Equal(s.Have, s.After):
	case s.Have == nil:
		all = append(all, Change{Op: Create, File: f, Class: s.Class})
	default:
		all = append(all, Change{Op: Replace, File: f, Class: s.Class})
	}
	offer := File{Path: s.Path + NewSuffix, Content: s.Want, Mode: f.Mode}
	switch {
	case !s.Conflicted() && s.offered != nil && checksum(s.offered) == s.entry.Offered:
		all = append(all, Change{Op: Remove, File: File{Path: offer.Path}, Class: Untouched})
	case !s.Conflicted() || s.reworked() || bytes.Equal(s.offered, s.Want) && s.offered != nil:
	case s.offered == nil:
		all = append(all, Change{Op: Create, File: offer, Class: New})
	default:
		all = append(all, Change{Op: Replace, File: offer, Class: Untouched})
	}
	return all
}

// after returns what Compose would find.
func (o Outcome) after(current fs.FS) (Project, error) {
	var p Project
	for _, s := range o.States {
		if s.After != nil {
			p.Files = append(p.Files, File{Path: s.Path, Content: s.After, Mode: s.file.Mode})
		}
	}
	p.Sort()
	for _, name := range OverrideFiles {
		if _, ok := p.File(name); ok {
			continue
		}
		text, err := ReadOptional(current, name)
		if err != nil {
			return Project{}, err
		}
		if text != nil {
			p.Files = append(p.Files, File{Path: name, Content: text, Mode: 0o644})
		}
	}
	p.Sort()
	return p, nil
}

// overridden reports whether a person's override stands under the other name, which
// Compose would no longer read beside a seeded one.
func overridden(current fs.FS) bool {
	_, err := fs.Lstat(current, "compose.override.yml")
	return err == nil
}

// exists is false for a path that the outcome empties: a service that a conflict
// keeps would find a directory of root's there. Nothing is known of other paths.
func (o Outcome) Exists(name string) bool {
	name = path.Clean(name)
	below := func(file string) bool { return file == name || strings.HasPrefix(file, name+"/") }
	emptied := slices.ContainsFunc(o.Changes, func(c Change) bool { return c.Op == Remove && below(c.File.Path) })
	return !emptied || slices.ContainsFunc(o.After.Files, func(f File) bool { return below(f.Path) })
}

// own reports whether a file is derived from its own former content, so that
// replacing it loses nothing.
func own(path string) bool { return path == RequestFile || path == EnvFile }
