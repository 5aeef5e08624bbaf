// Package oidc lets administrators sign in with bearer tokens of an OpenID
// provider: it verifies them and finds the role in a claim. It is the only
// package that imports go-oidc.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	// go-oidc v3.21 (Apache-2.0): discovery, keys and their rotation,
	// signature, issuer, audience and time of a token.
	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/tingdong/tingdong/server"
)

// Config names the provider and what its tokens say about roles.
type Config struct {
	Issuer   string // "https://login.example.gov.cn/realms/portal"
	Audience string // that a token must be made for
	// RoleClaim is the claim with the role's name or a list of names; a path
	// with dots leads into objects: "realm_access.roles".
	RoleClaim string
	// Roles maps the provider's names to ours; names that are ours already
	// need no entry.
	Roles map[string]string
}

// Verifier verifies tokens. The provider is asked for its keys when the first
// token comes, so that the service starts without it.
type Verifier struct {
	conf Config

	mu       sync.Mutex // guards the rest
	verifier *oidc.IDTokenVerifier
	failed   error // of the last try to reach the provider
	next     time.Time
}

// New makes a verifier without reaching the provider.
func New(c Config) (*Verifier, error) {
	if c.Audience == "" || c.RoleClaim == "" {
		return nil, errors.New("an OpenID provider needs the audience and the role claim, too")
	}
	for from, to := range c.Roles {
		if _, err := server.ParseRole(to); err != nil {
			return nil, fmt.Errorf("role map %s=%s: %w", from, to, err)
		}
	}
	return &Verifier{conf: c}, nil
}

// signatures are those that a provider makes with a private key: a shared
// secret, or none, is never taken.
var signatures = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

const (
	reachTimeout = 5 * time.Second
	retryPause   = 10 * time.Second
)

// Looks reports whether a bearer token may be a provider's: a signed one has
// three parts.
func Looks(token string) bool { return strings.Count(token, ".") == 2 }

func (v *Verifier) ready(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.verifier != nil {
		return v.verifier, nil
	}
	if time.Now().Before(v.next) {
		return nil, v.failed
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	p, err := oidc.NewProvider(ctx, v.conf.Issuer)
	if err != nil {
		v.failed, v.next = fmt.Errorf("the OpenID provider %s does not answer: %w", v.conf.Issuer, err), time.Now().Add(retryPause)
		return nil, v.failed
	}
	// The keys are fetched again long after this request.
	v.verifier = p.VerifierContext(context.WithoutCancel(ctx), &oidc.Config{ClientID: v.conf.Audience, SupportedSigningAlgs: signatures})
	return v.verifier, nil
}

// Authenticate names whose token it is; the role is Nobody for a token that
// is not valid or says no role. The error is that the provider is away.
func (v *Verifier) Authenticate(ctx context.Context, token string) (server.Principal, error) {
	verifier, err := v.ready(ctx)
	if err != nil {
		return server.Principal{}, &server.Error{Code: "unavailable", Message: "the OpenID provider cannot be reached; a token of `tingdong token` works meanwhile"}
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	t, err := verifier.Verify(ctx, token)
	if err != nil {
		return server.Principal{}, nil // for the one who shows it, one answer for all reasons
	}
	claims := map[string]any{}
	if err := t.Claims(&claims); err != nil {
		return server.Principal{}, nil
	}
	who := server.Principal{Role: v.role(claims), Name: "oidc:" + t.Subject}
	if name, ok := claims["preferred_username"].(string); ok && name != "" {
		who.Name = "oidc:" + name
	}
	return who, nil
}

// role is the highest one that the claim names.
func (v *Verifier) role(claims map[string]any) server.Role {
	var at any = claims
	if direct, ok := claims[v.conf.RoleClaim]; ok { // names may have dots: "https://…/roles"
		at = direct
	} else {
		for step := range strings.SplitSeq(v.conf.RoleClaim, ".") {
			m, _ := at.(map[string]any)
			at = m[step]
		}
	}
	best := server.Nobody
	for _, name := range names(at) {
		if to, ok := v.conf.Roles[name]; ok {
			name = to
		}
		if r, err := server.ParseRole(name); err == nil && r > best {
			best = r
		}
	}
	return best
}

func names(claim any) []string {
	switch c := claim.(type) {
	case string:
		return strings.Fields(c)
	case []any:
		var out []string
		for _, v := range c {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
