//go:build !cloud

package main

import "attio-etl/internal/storage"

// buckets opens nothing: this program was built without the drivers of object storage.
func buckets() storage.OpenBucket { return nil }
