//go:build cloud

package objects_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"attio-etl/internal/storage"
	"attio-etl/internal/storage/objects"
)

// TestS3 runs the same against a server that speaks the protocol of S3, with credentials from the environment.
func TestS3(t *testing.T) {
	backend := s3mem.New()
	if err := backend.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	// What the machine has configured must not matter; a file that is not there is no error.
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	query := "?" + url.Values{"endpoint": {server.URL}, "region": {"us-east-1"}, "use_path_style": {"true"}}.Encode()
	testBucket(t, driver{
		url: "s3://bucket/", query: query,
		open: func(ctx context.Context, url string) (storage.Bucket, error) { return objects.Open(ctx, url) },
		names: func() []string {
			list, err := backend.ListBucket("bucket", nil, gofakes3.ListBucketPage{})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, object := range list.Contents {
				names = append(names, object.Key)
			}
			slices.Sort(names)
			return names
		},
	})
}
