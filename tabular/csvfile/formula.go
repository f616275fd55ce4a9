package csvfile

import (
	"strings"
	"unicode/utf8"
)

// A spreadsheet takes a cell for a formula by its first character, and a formula can send what stands in the sheet elsewhere. So text
// that starts like one gets an apostrophe in front. What already has apostrophes in front of such text gets one more: the guard must be
// undone without knowing what it was put on.

// addGuard is text with the guard where it needs one.
func addGuard(text string) string {
	if guarded(text) {
		return "'" + text
	}
	return text
}

// stripGuard undoes addGuard.
func stripGuard(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && guarded(rest) {
		return rest
	}
	return text
}

// guarded reports whether addGuard changes a text.
func guarded(text string) bool { return formula(strings.TrimLeft(text, "'")) }

// formula follows the OWASP page on CSV injection: the ASCII characters, line ends and tabs before them, and the full-width forms
// that East Asian editions take for them.
func formula(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	switch first {
	case '+', '-':
		return strings.Trim(text[size:], "0123456789 ()-.") != ""
	case '=', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return true
	default:
		return false
	}
}
