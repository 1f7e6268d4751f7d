package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
)

// versionInfo is what `rcgen version --format json` prints.
type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // commit it was built from, where the build recorded it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "version",
		Usage:     "print the version",
		UsageText: "rcgen version [options]\n\n   rcgen version --format json",
		Flags:     []cli.Flag{formatFlag()},
		Action: func(c *cli.Context) error {
			v := versionInfo{Version: generator.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v.Revision = s.Value
					}
				}
			}
			if c.String("format") == "json" {
				return printJSON(e.stdout, v)
			}
			_, err := fmt.Fprintln(e.stdout, "rcgen", v.Version, v.Revision, v.Go, v.Platform)
			return err
		},
	}
}
