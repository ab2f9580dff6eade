package cascade

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Store asks and changes the database: plans and sessions here, who came and what is counted in store_reach.go.
type Store struct{}

const planColumns = `c.id, c.org_id, c.booking_id, c.run_id, c.title, c.kind, c.attended_on, c.lead_mark, c.aim, c.due_on, c.costs_given, c.fee, c.cover, c.state, c.changed, c.made_at, c.told_at,
	c.reminded_at, c.completed_at, c.version`

// Attended returns the places on runs that are over, by id, with what the register says of each, but for those for which it says that nobody
// was there (TRN-2). A register that is not closed says nothing yet: Was.Counts is the one place where it is decided who has attended. Where
// somebody came in another's stead the school has sent somebody, and whose plan it is the school says itself. With fresh, only those of
// organisations of the directory, on courses that are passed on, for which there is no plan yet: whoever may have been there can begin.
func (Store) Attended(ctx context.Context, tx *store.Tx, fresh bool) ([]Attendance, error) {
	return store.All[Attendance](ctx, tx, store.SQL(`SELECT p.id, p.run_id, r.course_id, p.party, d.last_on, p.attended FROM training_place p JOIN training_run r ON r.id = p.run_id
		JOIN (SELECT run_id, MAX(on_day) AS last_on FROM training_run_day GROUP BY run_id) d ON d.run_id = r.id
		WHERE p.district_id = ? AND p.state = 'placed' AND p.attended <> 0 AND r.state = 'published' AND d.last_on < ?`, tx.Viewer.District, string(clock.DayOf(tx.Now.Time()))).
		If(fresh, `AND p.attended <> 2 AND r.course_id IN (SELECT c.id FROM training_course c WHERE c.district_id = ? AND c.cascades = ?)
			AND p.party <> '' AND SUBSTR(p.party, 1, 5) <> 'name:' AND p.id NOT IN (SELECT k.booking_id FROM training_cascade k WHERE k.district_id = ?)`, tx.Viewer.District, true, tx.Viewer.District).Add(`ORDER BY p.id`))
}

// was returns what the register of its course says of the place that a plan comes from.
func (Store) was(ctx context.Context, tx *store.Tx, p Plan) (Was, error) {
	if p.Booking == "" {
		return There, nil // training elsewhere: the school says so itself
	}
	return store.Value[Was](ctx, tx, store.SQL(`SELECT p.attended FROM training_place p WHERE p.id = ? AND p.district_id = ?`, p.Booking, tx.Viewer.District))
}

// Plan returns a plan that the viewer may see. NotFound: none, or not for this viewer. Whoever shows it opens its record.
func (Store) Plan(ctx context.Context, tx *store.Tx, id ID) (Plan, error) {
	return store.One[Plan](ctx, tx, store.SQL(`SELECT `+planColumns+` FROM training_cascade c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, string(id)).Visible("r", access.Cascade))
}

// changeable is Plan for whoever may change it.
func (Store) changeable(ctx context.Context, tx *store.Tx, id ID) (Plan, error) {
	return store.One[Plan](ctx, tx, store.SQL(`SELECT `+planColumns+` FROM training_cascade c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, string(id)).Changeable("r", access.Cascade))
}

// ledger returns a plan without asking who may see whose it is: it names nobody. NotFound: none.
func (Store) ledger(ctx context.Context, tx *store.Tx, id ID) (Plan, error) {
	return store.One[Plan](ctx, tx, store.SQL(`SELECT `+planColumns+` FROM training_cascade c WHERE c.id = ? AND c.district_id = ?`, string(id), tx.Viewer.District))
}

// Ledger returns every plan of the district, the latest training first.
func (Store) Ledger(ctx context.Context, tx *store.Tx) ([]Plan, error) {
	return store.All[Plan](ctx, tx, store.SQL(`SELECT `+planColumns+` FROM training_cascade c WHERE c.district_id = ? ORDER BY c.attended_on DESC, c.id DESC`, tx.Viewer.District))
}

// Plans returns the plans that the viewer may see, those still open first, then the latest training: of the schools whose plans they keep,
// and those that are theirs to pass on. A district has thousands.
func (Store) Plans(ctx context.Context, tx *store.Tx) ([]Plan, error) {
	v := tx.Viewer
	return store.All[Plan](ctx, tx, store.SQL(`SELECT `+planColumns+` FROM training_cascade c JOIN access_record r ON r.id = c.id WHERE (`).In("c.org_id", v.OrgsOf(access.Head, access.DSL, access.TrustLead)).
		Add(`OR c.id IN (SELECT g.record_id FROM access_grant g WHERE g.kind = ? AND g.to_id = ?))`, access.PassesOn, v.Account).
		Visible("r", access.Cascade).Add(`ORDER BY CASE WHEN c.state = 'open' THEN 0 ELSE 1 END, c.attended_on DESC, c.id DESC LIMIT 200`))
}

// Lead returns who attended, if the viewer may see it.
func (Store) Lead(ctx context.Context, tx *store.Tx, id ID) (Lead, error) {
	return store.One[Lead](ctx, tx, store.SQL(`SELECT l.id, l.account_id, l.name, l.title, l.email FROM training_cascade_lead l JOIN access_record r ON r.id = l.id WHERE l.id = ?`, string(id)).
		Visible("r", access.Cascade))
}

func (Store) insertPlan(ctx context.Context, tx *store.Tx, p Plan, l Lead) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_cascade (id, district_id, org_id, booking_id, run_id, title, kind, attended_on, lead_mark, aim, due_on, costs_given, fee, cover, state, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(p.ID), tx.Viewer.District, p.Org, p.Booking, p.Run, p.Title, p.Kind, string(p.AttendedOn), p.LeadMark, p.Aim, string(p.Due), p.CostsGiven, p.Fee, p.Cover,
		string(Open), int64(tx.Now))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_cascade_lead (id, district_id, account_id, name, title, email) VALUES (?, ?, ?, ?, ?, ?)`, string(p.ID), tx.Viewer.District, l.Account, l.Name, l.Title, l.Email)); err != nil {
		return err
	}
	if err := tx.AddRecord(ctx, access.Record{ID: string(p.ID), Kind: access.Cascade, Part: access.PartPlan, Org: p.Org}); err != nil {
		return err
	}
	if l.Account == "" {
		return nil
	}
	return tx.AddGrant(ctx, store.Grant{Record: string(p.ID), Kind: access.PassesOn, To: l.Account, From: tx.Now, Until: far})
}

// far is the end of a relation that has none.
const far = clock.Millis(1<<62 - 1)

// updatePlan saves what can be changed of a plan.
func (Store) updatePlan(ctx context.Context, tx *store.Tx, p Plan) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_cascade SET aim = ?, due_on = ?, costs_given = ?, fee = ?, cover = ?, state = ?, changed = ?, completed_at = ? WHERE id = ?`,
		p.Aim, string(p.Due), p.CostsGiven, p.Fee, p.Cover, string(p.State), p.Changed, int64(p.CompletedAt), string(p.ID)))
}

// setWritten keeps when somebody was written to: told, or reminded.
func (Store) setWritten(ctx context.Context, tx *store.Tx, id ID, remind bool) error {
	q := store.SQL(`UPDATE training_cascade SET told_at = ? WHERE id = ?`, int64(tx.Now), string(id))
	if remind {
		q = store.SQL(`UPDATE training_cascade SET reminded_at = ? WHERE id = ?`, int64(tx.Now), string(id))
	}
	return tx.Put(ctx, q)
}

// toRemind returns the open plans whose day is so near that whoever keeps them is reminded, and has not been.
func (Store) toRemind(ctx context.Context, tx *store.Tx) ([]ID, error) {
	last := clock.DayOf(tx.Now.Time()).Add(Shipped().RemindDays)
	return store.Values[ID](ctx, tx, store.SQL(`SELECT c.id FROM training_cascade c WHERE c.district_id = ? AND c.state = 'open' AND c.due_on <= ? AND c.reminded_at = 0 ORDER BY c.id`, tx.Viewer.District, string(last)))
}

const sessionColumns = `s.id, s.cascade_id, s.on_day, s.starts, s.minutes, s.place, s.cost, s.state, s.opened_at, s.version`

// Session returns a session of the district. NotFound: none.
func (Store) Session(ctx context.Context, tx *store.Tx, id SessionID) (Session, error) {
	return store.One[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_cascade_session s WHERE s.id = ? AND s.district_id = ?`, string(id), tx.Viewer.District))
}

// Sessions returns the sessions of a plan, the first day first.
func (Store) Sessions(ctx context.Context, tx *store.Tx, of ID) ([]Session, error) {
	return store.All[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_cascade_session s WHERE s.cascade_id = ? ORDER BY s.on_day, s.starts, s.id`, string(of)))
}

// AllSessions returns the sessions of every plan of the district.
func (Store) AllSessions(ctx context.Context, tx *store.Tx) (map[ID][]Session, error) {
	rows, err := store.All[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_cascade_session s WHERE s.district_id = ? ORDER BY s.on_day, s.starts, s.id`, tx.Viewer.District))
	out := map[ID][]Session{}
	for _, s := range rows {
		out[s.Cascade] = append(out[s.Cascade], s)
	}
	return out, err
}

// opened returns the session that a code or a link opens. NotFound: none.
func (Store) opened(ctx context.Context, tx *store.Tx, code, link string) (Session, error) {
	return store.One[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_cascade_session s WHERE s.district_id = ? AND (s.code_key <> '' AND s.code_key = ? OR s.link_key <> '' AND s.link_key = ?)`, tx.Viewer.District, code, link))
}

func (Store) insertSession(ctx context.Context, tx *store.Tx, s Session) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_cascade_session (id, district_id, cascade_id, on_day, starts, minutes, place, cost, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.ID), tx.Viewer.District, string(s.Cascade), string(s.On), s.Starts, s.Minutes, s.Place, s.Cost, string(SessionPlanned)))
}

func (Store) setSession(ctx context.Context, tx *store.Tx, s Session, code, link string) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_cascade_session SET state = ?, opened_at = ?, code_key = ?, link_key = ? WHERE id = ?`, string(s.State), int64(s.OpenedAt), code, link, string(s.ID)))
}
