package generator

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// written are rcgen.yaml files that are all right, each written in another way
// that people write YAML in. In all of them users is 3000.
var written = map[string]string{
	"as rcgen writes it":    "version: 1\nproject: rocketchat\nusers: 3000\nrelease: 8.9.1\ndomain: localhost\ntls:\n  mode: 'off'\nhost:\n  cores: 8\n  memory: 32GiB\n",
	"comments":              "# users: 1\nversion: 1 # users: 2\nproject: a\n\nusers: 3000 # users: 4, was 2000\n# instances: 9\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n# users: 5",
	"users first":           "users: 3000\ninstances: 4\nversion: 1\nproject: a\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"users last, no end":    "version: 1\nproject: a\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\nusers: 3000",
	"instances last":        "version: 1\nproject: a\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\nusers: 3000\ninstances: 12 # as agreed",
	"blank lines":           "\n\nversion: 1\n\nproject: a\n\n\nusers: 3000\n\nrelease: 8.9.1\n\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n\n\n",
	"lines of Windows":      "version: 1\r\nproject: a\r\nusers: 3000\r\nrelease: 8.9.1\r\ndomain: localhost\r\ntls: {mode: off}\r\nhost: {cores: 8, memory: 32GiB}\r\n",
	"spaces":                "version:   1\nproject:  a\nusers:     3000   \ninstances  : 7 \nrelease:   8.9.1\ndomain:    localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"quoted keys":           "\"version\": 1\n'project': 'a'\n\"users\": 3000\n'instances': 5\nrelease: \"8.9.1\"\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"flow":                  "{version: 1, project: a, users: 3000, release: 8.9.1, domain: localhost, tls: {mode: off}, host: {cores: 8, memory: 32GiB}}\n",
	"flow, instances":       "{version: 1, project: a, users: 3000, instances: 3, release: 8.9.1, domain: localhost, tls: {mode: off}, host: {cores: 8, memory: 32GiB}}\n",
	"flow on many lines":    "{\n  version: 1,\n  project: a,\n  users: 3000,\n  instances: 3,\n  release: 8.9.1, domain: localhost,\n  tls: {mode: off},\n  host: {cores: 8, memory: 32GiB}\n}\n",
	"flow, not only ASCII":  "{version: 1, project: a, tls: {mode: off, email: 'zürich-größe'}, users: 3000, release: 8.9.1, domain: localhost, host: {cores: 8, memory: 32GiB}}\n",
	"value on its own line": "version: 1\nproject: a\nusers:\n  3000\ninstances:\n  3\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"other notations":       "version: 1\nproject: a\nusers: 0xBB8\ninstances: 0b11\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"tagged":                "version: 1\nproject: a\nusers: !!int \"3000\"\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"anchors":               "version: 1\nproject: a\nusers: &u 3000\nconcurrent: *u\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"anchor above":          "version: 1\nproject: a\nusers: &u\n  0x0000000BB8\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"merged":                "<<: {users: 3000, instances: 3}\nversion: 1\nproject: a\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"document marks":        "%YAML 1.1\n---\nversion: 1\nproject: a\nusers: 3000\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n...\n",
	"byte order mark":       "\uFEFFversion: 1\nproject: a\nusers: 3000\nrelease: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"lines of old Macs":     "version: 1\rproject: a\rusers: 3000\rrelease: 8.9.1\rdomain: localhost\rtls: {mode: off}\rhost: {cores: 8, memory: 32GiB}\r",
	"line separators":       "version: 1\u2028project: a\u2028users: 3000\u0085release: 8.9.1\ndomain: localhost\ntls: {mode: off}\nhost: {cores: 8, memory: 32GiB}\n",
	"many keys":             "version: 1\nproject: a\nusers: 3000\nconcurrency: 0.25\nconcurrent: 700\ninstances: 6\nprofile: own.yaml\nedition: licensed\nrelease: 9.0.0-rc.1\ndomain: chat.yourcompany.com\ntls:\n  mode: acme\n  email: ops@yourcompany.com\n  server: https://acme.yourcompany.com/directory\nmongodb:\n  external: true\nhost:\n  cores: 8\n  memory: 33333333333\n",
}

// allWritten are written and the file in the reference, which uses every section.
func allWritten(tb testing.TB) map[string]string {
	tb.Helper()
	_, rest, _ := strings.Cut(string(must(os.ReadFile(filepath.Join(examplesDir, "reference.md")))(tb)), "```yaml\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		tb.Fatal("the reference holds no example")
	}
	all := maps.Clone(written)
	all["every section"] = example
	return all
}

func TestDecodeRequestWritten(t *testing.T) {
	for name, text := range allWritten(t) {
		r, err := DecodeRequest([]byte(text))
		if err != nil || r.Users != 3000 {
			t.Errorf("%s: got %d users, error %v", name, r.Users, err)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for _, text := range allWritten(f) {
		f.Add([]byte(text))
	}
	for _, c := range undecodable {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeRequest(data)
		if err != nil {
			return // that it did not panic is all
		}
		again, err := NewRequestFile(r)
		if err != nil {
			t.Fatalf("NewRequestFile(%+v): %v", r, err)
		}
		if back, err := DecodeRequest(again); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("decoded %+v, wrote\n%s\nand decoded %+v, error %v", r, again, back, err)
		}
	})
}

func TestSetSizeWritten(t *testing.T) {
	for name, text := range allWritten(t) {
		t.Run(name, func(t *testing.T) {
			for _, c := range [][2]int{{3000, 0}, {400, 0}, {4000, 5}, {1_000_000, 1000}, {3000, 12}} {
				setSize(t, []byte(text), c[0], c[1])
			}
		})
	}
}

func FuzzSetSize(f *testing.F) {
	for _, text := range allWritten(f) {
		f.Add([]byte(text), 400, 0)
		f.Add([]byte(text), 123456, 7)
	}
	f.Fuzz(func(t *testing.T, data []byte, users, instances int) {
		if len(data) < 1<<12 { // the comparison of lines is quadratic
			setSize(t, data, users, instances)
		}
	})
}

// setSize checks that a change of size is refused, or says what was wanted and
// leaves every other line as it was.
func setSize(t *testing.T, data []byte, users, instances int) {
	t.Helper()
	defer func() { // one file must not keep the others from being tried
		if p := recover(); p != nil {
			t.Errorf("%q to %d, %d: panic: %v", data, users, instances, p)
		}
	}()
	before := bytes.Clone(data)
	want, err := DecodeRequest(data)
	out, setErr := SetSize(data, users, instances)
	if !bytes.Equal(data, before) {
		t.Fatalf("%q: the argument was changed to %q", before, data)
	}
	if setErr != nil {
		if out != nil {
			t.Errorf("%q: an error and content: %v", data, setErr)
		}
		return
	}
	if err != nil {
		t.Fatalf("%q: was changed and does not decode: %v", data, err)
	}
	want.Users, want.Instances = users, instances
	if got, err := DecodeRequest(out); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q to %d, %d: got %q, which decodes to %+v, error %v", data, users, instances, out, got, err)
	}
	was, is := wholeLines(data), wholeLines(out)
	kept := commonLines(was, is)
	if len(was)-kept > 2 || len(is)-kept > 2 {
		t.Errorf("%q to %d, %d: more than the lines of users and instances changed: %q", data, users, instances, out)
	}
}

// wholeLines splits text into lines with their ends; a last line without one is
// given it, since a line that is added below needs it.
func wholeLines(text []byte) []string {
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n")+"\n", "\n")
}

// commonLines returns the length of the longest common subsequence.
func commonLines(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		before := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = before + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			before = above
		}
	}
	return row[len(b)]
}
