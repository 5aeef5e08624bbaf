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
// anything of the body is. Bodies for admins are not read for others.
func (s *Server) bodyLimits(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path := string(h.RequestURI())
	switch {
	case strings.HasPrefix(path, "/v1/listen"):
		return fasthttp.RequestConfig{ReadTimeout: 30 * time.Second, MaxRequestBodySize: audioBody}
	case strings.HasPrefix(path, "/v1/admin/"):
		if len(h.Peek(fasthttp.HeaderAuthorization)) == 0 && len(h.Peek(localHeader)) == 0 {
			break
		}
		if strings.HasPrefix(path, "/v1/admin/documents") {
			return fasthttp.RequestConfig{ReadTimeout: 2 * time.Minute, WriteTimeout: 5 * time.Minute, MaxRequestBodySize: documentBody}
		}
		return fasthttp.RequestConfig{ReadTimeout: time.Minute, MaxRequestBodySize: adminBody}
	}
	return fasthttp.RequestConfig{}
}

// localHeader announces a large body on the local administrator's socket. It
// grants nothing: who may administer is decided by the socket itself.
const localHeader = "X-Tingdong-Local"
