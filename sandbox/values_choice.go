package sandbox

import "context"

// parseChoice reads a select option or a status by exact title or id. Unknown and archived ones are refused: a write never
// creates one (contract §9).
func parseChoice(_ context.Context, w *writer, a *attribute, in any) (fields, error) {
	key := a.choiceKey()
	in, err := single(a, in, key)
	if err != nil {
		return nil, err
	}
	s, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	c, ok := a.choiceAs(s, w.st.switches.TitleCase)
	if !ok || c.Archived {
		return nil, unknownChoice(a, s)
	}
	return fields{key: c.ID}, nil
}

func unknownChoice(a *attribute, title string) error {
	if a.Type == typeStatus {
		return badRequest(codeValueNotFound, "Cannot find status attribute with status title %q.", title).about(a.Slug)
	}
	return badRequest(codeValueNotFound, "Cannot find select attribute with select option title %q.", title).about(a.Slug)
}
