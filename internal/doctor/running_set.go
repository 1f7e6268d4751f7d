package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rcgen/generator/catalog"
)

// transient are the states that a member goes through by itself (MongoDB manual,
// Replica Set Member States).
var transient = []string{"STARTUP", "STARTUP2", "RECOVERING", "ROLLBACK"}

func checkPrimary(ctx context.Context, w *world) verdict {
	const logs = "docker compose logs --tail 100 mongodb"
	a, err := w.mongoDB(ctx)
	switch {
	case errors.Is(err, errExternal):
		return skip(err.Error(), "ask it yourself; rcgen has no access")
	case errors.Is(err, errNone):
		return fail(err.Error(), "rcgen apply starts it")
	case errors.Is(err, errSlow):
		return warn(err.Error(), "ask it alone: rcgen doctor --only mongodb-primary")
	case err != nil:
		return fail("does not answer: "+err.Error(), logs)
	case a.Errors["members"] != "":
		return fail("is no replica set: "+a.Errors["members"], "its health check makes it one; "+logs)
	}
	var primary, odd []string
	on := "rcgen apply starts what does not run; else " + logs
	worse := false
	for _, m := range a.Members {
		switch {
		case m.State == "PRIMARY":
			primary = append(primary, m.Host)
		case m.State != "SECONDARY":
			odd = append(odd, m.Host+" is "+m.State)
			worse = worse || !slices.Contains(transient, m.State)
		}
	}
	switch {
	case len(primary) != 1:
		counts := fmt.Sprintf("%d of %d members are primary", len(primary), len(a.Members))
		return fail(counts+", one is needed: "+few(odd), on)
	case worse:
		return fail(fmt.Sprintf("%s is primary; %s", primary[0], few(odd)), on)
	case len(odd) > 0:
		return warn(fmt.Sprintf("%s is primary; %s", primary[0], few(odd)),
			"wait: a member that copies the data takes a while; "+logs)
	}
	return ok("%s is primary, of %d", primary[0], len(a.Members))
}

// checkMemberHosts compares the names in the set's configuration with those that
// the containers have: by others no client finds them, like the random host name of
// a container that is gone (RocketChat/Rocket.Chat#28356).
func checkMemberHosts(ctx context.Context, w *world) verdict {
	a, why := w.asked(ctx, "config")
	if why != nil {
		return *why
	}
	var wanted, missing []string
	for _, name := range w.Plan.MongoDBMembers() {
		host := name + ":27017"
		if wanted = append(wanted, host); !slices.Contains(a.Config, host) {
			missing = append(missing, host)
		}
	}
	for i, host := range a.Config {
		if slices.Contains(wanted, host) {
			continue
		}
		change := `rs.remove(\"` + host + `\")`
		if len(missing) > 0 {
			change = fmt.Sprintf(`c = rs.conf(); c.members[%d].host = \"%s\"; rs.reconfig(c)`, i, missing[0])
		}
		return fail(fmt.Sprintf("the set knows %s, where no member of this project is", host),
			"the health check of mongodb mends it within a minute; else, on the primary: "+
				"docker compose exec -T mongodb sh -c '"+catalog.MongoDBShell+`--eval "`+change+`"'`)
	}
	if len(missing) > 0 {
		return warn("not in the set: "+few(missing),
			"the health check of mongodb adds them once they answer; docker compose ps")
	}
	return ok("%s", strings.Join(a.Config, ", "))
}

func checkFCV(ctx context.Context, w *world) verdict {
	a, why := w.asked(ctx, "fcv")
	if why != nil {
		return *why
	}
	parts := strings.SplitN(a.Version, ".", 3)
	if len(parts) < 3 || a.FCV == "" {
		return skip(fmt.Sprintf("cannot be read: version %q, featureCompatibilityVersion %q", a.Version, a.FCV),
			"rcgen doctor --only mongodb-fcv asks again")
	}
	if server := parts[0] + "." + parts[1]; a.FCV != server {
		return warn(fmt.Sprintf("%s, MongoDB is %s: the next upgrade will be refused", a.FCV, a.Version),
			"once you are sure not to go back, and have a backup: "+w.Plan.Site().FCVCommand(server))
	}
	return ok("%s, as MongoDB %s", a.FCV, a.Version)
}
