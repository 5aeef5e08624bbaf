package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	// go-jose v4 (Apache-2.0) signs as a provider does; tests only.
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/tingdong/tingdong/server"
)

// issuer is an OpenID provider on the loopback with real keys.
type issuer struct {
	*httptest.Server
	keys atomic.Pointer[jose.JSONWebKeySet]
}

func newIssuer(t *testing.T, keys ...jose.JSONWebKey) *issuer {
	i := &issuer{}
	i.publish(keys...)
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/auth",
			"token_endpoint": i.URL + "/token", "id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(i.keys.Load()) })
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

// publish makes the public halves of keys known.
func (i *issuer) publish(keys ...jose.JSONWebKey) {
	set := &jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.Public())
	}
	i.keys.Store(set)
}

func rsaKey(t *testing.T, id string) jose.JSONWebKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: k, KeyID: id, Algorithm: "RS256", Use: "sig"}
}

func ecKey(t *testing.T, id string) jose.JSONWebKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: k, KeyID: id, Algorithm: "ES256", Use: "sig"}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokensOfAProvider(t *testing.T) {
	first, second, stranger := rsaKey(t, "one"), ecKey(t, "two"), rsaKey(t, "one")
	i := newIssuer(t, first, second)
	v, err := New(Config{Issuer: i.URL, Audience: "tingdong", RoleClaim: "realm_access.roles", Roles: map[string]string{"portal-admins": "publisher"}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{"iss": i.URL, "aud": "tingdong", "sub": "4711", "exp": now + 600, "iat": now,
			"preferred_username": "li", "realm_access": map[string]any{"roles": []string{"other", "viewer", "editor"}}}
		maps.Copy(c, change)
		return c
	}
	roles := func(list ...any) map[string]any { return map[string]any{"realm_access": map[string]any{"roles": list}} }
	good := sign(t, jose.RS256, first, claims(nil))
	for name, c := range map[string]struct {
		token string
		role  server.Role
		who   string
	}{
		"good":              {good, server.Editor, "oidc:li"},
		"another key":       {sign(t, jose.ES256, second, claims(roles("viewer"))), server.Viewer, "oidc:li"},
		"mapped":            {sign(t, jose.RS256, first, claims(roles("viewer", "portal-admins"))), server.Publisher, "oidc:li"},
		"several audiences": {sign(t, jose.RS256, first, claims(map[string]any{"aud": []string{"x", "tingdong"}})), server.Editor, "oidc:li"},
		"without a name":    {sign(t, jose.RS256, first, claims(map[string]any{"preferred_username": ""})), server.Editor, "oidc:4711"},
		"no role":           {sign(t, jose.RS256, first, claims(roles("other", 7, nil))), server.Nobody, ""},
		"odd claim":         {sign(t, jose.RS256, first, claims(map[string]any{"realm_access": "publisher"})), server.Nobody, ""},
		"stranger's key":    {sign(t, jose.RS256, stranger, claims(nil)), server.Nobody, ""},
		"expired":           {sign(t, jose.RS256, first, claims(map[string]any{"exp": now - 60})), server.Nobody, ""},
		"not yet valid":     {sign(t, jose.RS256, first, claims(map[string]any{"nbf": now + 3600})), server.Nobody, ""},
		"another audience":  {sign(t, jose.RS256, first, claims(map[string]any{"aud": "mail"})), server.Nobody, ""},
		"another issuer":    {sign(t, jose.RS256, first, claims(map[string]any{"iss": "https://evil.example"})), server.Nobody, ""},
		"shared secret":     {sign(t, jose.HS256, []byte("0123456789abcdef0123456789abcdef"), claims(nil)), server.Nobody, ""},
		"changed":           {good[:len(good)/2] + "A" + good[len(good)/2+1:], server.Nobody, ""},
		"no signature":      {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", server.Nobody, ""},
		"nonsense":          {"a.b.c", server.Nobody, ""},
	} {
		who, err := v.Authenticate(t.Context(), c.token)
		if err != nil || who.Role != c.role || c.role != server.Nobody && who.Name != c.who {
			t.Errorf("%s: %+v, %v; want %v %s", name, who, err, c.role, c.who)
		}
		if name != "nonsense" && !Looks(c.token) {
			t.Errorf("%s is not taken for a token", name)
		}
	}
	third := ecKey(t, "three") // the provider changes its keys
	i.publish(third)
	if who, err := v.Authenticate(t.Context(), sign(t, jose.ES256, third, claims(nil))); err != nil || who.Role != server.Editor {
		t.Errorf("after a change of keys: %+v, %v", who, err)
	}
}

// TestProviderAway: without the provider nobody is let in, and the reason is
// told.
func TestProviderAway(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close() // nobody listens there
	v, err := New(Config{Issuer: "http://" + ln.Addr().String(), Audience: "x", RoleClaim: "roles"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var e *server.Error
		if who, err := v.Authenticate(t.Context(), "a.b.c"); !errors.As(err, &e) || e.Code != "unavailable" || who.Role != server.Nobody {
			t.Errorf("%+v, %v", who, err)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []Config{{Issuer: "x"}, {Issuer: "x", Audience: "y"}, {Issuer: "x", Audience: "y", RoleClaim: "r", Roles: map[string]string{"a": "king"}}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
