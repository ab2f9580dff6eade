package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"kith/internal/feature/people/roll"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Rolls is the import of schools' rolls: a file is compared, shown, decided upon and applied.
type Rolls struct {
	RollDeps
	store Store
}

// RollDeps are what the import needs from others.
type RollDeps struct {
	DB      *store.DB
	Queue   *jobs.Queue
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
	}
}

// NewRolls returns the import and says how its job is done.
func NewRolls(d RollDeps) *Rolls {
	f := &Rolls{RollDeps: d}
	jobs.Handle(d.Queue, f.applyJob)
	return f
}

// choice is a child that a row may be about.
type choice struct{ ID, Name string }

// rows lists the difference in the order in which it is shown.
func rows(d *roll.Difference, rep roll.Report, names map[string]string, taken bool) ([]importRow, error) {
	var out []importRow
	var fault error
	text := func(v any) string {
		b, err := json.Marshal(v)
		fault = errors.Join(fault, err)
		return string(b)
	}
	put := func(r importRow) {
		r.N = int64(len(out) + 1)
		if r.State == "" {
			r.State = stateWaiting
		}
		out = append(out, r)
	}
	if !taken {
		for i := range d.New {
			p := &d.New[i]
			put(importRow{Verdict: VerdictNew, Act: actAdd, Name: pupilLabel(p), Line: int64(p.Row), Data: text(p)})
		}
		for _, c := range d.Changed {
			why := ""
			if c.Back {
				why = "Comes back to the roll."
			}
			put(importRow{Verdict: VerdictChanged, Act: actChange, Child: c.ID, Name: names[c.ID], Line: int64(c.Pupil.Row), Changes: text(c.Changes), Data: text(c.Pupil), Reason: why})
		}
	}
	for _, l := range d.Leavers {
		why := "Is not in the file."
		if l.Stated {
			why = "The file says that the child has left."
			if l.Pupil.LeavingDate != "" {
				why = "The file says that the child left on " + string(l.Pupil.LeavingDate) + "."
			}
		}
		put(importRow{Verdict: VerdictLeaver, Child: l.ID, Name: names[l.ID], Line: int64(l.Pupil.Row), Reason: why, Data: text(l.Pupil)})
	}
	undecided := func(verdict string, all []roll.Undecided) {
		for _, u := range all {
			var who []choice
			for _, id := range u.IDs {
				who = append(who, choice{id, names[id]})
			}
			put(importRow{Verdict: verdict, Name: pupilLabel(&u.Pupil), Line: int64(u.Pupil.Row), Reason: u.Reason, Choices: text(who), Data: text(u.Pupil)})
		}
	}
	undecided(VerdictSuggestion, d.Suggestions)
	undecided(VerdictClash, d.Clashes)
	for _, r := range rep.Rejected {
		put(importRow{Verdict: VerdictRejected, State: stateDone, Line: int64(r.Row), Field: fieldOf(r), Reason: r.Reason})
	}
	for _, r := range rep.Warnings {
		put(importRow{Verdict: VerdictWarning, State: stateDone, Line: int64(r.Row), Field: fieldOf(r), Reason: r.Reason})
	}
	return out, fault
}

// fieldOf names the field, with the file where an import has several.
func fieldOf(r roll.Rejection) string {
	if r.File == "" {
		return r.Field
	}
	return strings.Trim(r.File+" "+r.Field, " ")
}

// compare reads the file of an import and keeps what it would change, for a person to see. It starts afresh each time, so one
// that was cut short is simply done again.
func (f *Rolls) compare(ctx context.Context, v access.Viewer, imp Import) error {
	chore := forChore(v.District)
	body, err := io.ReadAll(bulk.Kept(ctx, f.DB, chore, imp.ID))
	if err != nil {
		return err
	}
	src := Source{Format: imp.Source, Body: body, Schools: []string{imp.School}}
	if imp.Mapping != "" {
		if err := json.Unmarshal([]byte(imp.Mapping), &src.Mapping); err != nil {
			return err
		}
	}
	read, err := src.read(ctx)
	if err != nil {
		return err
	}
	if len(read.orgs) > 1 {
		return errs.Refuse("The file holds several schools. Say which of them this is.")
	}
	d, names, err := f.store.differ(ctx, f.DB, v.District, imp.Org, read)
	if err != nil {
		return err
	}
	all, err := rows(&d, read.report, names, false)
	if err != nil {
		return err
	}
	if err := f.stage(ctx, chore, imp.ID, all, false); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "people_import", imp.ID); err != nil {
			return err
		}
		now, err := f.store.importOf(ctx, tx, imp.ID)
		if err != nil {
			return err
		}
		if now.State != Uploaded && now.State != Compared {
			return errs.New(errs.Conflict, "This file has been dealt with meanwhile. Open it again.")
		}
		busy, err := store.Exists(ctx, tx, store.SQL(`SELECT i.id FROM people_import i WHERE i.org_id = ? AND i.district_id = ? AND i.state = 'applying'`, imp.Org, v.District))
		if err != nil {
			return err
		}
		if busy {
			return errs.Refuse("Another roll is being taken over for this school just now. Wait until it has ended.")
		}
		if err := f.supersede(ctx, tx, imp.Org, imp.ID); err != nil {
			return err
		}
		if err := tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'compared', confirm = ?, read = ?, unchanged = ?, problem = '' WHERE id = ?`,
			d.NeedsConfirmation, read.report.Read, len(d.Unchanged), imp.ID)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "roll.compared", refImport(imp.ID), audit.Org(imp.Org), audit.Detail(d.Summary()))
	})
}

// supersede gives up the other files of a school: an older difference is no longer true once a newer one is decided upon.
func (f *Rolls) supersede(ctx context.Context, tx *store.Tx, org, by string) error {
	old, err := store.Values[string](ctx, tx, store.SQL(`SELECT i.id FROM people_import i WHERE i.org_id = ? AND i.district_id = ? AND i.id <> ? AND i.state IN ('uploading', 'uploaded', 'compared')`, org, tx.Viewer.District, by))
	if err != nil {
		return err
	}
	for _, id := range old {
		if err := f.giveUp(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// giveUp ends an import without taking it over. Its job finds nothing to take, and forgets the file and its rows.
func (f *Rolls) giveUp(ctx context.Context, tx *store.Tx, id string) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'dropped', ended_at = ? WHERE id = ?`, int64(tx.Now), id)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, applyRoll{id})
}

// stage keeps the rows of a difference. more says that the import has some already.
func (f *Rolls) stage(ctx context.Context, chore access.Viewer, id string, all []importRow, more bool) error {
	if !more {
		if err := f.forget(ctx, bulk.Pace{DB: f.DB, Viewer: chore}, id, true); err != nil {
			return err
		}
	}
	out := bulk.Writer[importRow]{Pace: bulk.Pace{DB: f.DB, Viewer: chore}, Put: func(ctx context.Context, tx *store.Tx, rows []importRow) (bulk.Tally, error) {
		return bulk.Tally{}, f.store.putRows(ctx, tx, id, rows)
	}}
	for _, r := range all {
		if err := out.Add(ctx, r); err != nil {
			return err
		}
	}
	return out.Flush(ctx)
}

type applyRoll struct{ Import string }

func (applyRoll) Kind() string { return "people.roll" }

// applyJob takes an import over. It may be killed and run again: each row is taken in the transaction that says so.
func (f *Rolls) applyJob(ctx context.Context, v access.Viewer, a applyRoll) error {
	pace := bulk.Pace{DB: f.DB, Viewer: v, Cost: ArrivalRows}
	for more := true; more; {
		if err := pace.Do(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			more, err = f.applySome(ctx, tx, a.Import, pace.Size())
			return err
		}); err != nil {
			return err
		}
	}
	return f.forget(ctx, pace, a.Import, false)
}

// applySome takes the next rows of an import and says whether there may be more.
func (f *Rolls) applySome(ctx context.Context, tx *store.Tx, id string, size int) (more bool, err error) {
	if _, err := tx.Lock(ctx, "people_import", id); err != nil {
		return false, err
	}
	imp, err := f.store.importOf(ctx, tx, id)
	if err != nil || imp.State != Applying {
		return false, err
	}
	next, err := f.store.waiting(ctx, tx, id, size)
	if err != nil {
		return false, err
	}
	if len(next) == 0 {
		if err := tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'done', ended_at = ? WHERE id = ?`, int64(tx.Now), id)); err != nil {
			return false, err
		}
		return false, audit.Record(ctx, tx, "roll.applied", refImport(id), audit.Org(imp.Org), audit.Detail(imp))
	}
	todo := make([]work, len(next))
	for i, r := range next {
		todo[i] = work{Act: r.Act, Child: r.Child, Decided: r.Verdict != VerdictNew}
		if err := json.Unmarshal([]byte(r.Data), &todo[i].Pupil); err != nil {
			return false, err
		}
	}
	t, gone, err := f.store.take(ctx, tx, imp.Org, todo)
	if err != nil {
		return false, err
	}
	if err := f.store.taken(ctx, tx, id, next); err != nil {
		return false, err
	}
	err = tx.Put(ctx, store.SQL(`UPDATE people_import SET created = created + ?, updated = updated + ?, unchanged = unchanged + ?, gone = gone + ?, done = done + ? WHERE id = ?`,
		t.Created, t.Updated, t.Unchanged, gone, len(next), id))
	return true, err
}

// forget removes what an ended import still holds of children: the file and the rows; what was rejected stays, to be put right
// at the source.
func (f *Rolls) forget(ctx context.Context, pace bulk.Pace, id string, rowsOnly bool) error {
	if !rowsOnly {
		if err := pace.Do(ctx, func(ctx context.Context, tx *store.Tx) error { return bulk.Forget(ctx, tx, id) }); err != nil {
			return err
		}
	}
	pace.Cost = 1
	for n := int64(1); n > 0; {
		if err := pace.Do(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = f.store.dropRows(ctx, tx, id, pace.Size(), rowsOnly)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Options of a roll that the command line takes over.
type RollOptions struct {
	DryRun bool
	// Alone says that nobody else uses the database.
	Alone bool
	// Confirmed goes on where the file would take more than a tenth of the roll away (ROL-3).
	Confirmed bool
	Name      string // of the file, for the person who decides
	Progress  func(done int)
}

// ImportRoll compares a file with a school's roll and takes what needs nobody's decision: new and changed children. Leavers,
// possible duplicates and clashes wait as an import for the school's administrators; waiting is how many. Nobody is taken off
// the roll. Rule: the file needs confirmation.
func (f *Rolls) ImportRoll(ctx context.Context, district, org string, src Source, o RollOptions) (res bulk.Result, waiting int, err error) {
	read, err := src.read(ctx)
	if err != nil {
		res.Took(read.report, bulk.Tally{})
		return res, 0, err
	}
	if len(read.orgs) > 1 {
		var all []string
		for _, s := range read.orgs {
			all = append(all, s.Name+" ("+s.SourceID+")")
		}
		return res, 0, errs.Refuse("The bundle holds several schools, and none of them has this school's number: " + strings.Join(all, ", ") + ".")
	}
	d, names, err := f.store.differ(ctx, f.DB, district, org, read)
	if err != nil {
		return res, 0, err
	}
	waiting = len(d.Leavers) + len(d.Suggestions) + len(d.Clashes)
	if d.NeedsConfirmation != "" && !o.Confirmed && !o.DryRun {
		return res, waiting, errs.Refuse(d.NeedsConfirmation)
	}
	if o.DryRun {
		res.Took(read.report, bulk.Tally{Created: len(d.New), Updated: len(d.Changed), Unchanged: len(d.Unchanged)})
		return res, waiting, nil
	}
	chore := forChore(district)
	out := bulk.Writer[work]{Pace: bulk.Pace{DB: f.DB, Viewer: chore, Alone: o.Alone, Cost: ArrivalRows}, Done: o.Progress,
		Put: func(ctx context.Context, tx *store.Tx, todo []work) (bulk.Tally, error) {
			t, _, err := f.store.take(ctx, tx, org, slices.Clone(todo))
			return t, err
		}}
	for _, p := range d.New {
		if err := out.Add(ctx, work{Act: actAdd, Pupil: p}); err != nil {
			return res, waiting, err
		}
	}
	for _, c := range d.Changed {
		if err := out.Add(ctx, work{Act: actChange, Child: c.ID, Pupil: c.Pupil}); err != nil {
			return res, waiting, err
		}
	}
	if err := out.Flush(ctx); err != nil {
		return res, waiting, err
	}
	out.Unchanged += len(d.Unchanged)
	res.Took(read.report, out.Tally)
	if waiting == 0 {
		return res, 0, nil
	}
	return res, waiting, f.propose(ctx, chore, org, src.Format, o.Name, &d, names, res)
}

// propose leaves what a person has to decide as an import of the school.
func (f *Rolls) propose(ctx context.Context, chore access.Viewer, org, format, name string, d *roll.Difference, names map[string]string, res bulk.Result) error {
	all, err := rows(d, roll.Report{}, names, true)
	if err != nil {
		return err
	}
	var id string
	if err := f.DB.Write(ctx, chore, func(ctx context.Context, tx *store.Tx) error {
		id = tx.NewID()
		if err := f.supersede(ctx, tx, org, id); err != nil {
			return err
		}
		return f.store.insertImport(ctx, tx, Import{ID: id, Org: org, Name: name, Source: format, State: Uploaded, Read: int64(res.Read),
			Created: int64(res.Created), Updated: int64(res.Updated), Unchanged: int64(res.Unchanged), MadeAt: clock.Of(f.DB.Clock().Now())})
	}); err != nil {
		return err
	}
	if err := f.stage(ctx, chore, id, all, true); err != nil {
		return err
	}
	return f.DB.Write(ctx, chore, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'compared' WHERE id = ?`, id)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "roll.compared", refImport(id), audit.Org(org), audit.Detail(fmt.Sprint(len(all), " to decide")))
	})
}

func refImport(id string) ref.Ref { return ref.To("roll", id) }
