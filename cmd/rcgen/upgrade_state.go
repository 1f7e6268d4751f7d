package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/internal/engine"
)

// stateLimit is how long an engine may take to say what runs (assumption: it takes
// two seconds, most of them in mongosh).
const stateLimit = 30 * time.Second

// state is where an upgrade begins.
type state struct {
	generator.Deployment
	running bool     // read from containers, not from rcgen.yaml
	notes   []string // on how it was read
}

// readState asks what runs. Where no engine answers or nothing is there, it is what
// the plan says.
func readState(c *cli.Context, p generator.Plan) (state, error) {
	s := state{Deployment: generator.Deployment{Release: p.Release, MongoDB: p.MongoDBVersion}}
	if p.Request.MongoDB.External {
		s.MongoDB = ""
	}
	ctx, cancel := context.WithTimeoutCause(c.Context, stateLimit, fmt.Errorf("no answer within %v", stateLimit))
	defer cancel()
	if err := s.ask(ctx, c.String("dir"), p); err != nil {
		if c.Err() != nil {
			return state{}, err
		}
		s.notes = append(s.notes, fmt.Sprintf("%v; the steps begin at what rcgen.yaml says", err))
	}
	if c.IsSet("mongodb") {
		s.MongoDB = c.String("mongodb")
	}
	if s.MongoDB == "" {
		return state{}, &generator.Error{What: "mongodb: rcgen does not see which version your replica set runs", Hint: "state it, like --mongodb " + p.MongoDBVersion}
	}
	return s, nil
}

// ask puts what runs into s.
func (s *state) ask(ctx context.Context, dir string, p generator.Plan) error {
	docker, err := engine.New(ctx, dir)
	if err != nil {
		return err
	}
	containers, err := docker.Containers(ctx, p.Request.Project)
	if err != nil {
		return err
	}
	chat, err := versions(containers, generator.RocketChat)
	if err != nil || len(chat) == 0 {
		return err
	}
	s.running, s.Release = true, chat[0].String()
	if last := chat[len(chat)-1]; !last.Equal(chat[0]) {
		s.notes = append(s.notes, fmt.Sprintf("replicas run %s and %s: a step that was begun is not done", chat[0], last))
	}
	databases, err := versions(containers, generator.MongoDBService)
	if err != nil || p.Request.MongoDB.External || len(databases) == 0 {
		return err
	}
	s.MongoDB = fmt.Sprintf("%d.%d", databases[0].Major(), databases[0].Minor())
	if s.FCV, err = askFCV(ctx, docker); err != nil {
		s.notes = append(s.notes, fmt.Sprintf("MongoDB's featureCompatibilityVersion is not known: %v", err))
	}
	return nil
}

// versions returns the versions in the images of a service's containers, the oldest
// first.
func versions(containers []engine.Container, service string) ([]*semver.Version, error) {
	var all []*semver.Version
	for _, c := range containers {
		number := strings.TrimPrefix(strings.TrimPrefix(c.Service, service), "-")
		if c.OneOff || !strings.HasPrefix(c.Service, service) || strings.Trim(number, "0123456789") != "" {
			continue
		}
		image, _, _ := strings.Cut(c.Image, "@")
		v, err := semver.StrictNewVersion(image[strings.LastIndex(image, ":")+1:])
		if err != nil {
			return nil, fmt.Errorf("%s runs %s, whose tag is no version", c.Service, c.Image)
		}
		all = append(all, v)
	}
	slices.SortFunc(all, (*semver.Version).Compare)
	return all, nil
}

func askFCV(ctx context.Context, docker engine.Engine) (string, error) {
	out, err := docker.Compose(ctx, "exec", "-T", generator.MongoDBService, "sh", "-c", shellCommand("",
		`print(db.adminCommand({getParameter: 1, featureCompatibilityVersion: 1}).featureCompatibilityVersion.version)`))
	if err != nil {
		return "", err
	}
	if v := strings.TrimSpace(out); mongoVersion.MatchString(v) {
		return v, nil
	}
	return "", errors.New("mongosh answers with something else")
}
