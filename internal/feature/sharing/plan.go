package sharing

import (
	"context"
	"slices"

	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
)

// standing is a record as it stands for somebody who reads it.
type standing struct {
	thing Thing
	whole []access.Record // the concern's header with its parts, or the file
	mode  Mode
	named []string // current named readers
	who   Who
	reads []readers.Reader
}

// stand loads a record. NotFound: no such record, or not for this viewer.
func (f *Feature) stand(ctx context.Context, tx *store.Tx, record string) (s standing, err error) {
	if s.thing, err = f.Things.Thing(ctx, tx, record); err != nil {
		return s, err
	}
	if s.whole, err = tx.Whole(ctx, record); err != nil {
		return s, err
	}
	s.mode = Open
	switch {
	case s.whole[0].Locked:
		s.mode = Locked
	case s.whole[0].Restricted:
		s.mode = Restricted
	}
	if s.named, err = f.current(ctx, tx, s.whole[0]); err != nil {
		return s, err
	}
	org := s.thing.Org
	s.who = Who{Leads: tx.Viewer.HoldsAt(access.DSL, org) || tx.Viewer.HoldsAt(access.Head, org), Named: slices.Contains(s.named, tx.Viewer.Account)}
	s.reads, err = readers.Of(ctx, tx, f.People, s.whole...)
	return s, err
}

// current returns the named readers of a record who still work at its school.
func (f *Feature) current(ctx context.Context, tx *store.Tx, r access.Record) (out []string, err error) {
	staff, err := f.staff(ctx, tx, r.Org)
	for _, x := range r.Relations {
		if x.Kind == access.Named && x.From <= tx.Now && tx.Now < x.Until && slices.ContainsFunc(staff, func(p ref.Person) bool { return p.ID == x.To }) {
			out = append(out, x.To)
		}
	}
	return out, err
}

// staff are all who work at a school now and can sign in.
func (f *Feature) staff(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error) {
	return f.People.People(ctx, tx, org, "")
}

// plan is what a step will do.
type plan struct {
	standing
	change  Change
	after   Mode
	then    []readers.Reader // who reads it afterwards
	fresh   []string         // accounts that read it then and do not now
	lost    []readers.Reader // who reads it now and does not then
	records []string         // of a share: what is opened
	left    int              // of a share of a file: concerns that stay here
	share   Shared           // of a recall

	purpose, ground lists.Wording // of a share: in the words of the edition in force
	edition         string
}

// plan works a step out without taking it: the rules, and who will read the record afterwards by the table that will decide.
// Rule: the step cannot be taken so. NotFound: it is not for this viewer.
func (f *Feature) plan(ctx context.Context, tx *store.Tx, c Change) (p plan, err error) {
	if p.standing, err = f.stand(ctx, tx, c.Record); err != nil {
		return p, err
	}
	p.after, p.change = p.mode, c
	if err := CanChange(c.Kind, p.mode, p.who); err != nil {
		return p, err
	}
	if err := reasoned(c.Reason); err != nil {
		return p, err
	}
	now := slices.Clone(p.whole)
	for i := range now {
		now[i].Relations = slices.Clone(now[i].Relations)
	}
	switch c.Kind {
	case Restrict, Lock, Name:
		if p.change.Named, err = f.toName(ctx, tx, p, c); err != nil {
			return p, err
		}
		p.after = map[Kind]Mode{Restrict: Restricted, Lock: Locked, Name: p.mode}[c.Kind]
		name(now, p.change.Named, tx.Now)
	case Lift, Unlock:
		p.after = Open
		name(now, nil, tx.Now)
	case Share:
		if err := f.toShare(ctx, tx, &p); err != nil {
			return p, err
		}
		for i := range now {
			now[i].Relations = append(now[i].Relations, access.Relation{To: c.To, Kind: access.Share, From: tx.Now, Until: p.until()})
		}
	case Recall:
		shares, err := f.store.SharesOf(ctx, tx, c.Record)
		if err != nil {
			return p, err
		}
		at := slices.IndexFunc(shares, func(s Shared) bool { return s.ID == c.Of })
		if at < 0 {
			return p, errs.Missing()
		}
		if p.share = shares[at]; !p.share.Live(tx.Now) {
			return p, errs.Refuse("It is over already")
		}
		for i := range now {
			now[i].Relations = slices.DeleteFunc(now[i].Relations, func(x access.Relation) bool {
				return x.Kind == access.Share && x.To == p.share.To && x.From == p.share.At
			})
		}
	default:
		return p, errs.Missing()
	}
	for i := range now {
		now[i].Restricted, now[i].Locked = p.after == Restricted, p.after == Locked
	}
	if p.then, err = readers.Of(ctx, tx, f.People, now...); err != nil {
		return p, err
	}
	for _, x := range p.then {
		if !p.read(x) {
			p.fresh = append(p.fresh, x.Account)
		}
	}
	for _, x := range p.reads {
		if at := slices.IndexFunc(p.then, func(y readers.Reader) bool { return x.Account == y.Account }); !x.Own && (at < 0 || p.then[at].Own) {
			p.lost = append(p.lost, x)
		}
	}
	return p, nil
}

// read says whether somebody reads as much of it now as they will.
func (p plan) read(x readers.Reader) bool {
	return slices.ContainsFunc(p.reads, func(y readers.Reader) bool { return x.Account == y.Account && (x.Own || !y.Own) })
}

// name puts the named readers of records in place of those they have.
func name(records []access.Record, named []string, now clock.Millis) {
	for i := range records {
		records[i].Relations = slices.DeleteFunc(records[i].Relations, func(x access.Relation) bool { return x.Kind == access.Named })
		for _, a := range named {
			records[i].Relations = append(records[i].Relations, access.Relation{To: a, Kind: access.Named, From: now, Until: clock.ForEver})
		}
	}
}

// toName returns who is to be named. Whoever restricts a record goes on reading it.
func (f *Feature) toName(ctx context.Context, tx *store.Tx, p plan, c Change) ([]string, error) {
	staff, err := f.staff(ctx, tx, p.thing.Org)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(staff))
	for i, s := range staff {
		ids[i] = s.ID
	}
	named := slices.Clone(c.Named)
	slices.Sort(named)
	named = slices.Compact(named)
	if c.Kind == Restrict && !slices.Contains(named, tx.Viewer.Account) {
		named = append(named, tx.Viewer.Account)
	}
	return named, CanName(c.Kind, p.mode, named, ids)
}

// toShare works out what a share opens. Of a child's file it is the card, the file, and those concerns in its chronology that are
// about no other child: another child's text never travels along (CON-4).
func (f *Feature) toShare(ctx context.Context, tx *store.Tx, p *plan) error {
	c, today := p.change, clock.DayOf(tx.Now.Time())
	all, err := f.Lists.All(ctx, tx)
	if err != nil {
		return err
	}
	if err := CanShare(c, all, p.thing.Org, tx.Now); err != nil {
		return err
	}
	p.purpose, _ = all.Find(lists.Purpose, c.Purpose, today)
	p.ground, _ = all.Find(lists.Ground, c.Ground, today)
	p.edition = all.Edition(today)
	leads, err := f.People.People(ctx, tx, c.To, access.DSL)
	if err != nil {
		return err
	}
	if len(leads) == 0 {
		return errs.Refuse("This school has no safeguarding lead in Kith, so nobody there would read it. Ring them")
	}
	p.records = []string{c.Record}
	if p.thing.Child() == "" {
		return nil
	}
	p.records = append(p.records, p.thing.Child())
	behind, err := f.Things.Behind(ctx, tx, p.thing.Child())
	if err != nil {
		return err
	}
	for _, b := range behind {
		r, err := tx.Record(ctx, b.Record)
		if err != nil {
			return err
		}
		if b.Alone && !r.Restricted && !r.Locked && r.Org == p.thing.Org {
			p.records = append(p.records, b.Record)
		} else {
			p.left++
		}
	}
	return nil
}

// until is the instant at which a share ends: the start of the day after its last.
func (p plan) until() clock.Millis { return clock.Of(p.change.Until.Add(1).Start()) }

// seen is what a check page shows of the readers, in the form in which it comes back: who, and by which rule.
func seen(all []readers.Reader) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = x.Account + " " + x.Rule
	}
	slices.Sort(out)
	return out
}

// Preview says who will read a record after a step, in the form that Make wants to have been shown. It changes nothing.
func (f *Feature) Preview(ctx context.Context, v access.Viewer, c Change) (shown []string, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		p, err := f.plan(ctx, tx, c)
		shown = seen(p.then)
		return err
	})
	return shown, err
}
