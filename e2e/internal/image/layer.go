package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// epoch is the date of everything in an image, so that equal content gives an
// equal image.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// entry is a file, directory or link of the layer.
type entry struct {
	header tar.Header
	host   string // file with the content
	text   string // the content, where host is empty
}

// tree is the content of the layer by path, which has no leading slash.
type tree map[string]entry

func (t tree) add(name string, e entry) error {
	clean := strings.TrimPrefix(path.Clean(name), "/")
	if !path.IsAbs(name) || clean == "" {
		return fmt.Errorf("%q: not an absolute path below /", name)
	}
	if _, ok := t[clean]; ok {
		return fmt.Errorf("%q: there twice", name)
	}
	e.header.Name, e.header.ModTime, e.header.Format = clean, epoch, tar.FormatPAX
	t[clean] = e
	return nil
}

// entries returns what the image holds, each directory before what is in it.
func (i Image) entries() ([]entry, error) {
	t, err := tree{}, error(nil)
	for name, d := range i.Dirs {
		h := tar.Header{Typeflag: tar.TypeDir, Mode: d.Mode, Uid: d.UID, Gid: d.GID}
		err = errors.Join(err, t.add(name, entry{header: h}))
	}
	for name, target := range i.Links {
		h := tar.Header{Typeflag: tar.TypeSymlink, Mode: 0o777, Linkname: target}
		err = errors.Join(err, t.add(name, entry{header: h}))
	}
	for name, text := range i.Text {
		h := tar.Header{Typeflag: tar.TypeReg, Mode: mode(strings.HasPrefix(text, "#!")), Size: int64(len(text))}
		err = errors.Join(err, t.add(name, entry{header: h, text: text}))
	}
	for name, host := range i.Files {
		e, err2 := hostFile(host)
		if err2 != nil {
			err2 = fmt.Errorf("%s: %w", name, err2)
		}
		err = errors.Join(err, err2, t.add(name, e))
	}
	t.addParents()
	var sorted []entry
	for _, name := range slices.Sorted(maps.Keys(t)) { // "a" is before "a/b"
		sorted = append(sorted, t[name])
	}
	return sorted, err
}

// hostFile gives a file of this machine a mode of its own: the umask that it
// was written under is no fact of the image.
func hostFile(name string) (entry, error) {
	if name == "" {
		return entry{}, errors.New("no file was built for it")
	}
	info, err := os.Stat(name)
	if err != nil {
		return entry{}, err
	}
	if !info.Mode().IsRegular() {
		return entry{}, fmt.Errorf("%s: not a file", name)
	}
	h := tar.Header{Typeflag: tar.TypeReg, Mode: mode(info.Mode()&0o111 != 0), Size: info.Size()}
	return entry{header: h, host: name}, nil
}

func mode(runs bool) int64 {
	if runs {
		return 0o755
	}
	return 0o644
}

// addParents adds the directories that nothing else says anything about.
func (t tree) addParents() {
	for _, name := range slices.Collect(maps.Keys(t)) {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, ok := t[dir]; !ok {
				h := tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755, ModTime: epoch, Format: tar.FormatPAX}
				t[dir] = entry{header: h}
			}
		}
	}
}

// writeLayer writes the layer's tar.
func writeLayer(w io.Writer, entries []entry) error {
	tw := tar.NewWriter(w)
	for _, e := range entries {
		h := e.header
		if h.Typeflag == tar.TypeDir {
			h.Name += "/"
		}
		if err := tw.WriteHeader(&h); err != nil {
			return err
		}
		if err := e.copyTo(tw); err != nil {
			return err
		}
	}
	return tw.Close()
}

func (e entry) copyTo(w io.Writer) error {
	if e.host == "" {
		_, err := io.WriteString(w, e.text)
		return err
	}
	f, err := os.Open(e.host)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("%s: %w", e.host, err)
	}
	return nil
}

// blob is what an image refers to a layer by.
type blob struct {
	sum  [sha256.Size]byte
	size int64
}

func (b blob) digest() string { return fmt.Sprintf("sha256:%x", b.sum) }

// Write counts.
func (b *blob) Write(p []byte) (int, error) {
	b.size += int64(len(p))
	return len(p), nil
}

// measure writes the layer to nowhere: its hash and size come before it in the
// archive, and keeping it would take memory or disk of the size of the image.
func measure(entries []entry) (blob, error) {
	var b blob
	h := sha256.New()
	err := writeLayer(io.MultiWriter(h, &b), entries)
	h.Sum(b.sum[:0])
	return b, err
}

// archive writes what docker load reads.
func archive(w io.Writer, ref string, config []byte, layer blob, entries []entry) error {
	name := fmt.Sprintf("%x", sha256.Sum256(config)) + ".json"
	manifest, err := json.Marshal([]any{map[string]any{
		"Config": name, "RepoTags": []string{ref}, "Layers": []string{"layer.tar"},
	}})
	if err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	for _, f := range []struct {
		name string
		text []byte
	}{{"manifest.json", manifest}, {name, config}} {
		if err := tw.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)),
			ModTime: epoch}); err != nil {
			return err
		}
		if _, err := tw.Write(f.text); err != nil {
			return err
		}
	}
	if err := tw.WriteHeader(&tar.Header{Name: "layer.tar", Mode: 0o644, Size: layer.size, ModTime: epoch}); err != nil {
		return err
	}
	if err := writeLayer(tw, entries); err != nil {
		return err
	}
	return tw.Close()
}
