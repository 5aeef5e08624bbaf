package intent
import ("testing";"os";"strings";"fmt")
func TestDebug(t *testing.T) {
	m := shipped(t)
	for _, s := range strings.Split(os.Getenv("TEXTS"), ";") {
		d := ask(m, s)
		fmt.Println("==", s, "→", outcomeOf(d))
		for _, c := range d.Candidates { fmt.Printf("   %.3f conf %.3f %v %s | %s %v q=%s\n", c.rank, c.Confidence, c.Exact, c.Intent, c.Template, c.Slots, c.SearchFor) }
	}
}
