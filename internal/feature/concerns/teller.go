package concerns

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// Found is a concern that was found by its words: nothing but its number and where it is read.
type Found struct{ Number, Href string }

// Dest is where a row of the query goes.
func (f *Found) Dest() []any { return []any{&f.Number, &f.Href} }

// Numbers returns the concerns to which the found accounts belong, each once.
func (s Store) Numbers(ctx context.Context, tx *store.Tx, accounts ...string) ([]Found, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	rows, err := store.All[Found](ctx, tx, store.SQL(`SELECT c.number, c.id FROM concerns_concern c JOIN access_record r ON r.id = c.id WHERE c.id IN (SELECT a.concern_id FROM concerns_account a WHERE `).
		In("a.id", accounts).Add(`)`).Visible("r", access.Concern).Add(`ORDER BY c.recorded_at DESC`))
	for i := range rows {
		rows[i].Href = "/concerns/" + rows[i].Href
	}
	return rows, err
}

// Told is one person's words behind an entry, whole, with what belongs to them.
type Told struct {
	Record  string // of the entry
	Exactly bool   // it belongs to that entry of the record which was written down at At; otherwise to the record's first
	What    string // "Account", "Further account", "Reasons"
	By      string // account id; Author where the writer has no account
	Author  string
	At      clock.Millis
	Words   string
	Facts   []Fact
	Files   string // the record whose files go with it; "" none
}

// Fact is a named thing that was written down with somebody's words.
type Fact struct{ Name, Words string }

// Behind returns what stands behind entries, by the entries' records and the oldest first: for a child who may have been harmed
// and has no text of their own the accounts; for every other child their own text and nothing else (CON-4, TRF-9); for a
// decision its reasons; for the leads' part what parents said and why the level was set.
func (s Store) Behind(ctx context.Context, tx *store.Tx, records ...string) ([]Told, error) {
	if len(records) == 0 {
		return nil, nil
	}
	kids, err := store.All[Child](ctx, tx, store.SQL(`SELECT `+childColumns+` FROM concerns_child k JOIN access_record r ON r.id = k.id WHERE `).In("k.id", records).Visible("r", access.Concern))
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, k := range kids {
		if k.Words != "" || k.Role != Harmed {
			out = append(out, Told{Record: k.ID, What: "About this child", By: k.By, At: k.At, Words: k.Words})
			continue
		}
		accounts, err := s.Accounts(ctx, tx, k.Concern)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			out = append(out, a.told(k.ID))
		}
	}
	for _, more := range []func(context.Context, *store.Tx, []string) ([]Told, error){s.reasons, s.said, s.levelled} {
		rows, err := more(ctx, tx, records)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	out = slices.DeleteFunc(out, func(t Told) bool { return t.Words == "" })
	slices.SortStableFunc(out, func(a, b Told) int { return int(a.At - b.At) })
	return out, nil
}

func (a Account) told(record string) Told {
	t := Told{Record: record, What: "Account", By: a.AuthorID, Author: a.Author, At: a.At, Words: a.Words, Files: a.ID}
	if a.Later {
		t.What = "Further account"
	}
	t.Facts = facts("Told by", a.SaidBy, "Done at once", a.Done)
	for _, m := range a.Marks {
		t.Facts = append(t.Facts, Fact{"Body map, mark " + strconv.Itoa(m.Number), strings.TrimSuffix(zoneName(m.Zone)+": "+m.Note, ": ")})
	}
	return t
}

// facts returns those of the named words that are there.
func facts(pairs ...string) (out []Fact) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, Fact{pairs[i], pairs[i+1]})
		}
	}
	return out
}

// reasons are those of decisions.
func (Store) reasons(ctx context.Context, tx *store.Tx, records []string) (out []Told, err error) {
	rows, err := store.All[reasoned](ctx, tx, store.SQL(`SELECT d.id, d.by_id, d.at, d.reasons, d.threshold, d.consulted, d.to_name, d.review_on, d.answer, d.answered_at
		FROM concerns_decision d JOIN access_record r ON r.id = d.id WHERE `).In("d.id", records).Visible("r", access.Concern))
	for _, d := range rows {
		d.What, d.Facts = "Reasons", facts("Threshold considered", d.threshold, "Asked", d.consulted, "Sent to", d.to, "To be looked at again", day(d.review))
		if d.answer != "" {
			d.Facts = append(d.Facts, Fact{"Answer, written down " + instant(d.answered), d.answer})
		}
		out = append(out, d.Told)
	}
	return out, err
}

type reasoned struct {
	Told
	threshold, consulted, to, answer string
	review                           clock.Day
	answered                         clock.Millis
}

func (r *reasoned) Dest() []any {
	return []any{&r.Record, &r.By, (*int64)(&r.At), &r.Words, &r.threshold, &r.consulted, &r.to, (*string)(&r.review), &r.answer, (*int64)(&r.answered)}
}

// said is what parents said when they were told.
func (Store) said(ctx context.Context, tx *store.Tx, records []string) ([]Told, error) {
	rows, err := store.All[part](ctx, tx, store.SQL(`SELECT p.record_id, p.by_id, p.at, p.words FROM concerns_parent p JOIN access_record r ON r.id = p.record_id WHERE p.informed AND `).
		In("p.record_id", records).Visible("r", access.Concern))
	return told("What was said", rows), err
}

// levelled is why a level was set without a decision. A level that came with one has the decision's reasons.
func (Store) levelled(ctx context.Context, tx *store.Tx, records []string) ([]Told, error) {
	rows, err := store.All[part](ctx, tx, store.SQL(`SELECT l.record_id, l.by_id, l.at, l.reason FROM concerns_level l JOIN access_record r ON r.id = l.record_id WHERE `).
		In("l.record_id", records).Visible("r", access.Concern))
	return told("Why this level", rows), err
}

// part is a row of the leads' part.
type part struct{ Told }

func (p *part) Dest() []any { return []any{&p.Record, &p.By, (*int64)(&p.At), &p.Words} }

func told(what string, rows []part) (out []Told) {
	for _, p := range rows {
		p.What, p.Exactly = what, true
		out = append(out, p.Told)
	}
	return out
}

func day(d clock.Day) string {
	if d == "" {
		return ""
	}
	return term.YearDate(d)
}

func instant(at clock.Millis) string {
	return term.YearDate(clock.DayOf(at.Time())) + " " + term.Time(at)
}

// Person is somebody whom a concern names in a field of its own: for a paper that names nobody.
type Person struct {
	Name    string // as it was chosen or written; "" where Account says who it is
	Account string
	Child   string // where they are a pupil on a list
}

// PeopleOf returns everybody whom the concerns behind entries name in a field of their own: children, authors, those who told it
// and those who decided. Names within what people wrote are not among them.
func (s Store) PeopleOf(ctx context.Context, tx *store.Tx, heads ...string) (out []Person, err error) {
	if len(heads) == 0 {
		return nil, nil
	}
	for _, q := range []*store.Query{
		store.SQL(`SELECT k.name, '', k.child_id FROM concerns_child k JOIN access_record r ON r.id = k.id WHERE `).In("k.concern_id", heads).Visible("r", access.Concern).Add(`ORDER BY k.at, k.id`),
		store.SQL(`SELECT a.author, a.author_id, '' FROM concerns_account a JOIN access_record r ON r.id = a.id WHERE `).In("a.concern_id", heads).Visible("r", access.Concern).Add(`ORDER BY a.at, a.id`),
		store.SQL(`SELECT a.said_by, '', '' FROM concerns_account a JOIN access_record r ON r.id = a.id WHERE `).In("a.concern_id", heads).Visible("r", access.Concern).Add(`ORDER BY a.at, a.id`),
		store.SQL(`SELECT '', d.by_id, '' FROM concerns_decision d JOIN access_record r ON r.id = d.id WHERE `).In("d.concern_id", heads).Visible("r", access.Concern).Add(`ORDER BY d.at, d.id`),
	} {
		rows, err := store.All[Person](ctx, tx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return slices.DeleteFunc(out, func(p Person) bool { return p.Name == "" && p.Account == "" }), nil
}

// Dest is where a row of the query goes.
func (p *Person) Dest() []any { return []any{&p.Name, &p.Account, &p.Child} }
