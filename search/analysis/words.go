package analysis

// Words finds dictionary words in Chinese text.
type Words struct{}

// Long calls fn for words of three and more characters; rune offsets.
func (w *Words) Long(text []rune, fn func(i, j int)) {}
