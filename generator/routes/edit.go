package routes

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
)

// serverLine is the line that an entry among the servers begins with. That of a replica
// has its own name, or, while an apply runs two containers of it, that of one.
var serverLine = regexp.MustCompile(`^( *)- +url: *["']?http://([a-z0-9_-]+):[0-9]+/?["']? *(#.*)?\r?\n?$`)

// containerName is what Compose calls a container of a replica: PROJECT-SERVICE-NUMBER.
var containerName = regexp.MustCompile(`^[a-z0-9_-]+-(` + stack.RocketChat + `-[0-9]+)-[0-9]+$`)

// server is an entry in the list of servers: its line, and those below it that are
// indented more than its dash.
type server struct {
	name, indent string
	from, to     int // bytes
}

// ReplicaOf returns the replica that a server's host stands for, be it its own name or
// that of one of its containers; empty for any other host.
func ReplicaOf(host string) string {
	if m := containerName.FindStringSubmatch(host); m != nil {
		host = m[1]
	}
	if ReplicaNumber(host) == 0 {
		return ""
	}
	return host
}

// ReplicaNumber returns N of rocketchat-N, and 0 for every other service.
func ReplicaNumber(service string) int {
	digits, ok := strings.CutPrefix(service, stack.RocketChat+"-")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || strconv.Itoa(n) != digits {
		return 0
	}
	return n
}

// Servers returns the hosts of the replicas in a file for Traefik, in its order. The error says
// that it names one in a way that cannot be edited by line.
func Servers(routes []byte) ([]string, error) {
	var names []string
	for _, s := range servers(routes) {
		names = append(names, s.name)
	}
	var known []string
	for _, host := range Routed(routes) {
		if ReplicaOf(host) != "" {
			known = append(known, host)
		}
	}
	if !slices.Equal(names, known) || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		return nil, fault.New("%s: the servers of the replicas cannot be told apart line by line", File).
			Fix("write each replica once, on a line of its own: - url: http://rocketchat-1:3000")
	}
	return names, nil
}

func servers(routes []byte) []server {
	var all []server
	at, open := 0, false // open: the lines of the last server may go on
	for line := range bytes.Lines(routes) {
		m := serverLine.FindSubmatch(line)
		switch {
		case m != nil && ReplicaOf(string(m[2])) != "":
			all = append(all, server{name: string(m[2]), indent: string(m[1]), from: at, to: at + len(line)})
			open = true
		case open && deeper(line, all[len(all)-1].indent):
			all[len(all)-1].to += len(line)
		default:
			open = false
		}
		at += len(line)
	}
	return all
}

// deeper reports whether a line belongs to the entry whose dash has that indent.
func deeper(line []byte, indent string) bool {
	text := bytes.TrimLeft(line, " ")
	return len(bytes.TrimSpace(text)) > 0 && len(line)-len(text) > len(indent)
}

// TakeOut returns routes without a replica's entry, and that entry. A replica that
// is not in there leaves routes as they are. The last server cannot be taken out:
// Traefik refuses a list without any.
func TakeOut(routes []byte, name string) (rest []byte, entry string, err error) {
	all, err := Servers(routes)
	if err != nil {
		return nil, "", err
	}
	i := slices.Index(all, name)
	if i < 0 {
		return routes, "", nil
	}
	if len(all) == 1 {
		return nil, "", fault.New("%s: %s is the only server", File, name).Fix("start another replica first")
	}
	s := servers(routes)[i]
	rest = slices.Concat(routes[:s.from], routes[s.to:])
	want := slices.Delete(all, i, i+1)
	if left, err := Servers(rest); err != nil || !slices.Equal(left, want) {
		return nil, "", fault.New("%s: the server of %s cannot be taken out", File, name).
			Fix("write it on a line of its own: - url: http://" + name + ":3000")
	}
	return rest, string(routes[s.from:s.to]), nil
}

// PutBack returns routes with a replica's entry, before the first of a higher
// number. The name may be that of a container: the entry, which is then that of its
// replica, is put in for it. An empty entry is like one that is there for the same
// replica, or a plain line.
func PutBack(routes []byte, name, entry string) ([]byte, error) {
	names, err := Servers(routes)
	if err != nil {
		return nil, err
	}
	if slices.Contains(names, name) {
		return routes, nil
	}
	if len(names) == 0 {
		return nil, fault.New("%s: has no server beside which %s could go", File, name).
			Fix("put a line for it back by hand: - url: http://" + name + ":3000")
	}
	all := servers(routes)
	replica := ReplicaOf(name)
	was := replica // whose name is in the entry
	if i := slices.IndexFunc(all, func(s server) bool { return ReplicaOf(s.name) == replica }); entry == "" && i >= 0 {
		entry, was = string(routes[all[i].from:all[i].to]), all[i].name
	}
	if entry == "" {
		entry = all[0].indent + "- url: http://" + name + ":3000\n"
	}
	entry = strings.Replace(entry, "http://"+was+":", "http://"+name+":", 1)
	at := all[len(all)-1].to
	behind := func(s server) bool { return ReplicaNumber(ReplicaOf(s.name)) > ReplicaNumber(replica) }
	if i := slices.IndexFunc(all, behind); i >= 0 {
		at = all[i].from
	}
	before, after := routes[:at], routes[at:]
	if len(before) > 0 && before[len(before)-1] != '\n' {
		before = append(slices.Clone(before), '\n')
	}
	if len(after) > 0 && !strings.HasSuffix(entry, "\n") {
		entry += "\n"
	}
	back := slices.Concat(before, []byte(entry), after)
	if now, err := Servers(back); err != nil || !slices.Contains(now, name) {
		return nil, fault.New("%s: the server of %s cannot be put back", File, name).Fix("put it back by hand")
	}
	return back, nil
}

// Rename returns routes with a replica's entry under the name of one of its containers,
// and the entry as it was.
func Rename(routes []byte, name, container string) (renamed []byte, entry string, err error) {
	all, err := Servers(routes)
	if err != nil {
		return nil, "", err
	}
	i := slices.Index(all, name)
	if i < 0 || ReplicaOf(container) != name {
		return routes, "", nil
	}
	s := servers(routes)[i]
	entry = string(routes[s.from:s.to])
	moved := strings.Replace(entry, "http://"+name+":", "http://"+container+":", 1)
	return slices.Concat(routes[:s.from], []byte(moved), routes[s.to:]), entry, nil
}
