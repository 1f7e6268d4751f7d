package doctor

import (
	"testing"
)

// TestThisMachine asks the kernel of the machine that runs the tests.
func TestThisMachine(t *testing.T) {
	s := ThisMachine()
	if _, known := release(s.Kernel); !known || s.Architecture == "" {
		t.Errorf("kernel %q, architecture %q", s.Kernel, s.Architecture)
	}
	text, err := s.ReadFile(fileMemory)
	if err != nil || kilobytes(string(text), "MemTotal") <= 0 {
		t.Errorf("memory: %s, %v", text, err)
	}
	free, total, err := s.Space("/")
	if err != nil || total <= 0 || free < 0 || free > total {
		t.Errorf("space: %d of %d, %v", free, total, err)
	}
	if _, _, err := s.Space("/no such directory"); err == nil {
		t.Error("space of nothing")
	}
	if _, err := s.Synchronised(); err != nil {
		t.Errorf("clock: %v", err)
	}
	got, err := s.Lookup(t.Context(), "127.0.0.1")
	if err != nil || len(got) != 1 || !got[0].Unmap().IsLoopback() {
		t.Errorf("lookup: %v, %v", got, err)
	}
}
