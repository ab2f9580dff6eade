// Package audit keeps the log of who did and who opened what: an RFC 6962 Merkle tree in the application's database.
//
// An entry is written in the transaction of the change it is about, or, for a read, made durable before the page leaves. The
// Sequencer gives entries their numbers and their place in the tree within a second. A Checkpoint is the tree's size and root,
// signed; whoever keeps one can later prove, offline, that nothing before it was altered or removed (Verify).
package audit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of the log.
var Migrations = store.Slice{Name: "audit", Files: files}

// Entry is one line of the log. Its JSON form, with both numbers, is the leaf of the tree.
type Entry struct {
	ID        string       `json:"id"`
	District  string       `json:"district"`
	Org       string       `json:"org"`
	At        clock.Millis `json:"at"`
	Actor     string       `json:"actor"`  // account id, or "system: reason"
	Acting    string       `json:"acting"` // the roles held, in order
	Rule      string       `json:"rule"`
	Action    string       `json:"action"`
	Kind      string       `json:"kind"`
	Record    string       `json:"record"`
	Request   string       `json:"request"`
	DetailMAC string       `json:"detail"`  // HMAC-SHA-256 of the detail under the entry's own key; "" without detail
	Seq       int64        `json:"seq"`     // from 0, gap-free
	OrgSeq    int64        `json:"org_seq"` // from 0 within the organisation, gap-free
}

// An Option says more about an entry.
type Option func(*line)

type line struct {
	Entry
	detail any
}

// Org says in which organisation it happened.
func Org(id string) Option { return func(l *line) { l.Org = id } }

// Rule says by which rule it was allowed.
func Rule(name string) Option { return func(l *line) { l.Rule = name } }

// Detail keeps more, hashed into the entry: what was before and after, never shown in the log itself.
func Detail(v any) Option { return func(l *line) { l.detail = v } }

// Record writes the entry of a change, in the change's own transaction.
func Record(ctx context.Context, tx *store.Tx, action string, what ref.Ref, opts ...Option) error {
	l := line{Entry: Entry{Action: action, Kind: what.Kind, Record: what.ID}}
	for _, o := range opts {
		o(&l)
	}
	tx.Audited()
	return write(ctx, tx, l)
}

// Noted writes the entries of a read; it is what store.DB.OnSaw is given.
func Noted(ctx context.Context, tx *store.Tx, notes []store.Note) error {
	tx.Audited()
	for _, n := range notes {
		if err := write(ctx, tx, line{Entry{Action: n.Action, Kind: n.Kind, Record: n.Record, Org: n.Org, Rule: n.Rule}, n.Detail}); err != nil {
			return err
		}
	}
	return nil
}

func write(ctx context.Context, tx *store.Tx, l line) error {
	e := l.Entry
	e.ID, e.District, e.At, e.Request = tx.NewID(), tx.Viewer.District, tx.Now, RequestID(ctx)
	e.Actor, e.Acting = tx.Viewer.Account, acting(tx.Viewer)
	if reason, ok := tx.Viewer.IsSystem(); ok {
		e.Actor = "system: " + reason
	}
	if l.detail != nil {
		body, err := json.Marshal(l.detail)
		if err != nil {
			return err
		}
		key := make([]byte, 16)
		rand.Read(key) //nolint:errcheck // never fails
		e.DetailMAC = mac(key, body)
		if err := tx.Put(ctx, store.SQL(`INSERT INTO audit_detail (entry_id, district_id, key, body) VALUES (?, ?, ?, ?)`, e.ID, e.District, key, string(body))); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO audit_entry (id, district_id, org_id, at, actor_id, acting, rule, action, kind, record_id, request_id, detail_mac)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.District, e.Org, int64(e.At), e.Actor, e.Acting, e.Rule, e.Action, e.Kind, e.Record, e.Request, e.DetailMAC))
}

func mac(key, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// acting lists the roles the viewer holds, in a fixed order.
func acting(v access.Viewer) string {
	var roles []string
	for r, orgs := range v.Roles {
		if len(orgs) > 0 && r != access.Member {
			roles = append(roles, string(r))
		}
	}
	slices.Sort(roles)
	out := ""
	for i, r := range roles {
		if i > 0 {
			out += ","
		}
		out += r
	}
	return out
}

type requestKey struct{}

// WithRequest marks the context with the id of the request, which every entry made under it holds.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id of the request, "" outside one.
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(requestKey{}).(string)
	return s
}
