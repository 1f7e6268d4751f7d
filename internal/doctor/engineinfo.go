package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// engineInfo is what Docker Engine says of itself and its machine, in the names of
// `docker info` (https://docs.docker.com/reference/api/engine/, SystemInfo).
type engineInfo struct {
	Name            string    // host name of its machine
	ServerVersion   string    //
	KernelVersion   string    // like 6.1.0-18-amd64
	OperatingSystem string    // like Debian GNU/Linux 12, or Docker Desktop
	OSType          string    // linux or windows
	Architecture    string    // like x86_64 or aarch64
	NCPU            int       //
	MemTotal        int64     // bytes
	DockerRootDir   string    // never printed
	SystemTime      time.Time // its clock; zero where it does not tell
}

func askEngine(ctx context.Context, docker func(context.Context, ...string) (string, error)) (engineInfo, error) {
	out, err := docker(ctx, "info", "--format", "{{json .}}")
	if err != nil {
		return engineInfo{}, err
	}
	var said struct {
		engineInfo
		SystemTime   string   // may be empty, which is no time
		ServerErrors []string // why docker, which ends well all the same, got no answer
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		return engineInfo{}, fmt.Errorf("docker info: cannot be read: %w", err)
	}
	if said.ServerVersion == "" {
		why := cmp.Or(strings.Join(said.ServerErrors, "; "), "docker does not say why")
		return engineInfo{}, fmt.Errorf("the engine does not answer: %s", why)
	}
	said.engineInfo.SystemTime, _ = time.Parse(time.RFC3339, said.SystemTime)
	return said.engineInfo, nil
}
