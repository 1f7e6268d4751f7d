package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"rcgen/generator/keys"
)

// TestReadme runs the rcgen commands that the README shows with their output,
// in one directory, and holds the two equal. UPDATE=1 writes the output anew.
func TestReadme(t *testing.T) {
	const file = "../../README.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	dir := t.TempDir()
	ran := 0
	for _, block := range strings.Split(text, "```console\n")[1:] {
		commands, rest, _ := strings.Cut(block, "```\n")
		shown, ok := strings.CutPrefix(rest, "\n```text\n")
		if !ok {
			continue // commands shown without output
		}
		shown, _, _ = strings.Cut(shown, "```\n")
		got := runShown(t, dir, commands)
		ran++
		if got == shown {
			continue
		}
		if os.Getenv("UPDATE") == "" {
			t.Errorf("README shows for\n%s\n%s\nbut it prints\n%s", commands, shown, got)
		}
		text = strings.Replace(text, commands+"```\n\n```text\n"+shown+"```\n", commands+"```\n\n```text\n"+got+"```\n", 1)
	}
	if ran == 0 {
		t.Error("README shows no output to compare")
	}
	if text != string(data) && os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runShown runs the lines that begin with "$ rcgen" in dir and returns their
// standard output.
func runShown(t *testing.T, dir, commands string) string {
	t.Helper()
	var out bytes.Buffer
	for line := range strings.Lines(commands) {
		args, ok := strings.CutPrefix(strings.TrimSpace(line), "$ rcgen ")
		if !ok {
			continue
		}
		var stderr bytes.Buffer
		e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &stderr, random: zeros{}}
		if code := run(append(append([]string{"rcgen"}, strings.Fields(args)...), "--dir", dir), e); code != exitDone {
			t.Fatalf("%s: exit %d\n%s", line, code, &stderr)
		}
	}
	return strings.ReplaceAll(out.String(), "cd "+dir+" && ", "")
}

// zeros is a source of numbers that are not random.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// notKeys are the options of init that set no key of rcgen.yaml.
var notKeys = []string{"secret", "strict", "dry-run", "dir", "format"}

// TestExplainOptions holds the options that `rcgen explain` and the reference name
// to those of init, and the help of each to the table of keys.
func TestExplainOptions(t *testing.T) {
	named := slices.Clone(notKeys)
	for _, d := range keys.All() {
		if d.Option != "" {
			named = append(named, d.Option)
		}
	}
	var options []string
	for _, f := range initCommand(env{}).Flags {
		name := f.Names()[0]
		options = append(options, name)
		if help := keys.Help(name); help != "" && f.(cli.DocGenerationFlag).GetUsage() != help {
			t.Errorf("--%s: its help is not that of its key, %q", name, help)
		}
	}
	slices.Sort(named)
	slices.Sort(options)
	if !slices.Equal(named, options) {
		t.Errorf("named are %v, init has %v: see the table in generator/keys", named, options)
	}
}

// TestReadmeReference: the README leads to the keys of rcgen.yaml.
func TestReadmeReference(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash("../../README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("(examples/reference.md)")) {
		t.Error("README does not link examples/reference.md")
	}
}
