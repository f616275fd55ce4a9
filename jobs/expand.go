package jobs

import (
	"regexp"
	"strings"

	"attio-etl/internal/diag"
)

// reference matches ${NAME}, its escape $${ and anything else that starts like it.
var reference = regexp.MustCompile(`\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}]*\}?`)

// expand replaces ${NAME} in a value. $${ stands for ${ itself, any other $ for itself.
func (r *reader) expand(raw string, pos diag.Pos) (string, bool) {
	if !strings.Contains(raw, "${") {
		return raw, true
	}
	ok := true
	expanded := reference.ReplaceAllStringFunc(raw, func(ref string) string {
		if ref == "$${" {
			return "${"
		}
		name := reference.FindStringSubmatch(ref)[1]
		if name == "" {
			ok = false
			r.findings.Add(diag.Finding{
				Code: CodeVariable, Pos: pos,
				Problem: "no variable can be read from this", Got: ref, Want: "${NAME} with letters, digits and _",
				Hint: `write "$${" for the two characters "${" themselves`,
			})
			return ""
		}
		value, found := r.lookup(name)
		if !found {
			ok = false
			r.findings.Add(diag.Finding{
				Code: CodeVariable, Pos: pos,
				Problem: "the environment variable " + name + " is not set",
				Hint:    `set it, or write "$${" for the two characters "${" themselves`,
			})
		}
		return value
	})
	return expanded, ok
}
