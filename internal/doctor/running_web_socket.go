package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// checkWebsocket opens a websocket as the clients do.
func checkWebsocket(ctx context.Context, _ *world, b web) verdict {
	start := time.Now()
	d, err := b.connect(ctx)
	if err != nil {
		return b.noWebsocket(err)
	}
	defer d.close()
	return ok("a DDP session opens in %v", time.Since(start).Round(time.Millisecond))
}

// noWebsocket is the verdict where none opens.
func (b web) noWebsocket(err error) verdict {
	var status *statusError
	if !errors.As(err, &status) || !status.refused() {
		return b.failure("the upgrade of /websocket", err)
	}
	fix := "rcgen diff shows edits of traefik/dynamic/rocketchat.yaml; " +
		"a proxy before Traefik must pass on the headers Upgrade and Connection"
	if b.own {
		fix = "let your proxy before Traefik speak HTTP/1.1 to it and pass on the headers Upgrade and Connection"
	}
	return fail(fmt.Sprintf("the upgrade of /websocket was answered with %v, not with 101", status), fix)
}
