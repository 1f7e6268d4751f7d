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

// Records are what the lock and the base say of a directory.
type Records struct {
	current fs.FS
	lock    Lock
	base    base
}

// ReadRecords reads the lock and the base of a directory. One without them is empty.
func ReadRecords(current fs.FS) (Records, error) {
	lock, err := ReadLock(current)
	if err != nil {
		return Records{}, err
	}
	b, err := readBase(current)
	return Records{current, lock, b}, err
}

// Reconcile merges a rendered project with the files of a directory. Unmodified files
// are replaced, edited ones merged, adopted ones left unchanged, and those no longer
// needed removed unless they were edited. Files in the way that rcgen never wrote are a
// ForeignError, with the outcome that they prevent.
func Reconcile(current fs.FS, project Project) (Outcome, error) {
	r, err := ReadRecords(current)
	if err != nil {
		return Outcome{}, err
	}
	return r.Reconcile(project)
}

// Reconcile is the function of that name for records that have been read.
func (r Records) Reconcile(project Project) (Outcome, error) {
	o, err := r.wanted(project.Files)
	if err != nil {
		return Outcome{}, err
	}
	var foreign []string
	for _, s := range o.States {
		if s.Class == Foreign {
			foreign = append(foreign, s.Path)
		} else if s.inTheWay(r.current) {
			foreign = append(foreign, s.Path+NewSuffix)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r.lock.Files)) {
		if _, needed := project.File(path); needed {
			continue
		}
		s, err := newState(r.current, r.lock, r.base, path, nil)
		if err != nil {
			return Outcome{}, err
		}
		o.States = append(o.States, s)
	}
	slices.SortFunc(o.States, func(a, b State) int { return cmp.Compare(a.Path, b.Path) })
	if o.Changes, err = o.changes(r.current, true); err != nil {
		return Outcome{}, err
	}
	o.After, err = o.after(r.current)
	o.After.standIn(project.Files)
	if len(foreign) > 0 {
		err = cmp.Or(err, error(&ForeignError{foreign}))
	}
	return o, err
}

// wanted returns the states of files that were rendered.
func (r Records) wanted(files []File) (Outcome, error) {
	var o Outcome
	for _, f := range files {
		if f.From != "" {
			continue
		}
		s, err := newState(r.current, r.lock, r.base, f.Path, &f)
		if err != nil {
			return Outcome{}, err
		}
		if f.Seed && s.Have == nil && overridden(r.current) {
			s.Class, s.After = Adopted, nil
		}
		o.States = append(o.States, s)
	}
	return o, nil
}

// Ahead returns what Reconcile will make of some files of a project, with the Compose
// files of the user: enough to load the project while the others are still rendered.
func (r Records) Ahead(files []File) (Project, error) {
	o, err := r.wanted(files)
	if err != nil {
		return Project{}, err
	}
	p, err := o.after(r.current)
	p.standIn(files)
	return p, err
}

// standIn adds what was read in the place of another file, and takes out what it
// was read from: its values are no secrets there.
func (p *Project) standIn(files []File) {
	for _, f := range files {
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
	for _, f := range []File{
		{Path: LockFile, Content: lock.encode(), Mode: 0o644},
		{Path: BaseFile, Content: text, Mode: 0o644},
	} {
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
		e.Offered = Checksum([]byte(offer))
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
	return Entry{SHA256: Checksum(s.Want), Origin: s.file.Origin, Adopted: s.file.Seed}, content
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
	case !s.Conflicted() && s.offered != nil && Checksum(s.offered) == s.entry.Offered:
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

// Exists is false for a path that the outcome empties: a service that a conflict
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
