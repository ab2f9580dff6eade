package concerns

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/web"
)

// forDeciding loads what a lead acts on, after taking the concern for this transaction. NotFound: not one the viewer may change.
func (f *Feature) forDeciding(ctx context.Context, tx *store.Tx, id ID) (c Concern, t Triage, err error) {
	if c, err = f.store.Concern(ctx, tx, id); err != nil {
		return c, t, err
	}
	if t, err = f.store.Triage(ctx, tx, id); err != nil {
		return c, t, err
	}
	r, err := tx.Record(ctx, t.ID)
	if err != nil {
		return c, t, err
	}
	if ok, _ := access.Rules.Decide(tx.Viewer, true, r); !ok {
		return c, t, errs.Missing()
	}
	if _, err = tx.Lock(ctx, "concerns_concern", string(id)); err != nil {
		return c, t, err
	}
	c, err = f.store.Concern(ctx, tx, id)
	return c, t, err
}

// change runs fn on a concern that the viewer may decide and writes what was done into the log.
// What fn finds to have been sent before ends the transaction and is no error: the first sending stands (SEC-15).
func (f *Feature) change(ctx context.Context, v access.Viewer, id ID, action string, fn func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, t, err := f.forDeciding(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, c, t); err != nil {
			return err
		}
		if err := f.store.setClaim(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, refTo(id), audit.Org(c.Org))
	})
	if errors.Is(err, errSentBefore) {
		return nil
	}
	return err
}

// once returns errSentBefore when the list already holds this very line: the same form sent twice, whenever that is, makes one.
func once[T any](list []T, err error, same func(T) bool) error {
	if err == nil && slices.ContainsFunc(list, same) {
		return errSentBefore
	}
	return err
}

// Take says "I have read this": it stops the rota from telling the next person.
func (f *Feature) Take(ctx context.Context, v access.Viewer, id ID) error {
	return f.change(ctx, v, id, "concern.taken", func(ctx context.Context, tx *store.Tx, c Concern, _ Triage) error {
		if err := f.store.setTaken(ctx, tx, id); err != nil {
			return err
		}
		return f.store.dropWatch(ctx, tx, id, watchUnread)
	})
}

// Judgement is what a lead records in one go: title, level, categories, decision, reasons, first actions.
type Judgement struct {
	Choice
	Decision string // the decision's id, made by the form
	Title    string
	Together string
	Actions  []Action
	Version  int64 // of the concern that the form was made from
}

// Decide records a decision. Rule: something it needs is missing (CanDecide). Conflict: another lead saved in between.
func (f *Feature) Decide(ctx context.Context, v access.Viewer, id ID, d Judgement) error {
	return f.change(ctx, v, id, "concern.decided", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		if sent, err := f.store.wasSent(ctx, tx, d.Decision); sent || err != nil {
			return cmp.Or(err, errSentBefore)
		}
		if c.Version != d.Version+1 { // the lock has just raised it
			return errs.New(errs.Conflict, "Another lead has saved this concern since you opened it. Read what they wrote; your own words are below, not yet saved")
		}
		had := t
		parents, err := f.store.Parents(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		advice, err := f.store.Advice(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		list, err := f.store.Categories(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		codes := slices.DeleteFunc(slices.Clone(list), func(g Category) bool { return !slices.Contains(d.Codes, g.Code) })
		if err := CanDecide(d.Choice, had, parents, codes, advice, tx.Now); err != nil {
			return err
		}
		t.Title, t.Level, t.Together = strings.TrimSpace(d.Title), d.Level, d.Together
		if d.Outcome != Undecided {
			t.Decision, t.ReviewOn = d.Outcome, d.ReviewOn
		}
		if err := f.store.setTriage(ctx, tx, t); err != nil {
			return err
		}
		if len(codes) > 0 {
			if err := f.store.setCodes(ctx, tx, t.ID, codes[0].Edition, d.Codes); err != nil {
				return err
			}
		}
		if err := f.store.setTaken(ctx, tx, id); err != nil {
			return err
		}
		if err := f.store.dropWatch(ctx, tx, id, watchUnread); err != nil {
			return err
		}
		children, err := f.store.Children(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := f.retitle(ctx, tx, children, had.Title, t.Title); err != nil {
			return err
		}
		change := ""
		if d.Level != had.Level {
			change = levelChange(had.Level, d.Level)
			if err := f.level(ctx, tx, d.Decision, children, t, d, change); err != nil {
				return err
			}
		}
		for _, a := range d.Actions {
			a.ID, a.Record = tx.NewID(), t.ID
			if err := f.store.insertAction(ctx, tx, a); err != nil {
				return err
			}
		}
		if d.Outcome != Undecided {
			if err := f.decision(ctx, tx, c, children, d, change); err != nil {
				return err
			}
		}
		return f.watchHigh(ctx, tx, id, t)
	})
}

// errSentBefore ends the transaction of a form that was sent twice: the first sending stands.
var errSentBefore = errors.New("this form was sent before")

// levelChange says a change of level as the chronology does: "level set to low".
func levelChange(was, is int) string {
	if was == 0 {
		return "level set to " + strings.ToLower(LevelWords[is])
	}
	return "level changed from " + strings.ToLower(LevelWords[was]) + " to " + strings.ToLower(LevelWords[is])
}

// level writes down the new level and its reason, and that it changed, into the chronology of each child who may have been
// harmed (CON-8). Where a decision is recorded with it, the decision's own entry says both.
func (f *Feature) level(ctx context.Context, tx *store.Tx, id string, children []Child, t Triage, d Judgement, change string) error {
	if err := f.store.insertLevel(ctx, tx, id, t.ID, t.Level, d.Reasons); err != nil {
		return err
	}
	for _, k := range children {
		if k.Role != Harmed || k.Child == "" {
			continue
		}
		if err := story.Relevel(ctx, tx, k.ID, t.Level); err != nil {
			return err
		}
		if d.Outcome != Undecided {
			continue
		}
		if _, err := story.Add(ctx, tx, story.Entry{Child: k.Child, At: tx.Now, Record: t.ID, Kind: story.Decision, Line: strings.ToUpper(change[:1]) + change[1:], Detail: text.FirstWords(d.Reasons, 160), Level: t.Level}); err != nil {
			return err
		}
	}
	return nil
}

// retitle gives the entries of the children who may have been harmed the lead's title in place of the plain word.
func (f *Feature) retitle(ctx context.Context, tx *store.Tx, children []Child, was, title string) error {
	if title == "" || title == was {
		return nil
	}
	for _, k := range children {
		if k.Role == Harmed && k.Child != "" {
			if err := story.Retitle(ctx, tx, k.ID, title); err != nil {
				return err
			}
		}
	}
	return nil
}

// decision writes down what was decided, its state and its line for each child who may have been harmed.
func (f *Feature) decision(ctx context.Context, tx *store.Tx, c Concern, children []Child, d Judgement, change string) error {
	row := Decision{ID: d.Decision, Concern: c.ID, Kind: d.Outcome, Threshold: d.Threshold, Consulted: d.Consulted, Reasons: d.Reasons, ReviewOn: d.ReviewOn, By: tx.Viewer.Account, At: tx.Now}
	if d.Outcome == Refer {
		row.To = "children’s social care"
		expected := d.Expected
		if expected == "" {
			cal, err := f.calendar(ctx, tx, c.Org)
			if err != nil {
				return err
			}
			expected = cal.AddWorkingDays(clock.DayOf(tx.Now.Time()), 1)
		}
		row.ExpectedAt = clock.Of(expected.At(16, 30))
	}
	if err := f.store.insertDecision(ctx, tx, c.Org, row); err != nil {
		return err
	}
	if err := f.store.setState(ctx, tx, c.ID, After(d.Outcome)); err != nil {
		return err
	}
	line := ""
	for _, o := range Outcomes {
		if o.Outcome == d.Outcome {
			line = o.Line
		}
	}
	if d.Outcome == Watch {
		line = "Watched until " + term.ShortDate(d.ReviewOn)
	}
	if change != "" {
		line += "; " + change
	}
	for _, k := range children {
		if k.Role != Harmed || k.Child == "" {
			continue
		}
		e := story.Entry{Child: k.Child, At: tx.Now, Record: row.ID, Kind: story.Decision, Line: line, Detail: text.FirstWords(d.Reasons, 160), Level: d.Level}
		if d.Outcome == Refer {
			e.Significant = "decided to refer to " + row.To
		}
		if _, err := story.Add(ctx, tx, e); err != nil {
			return err
		}
	}
	return web.DropDraft(ctx, tx, d.Decision)
}

// watchHigh sets the clock of a high level that has no action yet, and stops it when one is there (CON-11).
func (f *Feature) watchHigh(ctx context.Context, tx *store.Tx, id ID, t Triage) error {
	actions, err := f.store.Actions(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if t.Level == 3 && len(actions) == 0 {
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		return f.store.setWatch(ctx, tx, watch{Concern: id, Kind: watchHigh, DueAt: tx.Now.Add(time.Duration(set.High) * time.Minute)})
	}
	return f.store.dropWatch(ctx, tx, id, watchHigh)
}

// AddAction adds something to be done.
func (f *Feature) AddAction(ctx context.Context, v access.Viewer, id ID, a Action) error {
	if strings.TrimSpace(a.What) == "" {
		return errs.Refuse("Write what is to be done")
	}
	return f.change(ctx, v, id, "concern.action-added", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		leads, err := f.People.Viewers(ctx, tx, c.Org)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(leads, func(p access.Viewer) bool { return p.Account == a.Owner }) {
			return errs.Refuse("Choose who will do it")
		}
		if may, err := f.deciders(ctx, tx, c); err != nil {
			return err
		} else if !slices.Contains(may, a.Owner) {
			return errs.Refuse("Choose somebody who can read this concern: nobody else would find the action")
		}
		have, err := f.store.Actions(ctx, tx, t.ID)
		if err := once(have, err, func(x Action) bool { return x.What == a.What && x.Owner == a.Owner && x.DoneAt == 0 }); err != nil {
			return err
		}
		a.ID, a.Record = tx.NewID(), t.ID
		if a.DueAt == 0 {
			a.DueAt = tx.Now.Add(24 * time.Hour)
		}
		if err := f.store.insertAction(ctx, tx, a); err != nil {
			return err
		}
		return f.watchHigh(ctx, tx, id, t)
	})
}

// FinishAction says that an action is done.
func (f *Feature) FinishAction(ctx context.Context, v access.Viewer, id ID, action string) error {
	return f.change(ctx, v, id, "concern.action-done", func(ctx context.Context, tx *store.Tx, _ Concern, t Triage) error {
		n, err := f.store.finishAction(ctx, tx, t.ID, action)
		if err == nil && n == 0 {
			return errs.Missing()
		}
		return err
	})
}

// RecordParents writes down that the parents were told, with their view, or why not (CON-13), and the contact into the
// chronology of each child who may have been harmed.
func (f *Feature) RecordParents(ctx context.Context, v access.Viewer, id ID, p Parent) error {
	if strings.TrimSpace(p.Words) == "" {
		if p.Informed {
			return errs.Refuse("Write what the parents said")
		}
		return errs.Refuse("Write why they were not told")
	}
	return f.change(ctx, v, id, "concern.parents", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		if p.Informed {
			codes, err := f.store.Codes(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			advice, err := f.store.Advice(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			service, err := f.store.Service(ctx, tx)
			if err != nil {
				return err
			}
			if err := CanTellFamily(codes, advice, service); err != nil {
				return err
			}
		}
		have, err := f.store.Parents(ctx, tx, t.ID)
		if err := once(have, err, func(x Parent) bool { return x.By == v.Account && x.Informed == p.Informed && x.Words == p.Words }); err != nil {
			return err
		}
		if err := f.store.insertParent(ctx, tx, t.ID, p); err != nil {
			return err
		}
		children, err := f.store.Children(ctx, tx, id)
		if err != nil || !p.Informed {
			return err
		}
		for _, k := range children {
			if k.Role == Harmed && k.Child != "" {
				if _, err := story.Add(ctx, tx, story.Entry{Child: k.Child, At: tx.Now, Record: t.ID, Kind: story.Contact, Line: "Parents told", Voice: text.FirstWords(p.Words, 120)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// RecordAdvice writes down what a service advised before the family is told, or who was told to handle a child with care.
func (f *Feature) RecordAdvice(ctx context.Context, v access.Viewer, id ID, a Advice) error {
	if strings.TrimSpace(a.Words) == "" {
		return errs.Refuse("Write what they advised")
	}
	return f.change(ctx, v, id, "concern.advice", func(ctx context.Context, tx *store.Tx, _ Concern, t Triage) error {
		have, err := f.store.Advice(ctx, tx, t.ID)
		if err := once(have, err, func(x Advice) bool {
			return x.By == v.Account && x.Kind == a.Kind && x.Who == a.Who && x.Words == a.Words
		}); err != nil {
			return err
		}
		return f.store.insertAdvice(ctx, tx, t.ID, a)
	})
}

// GiveFeedback writes back to whoever noticed. It is the lead's own choice of words and never copied from notes (CON-18).
func (f *Feature) GiveFeedback(ctx context.Context, v access.Viewer, id ID, words string) error {
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what your colleague will read")
	}
	return f.change(ctx, v, id, "concern.feedback", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		have, err := f.store.Feedback(ctx, tx, id)
		if err := once(have, err, func(x Feedback) bool { return x.By == v.Account && x.Words == words }); err != nil {
			return err
		}
		return f.store.insertFeedback(ctx, tx, c.Org, c.Reporter, id, words)
	})
}

// Replied says that whoever told it at the gate has been answered (CON-19).
func (f *Feature) Replied(ctx context.Context, v access.Viewer, id ID) error {
	return f.change(ctx, v, id, "concern.replied", func(ctx context.Context, tx *store.Tx, _ Concern, t Triage) error {
		return f.store.setReplied(ctx, tx, t.ID)
	})
}

// LinkChild adds a child to a concern with a role and a text of their own (CON-4).
func (f *Feature) LinkChild(ctx context.Context, v access.Viewer, id ID, k DraftChild) error {
	return f.change(ctx, v, id, "concern.child-linked", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		children, err := f.named(ctx, tx, c.Org, []DraftChild{k})
		if err != nil {
			return err
		}
		if len(children) == 0 {
			return errs.Refuse("Choose a child from the list, or write the name as you know it")
		}
		have, err := f.store.Children(ctx, tx, id)
		if err != nil {
			return err
		}
		if children[0].Child != "" && slices.ContainsFunc(have, func(x Child) bool { return x.Child == children[0].Child }) {
			return errs.Refuse("This child is in this concern already")
		}
		if err := once(have, nil, func(x Child) bool {
			return x.Child == "" && children[0].Child == "" && x.Name == children[0].Name && x.Role == children[0].Role
		}); err != nil {
			return err
		}
		accounts, err := f.store.Accounts(ctx, tx, id)
		if err != nil {
			return err
		}
		words := ""
		if len(accounts) > 0 {
			words = accounts[0].Words
		}
		return f.addChild(ctx, tx, c, children[0], words)
	})
}

// Reopen opens a closed concern again, with a reason (CON-14).
func (f *Feature) Reopen(ctx context.Context, v access.Viewer, id ID, reason string) error {
	return f.change(ctx, v, id, "concern.reopened", func(ctx context.Context, tx *store.Tx, c Concern, t Triage) error {
		if err := CanReopen(c.State, reason); err != nil {
			return err
		}
		if err := f.store.setState(ctx, tx, id, Deciding); err != nil {
			return err
		}
		children, err := f.store.Children(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, k := range children {
			if k.Role == Harmed && k.Child != "" {
				if _, err := story.Add(ctx, tx, story.Entry{Child: k.Child, At: tx.Now, Record: t.ID, Kind: story.Decision, Line: "Opened again", Detail: strings.TrimSpace(reason)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
