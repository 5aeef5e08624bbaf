package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/intent"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/session"
)

// TestService runs one service through what its users do. The parts share the
// process because starting it is the slow part.
func TestService(t *testing.T) {
	s := start(t, t.TempDir(), "--vosk-listen", "127.0.0.1:0", "--max-load", "1000", "--max-wait", "1h", "--allow-origin", "https://portal.example")
	t.Run("ask and search", func(t *testing.T) { testQuestions(t, s) })
	t.Run("pages", func(t *testing.T) { testPages(t, s) })
	t.Run("bad requests", func(t *testing.T) { testBadRequests(t, s) })
	t.Run("administration", func(t *testing.T) { testAdministration(t, s) })
	t.Run("commands ask the service", func(t *testing.T) { testCommands(t, s) })
	t.Run("voice", func(t *testing.T) { testVoice(t, s) })
	t.Run("voice mistakes", func(t *testing.T) { testVoiceMistakes(t, s) })
	t.Run("vosk protocol", func(t *testing.T) { testVosk(t, s) })
	t.Run("origins", func(t *testing.T) { testOrigins(t, s) })
	t.Run("stopping loses no turn", func(t *testing.T) { testStopping(t, s) })
}

func testPages(t *testing.T, s *service) {
	for path, want := range map[string]string{
		"/": "盐田", "/cn/jm/": "居民", "/cn/qy/": "企业", "/cn/yk/": "游客", "/en/": "Yantian", "/cn/jg/jyj/": "教育局",
		"/widget/widget.js": "tingdong-voice", "/healthz": "ok", "/readyz": "ready", "/metrics": "tingdong_replies_total",
	} {
		s.t = t
		if code, body := s.request("GET", path, ""); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, %q is not in %.200s", path, code, want, body)
		}
	}
}

func testQuestions(t *testing.T, s *service) {
	s.t = t
	_, body := s.request("POST", "/v1/ask", `{"q":"我要投诉物业乱收费","role":"resident","session":"visitor-1"}`)
	if r := replyOf(t, body); r.Column == nil || r.Column.ID != "tsjb" || r.Slots["subject"] != "物业乱收费" {
		t.Errorf("complaint: %s", body)
	}
	_, body = s.request("GET", "/v1/ask?q=%E5%A4%A7%E6%A2%85%E6%B2%99%E6%B5%B7%E6%BB%A8%E5%85%AC%E5%9B%AD%E5%BC%80%E6%94%BE%E6%97%B6%E9%97%B4", "")
	if r := replyOf(t, body); r.Action != intent.Search || r.Search.Total == 0 || !strings.Contains(r.Search.Hits[0].Snippet, "<mark>") {
		t.Errorf("search: %s", body)
	}
	code, body := s.request("GET", "/v1/search?q=%E5%85%AC%E7%A7%AF%E9%87%91&size=3&facets=1", "")
	var res search.Result
	if err := json.Unmarshal([]byte(body), &res); err != nil || code != 200 || len(res.Hits) != 3 || res.Hits[0].Column == "" || res.Hits[0].Date == "" {
		t.Errorf("search: %d %s", code, body)
	}
	if code, body = s.request("GET", "/v1/suggest?q=%E5%85%AC%E7%A7%AF", ""); code != 200 || !strings.Contains(body, "公积金查询") {
		t.Errorf("suggest: %d %s", code, body)
	}
	for i := range 6 {
		s.request("GET", fmt.Sprintf("/v1/search?q=%%E5%%81%%9C%%E6%%B0%%B4%%E9%%80%%9A%%E7%%9F%%A5&session=visitor-%d", i), "")
	}
	eventually(t, "停水通知 is a hot query", func() bool {
		code, body = s.request("GET", "/v1/suggest?q=", "")
		return code == 200 && strings.Contains(body, `"text":"停水通知"`)
	})
	if code, body = s.request("GET", "/v1/columns?lang=en", ""); code != 200 || strings.Count(body, `"id"`) != 39 {
		t.Errorf("columns: %d %s", code, body)
	}
	if code, _ = s.request("POST", "/v1/events", `{"type":"click"}`); code != 204 {
		t.Errorf("events: %d", code)
	}
}

func testBadRequests(t *testing.T, s *service) {
	s.t = t
	for name, c := range map[string]struct {
		method, path, body string
		code               int
		want               string
	}{
		"no JSON":       {"POST", "/v1/ask", "找", 400, "bad_request"},
		"not UTF-8":     {"POST", "/v1/ask", "{\"q\":\"\xff\"}", 400, "UTF-8"},
		"long":          {"POST", "/v1/ask", `{"q":"` + strings.Repeat("长", 501) + `"}`, 400, "501"},
		"10 MB":         {"POST", "/v1/ask", `{"q":"` + strings.Repeat("a", 10<<20) + `"}`, 413, "too_big"},
		"long address":  {"GET", "/v1/ask?q=" + strings.Repeat("a", 20000), "", 413, "too_big"},
		"bad session":   {"GET", "/v1/ask?q=x&session=a%20b", "", 400, "session"},
		"bad page":      {"GET", "/v1/search?q=x&page=two", "", 400, "page"},
		"nothing there": {"GET", "/v1/unheard", "", 404, "not_found"},
		"no socket":     {"GET", "/v1/listen", "", 400, "websocket"},
		"no audio":      {"POST", "/v1/listen", "", 415, "empty"},
		"text as audio": {"POST", "/v1/listen", strings.Repeat("text ", 100), 415, "not a WAV"},
		"no token":      {"POST", "/v1/admin/documents", "{}", 401, "tingdong token"},
	} {
		code, body := s.request(c.method, c.path, c.body)
		if code != c.code || !strings.Contains(body, c.want) || !strings.Contains(body, `"status":`) {
			t.Errorf("%s: %d %.300s; want %d with %q", name, code, body, c.code, c.want)
		}
	}
	if code, _ := s.request("GET", "/v1/ask?q=%E6%95%99%E8%82%B2%E5%B1%80", ""); code != 200 {
		t.Errorf("the service does not go on: %d", code)
	}
}

func testAdministration(t *testing.T, s *service) {
	s.t = t
	token := func(role string) string {
		out, errs, code := output(t, "", "token", "--data", s.data, "--role", role)
		if code != 0 {
			t.Fatal(errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return "Bearer " + lines[len(lines)-1]
	}
	viewer, editor, publisher := token("viewer"), token("editor"), token("publisher")
	pages := "{\"id\":\"/t/1\",\"title\":\"验收测试页面\",\"body\":\"独一无二的海星养护指引。\",\"url\":\"/t/1\"}\nbroken\n"
	for auth, want := range map[string]int{"Bearer wrong": 401, viewer: 403, editor: 200} {
		if code, body := s.request("POST", "/v1/admin/documents", pages, "Authorization", auth); code != want {
			t.Errorf("documents with %.12s: %d %s", auth, code, body)
		}
	}
	if _, body := s.request("GET", "/v1/search?q=%E6%B5%B7%E6%98%9F%E5%85%BB%E6%8A%A4", ""); !strings.Contains(body, `"/t/1"`) {
		t.Errorf("what was imported is not found: %s", body)
	}
	testGrammarSave(t, s, viewer, publisher)
}

func testGrammarSave(t *testing.T, s *service, viewer, publisher string) {
	code, text := s.request("GET", "/v1/admin/grammars/zh-CN", "", "Authorization", viewer)
	if code != 200 || !strings.Contains(text, "OpenColumn") {
		t.Fatalf("grammar: %d %.100s", code, text)
	}
	broken := strings.Replace(text, "sentences:", "sentences: [\"(\"]\n        sentence:", 1)
	if code, body := s.request("PUT", "/v1/admin/grammars/zh-CN", broken, "Authorization", publisher); code != 422 || !strings.Contains(body, `"line":`) {
		t.Errorf("a broken grammar: %d %s", code, body)
	}
	if code, _ := s.request("PUT", "/v1/admin/grammars/zh-CN", text, "Authorization", publisher, "If-Match", `"99999"`); code != 412 {
		t.Errorf("a stale save: %d, want 412", code)
	}
	changed := text + "\n  Moon:\n    data:\n      - sentences: [\"带我去月球\", \"打开饕餮栏目\"]\n        route: jyj\n"
	if code, body := s.request("PUT", "/v1/admin/grammars/zh-CN", changed, "Authorization", publisher); code != 200 || !strings.Contains(body, "out-of-vocabulary") || !strings.Contains(body, "饕餮") {
		t.Fatalf("a good save: %d %s", code, body)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, body := s.request("POST", "/v1/ask", `{"q":"带我去月球"}`)
		if r := replyOf(t, body); r.Column != nil && r.Column.ID == "jyj" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the new grammar does not serve: %s", body)
		}
	}
}

// testCommands: with a service on the data directory the commands go through
// its socket.
func testCommands(t *testing.T, s *service) {
	out, errs, code := output(t, "", "ask", "--data", s.data, "打开民政局")
	if code != 0 || replyOf(t, out).Column.ID != "mzj" {
		t.Errorf("ask: %d %s%s", code, out, errs)
	}
	file := filepath.Join(t.TempDir(), "more.jsonl")
	write(t, file, "{\"id\":\"/t/2\",\"title\":\"海胆繁育公告\",\"body\":\"海胆繁育基地本月开放参观。\"}\n{\"id\":3}\n")
	out, errs, code = output(t, "", "import", "--data", s.data, file)
	if code != 0 || !strings.Contains(out, "1 pages imported, 1 lines refused") || !strings.Contains(errs, "more.jsonl:2:") {
		t.Errorf("import: %d %s%s", code, out, errs)
	}
	if out, errs, code = output(t, "海胆繁育\n", "search", "--data", s.data, "-"); code != 0 || !strings.Contains(out, "/t/2") {
		t.Errorf("search: %d %s%s", code, out, errs)
	}
	if _, errs, code = output(t, "", "serve", "--data", t.TempDir(), "--listen", strings.TrimPrefix(s.url, "http://")); code != 1 || !strings.Contains(errs, "--listen") {
		t.Errorf("a port in use: %d %s", code, errs)
	}
	if _, errs, code = output(t, "", "serve", "--data", s.data, "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(errs, "in use") {
		t.Errorf("a data directory in use: %d %s", code, errs)
	}
}

func testVoice(t *testing.T, s *service) {
	pcm := speechtest.Spoken(t, "招标公告", 30)
	var kinds []string
	seq := 0
	r, err := server.Stream(t.Context(), s.url, speechtest.Rate, pcm, session.Ask{Lang: "zh-CN", Role: "resident"}, func(_ time.Time, raw []byte) {
		var m struct {
			Type, Session string
			Seq           int
		}
		if json.Unmarshal(raw, &m) != nil || m.Seq != seq+1 || m.Session == "" {
			t.Errorf("message %s, want seq %d", raw, seq+1)
		}
		seq = m.Seq
		if len(kinds) == 0 || kinds[len(kinds)-1] != m.Type {
			kinds = append(kinds, m.Type)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Action != intent.Navigate || r.Column.ID != "zbgg" || len(r.Heard) == 0 {
		t.Errorf("heard %+v", r)
	}
	if got, want := strings.Join(kinds, " "), "ready speech_start partial speech_end final reply"; got != want {
		t.Errorf("messages %s, want %s", got, want)
	}
	testVoiceMetrics(t, s)
	file := wavFile(t, pcm)
	out, errs, code := output(t, "", "listen", "--server", s.url, file)
	var line heardFile
	if code != 0 || json.Unmarshal([]byte(out), &line) != nil || line.Reply.Column == nil || line.Reply.Column.ID != "zbgg" {
		t.Errorf("listen --server: %d %s%s", code, out, errs)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.t = t
	if code, body := s.request("POST", "/v1/listen", string(data)); code != 200 || replyOf(t, body).Column == nil {
		t.Errorf("upload: %d %s", code, body)
	}
	for _, name := range []string{"x.ogg", "x.webm"} {
		if code, body := s.request("POST", "/v1/listen", opusFile(t, file, name)); code != 200 || replyOf(t, body).Column == nil {
			t.Errorf("upload of %s: %d %s", name, code, body)
		}
	}
}

// testVoiceMetrics: one spoken turn has been counted, at both of its ends, and
// every worker tells of itself.
func testVoiceMetrics(t *testing.T, s *service) {
	s.t = t
	_, body := s.request("GET", "/metrics", "")
	value := func(name string) (v float64) {
		t.Helper()
		for line := range strings.Lines(body) {
			if number, ok := strings.CutPrefix(line, name+" "); ok {
				fmt.Sscan(number, &v)
				return v
			}
		}
		t.Errorf("/metrics has no %s", name)
		return 0
	}
	for name, want := range map[string]float64{`tingdong_journal_takes_writes{stream="documents"}`: 1,
		`tingdong_journal_copies{state="current",stream="audit"}`: 1, "tingdong_index_behind_batches": 0} {
		if v := value(name); v != want {
			t.Errorf("%s is %v; want %v", name, v, want)
		}
	}
	for _, name := range []string{"first_partial", "end_to_reply"} {
		name = "tingdong_voice_" + name + "_seconds"
		if n, sum := value(name+"_count"), value(name+"_sum"); n != 1 || sum < 0.05 || sum > 30 {
			t.Errorf("%s: %v observations of %v s together; one turn was spoken", name, n, sum)
		}
	}
	worker := `{model="starter-zh",worker="0"}`
	if up, rtf, memory := value("tingdong_speech_worker_up"+worker), value("tingdong_speech_worker_rtf"+worker),
		value("tingdong_speech_worker_resident_bytes"+worker); up != 1 || rtf <= 0 || memory < 20e6 {
		t.Errorf("worker: up %v, rtf %v, %v bytes", up, rtf, memory)
	}
	for _, name := range []string{"streams", "refused_total", "worker_queue" + worker, "worker_wait_seconds" + worker,
		"worker_restarts_total" + worker, "worker_streams" + worker, "worker_speaking" + worker} {
		value("tingdong_speech_" + name)
	}
}

// opusFile is a WAV file as Opus, in the container that name says.
func opusFile(t *testing.T, wav, name string) string {
	t.Helper()
	speechtest.Need(t, "ffmpeg")
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", wav, "-c:a", "libopus", "-b:a", "24k", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func dial(t *testing.T, s *service, path string, h http.Header) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+path, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	return c
}

// testVoiceMistakes: every wrong message gets an error message, then the
// close code that the table of docs/protocol.md gives.
func testVoiceMistakes(t *testing.T, s *service) {
	start := `{"type":"start","sample_rate":16000}`
	type frame struct {
		kind int
		data string
	}
	text := func(d string) frame { return frame{websocket.TextMessage, d} }
	for name, c := range map[string]struct {
		send  []frame
		code  string
		close int
	}{
		"audio first":  {[]frame{{websocket.BinaryMessage, "\x00\x00"}}, "bad_message", 1008},
		"no JSON":      {[]frame{text("hello")}, "bad_message", 1008},
		"unknown":      {[]frame{text(start), text(`{"type":"sing"}`)}, "bad_message", 1008},
		"bad rate":     {[]frame{text(`{"type":"start","sample_rate":12345}`)}, "bad_message", 1008},
		"no rate":      {[]frame{text(`{"type":"start"}`)}, "bad_message", 1008},
		"twice":        {[]frame{text(start), text(start)}, "bad_message", 1008},
		"finalize":     {[]frame{text(`{"type":"finalize"}`)}, "bad_message", 1008},
		"huge text":    {[]frame{text(strings.Repeat("x", 10<<20))}, "too_big", 1009},
		"huge audio":   {[]frame{text(start), {websocket.BinaryMessage, strings.Repeat("x", 65<<10)}}, "too_big", 1009},
		"text in data": {[]frame{text(start), {websocket.BinaryMessage, `{"type":"finalize"}`}, text("x")}, "bad_message", 1008},
		"not UTF-8":    {[]frame{text(start), text("{\"type\":\"\xff\"}")}, "bad_message", 1008},
		"bad session":  {[]frame{text(`{"type":"start","sample_rate":16000,"session":"!"}`)}, "bad_request", 1008},
	} {
		conn := dial(t, s, "/v1/listen", nil)
		for _, f := range c.send {
			conn.WriteMessage(f.kind, []byte(f.data)) // the other end may have closed by then
		}
		code, last := lastWord(conn)
		if code != c.close || !strings.Contains(last, `"code":"`+c.code+`"`) {
			t.Errorf("%s: closed with %d after %s; want %d and %s", name, code, last, c.close, c.code)
		}
	}
}

// lastWord reads to the end: the close code, and the message before it.
func lastWord(c *websocket.Conn) (code int, last string) {
	for {
		_, data, err := c.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code, last
		}
		if err != nil {
			return 0, last + err.Error()
		}
		last = string(data)
	}
}

func testVosk(t *testing.T, s *service) {
	pcm := speechtest.Spoken(t, "招标公告", 30)
	c := dial(t, s, "/vosk", nil)
	ask := func(kind int, data []byte) string {
		t.Helper()
		if err := c.WriteMessage(kind, data); err != nil {
			t.Fatal(err)
		}
		_, answer, err := c.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	config := `{"config" : {"sample_rate": 16000.0, "words": true, "phrase_list": ["招标公告", "民政局", "这个词谁也没听过啊㐀"]}}`
	if err := c.WriteMessage(websocket.TextMessage, []byte(config)); err != nil {
		t.Fatal(err)
	}
	for len(pcm) > 0 {
		n := min(8000, len(pcm))
		if a := ask(websocket.BinaryMessage, pcm[:n]); !strings.Contains(a, `"partial" : `) && !strings.Contains(a, `"text" : `) {
			t.Fatalf("a frame was answered with %s", a)
		}
		pcm = pcm[n:]
	}
	final := ask(websocket.TextMessage, []byte(`{"eof" : 1}`))
	if !strings.Contains(final, `"text" : "招标公告"`) || !strings.Contains(final, `"word" : `) {
		t.Errorf("final result %s", final)
	}
	if code, _ := lastWord(c); code != websocket.CloseNormalClosure {
		t.Errorf("closed with %d after eof", code)
	}
	c = dial(t, s, "/vosk", nil)
	c.WriteMessage(websocket.TextMessage, []byte(`{"config":{"model":"/etc"}}`))
	if code, last := lastWord(c); code != websocket.ClosePolicyViolation || !strings.Contains(last, `"error"`) {
		t.Errorf("a model in the config: %d %s", code, last)
	}
}

func testOrigins(t *testing.T, s *service) {
	host := strings.TrimPrefix(s.url, "http://")
	for origin, want := range map[string]bool{"": true, "http://" + host: true, "https://portal.example": true,
		"https://evil.example": false, "null": false, "https://portal.example.evil": false} {
		h := http.Header{}
		if origin != "" {
			h.Set("Origin", origin)
		}
		c, resp, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+host+"/v1/listen", h)
		if (err == nil) != want {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			c.Close()
		} else if resp == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: refused with %v", origin, resp)
		}
	}
}

// testStopping: every visitor in the middle of a sentence gets the reply.
func testStopping(t *testing.T, s *service) {
	pcm := speechtest.Spoken(t, "招标公告", 30)
	const visitors = 8
	var wg sync.WaitGroup
	spoken := make(chan struct{}, visitors)
	results := make(chan string, visitors)
	for range visitors {
		c := dial(t, s, "/v1/listen", nil)
		wg.Go(func() { results <- speakAndWait(c, pcm, spoken) })
	}
	for range visitors {
		<-spoken
	}
	begin := time.Now()
	if err := s.stop(); err != nil {
		t.Errorf("the service ended with %v\n%s", err, s.errs)
	}
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("stopping took %v", took)
	}
	wg.Wait()
	close(results)
	for r := range results {
		if r != "reply going_away 1001" {
			t.Errorf("a visitor got %q", r)
		}
	}
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(s.url, "http://"), time.Second); err == nil {
		t.Error("the port is still open")
	}
}

// speakAndWait says most of a command, tells when something was heard, and
// returns what came after.
func speakAndWait(c *websocket.Conn, pcm []byte, spoken chan<- struct{}) string {
	c.WriteMessage(websocket.TextMessage, []byte(`{"type":"start","sample_rate":16000,"lang":"zh-CN"}`))
	for piece := range slices.Chunk(pcm[:len(pcm)-16000], 3200) {
		c.WriteMessage(websocket.BinaryMessage, piece)
	}
	var got []string
	told := false
	defer func() {
		if !told { // refused, or ended before anything was heard
			spoken <- struct{}{}
		}
	}()
	for {
		_, data, err := c.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return strings.Join(append(got, fmt.Sprint(e.Code)), " ")
		}
		if err != nil {
			return err.Error()
		}
		var m struct{ Type, Code string }
		json.Unmarshal(data, &m)
		switch m.Type {
		case "partial":
			if !told {
				told = true
				spoken <- struct{}{}
			}
		case "reply":
			got = append(got, "reply")
		case "error":
			got = append(got, m.Code)
		}
	}
}
