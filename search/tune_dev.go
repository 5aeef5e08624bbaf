package search

// T are tunables during development.
var T = map[string]float64{
	"k1": 0.9, "tw": 2.5, "tb": 0.7, "bb": 0.6,
	"cross": 0.7, "long": 0.5, "weakIn": 0.05, "weakX": 0.3, "single": 0.0,
	"cover": 0.5, "title": 0.3, "window": 0.6, "phrase": 0.3, "exact": 0.3, "wsize": 100,
	"idfpow": 1, "soundgain": 0.05, "soundw": 0.8, "soundcov": 0.9, "syn": 0.5, "nat": 0.3, "prf": 0.3, "prfcov": 0.6, "prfdocs": 6, "prfterms": 15,
}

// Flush drops caches.
func (x *Index) Flush() { x.stale.Store(true) }
