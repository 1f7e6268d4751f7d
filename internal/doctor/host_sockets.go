package doctor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// publisher is a container that publishes ports on the machine.
type publisher struct {
	name, project, service string // the last two are empty without Compose
	ports                  []portRange
}

// portRange is one address with the ports published on it.
type portRange struct {
	address    netip.Addr
	first, end uint16 // both included
	protocol   string // tcp, udp or sctp
}

func (r portRange) has(port uint16) bool {
	return r.protocol == "tcp" && r.first <= port && port <= r.end
}

func (r portRange) String() string {
	s := strconv.Itoa(int(r.first))
	if r.end > r.first {
		s += "-" + strconv.Itoa(int(r.end))
	}
	if r.protocol != "tcp" {
		s += "/" + r.protocol
	}
	return s
}

// askPublishers asks for the running containers of everyone, once the engine is known
// to answer: waiting twice would be too long.
func askPublishers(ctx context.Context, w *world) ([]publisher, error) {
	if _, err := w.engine(ctx); err != nil {
		return nil, err
	}
	const columns = `{{.Names}}` + "\t" + `{{.Label "com.docker.compose.project"}}` + "\t" +
		`{{.Label "com.docker.compose.service"}}` + "\t" + `{{.Ports}}`
	out, err := w.Docker(ctx, "ps", "--no-trunc", "--format", columns)
	if err != nil {
		return nil, err
	}
	return parsePublishers(out)
}

func parsePublishers(out string) ([]publisher, error) {
	var all []publisher
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		columns := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(columns) != 4 {
			return nil, errors.New("docker ps: cannot be read")
		}
		p := publisher{name: columns[0], project: columns[1], service: columns[2]}
		for _, text := range strings.Split(columns[3], ",") {
			if r, published := parsePortRange(strings.TrimSpace(text)); published {
				p.ports = append(p.ports, r)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// parsePortRange reads a published port as docker ps has it, such as 0.0.0.0:80->80/tcp,
// [::]:80->80/tcp or, before Docker 26, :::80->80/tcp.
func parsePortRange(text string) (portRange, bool) {
	outside, inside, found := strings.Cut(text, "->")
	colon := strings.LastIndex(outside, ":")
	_, protocol, _ := strings.Cut(inside, "/")
	if !found || colon < 0 || protocol == "" {
		return portRange{}, false
	}
	address, err := netip.ParseAddr(strings.Trim(outside[:colon], "[]"))
	first, last, isRange := strings.Cut(outside[colon+1:], "-")
	if !isRange {
		last = first
	}
	a, err2 := strconv.ParseUint(first, 10, 16)
	z, err3 := strconv.ParseUint(last, 10, 16)
	return portRange{address, uint16(a), uint16(z), protocol}, err == nil && err2 == nil && err3 == nil
}

// listening returns where programs of the machine wait for TCP connections, those of
// Docker for published ports included.
func listening(m machine) ([]netip.AddrPort, error) {
	var all []netip.AddrPort
	text, err := m.read(fileTCP)
	if err != nil {
		return nil, err
	}
	text6, err := m.read(fileTCP6)
	if err != nil {
		text6 = "" // a machine without IPv6
	}
	for line := range strings.Lines(text + text6) {
		columns := strings.Fields(line)
		const state, listen = 3, "0A" // TCP_LISTEN in include/net/tcp_states.h
		if len(columns) <= state || columns[state] != listen {
			continue
		}
		at, err := parseSocket(columns[1])
		if err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	return all, nil
}

// parseSocket reads an address of /proc/net/tcp: words of four bytes in the order of
// the processor, which is little-endian on all that have images.
func parseSocket(text string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(text, ":")
	b, err := hex.DecodeString(host)
	n, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, fmt.Errorf("%s does not hold sockets", fileTCP)
	}
	for word := range slices.Chunk(b, 4) {
		slices.Reverse(word)
	}
	address, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(address.Unmap(), uint16(n)), nil
}

// toEveryone reports whether what listens on an address can be reached from other
// networks, as far as the machine is concerned.
func toEveryone(a netip.Addr) bool {
	return a.IsUnspecified() || a.IsGlobalUnicast() && !a.IsPrivate()
}
