package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLayer(t *testing.T) {
	entries, err := sample(t).entries()
	if err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	if err := writeLayer(&layer, entries); err != nil {
		t.Fatal(err)
	}
	want := `bin/ 755 0:0
bin/busybox 755 0:0 "program"
bin/sh -> /bin/busybox
data/ 755 0:0
data/db/ 700 999:998
etc/ 755 0:0
etc/list 644 0:0 "plain"
etc/motd 644 0:0 "hello\n"
etc/start 755 0:0 "#!/bin/sh\n"
tmp/ 1777 0:0
`
	if got := listing(t, &layer); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// sample has something of each kind. The host files' modes are odd on purpose.
func sample(t *testing.T) Image {
	t.Helper()
	program, list := filepath.Join(t.TempDir(), "program"), filepath.Join(t.TempDir(), "list")
	if err := errors.Join(os.WriteFile(program, []byte("program"), 0o700),
		os.WriteFile(list, []byte("plain"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return Image{
		Ref:   "rcgen-e2e/sample:1",
		Files: map[string]string{"/bin/busybox": program, "/etc/list": list},
		Text:  map[string]string{"/etc/motd": "hello\n", "/etc/start": "#!/bin/sh\n"},
		Dirs:  map[string]Dir{"/data/db": {999, 998, 0o700}, "/tmp": {Mode: 0o1777}},
		Links: map[string]string{"/bin/sh": "/bin/busybox"},
	}
}

func listing(t *testing.T, r io.Reader) string {
	t.Helper()
	var b strings.Builder
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeSymlink {
			fmt.Fprintf(&b, "%s -> %s\n", h.Name, h.Linkname)
			continue
		}
		fmt.Fprintf(&b, "%s %o %d:%d", h.Name, h.Mode, h.Uid, h.Gid)
		if h.Typeflag == tar.TypeReg {
			text, err := io.ReadAll(tr)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, " %q", text)
		}
		b.WriteByte('\n')
	}
}

func TestEntriesRefuse(t *testing.T) {
	for name, i := range map[string]Image{
		"relative": {Text: map[string]string{"etc/motd": ""}},
		"root":     {Dirs: map[string]Dir{"/": {}}},
		"twice":    {Text: map[string]string{"/etc/motd": ""}, Links: map[string]string{"/etc/../etc/motd": "x"}},
		"unbuilt":  {Files: map[string]string{"/bin/node": ""}},
		"absent":   {Files: map[string]string{"/bin/node": "/nonexistent"}},
		"no file":  {Files: map[string]string{"/bin/node": t.TempDir()}},
	} {
		if _, err := i.entries(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestArchive holds the parts of what docker reads against each other.
func TestArchive(t *testing.T) {
	i := sample(t)
	i.User, i.Volumes = "65533:65533", []string{"/data/db"}
	files := untar(t, archived(t, i))
	var manifest []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest) != 1 || manifest[0].RepoTags[0] != i.Ref || files[manifest[0].Layers[0]] == nil {
		t.Errorf("manifest: %+v", manifest)
	}
	var config struct {
		Config struct {
			User    string
			Env     []string
			Labels  map[string]string
			Volumes map[string]struct{}
		}
	}
	if err := json.Unmarshal(files[manifest[0].Config], &config); err != nil {
		t.Fatal(err)
	}
	c := config.Config
	_, volume := c.Volumes["/data/db"]
	if c.User != i.User || !volume || c.Labels[mark] != "1" || c.Labels[contentLabel] == "" ||
		!strings.HasPrefix(c.Env[0], "PATH=/") {
		t.Errorf("config: %+v", c)
	}
}

func untar(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for tr := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(tr); err != nil {
			t.Fatal(err)
		}
	}
}

func archived(t *testing.T, i Image) []byte {
	t.Helper()
	entries, err := i.entries()
	if err != nil {
		t.Fatal(err)
	}
	layer, err := measure(entries)
	if err != nil {
		t.Fatal(err)
	}
	config, _, err := i.config(layer)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := archive(&b, i.Ref, config, layer, entries); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestContent: equal images are equal byte for byte, under any name; every
// change changes the label that Load compares.
func TestContent(t *testing.T) {
	i := sample(t)
	if !bytes.Equal(archived(t, i), archived(t, i)) {
		t.Error("the same image twice differs")
	}
	first := content(t, i)
	if content(t, i.As("rcgen-e2e/sample:2")) != first {
		t.Error("the name changes the content")
	}
	other := i.As(i.Ref)
	other.Env = map[string]string{"HOME": "/tmp"}
	if content(t, other) == first {
		t.Error("Env does not change the content")
	}
	if err := os.WriteFile(i.Files["/etc/list"], []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content(t, i) == first {
		t.Error("a host file does not change the content")
	}
}

func content(t *testing.T, i Image) string {
	t.Helper()
	entries, err := i.entries()
	if err != nil {
		t.Fatal(err)
	}
	layer, err := measure(entries)
	if err != nil {
		t.Fatal(err)
	}
	_, label, err := i.config(layer)
	if err != nil {
		t.Fatal(err)
	}
	return label
}
