package directory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// Calendars tells everybody who counts in school days when the schools of a district are open. It keeps what it has read for as
// long as the stamp of the district's calendar stays what it was, so a question costs one look at one row, and a change by any
// process is seen by the next transaction of every other.
type Calendars struct {
	store Store
	mu    sync.Mutex
	kept  map[string]keptCalendars // by district
}

type keptCalendars struct {
	stamp string
	all   term.Calendars
}

// NewCalendars returns an empty cache.
func NewCalendars() *Calendars { return &Calendars{kept: map[string]keptCalendars{}} }

// Calendars returns those of the viewer's district as they stand in this transaction. They are shared: nobody changes them.
func (c *Calendars) Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error) {
	head, err := c.store.calendar(ctx, tx)
	if err != nil {
		return term.Calendars{}, err
	}
	c.mu.Lock()
	kept, ok := c.kept[tx.Viewer.District]
	c.mu.Unlock()
	if ok && kept.stamp == head.Stamp {
		return kept.all, nil
	}
	dates, err := c.store.termDates(ctx, tx)
	if err != nil {
		return term.Calendars{}, err
	}
	own, err := c.store.ownYears(ctx, tx)
	if err != nil {
		return term.Calendars{}, err
	}
	members, err := c.store.memberships(ctx, tx)
	if err != nil {
		return term.Calendars{}, err
	}
	all := calendarsOf(head, dates, own, keeping(members, dates, own))
	// On PostgreSQL a write sees what others commit between two of its statements. A stamp is never given twice, so one that is
	// still the same says that nothing came in between.
	after, err := c.store.calendar(ctx, tx)
	if err == nil && after.Stamp == head.Stamp {
		c.mu.Lock()
		c.kept[tx.Viewer.District] = keptCalendars{head.Stamp, all}
		c.mu.Unlock()
	}
	return all, err
}

// calendarsOf joins a district's dates with those of its trusts and its schools. A trust that keeps its own dates of a year has none of
// the district's holidays and INSET days of that year, and nor have its schools; a school that keeps its own has neither. Bank holidays,
// and closures that nobody planned, are everybody's.
func calendarsOf(head calendarRow, dates []schoolyear.Date, own []ownYear, in groups) term.Calendars {
	bank := term.BankHolidays()
	for _, d := range dates {
		if d.Kind == schoolyear.BankHoliday {
			for at := d.From; at <= d.To; at = at.Add(1) {
				bank[at] = d.Name
			}
		}
	}
	out := term.Calendars{Schools: map[string]term.Calendar{}}
	of := func(org string) term.Calendar {
		c := term.Calendar{BankHolidays: bank, Open: int(head.Opens), Close: int(head.Closes)}
		for _, d := range effective(dates, own, in, org) {
			if d.Kind != schoolyear.BankHoliday {
				c.Closed = append(c.Closed, d.Span())
			}
		}
		return c
	}
	out.District = of("")
	differ := map[string]bool{}
	for _, o := range own {
		differ[o.Org] = true
	}
	for _, d := range dates {
		differ[d.Org] = true
	}
	for _, m := range in {
		differ[m.School] = true
	}
	delete(differ, "")
	for _, org := range slices.Sorted(maps.Keys(differ)) {
		out.Schools[org] = of(org)
	}
	return out
}

// effective are the dates that hold for a school, a trust, or with "" for the district, in order. Whose dates a school shares is asked
// for the day on which each begins, so that one that changes its trust has the dates of both, each in its time.
func effective(dates []schoolyear.Date, own []ownYear, in groups, org string) []schoolyear.Date {
	var out []schoolyear.Date
	for _, d := range dates {
		if d.Org == org {
			out = append(out, d)
			continue
		}
		group := in.of(org, d.From)
		if d.Org != "" && d.Org != group {
			continue
		}
		planned := d.Kind == schoolyear.Holiday || d.Kind == schoolyear.Inset
		if planned && (keepsOwn(own, org, d.Year()) || d.Org == "" && keepsOwn(own, group, d.Year())) {
			continue
		}
		out = append(out, d)
	}
	return out
}

func keepsOwn(own []ownYear, org string, y term.Year) bool {
	return org != "" && slices.Contains(own, ownYear{org, y})
}

type calendarRow struct {
	Stamp         string
	Opens, Closes int64
}

func (c *calendarRow) Dest() []any { return []any{&c.Stamp, &c.Opens, &c.Closes} }

// calendar returns the stamp and the hours of the viewer's district; the zero row before anything was entered.
func (Store) calendar(ctx context.Context, tx *store.Tx) (calendarRow, error) {
	row, err := store.One[calendarRow](ctx, tx, store.SQL(`SELECT c.stamp, c.opens, c.closes FROM directory_calendar c WHERE c.district_id = ?`, tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return calendarRow{}, nil
	}
	return row, err
}

// stamp takes the district's calendar for this transaction and gives it a new stamp: whoever changes it next waits.
func (Store) stamp(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_calendar (district_id, stamp) VALUES (?, ?) ON CONFLICT (district_id) DO UPDATE SET stamp = excluded.stamp`, tx.Viewer.District, tx.NewID()))
}

type dateRow struct{ schoolyear.Date }

func (d *dateRow) Dest() []any {
	return []any{&d.ID, &d.Org, (*string)(&d.Kind), &d.Name, (*string)(&d.From), (*string)(&d.To), &d.Version}
}

// termDates returns every date of the district and of its schools, in order.
func (Store) termDates(ctx context.Context, tx *store.Tx) ([]schoolyear.Date, error) {
	rows, err := store.All[dateRow](ctx, tx, store.SQL(`SELECT d.id, d.org_id, d.kind, d.name, d.from_on, d.to_on, d.version FROM directory_term_date d WHERE d.district_id = ? ORDER BY d.from_on, d.id`, tx.Viewer.District))
	out := make([]schoolyear.Date, len(rows))
	for i, r := range rows {
		out[i] = r.Date
	}
	return out, err
}

func (Store) termDate(ctx context.Context, tx *store.Tx, id string) (schoolyear.Date, error) {
	r, err := store.One[dateRow](ctx, tx, store.SQL(`SELECT d.id, d.org_id, d.kind, d.name, d.from_on, d.to_on, d.version FROM directory_term_date d WHERE d.id = ? AND d.district_id = ?`, id, tx.Viewer.District))
	return r.Date, err
}

func (Store) insertTermDate(ctx context.Context, tx *store.Tx, d schoolyear.Date) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_term_date (id, district_id, org_id, kind, name, from_on, to_on) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		d.ID, tx.Viewer.District, d.Org, string(d.Kind), d.Name, string(d.From), string(d.To)))
}

func (Store) updateTermDate(ctx context.Context, tx *store.Tx, d schoolyear.Date) error {
	return tx.Put(ctx, store.SQL(`UPDATE directory_term_date SET kind = ?, name = ?, from_on = ?, to_on = ?, version = version + 1 WHERE id = ? AND district_id = ?`,
		string(d.Kind), d.Name, string(d.From), string(d.To), d.ID, tx.Viewer.District))
}

func (Store) deleteTermDate(ctx context.Context, tx *store.Tx, id string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM directory_term_date WHERE id = ? AND district_id = ?`, id, tx.Viewer.District))
}

// ownYear is a school year in which a school keeps dates of its own.
type ownYear struct {
	Org  string
	Year term.Year
}

type ownRow struct {
	Org  string
	Year int64
}

func (o *ownRow) Dest() []any { return []any{&o.Org, &o.Year} }

func (Store) ownYears(ctx context.Context, tx *store.Tx) ([]ownYear, error) {
	rows, err := store.All[ownRow](ctx, tx, store.SQL(`SELECT o.org_id, o.year FROM directory_term_own o WHERE o.district_id = ? ORDER BY o.org_id, o.year`, tx.Viewer.District))
	out := make([]ownYear, len(rows))
	for i, r := range rows {
		out[i] = ownYear{r.Org, term.Year(r.Year)}
	}
	return out, err
}

func (Store) insertOwnYear(ctx context.Context, tx *store.Tx, o ownYear) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_term_own (district_id, org_id, year) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, tx.Viewer.District, o.Org, int64(o.Year)))
}

func (Store) deleteOwnYear(ctx context.Context, tx *store.Tx, o ownYear) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM directory_term_own WHERE district_id = ? AND org_id = ? AND year = ?`, tx.Viewer.District, o.Org, int64(o.Year)))
}

// Members are the schools of trusts and collaborations on a day.
func (Store) Members(ctx context.Context, tx *store.Tx, orgs []string, on clock.Day) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT DISTINCT m.member_id FROM directory_membership m WHERE m.district_id = ? AND m.from_on <= ? AND (m.until_on = '' OR m.until_on >= ?) AND `, tx.Viewer.District, string(on), string(on)).In("m.org_id", orgs))
}
