package server

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/tingdong/tingdong/asr/speechtest"
)

// TestTraces: a request is a span of the caller's trace, its stages are
// below it, and no span has a word of the visitor.
func TestTraces(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	p := sdk.NewTracerProvider(sdk.WithSpanProcessor(spans))
	d := open(t, func(o *Options) { o.Traces = p })
	parent := "4bf92f3577b34da6a3ce929d0e0e4736"
	h := map[string]string{"Traceparent": "00-" + parent + "-00f067aa0ba902b7-01", "X-Request-Id": "traced-request"}
	d.do(t, "POST", "/v1/ask", `{"q":"`+canary+`"}`, h)
	d.do(t, "GET", "/v1/search?q="+canary, "", h)
	c := dial(t, d.addr, "/v1/listen")
	c.WriteMessage(websocket.TextMessage, []byte(`{"type":"start","sample_rate":16000}`))
	c.WriteMessage(websocket.BinaryMessage, speechtest.Silence(500))
	c.WriteMessage(websocket.TextMessage, []byte(`{"type":"finalize"}`))
	c.WriteMessage(websocket.TextMessage, []byte(`{"type":"stop"}`))
	lastWord(c)

	seen := map[string]sdk.ReadOnlySpan{}
	for _, s := range spans.Ended() {
		seen[s.Name()] = s
		for _, a := range s.Attributes() {
			if v := a.Value.Emit(); v == canary {
				t.Errorf("%s has %s=%s", s.Name(), a.Key, v)
			}
		}
		if s.EndTime().Before(s.StartTime()) || s.EndTime().After(time.Now()) {
			t.Errorf("%s: from %v to %v", s.Name(), s.StartTime(), s.EndTime())
		}
	}
	for name, above := range map[string]string{"turn": "", "intent": "turn", "search": "", "POST /v1/ask": "", "GET /v1/search": "", "GET /v1/listen": ""} {
		s, ok := seen[name]
		if !ok {
			t.Errorf("no span %q in %v", name, seen)
			continue
		}
		if above != "" && s.Parent().SpanID() == [8]byte{} {
			t.Errorf("%s stands alone", name)
		}
	}
	if s := seen["POST /v1/ask"]; s != nil && (s.SpanContext().TraceID().String() != parent || s.Parent().SpanID().String() != "00f067aa0ba902b7") {
		t.Errorf("not of the caller's trace: %v", s.SpanContext())
	}
}
