// Package objects is object storage behind storage.Bucket: the one place that knows gocloud.dev. Without the build tag "cloud" it knows
// the drivers for a directory and for memory alone, which tests use; those of S3, Google Cloud Storage and Azure make the program
// more than twice as large (docs/adr/0012).
package objects
