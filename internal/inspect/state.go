package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/container"
)

// stateLimit is how long an engine may take to say what runs (assumption: it takes
// two seconds, most of them in mongosh).
const stateLimit = 30 * time.Second

// State is the versions at which an upgrade begins.
type State struct {
	catalog.Deployment
	Source string   // where they were read: catalog.SourceRunning or tree.RequestFile
	Notes  []string // on how they were read
}

// Versions asks the engine which versions run of the project in dir. If no engine
// answers or nothing runs, they are those of the plan. stated is the version of MongoDB
// that a user names, or nil: rcgen does not see that of a database that it does not run,
// and without a statement that is an error, as is the end of ctx.
func Versions(ctx context.Context, dir string, p generator.Plan, stated *string) (State, error) {
	return readVersions(ctx, find(dir), p, stated)
}

func readVersions(ctx context.Context, open finder, p generator.Plan, stated *string) (State, error) {
	s := State{Deployment: p.Versions(), Source: tree.RequestFile}
	limited, cancel := context.WithTimeoutCause(ctx, stateLimit, fmt.Errorf("no answer within %v", stateLimit))
	defer cancel()
	if err := s.ask(limited, open, p); err != nil {
		if ctx.Err() != nil {
			return State{}, err
		}
		s.Notes = append(s.Notes, fmt.Sprintf("%v; the steps begin at what rcgen.yaml says", err))
	}
	if stated != nil {
		s.MongoDB = *stated
	}
	if s.MongoDB == "" {
		return State{}, &fault.Error{
			What: "mongodb: rcgen does not see which version your replica set runs",
			Hint: "state it, like --mongodb " + p.MongoDBVersion,
		}
	}
	return s, nil
}

// ask puts what runs into s.
func (s *State) ask(ctx context.Context, open finder, p generator.Plan) error {
	docker, err := open(ctx)
	if err != nil {
		return err
	}
	containers, err := docker.containers(ctx, p.Request.Project)
	if err != nil {
		return err
	}
	chat, err := imageVersions(containers, stack.RocketChat)
	if err != nil || len(chat) == 0 {
		return err
	}
	s.Source, s.Release = catalog.SourceRunning, chat[0].String()
	if last := chat[len(chat)-1]; !last.Equal(chat[0]) {
		s.Notes = append(s.Notes, fmt.Sprintf("replicas run %s and %s: a step that was begun is not done", chat[0], last))
	}
	databases, err := imageVersions(containers, stack.MongoDBService)
	if err != nil || p.Site().External || len(databases) == 0 {
		return err
	}
	s.MongoDB = fmt.Sprintf("%d.%d", databases[0].Major(), databases[0].Minor())
	if s.FCV, err = askFCV(ctx, docker); err != nil {
		s.Notes = append(s.Notes, fmt.Sprintf("MongoDB's featureCompatibilityVersion is not known: %v", err))
	}
	return nil
}

// imageVersions returns the versions in the images of a service's containers, the
// oldest first.
func imageVersions(containers []container.Container, service string) ([]*semver.Version, error) {
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

func askFCV(ctx context.Context, docker asker) (string, error) {
	const fcv = "db.adminCommand({getParameter: 1, featureCompatibilityVersion: 1}).featureCompatibilityVersion.version"
	out, err := docker.compose(ctx, "exec", "-T", stack.MongoDBService, "sh", "-c",
		catalog.MongoDBShell+`--eval "print(`+fcv+`)"`)
	if err != nil {
		return "", err
	}
	if v := strings.TrimSpace(out); catalog.IsMongoDBVersion(v) {
		return v, nil
	}
	return "", errors.New("mongosh answers with something else")
}
