package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTokensAndAudit: the commands do the same without a service and beside
// one, and the log is one chain through both.
func TestTokensAndAudit(t *testing.T) {
	data := t.TempDir()
	lastLine := func(args ...string) string {
		t.Helper()
		out, errs, code := output(t, "", append(args, "--data", data)...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return lines[len(lines)-1]
	}
	secrets := []string{lastLine("token", "--role", "viewer", "--name", "guest", "--days", "3")}
	s := start(t, data, "--no-speech", "--demo=false", "--log-format", "json")
	secrets = append(secrets, lastLine("token", "--role", "publisher", "--name", "boss"))
	for _, secret := range secrets {
		if code, body := s.request("GET", "/v1/admin/grammars", "", "Authorization", "Bearer "+secret); code != 200 {
			t.Errorf("%d %s", code, body)
		}
	}
	list, _, _ := output(t, "", "token", "list", "--json", "--data", data)
	if strings.Count(list, "\n") != 2 || !strings.Contains(list, `"name":"guest"`) || !strings.Contains(list, `"expires"`) {
		t.Fatalf("token list: %s", list)
	}
	id := strings.Fields(strings.NewReplacer(`"`, " ", ":", " ", "{", " ").Replace(list))[1]
	lastLine("token", "revoke", id)
	if code, _ := s.request("GET", "/v1/admin/grammars", "", "Authorization", "Bearer "+secrets[0]); code != 401 {
		t.Errorf("a revoked token: %d", code)
	}
	if _, errs, code := output(t, "", "token", "revoke", "nothing", "--data", data); code != 1 || !strings.Contains(errs, "no such entry") {
		t.Errorf("revoking what is not there: %d %s", code, errs)
	}
	beside := lastLine("audit", "verify")
	s.stop()
	if strings.Contains(s.errs.String(), secrets[1]) || !strings.Contains(s.errs.String(), `"route":"/v1/admin/tokens/:id","status":204`) {
		t.Errorf("the log: %s", s.errs)
	}
	if alone := lastLine("audit", "verify", "--contains", beside); alone != beside {
		t.Errorf("verified beside the service: %s, alone: %s", beside, alone)
	}
	export, _, _ := output(t, "", "audit", "export", "--data", data)
	if n := strings.Count(export, "\n"); n != 8 || !strings.Contains(export, `"outcome":"not_found"`) {
		t.Errorf("%d entries: %s", n, export)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(file, []byte(strings.Replace(export, `"key":"`+id, `"key":"0000000000`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := output(t, "", "audit", "verify", file); code != 1 || !strings.Contains(errs, "line 5") {
		t.Errorf("a changed file: %d %s", code, errs)
	}
}
