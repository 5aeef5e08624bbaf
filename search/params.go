package search

// Parameters of ranking. They were chosen one after the other on half of the
// tuning queries (see eval.Judged.Half), over both collections together;
// docs/search.md has the scores of both halves.
const (
	// BM25F: a hit in the title counts for three in the body.
	k1          = 1.2
	titleWeight = 3.0
	titleB      = 0.9
	bodyB       = 0.5

	// Weights of the terms of a query against a pair of characters inside a
	// word.
	acrossWords = 0.7  // a pair that two words share
	weakAcross  = 0.6  // a pair of which one character asks or connects
	weakInside  = 0.03 // a pair inside 如何, 哪些, …
	longWord    = 0.15 // a word of three and more characters, beside its pairs
	loneChar    = 0.5  // a single Chinese character
	synonym     = 0.5  // the terms of an official word for one that was said

	// Second stage: score = BM25F × (1 + Σ weight × feature).
	coverWeight  = 0.5
	windowWeight = 1.1
	phraseWeight = 0.3
	exactWeight  = 0.3
	numberWeight = 0.2 // what a page loses that has none of the query's numbers
	windowSize   = 100 // characters of a passage: two sentences

	// authorityWeight is the gain of an article of basic national law over a
	// local rule.
	authorityWeight = 1.3

	// Related words are added when the best page has less of the query than
	// relatedCover; the strongest gets relatedWeight.
	relatedCover  = 0.6
	relatedWeight = 0.4
	relatedDocs   = 3
	relatedTerms  = 15
	relatedChars  = 400 // of each document are read

	// freshWeight is the gain of news of the index's newest day; it halves
	// every freshHalfLife days.
	freshWeight   = 0.15
	freshHalfLife = 180.0
)
