package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
	"github.com/valyala/fasthttp"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/session"
)

// Error is what a door answers when it cannot do what was asked: a code for
// machines, a message for people.
type Error struct {
	Code    string
	Message string
	// Detail is added to the problem document: lines refused, a revision.
	Detail any
	// RetryAfter is when the same request may succeed, where that is known.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// fate is how a code shows at each door.
type fate struct {
	status    int  // HTTP
	close     int  // websocket close code
	retryable bool // the same request may succeed later
}

// fates is the one table of all codes, so that every door answers alike.
var fates = map[string]fate{
	"bad_request":  {fiber.StatusBadRequest, websocket.ClosePolicyViolation, false},
	"bad_message":  {fiber.StatusBadRequest, websocket.ClosePolicyViolation, false},
	"bad_audio":    {fiber.StatusUnsupportedMediaType, websocket.ClosePolicyViolation, false},
	"unauthorized": {fiber.StatusUnauthorized, websocket.ClosePolicyViolation, false},
	"forbidden":    {fiber.StatusForbidden, websocket.ClosePolicyViolation, false},
	"origin":       {fiber.StatusForbidden, websocket.ClosePolicyViolation, false},
	"not_found":    {fiber.StatusNotFound, websocket.ClosePolicyViolation, false},
	"method":       {fiber.StatusMethodNotAllowed, websocket.ClosePolicyViolation, false},
	"conflict":     {fiber.StatusPreconditionFailed, websocket.ClosePolicyViolation, false},
	"invalid":      {fiber.StatusUnprocessableEntity, websocket.ClosePolicyViolation, false},
	"too_big":      {fiber.StatusRequestEntityTooLarge, websocket.CloseMessageTooBig, false},
	"too_many":     {fiber.StatusTooManyRequests, websocket.CloseTryAgainLater, true},
	"timeout":      {fiber.StatusRequestTimeout, websocket.ClosePolicyViolation, true},
	"busy":         {fiber.StatusServiceUnavailable, websocket.CloseTryAgainLater, true},
	"unavailable":  {fiber.StatusServiceUnavailable, websocket.CloseTryAgainLater, true},
	"going_away":   {fiber.StatusServiceUnavailable, websocket.CloseGoingAway, true},
	"internal":     {fiber.StatusInternalServerError, websocket.CloseInternalServerErr, true},
}

var errNoToken = &Error{Code: "unauthorized", Message: "this address needs an administrator's token: Authorization: Bearer …; `tingdong token` makes one"}

// challenge is what a client without a known token is asked for.
const challenge = `Bearer realm="tingdong"`

var errNotFound = &Error{Code: "not_found", Message: "there is nothing at this address; /v1/ask, /v1/search, /v1/listen and the others are described in the README"}

// known translates the errors of the packages below. Anything else is
// internal: its text goes to the log, not to the visitor.
func (s *Server) known(err error) *Error { return s.knownIn("", err) }

// knownIn is known for the request of that name.
func (s *Server) knownIn(request string, err error) *Error {
	var e *Error
	var input *session.InputError
	var query *search.QueryError
	var bad *wav.Error
	var fib *fiber.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &input):
		return &Error{Code: "bad_request", Message: input.Reason}
	case errors.As(err, &query):
		return &Error{Code: "bad_request", Message: query.Error()}
	case errors.As(err, &bad):
		return &Error{Code: "bad_audio", Message: bad.Error()}
	case errors.Is(err, asr.ErrBusy):
		return &Error{Code: "busy", Message: "all listeners are taken; please try again in a moment, or type"}
	case errors.Is(err, session.ErrNoSpeech):
		return &Error{Code: "unavailable", Message: err.Error()}
	case errors.Is(err, journal.ErrFull):
		return &Error{Code: "unavailable", Message: "changes cannot be saved: the disk of the journal is full; visitors are not affected. Make room there and try again"}
	case errors.Is(err, journal.ErrUnavailable):
		return &Error{Code: "unavailable", Message: "changes cannot be saved at the moment; visitors are not affected. Try again later"}
	case errors.Is(err, journal.ErrNotFound):
		return &Error{Code: "not_found", Message: "no such entry"}
	case errors.Is(err, journal.ErrConflict):
		return &Error{Code: "conflict", Message: "somebody else saved in the meantime; load the newest revision and save again"}
	case errors.As(err, &fib):
		return fromFiber(fib)
	}
	s.log.Error("request failed", "error", err, "request_id", request)
	return &Error{Code: "internal", Message: "something went wrong on our side; it has been logged"}
}

func fromFiber(f *fiber.Error) *Error {
	switch f.Code {
	case fiber.StatusNotFound:
		return errNotFound
	case fiber.StatusMethodNotAllowed:
		return &Error{Code: "method", Message: "this address does not take this method"}
	case fiber.StatusRequestEntityTooLarge:
		return &Error{Code: "too_big", Message: "the request is too large"}
	case fiber.StatusUpgradeRequired:
		return &Error{Code: "bad_request", Message: "this address speaks websocket; connect with ws:// or wss://"}
	}
	return &Error{Code: "bad_request", Message: f.Message}
}

// problem is an RFC 9457 problem document.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	ID     string `json:"request_id"` // to find the request in the log
	More   any    `json:"errors,omitempty"`
}

func newProblem(e *Error, id string) (problem, []byte) {
	f := fates[e.Code]
	p := problem{Type: "about:blank", Title: fasthttp.StatusMessage(f.status), Status: f.status, Code: e.Code, Detail: e.Message, ID: id, More: e.Detail}
	data, err := json.Marshal(p)
	if err != nil {
		data = fmt.Appendf(nil, `{"status":%d,"code":%q}`, f.status, e.Code)
	}
	return p, data
}

// fail answers a request that ended in an error.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	id := requestID(c.Context())
	e := s.knownIn(id, err)
	p, data := newProblem(e, id)
	if fates[e.Code].retryable {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(2, int(math.Ceil(e.RetryAfter.Seconds())))))
	}
	if e.Code == "unauthorized" {
		c.Set(fiber.HeaderWWWAuthenticate, challenge)
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(p.Status).Send(data)
}

// protocolError answers what is not even a request: broken headers, a body
// over the limit, a client that is too slow.
func (s *Server) protocolError(ctx *fasthttp.RequestCtx, err error) {
	e := &Error{Code: "bad_request", Message: "the request is not valid HTTP"}
	var small *fasthttp.ErrSmallBuffer
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		drain(ctx.Conn())
		e = s.tooBig(ctx)
	case errors.As(err, &small):
		drain(ctx.Conn())
		e = &Error{Code: "too_big", Message: "the request's headers or its address are too long; send long texts by POST"}
	case errors.As(err, &timeout) && timeout.Timeout():
		e = &Error{Code: "timeout", Message: "the request did not arrive in time"}
	}
	refuse(ctx, e)
}

// tooBig says what a body is refused for: its size, or who sends it.
func (s *Server) tooBig(ctx *fasthttp.RequestCtx) *Error {
	h := &ctx.Request.Header
	if strings.HasPrefix(string(h.RequestURI()), adminPath) && ctx.LocalAddr().Network() != "unix" {
		switch role := s.roleOf(h); {
		case role == Nobody:
			return errNoToken
		case role < Editor:
			return &Error{Code: "forbidden", Message: fmt.Sprintf("this needs the role %s; the token's role is %s", Editor, role)}
		}
	}
	return &Error{Code: "too_big", Message: "the request's body is larger than this address takes"}
}

// refuse answers outside of Fiber's routes.
func refuse(ctx *fasthttp.RequestCtx, e *Error) {
	id := requestID(ctx)
	p, data := newProblem(e, id)
	ctx.Response.Reset()
	ctx.Response.Header.Set(fiber.HeaderXRequestID, id)
	if e.Code == "unauthorized" {
		ctx.Response.Header.Set(fiber.HeaderWWWAuthenticate, challenge)
	}
	ctx.SetStatusCode(p.Status)
	ctx.SetContentType("application/problem+json")
	ctx.SetBody(data)
}

// guarded runs f and makes an error of a panic, so that one visitor's bad luck
// does not end the service for all. The log gets the place; a panic's own
// words could be a visitor's, unless they are the runtime's.
func (s *Server) guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			what := fmt.Sprintf("%T", r)
			if e, ok := r.(runtime.Error); ok {
				what = e.Error()
			}
			s.log.Error("a handler panicked", "panic", what, "stack", string(debug.Stack()))
			err = &Error{Code: "internal", Message: "something went wrong on our side; it has been logged"}
		}
	}()
	return f()
}

// drain reads what a client still sends, within bounds: closing with unread
// data resets the connection, and the client would never see the answer.
func drain(c net.Conn) {
	buf := make([]byte, 64<<10)
	end := time.Now().Add(5 * time.Second)
	for n := 0; n < audioBody && time.Now().Before(end); {
		c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		k, err := c.Read(buf)
		if err != nil {
			return
		}
		n += k
	}
}

// startError explains why a recogniser could not be opened.
func startError(err error) error {
	if errors.Is(err, asr.ErrOptions) || errors.Is(err, asr.ErrNoGrammars) {
		return &Error{Code: "bad_message", Message: err.Error()}
	}
	return err
}

// asDiagnostics finds a grammar's findings in an error.
func asDiagnostics(err error) (grammar.Diagnostics, bool) {
	var d grammar.Diagnostics
	return d, errors.As(err, &d)
}
