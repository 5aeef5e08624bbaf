package grammar

// File is one grammar file: what an admin writes and saves.
type File struct {
	Name      string // the file's name, for diagnostics
	Language  string // BCP 47, "zh-CN"; guessed when the file names none
	Settings  Settings
	SkipWords []SkipWord
	Lists     map[string]*List
	Rules     map[string]*Rule
	Intents   []*Intent // in file order
}

// Settings say how a file is matched.
type Settings struct {
	// IgnoreWhitespace matches as if there were no white space at all, for
	// Chinese.
	IgnoreWhitespace bool
	// FilterWithRegex is accepted for hassil's files. It chooses an
	// optimisation there and changes no result.
	FilterWithRegex bool
}

// SkipWord is a word that an utterance may contain anywhere: 请问, 谢谢.
type SkipWord struct {
	Text string
	Pos  Pos
}

// List is what a {list} stands for. Exactly one of Values, Range and Wildcard
// is set; all are empty for a list that the service fills, as "column: {}".
type List struct {
	Name     string
	Values   []*Value
	Range    *Range
	Wildcard bool // any text that is not empty
	Metadata map[string]any
	Pos      Pos
}

// Value is one entry of a list.
type Value struct {
	In       string    // what is said, template text
	Template *Template // In, parsed; for a literal value one Text
	Out      any       // what the slot gets; nil means the text that matched
	Context  map[string]any
	Metadata map[string]any
	Pos      Pos
}

// Rule is a named part of templates.
type Rule struct {
	Name string
	Body *Template
	Pos  Pos
}

// Intent is a name for what was wanted, and the ways of saying it.
type Intent struct {
	Name   string
	Blocks []*Block // in file order
	Pos    Pos
}

// Block is sentences that share slots, conditions and an outcome: one entry
// of an intent's data.
type Block struct {
	Sentences        []*Template
	Slots            map[string]any // fill only names that the match left out
	RequiresContext  []Condition    // sorted by key
	ExcludesContext  []Condition    // sorted by key
	RequiredKeywords []string
	Metadata         map[string]any
	Lists            map[string]*List // before those of the call and the file
	Rules            map[string]*Rule
	Response         string

	Route   string   // id of the column to open
	Control *Control // the page or dialogue control to perform
	Action  string   // "search": look for the slot query; or another of a Reply's actions
	Say     string   // what is said or shown with the reply; {slot} is filled in
	Weight  float64  // prior among blocks that match alike; 1 unless given
	Roles   []string // who the block is for: resident, enterprise, tourist; empty means everybody

	Pos       Pos
	RoutePos  Pos
	ActionPos Pos
}

// Control is a control's name, as in the Reply contract, and its fixed
// arguments; arguments may also come from slots of the same names.
type Control struct {
	Name string
	Args map[string]any
	Pos  Pos
}

// Condition is one entry of requires_context or excludes_context.
type Condition struct {
	Key    string
	Values []any  // one of these; empty means any value
	Slot   string // slot that gets a copy of the context's value; empty means none
	Pos    Pos
}
