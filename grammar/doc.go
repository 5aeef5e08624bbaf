// Package grammar is the command language: it answers "is this text a valid
// grammar, and what does it mean?". It parses, checks, prints, formats and
// samples grammars, holds the portal's column table, and ships the grammars
// and columns of the demo portal. What a speaker wanted is decided in package
// intent.
package grammar
