package doctor

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rcgen/generator/fault"
)

// TestHostWell: a good machine passes every check, here and seen from another one.
func TestHostWell(t *testing.T) {
	here, away := aHost(t), aHost(t)
	away.remote(true)
	away.ps = "chat-traefik-1\tchat\ttraefik\t0.0.0.0:80->80/tcp, [::]:80->80/tcp, 0.0.0.0:443->443/tcp\n"
	for name, h := range map[string]*hostFake{"here": here, "away": away} {
		r := Run(t.Context(), h.sources(), []string{string(Host)})
		for _, f := range r.Checks {
			if f.Result != OK {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if len(r.Checks) != len(hostChecks()) || len(r.Checks) < 16 {
			t.Errorf("%s: %d checks", name, len(r.Checks))
		}
		slices.Sort(h.asked)
		want := []string{"image inspect", "image ls", "info --format", "ps --no-trunc"}
		if name == "away" {
			want = slices.Insert(want, 0, "exec id")
		}
		if !slices.Equal(h.asked, want) {
			t.Errorf("%s: docker was asked %q, want %q", name, h.asked, want)
		}
	}
}

// TestHostWithoutProject has no project at all.
func TestHostWithoutProject(t *testing.T) {
	h := aHost(t)
	h.plan = nil
	for _, f := range Run(t.Context(), h.sources(), []string{string(Host)}).Checks {
		want := OK
		if f.ID == "dns" || f.ID == "image-architecture" {
			want = Skip
		}
		if f.Result != want {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}

// TestHostGarbage: answers that cannot be read are neither well nor a fault of the host.
func TestHostGarbage(t *testing.T) {
	h := aHost(t)
	for name := range h.files {
		h.files[name] = "\x00[x : garbage 0A 0A zz:0A 0A\n"
	}
	h.info = engineInfo{Name: h.hostname, KernelVersion: h.kernel, ServerVersion: "?", DockerRootDir: "/var/lib/docker",
		SystemTime: h.now}
	h.ps, h.images, h.inspected, h.compose = "garbage", "mongo:8.0.26", "amd64\nand more",
		"\x1b[2J"+strings.Repeat("2\n", 1000)
	for _, f := range Run(t.Context(), h.sources(), []string{string(Host)}).Checks {
		want := Skip
		if slices.Contains([]string{"clock", "dns", "docker-engine", "kernel"}, f.ID) {
			want = OK // what they asked was answered
		}
		if f.Result != want || f.Detail == "" || len(f.Detail) > 200 || strings.ContainsAny(f.Detail, "\x1b\n") {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}

// TestHostEngineDown: this machine is examined as far as it goes.
func TestHostEngineDown(t *testing.T) {
	h := aHost(t)
	h.infoErr = &fault.Error{What: "docker info: the Docker engine cannot be reached", Hint: "start it"}
	for _, f := range Run(t.Context(), h.sources(), []string{string(Host)}).Checks {
		want := OK
		switch f.ID {
		case "docker-engine":
			want = Fail
			if f.Fix != "start it" {
				t.Errorf("fix: %s", f.Fix)
			}
		case "disk", "filesystem", "image-architecture":
			want = Skip
		}
		if f.Result != want {
			t.Errorf("got %+v, want %s", f, want)
		}
		if f.ID == "cpu-count" && f.Detail != "2 cores" || f.ID == "memory" && f.Detail != "15.62GiB" {
			t.Errorf("%s: %s is not of this machine", f.ID, f.Detail)
		}
	}
}

// TestHostElsewhere: nothing of this machine is taken for one whose engine does not
// answer.
func TestHostElsewhere(t *testing.T) {
	h := aHost(t)
	h.endpoint, h.infoErr = "ssh://ops@chat1", errors.New("docker info: error during connect")
	for _, f := range Run(t.Context(), h.sources(), []string{string(Host), "plan-host"}).Checks {
		want := Skip
		switch f.ID {
		case "docker-engine":
			want = Fail
		case "dns", "docker-compose":
			want = OK
		}
		if f.Result != want {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}

// TestHostUnseen: of an engine elsewhere without a container only what it says itself
// is known, and nothing of this machine is taken for it.
func TestHostUnseen(t *testing.T) {
	for name, change := range map[string]func(*hostFake){
		"nothing runs": func(*hostFake) {},
		"no project":   noProject,
		"exec fails": func(h *hostFake) {
			h.running("traefik", "healthy")
			h.execErr = errors.New("docker exec: gone")
		},
		"no shell": func(h *hostFake) {
			h.running("rocketchat-2", "healthy")
			h.exec = ""
		},
	} {
		h := aHost(t)
		h.remote(false)
		change(h)
		for _, f := range Run(t.Context(), h.sources(), []string{"cpu-flags", "disk", "filesystem", "swap",
			"transparent-huge-pages", "max-map-count", "ports", "memory", "cpu-count", "kernel"}).Checks {
			want := Skip
			if slices.Contains([]string{"memory", "cpu-count", "kernel"}, f.ID) {
				want = OK
			}
			if f.Result != want || want == Skip && !strings.Contains(f.Fix, "doctor on") {
				t.Errorf("%s: %+v, want %s", name, f, want)
			}
		}
	}
}
