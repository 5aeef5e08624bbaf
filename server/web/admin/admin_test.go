package admin

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHandler holds with the bundle and without it: a program that was built
// without says so.
func TestHandler(t *testing.T) {
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		return w
	}
	w := get("/admin/")
	if !Built() {
		var p struct{ Code, Detail string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 503 || p.Code != "unavailable" || !strings.Contains(p.Detail, "make build") {
			t.Errorf("without the bundle: %d %s", w.Code, w.Body)
		}
		return
	}
	if w.Code != 200 || !strings.Contains(w.Body.String(), "/admin/main.js") {
		t.Errorf("/admin/: %d %.200s", w.Code, w.Body)
	}
	for path, code := range map[string]int{"/admin": 301, "/admin/main.js": 200, "/admin/style.css": 200, "/admin/mark.svg": 200,
		"/admin/README.md": 404, "/admin/../admin.go": 404, "/admin/nothing.js": 404} {
		if w := get(path); w.Code != code {
			t.Errorf("%s: %d, want %d", path, w.Code, code)
		}
	}
}
