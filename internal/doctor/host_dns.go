package doctor

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"

	"rcgen/generator"
)

// checkDNS looks up the domain of the project as this machine sees it.
func checkDNS(ctx context.Context, w *world) verdict {
	domain := w.Plan.Request.Domain
	if domain == generator.Localhost {
		return skip("the domain is localhost", "")
	}
	if _, err := netip.ParseAddr(domain); err == nil {
		return skip("the domain is an address", "")
	}
	const record = "add an A or AAAA record with the public address of the host where your domain is kept; " +
		"others see it after its old time to live"
	found, err := w.Host.Lookup(ctx, domain)
	var told *net.DNSError
	switch {
	case errors.As(err, &told) && told.IsNotFound, err == nil && len(found) == 0:
		return fail(domain+" has no address", record)
	case err != nil:
		return warn(domain+" could not be looked up: "+err.Error(), "`resolvectl query "+domain+"` asks again")
	}
	var names []string
	for _, a := range found {
		names = append(names, a.Unmap().String())
	}
	slices.Sort(names)
	public := slices.ContainsFunc(found, func(a netip.Addr) bool {
		return a.Unmap().IsGlobalUnicast() && !a.Unmap().IsPrivate()
	})
	server := w.Plan.ACMEServer()
	if !public && (server == generator.LetsEncrypt || server == generator.LetsEncryptStaging) {
		return warn(domain+" is "+few(names)+" here: Let's Encrypt comes from outside and needs a public address", record)
	}
	return ok("%s is %s", domain, few(names))
}
