package intent

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// freeSlots are the wildcards of the Home Assistant grammar: what is misheard
// there cannot be known to be wrong.
var freeSlots = []string{"message", "search_query", "zone", "timer_name", "item", "conversation_command"}

// TestHomeAssistantMisheard makes one error in each of the 817 sentences
// for each kind of error, and counts what tolerant matching makes of it.
func TestHomeAssistantMisheard(t *testing.T) {
	ha := loadHomeAssistant(t)
	wrongIntents, all := 0, 0
	for _, c := range []struct {
		kind  string
		least float64
	}{{"homophone", 0.98}, {"accent", 0.95}, {"drop", 0.85}, {"insert", 0.85}} {
		n := newNoise(noiseSeed)
		right, wrong, total := 0, 0, 0
		for range rounds() {
			for _, row := range ha.rows {
				heard, ok := n.wrong(row.Sentence, c.kind, row.free())
				if !ok {
					continue
				}
				total++
				r, ok := ha.matcher.MatchBest(ha.call(row, heard))
				switch {
				case row.right(r, ok):
					right++
				case ok && r.Intent != row.Intent:
					wrong++
					fallthrough
				default:
					if os.Getenv("SHOW") == c.kind {
						fmt.Println(row.Sentence, heard, row.Intent, row.Slots, "→", ok, r.Intent, r.Slots, r.Confidence)
					}
				}
			}
		}
		t.Logf("%-9s %d of %d right (%.2f %%), wrong intent %d (%.2f %%)", c.kind, right, total, percent(right, total), wrong, percent(wrong, total))
		if float64(right) < c.least*float64(total) {
			t.Errorf("%s: %.2f %% right, want %.0f %%", c.kind, percent(right, total), 100*c.least)
		}
		wrongIntents, all = wrongIntents+wrong, all+total
	}
	if float64(wrongIntents) > 0.005*float64(all) {
		t.Errorf("wrong intent %.2f %%, want 0.5 %% at most", percent(wrongIntents, all))
	}
}

// rounds is how often each sentence is misheard, 1 unless ROUNDS says more.
func rounds() int {
	n, err := strconv.Atoi(os.Getenv("ROUNDS"))
	if err != nil {
		return 1
	}
	return n
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// free are the free texts of a sentence.
func (row haRow) free() []string {
	var out []string
	for _, name := range freeSlots {
		if v, ok := row.Slots[name].(string); ok {
			out = append(out, v)
		}
	}
	if v, ok := row.Slots["name"].(string); ok && row.Intent[:4] == "Hass" && len(row.Intent) > 9 && row.Intent[len(row.Intent)-5:] == "Timer" {
		out = append(out, v)
	}
	return out
}
