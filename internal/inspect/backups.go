package inspect

import (
	"errors"
	"io/fs"
	"path"

	"rcgen/generator/units"
	"rcgen/internal/doctor"
)

// listBackups returns the archives in a project's directory, where the commands of
// rcgen upgrade put them, and in backups/ below it.
func listBackups(project fs.FS) ([]doctor.Backup, error) {
	var all []doctor.Backup
	for _, dir := range []string{".", "backups"} {
		files, err := fs.ReadDir(project, dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if archive, _ := path.Match("*.archive.gz", f.Name()); !archive {
				continue
			}
			info, err := fs.Stat(project, path.Join(dir, f.Name())) // of what a link leads to
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if info.Mode().IsRegular() {
				all = append(all, doctor.Backup{Size: units.Bytes(info.Size()), Made: info.ModTime()})
			}
		}
	}
	return all, nil
}
