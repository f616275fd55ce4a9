package attio

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// errorBody is the API's error, flat (contract §3), or with the parts that matter in an envelope (reference "Error Handling"). The
// status is read from the reply's head, which both spellings of the body's own field repeat.
type errorBody struct {
	Type       words            `json:"type"`
	Code       words            `json:"code"`
	Message    words            `json:"message"`
	Path       pathWords        `json:"path"`
	Validation []validationBody `json:"validation_errors"`
	Envelope   envelopeBody     `json:"error"`
}

type envelopeBody struct {
	Code    words       `json:"code"`
	Message words       `json:"message"`
	Details detailsBody `json:"details"`
}

type detailsBody struct {
	Field  words `json:"field"`
	Reason words `json:"reason"`
}

// UnmarshalJSON implements json.Unmarshaler. An envelope of another shape is a message.
func (e *envelopeBody) UnmarshalJSON(b []byte) error {
	type plain envelopeBody
	if json.Unmarshal(b, (*plain)(e)) != nil && b[0] != '{' {
		return e.Message.UnmarshalJSON(b)
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler. Details of another shape are a reason.
func (d *detailsBody) UnmarshalJSON(b []byte) error {
	type plain detailsBody
	if json.Unmarshal(b, (*plain)(d)) != nil {
		return d.Reason.UnmarshalJSON(b)
	}
	return nil
}

// open takes the parts out of the envelope, where there is one.
func (b *errorBody) open() {
	in := b.Envelope
	if b.Code == "" {
		b.Code = in.Code
	}
	if b.Message == "" {
		b.Message = in.Message
	}
	if in.Details != (detailsBody{}) {
		v := validationBody{Message: in.Details.Reason}
		if in.Details.Field != "" {
			v.Path = pathWords{in.Details.Field}
		}
		b.Validation = append(b.Validation, v)
	}
}

// field is the attribute that an envelope names.
func (b *errorBody) field() words { return b.Envelope.Details.Field }

type validationBody struct {
	Code     words     `json:"code"`
	Path     pathWords `json:"path"`
	Message  words     `json:"message"`
	Expected words     `json:"expected"`
	Received words     `json:"received"`
}

func (v validationBody) read(c *Client) ValidationError {
	return ValidationError{
		Code: c.clean(string(v.Code)), Path: c.cleanPath(v.Path), Message: c.clean(string(v.Message)),
		Expected: c.clean(string(v.Expected)), Received: c.clean(string(v.Received)),
	}
}

// words is a text of an error body; anything else that stands in its place is kept as its JSON.
type words string

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	*w = words(s)
	return nil
}

// pathWords is a path of keys and indexes; anything but a list is taken as its only step.
type pathWords []words

// UnmarshalJSON implements json.Unmarshaler.
func (p *pathWords) UnmarshalJSON(b []byte) error {
	var steps []words
	if json.Unmarshal(b, &steps) != nil {
		steps = make([]words, 1)
		if err := json.Unmarshal(b, &steps[0]); err != nil {
			return err
		}
	}
	*p = steps
	return nil
}

// statusCode is the code of a reply that carries none.
func statusCode(status int) string { return "http_" + strconv.Itoa(status) }

// longestMessage bounds a message, in characters: the API repeats the value that it refuses, and a value may be megabytes.
const longestMessage = 500

// clean makes a server's text fit for a line of a log or a terminal: no token, no control characters, no more than one blank, and
// a bounded length.
func (c *Client) clean(s string) string {
	s = string(c.redact([]byte(s)))
	var b strings.Builder
	blank, length := false, 0
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			blank = true
			continue
		}
		if blank && length > 0 {
			b.WriteByte(' ')
		}
		if length++; length > longestMessage {
			return b.String() + "…"
		}
		b.WriteRune(r)
		blank = false
	}
	return b.String()
}

func (c *Client) cleanPath(steps []words) []string {
	path := make([]string, len(steps))
	for i, step := range steps {
		path[i] = c.clean(string(step))
	}
	return path
}

// longestPage bounds what is told of a body that is not the API's, in characters.
const longestPage = 200

var markup = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<[^>]*>`)

// plainText is the first words of an edge server's page, without its markup. JSON that says nothing is no text.
func (c *Client) plainText(body []byte) string {
	if json.Valid(body) {
		return ""
	}
	page := html.UnescapeString(markup.ReplaceAllString(string(body), " "))
	// The token goes before the page is cut: half a token is one too many.
	words := strings.Join(strings.Fields(string(c.redact([]byte(page)))), " ")
	if runes := []rune(words); len(runes) > longestPage {
		return string(runes[:longestPage]) + "…"
	}
	return words
}

// attributeInMessage finds `attribute with slug "x"`, `attribute with slug/ID "x"`, `matching_attribute slug/ID "x"` and
// `attribute slug: x`. What it finds is shown, never acted on.
var attributeInMessage = regexp.MustCompile(`(?i)attribute (?:with )?(?:slug/ID|slug|ID):? "?([\pL\pN_-]+)`)

// attributeAtFault is the attribute that the paths of an error name, or else its message.
func attributeAtFault(e *Error) string {
	for _, v := range e.Validation {
		if slug := attributeInPath(v.Path); slug != "" {
			return slug
		}
	}
	for _, step := range slices.Backward(e.Path) { // ["$or", "1", "email"]
		if _, err := strconv.Atoi(step); err != nil && !strings.HasPrefix(step, "$") {
			return step
		}
	}
	// The value that is refused stands before the attribute, and may hold anything: the last match is the API's own.
	if found := attributeInMessage.FindAllStringSubmatch(e.Message, -1); len(found) > 0 {
		return found[len(found)-1][1]
	}
	return ""
}

// attributeInPath is the step after "values". Other paths are parts of a value ("first_name") or of the request.
func attributeInPath(path []string) string {
	for i, step := range path[:max(len(path)-1, 0)] {
		if step == "values" || step == "entry_values" {
			return path[i+1]
		}
	}
	return ""
}
