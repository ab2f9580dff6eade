package sharing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// errChanged says that the readers are others than those that were shown.
var errChanged = errs.New(errs.Conflict, "Who will read this has changed since you looked. Look again before you go on")

// Make takes a step after its readers were shown. shown is who was shown, as the page sent it back. id is the form's: sent twice,
// it is taken once. NotFound: the step is not for this viewer. Rule: it cannot be taken so. Conflict: the readers are others now
// than those that were shown; nothing is done.
func (f *Feature) Make(ctx context.Context, v access.Viewer, id string, c Change, shown []string) error {
	return f.once(ctx, v, id, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.HoldRecord(ctx, c.Record); err != nil {
			return err
		}
		p, err := f.plan(ctx, tx, c)
		if err != nil {
			return err
		}
		shown = slices.Clone(shown)
		slices.Sort(shown)
		if !slices.Equal(shown, seen(p.then)) {
			return errChanged
		}
		return f.take(ctx, tx, id, p)
	})
}

// once runs fn unless the form was obeyed before.
func (f *Feature) once(ctx context.Context, v access.Viewer, id string, fn func(context.Context, *store.Tx) error) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		by, err := f.store.sentBy(ctx, tx, id)
		if err == nil {
			if by != v.Account {
				return errs.Missing()
			}
			return errSentBefore
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := f.store.sent(ctx, tx, id); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
	if errors.Is(err, errSentBefore) || store.IsDuplicate(err) {
		return nil
	}
	return err
}

// errSentBefore ends the transaction of a form that was sent twice: the first sending stands.
var errSentBefore = errors.New("this form was sent before")

// take does what was planned: the record's mode and relations, the step, its line in the chronology, the log of both schools.
func (f *Feature) take(ctx context.Context, tx *store.Tx, id string, p plan) error {
	c, t := p.change, p.thing
	what, err := f.what(ctx, tx, p)
	if err != nil {
		return err
	}
	switch c.Kind {
	case Restrict, Lock, Name, Lift, Unlock:
		if c.Kind != Name {
			if err := f.store.setMode(ctx, tx, t.Record, t.Org, p.after); err != nil {
				return err
			}
		}
		named := c.Named
		if p.after == Open {
			named = nil
		}
		if err := f.store.setNamed(ctx, tx, t.Record, named, c.Reason); err != nil {
			return err
		}
		if p.after != Open && t.Child() != "" {
			if err := f.store.dropLines(ctx, tx, t.Record); err != nil {
				return err
			}
		}
	case Share:
		if err := f.replace(ctx, tx, p); err != nil {
			return err
		}
		s := Shared{ID: id, Record: t.Record, Steps: t.Steps, Kind: t.Kind, Org: t.Org, To: c.To, Purpose: p.purpose.Words, Ground: p.ground.Words,
			Reason: c.Reason, By: tx.Viewer.Account, At: tx.Now, Until: p.until()}
		if err := f.store.insertShare(ctx, tx, s, p.edition, p.records); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "sharing.received", ref.To(t.Kind, t.Record), audit.Org(c.To), audit.Detail(s)); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, tellReceiver{Share: id}); err != nil {
			return err
		}
	case Recall:
		if err := f.store.endShare(ctx, tx, p.share); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "sharing.received_recalled", ref.To(t.Kind, t.Record), audit.Org(p.share.To), audit.Detail(p.share.ID)); err != nil {
			return err
		}
	}
	return f.note(ctx, tx, id, t, c, what, seen(p.then))
}

// note writes a step down: for those who may change the record, in the chronology, in the log.
func (f *Feature) note(ctx context.Context, tx *store.Tx, id string, t Thing, c Change, what string, reads []string) error {
	if err := f.store.insertStep(ctx, tx, id, t, c.Kind, what, strings.TrimSpace(c.Reason)); err != nil {
		return err
	}
	if err := tell(ctx, tx, t.Children, t.Steps, c.Kind.line()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "sharing."+string(c.Kind), ref.To(t.Kind, t.Record), audit.Org(t.Org), audit.Detail(map[string]any{"change": c, "readers": reads}))
}

// tell puts a line into the chronology of each child. It hangs on what the leads read, so that a locked concern’s line is read by
// its readers, and never by whoever wrote it.
func tell(ctx context.Context, tx *store.Tx, children []string, record, line string) error {
	for _, child := range children {
		if _, err := story.Add(ctx, tx, story.Entry{Child: child, At: tx.Now, Record: record, Kind: story.Document, Line: line}); err != nil {
			return err
		}
	}
	return nil
}

// replace ends what is shared with the school already: sharing again is one share with a new purpose and end.
func (f *Feature) replace(ctx context.Context, tx *store.Tx, p plan) error {
	shares, err := f.store.SharesOf(ctx, tx, p.thing.Record)
	if err != nil {
		return err
	}
	for _, s := range shares {
		if s.To == p.change.To && s.Live(tx.Now) {
			if err := f.store.endShare(ctx, tx, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// what says a step with its names, for those who may change the record.
func (f *Feature) what(ctx context.Context, tx *store.Tx, p plan) (string, error) {
	c := p.change
	switch c.Kind {
	case Restrict, Lock, Name:
		names, err := f.People.Names(ctx, tx, c.Named...)
		if err != nil {
			return "", err
		}
		var list []string
		for _, a := range c.Named {
			list = append(list, names[a].Name)
		}
		return map[Kind]string{Restrict: "Restricted. Named: ", Lock: "Locked to ", Name: "Named readers are now "}[c.Kind] + text.Join(list), nil
	case Share, Recall:
		to := c.To + p.share.To
		schools, err := f.Schools.Names(ctx, tx, to)
		if c.Kind == Recall {
			return "Sharing with " + schools[to].Name + " ended", err
		}
		return "Shared with " + schools[to].Name + " until the end of " + term.YearDate(c.Until) + ". For: " + p.purpose.Words + ". Ground: " + p.ground.Words, err
	}
	return c.Kind.line(), nil
}

// LetKnow lets the leads of another school know that there is something to ask for about a brother or sister of a pupil of theirs
// (CHR-9). Whether the pupil was found changes nothing in what is answered. Rule: no school, name or date of birth; the file is
// restricted or locked. NotFound: not a file, or not for this viewer.
func (f *Feature) LetKnow(ctx context.Context, v access.Viewer, id string, c Change) error {
	c.Kind = Tell
	return f.once(ctx, v, id, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.HoldRecord(ctx, c.Record); err != nil {
			return err
		}
		s, err := f.stand(ctx, tx, c.Record)
		if err != nil {
			return err
		}
		if s.thing.Child() == "" {
			return errs.Missing()
		}
		if err := CanChange(Tell, s.mode, s.who); err != nil {
			return err
		}
		if err := reasoned(c.Reason); err != nil {
			return err
		}
		if c.To == "" || c.To == s.thing.Org {
			return errs.Refuse("Choose the other school")
		}
		schools, err := f.Schools.Names(ctx, tx, c.To)
		if err != nil {
			return err
		}
		if err := f.store.insertTelling(ctx, tx, id, s.thing, c); err != nil {
			return err
		}
		return f.note(ctx, tx, id, s.thing, c, "Leads of "+schools[c.To].Name+" told whom to ask about "+c.Typed, nil)
	})
}

// Hush stops letting another school know. NotFound: no such telling, or not for this viewer.
func (f *Feature) Hush(ctx context.Context, v access.Viewer, id string, c Change) error {
	c.Kind = Quiet
	return f.once(ctx, v, id, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.stand(ctx, tx, c.Record)
		if err != nil {
			return err
		}
		if err := CanChange(Quiet, s.mode, s.who); err != nil {
			return err
		}
		if err := reasoned(c.Reason); err != nil {
			return err
		}
		if err := f.store.endTelling(ctx, tx, c.Record, c.Of); err != nil {
			return err
		}
		return f.note(ctx, tx, id, s.thing, c, c.Kind.line(), nil)
	})
}

// short is the locked records of the schools with fewer current readers than a lock names, by how many are left. It says nothing
// of the records (CHR-10).
func (f *Feature) short(ctx context.Context, tx *store.Tx, orgs []string) (none []lock, one []lock, err error) {
	rows, err := f.store.locks(ctx, tx, orgs)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	here := map[string][]ref.Person{}
	count := map[string]int{}
	for _, l := range rows {
		if here[l.Org] == nil {
			if here[l.Org], err = f.staff(ctx, tx, l.Org); err != nil {
				return nil, nil, err
			}
		}
		if slices.ContainsFunc(here[l.Org], func(p ref.Person) bool { return p.ID == l.To }) {
			count[l.Record]++
		}
	}
	for i, l := range rows {
		switch {
		case i > 0 && rows[i-1].Record == l.Record:
		case count[l.Record] == 0:
			none = append(none, l)
		case count[l.Record] < LockAtLeast:
			one = append(one, l)
		}
	}
	return none, one, nil
}

// Appoint names readers for the locked records of a school that nobody can read any more. The head does it without reading them,
// and names at least two others. Rule: see CanName; the head is named; no lock is without readers.
func (f *Feature) Appoint(ctx context.Context, v access.Viewer, id, org string, named []string, reason string) error {
	if !v.HoldsAt(access.Head, org) {
		return errs.Missing()
	}
	return f.once(ctx, v, id, func(ctx context.Context, tx *store.Tx) error {
		none, _, err := f.short(ctx, tx, []string{org})
		if err != nil {
			return err
		}
		if len(none) == 0 {
			return errs.Refuse("Every lock has a reader")
		}
		staff, err := f.staff(ctx, tx, org)
		if err != nil {
			return err
		}
		ids := make([]string, len(staff))
		for i, p := range staff {
			ids[i] = p.ID
		}
		if slices.Contains(named, v.Account) {
			return errs.Refuse("Name two other people: a lock is for those it names, the head included only if it names them")
		}
		if err := CanName(Lock, Locked, named, ids); err != nil {
			return err
		}
		if err := reasoned(reason); err != nil {
			return err
		}
		for _, l := range none {
			if err := tx.HoldRecord(ctx, l.Record); err != nil {
				return err
			}
			if err := f.store.setNamed(ctx, tx, l.Record, named, reason); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "sharing.appointed", ref.To("lock", l.Record), audit.Org(org), audit.Detail(map[string]any{"named": named, "reason": reason})); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep writes down which shares have lapsed. They gave nothing since their end, whether or not it has run.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	var over []Shared
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		over, err = f.store.lapsed(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for _, s := range over {
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			if first, err := f.store.setLapsed(ctx, tx, s.ID); !first || err != nil {
				return err
			}
			t, err := f.Things.Thing(ctx, tx, s.Record)
			if err != nil {
				return err
			}
			if err := tell(ctx, tx, t.Children, s.Steps, "Sharing with another school came to its end"); err != nil {
				return err
			}
			for _, org := range []string{s.Org, s.To} {
				if err := audit.Record(ctx, tx, "sharing.lapsed", ref.To(s.Kind, s.Record), audit.Org(org), audit.Detail(s.ID)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
