package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rcgen/generator"
	"rcgen/generator/tree"
	"rcgen/generator/validate"
)

// Findings returns what is wrong with the files of the project in dir, edits included.
// request is its rcgen.yaml; envFile is read instead of .env.
func Findings(dir string, request []byte, envFile string) ([]validate.Finding, error) {
	var findings []validate.Finding
	r, err := generator.DecodeRequest(request)
	if err == nil {
		_, err = Choices{Request: request, Dir: dir}.Plan()
	}
	if err != nil {
		findings = append(findings, validate.Finding{
			Code: validate.FindRequest, File: tree.RequestFile, Message: err.Error(), Hint: Hints(err)[0],
		})
	}
	files, err := tree.ReadProject(os.DirFS(dir), envFile) // follows links, as Compose does
	if err != nil {
		return nil, err
	}
	at := validate.Disk{Dir: dir, Exists: exists(dir), Domain: r.Domain}
	return append(findings, validate.Files(files, r.Host, at)...), nil
}

// exists looks paths up as Compose does: from the project's directory.
func exists(dir string) func(string) bool {
	return func(path string) bool {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			home, err := os.UserHomeDir()
			if err != nil {
				return true // nothing is known about it
			}
			path = filepath.Join(home, rest)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		_, err := os.Stat(path)
		return !errors.Is(err, fs.ErrNotExist)
	}
}
