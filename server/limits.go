package server

import (
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Sizes of request bodies, in bytes, by what the address takes.
const (
	smallBody    = 64 << 10 // a question, an event
	audioBody    = 32 << 20 // a minute of 48 kHz float stereo is 23 MB
	documentBody = 64 << 20 // a piece of an import
	adminBody    = 16 << 20 // a grammar, a column table
)

// bodyLimits says how much of a request is read, by its address, before
// anything of the body is. Bodies for administrators are not read for others:
// room is made for the length that a request announces. local is the door
// whose file permissions are its authentication.
func (s *Server) bodyLimits(local bool) func(*fasthttp.RequestHeader) fasthttp.RequestConfig {
	return func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		path, _, _ := strings.Cut(string(h.RequestURI()), "?")
		switch {
		case path == "/v1/listen":
			return fasthttp.RequestConfig{ReadTimeout: 3 * s.opt.ReadTimeout, MaxRequestBodySize: audioBody}
		case path == adminPath+"insights/export":
			return fasthttp.RequestConfig{WriteTimeout: 5 * time.Minute}
		case !strings.HasPrefix(path, adminPath) || h.ContentLength() == 0 || !local && s.roleOf(h) < Editor:
		case path == adminPath+"documents":
			return fasthttp.RequestConfig{ReadTimeout: 12 * s.opt.ReadTimeout, WriteTimeout: 5 * time.Minute, MaxRequestBodySize: documentBody}
		default:
			return fasthttp.RequestConfig{ReadTimeout: 6 * s.opt.ReadTimeout, MaxRequestBodySize: adminBody}
		}
		return fasthttp.RequestConfig{}
	}
}

// roleOf is the role of a request's token, Nobody without a known one.
func (s *Server) roleOf(h *fasthttp.RequestHeader) Role {
	token, ok := strings.CutPrefix(string(h.Peek(fasthttp.HeaderAuthorization)), "Bearer ")
	if !ok {
		return Nobody
	}
	who, err := s.opt.Admin.Authenticate(s.life, token)
	if err != nil {
		return Nobody
	}
	return who.Role
}

const adminPath = "/v1/admin/"
