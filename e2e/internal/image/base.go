package image

import "strings"

// coreutils are the tools of every distribution's image.
const coreutils = `[ awk basename cat chgrp chmod chown cp cut date dd df dirname du echo egrep env
	expr false fgrep find grep gunzip gzip head hostname id ln ls md5sum mkdir mkfifo mktemp mv nproc
	od printf pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat stty sync tail tar
	tee test timeout touch tr true tty uname uniq wc which whoami xargs yes`

// more are those that Alpine's busybox adds; there is no curl among them.
const more = `ash diff free ifconfig ip kill killall less logger nc netstat nslookup pidof ping ps
	setsid su top traceroute unzip usleep vi watch wget xxd`

// alpine is an image with busybox; users are lines of its passwd.
func alpine(bin map[string]string, ref, users string) Image {
	return base(bin, ref, users, coreutils+" "+more)
}

// ubuntu is an image without network tools. They are not on PATH, but Debian's
// busybox sh runs each of its own tools without looking there, so a script that
// calls wget works here and fails in the real image.
func ubuntu(bin map[string]string, ref, users string) Image {
	return base(bin, ref, users, coreutils)
}

func base(bin map[string]string, ref, users, tools string) Image {
	i := Image{
		Ref:   ref,
		Files: map[string]string{"/bin/busybox": bin["busybox"]},
		Text: map[string]string{
			"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" + users,
			"/etc/group":  "root:x:0:\nnobody:x:65534:\n" + groups(users),
		},
		Dirs: map[string]Dir{"/root": {Mode: 0o700}, "/tmp": {Mode: 0o1777}, "/run": {Mode: 0o755},
			"/var/tmp": {Mode: 0o1777}},
		// scripts start with #!/usr/bin/env
		Links: map[string]string{"/usr/bin/env": "/bin/busybox"},
	}
	for _, tool := range strings.Fields(tools) {
		i.Links["/bin/"+tool] = "/bin/busybox"
	}
	return i
}

// groups gives each user that is not in root's group the group of its own name.
func groups(users string) string {
	var b strings.Builder
	for line := range strings.Lines(users) {
		if f := strings.Split(line, ":"); f[3] != "0" {
			b.WriteString(f[0] + ":x:" + f[3] + ":\n")
		}
	}
	return b.String()
}
