package grammar

// Column is one row of the portal's column table: a page that a visitor can
// ask for by name.
type Column struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name"`
	Lang    string   `yaml:"lang" json:"lang,omitempty"` // BCP 47, "zh-CN" when empty
	URL     string   `yaml:"url" json:"url"`
	Aliases []string `yaml:"aliases,flow,omitempty" json:"aliases,omitempty"`
	Roles   []string `yaml:"roles,flow,omitempty" json:"roles,omitempty"` // resident, enterprise, tourist
	Parent  string   `yaml:"parent,omitempty" json:"parent,omitempty"`
	Pos     Pos      `yaml:"-" json:"-"`
}
