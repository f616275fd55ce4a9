package crm_test

import (
	"testing"

	"attio-etl/crm"
)

// TestTargetText holds what state files have: it must never change.
func TestTargetText(t *testing.T) {
	for want, target := range map[string]crm.Target{
		"companies":      {Object: "companies"},
		"list:sales":     {List: "sales"},
		"activity:notes": {Activity: crm.Notes},
		"activity:tasks": {Activity: crm.Tasks},
	} {
		text, err := target.MarshalText()
		if err != nil || string(text) != want {
			t.Errorf("%+v is stored as %q, %v, want %q", target, text, err, want)
		}
		var back crm.Target
		if err := back.UnmarshalText(text); err != nil || back != target {
			t.Errorf("%q is read as %+v, %v, want %+v", text, back, err, target)
		}
	}
	if err := new(crm.Target).UnmarshalText([]byte("activity:meetings")); err == nil {
		t.Error("an activity that does not exist is read without an error")
	}
}
