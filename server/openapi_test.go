package server

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	// libopenapi-validator v0.16 (MIT) knows OpenAPI 3.1 and JSON schema
	// 2020-12; tests only.
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/asr/wav"
	"github.com/tingdong/tingdong/server/api"
	"github.com/tingdong/tingdong/session"
)

// described is the OpenAPI document, read once for all tests. Strict: what
// the service answers with and the document does not name is an error.
var described = sync.OnceValues(func() (*description, error) {
	doc, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		return nil, err
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(doc, config.WithStrictMode(), config.WithFormatAssertions(), config.WithoutSecurityValidation(),
		config.WithStrictIgnoredHeadersExtra("Server", "Vary", "Etag", "Allow", "X-Request-Id", "Referrer-Policy", "Permissions-Policy", "Content-Security-Policy", "X-Content-Type-Options"))
	if len(errs) > 0 {
		return nil, errs[0]
	}
	d := &description{validator: v}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			d.operations = append(d.operations, operation{strings.ToUpper(method), path, item, op})
		}
	}
	return d, nil
})

type description struct {
	validator  validator.Validator
	operations []operation
}

type operation struct {
	method, path string
	item         *v3.PathItem
	*v3.Operation
}

func describedDoors(t testing.TB) *description {
	t.Helper()
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// least is the role that an operation's security asks for.
func (o operation) least(t testing.TB) Role {
	for _, s := range o.Security {
		for _, names := range s.Requirements.FromOldest() {
			if r, err := ParseRole(strings.Join(names, ",")); err == nil {
				return r
			}
			t.Fatalf("%s %s: security must name one role", o.method, o.path)
		}
	}
	return Nobody
}

func (o operation) websocket() bool {
	_, ok := o.Responses.Codes.Get("101")
	return ok
}

// example is a request made of the document's examples.
func (o operation) example(t testing.TB) (path, body, kind string) {
	path, query := o.path, url.Values{}
	for _, p := range append(append([]*v3.Parameter{}, o.item.Parameters...), o.Parameters...) {
		if p.Example == nil {
			continue
		}
		switch p.In {
		case "path":
			path = strings.Replace(path, "{"+p.Name+"}", p.Example.Value, 1)
		case "query":
			query.Set(p.Name, p.Example.Value)
		}
	}
	if strings.Contains(path, "{") {
		t.Fatalf("%s %s: a parameter of the path has no example", o.method, o.path)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if o.RequestBody == nil {
		return path, "", ""
	}
	for kind, media := range o.RequestBody.Content.FromOldest() {
		if kind == "audio/wav" {
			var b bytes.Buffer
			if err := wav.Encode(&b, speechtest.Rate, speechtest.Silence(1000)); err != nil {
				t.Fatal(err)
			}
			return path, b.String(), kind
		}
		if media.Example == nil {
			t.Fatalf("%s %s: the body has no example", o.method, o.path)
		}
		var v any
		if err := media.Example.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if text, ok := v.(string); ok {
			return path, text, kind
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return path, string(data), kind
	}
	return path, "", ""
}

// conforms checks an answer against the document. Requests that tests break
// on purpose are not checked, only what they are answered with. Pages, unknown
// addresses and oddly encoded ones are not described.
func (d *description) conforms(t testing.TB, req *http.Request, a answer) {
	t.Helper()
	if req.URL.RawPath != "" || d.operation(req.Method, req.URL.Path) == nil {
		return
	}
	bodies := []string{a.body}
	if strings.HasPrefix(a.header.Get("Content-Type"), "application/x-ndjson") && a.body != "" {
		bodies = slices.Collect(strings.Lines(a.body)) // the schema is that of a line
	}
	for _, body := range bodies {
		resp := &http.Response{StatusCode: a.status, Header: a.header.Clone(), Body: io.NopCloser(strings.NewReader(body)), Request: req}
		if ok, errs := d.validator.ValidateHttpResponse(req, resp); !ok {
			for _, e := range errs {
				t.Errorf("%s %s answered %d, not as described: %s: %s %v\n%.400s", req.Method, req.URL.Path, a.status, e.Message, e.Reason, e.SchemaValidationErrors, body)
			}
		}
	}
}

var parameter = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// operation finds what describes a request; nil: nothing does.
func (d *description) operation(method, path string) *operation {
	for i, o := range d.operations {
		pattern := "^" + parameter.ReplaceAllString(regexp.QuoteMeta(o.path), "[^/]+") + "$"
		if o.method == method && regexp.MustCompile(pattern).MatchString(path) {
			return &d.operations[i]
		}
	}
	return nil
}

func TestDescriptionIsOpenAPI(t *testing.T) {
	if ok, errs := describedDoors(t).validator.ValidateDocument(); !ok {
		for _, e := range errs {
			t.Errorf("%s: %s %v", e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
}

// pages are the addresses that are no API and have no description.
var pages = []string{"/widget/", "/a11y-check"}

// TestDescriptionIsComplete: every route is described, and every described
// route is there.
func TestDescriptionIsComplete(t *testing.T) {
	s := New(Options{Sessions: &session.Service{}, Widget: http.NotFoundHandler()})
	app := s.newApp()
	s.ownRoutes(app)
	routes, described := map[string]bool{}, map[string]bool{}
	for _, o := range describedDoors(t).operations {
		described[o.method+" "+o.path] = true
	}
	key := regexp.MustCompile(`:([a-z]+)`)
	for _, r := range app.GetRoutes(true) {
		if r.Method == http.MethodHead {
			continue
		}
		name := r.Method + " " + key.ReplaceAllString(r.Path, "{$1}")
		routes[name] = true
		page := false
		for _, p := range pages {
			page = page || strings.HasPrefix(r.Path, p)
		}
		if !described[name] && !page {
			t.Errorf("%s is not in server/api/openapi.yaml", name)
		}
	}
	for name := range described {
		if !routes[name] {
			t.Errorf("%s is described, but not there", name)
		}
	}
}

// TestExamples sends the example of every operation as the least role that it
// needs: the answer must be a success of the kind that is described.
func TestExamples(t *testing.T) {
	d := open(t, nil)
	tokens := d.tokens(t)
	for _, o := range describedDoors(t).operations {
		path, body, kind := o.example(t)
		if o.path == "/v1/admin/tokens/{id}" { // ids are not for documents to know
			path = "/v1/admin/tokens/" + d.tokenID(t, "spare")
		}
		h := bearer(tokens[o.least(t).String()])
		if h == nil {
			h = map[string]string{}
		}
		if kind != "" {
			h["Content-Type"] = kind
		}
		if o.websocket() {
			d.do(t, o.method, path, "", nil).isProblem(t, path+" without a handshake", "bad_request")
			dial(t, d.addr, path)
			continue
		}
		if a := d.do(t, o.method, path, body, h); a.status < 200 || a.status > 299 {
			t.Errorf("%s %s: the example is answered with %d %s", o.method, path, a.status, a.body)
		}
	}
}

// tokenID makes a token and finds it in the list.
func (d *doors) tokenID(t testing.TB, name string) string {
	if _, err := d.node.NewToken(t.Context(), "viewer", name); err != nil {
		t.Fatal(err)
	}
	list, err := d.node.ListTokens(t.Context())
	if err != nil || list[len(list)-1].Name != name {
		t.Fatal(list, err)
	}
	return list[len(list)-1].ID
}

func TestDescriptionsAreServed(t *testing.T) {
	d := open(t, nil)
	for path, want := range map[string][]byte{"/openapi.yaml": api.OpenAPI, "/asyncapi.yaml": api.AsyncAPI} {
		if a := d.do(t, "GET", path, "", nil); a.status != 200 || a.body != string(want) {
			t.Errorf("%s: %d, %d bytes", path, a.status, len(a.body))
		}
	}
}
