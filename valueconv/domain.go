package valueconv

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// domainConversion takes the domain out of a domain, a web address or an e-mail address. Scheme, port, path, query and fragment, a
// trailing dot and upper case are dropped, other scripts become ASCII (IDNA). A leading "www." is cut where what is left is still a
// domain that someone can register: a web address stands for the company's domain, and keeping it would make a second company. A
// public suffix alone ("co.uk"), a name without a dot and an IP address are no company's domain.
var domainConversion = conversion{
	doc: typeDoc{
		reads:  "`acme.com`, `https://www.acme.com/about`, `jane@acme.com`, `müller.de`: the domain alone, in lower case and ASCII, without www.",
		writes: "the domain",
		codes:  []string{"bad-domain"},
	},
	cells:     cellKinds{takes: ofTexts, noun: "a domain", code: "bad-domain", want: wantDomain},
	parse:     plainParse(parseDomain),
	format:    plainFormat(formatPlain),
	canonical: canonicalDomain,
}

const wantDomain = "a domain such as acme.com"

func parseDomain(cell tabular.Cell) (crm.Value, *diag.Finding) {
	text := strings.TrimSpace(cell.Text())
	if text == "" {
		return nil, nil
	}
	host, problem := hostOf(text)
	if problem == "" {
		host, problem = asciiHost(host)
	}
	suffix, whole := publicSuffix(host)
	if problem == "" && whole {
		problem = "the domain is a public suffix, under which others register theirs"
	}
	if problem != "" {
		return nil, refuse("bad-domain", problem, text, wantDomain, domainHint(text))
	}
	return crm.Domain(cutWWW(host, suffix)), nil
}

// hostOf is the host part of a domain, an address on the web or an e-mail address.
func hostOf(text string) (host, problem string) {
	host = text
	scheme, rest, isURL := strings.Cut(text, "://")
	switch {
	case isURL && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https"):
		return "", "the address is not one of the web"
	case isURL:
		host = rest
	case strings.HasPrefix(text, "//"):
		isURL, host = true, text[2:]
	case len(text) > 7 && strings.EqualFold(text[:7], "mailto:"):
		host = text[7:]
	}
	for i := range len(host) {
		if c := host[i]; c == '/' || c == '?' || c == '#' {
			host = host[:i]
			break
		}
	}
	if local, domain, found := strings.Cut(host, "@"); found {
		switch {
		case isURL:
			return "", "the address holds a user name"
		case local == "" || strings.ContainsAny(domain, "@:"):
			return "", "the cell is neither a domain nor an e-mail address"
		}
		return domain, ""
	}
	if name, port, found := strings.Cut(host, ":"); found {
		if port != "" && !allDigits(port) {
			return "", "the cell is not a domain"
		}
		host = name
	}
	return host, ""
}

// asciiHost checks a host name of at least two labels and turns it into lower-case ASCII without a trailing dot.
func asciiHost(host string) (ascii, problem string) {
	ascii = strings.ToLower(strings.TrimSuffix(host, "."))
	if isPlainHost(ascii) {
		return ascii, ""
	}
	if !isASCII(ascii) || strings.Contains(ascii, "xn--") {
		var err error
		if ascii, err = idna.Lookup.ToASCII(ascii); err != nil {
			return "", "the domain has characters or labels that no domain may have"
		}
	}
	if problem = hostProblem(ascii); problem != "" {
		return "", problem
	}
	return ascii, ""
}

// hostProblem is why a host in lower-case ASCII is no domain, empty for one that is.
func hostProblem(ascii string) string {
	if _, err := netip.ParseAddr(ascii); err == nil || strings.HasPrefix(ascii, "[") {
		return "the cell is an IP address"
	}
	labels := strings.Split(ascii, ".")
	switch {
	case len(labels) < 2:
		return "the cell is not a domain: it has no dot"
	case len(ascii) > 253:
		return "the domain is longer than 253 characters"
	case allDigits(labels[len(labels)-1]):
		return "the last part of a domain is not a number"
	}
	for _, label := range labels {
		if !validLabel(label) {
			return "the domain has characters or labels that no domain may have"
		}
	}
	return ""
}

// isPlainHost reports whether a host name is, beyond doubt, one in which nothing has to be checked or changed: labels of small letters,
// digits and single hyphens, the last one of letters.
func isPlainHost(host string) bool {
	dots, start := 0, 0
	for i := range len(host) {
		switch c := host[i]; {
		case c >= 'a' && c <= 'z':
		case isDigit(c):
		case (c != '-' && c != '.') || i == start || host[i-1] == '-':
			return false
		case c == '.':
			if i-start > 63 {
				return false
			}
			dots, start = dots+1, i+1
		}
	}
	last := host[start:]
	return dots > 0 && len(host) <= 253 && last != "" && len(last) <= 63 && last[0] >= 'a' && last[len(last)-1] != '-'
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if c := label[i]; c != '-' && !isDigit(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// publicSuffix is the longest suffix of a host under which others register names, and whether that is all of it. All of it counts for
// registries' suffixes only: a private one (github.io) is a company's domain too.
func publicSuffix(host string) (suffix string, whole bool) {
	suffix, icann := publicsuffix.PublicSuffix(host)
	return suffix, suffix == host && (icann || !strings.Contains(host, "."))
}

// cutWWW cuts "www." off a host, of which the public suffix is known. What is longer than that cannot be a suffix itself.
func cutWWW(host, suffix string) string {
	for {
		rest, found := strings.CutPrefix(host, "www.")
		if !found {
			return host
		}
		if len(rest) <= len(suffix) {
			if _, whole := publicSuffix(rest); whole {
				return host
			}
		}
		host = rest
	}
}

func domainHint(text string) string {
	switch {
	case strings.ContainsAny(text, ",; \n"):
		return "if the cell holds several domains, set split to what separates them"
	case strings.Contains(text, "://") && strings.Contains(text, "@"):
		return "remove the user name from the address"
	default:
		return ""
	}
}

// canonicalDomain reads values as the workspace holds them with the same eyes as cells, "www." included.
func canonicalDomain(v crm.Value) string {
	host := plainText(v)
	if ascii, problem := asciiHost(host); problem == "" {
		host = ascii
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !strings.HasPrefix(host, "www.") {
		return host
	}
	suffix, _ := publicSuffix(host)
	return cutWWW(host, suffix)
}
