package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/vosk"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Bleve's analysis workers belong to the package and have no end.
		goleak.IgnoreAnyFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"),
		// fasthttp's clock has no end, and its cleaner of idle workers
		// ends by itself within ten seconds.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// canary is said and typed in every test; no log line may hold it.
const canary = "金丝雀机密"

// doors are a real server with its real parts, on the loopback.
type doors struct {
	srv      *Server
	node     *node.Node
	sessions *session.Service
	addr     string // of the HTTP door
	vosk     string // of the door that speaks nothing but vosk-server's protocol
	logs     *logs
	access   *logs // one line for each request
}

// unlimited: all of a test's requests come from one address.
var unlimited = Limits{Ask: Rate{PerSecond: -1}, Listen: Rate{PerSecond: -1}, Admin: Rate{PerSecond: -1}, SignIn: Rate{PerSecond: -1}, Sockets: -1}

// logs collects what the server logs.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// forget lets go of what was written, for who counts memory.
func (l *logs) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = bytes.Buffer{}
}

// open starts the doors; change may set options before.
func open(t testing.TB, change func(*Options)) *doors {
	t.Helper()
	d := &doors{logs: &logs{}, access: &logs{}}
	var err error
	quiet := slog.New(slog.DiscardHandler)
	if d.node, err = node.Open(context.Background(), node.Options{Data: t.TempDir(), Log: quiet, Insights: &node.InsightsOptions{}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.node.Close() })
	model, err := vosk.Load(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	voc, err := models.ReadVocabulary(speechtest.Model(t))
	if err != nil {
		t.Fatal(err)
	}
	d.sessions = &session.Service{Brain: d.node.Brain, Search: d.node, Speech: model, Dialogues: session.NewDialogues(),
		Segment: func(_, phrase string) ([]string, []string) { return voc.Segment(phrase) }}
	o := Options{Sessions: d.sessions, Columns: func() *grammar.Columns { return d.node.Brain().Columns }, Pages: d.node,
		Admin: desk{d.node}, Workbench: bench{d.node}, Insights: d.node.Insights(), NotReady: d.node.NotReady, AllowOrigins: []string{"https://portal.example"},
		ReloadModels: func(_ context.Context, names []string) ([]LoadedModel, error) {
			// The one model of these tests is in this process; reloading is tested on the whole service.
			about, err := models.Describe(speechtest.Model(t))
			return []LoadedModel{{about.Name, about.Language, about.Dir}}, err
		},
		Limits: unlimited, Access: slog.New(slog.NewTextHandler(d.access, nil)),
		Log: slog.New(slog.NewTextHandler(d.logs, nil))}
	if change != nil {
		change(&o)
	}
	d.srv = New(o)
	d.addr = d.listen(t, d.srv.Serve)
	d.vosk = d.listen(t, d.srv.ServeVosk)
	t.Cleanup(func() {
		if err := d.srv.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if l := d.logs.String() + d.access.String(); strings.Contains(l, canary) || strings.Contains(l, "panic") {
			t.Errorf("the log tells too much:\n%s", l)
		}
	})
	return d
}

func (d *doors) listen(t testing.TB, serve func(net.Listener) error) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(ln) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("the door ended with %v", err)
		}
	})
	return ln.Addr().String()
}

// alive asks a question, as the next visitor would.
func (d *doors) alive(t testing.TB) {
	t.Helper()
	a := d.do(t, "POST", "/v1/ask", `{"q":"找一下教育局"}`, nil)
	if a.status != 200 || !strings.Contains(a.body, `"jyj"`) {
		t.Fatalf("the server does not go on answering: %d %s", a.status, a.body)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (d *doors) do(t testing.TB, method, path, body string, h map[string]string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, "http://"+d.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	for k, v := range h {
		if k == "Host" {
			req.Host = v
		}
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, string(data)}
	describedDoors(t).conforms(t, req, a)
	return a
}

// isProblem checks that an answer is a problem document with this code and
// the status that belongs to it.
func (a answer) isProblem(t testing.TB, what, code string) {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Code != code || p.Status != a.status || a.status != fates[code].status ||
		a.header.Get("Content-Type") != "application/problem+json" || p.Detail == "" || p.Title == "" {
		t.Errorf("%s: status %d, %q %.300q; want the problem %s", what, a.status, a.header.Get("Content-Type"), a.body, code)
	}
}

// dial opens a websocket at a path of an address.
func dial(t testing.TB, addr, path string) *websocket.Conn {
	t.Helper()
	c := dialOnce(t, addr, path)
	t.Cleanup(func() { c.Close() })
	return c
}

// dialOnce is dial for one of very many sockets, which the caller closes: what
// waits for the test's end stays in memory until then.
func dialOnce(t testing.TB, addr, path string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.DefaultDialer.Dial("ws://"+addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	return c
}

// desk is what administrators do, over the real node.
type desk struct{ *node.Node }

func (d desk) Authenticate(ctx context.Context, token string) (Principal, error) {
	t, err := d.WhoseToken(ctx, token)
	if err != nil || t == nil {
		return Principal{}, err
	}
	role, err := ParseRole(t.Role)
	return Principal{Role: role, Name: t.Label()}, err
}

func (d desk) IssueToken(ctx context.Context, t Token, author string) (string, error) {
	return d.Node.IssueToken(ctx, node.Token(t), author)
}

func (d desk) ListTokens(ctx context.Context) (out []Token, err error) {
	list, err := d.Node.ListTokens(ctx)
	for _, t := range list {
		out = append(out, Token(t))
	}
	return out, err
}

func (d desk) Audit(ctx context.Context, e journal.AuditEntry) error {
	return d.Journal().Audit(ctx, e)
}

func (d desk) WriteAudit(ctx context.Context, w io.Writer, after uint64, max int) (int, error) {
	return d.Journal().WriteAudit(ctx, w, after, max)
}

func (d desk) Get(ctx context.Context, b journal.Bucket, key string) (journal.Revision, error) {
	return d.Journal().Get(ctx, b, key)
}

func (d desk) List(ctx context.Context, b journal.Bucket) ([]journal.Revision, error) {
	return d.Journal().List(ctx, b)
}

func (d desk) History(ctx context.Context, b journal.Bucket, key string) ([]journal.Revision, error) {
	return d.Journal().History(ctx, b, key)
}

func (d desk) Import(ctx context.Context, r *bytes.Reader) (Imported, error) {
	var out Imported
	batch := d.NewBatch()
	err := search.ReadOps(r, func(_ int, op search.Op) error {
		out.Accepted++
		return batch.Add(ctx, op)
	}, func(*search.LineError) { out.Refused++ })
	if err != nil {
		return out, err
	}
	return out, batch.Wait(ctx)
}

// bench is where drafts are tried, over the real node.
type bench struct{ *node.Node }

func (b bench) Check(ctx context.Context, d Draft) (grammar.Diagnostics, error) {
	return b.CheckDraft(ctx, node.Draft(d))
}

func (b bench) Portal(ctx context.Context, d Draft) (*Trial, error) {
	before := b.Brain()
	p, brain, err := b.DraftPortal(ctx, node.Draft(d))
	if err != nil {
		return nil, err
	}
	return &Trial{Brain: brain, Files: p.Grammars, Current: func() bool { return b.Brain() == before },
		Run: func(ctx context.Context, src grammar.Source) (int, grammar.Diagnostics) {
			return node.RunScript(ctx, brain, src)
		}}, nil
}
