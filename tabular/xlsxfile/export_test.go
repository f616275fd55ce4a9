package xlsxfile

// LimitRows makes sheets end after so many rows, the header included: a full one takes seconds to write.
func (w *Writer) LimitRows(n int) { w.limit = n }
