package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/internal/engine"
)

// docker is docker with Compose and an engine, in memory. The hash of a service is its
// image, and a container is healthy once slow has passed since its start.
type docker struct {
	t           *testing.T
	dir         string            // of the project
	name        string            // of the project
	images      map[string]string // that the files say, by service
	applied     map[string]string // that .rcgen/applied.yaml says
	environment map[string]string // of the service mongodb
	memory      string            // limit of each service, as Compose prints it
	containers  []*box
	made        []string            // environment of the container of mongodb
	volumes     map[string][]string // by project
	here        []string            // projects with containers of the directory
	total       int64               // memory of the machine, in bytes
	absent      []string            // images that have to be pulled
	slow        time.Duration
	sick        string // image whose containers fail their health check
	logs        string // of each container
	before      func(ctx context.Context, command string)

	calls []string // those that change something
	asked []string // the others
}

type box struct {
	service, image string
	started        time.Time
	oneOff         bool
	id             int
}

func (d *docker) engine() engine.Engine { return engine.Fake(d.start) }

// start is every program.
func (d *docker) start(ctx context.Context, stdin string, argv []string) (string, error) {
	command := strings.Join(argv[1:], " ")
	if d.before != nil {
		d.before(ctx, command)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	for _, change := range []string{"pull ", "container stop ", "container rm ", " up "} {
		if strings.Contains(command, change) {
			d.calls = append(d.calls, command)
			return "", d.change(stdin, command)
		}
	}
	d.asked = append(d.asked, command)
	return d.answer(stdin, command)
}

func (d *docker) answer(stdin, command string) (string, error) {
	has := func(start string) bool { return strings.HasPrefix(command, start) }
	last := command[strings.LastIndex(command, " ")+1:]
	switch {
	case command == "compose version --short":
		return "5.5.0\n", nil
	case command == "compose config --format json":
		return d.config(d.images), nil
	case has("compose --file=.rcgen/applied.yaml") && strings.HasSuffix(command, "config --format json"):
		return d.config(d.applied), nil
	case command == "compose --file=- config --hash *":
		return d.hashes(stdin), nil
	case strings.HasSuffix(command, "--profile=* config --services"):
		return strings.Join(slices.Sorted(maps.Keys(d.images)), "\n"), nil
	case command == "compose config --no-interpolate":
		d.applied = maps.Clone(d.images)
		return "name: " + d.name + "\n", nil
	case has("ps --all --quiet"):
		return d.ids(), nil
	case has("ps --all --filter label=com.docker.compose.project.working_dir=" + d.dir + " "):
		return strings.Join(d.here, "\n"), nil
	case has("container inspect --format {{json .Config.Env}}"):
		text, err := json.Marshal(d.made)
		return string(text), err
	case has("container inspect"):
		return d.inspect(), nil
	case has("container logs"):
		return d.logs, nil
	case has("volume ls"):
		_, name, _ := strings.Cut(command, "project=")
		name, _, _ = strings.Cut(name, " ")
		return strings.Join(d.volumes[name], "\n"), nil
	case has("image inspect"):
		if slices.Contains(d.absent, last) {
			return "", errors.New("no such image: " + last)
		}
		return "sha256:1\n", nil
	case has("info"):
		return fmt.Sprintln(d.total), nil
	case has("exec "):
		return d.metrics(), nil
	}
	return "", fmt.Errorf("not expected: %s", command)
}

// change makes what a command changes. A service is the last word of an up.
func (d *docker) change(stdin, command string) error {
	words := strings.Fields(command)
	last := words[len(words)-1]
	switch {
	case words[0] == "pull":
		d.absent = slices.DeleteFunc(d.absent, func(image string) bool { return image == last })
	case words[0] == "compose":
		images := d.images
		switch words[1] {
		case "--file=.rcgen/applied.yaml":
			images = d.applied
		case "--file=-":
			images = read(d.t, stdin)
		}
		for _, s := range words[slices.Index(words, "--quiet-pull")+1:] {
			d.run(s, images[s])
		}
	case words[1] == "rm":
		d.containers = slices.DeleteFunc(d.containers, func(c *box) bool { return fmt.Sprint(c.id) == last })
	}
	return nil
}

// run replaces the container of a service.
func (d *docker) run(service, image string) {
	d.containers = slices.DeleteFunc(d.containers, func(c *box) bool { return c.service == service && !c.oneOff })
	id := 1
	for _, c := range d.containers {
		id = max(id, c.id+1)
	}
	d.containers = append(d.containers, &box{service: service, image: image, started: time.Now(), id: id})
}

// configured is what `config --format json` prints.
type configured struct {
	Name     string             `json:"name"`
	Services map[string]service `json:"services"`
}

type service struct {
	Image       string            `json:"image,omitempty"`
	Build       map[string]string `json:"build,omitempty"`
	Memory      string            `json:"mem_limit,omitempty"`
	Environment map[string]string `json:"environment,omitempty"`
}

func (d *docker) config(images map[string]string) string {
	c := configured{Name: d.name, Services: map[string]service{}}
	for name, image := range images {
		s := service{Image: image, Memory: d.memory}
		if name == stack.MongoDBService {
			s.Environment = d.environment
		}
		if built, ok := strings.CutPrefix(image, "built:"); ok {
			s.Image, s.Build = built, map[string]string{"context": "."}
		}
		c.Services[name] = s
	}
	text, err := json.Marshal(c)
	if err != nil {
		d.t.Error(err)
	}
	return string(text)
}

// read returns the images of a configuration.
func read(t *testing.T, config string) map[string]string {
	var c configured
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		t.Errorf("configuration: %v", err)
	}
	images := map[string]string{}
	for name, s := range c.Services {
		images[name] = s.Image
	}
	return images
}

func (d *docker) hashes(config string) string {
	var b strings.Builder
	for name, image := range read(d.t, config) {
		fmt.Fprintf(&b, "%s %s\n", name, image)
	}
	return b.String()
}

func (d *docker) ids() string {
	var b strings.Builder
	for _, c := range d.containers {
		fmt.Fprintln(&b, c.id)
	}
	return b.String()
}

func (d *docker) inspect() string {
	var b strings.Builder
	for _, c := range d.containers {
		health := "healthy"
		if c.image == d.sick {
			health = "unhealthy"
		} else if time.Since(c.started) < d.slow {
			health = "starting"
		}
		fmt.Fprintf(&b, `{"ID":"%d","Name":"/%s-%s-1","Image":%q,"State":"running","Health":%q,"Labels":{`+
			`"com.docker.compose.service":%q,"com.docker.compose.config-hash":%q,"com.docker.compose.oneoff":"%t"}}`,
			c.id, d.name, c.service, c.image, health, c.service, c.image, c.oneOff)
	}
	return b.String()
}

// metrics are those of a Traefik that has read its file.
func (d *docker) metrics() string {
	routing := readFile(d.t, d.dir, routesFile)
	text := fmt.Sprintf("traefik_config_reloads_total %d\n", crc32.ChecksumIEEE([]byte(routing)))
	hosts, err := routes.Servers([]byte(routing))
	if err != nil {
		d.t.Error(err)
	}
	for _, host := range hosts {
		text += fmt.Sprintf("traefik_service_server_up{service=\"rocketchat@file\",url=\"http://%s:3000\"} 1\n", host)
	}
	return text
}
