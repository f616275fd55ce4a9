package sandbox

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// hostname is two or more labels of letters (any script), digits and inner hyphens.
var hostname = regexp.MustCompile(`^([\p{L}\p{N}_]([\p{L}\p{N}\p{M}_-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}]$`)

const maxHostname = 253

// canonicalDomain lower-cases a host name and drops path and query; a scheme is not among what contract §9 trims, so it is
// refused with the colon.
func canonicalDomain(s string) (string, bool) {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	s = strings.ToLower(s)
	return s, len(s) <= maxHostname && hostname.MatchString(s)
}

// rootDomain is the registrable part; a name that is itself a public suffix is its own root.
func rootDomain(domain string) string {
	root, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return root
}

func parseDomainValue(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "domain")
	if err != nil {
		return nil, err
	}
	s, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	domain, ok := canonicalDomain(s)
	if !ok {
		return nil, badValue(a, invalidIssue("Invalid domain", "domain"))
	}
	return fields{"domain": domain, "root_domain": rootDomain(domain)}, nil
}

// localPart is a dot-atom: what mailboxes have in practice.
var localPart = regexp.MustCompile("^[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*$")

const maxLocalPart = 64

func parseEmail(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "email_address")
	if err != nil {
		return nil, err
	}
	original, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	address := strings.ToLower(original)
	local, host, found := strings.Cut(address, "@")
	if !found || len(local) > maxLocalPart || len(host) > maxHostname || !localPart.MatchString(local) || !hostname.MatchString(host) {
		return nil, badValue(a, invalidIssue("Invalid email address", "email_address"))
	}
	return fields{
		"original_email_address": original, "email_address": address, "email_domain": host,
		"email_root_domain": rootDomain(host), "email_local_specifier": local,
	}, nil
}
