package valueconv

import (
	"sync"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// phoneCache remembers what the last distinct cells became: the plans take some 20 µs a number, and one switchboard is the number of
// many rows. It holds two generations of maxPhones each; when the younger is full, the older is forgotten.
type phoneCache struct {
	parseNew func(string) (crm.Value, *diag.Finding)

	mu         sync.Mutex
	young, old map[string]crm.Value
}

const maxPhones = 4096

func newPhoneCache(parse func(string) (crm.Value, *diag.Finding)) *phoneCache {
	return &phoneCache{parseNew: parse, young: map[string]crm.Value{}}
}

// parse is safe for concurrent use. Findings are not remembered: each belongs to a cell of its own, which fills in the position.
func (c *phoneCache) parse(text string) (crm.Value, *diag.Finding) {
	if v := c.known(text); v != nil {
		return v, nil
	}
	v, f := c.parseNew(text)
	if v != nil && f == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.remember(text, v)
	}
	return v, f
}

func (c *phoneCache) known(text string) crm.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v := c.young[text]; v != nil {
		return v
	}
	v := c.old[text]
	if v != nil {
		c.remember(text, v)
	}
	return v
}

// remember needs the lock.
func (c *phoneCache) remember(text string, v crm.Value) {
	if len(c.young) >= maxPhones {
		c.young, c.old = make(map[string]crm.Value, maxPhones), c.young
	}
	c.young[text] = v
}
