package csvfile

import "bytes"

// lineEnd is what ends the lines of the file: a carriage return alone, as on old Macs, where the start of the file has no other line
// end outside quotes, and a line feed in any other file, with or without a carriage return before it. A file that has both is
// refused where the other one turns up.
func (p *pass) lineEnd() byte {
	sample, whole := p.text.in.peek()
	quote := p.quote()
	open, returns := false, 0
	for i, c := range sample {
		switch {
		case quote != 0 && c == quote:
			open = !open
		case open:
		case c == '\n':
			return '\n'
		case c == '\r' && (whole || i+1 < len(sample)) && !bytes.HasPrefix(sample[i+1:], []byte{'\n'}):
			returns++
		}
	}
	if returns > 0 {
		return '\r'
	}
	return '\n'
}
