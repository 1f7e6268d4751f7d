package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rcgen/generator"
	"rcgen/internal/container"
)

// oldestEngine is the first with cgroup v2, which today's distributions have alone
// (https://docs.docker.com/engine/release-notes/20.10/), and the oldest that rcgen's
// tests start.
var oldestEngine = numbers{20, 10, 0}

func checkDockerEngine(ctx context.Context, w *world) verdict {
	i, err := w.engine(ctx)
	const install = "https://docs.docker.com/engine/install/"
	if err != nil {
		return fail(err.Error(),
			hintOr(err, "start it (`sudo systemctl start docker`), or look at `docker context ls` and DOCKER_HOST"))
	}
	at, known := release(i.ServerVersion)
	switch {
	case i.OSType != "" && i.OSType != "linux":
		return fail(i.ServerVersion+" runs containers of "+i.OSType, "switch it to Linux containers")
	case known && at.before(oldestEngine[0], oldestEngine[1], oldestEngine[2]):
		return fail(i.ServerVersion+" is too old, 20.10 or later is needed", "update it: "+install)
	}
	return ok("%s on %s", i.ServerVersion, cmp.Or(i.OperatingSystem, "Linux"))
}

// applyCompose is the first Docker Compose with which rcgen apply changes containers
// one by one (docker/compose#12069).
var applyCompose = numbers{2, 29, 3}

func checkDockerCompose(ctx context.Context, w *world) verdict {
	const update = "update it to 2.29.3 or later: https://docs.docker.com/compose/install/linux/"
	out, err := w.Compose(ctx, "version", "--short")
	if err != nil {
		return fail(err.Error(), hintOr(err, "`docker compose version` shall answer at once; "+
			"else install the plugin: https://docs.docker.com/compose/install/linux/"))
	}
	version := strings.TrimSpace(out)
	at, known := release(version)
	switch {
	case !known:
		return skip("its version cannot be read: "+oneLine(version),
			"`docker compose version --short` prints it; rcgen apply needs 2.29.3 or later")
	case at.before(2, 0, 0):
		return fail(version+" is too old, 2 or later is needed", update)
	case at.before(applyCompose[0], applyCompose[1], applyCompose[2]):
		return warn(version+": rcgen apply needs 2.29.3 or later (docker/compose#12069)", update)
	}
	return ok("%s", version)
}

// checkImageArchitecture compares the images that are there already with the machine.
func checkImageArchitecture(ctx context.Context, w *world) verdict {
	i, err := w.engine(ctx)
	if err != nil {
		return unseen(errNoEngine)
	}
	want := architecture(i.Architecture)
	images := planImages(*w.Plan)
	made, err := architectures(ctx, w, images)
	switch {
	case err != nil:
		return unseen(err)
	case len(made) == 0:
		return skip("no image of the project is there yet", "`docker compose pull` gets them")
	}
	containers, err := w.containers(ctx)
	if err != nil {
		return unseen(err)
	}
	var foreign, emulated []string
	for _, image := range images {
		switch at, there := made[image]; {
		case !there || at == want:
		case slices.ContainsFunc(containers, func(c container.Container) bool { return c.Image == image && c.Running() }):
			emulated = append(emulated, image+" ("+at+")")
		default:
			foreign = append(foreign, image+" ("+at+")")
		}
	}
	const fix = "`docker compose down`, `docker image rm` and `docker compose pull` get those of the machine; " +
		"where an image has none, use an x86_64 machine"
	switch {
	case len(foreign) > 0:
		return fail(fmt.Sprintf("the machine is %s, not so %s", want, few(foreign)), fix)
	case len(emulated) > 0:
		return warn(fmt.Sprintf("the machine is %s and emulates %s, which is slow", want, few(emulated)), fix)
	}
	return ok("%s, %d of %d images are there", want, len(made), len(images))
}

// planImages returns the images of a plan, each once.
func planImages(p generator.Plan) []string {
	var images []string
	for _, s := range p.Services {
		if !slices.Contains(images, s.Image) {
			images = append(images, s.Image)
		}
	}
	return images
}

// architectures returns those of the images that the engine has. They are listed
// first: an inspect of one that is missing says nothing of the others.
func architectures(ctx context.Context, w *world, images []string) (map[string]string, error) {
	out, err := w.Docker(ctx, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
	if err != nil {
		return nil, err
	}
	listed := strings.Fields(out)
	args := []string{"image", "inspect", "--format", "{{.Architecture}}"}
	there := slices.DeleteFunc(slices.Clone(images), func(image string) bool { return !slices.Contains(listed, image) })
	if len(there) == 0 {
		return nil, nil
	}
	out, err = w.Docker(ctx, append(args, there...)...)
	if err != nil {
		return nil, err
	}
	answers := strings.Fields(out)
	if len(answers) != len(there) {
		return nil, errors.New("docker image inspect: cannot be read")
	}
	made := map[string]string{}
	for n, image := range there {
		made[image] = answers[n]
	}
	return made, nil
}
