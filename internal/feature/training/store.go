package training

import (
	"context"
	"embed"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "training", Files: files}

// Store holds the SQL statements about courses, blocks and runs here, about bookings in store_booking.go.
type Store struct{}

const courseColumns = `c.id, c.org_id, c.title, c.format, c.summary, c.outcomes, c.audience, c.board, c.exclusive_group, c.uses_place, c.cascades, c.validity_months, c.cpd_minutes, c.source_key, c.version`

// Course returns a course of the district. NotFound: none.
func (Store) Course(ctx context.Context, tx *store.Tx, id CourseID) (Course, error) {
	return store.One[Course](ctx, tx, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.id = ? AND c.district_id = ?`, string(id), tx.Viewer.District))
}

// Courses returns the courses of the organisers, by title; of every organiser where none is named.
func (Store) Courses(ctx context.Context, tx *store.Tx, orgs ...string) ([]Course, error) {
	q := store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.district_id = ?`, tx.Viewer.District)
	if len(orgs) > 0 {
		q = q.Add(`AND`).In(`c.org_id`, orgs)
	}
	return store.All[Course](ctx, tx, q.Add(`ORDER BY c.title, c.format, c.id`))
}

// InsertCourse adds a course.
func (Store) InsertCourse(ctx context.Context, tx *store.Tx, c Course) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_course (id, org_id, title, format, summary, outcomes, audience, board, exclusive_group, uses_place, cascades, validity_months, cpd_minutes, source_key, district_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(c.ID), c.Org, c.Title, string(c.Format), c.Summary, c.Outcomes, c.Audience, c.Board, c.Group, c.UsesPlace, c.Cascades, c.Validity, c.CPD, c.Source, tx.Viewer.District))
}

// UpdateCourse puts what a course says in the place of what it said. Its organiser stays.
func (Store) UpdateCourse(ctx context.Context, tx *store.Tx, c Course) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_course SET title = ?, format = ?, summary = ?, outcomes = ?, audience = ?, board = ?, exclusive_group = ?, uses_place = ?, cascades = ?, validity_months = ?, cpd_minutes = ? WHERE id = ?`,
		c.Title, string(c.Format), c.Summary, c.Outcomes, c.Audience, c.Board, c.Group, c.UsesPlace, c.Cascades, c.Validity, c.CPD, string(c.ID)))
}

const blockColumns = `b.id, b.org_id, b.title, b.summary, b.open_to, b.way, b.state, b.opens_at, b.closes_at, b.tells_on, b.per_school, b.second, b.places, b.needs_manager, b.invited_only, b.additional,
	b.hold_hours, b.offer_hours, b.run_closes_days, b.cancel_days, b.cancel_working, b.late_terms, b.allocated_at, b.asked, b.source_key, b.revision`

// Block returns a block of the district with its priorities. NotFound: none.
func (s Store) Block(ctx context.Context, tx *store.Tx, id BlockID) (b Block, err error) {
	var tiers []Tier
	err = tx.Together(ctx, s.block(tx, store.SQL(`?`, string(id)), &b, &tiers)...)
	b.Tiers = tiers
	return b, err
}

// blockOf returns the block of a run that was published, with its priorities. NotFound: none.
func (s Store) blockOf(ctx context.Context, tx *store.Tx, run RunID) (b Block, err error) {
	var tiers []Tier
	err = tx.Together(ctx, s.block(tx, store.SQL(`(SELECT r.block_id FROM training_run r WHERE r.id = ? AND r.state <> 'draft')`, string(run)), &b, &tiers)...)
	b.Tiers = tiers
	return b, err
}

// block asks for a block and its priorities; id says which.
func (Store) block(tx *store.Tx, id *store.Query, b *Block, tiers *[]Tier) []store.Question {
	return []store.Question{
		store.Only(b, store.SQL(`SELECT `+blockColumns+` FROM training_block b WHERE b.district_id = ? AND b.id =`, tx.Viewer.District).Append(id)),
		store.Each(tiers, store.SQL(`SELECT t.position, t.kind, t.value, t.words FROM training_tier t WHERE t.block_id =`).Append(id).Add(`ORDER BY t.position, t.kind, t.value`)),
	}
}

// Blocks returns the blocks of the district, or of the organisers where some are named, the latest first, without their priorities.
func (Store) Blocks(ctx context.Context, tx *store.Tx, states []State, orgs ...string) ([]Block, error) {
	q := store.SQL(`SELECT `+blockColumns+` FROM training_block b WHERE b.district_id = ?`, tx.Viewer.District)
	if len(states) > 0 {
		words := make([]string, len(states))
		for i, x := range states {
			words[i] = string(x)
		}
		q = q.Add(`AND`).In(`b.state`, words)
	}
	if len(orgs) > 0 {
		q = q.Add(`AND`).In(`b.org_id`, orgs)
	}
	return store.All[Block](ctx, tx, q.Add(`ORDER BY b.closes_at DESC, b.id DESC`))
}

// InsertBlock adds a block with its priorities.
func (s Store) InsertBlock(ctx context.Context, tx *store.Tx, b Block) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_block (id, org_id, title, summary, open_to, way, state, opens_at, closes_at, tells_on, per_school, second, places, needs_manager, invited_only, additional,
		hold_hours, offer_hours, run_closes_days, cancel_days, cancel_working, late_terms, source_key, district_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(b.ID), b.Org, b.Title, b.Summary, b.OpenTo, string(b.Way), string(b.State), int64(b.Opens), int64(b.Closes), string(b.TellsOn), b.PerSchool, b.Second, b.Places, b.NeedsManager, b.InvitedOnly,
		b.Additional, b.HoldHours, b.OfferHours, b.RunCloses, b.CancelDays, b.CancelInWork, b.LateTerms, b.Source, tx.Viewer.District)); err != nil {
		return err
	}
	return s.putTiers(ctx, tx, b)
}

// UpdateBlock puts the rules of a block in the place of what they were. Its organiser stays.
func (s Store) UpdateBlock(ctx context.Context, tx *store.Tx, b Block) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE training_block SET title = ?, summary = ?, open_to = ?, way = ?, state = ?, opens_at = ?, closes_at = ?, tells_on = ?, per_school = ?, second = ?, places = ?,
		needs_manager = ?, invited_only = ?, additional = ?, hold_hours = ?, offer_hours = ?, run_closes_days = ?, cancel_days = ?, cancel_working = ?, late_terms = ?, allocated_at = ?, asked = ?, revision = revision + 1 WHERE id = ?`,
		b.Title, b.Summary, b.OpenTo, string(b.Way), string(b.State), int64(b.Opens), int64(b.Closes), string(b.TellsOn), b.PerSchool, b.Second, b.Places, b.NeedsManager, b.InvitedOnly, b.Additional,
		b.HoldHours, b.OfferHours, b.RunCloses, b.CancelDays, b.CancelInWork, b.LateTerms, int64(b.AllocatedAt), b.Asked, string(b.ID))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`DELETE FROM training_tier WHERE block_id = ?`, string(b.ID))); err != nil {
		return err
	}
	return s.putTiers(ctx, tx, b)
}

func (Store) putTiers(ctx context.Context, tx *store.Tx, b Block) error {
	for _, t := range b.Tiers {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO training_tier (block_id, position, kind, value, district_id, words) VALUES (?, ?, ?, ?, ?, ?)`, string(b.ID), t.Position, t.Kind, t.Value, tx.Viewer.District, t.Words)); err != nil {
			return err
		}
	}
	return nil
}

const runColumns = `r.id, r.block_id, r.course_id, r.venue_id, r.online, r.capacity, r.trainer, r.access_notes, r.state, r.first_on, r.source_key, r.why, r.version`

// Run returns a run of the district with its days. NotFound: none.
func (s Store) Run(ctx context.Context, tx *store.Tx, id RunID) (r Run, err error) {
	var days []dayRow
	err = tx.Together(ctx, store.Only(&r, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.id = ? AND r.district_id = ?`, string(id), tx.Viewer.District)), daysOf(&days, store.SQL(`WHERE d.run_id = ?`, string(id))))
	return withDays([]Run{r}, days)[0], err
}

// RunsOf returns the runs of a block with their days, by their first day.
func (s Store) RunsOf(ctx context.Context, tx *store.Tx, block BlockID) (runs []Run, err error) {
	var days []dayRow
	err = tx.Together(ctx, s.runsOf(tx, block, &runs, &days)...)
	return withDays(runs, days), err
}

// runsOf asks for the runs of a block, and for their days.
func (Store) runsOf(tx *store.Tx, block BlockID, runs *[]Run, days *[]dayRow) []store.Question {
	return []store.Question{
		store.Each(runs, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.block_id = ? AND r.district_id = ? ORDER BY r.first_on, r.id`, string(block), tx.Viewer.District)),
		daysOf(days, store.SQL(`WHERE d.run_id IN (SELECT r.id FROM training_run r WHERE r.block_id = ?)`, string(block))),
	}
}

// RunsFrom returns the published runs of published blocks that begin on a day or later, with their days: the catalogue.
func (s Store) RunsFrom(ctx context.Context, tx *store.Tx, from clock.Day) (runs []Run, err error) {
	var days []dayRow
	err = tx.Together(ctx, store.Each(&runs, store.SQL(`SELECT `+runColumns+` FROM training_run r JOIN training_block b ON b.id = r.block_id
		WHERE r.district_id = ? AND r.first_on >= ? AND r.state = 'published' AND b.state = 'published' ORDER BY r.first_on, r.id`, tx.Viewer.District, string(from))),
		daysOf(&days, store.SQL(`WHERE d.district_id = ? AND d.on_day >= ?`, tx.Viewer.District, string(from))))
	return withDays(runs, days), err
}

// RunsNamed returns runs of the district by id, with their days.
func (s Store) RunsNamed(ctx context.Context, tx *store.Tx, ids ...RunID) (map[RunID]Run, error) {
	words := make([]string, len(ids))
	for i, x := range ids {
		words[i] = string(x)
	}
	var runs []Run
	var days []dayRow
	err := tx.Together(ctx, s.runsNamed(tx, words, &runs, &days)...)
	out := map[RunID]Run{}
	for _, r := range withDays(runs, days) {
		out[r.ID] = r
	}
	return out, err
}

// runsNamed asks for runs of the district by id, and for their days.
func (Store) runsNamed(tx *store.Tx, ids []string, runs *[]Run, days *[]dayRow) []store.Question {
	return []store.Question{
		store.Each(runs, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.district_id = ? AND`, tx.Viewer.District).In(`r.id`, ids)),
		daysOf(days, store.SQL(`WHERE`).In(`d.run_id`, ids)),
	}
}

// factsNamed returns runs of the district by id, with their days and the course of each.
func (s Store) factsNamed(ctx context.Context, tx *store.Tx, ids []string) (map[RunID]Facts, error) {
	var runs []Run
	var days []dayRow
	var courses []Course
	err := tx.Together(ctx, append(s.runsNamed(tx, ids, &runs, &days),
		store.Each(&courses, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.district_id = ? AND c.id IN (SELECT r.course_id FROM training_run r WHERE`, tx.Viewer.District).In(`r.id`, ids).Add(`)`)))...)
	return factsOf(withDays(runs, days), courses), err
}

// Facts returns runs with the course of each.
func (Store) Facts(ctx context.Context, tx *store.Tx, runs []Run) (map[RunID]Facts, error) {
	var ids []string
	for _, r := range runs {
		if !slices.Contains(ids, string(r.Course)) {
			ids = append(ids, string(r.Course))
		}
	}
	courses, err := store.All[Course](ctx, tx, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.district_id = ? AND`, tx.Viewer.District).In(`c.id`, ids))
	return factsOf(runs, courses), err
}

// coursesOf asks for the courses of which a block has runs.
func (Store) coursesOf(tx *store.Tx, block BlockID, courses *[]Course) store.Question {
	return store.Each(courses, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.id IN (SELECT r.course_id FROM training_run r WHERE r.block_id = ? AND r.district_id = ?)`, string(block), tx.Viewer.District))
}

func factsOf(runs []Run, all []Course) map[RunID]Facts {
	courses, out := map[CourseID]Course{}, map[RunID]Facts{}
	for _, c := range all {
		courses[c.ID] = c
	}
	for _, r := range runs {
		out[r.ID] = Facts{r, courses[r.Course]}
	}
	return out
}

type dayRow struct {
	run RunID
	Day
}

func (d *dayRow) Dest() []any {
	return []any{(*string)(&d.run), (*string)(&d.On), &d.Starts, &d.Ends}
}

// daysOf asks for days; where says of which runs.
func daysOf(to *[]dayRow, where *store.Query) store.Question {
	return store.Each(to, store.SQL(`SELECT d.run_id, d.on_day, d.starts, d.ends FROM training_run_day d`).Append(where).Add(`ORDER BY d.run_id, d.n`))
}

// withDays gives each run its days.
func withDays(runs []Run, rows []dayRow) []Run {
	days := map[RunID][]Day{}
	for _, d := range rows {
		days[d.run] = append(days[d.run], d.Day)
	}
	for i := range runs {
		runs[i].Days = days[runs[i].ID]
	}
	return runs
}

// InsertRun adds a run with its days.
func (s Store) InsertRun(ctx context.Context, tx *store.Tx, r Run) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_run (id, block_id, course_id, venue_id, online, capacity, trainer, access_notes, state, first_on, source_key, district_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.ID), string(r.Block), string(r.Course), r.Venue, r.Online, r.Capacity, r.Trainer, r.Access, string(r.State), string(r.First), r.Source, tx.Viewer.District)); err != nil {
		return err
	}
	return s.putDays(ctx, tx, r)
}

// UpdateRun puts a run as it is now in the place of what it was. Its block and course stay.
func (s Store) UpdateRun(ctx context.Context, tx *store.Tx, r Run) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE training_run SET venue_id = ?, online = ?, capacity = ?, trainer = ?, access_notes = ?, state = ?, first_on = ?, why = ? WHERE id = ?`,
		r.Venue, r.Online, r.Capacity, r.Trainer, r.Access, string(r.State), string(r.First), r.Why, string(r.ID))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`DELETE FROM training_run_day WHERE run_id = ?`, string(r.ID))); err != nil {
		return err
	}
	return s.putDays(ctx, tx, r)
}

func (Store) putDays(ctx context.Context, tx *store.Tx, r Run) error {
	for n, d := range r.Days {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO training_run_day (run_id, n, district_id, on_day, starts, ends) VALUES (?, ?, ?, ?, ?, ?)`, string(r.ID), n, tx.Viewer.District, string(d.On), d.Starts, d.Ends)); err != nil {
			return err
		}
	}
	return nil
}

// CourseSourced returns the course that was loaded under the key. NotFound: none.
func (Store) CourseSourced(ctx context.Context, tx *store.Tx, key string) (Course, error) {
	return store.One[Course](ctx, tx, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.district_id = ? AND c.source_key <> '' AND c.source_key = ?`, tx.Viewer.District, key))
}

// BlockSourced returns the block that was loaded under the key, without its priorities. NotFound: none.
func (Store) BlockSourced(ctx context.Context, tx *store.Tx, key string) (Block, error) {
	return store.One[Block](ctx, tx, store.SQL(`SELECT `+blockColumns+` FROM training_block b WHERE b.district_id = ? AND b.source_key <> '' AND b.source_key = ?`, tx.Viewer.District, key))
}

// RunSourced returns the run that was loaded under the key, with its days. NotFound: none.
func (s Store) RunSourced(ctx context.Context, tx *store.Tx, key string) (Run, error) {
	id, err := store.Value[RunID](ctx, tx, store.SQL(`SELECT r.id FROM training_run r WHERE r.district_id = ? AND r.source_key <> '' AND r.source_key = ?`, tx.Viewer.District, key))
	if err != nil {
		return Run{}, err
	}
	return s.Run(ctx, tx, id)
}

const training = access.Training
