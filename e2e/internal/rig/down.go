package rig

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// activeEndpoints is how the engine refuses to remove a network.
const activeEndpoints = "has active endpoints"

// Down runs docker compose down. Docker 20.10 now and then counts a container on a
// network that it has left, and then refuses to remove the network until the engine
// is restarted, though containers can still join it
// (https://github.com/moby/moby/issues/42119, 43286). Compose then fails, or where the
// engine still lists that container, says "Resource is still in use" and does not.
// Such networks are no error: Down returns their names.
func (p *Project) Down(ctx context.Context, args ...string) ([]string, error) {
	var names []string
	var refusal error
	for range 3 { // Compose stops at the first refusal, and may leave volumes
		_, refusal = p.Compose(ctx, append([]string{"down"}, args...)...)
		if refusal != nil && !strings.Contains(refusal.Error(), activeEndpoints) {
			return nil, refusal
		}
		var err error
		names, err = p.list(ctx, "network", "ls", "--format", "{{.Name}}")
		if err != nil || len(names) == 0 && refusal == nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return nil, refusal
	}
	var errs []error
	for _, name := range names {
		errs = append(errs, p.miscounted(ctx, name))
	}
	return names, errors.Join(errs...)
}

// miscounted returns an error unless no container is on a network and the engine
// refuses to remove it all the same.
func (p *Project) miscounted(ctx context.Context, network string) error {
	users, err := p.Docker(ctx, "ps", "--all", "--quiet", "--filter", "network="+network)
	if err != nil || strings.TrimSpace(users) != "" {
		return errors.Join(err, fmt.Errorf("network %s: still used by %s", network, strings.Fields(users)))
	}
	if _, err = p.Docker(ctx, "network", "rm", network); err == nil {
		return fmt.Errorf("network %s: left by docker compose down, and nothing held it", network)
	}
	if strings.Contains(err.Error(), activeEndpoints) {
		return nil
	}
	return err
}

// Remove removes the project's containers, networks and volumes, and what an
// interrupted run may have left of them. It returns the networks that the engine
// keeps, as Down does.
func (p *Project) Remove(ctx context.Context) ([]string, error) {
	kept, err := p.Down(ctx, "--volumes", "--remove-orphans", "--timeout", "5")
	errs := []error{err}
	if len(kept) == 0 {
		errs = append(errs, p.left(ctx, "network", "ls"))
	} else { // the refusal ended Compose before it came to the volumes, or meanwhile
		volumes, err := p.list(ctx, "volume", "ls", "--quiet")
		if errs = append(errs, err); len(volumes) > 0 {
			_, err = p.Docker(ctx, append([]string{"volume", "rm"}, volumes...)...)
			errs = append(errs, err)
		}
	}
	errs = append(errs, p.left(ctx, "ps", "--all"), p.left(ctx, "volume", "ls"))
	return kept, errors.Join(errs...)
}

// left returns an error for what is still there of the project.
func (p *Project) left(ctx context.Context, list ...string) error {
	ids, err := p.list(ctx, append(list, "--quiet")...)
	if err == nil && len(ids) > 0 {
		err = fmt.Errorf("docker %s: left: %s", strings.Join(list, " "), ids)
	}
	return err
}

// list returns the fields of what a docker command prints of the project.
func (p *Project) list(ctx context.Context, args ...string) ([]string, error) {
	out, err := p.Docker(ctx, append(args, "--filter", "label=com.docker.compose.project="+p.Name)...)
	return strings.Fields(out), err
}
