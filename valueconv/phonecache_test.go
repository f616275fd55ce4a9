package valueconv

import (
	"strconv"
	"testing"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

func TestPhoneCache(t *testing.T) {
	calls := map[string]int{}
	cache := newPhoneCache(func(text string) (crm.Value, *diag.Finding) {
		calls[text]++
		if text == "bad" {
			return nil, badPhone("bad", text, "")
		}
		return crm.PhoneNumber{E164: "+" + text}, nil
	})
	parse := func(text string) {
		t.Helper()
		if v, f := cache.parse(text); (text == "bad") == (f == nil) || (f == nil && v != crm.PhoneNumber{E164: "+" + text}) {
			t.Errorf("%s: got %v, %v", text, v, f)
		}
	}
	for i := range 3 * maxPhones {
		parse(strconv.Itoa(i))
		parse("switchboard")
	}
	parse("bad")
	parse("bad")
	if calls["switchboard"] != 1 || calls["7"] != 1 || calls["bad"] != 2 {
		t.Errorf("parsed %d, %d and %d times, want once, once and twice", calls["switchboard"], calls["7"], calls["bad"])
	}
	if parse("7"); calls["7"] != 2 {
		t.Error("a number of long ago is still held")
	}
	if len(cache.young) > maxPhones || len(cache.old) > maxPhones {
		t.Errorf("holds %d and %d numbers", len(cache.young), len(cache.old))
	}
}
