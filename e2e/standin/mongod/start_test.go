package main_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// refused starts a mongod that must end by itself, and returns its exit code and all that
// it said.
func (i *instance) refused(extra ...string) (int, string) {
	i.t.Helper()
	cmd := exec.Command(filepath.Join(binaries, "mongod"), append(i.args(), extra...)...)
	cmd.Env = append(os.Environ(), i.env...)
	if i.cmd != nil { // as the user of the test
		cmd.SysProcAttr = i.cmd.SysProcAttr
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		i.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestUnknownFlag(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	for _, extra := range [][]string{{"--oplogSize", "50"}, {"stray"}, {"--port", "x"},
		{"--wiredTigerCacheSizeGB", "-1"}} {
		if code, said := i.refused(extra...); code != 2 || !strings.Contains(said, "Error parsing command line") {
			t.Errorf("%q: exit %d, %s", extra, code, said)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	cases := map[string]struct {
		content string
		mode    os.FileMode
		says    string
	}{
		"group":    {"c2VjcmV0", 0o440, "permissions on " + i.keyFile + " are too open"},
		"others":   {"c2VjcmV0", 0o604, "permissions on " + i.keyFile + " are too open"},
		"short":    {"c2Vj\n", 0o400, "has length 4, must be between 6 and 1024 chars"},
		"long":     {strings.Repeat("A", 1025), 0o400, "has length 1025"},
		"no key":   {"not base64!", 0o400, "invalid char in key file"},
		"no owner": {"c2VjcmV0", 0o400, "belongs to user 12345"},
		"missing":  {"", 0, "no such file or directory"},
	}
	for name, c := range cases {
		if name == "no owner" && os.Geteuid() != 0 {
			continue // only root can make such a file
		}
		i.writeKey(c.content, c.mode, name == "no owner")
		if code, said := i.refused(); code != 1 || !strings.Contains(said, c.says) {
			t.Errorf("%s: exit %d, %s", name, code, said)
		}
	}
}

// writeKey puts a key file there; without a mode there is none.
func (i *instance) writeKey(content string, mode os.FileMode, foreign bool) {
	i.t.Helper()
	err := os.RemoveAll(i.keyFile)
	if mode != 0 {
		err = errors.Join(err, os.WriteFile(i.keyFile, []byte(content), 0o600), os.Chmod(i.keyFile, mode))
	}
	if foreign {
		err = errors.Join(err, os.Chown(i.keyFile, 12345, 12345))
	}
	if err != nil {
		i.t.Fatal(err)
	}
}

func TestDBPath(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	i.start()
	if code, said := i.refused(); code != 100 || !strings.Contains(said, "Another mongod instance is already running") {
		t.Errorf("second process: exit %d, %s", code, said)
	}
	if code := i.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d", code)
	}
	if content, err := os.ReadFile(filepath.Join(i.dbPath, "mongod.lock")); err != nil || len(content) != 0 {
		t.Errorf("mongod.lock after a clean end: %q, %v", content, err)
	}
	if code, said := i.refused("--dbpath", i.dbPath+"/none"); code != 100 || !strings.Contains(said, "NonExistentPath") {
		t.Errorf("no such directory: exit %d, %s", code, said)
	}
	i.asNobody()
	if code, said := i.refused(); code != 100 || !strings.Contains(said, "create a lock file on a read-only directory") {
		t.Errorf("not writable: exit %d, %s", code, said)
	}
	if err := os.Chmod(i.keyFile, 0); err != nil {
		t.Fatal(err)
	}
	if code, said := i.refused(); code != 1 || !strings.Contains(said, "error opening file") {
		t.Errorf("key file not readable: exit %d, %s", code, said)
	}
}

// asNobody takes the right to write from the user of the test, for root by being another.
func (i *instance) asNobody() {
	i.t.Helper()
	const nobody = 65534
	mode := os.FileMode(0o500)
	if os.Geteuid() == 0 {
		mode = 0o755
		i.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := os.Chown(i.keyFile, nobody, nobody); err != nil {
			i.t.Fatal(err)
		}
		for _, dir := range []string{binaries, filepath.Dir(filepath.Dir(i.dbPath)), filepath.Dir(filepath.Dir(i.keyFile))} {
			if err := os.Chmod(dir, 0o711); err != nil {
				i.t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(i.dbPath, mode); err != nil {
		i.t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(i.dbPath, "mongod.lock")); err != nil && os.Geteuid() == 0 {
		i.t.Fatal(err)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	i := newInstance(t)
	l, err := net.Listen("tcp", fmt.Sprintf("0.0.0.0:%d", i.port))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if code, said := i.refused(); code != 48 || !strings.Contains(said, "address already in use") {
		t.Errorf("exit %d, %s", code, said)
	}
}
