package journal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// auditLines writes n entries, from several goroutines, and exports them.
func auditLines(t *testing.T, j *Journal, n int) []string {
	t.Helper()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range n / 4 {
				e := AuditEntry{Who: fmt.Sprint("somebody ", w), Role: "publisher", Action: "PUT /v1/admin/grammars/:key", Key: "zh-CN", Revision: uint64(i), Outcome: "ok"}
				if err := j.Audit(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var b bytes.Buffer
	if got, err := j.WriteAudit(t.Context(), &b, 0, n+1); err != nil || got != n {
		t.Fatalf("%d entries exported, %v; want %d", got, err, n)
	}
	return slices.Collect(strings.Lines(b.String()))
}

func verify(lines []string, known string) error {
	_, err := VerifyAudit(strings.NewReader(strings.Join(lines, "")), known)
	return err
}

func TestAuditFindsTampering(t *testing.T) {
	j := openTest(t, t.TempDir())
	lines := auditLines(t, j, 20)
	if err := verify(lines, ""); err != nil {
		t.Fatalf("an untouched log: %v", err)
	}
	last, _ := VerifyAudit(strings.NewReader(strings.Join(lines, "")), "")
	change := func(i int, old, new string) []string {
		out := slices.Clone(lines)
		if out[i] = strings.Replace(out[i], old, new, 1); out[i] == lines[i] {
			t.Fatalf("%q is not in %s", old, lines[i])
		}
		return out
	}
	// rehash is what somebody does who knows the format: the entry fits to
	// itself, but not to the one after it.
	rehash := func(i int) []string {
		e, _ := nextAudit(AuditEntry{}, []byte(strings.TrimSpace(lines[i])))
		e.Who = "nobody"
		e.Hash, _ = e.digest()
		data, _ := e.line()
		out := slices.Clone(lines)
		out[i] = string(data) + "\n"
		return out
	}
	for name, c := range map[string]struct {
		lines []string
		line  int
	}{
		"another name":      {change(6, "somebody", "nobody"), 7},
		"another outcome":   {change(6, `"ok"`, `"forbidden"`), 7},
		"another time":      {change(6, `"at":"2`, `"at":"1`), 7},
		"a field more":      {change(6, `"who"`, `"note":"x","who"`), 7},
		"a field twice":     {change(6, `"who"`, `"who":"x","who"`), 7},
		"spaces":            {change(6, `,"who"`, `, "who"`), 7},
		"changed, rehashed": {rehash(6), 8},
		"removed":           {slices.Delete(slices.Clone(lines), 6, 7), 7},
		"first removed":     {lines[1:], 1},
		"inserted":          {slices.Insert(slices.Clone(lines), 6, lines[3]), 7},
		"in another order":  {append(append(slices.Clone(lines[:6]), lines[7], lines[6]), lines[8:]...), 7},
		"no entry":          {slices.Insert(slices.Clone(lines), 6, "{}\n"), 7},
	} {
		var broken *AuditBreak
		if err := verify(c.lines, ""); !errors.As(err, &broken) || broken.Line != c.line {
			t.Errorf("%s: %v, want a break in line %d", name, err, c.line)
		}
	}
	if err := verify(lines[:15], last.Hash); err == nil {
		t.Error("the end is missing, and the noted hash did not show it")
	}
	if err := verify(lines, last.Hash); err != nil {
		t.Errorf("with the noted hash: %v", err)
	}
	s, err := j.js.Stream(t.Context(), streamAudit)
	if err != nil {
		t.Fatal(err)
	}
	if s.DeleteMsg(t.Context(), 3) == nil || s.Purge(t.Context()) == nil {
		t.Error("the journal deletes from the audit log")
	}
}

func TestAuditGoesOnAfterAStart(t *testing.T) {
	dir := t.TempDir()
	j := openTest(t, dir)
	auditLines(t, j, 4)
	j.Close()
	j = openTest(t, dir)
	if err := j.Audit(t.Context(), AuditEntry{Who: "x", Role: "editor", Action: "POST /v1/admin/documents", Outcome: "begun"}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if n, err := j.WriteAudit(t.Context(), &b, 0, 100); err != nil || n != 5 {
		t.Fatalf("%d, %v", n, err)
	}
	if e, err := VerifyAudit(&b, ""); err != nil || e.N != 5 {
		t.Errorf("%+v, %v", e, err)
	}
	b.Reset()
	if n, err := j.WriteAudit(t.Context(), &b, 3, 1); err != nil || n != 1 || !strings.HasPrefix(b.String(), `{"n":4,`) {
		t.Errorf("the fourth alone: %d, %v, %s", n, err, b.String())
	}
}
