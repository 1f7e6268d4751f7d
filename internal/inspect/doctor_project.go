package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
	"rcgen/internal/container"
	"rcgen/internal/doctor"
	"rcgen/internal/engine"
	"rcgen/internal/git"
	"rcgen/internal/project"
)

// projectSources are the functions that ask about the files of the project. They take no
// lock but the one for the comparison with rcgen.yaml, as status does.
func (l look) projectSources(machine func(context.Context) (stack.Host, error)) doctor.ProjectSources {
	compose := l.composeProject()
	s := doctor.ProjectSources{
		Validate: func(context.Context) ([]validate.Finding, error) {
			text, err := project.Read(l.dir)
			if err != nil {
				return nil, err
			}
			return project.Findings(l.dir, text, tree.EnvFile)
		},
		Files:   func(context.Context) ([]string, error) { return l.pendingFiles() },
		Drifted: func(ctx context.Context) ([]string, error) { return driftedServices(ctx, compose) },
		Images:  func(ctx context.Context) (map[string]string, error) { return composeImages(ctx, compose) },
		Tracked: func(ctx context.Context) ([]string, error) { return trackedSecrets(ctx, l.dir) },
		Machine: machine,
	}
	if runtime.GOOS != "windows" {
		s.Modes = func(context.Context) ([]doctor.SecretFile, error) { return secretFiles(os.DirFS(l.dir)) }
	}
	return s
}

// composeFiles is a project in Compose's reading, with the engine that read it.
type composeFiles struct {
	docker  asker
	project engine.Project
}

// composeProject returns the question for Compose's reading of the files.
func (l look) composeProject() func(context.Context) (composeFiles, error) {
	return onceLimited(func(ctx context.Context) (composeFiles, error) {
		if _, err := os.Stat(filepath.Join(l.dir, tree.ComposeFile)); err != nil { // Compose would take that of a parent
			return composeFiles{}, &fault.Error{What: "there is no " + tree.ComposeFile, Hint: "rcgen generate writes it"}
		}
		docker, err := l.compose(ctx)
		if err != nil {
			return composeFiles{}, err
		}
		p, err := docker.project(ctx)
		return composeFiles{docker, p}, err
	})
}

func composeImages(
	ctx context.Context, compose func(context.Context) (composeFiles, error),
) (map[string]string, error) {
	p, err := compose(ctx)
	if err != nil {
		return nil, err
	}
	images := map[string]string{}
	for name, s := range p.project.Services {
		switch {
		case s.Disabled: // it may never run
		case s.Built:
			images[name] = ""
		default:
			images[name] = s.Image
		}
	}
	return images, nil
}

// driftedServices leaves out what is not the files' business: that a container stands
// still or is ill.
func driftedServices(ctx context.Context, compose func(context.Context) (composeFiles, error)) ([]string, error) {
	p, err := compose(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := p.docker.containers(ctx, p.project.Name)
	if err != nil {
		return nil, err
	}
	var services []string
	for _, d := range engine.Compare(p.project.Services, containers) {
		if d.Kind != container.Stopped && d.Kind != container.Unhealthy {
			services = append(services, fmt.Sprintf("%s (%s)", d.Service, d.Kind))
		}
	}
	return slices.Compact(services), nil
}

func (l look) pendingFiles() ([]string, error) {
	all, err := l.files()
	var paths []string
	for _, f := range all {
		paths = append(paths, f.Path)
	}
	return paths, err
}

// secretPatterns are the files of a project that are its owner's alone: those that
// .gitignore names, and what else may be there by its name. Backups hold the messages
// and what passwords are checked against.
var secretPatterns = []string{
	tree.EnvFile, tree.EnvFile + ".*", "secrets/*", "*.key", "*.archive.gz", tree.ApplyFile, tree.AppliedFile,
}

// public reports whether a file that a pattern matches holds no secret.
func public(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, tree.EnvExample) || path.Ext(name) == ".crt" || strings.HasPrefix(base, ".git")
}

func trackedSecrets(ctx context.Context, dir string) ([]string, error) {
	files, err := git.Tracked(ctx, dir, secretPatterns...)
	if errors.Is(err, git.ErrNone) {
		err = fs.ErrNotExist
	}
	return slices.DeleteFunc(files, public), err
}

// secretFiles returns those that are there, with their modes. One that this user may
// not even look at is nobody else's either.
func secretFiles(dir fs.FS) ([]doctor.SecretFile, error) {
	var files []doctor.SecretFile
	for _, pattern := range secretPatterns {
		names, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			info, err := fs.Stat(dir, name)
			switch {
			case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), public(name):
			case err != nil:
				return nil, err
			case info.Mode().IsRegular():
				files = append(files, doctor.SecretFile{Path: name, Mode: info.Mode()})
			}
		}
	}
	return files, nil
}
