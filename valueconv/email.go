package valueconv

import (
	"strings"
	"unicode/utf8"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// emailConversion reads one address, alone, behind "mailto:" or in "Name <address>", whose name is dropped. The address is kept as it
// is typed, as the API keeps the original (contract §9), but for a domain in another script, which becomes ASCII (IDNA). Two
// spellings that differ by case only are equal.
var emailConversion = conversion{
	doc: typeDoc{
		reads:  "`jane@acme.com`, `Jane <jane@acme.com>`, `mailto:jane@acme.com`",
		writes: "the address",
		codes:  []string{"bad-email"},
	},
	cells:     cellKinds{takes: ofTexts, noun: "an e-mail address", code: "bad-email", want: wantEmail},
	parse:     plainParse(parseEmail),
	format:    plainFormat(formatPlain),
	canonical: canonicalEmail,
}

const wantEmail = "an address such as jane@acme.com"

func parseEmail(cell tabular.Cell) (crm.Value, *diag.Finding) {
	text := strings.TrimSpace(cell.Text())
	if text == "" {
		return nil, nil
	}
	address, problem := bareAddress(text)
	if problem == "" {
		address, problem = checkAddress(address)
	}
	if problem != "" {
		hint := ""
		if strings.Count(text, "@") > 1 {
			hint = "if the cell holds several addresses, set split to what separates them"
		}
		return nil, refuse("bad-email", problem, text, wantEmail, hint)
	}
	return crm.EmailAddress(address), nil
}

// bareAddress is the address in "Name <address>" or behind "mailto:". A name that is another address leaves it open which is meant.
func bareAddress(text string) (address, problem string) {
	if inner, found := strings.CutSuffix(text, ">"); found {
		i := strings.LastIndexByte(inner, '<')
		if i < 0 {
			return "", "the cell is not an e-mail address"
		}
		name := strings.Trim(inner[:i], " \t\"'")
		text = strings.TrimSpace(inner[i+1:])
		if strings.Contains(name, "@") && !strings.EqualFold(name, text) {
			return "", "the cell holds more than one address"
		}
	}
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
	}
	return text, ""
}

func checkAddress(address string) (checked, problem string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "the cell is not an e-mail address: it has no @"
	}
	local, domain := address[:at], address[at+1:]
	if !validLocalPart(local) {
		return "", "the part before @ has characters that an address may not have"
	}
	ascii, problem := asciiHost(domain)
	switch {
	case problem != "":
		return "", problem
	case strings.HasSuffix(domain, "."):
		return "", "the address ends with a dot"
	case len(local)+1+len(ascii) > 254:
		return "", "the address is longer than 254 characters"
	case !isASCII(domain):
	default:
		return address, ""
	}
	return local + "@" + ascii, ""
}

// validLocalPart allows the unquoted form of RFC 5322 in ASCII.
func validLocalPart(local string) bool {
	if local == "" || len(local) > 64 || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return false
	}
	for i := range len(local) {
		c := local[i]
		letter := (c|0x20) >= 'a' && (c|0x20) <= 'z'
		if !letter && !isDigit(c) && (c >= utf8.RuneSelf || strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) < 0) {
			return false
		}
	}
	return true
}

func canonicalEmail(v crm.Value) string {
	address := strings.ToLower(plainText(v))
	if !isASCII(address) {
		if checked, problem := checkAddress(address); problem == "" {
			return checked
		}
	}
	return address
}
