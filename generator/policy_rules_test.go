package generator

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// The policy is what an auditor asks of containers: the points of the CIS Docker
// Benchmark v1.6.0 that a Compose file decides, most of them from section 5, and
// four of rcgen's own. Not decided there: 5.1 (swarm mode), 5.7 (sshd in an image),
// 5.19 (ulimits "if needed"), 5.23 and 5.24 (docker exec).

// rule is one point of the policy. faults returns what a service does against it,
// each in a word that an exemption can name.
type rule struct {
	point  string // number in the benchmark, or a name of rcgen's own
	title  string
	faults func(p *types.Project, s types.ServiceConfig) []string
}

var policy = []rule{
	{"4.1", "Ensure that a user for the container has been created",
		func(_ *types.Project, s types.ServiceConfig) []string {
			user, _, _ := strings.Cut(s.User, ":")
			return unless(user != "" && user != "0" && user != "root", "user "+s.User)
		}},
	{"5.2", "Ensure that, if applicable, an AppArmor Profile is enabled", unconfined("apparmor")},
	{"5.3", "Ensure that, if applicable, SELinux security options are set", unconfined("label")},
	{"5.4", "Ensure that Linux kernel capabilities are restricted within containers",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return append(unless(slices.Contains(s.CapDrop, "ALL"), "keeps the default"), s.CapAdd...)
		}},
	{"5.5", "Ensure that privileged containers are not used", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(!s.Privileged, "privileged")
	}},
	{"5.6", "Ensure sensitive host system directories are not mounted on containers", hostDirectories},
	{"5.8", "Ensure privileged ports are not mapped within containers",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return published(s, func(p types.ServicePortConfig) bool {
				n, err := strconv.Atoi(p.Published)
				return err != nil || n < 1024
			})
		}},
	{"5.9", "Ensure that only needed ports are open on the container",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return published(s, func(types.ServicePortConfig) bool { return true })
		}},
	{"5.10", "Ensure that the host's network namespace is not shared",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.NetworkMode != "host", "network_mode host")
		}},
	{"5.11", "Ensure that the memory usage for containers is limited",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.MemLimit > 0, "no mem_limit")
		}},
	{"5.12", "Ensure that CPU priority is set appropriately on containers",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.CPUS > 0, "no cpus")
		}},
	{"5.13", "Ensure that the container's root filesystem is mounted as read only",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.ReadOnly, "writable")
		}},
	{"5.14", "Ensure that incoming container traffic is bound to a specific host interface",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return published(s, func(p types.ServicePortConfig) bool {
				return p.HostIP == "" || p.HostIP == "0.0.0.0" || p.HostIP == "::"
			})
		}},
	{"5.15", "Ensure that the 'on-failure' container restart policy is set to '5'",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.Restart == "on-failure:5", "restart "+s.Restart)
		}},
	{"5.16", "Ensure that the host's process namespace is not shared",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.Pid == "", "pid "+s.Pid)
		}},
	{"5.17", "Ensure that the host's IPC namespace is not shared", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(s.Ipc == "", "ipc "+s.Ipc)
	}},
	{"5.18", "Ensure that host devices are not directly exposed to containers",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(len(s.Devices)+len(s.DeviceCgroupRules)+len(s.Gpus) == 0, "devices")
		}},
	{"5.20", "Ensure mount propagation mode is not set to shared", func(_ *types.Project, s types.ServiceConfig) []string {
		return faultyMounts(s, func(v types.ServiceVolumeConfig) bool {
			return v.Bind == nil || !strings.Contains(v.Bind.Propagation, "shared")
		})
	}},
	{"5.21", "Ensure that the host's UTS namespace is not shared", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(s.Uts == "", "uts "+s.Uts)
	}},
	{"5.22", "Ensure the default seccomp profile is not Disabled", unconfined("seccomp")},
	{"5.25", "Ensure that cgroup usage is confirmed", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(s.CgroupParent == "" && s.Cgroup != "host", "another cgroup")
	}},
	{"5.26", "Ensure that the container is restricted from acquiring additional privileges",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(slices.Contains(s.SecurityOpt, "no-new-privileges:true"), "may gain privileges")
		}},
	{"5.27", "Ensure that container health is checked at runtime", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 1, "no healthcheck")
	}},
	{"5.28", "Ensure that Docker commands always make use of the latest version of their image",
		func(_ *types.Project, s types.ServiceConfig) []string {
			_, tag, found := strings.Cut(path.Base(s.Image), ":") // the benchmark asks for a pinned version
			return unless(found && tag != "latest" && strings.ContainsAny(tag, "0123456789"), "image "+s.Image)
		}},
	{"5.29", "Ensure that the PIDs cgroup limit is used", func(_ *types.Project, s types.ServiceConfig) []string {
		return unless(s.PidsLimit > 0, "no pids_limit")
	}},
	{"5.30", "Ensure that Docker's default bridge 'docker0' is not used",
		func(_ *types.Project, s types.ServiceConfig) []string {
			_, byDefault := s.Networks["default"]
			return unless(s.NetworkMode == "" && len(s.Networks) > 0 && !byDefault, "a default network")
		}},
	{"5.31", "Ensure that the host's user namespaces are not shared",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return unless(s.UserNSMode == "", "userns_mode "+s.UserNSMode)
		}},
	{"5.32", "Ensure that the Docker socket is not mounted inside any containers",
		func(_ *types.Project, s types.ServiceConfig) []string {
			return append(unless(!s.UseAPISocket, "use_api_socket"),
				faultyMounts(s, func(v types.ServiceVolumeConfig) bool {
					return !strings.Contains(v.Source+v.Target,
						"docker.sock")
				})...)
		}},
	{"logs", "json-file keeps everything without max-size (docs.docker.com, JSON File logging driver)",
		func(_ *types.Project, s types.ServiceConfig) []string {
			l := s.Logging
			return unless(l != nil && l.Driver == "json-file" && l.Options["max-size"] != "" && l.Options["max-file"] != "",
				"unbounded")
		}},
	{"mounts", "what comes from the project is read, not written, and what is written is kept or bounded", storage},
	{"internal", "no way out of the networks, but for what needs one",
		func(p *types.Project, s types.ServiceConfig) []string {
			return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Networks)),
				func(name string) bool { return bool(p.Networks[name].Internal) })
		}},
	{"inlets", "only what Traefik and Prometheus must reach shares a network with them",
		func(_ *types.Project, s types.ServiceConfig) []string {
			_, edge := s.Networks["edge"]
			_, backend := s.Networks["backend"]
			return unless(!edge || !backend, "edge and backend")
		}},
}

func unless(good bool, fault string) []string {
	if good {
		return nil
	}
	return []string{fault}
}

// unconfined finds a confinement that is switched off, in either notation.
func unconfined(kind string) func(*types.Project, types.ServiceConfig) []string {
	return func(_ *types.Project, s types.ServiceConfig) []string {
		return slices.DeleteFunc(slices.Clone(s.SecurityOpt), func(opt string) bool {
			value, found := strings.CutPrefix(strings.Replace(opt, "=", ":", 1), kind+":")
			return !found || value != "unconfined" && value != "disable"
		})
	}
}

// hostDirectories names every directory of the host outside the project: the
// benchmark's list (/, /boot, /dev, /etc, /lib, /proc, /sys, /usr) and all others.
func hostDirectories(_ *types.Project, s types.ServiceConfig) []string {
	return faultyMounts(s, func(v types.ServiceVolumeConfig) bool {
		clean := path.Clean(v.Source)
		return v.Type != types.VolumeTypeBind || !path.IsAbs(clean) && !strings.HasPrefix(clean, "..") &&
			!strings.HasPrefix(clean, "~")
	})
}

func faultyMounts(s types.ServiceConfig, good func(types.ServiceVolumeConfig) bool) []string {
	var faults []string
	for _, v := range s.Volumes {
		if !good(v) {
			faults = append(faults, v.Source)
		}
	}
	return faults
}

func published(s types.ServiceConfig, bad func(types.ServicePortConfig) bool) []string {
	var faults []string
	for _, p := range s.Ports {
		if bad(p) {
			faults = append(faults, p.Published)
		}
	}
	return faults
}

// imageVolumes are the volumes of images: without a mount each container leaves an
// anonymous one behind (the Dockerfiles of docker-library/mongo, RocketChat/
// Rocket.Chat, prometheus/prometheus and prometheus/alertmanager).
var imageVolumes = map[string][]string{
	"mongo":        {"/data/db", "/data/configdb"},
	"rocket.chat":  {"/app/uploads"},
	"prometheus":   {"/prometheus"},
	"alertmanager": {"/alertmanager"},
}

func storage(_ *types.Project, s types.ServiceConfig) []string {
	faults := faultyMounts(s, func(v types.ServiceVolumeConfig) bool {
		return v.Type != types.VolumeTypeBind ||
			v.ReadOnly
	})
	var covered []string
	for _, v := range s.Volumes {
		covered = append(covered, v.Target)
		if v.Type == types.VolumeTypeVolume && v.Source == "" {
			faults = append(faults, "anonymous volume")
		}
	}
	for _, tmpfs := range s.Tmpfs {
		target, options, _ := strings.Cut(tmpfs, ":")
		covered = append(covered, target)
		if !strings.Contains(options, "size=") { // else half of the host's memory (docs.kernel.org, tmpfs)
			faults = append(faults, "tmpfs without size")
		}
	}
	name, _, _ := strings.Cut(path.Base(s.Image), ":")
	for _, target := range imageVolumes[name] {
		if !slices.Contains(covered, target) {
			faults = append(faults, "anonymous volume")
		}
	}
	return faults
}
