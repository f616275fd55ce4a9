package exit_test

import (
	"errors"
	"fmt"
	"testing"

	"attio-etl/internal/exit"
)

func TestCodeOf(t *testing.T) {
	cause := errors.New("disk full")
	for _, c := range []struct {
		name string
		err  error
		want exit.Code
	}{
		{"nil", nil, exit.OK},
		{"plain", cause, exit.Internal},
		{"carried", exit.With(exit.Conflict, cause, "hint"), exit.Conflict},
		{"carried and wrapped", fmt.Errorf("run: %w", exit.With(exit.Auth, cause, "")), exit.Auth},
		{"silent", exit.Silent(exit.Rejects), exit.Rejects},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := exit.CodeOf(c.err); got != c.want {
				t.Errorf("CodeOf = %d, want %d", got, c.want)
			}
		})
	}
	if !errors.Is(exit.With(exit.Conflict, cause, ""), cause) {
		t.Error("With hides its cause")
	}
}
