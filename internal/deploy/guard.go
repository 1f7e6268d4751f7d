package deploy

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/container"
)

// guard refuses what would leave a database behind, or in front of, passwords that
// it does not know, and reads the project.
func (d *Deployment) guard(ctx context.Context) error {
	r, err := generator.DecodeRequest(d.files.Request)
	if err != nil {
		return fmt.Errorf("%s: %w", tree.RequestFile, err)
	}
	if err := d.guardSecrets(ctx, r); err != nil {
		return err
	}
	if err := d.Reload(ctx); err != nil {
		return err
	}
	containers, err := d.containers(ctx)
	if err != nil {
		return err
	}
	if len(containers) == 0 {
		if err := d.guardName(ctx); err != nil {
			return err
		}
	}
	return d.guardPasswords(ctx, containers)
}

// guardSecrets refuses an .env that lacks what rcgen makes.
func (d *Deployment) guardSecrets(ctx context.Context, r generator.Request) error {
	env, err := tree.ReadOptional(d.files.FS(), tree.EnvFile)
	if err != nil {
		return err
	}
	secrets, err := generator.NewSecrets(r, env, nil, rand.Reader) // only the names of what it makes are used
	if err != nil || len(secrets.Made) == 0 {
		return err
	}
	lacks := tree.EnvFile + " lacks " + strings.Join(secrets.Made, ", ")
	project := r.Project
	if project == "" {
		project = stack.RocketChat
	}
	volumes, err := d.engine.Volumes(ctx, project)
	if err != nil {
		return err
	}
	if len(volumes) == 0 {
		return &fault.Error{What: "apply: " + lacks, Hint: "rcgen generate makes what is missing"}
	}
	return &fault.Error{
		What: fmt.Sprintf("apply: %s, and project %s has data that knows the old values: volumes %s",
			lacks, project, strings.Join(volumes, ", ")),
		Hint: "put the old " + tree.EnvFile + " back, from a backup or from the machine that ran this; " +
			"new values would lock Rocket.Chat out of its database",
	}
}

// guardName refuses to begin a project anew where another one was made from the
// same directory: its volumes would be left behind.
func (d *Deployment) guardName(ctx context.Context) error {
	dir, err := filepath.Abs(d.files.Dir)
	if err != nil {
		return err
	}
	names, err := d.engine.ProjectsHere(ctx, dir)
	if err != nil {
		return err
	}
	if former := d.noted(nameMark); former != "" && len(names) == 0 { // that of the last apply, while it has volumes
		volumes, err := d.engine.Volumes(ctx, former)
		if err != nil {
			return err
		}
		if len(volumes) > 0 {
			names = []string{former}
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == d.project.Name })
	if len(names) == 0 {
		return nil
	}
	return &fault.Error{
		What: fmt.Sprintf("apply: the project is called %s now, and what is here already is called %s: "+
			"it would begin with empty volumes beside it", d.project.Name, strings.Join(names, ", ")),
		Hint: fmt.Sprintf("write project: %s into %s and run rcgen generate; or, to begin anew, first end the other: "+
			"docker compose -p %[1]s down", names[0], tree.RequestFile),
	}
}

// databaseSecrets are those that a database keeps as they were when it was made.
var databaseSecrets = []string{"MONGODB_KEYFILE", "MONGODB_ROOT_PASSWORD", "MONGODB_APP_PASSWORD"}

// guardPasswords refuses an .env with other secrets of the database than the one
// that was made with them.
func (d *Deployment) guardPasswords(ctx context.Context, containers []container.Container) error {
	files := d.project.Environment(stack.MongoDBService)
	if files == nil {
		return nil
	}
	i := slices.IndexFunc(containers, func(c container.Container) bool { return c.Service == stack.MongoDBService })
	if i < 0 {
		return d.guardVolume(ctx, files)
	}
	made, err := d.engine.Environment(ctx, containers[i].ID)
	if err != nil {
		return err
	}
	for _, name := range databaseSecrets {
		if old, ok := made[name]; ok && files[name] != old {
			return &fault.Error{
				What: fmt.Sprintf("apply: %s has another %s than %s was made with: the database knows the old one",
					tree.EnvFile, name, containers[i].Name),
				Hint: "put the old " + tree.EnvFile + " back; where it is lost, the container still has it: " +
					"docker inspect " + containers[i].Name,
			}
		}
	}
	return nil
}

// guardVolume is guardPasswords where no container of the database is left to ask: by
// what the last apply noted of the secrets.
func (d *Deployment) guardVolume(ctx context.Context, files map[string]string) error {
	noted := d.noted(secretsMark)
	if noted == "" || noted == secretsSum(files) {
		return nil
	}
	volumes, err := d.engine.Volumes(ctx, d.project.Name)
	if err != nil || !slices.Contains(volumes, stack.MongoDBService) {
		return err
	}
	return &fault.Error{
		What: fmt.Sprintf("apply: %s has other secrets of MongoDB than the last apply, "+
			"and the volume %s_%s has a database that knows those",
			tree.EnvFile, d.project.Name, stack.MongoDBService),
		Hint: "put the old " + tree.EnvFile + " back, from a backup or from the machine that ran this; " +
			"where the database knows the new ones, remove " + tree.AppliedFile,
	}
}
