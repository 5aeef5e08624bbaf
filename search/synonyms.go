package search

// synonyms expand what people say into what pages say.
type synonyms struct{}
