package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/tree"
)

// exportSums is the file that tells a later export what this one wrote, in the form
// that sha256sum -c reads.
const exportSums = "rcgen-export.sha256"

// Export brings the directory of an export up to date and returns the changes made:
// all files or none, and with them a file of their checksums. The directory is locked
// meanwhile, for which Export waits at most wait.
//
// One that does not exist is made, with its parents, and appears whole. In one that
// does, files that the last export wrote are replaced, and removed when they are not
// among files any more; whatever was edited since stays. When such a file, or any
// other, stands where one of files belongs, the error is an *fault.Error that lists them.
// The other errors are those of Open, Create and Write.
func Export(dir string, files []tree.File, wait time.Duration) ([]tree.Change, error) {
	return exporter{wait: wait}.export(filepath.Clean(dir), files)
}

// exporter writes one export.
type exporter struct {
	wait time.Duration
	step func(action string) error // Dir's
}

func (x exporter) export(dir string, files []tree.File) ([]tree.Change, error) {
	files = append(slices.Clone(files), tree.File{Path: exportSums, Content: sums(files), Mode: 0o644})
	_, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return x.create(dir, files)
	}
	if err != nil {
		return nil, err
	}
	d, err := (&Dir{path: dir, step: x.step}).open(x.wait)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	changes, err := d.exportChanges(files)
	if err != nil {
		return nil, err
	}
	return changes, d.write(changes)
}

// create writes an export under another name and then renames it, so that nobody sees
// a part of it. What a crash leaves under that name is brought up to date by the next.
func (x exporter) create(dir string, files []tree.File) ([]tree.Change, error) {
	path := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".rcgen-new")
	made, err := makeDirs(path)
	if err != nil {
		return nil, err
	}
	d, err := (&Dir{path: path, made: made, step: x.step}).open(x.wait)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	changes, err := d.exportChanges(files)
	if err != nil {
		return nil, err
	}
	if err := d.write(changes); err != nil {
		return nil, err
	}
	if err := d.publish(dir); err != nil {
		return nil, err
	}
	var created []tree.Change
	for _, f := range files {
		created = append(created, tree.Change{Op: tree.Create, File: f})
	}
	return created, nil
}

// publish gives the directory the name of one that does not exist or is empty.
func (d *Dir) publish(path string) error {
	err := d.before("publish")
	if err == nil {
		err = os.Rename(d.path, path)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(d.path))
	}
	d.path, d.made = path, nil // it is not to be removed any more
	if err := d.before("sync parent"); err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer parent.Close()
	return syncFile(parent)
}

// exportChanges returns what brings the directory up to date.
func (d *Dir) exportChanges(files []tree.File) ([]tree.Change, error) {
	last, err := d.lastExport()
	if err != nil {
		return nil, err
	}
	var changes []tree.Change
	var foreign []string
	for _, f := range files {
		old, err := tree.ReadRegular(d.FS(), f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, tree.Change{Op: tree.Create, File: f})
		case err != nil:
			return nil, err
		case string(old) == string(f.Content):
		case f.Path != exportSums && last[f.Path] != tree.Checksum(old):
			foreign = append(foreign, f.Path)
		default:
			changes = append(changes, tree.Change{Op: tree.Replace, File: f})
		}
		delete(last, f.Path)
	}
	if len(foreign) > 0 {
		return nil, &fault.Error{
			What: d.path + ": not written by the last export, or changed since: " + strings.Join(foreign, ", "),
			Hint: "export into a new directory and compare, or remove these files",
		}
	}
	for _, path := range slices.Sorted(maps.Keys(last)) {
		old, err := tree.ReadRegular(d.FS(), path)
		if err == nil && tree.Checksum(old) == last[path] { // or it is gone, or edited
			changes = append(changes, tree.Change{Op: tree.Remove, File: tree.File{Path: path}})
		}
	}
	return changes, nil
}

// lastExport returns the checksum of each file that the last export wrote.
func (d *Dir) lastExport() (map[string]string, error) {
	data, err := tree.ReadRegular(d.FS(), exportSums)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	last := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if s, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  "); ok {
			last[path] = s
		}
	}
	return last, nil
}

// sums returns the text of exportSums.
func sums(files []tree.File) []byte {
	var out strings.Builder
	for _, f := range files {
		fmt.Fprintf(&out, "%s  %s\n", tree.Checksum(f.Content), f.Path)
	}
	return []byte(out.String())
}
