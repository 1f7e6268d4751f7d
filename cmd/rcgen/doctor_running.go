package main

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/doctor"
)

func runningSources(c *cli.Context, _ env) doctor.RunningSources {
	return doctor.RunningSources{
		WebSources:    webSources(c),
		Backups:       func() ([]doctor.Backup, error) { return listBackups(os.DirFS(c.String("dir"))) },
		BackupCommand: backupNow,
		FCVCommand:    fcvCommand,
	}
}

// backupNow is the command for an archive of what the plan runs.
func backupNow(p generator.Plan) string {
	return backupCommand(p, generator.Deployment{Release: p.Release, MongoDB: p.MongoDBVersion})
}

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
				all = append(all, doctor.Backup{Size: generator.Bytes(info.Size()), Made: info.ModTime()})
			}
		}
	}
	return all, nil
}
