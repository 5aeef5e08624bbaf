package node

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tingdong/tingdong/journal"
)

// tokensKey holds all tokens in the settings bucket.
const tokensKey = "tokens"

// Token is an administrator's token without its secret.
type Token struct {
	ID      string     `json:"id"` // names it in lists and for Revoke
	Role    string     `json:"role"`
	Name    string     `json:"name,omitempty"` // whose it is
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"` // nil: never
}

// Expired reports whether the token's time is over.
func (t *Token) Expired(now time.Time) bool { return t.Expires != nil && !now.Before(*t.Expires) }

// Label is what the token is called in revisions and logs.
func (t *Token) Label() string {
	if t.Name != "" {
		return t.Name
	}
	return "token " + t.ID
}

// keptToken is a token as it is stored: only its hash, which is enough,
// because a secret of 130 random bits cannot be guessed from it.
type keptToken struct {
	SHA256  string     `json:"sha256"`
	Role    string     `json:"role"`
	Name    string     `json:"name,omitempty"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"`
}

func (k keptToken) open() Token {
	return Token{ID: k.SHA256[:min(10, len(k.SHA256))], Role: k.Role, Name: k.Name, Created: k.Created, Expires: k.Expires}
}

func (n *Node) tokens(ctx context.Context) (list []keptToken, revision uint64, err error) {
	return openTokens(n.journal.Current(ctx, journal.Settings, tokensKey))
}

func openTokens(r journal.Revision, err error) (list []keptToken, revision uint64, _ error) {
	if errors.Is(err, journal.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return list, r.Revision, json.Unmarshal(r.Value, &list)
}

// tokensFor is how long a cluster's member goes by the tokens it has read: a
// revoked one is refused everywhere that much later.
const tokensFor = 500 * time.Millisecond

// seenTokens are the tokens to go by now. A node alone asks its journal; a
// member of a cluster does so twice a second at most and, without a quorum,
// goes by its copy.
type seenTokens struct {
	sync.Mutex
	at   time.Time
	list []keptToken
}

func (s *seenTokens) get(ctx context.Context, n *Node) ([]keptToken, error) {
	s.Lock()
	defer s.Unlock()
	if n.clustered() && time.Since(s.at) < tokensFor {
		return s.list, nil
	}
	ask, cancel := context.WithTimeout(ctx, tokensFor)
	defer cancel()
	if !n.clustered() {
		ask = ctx
	}
	list, _, err := openTokens(n.latest(ask, ctx, journal.Settings, tokensKey))
	if err == nil {
		s.at, s.list = time.Now(), list
	}
	return list, err
}

func (s *seenTokens) forget() {
	s.Lock()
	defer s.Unlock()
	s.at = time.Time{}
}

// changeTokens saves what change makes of the list, again when another one
// was saved in the meantime.
func (n *Node) changeTokens(ctx context.Context, author, message string, change func([]keptToken) ([]keptToken, error)) error {
	for {
		list, rev, err := n.tokens(ctx)
		if err != nil {
			return err
		}
		if list, err = change(list); err != nil {
			return err
		}
		data, err := json.Marshal(list)
		if err != nil {
			return err
		}
		_, err = n.journal.Put(ctx, journal.Settings, journal.Save{Key: tokensKey, Value: data, Author: author, Message: message, Expect: &rev})
		if !errors.Is(err, journal.ErrConflict) {
			n.seen.forget() // the others see it within tokensFor
			return err
		}
	}
}

// NewToken makes a bearer token with a role that does not expire.
func (n *Node) NewToken(ctx context.Context, role, name string) (string, error) {
	return n.IssueToken(ctx, Token{Role: role, Name: name}, "local")
}

// IssueToken makes a bearer token with t's role, name and end, and keeps its
// hash. Tokens whose end is a month ago are forgotten.
func (n *Node) IssueToken(ctx context.Context, t Token, author string) (string, error) {
	secret, now := "td_"+rand.Text(), n.now().UTC() // 130 bits
	err := n.changeTokens(ctx, author, "new token", func(list []keptToken) ([]keptToken, error) {
		list = slices.DeleteFunc(list, func(k keptToken) bool { return k.Expires != nil && k.Expires.AddDate(0, 1, 0).Before(now) })
		return append(list, keptToken{SHA256: hash(secret), Role: t.Role, Name: t.Name, Created: now, Expires: t.Expires}), nil
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// ListTokens returns all tokens, oldest first.
func (n *Node) ListTokens(ctx context.Context) ([]Token, error) {
	list, _, err := openTokens(n.Latest(ctx, journal.Settings, tokensKey))
	out := make([]Token, 0, len(list))
	for _, k := range list {
		out = append(out, k.open())
	}
	return out, err
}

// RevokeToken ends a token at once. The error is journal.ErrNotFound for an
// id that is not known.
func (n *Node) RevokeToken(ctx context.Context, id, author string) error {
	return n.changeTokens(ctx, author, "revoked "+id, func(list []keptToken) ([]keptToken, error) {
		kept := slices.DeleteFunc(slices.Clone(list), func(k keptToken) bool { return k.open().ID == id })
		if len(kept) == len(list) {
			return nil, fmt.Errorf("token %q: %w", id, journal.ErrNotFound)
		}
		return kept, nil
	})
}

// WhoseToken finds a bearer token; nil for one that is not known or whose
// time is over. It compares in constant time.
func (n *Node) WhoseToken(ctx context.Context, secret string) (*Token, error) {
	list, err := n.seen.get(ctx, n)
	found := find(list, secret)
	if err == nil && found == nil && n.clustered() { // it may be new
		n.seen.forget()
		list, err = n.seen.get(ctx, n)
		found = find(list, secret)
	}
	if err != nil {
		return nil, err
	}
	if found != nil && found.Expired(n.now()) {
		return nil, nil
	}
	return found, nil
}

func find(list []keptToken, secret string) (found *Token) {
	h := hash(secret)
	for _, k := range list {
		if subtle.ConstantTimeCompare([]byte(h), []byte(k.SHA256)) == 1 {
			t := k.open()
			found = &t
		}
	}
	return found
}

// TokenRole is the role of a bearer token, empty for one that is not known.
func (n *Node) TokenRole(ctx context.Context, secret string) (string, error) {
	t, err := n.WhoseToken(ctx, secret)
	if err != nil || t == nil {
		return "", err
	}
	return t.Role, nil
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
