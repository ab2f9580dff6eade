package concerns

import (
	"context"
	"crypto/rand"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/web"
)

// Draft is a concern about to be sent.
type Draft struct {
	ID       ID
	Org      string
	Source   Source
	When     When
	Place    string
	Words    string
	Done     string // what was done at once
	SaidBy   string // who told it
	Author   string // a writer without an account: name, part, telephone
	Told     bool
	Urgent   bool
	Reply    bool // whoever told it wants to hear back
	Children []DraftChild
	Marks    []Mark
	// Claim binds the files of the form to the account's record; nil when there are none.
	Claim func(ctx context.Context, tx *store.Tx, record ref.Ref, org string) error
}

// DraftChild is a child as the writer names one: from the list, or as they know the name.
type DraftChild struct {
	Child string // "" where the name is not on the list
	Name  string
	Role  Role
	Words string
}

// refTo names a concern for the audit log.
func refTo(id ID) ref.Ref { return ref.To(access.Concern, string(id)) }

// SendIn is Send in the caller's transaction, for a slice that keeps something beside the concern.
func (f *Feature) SendIn(ctx context.Context, tx *store.Tx, d Draft) error {
	if err := CanSend(d.Words, len(d.Children), d.Source); err != nil {
		return err
	}
	return f.send(ctx, tx, d)
}

// Send records a concern and tells the leads. A form that is sent twice makes one concern (CON-15).
// Rule: nothing was written, no child is named, or the time lies in the future. NotFound: the id is somebody else's.
func (f *Feature) Send(ctx context.Context, v access.Viewer, d Draft) (ID, error) {
	if err := CanSend(d.Words, len(d.Children), d.Source); err != nil {
		return "", err
	}
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.send(ctx, tx, d) })
	if store.IsDuplicate(err) {
		return d.ID, f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			c, err := f.store.Concern(ctx, tx, d.ID)
			if err == nil && c.Reporter != v.Account {
				return errs.Missing()
			}
			return err
		})
	}
	return d.ID, err
}

func (f *Feature) send(ctx context.Context, tx *store.Tx, d Draft) error {
	at, precision, err := Happened(d.When, tx.Now)
	if err != nil {
		return err
	}
	children, err := f.named(ctx, tx, d.Org, d.Children)
	if err != nil {
		return err
	}
	c := Concern{ID: d.ID, Org: d.Org, Number: number(tx.Now), Source: d.Source, Reporter: tx.Viewer.Account, RecordedAt: tx.Now, HappenedAt: at, Precision: precision,
		Place: d.Place, Told: d.Told, Urgent: d.Urgent, State: Sent}
	if err := f.store.insertConcern(ctx, tx, c); err != nil {
		return err
	}
	account := Account{ID: tx.NewID(), Concern: c.ID, AuthorID: tx.Viewer.Account, Author: d.Author, SaidBy: d.SaidBy, Done: d.Done, Words: d.Words, At: tx.Now, Marks: d.Marks}
	if err := f.store.insertAccount(ctx, tx, c.Org, account); err != nil {
		return err
	}
	if d.Claim != nil {
		if err := d.Claim(ctx, tx, ref.To(access.Concern, account.ID), c.Org); err != nil {
			return err
		}
	}
	triage := Triage{ID: tx.NewID(), Concern: c.ID, Reply: d.Reply}
	if d.Reply {
		cal, err := f.calendar(ctx, tx, c.Org)
		if err != nil {
			return err
		}
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		triage.ReplyDue = set.ReplyDue(cal, d.Source, tx.Now)
	}
	if err := f.store.insertTriage(ctx, tx, c.Org, triage); err != nil {
		return err
	}
	for _, k := range children {
		if err := f.addChild(ctx, tx, c, k, d.Words); err != nil {
			return err
		}
	}
	if err := search.AddText(ctx, tx, account.ID, []string{c.Org}, foundBy(d.Words, d.SaidBy, d.Place)); err != nil {
		return err
	}
	if err := f.begin(ctx, tx, c); err != nil {
		return err
	}
	if tx.Viewer.Account != "" {
		if err := web.DropDraft(ctx, tx, string(d.ID)); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, "concern.sent", refTo(c.ID), audit.Org(c.Org), audit.Detail(map[string]any{"source": c.Source, "urgent": c.Urgent, "children": len(children)}))
}

// named looks up the children that were chosen from the list: the writer sees their cards, and they are of this school.
func (f *Feature) named(ctx context.Context, tx *store.Tx, org string, drafts []DraftChild) ([]Child, error) {
	out := make([]Child, 0, len(drafts))
	for _, k := range drafts {
		child := Child{Child: k.Child, Name: strings.TrimSpace(k.Name), Role: k.Role, Words: strings.TrimSpace(k.Words)}
		if k.Child != "" {
			card, at, err := f.Deps.Children.Child(ctx, tx, k.Child)
			if err != nil {
				return nil, err
			}
			if at != org {
				return nil, errs.Missing()
			}
			child.Name = card.Name
		}
		if child.Name == "" {
			continue
		}
		if child.Role == "" {
			child.Role = Harmed
		}
		out = append(out, child)
	}
	return out, nil
}

// addChild gives a child its part of the concern and its line of the chronology.
func (f *Feature) addChild(ctx context.Context, tx *store.Tx, c Concern, k Child, words string) error {
	k.ID, k.Concern, k.By, k.At = tx.NewID(), c.ID, tx.Viewer.Account, tx.Now
	if err := f.store.insertChild(ctx, tx, c.Org, k); err != nil {
		return err
	}
	if k.Child == "" {
		return nil
	}
	kind := story.Concern
	if c.Source == Police {
		kind = story.Notice
	}
	line, voice := Line(k.Role, k.Words, words)
	if c.Source == Police && k.Role == Harmed {
		line = "Police notice"
	}
	_, err := story.Add(ctx, tx, story.Entry{Child: k.Child, At: c.HappenedAt, Precision: c.Precision, RecordedAt: c.RecordedAt, Record: k.ID, Kind: kind, Line: line, Voice: voice})
	return err
}

// AddAccount adds a further account: a later thought of the reporter, or what a lead heard. What was sent before stays as it
// is (CON-6).
func (f *Feature) AddAccount(ctx context.Context, v access.Viewer, id ID, account, words string) error {
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what you want to add")
	}
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, id)
		if err != nil {
			return err
		}
		if v.Strength < access.SecondFactor && c.Reporter != v.Account {
			return errs.New(errs.StepUp, "Confirm that it is you") // one factor is enough for one's own words alone (SEC-25)
		}
		if err := f.store.insertAccount(ctx, tx, c.Org, Account{ID: account, Concern: id, AuthorID: v.Account, Words: words, Later: true, At: tx.Now}); err != nil {
			return err
		}
		if err := search.AddText(ctx, tx, account, []string{c.Org}, words); err != nil {
			return err
		}
		if c.Reporter == v.Account {
			if err := f.tellSome(ctx, tx, c, 0, "A colleague added to something they sent"); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "concern.account-added", refTo(id), audit.Org(c.Org))
	})
	if store.IsDuplicate(err) {
		return nil // the same form, sent twice
	}
	return err
}

// number makes the concern's own number. It is drawn, not counted: a next number would tell of concerns one may not see
// (SEC-3).
func number(now clock.Millis) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 6)
	rand.Read(b) //nolint:errcheck // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return "C-" + now.London().Format("0601") + "-" + string(b)
}

// Reader is who will be able to read something, and why (CON-10).
type Reader struct{ Name, Why string }

// Readers says who will be able to read a concern at the school once it is sent, by the same table that will decide. Alerting
// somebody gives no right by itself.
func (f *Feature) Readers(ctx context.Context, tx *store.Tx, org string) ([]Reader, error) {
	viewers, err := f.People.Viewers(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	r := access.Record{ID: "new", District: tx.Viewer.District, Kind: access.Concern, Part: access.PartAccount, Org: org, Author: tx.Viewer.Account}
	var ids []string
	why := map[string]string{}
	for _, v := range viewers {
		ok, rule := access.Rules.Decide(v, false, r)
		if !ok || v.Account == tx.Viewer.Account && rule == "reporter" {
			continue
		}
		ids = append(ids, v.Account)
		why[v.Account] = map[string]string{"dsl": "safeguarding lead", "head": "headteacher, oversight"}[rule]
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	duty, _, err := f.onDuty(ctx, tx, org)
	out := make([]Reader, 0, len(ids))
	for _, id := range ids {
		reason := why[id]
		if duty.Account == id {
			reason += ", on duty"
		}
		out = append(out, Reader{names[id].Name, reason})
	}
	return out, err
}

// Look counts a look in the child picker, and says whether it is the one too many that a lead is told of (CON-21).
func (f *Feature) Look(ctx context.Context, v access.Viewer, org string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		n, err := f.store.look(ctx, tx, org)
		if err != nil {
			return err
		}
		if n == PickerLooks+1 {
			return audit.Record(ctx, tx, "picker.many-looks", ref.To("account", v.Account), audit.Org(org))
		}
		tx.Unaudited("a look in the picker is counted; the one too many is audited")
		return nil
	})
}
