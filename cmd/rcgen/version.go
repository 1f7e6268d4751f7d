package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator/tree"
)

// versionInfo is what `rcgen version --format json` prints.
type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // commit it was built from, where the build recorded it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(e env) *cli.Command {
	var format string
	return &cli.Command{
		Name:      "version",
		Usage:     "print the version",
		UsageText: "rcgen version [options]\n\n   rcgen version --format json",
		Flags:     []cli.Flag{formatFlag(&format)},
		Action:    func(*cli.Context) error { return printVersion(e, format) },
	}
}

func printVersion(e env, format string) error {
	v := versionInfo{Version: tree.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Revision = s.Value
			}
		}
	}
	if format == "json" {
		return printJSON(e.stdout, v)
	}
	parts := []string{"rcgen", v.Version, v.Revision, v.Go, v.Platform}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	_, err := fmt.Fprintln(e.stdout, strings.Join(parts, " "))
	return err
}
