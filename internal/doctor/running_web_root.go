package doctor

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// runtimeConfigPath is where the client reads its configuration. Where the setting
// Enable_CSP is off, it is in the start page, which then answers here too (meteor,
// packages/webapp/webapp_server.js).
const runtimeConfigPath = "/meteor_runtime_config.js"

var runtimeConfig = regexp.MustCompile(`JSON\.parse\(decodeURIComponent\("([^"\\]*)"\)\)`)

// checkRootURL compares ROOT_URL of the running chat with the planned one: clients
// load what it names (RocketChat/Rocket.Chat#31129).
func checkRootURL(ctx context.Context, w *world, b web) verdict {
	page, err := b.get(ctx, runtimeConfigPath)
	if err != nil {
		return b.failure(runtimeConfigPath, err)
	}
	live, wrong := readRootURL(page)
	switch {
	case wrong != "":
		return fail(runtimeConfigPath+": "+wrong,
			"see which program answers under "+w.Plan.RootURL()+": it is not Rocket.Chat")
	case !strings.EqualFold(strings.TrimRight(live, "/"), w.Plan.RootURL()):
		return fail("Rocket.Chat tells its clients "+oneLine(live)+", rcgen.yaml says "+w.Plan.RootURL(),
			"set General > Site URL to "+w.Plan.RootURL()+" in the workspace's settings, "+
				"or correct the domain in rcgen.yaml and run rcgen generate and rcgen apply")
	}
	return ok("%s", w.Plan.RootURL())
}

// readRootURL returns ROOT_URL of a runtime configuration, or what is wrong with it.
func readRootURL(page []byte) (rootURL, wrong string) {
	m := runtimeConfig.FindSubmatch(page)
	if m == nil {
		return "", "holds no runtime configuration"
	}
	text, err := url.PathUnescape(string(m[1])) // as decodeURIComponent: a plus stays one
	if err != nil {
		return "", "holds a runtime configuration that cannot be decoded"
	}
	var config struct {
		RootURL string `json:"ROOT_URL"`
	}
	if err := json.Unmarshal([]byte(text), &config); err != nil || config.RootURL == "" {
		return "", "holds a runtime configuration without ROOT_URL"
	}
	return config.RootURL, ""
}
