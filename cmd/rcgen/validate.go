package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

func validateCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "validate",
		Usage: "check the files on disk, hand edits included",
		UsageText: "rcgen validate [options]\n\n" +
			"   rcgen validate\n" +
			"   rcgen validate --env-file .env.example    # in CI, where the secrets are not",
		Flags: []cli.Flag{
			envFileFlag(), dirFlag(), formatFlag(),
		},
		Action: validating(func(c *cli.Context) error { return runValidate(c, e) }),
	}
}

func runValidate(c *cli.Context, e env) error {
	d, requestFile, err := openProject(c)
	if err != nil {
		return err
	}
	defer d.Close()
	findings, err := findingsOf(c.String("dir"), requestFile, c.String("env-file"))
	if err != nil {
		return err
	}
	return printFindings(c, e, findings)
}

// findingsOf returns what is wrong with the project in dir.
func findingsOf(dir string, requestFile []byte, envFile string) ([]generator.Finding, error) {
	var findings []generator.Finding
	r, err := generator.DecodeRequest(requestFile)
	if err == nil {
		_, err = job{requestFile: requestFile, dir: dir}.plan()
	}
	if err != nil {
		findings = append(findings, generator.Finding{Code: generator.FindRequest, File: generator.RequestFile, Message: err.Error(), Hint: hintOf(err)})
	}
	project, err := generator.ReadProject(os.DirFS(dir), envFile) // follows links, as Compose does
	if err != nil {
		return nil, err
	}
	return append(findings, generator.Check(project, r.Host, generator.Disk{Dir: dir, Exists: exists(dir), Domain: r.Domain})...), nil
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

func printFindings(c *cli.Context, e env, findings []generator.Finding) error {
	if c.String("format") == "json" {
		if findings == nil {
			findings = []generator.Finding{}
		}
		if err := printJSON(e.stdout, findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(e.stdout, "%s [%s]\n  %s\n", f, f.Code, f.Hint)
		}
	}
	if len(findings) == 0 {
		fmt.Fprintln(e.stderr, "rcgen: the project is valid")
		return nil
	}
	return findingsError{&generator.Error{What: "validate: " + counted(len(findings), "finding"), Hint: "each says what to do"}}
}
