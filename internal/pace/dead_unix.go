//go:build unix

package pace

import (
	"errors"
	"os"
	"syscall"
)

// dead reports whether a process is known to have ended. One that got its number since then counts as alive for as long as a permit can be
// held.
func dead(pid int) bool {
	return pid != os.Getpid() && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
