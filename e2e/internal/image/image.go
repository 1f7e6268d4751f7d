// Package image makes Docker images FROM scratch out of programs on this machine,
// under the names that the generated compose files use, as no registry can be
// reached where the end-to-end test runs.
//
// Every image has the label rcgen.e2e=1. An image without it is somebody's own
// and is never replaced or removed.
package image

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
)

const (
	mark         = "rcgen.e2e"         // label of every image made here
	contentLabel = "rcgen.e2e.content" // hash of the image
)

// Image is what an image holds. Paths in it are absolute; directories above them
// come by themselves, as root's with mode 0755.
type Image struct {
	Ref        string // such as mongo:8.0.26
	Entrypoint []string
	Cmd        []string
	User       string
	WorkDir    string
	Env        map[string]string // PATH is Docker's usual one unless set
	Files      map[string]string // path in the image -> host file: root's, 0755 if it can be run, else 0644
	Text       map[string]string // path in the image -> content: root's, 0755 if it starts with #!, else 0644
	Dirs       map[string]Dir
	Links      map[string]string // path in the image -> target
	Volumes    []string
}

// Dir is the owner and mode of a directory.
type Dir struct {
	UID, GID int
	Mode     int64 // as chmod takes it: 0o1777 is sticky
}

// As returns the image under another name, for a test that changes from one
// release to the next. What Env holds can be changed without touching i.
func (i Image) As(ref string) Image {
	i.Ref, i.Env = ref, maps.Clone(i.Env)
	return i
}

// Load loads the image into the engine, unless it is there already. env is
// added to the environment of the docker client, such as DOCKER_HOST.
func (i Image) Load(ctx context.Context, env ...string) error {
	if err := i.load(ctx, docker{env}); err != nil {
		return fmt.Errorf("image %s: %w", i.Ref, err)
	}
	return nil
}

func (i Image) load(ctx context.Context, d docker) error {
	labels, found, err := d.labels(ctx, i.Ref)
	if err != nil {
		return err
	}
	if found && labels[mark] != "1" {
		return fmt.Errorf("there is one that this test did not make; docker image rm %s, if it may go", i.Ref)
	}
	entries, err := i.entries()
	if err != nil {
		return err
	}
	layer, err := measure(entries)
	if err != nil {
		return err
	}
	config, content, err := i.config(layer)
	if err != nil {
		return err
	}
	if found && labels[contentLabel] == content {
		return nil
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(archive(w, i.Ref, config, layer, entries)) }()
	// Once docker ends, a writer that still waits for it ends as well.
	defer func() { _ = r.Close() }()
	_, err = d.run(ctx, r, "load", "--quiet")
	return err
}

// Remove removes the images that were loaded here or by an earlier run.
func Remove(ctx context.Context, env ...string) error {
	return remove(ctx, docker{env})
}

// remove removes those that the filters leave.
func remove(ctx context.Context, d docker, filters ...string) error {
	args := []string{"image", "ls", "--quiet", "--no-trunc"}
	for _, f := range append(filters, "label="+mark+"=1") {
		args = append(args, "--filter", f)
	}
	out, err := d.run(ctx, nil, args...)
	if err != nil {
		return err
	}
	ids := strings.Fields(out)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 { // one for each name of an image
		return nil
	}
	_, err = d.run(ctx, nil, append([]string{"image", "rm", "--force"}, ids...)...)
	return err
}

// config returns the image's configuration, and its content hash, which is one
// of the labels in it. Nothing in it is of this moment: the same content makes
// the same image.
func (i Image) config(layer blob) (config []byte, content string, err error) {
	labels := map[string]string{mark: "1"}
	volumes := map[string]struct{}{}
	for _, v := range i.Volumes {
		volumes[v] = struct{}{}
	}
	doc := map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      epoch,
		"config": map[string]any{
			"User": i.User, "WorkingDir": i.WorkDir, "Env": i.environment(), "Volumes": volumes,
			"Entrypoint": i.Entrypoint, "Cmd": i.Cmd, "Labels": labels,
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{layer.digest()}},
		"history": []any{map[string]any{"created": epoch, "created_by": "rcgen end-to-end test"}},
	}
	unlabelled, err := json.Marshal(doc)
	if err != nil {
		return nil, "", err
	}
	content = fmt.Sprintf("%x", sha256.Sum256(unlabelled))
	labels[contentLabel] = content
	config, err = json.Marshal(doc)
	return config, content, err
}

func (i Image) environment() []string {
	env := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	maps.Copy(env, i.Env)
	var list []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		list = append(list, k+"="+env[k])
	}
	return list
}
