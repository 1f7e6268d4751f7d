package doctor

import (
	"net/netip"
	"testing"
	"time"
)

func TestRelease(t *testing.T) {
	for text, want := range map[string]numbers{
		"6.18.44-fc": {6, 18, 44}, "6.1": {6, 1, 0}, "v2.40.0-desktop.1": {2, 40, 0}, "5.15.153.1-WSL2": {5, 15, 153},
		"4.19.0_foo": {4, 19, 0}, "20.10.24+dfsg1": {20, 10, 24},
	} {
		if got, known := release(text); !known || got != want {
			t.Errorf("%s: %v, %v", text, got, known)
		}
	}
	for _, text := range []string{"", "dev", "6", "-6.1"} {
		if got, known := release(text); known {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestMountOf(t *testing.T) {
	const text = `27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
28 27 0:30 / /var/lib/docker-old rw - btrfs /dev/vdc rw
29 27 0:31 / /var/lib/docker rw - nfs4 server:/x rw
30 27 0:32 / /var/lib/docker rw - xfs /dev/vdb rw
31 27 0:33 / /srv/my\040data rw - zfs pool rw
broken line
`
	for dir, want := range map[string][2]string{
		"/var/lib/docker/volumes":     {"/var/lib/docker", "xfs"},
		"/var/lib/docker":             {"/var/lib/docker", "xfs"},
		"/var/lib/docker-old/volumes": {"/var/lib/docker-old", "btrfs"},
		"/var/lib/dockers/volumes":    {"/", "ext4"},
		"/srv/my data/volumes":        {"/srv/my data", "zfs"},
	} {
		if point, kind, found := mountOf(text, dir); !found || point != want[0] || kind != want[1] {
			t.Errorf("%s: %s, %s, %v", dir, point, kind, found)
		}
	}
	if _, _, found := mountOf("broken", "/x"); found {
		t.Error("found one in nothing")
	}
}

func TestParsePortRange(t *testing.T) {
	for text, want := range map[string]string{
		"0.0.0.0:80->80/tcp": "0.0.0.0 80", ":::80->80/tcp": ":: 80", "[::]:443->8443/tcp": ":: 443",
		"[2001:db8::1]:53->53/udp":           "2001:db8::1 53/udp",
		"127.0.0.1:8000-8002->9000-9002/tcp": "127.0.0.1 8000-8002",
	} {
		if r, published := parsePortRange(text); !published || r.address.String()+" "+r.String() != want {
			t.Errorf("%s: %v, %v", text, r, published)
		}
	}
	for _, text := range []string{"", "80/tcp", "80->80/tcp", "0.0.0.0:x->80/tcp", "0.0.0.0:99999->80/tcp",
		"host:80->80/tcp", "0.0.0.0:80->80"} {
		if r, published := parsePortRange(text); published {
			t.Errorf("%q: %v", text, r)
		}
	}
}

func TestParsePublishers(t *testing.T) {
	all, err := parsePublishers("a\tp\ts\t80/tcp, 0.0.0.0:81->80/tcp\n\nb\t\t\t\n")
	if err != nil || len(all) != 2 || len(all[0].ports) != 1 || all[0].project != "p" || all[0].service != "s" ||
		all[1].name != "b" {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := parsePublishers("a b c\n"); err == nil {
		t.Error("no error")
	}
}

func TestParseSocket(t *testing.T) {
	for text, want := range map[string]string{
		"0100007F:1F90": "127.0.0.1:8080", "00000000:0050": "0.0.0.0:80",
		"00000000000000000000000001000000:0050": "[::1]:80", "0000000000000000FFFF00000100A8C0:0050": "192.168.0.1:80",
		"B80D0120000000000000000007000000:6989": "[2001:db8::7]:27017",
	} {
		if got, err := parseSocket(text); err != nil || got.String() != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0100007F", "0100:0050", "0100007F:x", "zz00007F:0050"} {
		if got, err := parseSocket(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestToEveryone(t *testing.T) {
	for text, want := range map[string]bool{
		"0.0.0.0": true, "::": true, "198.51.100.7": true, "2001:db8::7": true,
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.17.0.1": false, "fd00::1": false, "169.254.1.1": false,
		"fe80::1": false,
	} {
		if got := toEveryone(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestDistance(t *testing.T) {
	from := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	to := from.Add(2 * time.Second)
	for at, want := range map[time.Duration]time.Duration{-3 * time.Second: 3 * time.Second, 0: 0, time.Second: 0,
		2 * time.Second: 0, 5 * time.Second: 3 * time.Second} {
		if got := distance(from.Add(at), from, to); got != want {
			t.Errorf("%v: %v", at, got)
		}
	}
}
