package xlsxfile

import "fmt"

// maxFormatCode is far above what Excel takes, 255 characters.
const maxFormatCode = 4096

type xmlStyles struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// styles is the number format of each style that a cell may have.
func (a *archive) styles(name string, b *budget) ([]numberFormat, error) {
	var content xmlStyles
	if err := a.unmarshal(name, b, &content); err != nil {
		return nil, err
	}
	custom := make(map[int]numberFormat, len(content.Formats))
	for _, f := range content.Formats {
		if len(f.Code) > maxFormatCode {
			return nil, a.fault("malformed-file", name, fmt.Sprintf("has a number format of %d bytes", len(f.Code)), nil)
		}
		custom[f.ID] = parseFormat(f.Code)
	}
	formats := make([]numberFormat, len(content.Cells))
	for i, cell := range content.Cells {
		if f, ok := custom[cell.Format]; ok {
			formats[i] = f
		} else {
			formats[i] = builtinFormat(cell.Format)
		}
	}
	return formats, nil
}
