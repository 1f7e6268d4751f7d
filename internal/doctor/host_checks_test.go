package doctor

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
)

func TestHostHardware(t *testing.T) {
	testHost(t, map[string]hostCase{
		"enough": {"cpu-count", nil, OK, "8 cores", ""},
		"one": {"cpu-count", func(h *hostFake) { h.info.NCPU = 1 }, Warn, "1 core; Rocket.Chat's vendor asks for 2",
			"--cores"},
		"avx": {"cpu-flags", nil, OK, "AVX, as MongoDB 8.0 needs", ""},
		"avx2 only": {"cpu-flags", file(fileCPU, "flags : fpu avx2\n"), Fail,
			"no AVX: MongoDB 8.0 ends with an illegal instruction", "CPU type host"},
		"no flags":   {"cpu-flags", file(fileCPU, "processor : 0\n"), Skip, "flags", ""},
		"unreadable": {"cpu-flags", func(h *hostFake) { delete(h.files, fileCPU) }, Skip, "not exist", "run rcgen doctor on"},
		"arm":        {"cpu-flags", both(arm, file(fileCPU, armCPU)), OK, "ARMv8.2-A", ""},
		"raspberry pi 4": {"cpu-flags", both(arm, file(fileCPU, "Features : fp asimd evtstrm crc32 cpuid\n")), Fail,
			"no ARMv8.2-A", "mongodb.external"},
		"risc": {"cpu-flags", func(h *hostFake) { h.info.Architecture = "riscv64" }, Fail,
			"riscv64: MongoDB's image", "another machine"},
		"elsewhere": {"cpu-flags", both(of(t, external), file(fileCPU, "")), Skip,
			"MongoDB is not on this host", ""},
		"memory":     {"memory", nil, OK, "32GiB", ""},
		"4 GB model": {"memory", ram(3.8), OK, "3.8GiB", ""},
		"2 GB": {"memory", ram(1.9), Warn, "1.9GiB; for 25 users at once the vendor asks for 4GiB",
			"more memory"},
		"2 GB, database elsewhere": {"memory", both(of(t, external), ram(1.9)), OK, "1.9GiB", ""},
		"1 GB":                     {"memory", ram(1), Fail, "1GiB; Rocket.Chat alone needs 2GiB", "more memory"},
	})
}

func arm(h *hostFake) { h.info.Architecture = "aarch64" }

func ram(gib float64) func(*hostFake) {
	return func(h *hostFake) { h.info.MemTotal = int64(gib * (1 << 30)) }
}

func TestHostKernelSettings(t *testing.T) {
	seven := of(t, func(r *generator.Request) { r.Release, r.MongoDB.Version = "7.13.0", "7.0" })
	used := "SwapTotal: 2097152 kB\nSwapFree: 1000000 kB\n"
	testHost(t, map[string]hostCase{
		"little used": {"swap", nil, OK, "94.88MiB of 2GiB are in use, vm.swappiness is 1", ""},
		"none": {"swap", file(fileMemory, "SwapTotal: 0 kB\nSwapFree: 0 kB\n"), Warn, "no swap space",
			"vm.swappiness=1"},
		"half used": {"swap", file(fileMemory, used), Warn, "1.046GiB of 2GiB swap are in use", "docker stats"},
		"eager": {"swap", file(fileSwappiness, "60\n"), Warn, "vm.swappiness is 60, MongoDB asks for 1",
			"sysctl -w vm.swappiness=1"},
		"eager, no database": {"swap", both(of(t, external), file(fileSwappiness, "60\n")), OK, "2GiB are in use", ""},
		"no number":          {"swap", file(fileSwappiness, "many"), Skip, "does not hold a number", ""},
		"always, 8.0":        {"transparent-huge-pages", nil, OK, "always, as MongoDB 8.0 wants it", ""},
		"madvise, 8.0": {"transparent-huge-pages", file(fileHugePages, "always [madvise] never\n"), Warn,
			"madvise; MongoDB 8.0 uses its memory better with always", "transparent_hugepage=always"},
		"never, 8.0": {"transparent-huge-pages", file(fileHugePages, "always madvise [never]"), Warn,
			"never; MongoDB 8.0", "=always"},
		"always, 7.0": {"transparent-huge-pages", seven, Warn, "always; MongoDB 7.0 is slower with them",
			"transparent_hugepage=never"},
		"madvise, 7.0": {"transparent-huge-pages", both(seven, file(fileHugePages, "always [madvise] never")), OK,
			"madvise, as MongoDB 7.0", ""},
		"no such kernel": {"transparent-huge-pages", func(h *hostFake) { delete(h.files, fileHugePages) }, Skip,
			"cannot be seen", "doctor"},
		"maps": {"max-map-count", nil, OK, "1048576", ""},
		"few maps": {"max-map-count", file(fileMaxMaps, "65530\n"), Warn, "65530; MongoDB asks for 128000",
			"sysctl -w vm.max_map_count=1677720"},
		"no maps": {"max-map-count", file(fileMaxMaps, ""), Skip, "does not hold a number", ""},
	})
}

func TestHostKernel(t *testing.T) {
	kernel := func(is string) func(*hostFake) {
		return func(h *hostFake) { h.kernel, h.info.KernelVersion = is, is }
	}
	image := func(reference string) func(*hostFake) {
		return func(h *hostFake) {
			for i := range h.plan.Services {
				if h.plan.Services[i].Name == stack.MongoDBService {
					h.plan.Services[i].Image = reference
				}
			}
		}
	}
	seven := of(t, func(r *generator.Request) { r.Release, r.MongoDB.Version = "7.13.0", "7.0" })
	testHost(t, map[string]hostCase{
		"usual":     {"kernel", nil, OK, "Linux 6.1.0-18-amd64", ""},
		"wsl":       {"kernel", kernel("5.15.153.1-microsoft-standard-WSL2"), OK, "5.15.153.1", ""},
		"centos 7":  {"kernel", kernel("3.10.0-1160.el7.x86_64"), Warn, "made for 4.18", "upgrade"},
		"ancient":   {"kernel", kernel("2.6.32"), Fail, "Docker needs 3.10", "upgrade"},
		"last good": {"kernel", kernel("6.18.44"), OK, "6.18.44", ""},
		"first bad": {"kernel", kernel("6.19.0-2-amd64"), Fail, "from 6.19 to 7.0.13 MongoDB 8.0 crashes",
			"GLIBC_TUNABLES"},
		"ubuntu 26.04": {"kernel", kernel("7.0.0-30-generic"), Fail, "SERVER-121912", "before 6.19, or from 7.0.14 on"},
		"no project":   {"kernel", both(noProject, kernel("7.0.0-30-generic")), Fail, "MongoDB 8.0", ""},
		"runs anyhow": {"kernel", both(kernel("7.0.0-30-generic"), func(h *hostFake) { h.running("mongodb", "healthy") }),
			Warn, "it runs now", "before 6.19"},
		"crash loop": {"kernel", both(kernel("7.0.0-30-generic"), func(h *hostFake) { h.running("mongodb", "starting") }),
			Fail, "crashes", ""},
		"other engine": {"kernel", both(seven, kernel("7.0.0-30-generic")), OK, "MongoDB 7.0 runs on it", ""},
		"elsewhere":    {"kernel", both(of(t, external), kernel("7.0.0-30-generic")), OK, "7.0.0", ""},
		"cured, strict image": {"kernel", both(kernel("7.1.5-arch1-2"), image("mongo:8.0.28")), Warn,
			"MongoDB 8.0.28 may refuse to start on it (docker-library/mongo#765)", "later image"},
		"cured, strict image runs": {"kernel", both(kernel("7.1.5"), image("mongo:8.0.28"),
			func(h *hostFake) { h.running("mongodb", "healthy") }), OK, "7.1.5", ""},
		"cured":    {"kernel", both(kernel("7.0.14"), image("mongo:8.0.30")), OK, "7.0.14", ""},
		"nonsense": {"kernel", kernel("darwin"), Skip, "not known", "run rcgen doctor"},
	})
}

func TestHostClock(t *testing.T) {
	off := func(d time.Duration) func(*hostFake) {
		return func(h *hostFake) { h.info.SystemTime = h.now.Add(d) }
	}
	away := func(h *hostFake) { h.remote(true) }
	testHost(t, map[string]hostCase{
		"right": {"clock", nil, OK, "a program keeps it right", ""},
		"kept by nobody": {"clock", func(h *hostFake) { h.unsynced = true }, Warn, "nothing keeps the clock right",
			"timedatectl set-ntp true"},
		"a second":     {"clock", both(away, off(time.Second)), OK, "as this one", ""},
		"three behind": {"clock", both(away, off(-3*time.Second)), Warn, "differ by 3s", "timedatectl"},
		"minutes ahead": {"clock", both(away, off(2*time.Minute)), Fail, "differ by 2m0s: one-time passwords",
			"timedatectl"},
		"tells no time": {"clock", both(away, func(h *hostFake) { h.info.SystemTime = time.Time{} }), Skip,
			"does not tell its time", "doctor on"},
		"no time, but here": {"clock", func(h *hostFake) { h.info.SystemTime = time.Time{} }, OK, "keeps it right", ""},
	})
}

func TestHostDisk(t *testing.T) {
	free := func(gib float64) func(*hostFake) {
		return func(h *hostFake) { h.free = int64(gib * (1 << 30)) }
	}
	mounted := func(kind string) func(*hostFake) {
		return file(fileMounts, "27 1 254:0 / / rw - "+kind+" /dev/vda rw\n")
	}
	over := func(text string) func(*hostFake) {
		return func(h *hostFake) {
			h.remote(true)
			h.exec = "== df\n" + text
		}
	}
	cases := map[string]hostCase{
		"roomy": {"disk", nil, OK, "800GiB of 1000GiB are free (80%)", ""},
		"a year": {"disk", both(free(120), of(t, func(r *generator.Request) { r.Users = 20000 })), Warn,
			"the plan reckons with up to", "rcgen explain"},
		"alert": {"disk", free(99), Warn, "99GiB of 1000GiB are free (10%): less than the alert HostDiskFree",
			"docker system df"},
		"full": {"disk", free(49), Fail, "(5%): MongoDB stops when it is full", "docker image prune"},
		"small, full": {"disk", both(over("F Type\n/dev/vdb xfs 10485760 0 2000000 19% /data/db\n")), Fail,
			"1.907GiB of 10GiB are free (19%)", "larger disk"},
		"no project": {"disk", both(noProject, free(99)), Warn, "less than the alert", ""},
		"closed": {"disk", func(h *hostFake) { h.spaceErr = errors.New("permission denied") }, Skip, "permission denied",
			"run rcgen doctor"},
		"size 0":    {"disk", over("F Type\n/dev/vdb xfs 0 0 0 19% /data/db\n"), Skip, "no size", ""},
		"remote":    {"disk", over(df), OK, "637.4GiB of 1000GiB", ""},
		"remote ko": {"disk", over("df: unrecognised option\n"), Skip, "another machine", "rcgen apply"},

		"xfs":     {"filesystem", nil, OK, "xfs", ""},
		"ext4":    {"filesystem", mounted("ext4"), OK, "ext4; XFS suits MongoDB even better", ""},
		"overlay": {"filesystem", mounted("overlay"), Skip, "in a container itself", "on the host"},
		"memory":  {"filesystem", mounted("tmpfs"), Fail, "gone after a restart", "local disk"},
		"by df":   {"filesystem", over(df), OK, "xfs", ""},
		"nowhere": {"filesystem", file(fileMounts, ""), Skip, "no file system is mounted", ""},
	}
	for _, kind := range []string{"nfs4", "cifs", "9p", "ntfs3", "fuseblk", "fuse.sshfs", "virtiofs", "vboxsf"} {
		cases[kind] = hostCase{"filesystem", mounted(kind), Fail, kind + ": MongoDB wants a local file system", "data-root"}
	}
	for _, kind := range []string{"btrfs", "zfs", "f2fs"} {
		cases[kind] = hostCase{"filesystem", mounted(kind), Warn, kind + ": MongoDB is made for XFS and ext4", "data-root"}
	}
	testHost(t, cases)
}

func TestHostPorts(t *testing.T) {
	ps := func(lines string) func(*hostFake) { return func(h *hostFake) { h.ps = lines } }
	tcp := func(lines string) func(*hostFake) { return file(fileTCP, sockets+lines) }
	const own = "chat-traefik-1\tchat\ttraefik\t0.0.0.0:80->80/tcp, :::80->80/tcp, 0.0.0.0:443->443/tcp\n"
	const bound = " 3: 00000000:0050 0:0 0A\n 4: 00000000:01BB 0:0 0A\n"
	plain := of(t, nil) // localhost, no TLS
	down := func(h *hostFake) { h.infoErr = errors.New("docker: down") }
	testHost(t, map[string]hostCase{
		"free": {"ports", nil, OK, "free: 80 and 443", ""},
		"own":  {"ports", both(ps(own), tcp(bound)), OK, "80 and 443: this project's Traefik", ""},
		"half own": {"ports", ps("chat-traefik-1\tchat\ttraefik\t0.0.0.0:80->80/tcp\n"), OK,
			"this project's Traefik: 80; free: 443", ""},
		"another project": {"ports",
			ps("old-traefik-1\told\ttraefik\t0.0.0.0:80->80/tcp, 0.0.0.0:443->443/tcp\n"), Fail,
			"80 is taken by container old-traefik-1, 443 is taken by", "docker ps"},
		"not Traefik": {"ports", ps("web\tchat\tnginx\t0.0.0.0:440-450->440-450/tcp\n"), Fail,
			"443 is taken by container web", ""},
		"udp is not tcp": {"ports", ps("quic\t\t\t0.0.0.0:443->443/udp\n"), OK, "free: 80 and 443", ""},
		"a program": {"ports", tcp(" 3: 00000000:0050 0:0 0A\n"), Fail,
			"80 is taken by a program of the machine", "ss -ltnp"},
		"by IPv6": {"ports", file(fileTCP6, " 0: 00000000000000000000000000000000:01BB 0:0 0A\n"), Fail,
			"443 is taken by a program", "tls.proxies"},
		"no TLS, 443 is another's":      {"ports", both(plain, ps("web\t\t\t0.0.0.0:443->443/tcp\n")), OK, "free: 80", ""},
		"localhost, on another address": {"ports", both(plain, tcp(" 3: 0100A8C0:0050 0:0 0A\n")), OK, "free: 80", ""},
		"localhost, on every address":   {"ports", both(plain, tcp(" 3: 00000000:0050 0:0 0A\n")), Fail, "80 is taken", ""},
		"no engine, taken": {"ports", both(down, tcp(bound)), Skip, "the engine does not say by which",
			"docker-engine"},
		"no engine, free": {"ports", down, OK,
			"no program listens on 80 and 443; what containers publish is not known", ""},
		"away, not running": {"ports", func(h *hostFake) { h.remote(true) }, Skip,
			"no container publishes 80 and 443", "on that machine"},
		"away, taken": {"ports", both(func(h *hostFake) { h.remote(true) },
			ps("web\t\t\t0.0.0.0:80->80/tcp\n")), Fail, "80 is taken by container web", ""},
		"unreadable": {"ports", func(h *hostFake) { delete(h.files, fileTCP) }, Skip, "cannot be seen",
			""},

		"closed": {"open-ports", both(ps(own), tcp(bound)), OK, "no container and no data store", ""},
		"docker api": {"open-ports", tcp(" 3: 00000000:0947 0:0 0A\n"), Fail, "2375, Docker's API without TLS",
			"127.0.0.1"},
		"mongodb published": {"open-ports", ps("db\t\t\t0.0.0.0:27017->27017/tcp, [::]:27017->27017/tcp\n"), Fail,
			"open to everyone: 27017, MongoDB (container db)", "packet-filtering"},
		"mongodb in range": {"open-ports", ps("db\t\t\t0.0.0.0:27000-27100->27000-27100/tcp\n"), Fail,
			"27000-27100, MongoDB (container db)", ""},
		"mongodb inside": {"open-ports", both(ps("db\t\t\t127.0.0.1:27017->27017/tcp, 27018/tcp\n"),
			tcp(" 3: 0100007F:6989 0:0 0A\n")), OK, "no data store", ""},
		"private network": {"open-ports", tcp(" 3: 0100A8C0:6989 0:0 0A\n"), OK, "no data store", ""},
		"public address":  {"open-ports", tcp(" 3: 076433C6:6989 0:0 0A\n"), Fail, "27017, MongoDB", ""},
		"prometheus": {"open-ports", file(fileTCP6, " 0: 00000000000000000000000000000000:2382 0:0 0A\n"), Warn,
			"9090, Prometheus", "127.0.0.1"},
		"a container": {"open-ports", ps("game\t\t\t0.0.0.0:25565->25565/tcp, 0.0.0.0:53->53/udp\n"), Warn,
			"25565 (container game), 53/udp (container game)", "ufw"},
		"others": {"open-ports", tcp(" 3: 00000000:07E8 0:0 0A\n"), OK, "other programs listen on 2024", ""},
		"only programs seen": {"open-ports", down, OK,
			"no data store has one open to everyone; what containers publish is not known", ""},
		"engine down": {"open-ports", both(down, tcp(" 3: 00000000:0947 0:0 0A\n")), Fail, "2375", ""},
		"away":        {"open-ports", func(h *hostFake) { h.remote(true) }, OK, "not known from here", ""},
	})
}

func TestHostDNS(t *testing.T) {
	is := func(addresses ...string) func(*hostFake) {
		return func(h *hostFake) {
			h.addresses = nil
			for _, a := range addresses {
				h.addresses = append(h.addresses, netip.MustParseAddr(a))
			}
		}
	}
	testHost(t, map[string]hostCase{
		"public": {"dns", is("2001:db8::7", "::ffff:198.51.100.7"), OK,
			"chat.rocket.chat is 198.51.100.7, 2001:db8::7", ""},
		"nobody has it": {"dns", func(h *hostFake) { h.addresses, h.lookupErr = nil, notFound }, Fail,
			"chat.rocket.chat has no address", "A or AAAA record"},
		"empty": {"dns", is(), Fail, "has no address", "record"},
		"resolver down": {"dns", func(h *hostFake) { h.lookupErr = errors.New("server misbehaving") }, Warn,
			"server misbehaving", "resolvectl query chat.rocket.chat"},
		"inside": {"dns", is("10.0.0.7", "127.0.1.1"), Warn, "10.0.0.7, 127.0.1.1 here: Let's Encrypt",
			"public address"},
		"inside, own certificates": {"dns", both(of(t, func(r *generator.Request) {
			r.Domain, r.TLS = "chat.intern.rocket.chat", generator.TLS{Mode: generator.TLSFiles}
		}), is("10.0.0.7")), OK, "chat.intern.rocket.chat is 10.0.0.7", ""},
		"inside, own ACME server": {"dns", both(of(t, func(r *generator.Request) {
			r.Domain, r.TLS = "chat.rocket.chat", generator.TLS{Mode: generator.TLSACME, Email: "a@rocket.chat",
				Server: "https://ca.rocket.chat/acme"}
		}), is("10.0.0.7")), OK, "10.0.0.7", ""},
		"localhost": {"dns", of(t, nil), Skip, "localhost", ""},
		"address": {"dns", of(t, func(r *generator.Request) { r.Domain = "198.51.100.7" }), Skip,
			"the domain is an address", ""},
		"nowhere": {"dns", noProject, Skip, "no project here", "rcgen init"},
	})
}

func TestHostDocker(t *testing.T) {
	version := func(v string) func(*hostFake) { return func(h *hostFake) { h.info.ServerVersion = v } }
	compose := func(v string) func(*hostFake) { return func(h *hostFake) { h.compose = v + "\n" } }
	missing := &fault.Error{What: "docker compose: docker has no such plugin", Hint: "install the plugin"}
	made := func(architectures string) func(*hostFake) { return func(h *hostFake) { h.inspected = architectures } }
	testHost(t, map[string]hostCase{
		"engine":   {"docker-engine", nil, OK, "28.0.1 on Debian GNU/Linux 12", ""},
		"debian's": {"docker-engine", version("20.10.24+dfsg1"), OK, "20.10.24", ""},
		"old": {"docker-engine", version("19.03.15"), Fail, "19.03.15 is too old, 20.10 or later",
			"docs.docker.com/engine/install"},
		"windows": {"docker-engine", func(h *hostFake) { h.info.OSType = "windows" }, Fail, "containers of windows",
			"Linux containers"},
		"silent": {"docker-engine", version(""), Fail, "the engine does not answer", "systemctl start docker"},
		"down":   {"docker-engine", func(h *hostFake) { h.infoErr = told }, Fail, "not found on PATH", "install Docker"},

		"compose":   {"docker-compose", nil, OK, "5.5.0", ""},
		"desktop's": {"docker-compose", compose("v2.40.0-desktop.1"), OK, "2.40.0", ""},
		"no apply": {"docker-compose", compose("2.29.2"), Warn, "2.29.2: rcgen apply needs 2.29.3",
			"docs.docker.com/compose/install"},
		"python":   {"docker-compose", compose("1.29.2"), Fail, "1.29.2 is too old", "2.29.3 or later"},
		"vendor's": {"docker-compose", compose("dev"), Skip, "cannot be read: dev", "docker compose version"},
		"no compose": {"docker-compose", func(h *hostFake) { h.composeErr = missing }, Fail, "no such plugin",
			"install the plugin"},
		"compose fails": {"docker-compose", func(h *hostFake) { h.composeErr = errors.New("killed") }, Fail, "killed",
			"install the plugin"},

		"right": {"image-architecture", nil, OK, "amd64, 2 of", ""},
		"foreign": {"image-architecture", made("amd64\narm64\n"), Fail, "the machine is amd64, not so mongo:8.0.26 (arm64)",
			"docker compose pull"},
		"emulated": {"image-architecture", both(made("amd64\narm64\n"),
			func(h *hostFake) { h.running("mongodb", "healthy") }), Warn, "emulates mongo:8.0.26 (arm64)", "x86_64"},
		"on arm": {"image-architecture", both(arm, made("arm64\narm64\n")), OK, "arm64, 2 of", ""},
		"no images": {"image-architecture", func(h *hostFake) { h.images = "other:1\n" }, Skip,
			"no image of the project is there yet", "docker compose pull"},
		"too much": {"image-architecture", made("amd64 amd64 amd64"), Skip, "cannot be read", ""},
		"no engine": {"image-architecture", func(h *hostFake) { h.infoErr = told }, Skip, "the engine does not answer",
			"see docker-engine"},
	})
}
