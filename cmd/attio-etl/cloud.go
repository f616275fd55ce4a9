//go:build cloud

package main

import (
	"context"

	"attio-etl/internal/storage"
	"attio-etl/internal/storage/objects"
)

// buckets opens object storage: this program was built with its drivers.
func buckets() storage.OpenBucket {
	return func(ctx context.Context, url string) (storage.Bucket, error) { return objects.Open(ctx, url) }
}
