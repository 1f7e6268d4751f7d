package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rcgen/internal/container"
)

// What Compose writes on its containers
// (https://github.com/docker/compose/blob/main/pkg/api/labels.go).
const (
	labelProject = "com.docker.compose.project"
	labelService = "com.docker.compose.service"
	labelHash    = "com.docker.compose.config-hash"
	labelNumber  = "com.docker.compose.container-number"
	labelOneOff  = "com.docker.compose.oneoff"
	labelVersion = "com.docker.compose.version"
	labelDir     = "com.docker.compose.project.working_dir"
	labelVolume  = "com.docker.compose.volume"
)

// inspected picks fields of `docker container inspect`, whose whole output has
// the environment and so the secrets. It is used instead of `docker compose ps`,
// which prints an array before Compose 2.21 and lines after (docker/compose#10958).
const inspected = `{"ID":{{json .ID}},"Name":{{json .Name}},"Image":{{json .Config.Image}},"ImageID":{{json .Image}},` +
	`"State":{{json .State.Status}},"ExitCode":{{json .State.ExitCode}},` +
	`"Health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}""{{end}},` +
	`"Restart":{{json .HostConfig.RestartPolicy.Name}},"Created":{{json .Created}},` +
	`"Started":{{json .State.StartedAt}},"Labels":{{json .Config.Labels}},"In":{{json .NetworkSettings.Networks}}}`

// Containers returns all containers of the named project, stopped ones, orphans
// and those of `docker compose run` included, by service, number and name. The
// errors are those of Docker.
func (e Engine) Containers(ctx context.Context, project string) ([]container.Container, error) {
	for n := 1; ; n++ {
		all, err := e.inspect(ctx, project)
		if !gone(err) || n == attempts { // gone: one was removed between the two questions
			return all, err
		}
	}
}

func (e Engine) inspect(ctx context.Context, project string) ([]container.Container, error) {
	ids, err := e.Docker(ctx, "ps", "--all", "--quiet", "--no-trunc", "--filter", "label="+labelProject+"="+project)
	if err != nil || strings.TrimSpace(ids) == "" {
		return nil, err
	}
	args := append([]string{"container", "inspect", "--format", inspected}, strings.Fields(ids)...)
	out, err := e.Docker(ctx, args...)
	if err != nil {
		return nil, err
	}
	return parseContainers(out)
}

func parseContainers(out string) ([]container.Container, error) {
	var all []container.Container
	lines := json.NewDecoder(strings.NewReader(out))
	for {
		var read struct {
			container.Container
			Labels map[string]string
			In     map[string]json.RawMessage
		}
		err := lines.Decode(&read)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, unreadable("docker container inspect", err)
		}
		c := read.Container
		c.Name = strings.TrimPrefix(c.Name, "/")
		c.Service, c.Hash, c.Compose = read.Labels[labelService], read.Labels[labelHash], read.Labels[labelVersion]
		c.Number, _ = strconv.Atoi(read.Labels[labelNumber]) // one of `docker compose run` has none
		c.Networks = slices.Sorted(maps.Keys(read.In))
		c.OneOff = strings.EqualFold(read.Labels[labelOneOff], "true")
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b container.Container) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), strings.Compare(a.Name, b.Name))
	})
	return all, nil
}
