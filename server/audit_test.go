package server

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
)

// TestChangesAreAudited: each operation that changes something leaves what
// was tried and what became of it; reading leaves nothing, nor does what is
// refused at the door.
func TestChangesAreAudited(t *testing.T) {
	d := open(t, nil)
	tokens := d.tokens(t)
	changes := 0
	for _, o := range describedDoors(t).operations {
		if o.least(t) == Nobody {
			continue
		}
		path := strings.NewReplacer("{key}", "nowhere", "{id}", "nowhere").Replace(o.path)
		d.do(t, o.method, path, "", map[string]string{"If-Match": `"x"`, "Authorization": "Bearer " + tokens["viewer"]})
		d.do(t, o.method, path, "", map[string]string{"If-Match": `"x"`, "Authorization": "Bearer " + tokens["publisher"], "X-Request-Id": "trial-" + o.OperationId})
		if o.least(t) > Viewer && o.method != "GET" {
			changes++
		}
	}
	_, text := d.admin(t, tokens["publisher"], "GET", "/v1/admin/columns/portal", "")
	rev, _ := d.admin(t, tokens["publisher"], "PUT", "/v1/admin/columns/portal", text)
	entries := d.audit(t)
	begun, ended := map[string]int{}, map[string]int{}
	for _, e := range entries {
		if e.Who != "test" || e.Role != "publisher" || e.Client != "127.0.0.1" || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
		if e.Outcome == "begun" {
			begun[e.Request]++
		} else {
			ended[e.Request]++
		}
	}
	if len(begun) != changes+1 || len(ended) != changes+1 || len(entries) != 2*changes+2 {
		t.Errorf("%d entries, %d begun and %d ended, of %d changes", len(entries), len(begun), len(ended), changes+1)
	}
	last := entries[len(entries)-1]
	if last.Action != "PUT /v1/admin/columns/:key" || last.Key != "portal" || last.Outcome != "ok" || rev != etag(last.Revision) {
		t.Errorf("the last entry: %+v, revision %s", last, rev)
	}
	for _, e := range entries {
		if e.Request == "trial-putGrammar" && e.Outcome != "begun" && e.Outcome != "bad_request" {
			t.Errorf("a bad If-Match ended as %q", e.Outcome)
		}
	}
}

// admin makes a request and returns the ETag and the body.
func (d *doors) admin(t *testing.T, token, method, path, body string) (tag, text string) {
	t.Helper()
	a := d.do(t, method, path, body, bearer(token))
	if a.status > 299 {
		t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	return a.header.Get("ETag"), a.body
}

func (d *doors) audit(t *testing.T) (out []journal.AuditEntry) {
	t.Helper()
	_, text := d.admin(t, d.tokens(t)["viewer"], "GET", "/v1/admin/audit", "")
	if _, err := journal.VerifyAudit(strings.NewReader(text), ""); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		var e journal.AuditEntry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func TestNoChangeWithoutAudit(t *testing.T) {
	d := open(t, func(o *Options) { o.Admin = noAudit{o.Admin} })
	h := bearer(d.tokens(t)["publisher"])
	d.do(t, "PUT", "/v1/admin/synonyms", "a => b", h).isProblem(t, "a change that cannot be noted", "unavailable")
	if a := d.do(t, "GET", "/v1/admin/synonyms", "", h); a.status != 200 || a.body != "" {
		t.Errorf("it was made: %d %s", a.status, a.body)
	}
	var b bytes.Buffer
	if n, err := d.node.Journal().WriteAudit(t.Context(), &b, 0, 10); err != nil || n != 0 {
		t.Errorf("%d entries, %v", n, err)
	}
}

// noAudit is a journal that takes no entries, as one without quorum.
type noAudit struct{ Admin }

func (noAudit) Audit(_ context.Context, _ journal.AuditEntry) error { return journal.ErrUnavailable }

func TestTokensEnd(t *testing.T) {
	d := open(t, nil)
	publisher := d.tokens(t)["publisher"]
	_, made := d.admin(t, publisher, "POST", "/v1/admin/tokens?role=viewer&name=guest&days=3", "")
	var guest struct{ Token string }
	json.Unmarshal([]byte(made), &guest)
	_, text := d.admin(t, publisher, "GET", "/v1/admin/tokens", "")
	var list struct{ Tokens []Token }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Tokens) != 4 || strings.Contains(text, guest.Token) {
		t.Fatalf("%v %s", err, text)
	}
	last := list.Tokens[3]
	if last.Name != "guest" || last.Expires == nil || time.Until(*last.Expires) < 71*time.Hour || time.Until(*last.Expires) > 74*time.Hour {
		t.Errorf("%+v", last)
	}
	if a := d.do(t, "GET", "/v1/admin/grammars", "", bearer(guest.Token)); a.status != 200 {
		t.Errorf("a new token: %d", a.status)
	}
	for range 2 {
		a := d.do(t, "DELETE", "/v1/admin/tokens/"+last.ID, "", bearer(publisher))
		if a.status == 404 {
			a.isProblem(t, "revoked twice", "not_found")
		} else if a.status != 204 {
			t.Errorf("revoking: %d %s", a.status, a.body)
		}
		d.do(t, "GET", "/v1/admin/grammars", "", bearer(guest.Token)).isProblem(t, "a revoked token", "unauthorized")
	}
	past := time.Now().Add(-time.Second)
	old, err := d.node.IssueToken(t.Context(), node.Token{Role: "publisher", Expires: &past}, "test")
	if err != nil {
		t.Fatal(err)
	}
	d.do(t, "GET", "/v1/admin/grammars", "", bearer(old)).isProblem(t, "a token whose time is over", "unauthorized")
	for _, q := range []string{"days=0", "days=-1", "days=x", "days=99999999", "role=king", "name=" + strings.Repeat("x", 101)} {
		d.do(t, "POST", "/v1/admin/tokens?"+q, "", bearer(publisher)).isProblem(t, q, "bad_request")
	}
}
