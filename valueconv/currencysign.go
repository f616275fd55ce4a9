package valueconv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/biter777/countries"

	"attio-etl/internal/diag"
)

// currencySigns are the signs in use for the currencies of Attio (contract §5), and for some that it has not. A sign of several
// currencies stands for the attribute's if that is among them. Codes need no entry.
var currencySigns = map[string][]string{
	"$":   {"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "UYU", "NTD"},
	"US$": {"USD"}, "C$": {"CAD"}, "CA$": {"CAD"}, "A$": {"AUD"}, "AU$": {"AUD"}, "NZ$": {"NZD"}, "HK$": {"HKD"}, "S$": {"SGD"}, "SG$": {"SGD"},
	"MX$": {"MXN"}, "AR$": {"ARS"}, "CLP$": {"CLP"}, "COL$": {"COP"}, "$U": {"UYU"}, "NT$": {"NTD"}, "TWD": {"NTD"}, "NTD": {"NTD"},
	"€": {"EUR"}, "£": {"GBP"}, "¥": {"JPY", "CNY"}, "￥": {"JPY", "CNY"}, "円": {"JPY"}, "元": {"CNY"}, "CN¥": {"CNY"}, "JP¥": {"JPY"}, "RMB": {"CNY"},
	"₹": {"INR"}, "₩": {"KRW"}, "₪": {"ILS"}, "฿": {"THB"}, "₱": {"PHP"}, "₦": {"NGN"}, "R$": {"BRL"}, "R": {"ZAR"}, "RM": {"MYR"},
	"KR": {"SEK", "NOK", "DKK", "ISK"}, "KR.": {"SEK", "NOK", "DKK", "ISK"}, "ZŁ": {"PLN"}, "KČ": {"CZK"}, "FT": {"HUF"}, "FT.": {"HUF"},
	"FR.": {"CHF"}, "SFR.": {"CHF"}, "ЛВ": {"BGN"}, "ЛВ.": {"BGN"}, "S/": {"PEN"}, "KSH": {"KES"}, "SR": {"SAR"},
	"₺": {"TRY"}, "₽": {"RUB"}, "₴": {"UAH"}, "₫": {"VND"}, "₿": {"BTC"},
}

// checkCurrency refuses a sign or a code that is not of the attribute's own currency; "" is none.
func checkCurrency(affix, own, text string) *diag.Finding {
	upper := strings.ToUpper(affix)
	signed := currencySigns[upper]
	switch {
	case affix == "" || (own != "" && (strings.EqualFold(affix, own) || slices.Contains(signed, strings.ToUpper(own)))):
		return nil
	case signed == nil && !isCurrencyCode(upper):
		return refuse("bad-currency", "the cell is not an amount", text, wantAmount, "write the amount alone, in full and in digits")
	case own == "":
		return refuse("other-currency", "the currency of the attribute is unknown, so that the sign cannot be checked", text, wantAmount,
			"take the sign out of the file if it is the right one")
	default:
		return refuse("other-currency", "the amount is in another currency than the attribute", text, "an amount in "+own,
			fmt.Sprintf("convert it to %s in the file: amounts are not converted", own))
	}
}

func isCurrencyCode(code string) bool {
	return len(code) == 3 && countries.CurrencyCodeByName(code).Alpha() == code
}
