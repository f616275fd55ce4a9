package importer

import "sync"

// owners knows, for each record that the run wrote, which row or group of rows did. Two of them on one record have overwritten each
// other. Its zero value is ready.
type owners struct {
	mu sync.Mutex
	of map[digest]uint32
}

// owner is who a row writes for: its group, which is named by its first row, or itself.
func owner(group, ordinal int64) int64 {
	if group != 0 {
		return group
	}
	return ordinal
}

// claim notes that a row or group wrote a record. When another one did before, that is returned, with false.
func (o *owners) claim(record string, owner int64) (other int64, ok bool) {
	if record == "" {
		return 0, true
	}
	key := digestOf(record)
	o.mu.Lock()
	defer o.mu.Unlock()
	if before, taken := o.of[key]; taken {
		return int64(before), int64(before) == owner
	}
	if o.of == nil {
		o.of = map[digest]uint32{}
	}
	o.of[key] = uint32(owner) // ordinals fit: the index of keys refuses more
	return owner, true
}

// owned reports whether a row or group has claimed a record.
func (o *owners) owned(record string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, taken := o.of[digestOf(record)]
	return taken
}
