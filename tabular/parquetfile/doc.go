// Package parquetfile reads and writes Parquet: a tabular.Source over the column readers of arrow-go with the guards that they lack,
// and a writer of typed columns whose output that source reads back value by value.
//
// What a column is. One for each field of the schema's root, in file order. A field of a primitive type gives cells of the kind that
// its type states; a list of a primitive type gives lists; whatever else is nested gives JSON text. A null is a Missing cell, an empty
// text an Empty one. docs/parquet.md has the table of types.
//
// What proves the end (invariant I6). The footer of a Parquet file stands at its end, so a file that was cut short has none. Before
// the columns of a row group are decoded its pages are walked: each must be in the file, have the checksum that it states, and they
// must hold as many values as the footer states; row groups must add up to the footer's number of rows, and every column must end
// exactly where its row group does. A panic of the library becomes an error of the file.
//
// What ends the reading. A file that contradicts itself is a final *tabular.FileError: "corrupt-file", "truncated-file",
// "not-parquet", "empty-file", "encrypted-file", "unsupported-compression", "row-group-too-large", "no-such-column", "no-columns",
// "external-columns", "source-changed". A single value that is none (text that is not UTF-8, a time of 25 hours, a cell beyond the
// limit) is a Broken cell of its row: "invalid-utf8", "out-of-range", "cell-too-large", "duplicate-key".
//
// Memory does not grow with the file: a pass holds one page of each column that is read, decompressed, its dictionary, and a few
// hundred values of it. What a file claims is checked against what it has before the library makes room for it.
//
// What the reader cannot see: a flipped bit of a page that carries neither a checksum of its own nor one of its compression (zstd and
// gzip have one), where the value it changes is still a value. Files written here are zstd throughout unless told otherwise.
package parquetfile
