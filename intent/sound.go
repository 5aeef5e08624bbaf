package intent

import "github.com/tingdong/tingdong/intent/phonetic"

// Sound is the key under which s sounds the same: toneless pinyin with the
// accents merged (权力清单 and 权利清单 have one key), words in lower case.
func Sound(s string) string { return phonetic.Sound(s) }
