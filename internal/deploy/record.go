package deploy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"time"

	"rcgen/generator/routes"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/container"
	"rcgen/internal/engine"
	"rcgen/internal/rollout"
)

// restore brings a container back as it was applied last, or at least its image,
// and tells whether anything older than the files is known.
func (d *Deployment) restore(ctx context.Context, c container.Container) (bool, error) {
	now := d.project.Services[c.Service]
	if _, err := fs.Stat(d.files.FS(), tree.AppliedFile); err == nil {
		applied, err := d.engine.ProjectOf(ctx, tree.AppliedFile)
		if err != nil {
			return false, err
		}
		if s, ok := applied.Services[c.Service]; ok && s.Hash != now.Hash && applied.Name == d.project.Name {
			return true, d.engine.Up(ctx, tree.AppliedFile, engine.Needed, c.Service)
		}
	}
	if c.Image == "" || c.Image == now.Image {
		return false, nil
	}
	return true, d.engine.UpImage(ctx, d.project, c.Service, c.Image)
}

// What is read of AppliedFile: how long the first replica took to get healthy, a
// checksum of the secrets that the database was made with, and, of the configuration
// itself, the project's name.
var (
	nameMark    = regexp.MustCompile(`(?m)^name: (\S+)$`)
	startMark   = regexp.MustCompile(`(?m)^# healthy after (\S+)$`)
	secretsMark = regexp.MustCompile(`(?m)^# secrets of MongoDB: (\S+)$`)
)

// noted returns what AppliedFile says behind a mark, or nothing.
func (d *Deployment) noted(mark *regexp.Regexp) string {
	text, err := tree.ReadRegular(d.files.FS(), tree.AppliedFile)
	m := mark.FindSubmatch(text)
	if err != nil || m == nil {
		return ""
	}
	return string(m[1])
}

// lastStart returns how long the first replica took to get healthy, or 0.
func (d *Deployment) lastStart() time.Duration {
	start, _ := time.ParseDuration(d.noted(startMark)) // 0 if someone wrote something else
	return start
}

// secretsSum returns what is kept of the database's secrets, or nothing where there
// are none: one checksum for all, cut to 64 bits. A weak password in it cannot be
// guessed without the keyfile, which is random; and the file is its owner's, like EnvFile.
func secretsSum(env map[string]string) string {
	h := sha256.New()
	found := false
	for _, name := range databaseSecrets {
		found = found || env[name] != ""
		fmt.Fprintf(h, "%s %d\n%s", name, len(env[name]), env[name])
	}
	if !found {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Finish ends the apply: nothing is held any more, and what runs is what may have
// to be brought back one day. The errors are those of the engine and of the disk.
func (d *Deployment) Finish(ctx context.Context) error {
	routing, held, err := tree.ReadRoutes(d.files.FS())
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(held)) { // where there is no Traefik to route by steps
		if _, ok := d.project.Services[name]; !ok {
			continue // the files do not have it any more
		}
		if routing, err = routes.Restore(routing, name, held[name]); err != nil {
			return err
		}
	}
	if err := d.setRoutes(rollout.Routes{File: routing}); err != nil {
		return err
	}
	return d.record(ctx)
}

// record keeps the configuration that was applied, with the marks.
func (d *Deployment) record(ctx context.Context) error {
	config, err := d.engine.Configuration(ctx)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	text.WriteString("# What rcgen apply brought into effect last, to put it back where the next one fails.\n")
	if d.start == 0 {
		d.start = d.lastStart()
	}
	if d.start > 0 {
		fmt.Fprintf(&text, "# healthy after %s\n", d.start.Round(time.Second))
	}
	if sum := secretsSum(d.project.Environment(stack.MongoDBService)); sum != "" {
		fmt.Fprintf(&text, "# secrets of MongoDB: %s\n", sum)
	}
	text.WriteString(config)
	v, err := tree.Recorded(d.files.FS(), text.Bytes())
	if err != nil {
		return err
	}
	return d.files.Write(v)
}
