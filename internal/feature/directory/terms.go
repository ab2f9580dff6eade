package directory

import (
	"context"
	"errors"
	"io"
	"slices"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// TermDeps are what term dates need from others.
type TermDeps struct {
	DB        *store.DB
	Calendars *Calendars
	// Clocks are set anew in the transaction that changes a calendar; org "" is every school of the district.
	Clocks interface {
		Recount(ctx context.Context, tx *store.Tx, org string) error
	}
}

// Terms is when the schools of a district are closed, as its administrators enter it: for every school, for those of a trust or a
// collaboration, and for one.
//
// An administrator of the authority or the partnership keeps the district's dates and may keep every trust's and school's; one of a
// trust or a collaboration its own, which its schools share, and those of its schools; one of a school its own.
type Terms struct {
	TermDeps
	store Store
}

// NewTerms returns the term dates.
func NewTerms(d TermDeps) *Terms { return &Terms{TermDeps: d} }

// keeps says whether the viewer keeps the dates of a school, or with "" those of the district. NotFound: no.
func (f *Terms) keeps(ctx context.Context, tx *store.Tx, org string) error {
	if _, system := tx.Viewer.IsSystem(); system {
		return nil
	}
	of, err := f.scope(ctx, tx)
	if err == nil && !of.keeps(org) {
		return errs.Missing()
	}
	return err
}

// scope is whose dates a viewer keeps.
type scope struct {
	District bool
	Groups   []ref.Organisation // trusts and collaborations, in the order of their names
	Schools  []ref.Organisation // likewise
}

func (s scope) keeps(org string) bool {
	if org == "" {
		return s.District
	}
	return s.name(org) != ""
}

// name is what an organisation of the scope is called; "" for none.
func (s scope) name(org string) string {
	for _, o := range slices.Concat(s.Groups, s.Schools) {
		if o.ID == org {
			return o.Name
		}
	}
	return ""
}

// group says whether an organisation of the scope is a trust or a collaboration.
func (s scope) group(org string) bool {
	return slices.ContainsFunc(s.Groups, func(o ref.Organisation) bool { return o.ID == org })
}

func (f *Terms) scope(ctx context.Context, tx *store.Tx) (s scope, err error) {
	posts := tx.Viewer.Roles[access.Admin]
	names, err := f.store.Names(ctx, tx, posts...)
	if err != nil {
		return s, err
	}
	mine := map[string]bool{}
	var over []string
	for id, o := range names {
		switch o.Kind {
		case Authority, Partnership:
			s.District = true
		case School:
			mine[id] = true
		case Trust, Collaboration:
			over = append(over, id)
		}
	}
	today := clock.DayOf(tx.Now.Time())
	groups, err := f.store.Groups(ctx, tx, today)
	if err != nil {
		return s, err
	}
	for _, o := range groups {
		if s.District || slices.Contains(over, o.ID) {
			s.Groups = append(s.Groups, o)
		}
	}
	if len(over) > 0 && !s.District {
		members, err := f.store.Members(ctx, tx, over, today)
		if err != nil {
			return s, err
		}
		for _, id := range members {
			mine[id] = true
		}
	}
	schools, err := f.store.Schools(ctx, tx)
	for _, o := range schools {
		if s.District || mine[o.ID] {
			s.Schools = append(s.Schools, o)
		}
	}
	return s, err
}

// year is what there is of one scope: its own dates, and those that hold for it.
type year struct {
	own   []schoolyear.Date // of the scope, every year
	holds []schoolyear.Date // for the scope, every year
	years []ownYear
	in    groups
	bank  map[clock.Day]string
}

// above is whose dates of a year a school shares where it does not keep its own: a trust's that keeps its own, otherwise the
// district's, "".
func (y year) above(org string, at term.Year, today clock.Day) string {
	if group := y.in.of(org, min(max(today, at.First()), at.Last())); keepsOwn(y.years, group, at) {
		return group
	}
	return ""
}

func (f *Terms) load(ctx context.Context, tx *store.Tx, org string) (y year, err error) {
	dates, err := f.store.termDates(ctx, tx)
	if err != nil {
		return y, err
	}
	if y.years, err = f.store.ownYears(ctx, tx); err != nil {
		return y, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return y, err
	}
	members, err := f.store.memberships(ctx, tx)
	y.bank = cals.District.BankHolidays
	y.in = keeping(members, dates, y.years)
	y.holds = effective(dates, y.years, y.in, org)
	for _, d := range dates {
		if d.Org == org {
			y.own = append(y.own, d)
		}
	}
	return y, err
}

// change is one change of the dates of a scope: the right to it, the calendar taken, what was there, the change, the clocks.
func (f *Terms) change(ctx context.Context, v access.Viewer, org, action string, fn func(context.Context, *store.Tx, year) (ref.Ref, any, error)) error {
	return f.changeBy(ctx, v, org, action, func(ctx context.Context, tx *store.Tx) error { return f.keeps(ctx, tx, org) }, fn)
}

// changeBy is change with another right: may says no to whoever has none.
func (f *Terms) changeBy(ctx context.Context, v access.Viewer, org, action string, may func(context.Context, *store.Tx) error, fn func(context.Context, *store.Tx, year) (ref.Ref, any, error)) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		if err := f.store.stamp(ctx, tx); err != nil {
			return err
		}
		y, err := f.load(ctx, tx, org)
		if err != nil {
			return err
		}
		what, detail, err := fn(ctx, tx, y)
		if err != nil {
			return err
		}
		// Again: what was read in this transaction before the change may be kept under the first stamp, and must not hold after it.
		if err := f.store.stamp(ctx, tx); err != nil {
			return err
		}
		if err := f.recount(ctx, tx, org); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, what, audit.Org(org), audit.Detail(detail))
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}

// recount sets the clocks anew that a change of dates reaches: with a trust's, those of each of its schools.
func (f *Terms) recount(ctx context.Context, tx *store.Tx, org string) error {
	orgs := []string{org}
	if org != "" {
		schools, err := f.store.Members(ctx, tx, orgs, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		if len(schools) > 0 {
			orgs = schools
		}
	}
	for _, o := range orgs {
		if err := f.Clocks.Recount(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

// errSame undoes a change that has nothing to change: the form was sent twice, or says what is there already.
var errSame = errors.New("nothing to change")

func refDate(id string) ref.Ref { return ref.To("term_date", id) }

// Add enters a date. A second call with the same id changes nothing. Rule: it cannot be, or it overlaps another.
func (f *Terms) Add(ctx context.Context, v access.Viewer, d schoolyear.Date) (err error) {
	defer errs.Wrap(&err, "directory.AddTermDate")
	return f.change(ctx, v, d.Org, "terms.added", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		if slices.ContainsFunc(y.own, func(o schoolyear.Date) bool { return o.ID == d.ID }) {
			return ref.Ref{}, nil, errSame
		}
		if err := f.fits(tx, d, y); err != nil {
			return ref.Ref{}, nil, err
		}
		return refDate(d.ID), d, f.store.insertTermDate(ctx, tx, d)
	})
}

// Change puts other words or days in place of those of the version that the viewer has read. Conflict: somebody else has changed
// it since. NotFound: no such date, or not the viewer's to keep. Rule: it cannot be, or it overlaps another.
func (f *Terms) Change(ctx context.Context, v access.Viewer, d schoolyear.Date) (err error) {
	defer errs.Wrap(&err, "directory.ChangeTermDate")
	return f.change(ctx, v, d.Org, "terms.changed", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		was, err := one(y.own, d.ID)
		switch {
		case err != nil:
			return ref.Ref{}, nil, err
		case was.Same(d):
			return ref.Ref{}, nil, errSame
		case was.Version != d.Version:
			return ref.Ref{}, nil, errs.New(errs.Conflict, "Somebody else has changed these days since you opened them. Open them again.")
		}
		if err := f.fits(tx, d, y); err != nil {
			return ref.Ref{}, nil, err
		}
		return refDate(d.ID), map[string]any{"was": was, "is": d}, f.store.updateTermDate(ctx, tx, d)
	})
}

// Remove takes a date out: the school is open then.
func (f *Terms) Remove(ctx context.Context, v access.Viewer, org, id string) (err error) {
	defer errs.Wrap(&err, "directory.RemoveTermDate")
	return f.change(ctx, v, org, "terms.removed", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		was, err := one(y.own, id)
		if err != nil {
			return ref.Ref{}, nil, err
		}
		return refDate(id), was, f.store.deleteTermDate(ctx, tx, id)
	})
}

func one(dates []schoolyear.Date, id string) (schoolyear.Date, error) {
	i := slices.IndexFunc(dates, func(d schoolyear.Date) bool { return d.ID == id })
	if i < 0 {
		return schoolyear.Date{}, errs.Missing()
	}
	return dates[i], nil
}

func (f *Terms) fits(tx *store.Tx, d schoolyear.Date, y year) error {
	if err := schoolyear.Fit(d, clock.DayOf(tx.Now.Time()), y.bank); err != nil {
		return err
	}
	return schoolyear.Clash(d, y.holds)
}

// KeepOwn makes a school, or a trust for its schools, keep its own dates of a school year. They begin as those that held until then, to
// be changed.
func (f *Terms) KeepOwn(ctx context.Context, v access.Viewer, org string, at term.Year) (err error) {
	defer errs.Wrap(&err, "directory.KeepOwnTerms")
	return f.change(ctx, v, org, "terms.own", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		if org == "" { // the district's are its own
			return ref.Ref{}, nil, errSame
		}
		if keepsOwn(y.years, org, at) {
			return ref.Ref{}, nil, errSame
		}
		for _, d := range y.holds {
			if d.Org != org && d.Year() == at && (d.Kind == schoolyear.Holiday || d.Kind == schoolyear.Inset) {
				d.ID, d.Org = tx.NewID(), org
				if err := f.store.insertTermDate(ctx, tx, d); err != nil {
					return ref.Ref{}, nil, err
				}
			}
		}
		return ref.To("organisation", org), at.String(), f.store.insertOwnYear(ctx, tx, ownYear{org, at})
	})
}

// KeepShared gives a school its trust's or its district's dates of a year again, and a trust its district's. Its own holidays of the year
// go; its INSET days and closures stay where the others have none at that time.
func (f *Terms) KeepShared(ctx context.Context, v access.Viewer, org string, at term.Year) (err error) {
	defer errs.Wrap(&err, "directory.KeepSharedTerms")
	return f.change(ctx, v, org, "terms.shared", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		if !keepsOwn(y.years, org, at) {
			return ref.Ref{}, nil, errSame
		}
		if err := f.store.deleteOwnYear(ctx, tx, ownYear{org, at}); err != nil {
			return ref.Ref{}, nil, err
		}
		now, err := f.load(ctx, tx, org)
		if err != nil {
			return ref.Ref{}, nil, err
		}
		theirs := slices.DeleteFunc(now.holds, func(d schoolyear.Date) bool { return d.Org == org })
		for _, d := range y.own {
			if d.Year() == at && (d.Kind == schoolyear.Holiday || schoolyear.Clash(d, theirs) != nil) {
				if err := f.store.deleteTermDate(ctx, tx, d.ID); err != nil {
					return ref.Ref{}, nil, err
				}
			}
		}
		return ref.To("organisation", org), at.String(), nil
	})
}

// TermFile is what a file of term dates would change, or has changed.
type TermFile struct {
	bulk.Result
	Changes []schoolyear.Change
}

// Take takes a file of term dates for a school, or with "" for the district: a dry run says what it would change, and writes
// nothing. A second run changes nothing. Rule: it is no such file. NotFound: the viewer does not keep these dates.
func (f *Terms) Take(ctx context.Context, v access.Viewer, org string, file io.Reader, dry bool) (out TermFile, err error) {
	defer errs.Wrap(&err, "directory.TakeTerms")
	rows, report, err := schoolyear.Read(ctx, file)
	if err != nil {
		return out, err
	}
	compare := func(tx *store.Tx, y year) {
		out = TermFile{}
		var fixed []schoolyear.Date
		for _, d := range y.holds {
			if d.Org != org {
				fixed = append(fixed, d)
			}
		}
		changes, rejected := schoolyear.Compare(y.own, fixed, rows, org, clock.DayOf(tx.Now.Time()), y.bank)
		out.Changes = changes
		rep := report
		rep.Rejected = append(slices.Clone(report.Rejected), rejected...)
		var t bulk.Tally
		for _, c := range changes {
			switch c.Verdict {
			case schoolyear.New:
				t.Created++
			case schoolyear.Changed:
				t.Updated++
			case schoolyear.Unchanged:
				t.Unchanged++
			}
		}
		out.Took(rep, t)
	}
	if dry {
		return out, f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			if err := f.keeps(ctx, tx, org); err != nil {
				return err
			}
			y, err := f.load(ctx, tx, org)
			compare(tx, y)
			return err
		})
	}
	return out, f.change(ctx, v, org, "terms.imported", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		compare(tx, y)
		for i := range out.Changes {
			c := &out.Changes[i]
			var err error
			switch c.Verdict {
			case schoolyear.New:
				c.Is.ID = tx.NewID()
				err = f.store.insertTermDate(ctx, tx, c.Is)
			case schoolyear.Changed:
				err = f.store.updateTermDate(ctx, tx, c.Is)
			}
			if err != nil {
				return ref.Ref{}, nil, err
			}
		}
		if out.Created+out.Updated == 0 {
			return ref.Ref{}, nil, errSame
		}
		return ref.To("register", "terms"), out.Tally, nil
	})
}
