package insights

import "strings"

func (q *asking) totals(t *Totals) {
	const n = "COALESCE(SUM(%), 0)"
	found := 0
	q.each(`SELECT `+counts(n,
		"kind = 'turn'", "action = 'navigate' AND kind = 'turn'", "action = 'control' AND kind = 'turn'", "action = 'search' AND kind = 'turn'",
		"action = 'clarify' AND kind = 'turn'", "action = 'none' AND kind = 'turn'", missed,
		"outcome = 'no_result'", "outcome = 'not_understood'", "outcome = 'low_confidence'", "outcome = 'silent'",
		"kind = 'click'", "kind = 'cancel'", "kind = 'turn' AND action = 'search' AND hits > 0")+
		`, COALESCE(AVG(took_ms) FILTER (WHERE kind = 'turn'), 0) FROM events WHERE $WHERE`, nil, func(scan func(...any) error) error {
		return scan(&t.Turns, &t.Navigate, &t.Control, &t.Search, &t.Clarify, &t.None, &t.Missed, &t.NoResult, &t.NotUnderstood,
			&t.LowConfidence, &t.Silent, &t.Clicks, &t.Cancels, &found, &t.MeanMS)
	})
	q.each(`SELECT took_ms FROM events WHERE $WHERE AND kind = 'turn' ORDER BY took_ms LIMIT 1 OFFSET ?`, []any{t.Turns * 95 / 100},
		func(scan func(...any) error) error { return scan(&t.P95MS) })
	if said := t.Turns - t.Silent; said > 0 {
		t.SuccessRate = ratio(max(0, said-t.Missed-t.Cancels), said)
	}
	if found > 0 && q.f.Way == "" { // a click does not tell by which way the search came
		t.ClickRate = ratio(t.Clicks, found)
	}
}

// counts writes one aggregate for each condition, which stands for the %.
func counts(aggregate string, conditions ...string) (out string) {
	for i, c := range conditions {
		if i > 0 {
			out += ", "
		}
		out += strings.ReplaceAll(aggregate, "%", c)
	}
	return out
}

func ratio(part, whole int) *float64 {
	r := float64(part) / float64(whole)
	return &r
}

// days fills the days. Rows come by quarters of an hour, since that is what
// time zones are cut in.
func (q *asking) days(days []Day) {
	place := map[string]int{}
	for i, d := range days {
		place[d.Day] = i
	}
	q.each(`SELECT at / 900, `+counts("SUM(%)", "kind = 'turn'", missed, "kind = 'click'", "kind = 'cancel'", "way = 'voice'", "way = 'text'",
		"way = 'search'")+` FROM events WHERE $WHERE GROUP BY at / 900`, nil, func(scan func(...any) error) error {
		var quarter int64
		var d Day
		if err := scan(&quarter, &d.Turns, &d.Missed, &d.Clicks, &d.Cancels, &d.Voice, &d.Text, &d.Search); err != nil {
			return err
		}
		i, ok := place[q.day(quarter*900)]
		if !ok {
			return nil
		}
		sum := &days[i]
		sum.Turns, sum.Missed, sum.Clicks, sum.Cancels = sum.Turns+d.Turns, sum.Missed+d.Missed, sum.Clicks+d.Clicks, sum.Cancels+d.Cancels
		sum.Voice, sum.Text, sum.Search = sum.Voice+d.Voice, sum.Text+d.Text, sum.Search+d.Search
		return nil
	})
}

func (q *asking) shares(r *Report) {
	for column, list := range map[string]*[]Share{"way": &r.Ways, "lang": &r.Langs, "role": &r.Roles} {
		q.each(`SELECT `+column+`, COUNT(*), SUM(`+missed+`) FROM events WHERE $WHERE AND kind = 'turn' GROUP BY 1 ORDER BY 2 DESC, 1`, nil,
			func(scan func(...any) error) error {
				var s Share
				err := scan(&s.Name, &s.Turns, &s.Missed)
				*list = append(*list, s)
				return err
			})
	}
}

// texts are the top queries and what was missed. Where MAX picks a row,
// SQLite takes the plain columns from that row: the action of the last turn.
func (q *asking) texts(r *Report) {
	q.each(`SELECT text, SUM(kind = 'turn') AS turns, SUM(new_visitor), SUM(`+missed+`), SUM(kind = 'click'), action,
			COALESCE(AVG(confidence) FILTER (WHERE kind = 'turn'), 0), MAX(CASE kind WHEN 'turn' THEN at END)
		FROM events WHERE $WHERE AND text <> '' GROUP BY text HAVING turns > 0 ORDER BY turns DESC, text LIMIT ?`, []any{q.f.Limit},
		func(scan func(...any) error) error {
			var a Asked
			var last int64
			err := scan(&a.Text, &a.Turns, &a.Visitors, &a.Missed, &a.Clicks, &a.Action, &a.Confidence, &last)
			a.Last = q.day(last)
			r.Queries = append(r.Queries, a)
			return err
		})
	q.each(`SELECT text, COUNT(*), SUM(new_visitor), outcome, MAX(at) FROM events WHERE $WHERE AND `+missed+`
		GROUP BY text, outcome ORDER BY 2 DESC, 5 DESC, 1 LIMIT ?`, []any{q.f.Limit}, func(scan func(...any) error) error {
		var m Missed
		var last int64
		err := scan(&m.Text, &m.Turns, &m.Visitors, &m.Reason, &last)
		m.Last = q.day(last)
		r.Missed = append(r.Missed, m)
		return err
	})
}

// targets are the intents, columns, controls and pages that were reached.
func (q *asking) targets(r *Report) {
	limit := []any{q.f.Limit}
	q.each(`SELECT intent, COUNT(*), AVG(confidence) FROM events WHERE $WHERE AND kind = 'turn' AND intent <> ''
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`, limit, func(scan func(...any) error) error {
		var i Intent
		err := scan(&i.Name, &i.Turns, &i.Confidence)
		r.Intents = append(r.Intents, i)
		return err
	})
	q.each(`SELECT column_id, SUM(kind = 'turn'), SUM(kind = 'cancel') FROM events WHERE $WHERE AND column_id <> '' AND kind IN ('turn', 'cancel')
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`, limit, func(scan func(...any) error) error {
		var c Column
		err := scan(&c.ID, &c.Turns, &c.Cancels)
		r.Columns = append(r.Columns, c)
		return err
	})
	q.each(`SELECT control, COUNT(*) FROM events WHERE $WHERE AND kind = 'turn' AND control <> ''
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`, limit, func(scan func(...any) error) error {
		var c Control
		err := scan(&c.Name, &c.Turns)
		r.Controls = append(r.Controls, c)
		return err
	})
	q.each(`SELECT page, COUNT(*), COALESCE(AVG(NULLIF(rank, 0)), 0) FROM events WHERE $WHERE AND kind = 'click' AND page <> ''
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`, limit, func(scan func(...any) error) error {
		var p Page
		err := scan(&p.ID, &p.Clicks, &p.Rank)
		r.Pages = append(r.Pages, p)
		return err
	})
}
