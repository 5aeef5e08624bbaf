package grammar

import (
	"maps"
	"slices"
)

// Check finds names that lead to two columns of one language, names that sound
// alike, and words that the speech model cannot hear. name is the file's name
// for the diagnostics.
func (t *Columns) Check(name string, o Options) Diagnostics {
	c := &checker{f: &File{Name: name}, o: o}
	byLang := map[string][]heardEntry{}
	for _, col := range t.All() {
		lang := mainTag(col.Lang)
		for _, s := range append([]string{col.Name}, col.Aliases...) {
			e := heardEntry{s, col.ID, wordSpan(col.Pos, ""), name}
			byLang[lang] = append(byLang[lang], e)
			c.vocabulary(s, e.at)
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(byLang)) {
		c.ambiguous(byLang[lang])
		if o.Sound != nil {
			c.alike(byLang[lang])
		}
	}
	return c.diags.Sort()
}

// ambiguous reports a name that stands for two columns.
func (c *checker) ambiguous(entries []heardEntry) {
	first := map[string]heardEntry{}
	for _, e := range entries {
		key := matchKey(e.text)
		other, taken := first[key]
		if !taken {
			first[key] = e
		} else if other.outcome != e.outcome {
			c.add(Warning, "ambiguous-name", e.at, text("「%[1]s」也是 %[2]s 处栏目「%[3]s」的名字，访客会被反问", "%[1]q also names the column %[3]q at %[2]s, so visitors are asked which", e.text, other.at.start, other.outcome))
		}
	}
}
