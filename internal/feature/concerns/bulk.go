package concerns

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/bulk"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
)

// Past is a concern with everything that came of it.
type Past struct {
	Concern
	Account  Account
	Children []Child
	Triage   Triage
	Levels   []Level
	Edition  string
	Codes    []string
	// Decisions, the last of them the one that stands.
	Decisions []Decision
	Parents   []Parent
	Feedback  []Feedback
	Actions   []Action
	Alerted   []string     // the leads who were told of it, at once
	Opened    string       // the lead who opened it first; "" when nobody has
	OpenedAt  clock.Millis // when
	Watch     clock.Millis // when it is looked at again because nobody has taken it; 0 when somebody has
}

// PastRows is about how many rows of the database one past concern makes.
const PastRows = 20

// BulkInsert brings in concerns with what came of them, in the caller's transaction: what Send, Take, Decide, RecordParents and
// GiveFeedback leave behind, without telling anybody. Ids and numbers are filled in. The chronology and the audit log are
// brought in beside it, by story.Bulk and audit.Bulk.
func (Store) BulkInsert(ctx context.Context, tx *store.Tx, past []*Past) error {
	b := batch{district: tx.Viewer.District, id: tx.NewID}
	for _, p := range past {
		b.add(p)
	}
	if err := bulk.Records(ctx, tx, b.records); err != nil {
		return err
	}
	for _, x := range []struct {
		head    string
		columns int
		values  []any
	}{
		{`INSERT INTO concerns_concern (id, district_id, org_id, number, source, reporter_id, recorded_at, happened_at, precision, place, told, urgent, state, read_at, taken_at, taken_by, version) VALUES`, 17, b.concerns},
		{`INSERT INTO concerns_account (id, district_id, concern_id, author_id, author, said_by, done, words, later, at) VALUES`, 10, b.accounts},
		{`INSERT INTO concerns_child (id, district_id, concern_id, child_id, name, role, words, by_id, at) VALUES`, 9, b.children},
		{`INSERT INTO concerns_triage (id, district_id, org_id, concern_id, title, level, decision, review_on, reply, reply_due, replied_at, together) VALUES`, 12, b.triages},
		{`INSERT INTO concerns_level (id, district_id, record_id, level, reason, by_id, at) VALUES`, 7, b.levels},
		{`INSERT INTO concerns_code (district_id, record_id, edition, code) VALUES`, 4, b.codes},
		{`INSERT INTO concerns_decision (id, district_id, concern_id, kind, threshold, consulted, reasons, review_on, to_name, expected_at, by_id, at) VALUES`, 12, b.decisions},
		{`INSERT INTO concerns_parent (id, district_id, record_id, informed, words, by_id, at) VALUES`, 7, b.parents},
		{`INSERT INTO concerns_feedback (id, district_id, concern_id, words, by_id, at) VALUES`, 6, b.feedback},
		{`INSERT INTO access_grant (district_id, record_id, kind, to_id, from_at, until_at, by_id) VALUES`, 7, b.grants},
		{`INSERT INTO concerns_action (id, district_id, record_id, what, owner_id, due_at, done_at, by_id, at) VALUES`, 9, b.actions},
		{`INSERT INTO concerns_opening (record_id, account_id, district_id, at) VALUES`, 4, b.openings},
		{`INSERT INTO concerns_claim (record_id, district_id, account_id, at) VALUES`, 4, b.claims},
		{`INSERT INTO concerns_alert (id, district_id, record_id, to_id, step, why, at, mailed_at) VALUES`, 8, b.alerts},
		{`INSERT INTO concerns_watch (concern_id, kind, district_id, due_at, step) VALUES`, 5, b.watches},
	} {
		if err := bulk.Insert(ctx, tx, x.head, x.columns, x.values, ""); err != nil {
			return err
		}
	}
	return search.AddTexts(ctx, tx, b.texts)
}

// batch is the rows of many concerns, table by table.
type batch struct {
	district string
	id       func() string
	records  []access.Record
	texts    []search.Text

	concerns, accounts, children, triages, levels, codes, decisions, parents, feedback, grants, actions, openings, claims, alerts, watches []any
}

func (b *batch) record(id, part string, c *Concern, author, child string) {
	r := access.Record{ID: id, Kind: access.Concern, Part: part, Org: c.Org, Author: author, Child: child}
	if part != access.PartHeader {
		r.Parent = string(c.ID)
	}
	b.records = append(b.records, r)
}

func (b *batch) add(p *Past) {
	c, d := &p.Concern, b.district
	c.ID = ID(b.id())
	if c.Number == "" {
		c.Number = number(c.RecordedAt)
	}
	id := string(c.ID)
	b.record(id, access.PartHeader, c, c.Reporter, "")
	b.concerns = append(b.concerns, id, d, c.Org, c.Number, string(c.Source), c.Reporter, int64(c.RecordedAt), int64(c.HappenedAt), string(c.Precision), c.Place, c.Told, c.Urgent,
		string(c.State), int64(c.ReadAt), int64(c.TakenAt), c.TakenBy, c.Version)
	a := &p.Account
	a.ID, a.Concern = b.id(), c.ID
	b.record(a.ID, access.PartAccount, c, a.AuthorID, "")
	b.accounts = append(b.accounts, a.ID, d, id, a.AuthorID, a.Author, a.SaidBy, a.Done, a.Words, a.Later, int64(a.At))
	b.texts = append(b.texts, search.Text{Record: a.ID, Scope: c.Org, Body: foundBy(a.Words, a.SaidBy, c.Place)})
	for i := range p.Children {
		k := &p.Children[i]
		k.ID, k.Concern = b.id(), c.ID
		b.record(k.ID, access.PartChild, c, "", k.Child)
		b.children = append(b.children, k.ID, d, id, k.Child, k.Name, string(k.Role), k.Words, k.By, int64(k.At))
	}
	t := &p.Triage
	t.ID, t.Concern = b.id(), c.ID
	b.record(t.ID, access.PartLead, c, "", "")
	b.triages = append(b.triages, t.ID, d, c.Org, id, t.Title, t.Level, string(t.Decision), string(t.ReviewOn), t.Reply, int64(t.ReplyDue), int64(t.Replied), t.Together)
	for _, l := range p.Levels {
		b.levels = append(b.levels, b.id(), d, t.ID, l.Level, l.Reason, l.By, int64(l.At))
	}
	for _, code := range p.Codes {
		b.codes = append(b.codes, d, t.ID, p.Edition, code)
	}
	for i := range p.Decisions {
		x := &p.Decisions[i]
		x.ID, x.Concern = b.id(), c.ID
		b.record(x.ID, access.PartDecision, c, "", "")
		b.decisions = append(b.decisions, x.ID, d, id, string(x.Kind), x.Threshold, x.Consulted, x.Reasons, string(x.ReviewOn), x.To, int64(x.ExpectedAt), x.By, int64(x.At))
	}
	for _, x := range p.Parents {
		b.parents = append(b.parents, b.id(), d, t.ID, x.Informed, x.Words, x.By, int64(x.At))
	}
	for _, x := range p.Feedback {
		record := b.id()
		b.record(record, access.PartFeedback, c, "", "")
		b.feedback = append(b.feedback, record, d, id, x.Words, x.By, int64(x.At))
		if c.Reporter != "" {
			b.grants = append(b.grants, d, record, access.Told, c.Reporter, int64(x.At), int64(clock.ForEver), x.By)
		}
	}
	for i := range p.Actions {
		x := &p.Actions[i]
		x.ID, x.Record = b.id(), t.ID
		b.actions = append(b.actions, x.ID, d, t.ID, x.What, x.Owner, int64(x.DueAt), int64(x.DoneAt), c.TakenBy, int64(c.TakenAt))
	}
	if p.Opened != "" {
		b.openings = append(b.openings, id, p.Opened, d, int64(p.OpenedAt))
	}
	if c.TakenBy != "" {
		b.claims = append(b.claims, id, d, c.TakenBy, int64(c.TakenAt))
	}
	for _, to := range p.Alerted {
		b.alerts = append(b.alerts, b.id(), d, id, to, 0, "A colleague sent something to the safeguarding leads", int64(c.RecordedAt), int64(c.RecordedAt))
	}
	if p.Watch > 0 {
		b.watches = append(b.watches, id, watchUnread, d, int64(p.Watch), 0)
	}
}
