package main

import (
	"compress/gzip"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// packFile compresses a file as the name of the new one says: packed FILE NEW.
func packFile(ts *testscript.TestScript, _ bool, args []string) {
	from, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer from.Close()
	into, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	var packer io.WriteCloser = gzip.NewWriter(into)
	if strings.HasSuffix(args[1], ".zst") {
		packer, err = zstd.NewWriter(into)
		ts.Check(err)
	}
	_, err = io.Copy(packer, from)
	ts.Check(err)
	ts.Check(packer.Close())
	ts.Check(into.Close())
}

// cutFile takes the last bytes of a file away: cut FILE N.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(path, info.Size()-n))
}
