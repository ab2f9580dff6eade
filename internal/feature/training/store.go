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
	_, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_course (id, org_id, title, format, summary, outcomes, audience, board, exclusive_group, uses_place, cascades, validity_months, cpd_minutes, source_key, district_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(c.ID), c.Org, c.Title, string(c.Format), c.Summary, c.Outcomes, c.Audience, c.Board, c.Group, c.UsesPlace, c.Cascades, c.Validity, c.CPD, c.Source, tx.Viewer.District))
	return err
}

// UpdateCourse puts what a course says in the place of what it said. Its organiser stays.
func (Store) UpdateCourse(ctx context.Context, tx *store.Tx, c Course) error {
	_, err := tx.Exec(ctx, store.SQL(`UPDATE training_course SET title = ?, format = ?, summary = ?, outcomes = ?, audience = ?, board = ?, exclusive_group = ?, uses_place = ?, cascades = ?, validity_months = ?, cpd_minutes = ? WHERE id = ?`,
		c.Title, string(c.Format), c.Summary, c.Outcomes, c.Audience, c.Board, c.Group, c.UsesPlace, c.Cascades, c.Validity, c.CPD, string(c.ID)))
	return err
}

const blockColumns = `b.id, b.org_id, b.title, b.summary, b.open_to, b.way, b.state, b.opens_at, b.closes_at, b.tells_on, b.per_school, b.second, b.places, b.needs_manager, b.invited_only, b.additional,
	b.hold_hours, b.offer_hours, b.run_closes_days, b.cancel_days, b.cancel_working, b.late_terms, b.allocated_at, b.asked, b.source_key, b.revision`

// Block returns a block of the district with its priorities. NotFound: none.
func (s Store) Block(ctx context.Context, tx *store.Tx, id BlockID) (Block, error) {
	b, err := store.One[Block](ctx, tx, store.SQL(`SELECT `+blockColumns+` FROM training_block b WHERE b.id = ? AND b.district_id = ?`, string(id), tx.Viewer.District))
	if err != nil {
		return b, err
	}
	b.Tiers, err = s.tiers(ctx, tx, id)
	return b, err
}

func (Store) tiers(ctx context.Context, tx *store.Tx, block BlockID) ([]Tier, error) {
	return store.All[Tier](ctx, tx, store.SQL(`SELECT t.position, t.kind, t.value, t.words FROM training_tier t WHERE t.block_id = ? ORDER BY t.position, t.kind, t.value`, string(block)))
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
	if _, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_block (id, org_id, title, summary, open_to, way, state, opens_at, closes_at, tells_on, per_school, second, places, needs_manager, invited_only, additional,
		hold_hours, offer_hours, run_closes_days, cancel_days, cancel_working, late_terms, source_key, district_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(b.ID), b.Org, b.Title, b.Summary, b.OpenTo, string(b.Way), string(b.State), int64(b.Opens), int64(b.Closes), string(b.TellsOn), b.PerSchool, b.Second, b.Places, b.NeedsManager, b.InvitedOnly,
		b.Additional, b.HoldHours, b.OfferHours, b.RunCloses, b.CancelDays, b.CancelInWork, b.LateTerms, b.Source, tx.Viewer.District)); err != nil {
		return err
	}
	return s.putTiers(ctx, tx, b)
}

// UpdateBlock puts the rules of a block in the place of what they were. Its organiser stays.
func (s Store) UpdateBlock(ctx context.Context, tx *store.Tx, b Block) error {
	if _, err := tx.Exec(ctx, store.SQL(`UPDATE training_block SET title = ?, summary = ?, open_to = ?, way = ?, state = ?, opens_at = ?, closes_at = ?, tells_on = ?, per_school = ?, second = ?, places = ?,
		needs_manager = ?, invited_only = ?, additional = ?, hold_hours = ?, offer_hours = ?, run_closes_days = ?, cancel_days = ?, cancel_working = ?, late_terms = ?, allocated_at = ?, asked = ?, revision = revision + 1 WHERE id = ?`,
		b.Title, b.Summary, b.OpenTo, string(b.Way), string(b.State), int64(b.Opens), int64(b.Closes), string(b.TellsOn), b.PerSchool, b.Second, b.Places, b.NeedsManager, b.InvitedOnly, b.Additional,
		b.HoldHours, b.OfferHours, b.RunCloses, b.CancelDays, b.CancelInWork, b.LateTerms, int64(b.AllocatedAt), b.Asked, string(b.ID))); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, store.SQL(`DELETE FROM training_tier WHERE block_id = ?`, string(b.ID))); err != nil {
		return err
	}
	return s.putTiers(ctx, tx, b)
}

func (Store) putTiers(ctx context.Context, tx *store.Tx, b Block) error {
	for _, t := range b.Tiers {
		if _, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_tier (block_id, position, kind, value, district_id, words) VALUES (?, ?, ?, ?, ?, ?)`, string(b.ID), t.Position, t.Kind, t.Value, tx.Viewer.District, t.Words)); err != nil {
			return err
		}
	}
	return nil
}

const runColumns = `r.id, r.block_id, r.course_id, r.venue_id, r.online, r.capacity, r.trainer, r.access_notes, r.state, r.first_on, r.source_key, r.why, r.version`

// Run returns a run of the district with its days. NotFound: none.
func (s Store) Run(ctx context.Context, tx *store.Tx, id RunID) (Run, error) {
	r, err := store.One[Run](ctx, tx, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.id = ? AND r.district_id = ?`, string(id), tx.Viewer.District))
	if err != nil {
		return r, err
	}
	runs, err := s.withDays(ctx, tx, []Run{r}, store.SQL(`WHERE d.run_id = ?`, string(id)))
	if err != nil {
		return r, err
	}
	return runs[0], nil
}

// RunsOf returns the runs of a block with their days, by their first day.
func (s Store) RunsOf(ctx context.Context, tx *store.Tx, block BlockID) ([]Run, error) {
	runs, err := store.All[Run](ctx, tx, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.block_id = ? AND r.district_id = ? ORDER BY r.first_on, r.id`, string(block), tx.Viewer.District))
	if err != nil {
		return nil, err
	}
	return s.withDays(ctx, tx, runs, store.SQL(`WHERE d.run_id IN (SELECT r.id FROM training_run r WHERE r.block_id = ?)`, string(block)))
}

// RunsFrom returns the published runs of published blocks that begin on a day or later, with their days: the catalogue.
func (s Store) RunsFrom(ctx context.Context, tx *store.Tx, from clock.Day) ([]Run, error) {
	runs, err := store.All[Run](ctx, tx, store.SQL(`SELECT `+runColumns+` FROM training_run r JOIN training_block b ON b.id = r.block_id
		WHERE r.district_id = ? AND r.first_on >= ? AND r.state = 'published' AND b.state = 'published' ORDER BY r.first_on, r.id`, tx.Viewer.District, string(from)))
	if err != nil {
		return nil, err
	}
	return s.withDays(ctx, tx, runs, store.SQL(`WHERE d.district_id = ? AND d.on_day >= ?`, tx.Viewer.District, string(from)))
}

// RunsNamed returns runs of the district by id, with their days.
func (s Store) RunsNamed(ctx context.Context, tx *store.Tx, ids ...RunID) (map[RunID]Run, error) {
	words := make([]string, len(ids))
	for i, x := range ids {
		words[i] = string(x)
	}
	runs, err := store.All[Run](ctx, tx, store.SQL(`SELECT `+runColumns+` FROM training_run r WHERE r.district_id = ? AND`, tx.Viewer.District).In(`r.id`, words))
	if err != nil {
		return nil, err
	}
	if runs, err = s.withDays(ctx, tx, runs, store.SQL(`WHERE`).In(`d.run_id`, words)); err != nil {
		return nil, err
	}
	out := map[RunID]Run{}
	for _, r := range runs {
		out[r.ID] = r
	}
	return out, nil
}

// Facts returns runs with the course of each.
func (Store) Facts(ctx context.Context, tx *store.Tx, runs []Run) (map[RunID]Facts, error) {
	var ids []string
	for _, r := range runs {
		if !slices.Contains(ids, string(r.Course)) {
			ids = append(ids, string(r.Course))
		}
	}
	all, err := store.All[Course](ctx, tx, store.SQL(`SELECT `+courseColumns+` FROM training_course c WHERE c.district_id = ? AND`, tx.Viewer.District).In(`c.id`, ids))
	if err != nil {
		return nil, err
	}
	courses, out := map[CourseID]Course{}, map[RunID]Facts{}
	for _, c := range all {
		courses[c.ID] = c
	}
	for _, r := range runs {
		out[r.ID] = Facts{r, courses[r.Course]}
	}
	return out, nil
}

type dayRow struct {
	run RunID
	Day
}

func (d *dayRow) Dest() []any {
	return []any{(*string)(&d.run), (*string)(&d.On), &d.Starts, &d.Ends}
}

// withDays gives each run its days; where says of which runs.
func (Store) withDays(ctx context.Context, tx *store.Tx, runs []Run, where *store.Query) ([]Run, error) {
	rows, err := store.All[dayRow](ctx, tx, store.SQL(`SELECT d.run_id, d.on_day, d.starts, d.ends FROM training_run_day d`).Append(where).Add(`ORDER BY d.run_id, d.n`))
	if err != nil {
		return nil, err
	}
	days := map[RunID][]Day{}
	for _, d := range rows {
		days[d.run] = append(days[d.run], d.Day)
	}
	for i := range runs {
		runs[i].Days = days[runs[i].ID]
	}
	return runs, nil
}

// InsertRun adds a run with its days.
func (s Store) InsertRun(ctx context.Context, tx *store.Tx, r Run) error {
	if _, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_run (id, block_id, course_id, venue_id, online, capacity, trainer, access_notes, state, first_on, source_key, district_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.ID), string(r.Block), string(r.Course), r.Venue, r.Online, r.Capacity, r.Trainer, r.Access, string(r.State), string(r.First), r.Source, tx.Viewer.District)); err != nil {
		return err
	}
	return s.putDays(ctx, tx, r)
}

// UpdateRun puts a run as it is now in the place of what it was. Its block and course stay.
func (s Store) UpdateRun(ctx context.Context, tx *store.Tx, r Run) error {
	if _, err := tx.Exec(ctx, store.SQL(`UPDATE training_run SET venue_id = ?, online = ?, capacity = ?, trainer = ?, access_notes = ?, state = ?, first_on = ?, why = ? WHERE id = ?`,
		r.Venue, r.Online, r.Capacity, r.Trainer, r.Access, string(r.State), string(r.First), r.Why, string(r.ID))); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, store.SQL(`DELETE FROM training_run_day WHERE run_id = ?`, string(r.ID))); err != nil {
		return err
	}
	return s.putDays(ctx, tx, r)
}

func (Store) putDays(ctx context.Context, tx *store.Tx, r Run) error {
	for n, d := range r.Days {
		if _, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_run_day (run_id, n, district_id, on_day, starts, ends) VALUES (?, ?, ?, ?, ?, ?)`, string(r.ID), n, tx.Viewer.District, string(d.On), d.Starts, d.Ends)); err != nil {
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
