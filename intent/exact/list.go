package exact

import (
	"maps"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/intent/condition"
	"github.com/tingdong/tingdong/intent/number"
)

func (w *walker) list(ref *grammar.ListRef, st state, k next) {
	if st.pos >= len(w.text) {
		return
	}
	l := w.scope.List(ref)
	if l == nil && ref.Range != nil {
		l = &grammar.List{Range: ref.Range}
	}
	switch {
	case l == nil:
	case l.Wildcard:
		if st.open { // two wildcards in a row: the first takes one character at least
			w.openAfterOpen(ref, st, k)
			return
		}
		st.last = &entity{Entity{Slot: ref.Slot, Wildcard: true, Capture: ref.Capture}, st.last}
		st.open, st.from, st.whole = true, st.pos, ref.EndOfWord
		k(st)
	case l.Range != nil:
		w.numbers(ref, l.Range, st, k)
	default:
		w.values(ref, l, st, k)
	}
}

// openAfterOpen splits the text between two neighbouring wildcards at each
// word.
func (w *walker) openAfterOpen(ref *grammar.ListRef, st state, k next) {
	for i := st.from + 1; i < len(w.text); i++ {
		if w.spent() {
			return
		}
		if !w.scope.IgnoreSpace && !unicode.IsSpace(w.text[i]) {
			continue
		}
		closed, ok := w.close(st, i)
		if !ok {
			continue
		}
		closed.last = &entity{Entity{Slot: ref.Slot, Wildcard: true, Capture: ref.Capture}, closed.last}
		closed.open, closed.from, closed.whole = true, i, ref.EndOfWord
		k(closed)
	}
}

// values tries each value of a list.
func (w *walker) values(ref *grammar.ListRef, l *grammar.List, st state, k next) {
	for _, v := range l.Values {
		if w.spent() {
			return
		}
		if v.Template == nil || !w.allowed(v) {
			continue
		}
		before := st
		w.node(v.Template.Root, st, func(st state) {
			from := before.pos
			if before.open { // the wildcard before it was closed on the way
				from = w.endOf(st.last, before)
			}
			e := Entity{Slot: ref.Slot, Capture: ref.Capture, Text: strings.TrimSpace(string(w.text[from:st.pos]))}
			e.Value = v.Out
			if v.Out == nil {
				e.Value = e.Text
				if _, isTemplate := v.Template.Root.(*grammar.Sequence); isTemplate && plain(v.Template.Root) {
					e.Value = v.In
				}
			}
			st.last = &entity{e, st.last}
			st.start, st.literal = ref.EndOfWord || before.start, before.literal
			if len(v.Context) > 0 {
				st.context = maps.Clone(st.context)
				if st.context == nil {
					st.context = map[string]any{}
				}
				maps.Copy(st.context, v.Context)
			}
			k(st)
		})
	}
}

// endOf is where the text of the wildcard that was open in before ends.
func (w *walker) endOf(last *entity, before state) int {
	for e := last; e != nil; e = e.before {
		if e.before == before.last.before && e.Wildcard {
			i := before.from
			for i < len(w.text) && unicode.IsSpace(w.text[i]) {
				i++
			}
			return i + len([]rune(e.Text))
		}
	}
	return before.pos
}

// plain reports whether a template consists of words only.
func plain(n grammar.Node) bool {
	return grammar.Walk(n, func(n grammar.Node) bool {
		switch n.(type) {
		case *grammar.Text, *grammar.Sequence:
			return true
		}
		return false
	})
}

// allowed checks a value's own context against the block's conditions; keys
// that it does not have are not its business.
func (w *walker) allowed(v *grammar.Value) bool {
	return condition.MayHold(w.scope.Requires, v.Context) && !condition.Excluded(w.scope.Excludes, v.Context)
}

// numbers matches digits or, where there are none, number words.
func (w *walker) numbers(ref *grammar.ListRef, r *grammar.Range, st state, k next) {
	digits := false
	last := st.pos
	if st.open {
		last = len(w.text) - 1
	}
	for i := st.pos; i <= last; {
		at := i
		if at = w.skipSpace(at, false); at >= len(w.text) {
			break
		}
		end, value, ok := w.digits(at, r)
		if end == at {
			i = at + 1
			continue
		}
		digits = true
		if ok && r.Digits {
			w.number(ref, r, st, at, end, value, k)
		}
		i = end
	}
	if digits || !r.Words {
		return
	}
	language := r.WordsLanguage
	if language == "" {
		language = w.scope.Language
	}
	for i := st.pos; i <= last && !w.spent(); i++ {
		w.words(ref, r, language, st, w.skipSpace(i, false), k)
	}
}

// digits reads a number in digits at i and whether it is in the range; end is
// i when there is none.
func (w *walker) digits(i int, r *grammar.Range) (end int, value float64, ok bool) {
	end = i
	if end < len(w.text) && w.text[end] == '-' {
		end++
	}
	first := end
	for end < len(w.text) && w.text[end] >= '0' && w.text[end] <= '9' {
		end++
	}
	if end == first {
		return i, 0, false
	}
	if r.Fractions != "" && end+1 < len(w.text) && (w.text[end] == '.' || w.text[end] == ',') {
		stop := end + 1
		for stop < len(w.text) && w.text[stop] >= '0' && w.text[stop] <= '9' {
			stop++
		}
		if stop > end+1 {
			text := strings.Replace(string(w.text[i:stop]), ",", ".", 1)
			value, err := strconv.ParseFloat(text, 64)
			return stop, value, err == nil && inFractions(value, r)
		}
	}
	value, err := strconv.ParseFloat(string(w.text[i:end]), 64)
	return end, value, err == nil && inRange(value, r)
}

func inRange(v float64, r *grammar.Range) bool {
	if v < float64(r.From) || v > float64(r.To) || v != math.Trunc(v) {
		return false
	}
	return r.Step <= 1 || math.Mod(v-float64(r.From), float64(r.Step)) == 0
}

// inFractions accepts what lies at a half or a tenth after a number of the
// range.
func inFractions(v float64, r *grammar.Range) bool {
	parts := 2.0
	if r.Fractions == "tenths" {
		parts = 10
	}
	scaled := v * parts
	return math.Abs(scaled-math.Round(scaled)) < 1e-9 && inRange(math.Floor(v+1e-9), r)
}

// words matches a spelled-out number at i.
func (w *walker) words(ref *grammar.ListRef, r *grammar.Range, language string, st state, i int, k next) {
	zh := strings.HasPrefix(strings.ToLower(language), "zh")
	for end := i + 1; end <= len(w.lower) && end-i <= 80; end++ {
		c := w.lower[end-1]
		if zh && !number.IsChinese(c) || !zh && !unicode.IsLetter(c) && c != ' ' && c != '-' {
			return
		}
		if !zh && (c == ' ' || c == '-' || end < len(w.lower) && unicode.IsLetter(w.lower[end]) && unicode.IsLetter(c)) {
			continue
		}
		parse := number.ParseEnglish
		if zh {
			parse = number.ParseChinese
		}
		if n, ok := parse(string(w.lower[i:end])); ok && inRange(float64(n), r) {
			w.number(ref, r, st, i, end, float64(n), k)
		}
	}
}

// number fills the slot and goes on behind it.
func (w *walker) number(ref *grammar.ListRef, r *grammar.Range, st state, from, end int, value float64, k next) {
	if w.spent() {
		return
	}
	if st.open {
		closed, ok := w.close(st, from)
		if !ok {
			return
		}
		st = closed
	}
	if r.Multiplier != 0 {
		value *= r.Multiplier
	}
	st.last = &entity{Entity{Slot: ref.Slot, Capture: ref.Capture, Text: string(w.text[from:end]), Value: value}, st.last}
	st.pos, st.start = end, ref.EndOfWord || st.start
	k(st)
}
