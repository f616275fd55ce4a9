package csvfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"attio-etl/tabular"
)

// listJSON is a list as a JSON array: numbers and booleans as such, blanks as null, anything else as a string.
func listJSON(c tabular.Cell) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(jsonValue(c)); err != nil {
		return "", fmt.Errorf("write CSV: a list as JSON: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func jsonValue(c tabular.Cell) any {
	switch c.Kind() {
	case tabular.Missing, tabular.Empty:
		return nil
	case tabular.Int:
		return c.Int()
	case tabular.Float:
		return c.Float()
	case tabular.Bool:
		return c.Bool()
	case tabular.Decimal:
		return json.Number(c.Text())
	case tabular.List:
		elements := make([]any, len(c.List()))
		for i, e := range c.List() {
			elements[i] = jsonValue(e)
		}
		return elements
	default:
		return c.Text()
	}
}
