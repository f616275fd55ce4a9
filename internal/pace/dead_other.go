//go:build !unix

package pace

// dead reports whether a process is known to have ended: here that is not known.
func dead(int) bool { return false }
