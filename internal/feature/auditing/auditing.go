package auditing

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Deps are what this slice needs from the rest of the program.
type Deps struct {
	DB    *store.DB
	Queue *jobs.Queue
	URL   string     // how people reach Kith, for links in mail
	Log   *audit.Log // the log itself
	Key   string     // the public key of its checkpoints; "" where none are made
	// Sign numbers what waits and returns the checkpoint of the log as it is now; nil where none are made. Rule: the log does
	// not bear out the last one.
	Sign          func(ctx context.Context) ([]byte, error)
	Organisations interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
	}
	Role func(r access.Role) string // a role, as people say it
	Mail interface {
		Send(ctx context.Context, m mail.Message) error
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice and says how its jobs are done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.sendCopy)
	return f
}

// Recipient is somebody who is mailed the checkpoints.
type Recipient struct {
	ID, Name, Email string
	AddedAt         clock.Millis
	EndedAt         clock.Millis // 0 while it goes on
	Version         int64
	LastSent        clock.Millis // 0 before the first
	LastSize        int64
}

// CopyState is what became of a copy.
type CopyState string

// The states of a copy.
const (
	Queued  CopyState = "queued"
	Sent    CopyState = "sent"
	Refused CopyState = "refused"
	Missed  CopyState = "missed"
)

// Copy is the checkpoint of one day for one recipient.
type Copy struct {
	ID, Recipient string
	Day           clock.Day
	State         CopyState
	Size          int64
	SentAt        clock.Millis
}

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/audit", access.Audit, f.overview),
		web.Get("/audit/entries", access.Audit, f.entries),
		web.Get("/audit/entries/{id}", access.Audit, f.entry),
		web.Get("/audit/entries/{id}/proof", access.Audit, f.proof),
		web.Get("/audit/checkpoint", access.Audit, f.checkpoint),
		web.Get("/audit/key", access.Audit, f.key),
		web.Get("/audit/verify", access.Audit, f.verify),
		web.Get("/audit/export", access.AuditTake, f.askExport),
		web.Post("/audit/export", access.AuditTake, f.export),
		web.Get("/audit/recipients", access.AuditTake, f.recipients),
		web.Post("/audit/recipients", access.AuditTake, f.addRecipient),
		web.Post("/audit/recipients/{id}/end", access.AuditTake, f.endRecipient),
	}
}
