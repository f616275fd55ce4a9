package attio

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"unicode/utf8"
)

var errNotUTF8 = errors.New("text is not valid UTF-8")

// encode is JSON as it is meant: encoding/json would turn "<" into an escape and, without a word, bytes that are not UTF-8 into
// replacement characters.
func encode(v any) ([]byte, error) {
	if !validText(reflect.ValueOf(v)) {
		return nil, errNotUTF8
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// validText reports whether every string within v is valid UTF-8.
func validText(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String())
	case reflect.Interface, reflect.Pointer:
		return v.IsNil() || validText(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !validText(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			if !validText(entry.Key()) || !validText(entry.Value()) {
				return false
			}
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !validText(field) {
				return false
			}
		}
	default:
	}
	return true
}
