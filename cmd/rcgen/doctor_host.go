package main

import (
	"github.com/urfave/cli/v2"

	"rcgen/internal/doctor"
)

func hostSources(_ *cli.Context, _ env) doctor.HostSources { return doctor.ThisMachine() }
