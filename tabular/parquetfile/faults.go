package parquetfile

import (
	"fmt"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// corrupt is a file that contradicts itself or cannot be decoded. Row is the first one that could not be read, 0 where there is none.
func corrupt(from storage.File, row int64, what string, err error) *tabular.FileError {
	e := from.Fault("corrupt-file", fmt.Sprintf("%s cannot be read: %v", what, err), "export the file again")
	e.Line, e.Err = row, err
	return e
}

func truncated(from storage.File) *tabular.FileError {
	return from.Fault("truncated-file", "the file starts as a Parquet file but does not end as one", "it was cut short or is still being written: copy it again")
}

func encrypted(from storage.File) *tabular.FileError {
	return from.Fault("encrypted-file", "the file is encrypted", "export it without encryption")
}

// panicked is the error of a panic of the library, which meets some malformed files with one.
func panicked(r any) error {
	if err, ok := r.(error); ok {
		return fmt.Errorf("the decoder gave up: %w", err)
	}
	return fmt.Errorf("the decoder gave up: %v", r)
}
