package grammar

import "testing"

// TestParseRealGrammar reads the whole public zh-CN grammar without a finding.
func TestParseRealGrammar(t *testing.T) {
	f, diags := Parse("grammar_zh-CN.json", sharedFile(t, "conformance/ha-intents/grammar_zh-CN.json"))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	templates := 0
	for _, in := range f.Intents {
		for _, b := range in.Blocks {
			templates += len(b.Sentences)
		}
	}
	if len(f.Intents) != 40 || templates < 700 {
		t.Errorf("%d intents with %d templates, want 40 with at least 700", len(f.Intents), templates)
	}
}

func TestShipped(t *testing.T) {
	for _, s := range Shipped() {
		if _, diags := Parse(s.Name, s.Data); len(diags) > 0 {
			t.Error(diags)
		}
	}
	src := ShippedColumns()
	c, diags := ParseColumns(src.Name, src.Data)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if zh, en := len(c.Lang("zh-CN")), len(c.Lang("en")); zh != 158 || en != 39 {
		t.Errorf("%d Chinese and %d English columns, want 158 and 39", zh, en)
	}
	if got := c.Path("xxgkml"); len(got) != 2 || got[0] != "政务公开" || got[1] != "信息公开目录" {
		t.Errorf("path of xxgkml: %v", got)
	}
}
