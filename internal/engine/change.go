package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator/fault"
)

// oldestCompose is the first version whose hashes do not change with --no-deps
// (docker/compose#12069, #12072): with an older one what was just made would
// differ from the files again.
const oldestCompose = "2.29.3"

// CheckCompose returns an error where Compose is too old to change containers one
// by one.
func (e Engine) CheckCompose(ctx context.Context) error {
	out, err := e.Compose(ctx, "version", "--short")
	if err != nil {
		return err
	}
	v, err := semver.NewVersion(strings.TrimSpace(out))
	if err == nil && v.LessThan(semver.MustParse(oldestCompose)) {
		return &fault.Error{
			What: "docker compose: version " + v.String() +
				" makes a container anew for nothing after --no-deps (docker/compose#12069)",
			Hint: "update it to " + oldestCompose + " or later: https://docs.docker.com/compose/install/linux/",
		}
	}
	return nil // a version that cannot be read is some vendor's
}

// Recreation says what becomes of a container that is there already.
type Recreation string

// What Up does with containers.
const (
	Needed Recreation = ""                 // made anew where it differs from the files
	Never  Recreation = "--no-recreate"    // started as it is
	Always Recreation = "--force-recreate" // made anew
)

// Up makes and starts the containers of services, without those that they depend
// on, and does not wait for their health. file is another than the project's own
// files; empty: those.
func (e Engine) Up(ctx context.Context, file string, r Recreation, services ...string) error {
	var args []string
	if file != "" {
		args = append(args, "--file="+file, "--project-directory=.")
	}
	args = append(args, "up", "--detach", "--no-deps", "--quiet-pull")
	if r != Needed {
		args = append(args, string(r))
	}
	return settled(ctx, func() error {
		_, err := e.Compose(ctx, append(args, services...)...)
		return err
	})
}

// UpImage is Up for one service with another image. The configuration, secrets
// included, goes to Compose by its standard input.
func (e Engine) UpImage(ctx context.Context, p Project, service, image string) error {
	text, err := withImage(p.config, service, image)
	if err != nil {
		return unreadable("docker compose config", err)
	}
	return settled(ctx, func() error {
		_, err := e.run(ctx, text, e.compose, "--file=-", "--project-directory=.",
			"up", "--detach", "--no-deps", "--quiet-pull", service)
		return err
	})
}

// withImage returns a configuration with another image of one service.
func withImage(config, service, image string) (string, error) {
	var all, services, one map[string]json.RawMessage
	err := json.Unmarshal([]byte(config), &all)
	if err == nil {
		err = json.Unmarshal(all["services"], &services)
	}
	if err == nil {
		err = json.Unmarshal(services[service], &one)
	}
	if err != nil {
		return "", err
	}
	for _, level := range []struct {
		in    map[string]json.RawMessage
		key   string
		value any
	}{{one, "image", image}, {services, service, one}, {all, "services", services}} {
		if level.in[level.key], err = json.Marshal(level.value); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// Beside makes and starts a second container of a service, as the files say, and leaves
// the first as it is, be it like that or not.
func (e Engine) Beside(ctx context.Context, service string) error {
	return settled(ctx, func() error {
		_, err := e.Compose(ctx, "up", "--detach", "--no-deps", "--quiet-pull", "--no-recreate",
			"--scale="+service+"=2", service)
		return err
	})
}

// Stop stops a container, as long as its grace period lets it, and removes it. Its
// volumes stay. One that is gone already is no error.
func (e Engine) Stop(ctx context.Context, id string) error {
	for _, command := range []string{"stop", "rm"} {
		err := settled(ctx, func() error {
			_, err := e.Docker(ctx, "container", command, id)
			if gone(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MissingImages returns which images the engine does not have.
func (e Engine) MissingImages(ctx context.Context, images []string) ([]string, error) {
	var missing []string
	for _, image := range images {
		_, err := e.Docker(ctx, "image", "inspect", "--format", "{{.Id}}", image)
		switch {
		case err == nil:
		case strings.Contains(strings.ToLower(err.Error()), "no such image"):
			missing = append(missing, image)
		default:
			return nil, err
		}
	}
	return missing, nil
}

// Pull gets an image from its registry.
func (e Engine) Pull(ctx context.Context, image string) error {
	_, err := e.Docker(ctx, "pull", "--quiet", image)
	return err
}

// Logs returns the last n lines that a container wrote, to standard output or error,
// without secrets and without what a terminal would obey.
func (e Engine) Logs(ctx context.Context, id string, n int) (string, error) {
	e.merged = true
	out, err := e.Docker(ctx, "container", "logs", "--tail", strconv.Itoa(n), id)
	return e.shown(out), err
}

// Environment returns the variables that a container was made with, secrets
// included.
func (e Engine) Environment(ctx context.Context, id string) (map[string]string, error) {
	out, err := e.Docker(ctx, "container", "inspect", "--format", "{{json .Config.Env}}", id)
	if err != nil {
		return nil, err
	}
	var pairs []string
	if err := json.Unmarshal([]byte(out), &pairs); err != nil {
		return nil, unreadable("docker container inspect", err)
	}
	env := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env, nil
}

// Configuration returns the files as one, in Compose's reading but with variables
// as they stand in them: without the secrets of .env.
func (e Engine) Configuration(ctx context.Context) (string, error) {
	return e.Compose(ctx, "config", "--no-interpolate")
}

// ProjectsHere returns the names of the projects that have containers made from
// files in a directory, sorted.
func (e Engine) ProjectsHere(ctx context.Context, dir string) ([]string, error) {
	out, err := e.Docker(ctx, "ps", "--all", "--filter", "label="+labelDir+"="+dir,
		"--format", `{{.Label "`+labelProject+`"}}`)
	names := strings.Fields(out)
	slices.Sort(names)
	return slices.Compact(names), err
}

// Volumes returns the names of a project's volumes, as the files have them.
func (e Engine) Volumes(ctx context.Context, project string) ([]string, error) {
	out, err := e.Docker(ctx, "volume", "ls", "--filter", "label="+labelProject+"="+project,
		"--format", `{{.Label "`+labelVolume+`"}}`)
	return strings.Fields(out), err
}

// Memory returns how much memory the engine's machine has, in bytes.
func (e Engine) Memory(ctx context.Context) (int64, error) {
	out, err := e.Docker(ctx, "info", "--format", "{{.MemTotal}}")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if err != nil {
		return 0, unreadable("docker info", err)
	}
	return n, nil
}
