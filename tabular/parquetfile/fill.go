package parquetfile

import "attio-etl/tabular"

// filler makes the cells of values that follow each other, none of them null, into every stride-th place of out: one call for many
// values, so that what a type costs is a loop.
type filler[T any] func(out []tabular.Cell, stride int, values []T)

// each is for types that are too rare for a loop of their own.
func each[T any](toCell func(T) tabular.Cell) filler[T] {
	return func(out []tabular.Cell, stride int, values []T) {
		for i, v := range values {
			out[i*stride] = toCell(v)
		}
	}
}

func fillMissing(out []tabular.Cell, stride, n int) {
	for i := range n {
		out[i*stride].SetMissing()
	}
}

// noValues is for columns of the type that has no value but null.
func noValues[T any](out []tabular.Cell, stride int, values []T) {
	fillMissing(out, stride, len(values))
}

func fillInts[T int32 | int64](out []tabular.Cell, stride int, values []T) {
	for i, v := range values {
		out[i*stride].SetInt(int64(v))
	}
}

func fillFloats(out []tabular.Cell, stride int, values []float64) {
	for i, v := range values {
		out[i*stride].SetFloat(v)
	}
}

func fillBools(out []tabular.Cell, stride int, values []bool) {
	for i, v := range values {
		out[i*stride].SetBool(v)
	}
}

func fillDays(out []tabular.Cell, stride int, values []int32) {
	for i, v := range values {
		out[i*stride].SetDay(int64(v))
	}
}
