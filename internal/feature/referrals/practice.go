package referrals

import (
	"context"
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
)

//go:embed practice.csv
var shippedPractice string

// Practice is a district's way of referring and of disagreeing, in an edition. A referral keeps the edition it was made under.
type Practice struct {
	Edition  string
	From     clock.Day
	DueDays  int // working days until a decision is expected (REF-1)
	HeadDays int // further working days until the head is told
	Outcomes []Outcome
	Rungs    []Rung
}

// Outcome is one answer that a service can give.
type Outcome struct {
	Key, Words, Hint string
	ReadsDays        int // days for which the service goes on reading the words
}

// Rung is one step of the ladder: what is done, who talks to whom, and within how many working days.
type Rung struct {
	Name, Who string
	Days      int
}

// Outcome returns an answer by its key; the zero Outcome where the edition has none such.
func (p Practice) Outcome(key string) Outcome {
	for _, o := range p.Outcomes {
		if o.Key == key {
			return o
		}
	}
	return Outcome{}
}

// add takes one row of an edition: that which ships, or one of a district's own.
func (p *Practice) add(kind, key, words, hint, other string, days int) {
	switch kind {
	case "due":
		p.DueDays = days
	case "head":
		p.HeadDays = days
	case "outcome":
		p.Outcomes = append(p.Outcomes, Outcome{key, words, hint, days})
	case "rung":
		p.Rungs = append(p.Rungs, Rung{words, other, days})
	}
}

// Shipped is the edition that every district has until it writes its own.
func Shipped() Practice {
	rows, err := csv.NewReader(strings.NewReader(shippedPractice)).ReadAll()
	if err != nil {
		panic("practice.csv: " + err.Error())
	}
	p := Practice{Edition: rows[1][1]}
	for _, r := range rows[2:] {
		days, _ := strconv.Atoi(r[5])
		p.add(r[0], r[1], r[2], r[3], r[4], days)
	}
	return p
}

type practiceRow struct {
	kind, key, words, hint, other string
	days                          int
}

// Dest is where a row of the query goes.
func (r *practiceRow) Dest() []any {
	return []any{&r.kind, &r.key, &r.words, &r.hint, &r.other, &r.days}
}

type editionRow struct {
	Edition string
	From    clock.Day
}

// Dest is where a row of the query goes.
func (r *editionRow) Dest() []any { return []any{&r.Edition, (*string)(&r.From)} }

func (Store) practice(ctx context.Context, tx *store.Tx, q *store.Query) (Practice, error) {
	e, err := store.One[editionRow](ctx, tx, q)
	if errs.Is(err, errs.NotFound) {
		return Shipped(), nil
	}
	if err != nil {
		return Practice{}, err
	}
	p := Practice{Edition: e.Edition, From: e.From}
	rows, err := store.All[practiceRow](ctx, tx, store.SQL(`SELECT x.kind, x.item, x.words, x.hint, x.other, x.days FROM referrals_practice x WHERE x.district_id = ? AND x.edition = ? ORDER BY x.position`, tx.Viewer.District, e.Edition))
	for _, r := range rows {
		p.add(r.kind, r.key, r.words, r.hint, r.other, r.days)
	}
	return p, err
}

// Practice returns the edition in force on the day.
func (s Store) Practice(ctx context.Context, tx *store.Tx, on clock.Day) (Practice, error) {
	return s.practice(ctx, tx, store.SQL(`SELECT e.edition, e.from_on FROM referrals_edition e WHERE e.district_id = ? AND e.from_on <= ? ORDER BY e.from_on DESC, e.at DESC LIMIT 1`, tx.Viewer.District, string(on)))
}

// edition returns an edition by its name: that which a referral was made under.
func (s Store) edition(ctx context.Context, tx *store.Tx, name string) (Practice, error) {
	return s.practice(ctx, tx, store.SQL(`SELECT e.edition, e.from_on FROM referrals_edition e WHERE e.district_id = ? AND e.edition = ?`, tx.Viewer.District, name))
}

// Editions returns the names and first days of a district's own editions, the latest first.
func (Store) Editions(ctx context.Context, tx *store.Tx) ([]editionRow, error) {
	return store.All[editionRow](ctx, tx, store.SQL(`SELECT e.edition, e.from_on FROM referrals_edition e WHERE e.district_id = ? ORDER BY e.from_on DESC, e.at DESC LIMIT 30`, tx.Viewer.District))
}

// CanWrite says whether an edition is whole.
func (p Practice) CanWrite(today clock.Day) error {
	switch {
	case strings.TrimSpace(p.Edition) == "":
		return errs.Refuse("Give the edition a name, such as the month it was agreed")
	case p.Edition == Shipped().Edition:
		return errs.Refuse("Give the edition a name of your own")
	case p.From < today:
		return errs.Refuse("An edition begins today or later. Earlier referrals keep theirs")
	case p.DueDays < 1 || p.DueDays > 20 || p.HeadDays < 1 || p.HeadDays > 20:
		return errs.Refuse("Write each time as a number of working days from 1 to 20")
	case len(p.Rungs) < 2:
		return errs.Refuse("A ladder has at least two steps")
	}
	for _, r := range p.Rungs {
		if r.Name == "" || r.Who == "" || r.Days < 1 || r.Days > 30 {
			return errs.Refuse("Each step needs what is done, who talks to whom, and working days from 1 to 30")
		}
	}
	for _, o := range p.Outcomes {
		if o.ReadsDays < 1 || o.ReadsDays > 400 {
			return errs.Refuse("Write how many days the service goes on reading as a number from 1 to 400")
		}
	}
	return nil
}

// WriteEdition keeps a new edition of the district's practice. Rule: it is not whole, or its name is taken. NotFound: the viewer
// administers schools only.
func (f *Feature) WriteEdition(ctx context.Context, v access.Viewer, p Practice) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.Organisations.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		if err := p.CanWrite(clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if err := f.store.insertEdition(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "referral.practice-written", ref.To("district", tx.Viewer.District), audit.Detail(p))
	})
	if store.IsDuplicate(err) {
		var had Practice
		if e := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
			had, err = f.store.edition(ctx, tx, p.Edition)
			return err
		}); e != nil {
			return e
		}
		if had.From == p.From && len(had.Rungs) == len(p.Rungs) && had.DueDays == p.DueDays {
			return nil // the same form, sent twice
		}
		return errs.Refuse("There is an edition of this name already. Give this one a name of its own")
	}
	return err
}

func (Store) insertEdition(ctx context.Context, tx *store.Tx, p Practice) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO referrals_edition (district_id, edition, from_on, by_id, at) VALUES (?, ?, ?, ?, ?)`, tx.Viewer.District, p.Edition, string(p.From), tx.Viewer.Account, int64(tx.Now))); err != nil {
		return err
	}
	rows := []practiceRow{{kind: "due", key: "due", days: p.DueDays}, {kind: "head", key: "head", days: p.HeadDays}}
	for _, o := range p.Outcomes {
		rows = append(rows, practiceRow{"outcome", o.Key, o.Words, o.Hint, "", o.ReadsDays})
	}
	for i, r := range p.Rungs {
		rows = append(rows, practiceRow{"rung", strconv.Itoa(i + 1), r.Name, "", r.Who, r.Days})
	}
	for i, r := range rows {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO referrals_practice (district_id, edition, position, kind, item, words, hint, other, days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tx.Viewer.District, p.Edition, i, r.kind, r.key, r.words, r.hint, r.other, r.days)); err != nil {
			return err
		}
	}
	return nil
}
