package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/internal/container"
	"rcgen/internal/rollout"
)

// guard refuses what would leave a database behind, or in front of, passwords that
// it does not know, and reads the project.
func (a *applying) guard(ctx context.Context, requestFile []byte) error {
	r, err := generator.DecodeRequest(requestFile)
	if err != nil {
		return fmt.Errorf("%s: %w", generator.RequestFile, err)
	}
	if err := a.guardSecrets(ctx, r); err != nil {
		return err
	}
	if a.project, err = a.engine.Project(ctx); err != nil {
		return err
	}
	containers, err := a.containers(ctx)
	if err != nil {
		return err
	}
	if len(containers) == 0 {
		if err := a.guardName(ctx); err != nil {
			return err
		}
	}
	return a.guardPasswords(ctx, containers)
}

// guardSecrets refuses an .env that lacks what rcgen makes.
func (a *applying) guardSecrets(ctx context.Context, r generator.Request) error {
	env, err := generator.ReadOptional(a.d.FS(), generator.EnvFile)
	if err != nil {
		return err
	}
	secrets, err := generator.NewSecrets(r, env, nil, a.e.random)
	if err != nil || len(secrets.Made) == 0 {
		return err
	}
	lacks := generator.EnvFile + " lacks " + strings.Join(secrets.Made, ", ")
	project := r.Project
	if project == "" {
		project = generator.RocketChat
	}
	volumes, err := a.engine.Volumes(ctx, project)
	if err != nil {
		return err
	}
	if len(volumes) == 0 {
		return &generator.Error{What: "apply: " + lacks, Hint: "rcgen generate makes what is missing"}
	}
	return &generator.Error{
		What: "apply: " + lacks + ", and project " + project + " has data that knows the old values: volumes " + strings.Join(volumes, ", "),
		Hint: "put the old " + generator.EnvFile + " back, from a backup or from the machine that ran this; new values would lock Rocket.Chat out of its database",
	}
}

// guardName refuses to begin a project anew where another one was made from the
// same directory: its volumes would be left behind.
func (a *applying) guardName(ctx context.Context) error {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	names, err := a.engine.ProjectsHere(ctx, dir)
	if err != nil {
		return err
	}
	if text, err := generator.ReadRegular(a.d.FS(), generator.AppliedFile); err == nil && len(names) == 0 {
		names, err = a.formerName(ctx, text)
		if err != nil {
			return err
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == a.project.Name })
	if len(names) == 0 {
		return nil
	}
	return &generator.Error{
		What: fmt.Sprintf("apply: the project is called %s now, and what is here already is called %s: it would begin with empty volumes beside it", a.project.Name, strings.Join(names, ", ")),
		Hint: fmt.Sprintf("write project: %s into %s and run rcgen generate; or, to begin anew, first end the other: docker compose -p %[1]s down", names[0], generator.RequestFile),
	}
}

// formerName returns the name under which the project was applied last, if that
// still has volumes.
func (a *applying) formerName(ctx context.Context, applied []byte) ([]string, error) {
	for line := range strings.Lines(string(applied)) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "name: ")
		if !ok || strings.HasPrefix(line, " ") {
			continue
		}
		volumes, err := a.engine.Volumes(ctx, name)
		if err != nil || len(volumes) == 0 {
			return nil, err
		}
		return []string{name}, nil
	}
	return nil, nil
}

// databaseSecrets are those that a database keeps as they were when it was made.
var databaseSecrets = []string{"MONGODB_KEYFILE", "MONGODB_ROOT_PASSWORD", "MONGODB_APP_PASSWORD"}

// guardPasswords refuses an .env with other secrets of the database than the one
// that was made with them.
func (a *applying) guardPasswords(ctx context.Context, containers []container.Container) error {
	i := slices.IndexFunc(containers, func(c container.Container) bool { return c.Service == generator.MongoDBService })
	files := a.project.Environment(generator.MongoDBService)
	if files == nil {
		return nil
	}
	if i < 0 {
		return a.guardVolume(ctx, files)
	}
	made, err := a.engine.Environment(ctx, containers[i].ID)
	if err != nil {
		return err
	}
	for _, name := range databaseSecrets {
		if old, ok := made[name]; ok && files[name] != old {
			return &generator.Error{
				What: fmt.Sprintf("apply: %s has another %s than %s was made with: the database knows the old one", generator.EnvFile, name, containers[i].Name),
				Hint: "put the old " + generator.EnvFile + " back; where it is lost, the container still has it: docker inspect " + containers[i].Name,
			}
		}
	}
	return nil
}

// guardVolume is guardPasswords where no container of the database is left to ask: by
// what the last apply noted of the secrets.
func (a *applying) guardVolume(ctx context.Context, files map[string]string) error {
	noted := a.noted(secretsMark)
	if noted == "" || noted == secretsSum(files) {
		return nil
	}
	volumes, err := a.engine.Volumes(ctx, a.project.Name)
	if err != nil || !slices.Contains(volumes, generator.MongoDBService) {
		return err
	}
	return &generator.Error{
		What: fmt.Sprintf("apply: %s has other secrets of MongoDB than the last apply, and the volume %s_%s has a database that knows those", generator.EnvFile, a.project.Name, generator.MongoDBService),
		Hint: "put the old " + generator.EnvFile + " back, from a backup or from the machine that ran this; where the database knows the new ones, remove " + generator.AppliedFile,
	}
}

// room decides whether a replica may have a second container for the time of a roll.
// Unless a person has, it may where others serve and the engine's machine has the
// memory; where it has not, lack says so.
func (a *applying) room(ctx context.Context, o *rollout.Options, stated bool) (lack string, err error) {
	first := a.project.Services[generator.RocketChat+"-1"]
	if !stated {
		_, o.Surge = a.project.Services[generator.RocketChat+"-2"]
	}
	if !o.Surge || first.Memory == 0 {
		return "", nil
	}
	has, err := a.engine.Memory(ctx)
	if err != nil {
		return "", err
	}
	limits := first.Memory
	for _, s := range a.project.Services {
		limits += s.Memory * int64(s.Replicas)
	}
	if limits <= has {
		return "", nil
	}
	o.Surge = false
	figures := fmt.Sprintf("with one container more the limits are %s together, and the machine has %s", generator.Bytes(limits).Human(), generator.Bytes(has).Human())
	if stated {
		return "", &generator.Error{What: "apply: --surge: " + figures, Hint: "leave --surge out: replicas are then stopped before they are made anew"}
	}
	return "no surge: " + figures + "; some websockets drop twice", nil
}
