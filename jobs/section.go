package jobs

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
)

// kind is how the value of a key is read.
type kind uint8

const (
	text       kind = iota // a text that is not empty
	choice                 // one of a few words
	flag                   // true or false
	rate                   // a number above zero
	count                  // a whole number from one, or zero, to a largest
	texts                  // a list of texts
	expression             // a text of the expression language
	own                    // read by the key's set itself: a section, or one of several forms
	planned                // of the language, but not of this version
)

// key is one key of a section that fills a T.
type key[T any] struct {
	name     string
	kind     kind
	doc      string
	required bool
	most     int      // count: the largest
	zero     bool     // count: whether 0 is one
	words    []string // choice: those of this version
	later    []string // choice: those that a later version adds
	set      func(r *reader, into *T, v value)
}

// value is what was read for a key; which fields are set follows from its kind.
type value struct {
	Text        // text, choice, flag, rate, count
	yes    bool // flag
	number float64
	whole  int
	texts  []Text
	expr   Expression
	keyPos diag.Pos
	node   *yaml.Node
	what   string // what findings call it
}

// section reads a mapping by the table of its keys; what is its path, empty for the job itself. It returns the keys that the file has, in what spelling soever: one that is
// there and wrong is not also missing.
func section[T any](r *reader, n *yaml.Node, what string, keys []key[T], into *T) map[string]bool {
	there := map[string]bool{}
	pairs, ok := r.pairs(n, title(what), "a mapping with "+listNames(names(keys, false)))
	if !ok {
		return there
	}
	for _, p := range pairs {
		i := slices.IndexFunc(keys, func(k key[T]) bool { return k.name == p.name })
		if i < 0 {
			there[unknownKey(r, p, what, keys)] = true
			continue
		}
		there[p.name] = true
		readKey(r, keys[i], p, what, into)
	}
	for _, k := range keys {
		if k.required && !there[k.name] {
			r.findings.Add(diag.Finding{
				Code: CodeRequiredKey, Pos: r.pos(n), Problem: fmt.Sprintf("%s has no %q: %s", title(what), k.name, k.doc),
			})
		}
	}
	return there
}

// title is what findings call the section of a path.
func title(what string) string { return cmp.Or(what, "the job") }

// unknownKey reports a key that the language lacks and returns the one that it probably stands for.
func unknownKey[T any](r *reader, p pair, what string, keys []key[T]) string {
	all := names(keys, true)
	hint := "keys here: " + listNames(names(keys, false))
	near, ok := Nearest(p.name, all)
	if ok {
		hint = "did you mean " + diag.Quote(near) + "?"
	}
	r.findings.Add(diag.Finding{
		Code: CodeUnknownKey, Pos: p.pos, Problem: fmt.Sprintf("%s has no key %s", title(what), diag.Quote(p.name)), Hint: hint,
	})
	return near
}

func readKey[T any](r *reader, k key[T], p pair, what string, into *T) {
	v := value{keyPos: p.pos, node: p.node, what: strings.TrimPrefix(what+"."+k.name, ".")}
	ok := true
	switch k.kind {
	case text:
		v.Text, ok = r.filled(p.node, v.what, "a text")
	case choice:
		v.Text, ok = r.choice(p.node, v.what, k.words, k.later)
	case flag:
		v.Text, ok = r.choice(p.node, v.what, []string{"true", "false"}, nil)
		v.yes = v.Value == "true"
	case rate:
		v.Text, v.number, ok = r.rate(p.node, v.what)
	case count:
		least := 1
		if k.zero {
			least = 0
		}
		v.Text, v.whole, ok = r.count(p.node, v.what, least, k.most)
	case texts:
		v.texts = r.texts(p.node, v.what)
	case expression:
		v.expr, ok = r.expression(p.node, v.what)
	case own:
	case planned:
		r.findings.Add(diag.Finding{
			Code: CodePlannedKey, Pos: p.pos, Problem: fmt.Sprintf("this version does not read %s yet (%s)", v.what, k.doc),
			Hint: "leave it out, or use a later version",
		})
		return
	}
	if ok {
		k.set(r, into, v)
	}
}

// names lists a table's keys, with or without those that are only planned.
func names[T any](keys []key[T], withPlanned bool) []string {
	var all []string
	for _, k := range keys {
		if withPlanned || k.kind != planned {
			all = append(all, k.name)
		}
	}
	return all
}

func (r *reader) choice(n *yaml.Node, what string, words, later []string) (Text, bool) {
	want := strings.Join(words, " or ")
	t, ok := r.filled(n, what, want)
	switch {
	case !ok:
		return Text{}, false
	case slices.Contains(words, t.Value):
		return t, true
	case slices.Contains(later, t.Value):
		r.findings.Add(diag.Finding{
			Code: CodePlannedChoice, Pos: t.Pos, Problem: "this version does not have this " + what + " yet", Got: t.Raw, Want: want,
			Hint: "use one of those, or a later version",
		})
	default:
		f := diag.Finding{Code: CodeUnknownChoice, Pos: t.Pos, Problem: what + " is none of its choices", Got: t.Raw, Want: want}
		if near, ok := Nearest(t.Raw, append(slices.Clone(words), later...)); ok {
			f.Hint = "did you mean " + diag.Quote(near) + "?"
		}
		r.findings.Add(f)
	}
	return Text{}, false
}

func (r *reader) rate(n *yaml.Node, what string) (Text, float64, bool) {
	const want = "a number above zero, such as 10 or 2.5"
	t, ok := r.filled(n, what, want)
	if !ok {
		return t, 0, false
	}
	number, err := strconv.ParseFloat(t.Value, 64)
	if err != nil || number <= 0 || strings.Trim(t.Value, "0123456789.") != "" {
		r.findings.Add(diag.Finding{Code: CodeNotANumber, Pos: t.Pos, Problem: what + " is not a rate", Got: t.Raw, Want: want})
		return t, 0, false
	}
	return t, number, true
}

func (r *reader) count(n *yaml.Node, what string, least, most int) (Text, int, bool) {
	want := fmt.Sprintf("a whole number from %d to %d", least, most)
	t, ok := r.filled(n, what, want)
	if !ok {
		return t, 0, false
	}
	whole, err := strconv.Atoi(t.Value)
	if err != nil || whole < least || whole > most {
		r.findings.Add(diag.Finding{Code: CodeNotANumber, Pos: t.Pos, Problem: what + " is no such number", Got: t.Raw, Want: want})
		return t, 0, false
	}
	return t, whole, true
}

// texts reads a list of texts; those that cannot be read are left out.
func (r *reader) texts(n *yaml.Node, what string) []Text {
	var all []Text
	for _, e := range r.list(n, what, "a list of texts, such as ['', 'N/A']") {
		if t, ok := r.text(e, "an element of "+what, "a text"); ok {
			all = append(all, t)
		}
	}
	return all
}
