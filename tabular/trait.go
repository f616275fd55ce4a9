package tabular

// Trait is something that is known of how a file is written, for whoever looks at it: `delimiter`, `';': 3 columns in the header …`.
type Trait struct {
	Name  string
	Value string
}
