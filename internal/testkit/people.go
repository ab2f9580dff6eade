package testkit

import (
	"context"
	"strings"
	"sync"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
)

// Person is somebody with one post, and all that a member of the organisation may do. Their account is their name.
func Person(name, district, org string, role access.Role, strength access.Strength) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: strength, Roles: map[access.Role][]string{role: {org}, access.Member: {org}}}
}

// Post is a post office: it keeps the letters that are sent.
type Post struct {
	mu   sync.Mutex
	sent []mail.Message
}

// Send keeps a letter.
func (p *Post) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	return nil
}

// Sent returns the letters since the last call.
func (p *Post) Sent() []mail.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	return sent
}

// ID is a new id.
func (w *World) ID() string { return w.DB.IDs().New(w.DB.Now()) }

// Refused fails the test unless err is a rule's sentence that contains the words.
func Refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), words) {
		t.Errorf("%v, want a refusal with %q", err, words)
	}
}

// Missing fails the test unless err says that there is no such thing.
func Missing(t *testing.T, err error) {
	t.Helper()
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("%v, want not found", err)
	}
}
