package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
)

// made is a node with something of everything: many states of the same
// documents, deleted ones, revisions, tokens.
func made(t *testing.T, dir string) (n *Node, secret string) {
	t.Helper()
	n = openNode(t, dir)
	fill(t, n, 45)
	fill(t, n, 30)
	b := n.NewBatch()
	for _, op := range []search.Op{{Delete: "/7"}, {Upsert: &search.Document{ID: "/8", Title: "海星公报", Lang: "zh-CN"}}, {Delete: "/nowhere"}} {
		if err := b.Add(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := n.Journal().Get(t.Context(), journal.Grammars, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	text := string(r.Value) + "\n  Moon:\n    data:\n      - sentences: [\"带我去月球\"]\n        route: jyj\n"
	for _, s := range []journal.Save{{Key: "zh-CN", Value: []byte(text), Author: "somebody", Message: "月球"}, {Key: "zh-CN", Value: []byte(text + "\n"), Author: "another"}} {
		if _, err := n.Save(t.Context(), journal.Grammars, s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.Save(t.Context(), journal.Settings, journal.Save{Key: PinsKey, Value: []byte("pinned: {统计资料: [/42]}\n"), Author: "somebody"}); err != nil {
		t.Fatal(err)
	}
	if secret, err = n.NewToken(t.Context(), "editor", "somebody"); err != nil {
		t.Fatal(err)
	}
	return n, secret
}

// histories are all kept revisions without their numbers, which are new after
// a restore.
func histories(t *testing.T, n *Node) map[journal.Bucket][]journal.Revision {
	t.Helper()
	out := map[journal.Bucket][]journal.Revision{}
	for _, b := range journal.Buckets {
		err := n.Journal().EachRevision(t.Context(), b, func(r journal.Revision) error {
			r.Revision = 0
			out[b] = append(out[b], r)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func hits(t *testing.T, n *Node, query string) string {
	t.Helper()
	r, err := n.Search(t.Context(), search.Query{Text: query, Size: 50})
	if err != nil {
		t.Fatal(err)
	}
	r.TookUS = 0
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestABackupGivesTheSameAnswersElsewhere(t *testing.T) {
	n, secret := made(t, t.TempDir())
	var file bytes.Buffer
	counts, err := Backup(t.Context(), n.Journal(), &file)
	if err != nil || counts.Documents != 44 || counts.Revisions < 6 {
		t.Fatalf("backup: %+v, %v", counts, err)
	}
	elsewhere := t.TempDir()
	if got, err := Restore(t.Context(), elsewhere, bytes.NewReader(file.Bytes()), false); err != nil || got != counts {
		t.Fatalf("restore: %+v, %v; want %+v", got, err, counts)
	}
	m := openNode(t, elsewhere)
	if want, got := histories(t, n), histories(t, m); !reflect.DeepEqual(want, got) {
		t.Errorf("revisions differ:\n%+v\n%+v", want, got)
	}
	for _, q := range []string{"统计资料", "第1023号公报", "第1007号公报", "海星公报", "本期公报"} {
		if want, got := hits(t, n, q), hits(t, m, q); q == "海星公报" && !strings.Contains(want, `"/8"`) || ids(want) != ids(got) {
			t.Errorf("%s:\n%s\nbecame\n%s", q, ids(want), ids(got))
		}
	}
	if decide(m, "带我去月球").Action != intent.Navigate {
		t.Error("the saved grammar does not serve")
	}
	if role, err := m.TokenRole(t.Context(), secret); err != nil || role != "editor" {
		t.Errorf("the token has the role %q, %v", role, err)
	}
	t.Run("damaged", func(t *testing.T) { testDamaged(t, file.Bytes()) })
	t.Run("cut short", func(t *testing.T) { testCutShort(t, n) })
	again, err := Backup(t.Context(), m.Journal(), new(bytes.Buffer))
	if err != nil || again != counts {
		t.Errorf("a backup of the restored: %+v, %v", again, err)
	}
}

// ids are the best hit, the number of all, and which they are. Hits of equal
// scores come in the order that the index happens to hold them in.
func ids(result string) string {
	var r search.Result
	if json.Unmarshal([]byte(result), &r) != nil || len(r.Hits) == 0 {
		return result
	}
	out := []string{fmt.Sprint(r.Total)}
	if len(r.Hits) == 1 || r.Hits[0].Score > 1.5*r.Hits[1].Score {
		out[0] += " " + r.Hits[0].ID
	}
	for _, h := range r.Hits {
		out = append(out, h.ID+" "+h.Title+" "+h.Snippet)
	}
	slices.Sort(out[1:])
	return strings.Join(out, "\n")
}

func TestRestoreRefusesWhatIsNotEmptyUnlessForced(t *testing.T) {
	dir := t.TempDir()
	n := openNode(t, dir)
	fill(t, n, 3)
	var file bytes.Buffer
	if _, err := Backup(t.Context(), n.Journal(), &file); err != nil {
		t.Fatal(err)
	}
	backup := bytes.NewReader(file.Bytes())
	if _, err := Restore(t.Context(), dir, backup, true); !errors.Is(err, journal.ErrInUse) {
		t.Fatalf("restore under a running node: %v", err)
	}
	fill(t, n, 5)
	n.Close()
	backup.Seek(0, 0)
	if _, err := Restore(t.Context(), dir, backup, false); !errors.Is(err, ErrNotEmpty) {
		t.Fatalf("restore into a full directory: %v", err)
	}
	backup.Seek(0, 0)
	if _, err := Restore(t.Context(), dir, backup, true); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir)
	if count, err := n.Index().Count(); err != nil || count != 3 {
		t.Fatalf("%d documents, %v", count, err)
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "replaced-*", "journal")); len(kept) != 1 {
		t.Errorf("the old journal is not kept aside: %v", kept)
	}
}

// auditLines is the audit log as it is exported.
func auditLines(t *testing.T, n *Node) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := n.Journal().WriteAudit(t.Context(), &b, 0, 100); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTheAuditLogIsRestored: the chain is the same elsewhere, and goes on.
func TestTheAuditLogIsRestored(t *testing.T) {
	n := openNode(t, t.TempDir())
	for _, who := range []string{"somebody", "another"} {
		if err := n.Journal().Audit(t.Context(), journal.AuditEntry{Who: who, Role: "publisher", Action: "PUT /v1/admin/pins", Outcome: "ok"}); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if counts, err := Backup(t.Context(), n.Journal(), &file); err != nil || counts.Audit != 2 {
		t.Fatalf("backup: %+v, %v", counts, err)
	}
	elsewhere := t.TempDir()
	if _, err := Restore(t.Context(), elsewhere, bytes.NewReader(file.Bytes()), false); err != nil {
		t.Fatal(err)
	}
	m := openNode(t, elsewhere)
	if want, got := auditLines(t, n), auditLines(t, m); got != want {
		t.Errorf("%s\nbecame\n%s", want, got)
	}
	if err := m.Journal().Audit(t.Context(), journal.AuditEntry{Who: "somebody", Role: "editor", Action: "POST /v1/admin/documents", Outcome: "ok"}); err != nil {
		t.Fatal(err)
	}
	if last, err := journal.VerifyAudit(strings.NewReader(auditLines(t, m)), ""); err != nil || last.N != 3 {
		t.Errorf("the chain after the restore ends at %d: %v", last.N, err)
	}
}

// testDamaged cuts and flips the file at many places: nothing changes.
func testDamaged(t *testing.T, whole []byte) {
	dir := t.TempDir()
	refused := func(name string, data []byte) {
		t.Helper()
		if _, err := Restore(t.Context(), dir, bytes.NewReader(data), true); !errors.Is(err, ErrBadBackup) {
			t.Errorf("%s: %v, want ErrBadBackup", name, err)
		}
	}
	for i := 0; i < len(whole); i += max(1, len(whole)/12) {
		refused("cut", whole[:i])
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x10
		refused("flipped", flipped)
	}
	refused("doubled", append(bytes.Clone(whole), whole...))
	refused("other", []byte("columns: []\n"))
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 1 || len(entries) == 1 && entries[0].Name() != "LOCK" {
		t.Errorf("something was left behind: %v, %v", entries, err)
	}
}

func TestALaterFormatIsRefusedWithAWord(t *testing.T) {
	var file bytes.Buffer
	z, _ := zstd.NewWriter(&file)
	z.Write([]byte(`{"tingdong_backup":2}` + "\n"))
	z.Close()
	if _, err := VerifyBackup(&file); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
}

func testCutShort(t *testing.T, n *Node) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var file bytes.Buffer
	if _, err := Backup(ctx, n.Journal(), &file); err == nil {
		t.Fatal("a cancelled backup succeeded")
	}
	if _, err := VerifyBackup(&file); !errors.Is(err, ErrBadBackup) || !strings.Contains(err.Error(), "could not finish") {
		t.Errorf("%v", err)
	}
}
