package cascade

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// SignIns returns who came to a session, as far as the viewer may see it, in the order in which they came.
func (Store) SignIns(ctx context.Context, tx *store.Tx, of SessionID) ([]SignIn, error) {
	return store.All[SignIn](ctx, tx, store.SQL(`SELECT i.id, i.session_id, i.cascade_id, i.person, i.account_id, i.name, i.title, i.how, i.signed_at FROM training_cascade_sign_in i JOIN access_record r ON r.id = i.id
		WHERE i.session_id = ? AND i.off = ?`, string(of), false).Visible("r", access.Cascade).Add(`ORDER BY i.signed_at, i.id`))
}

// changeableSignIn returns somebody on a list, for whoever may take them off it. NotFound: none.
func (Store) changeableSignIn(ctx context.Context, tx *store.Tx, id string, of SessionID) (SignIn, error) {
	return store.One[SignIn](ctx, tx, store.SQL(`SELECT i.id, i.session_id, i.cascade_id, i.person, i.account_id, i.name, i.title, i.how, i.signed_at FROM training_cascade_sign_in i JOIN access_record r ON r.id = i.id
		WHERE i.id = ? AND i.session_id = ? AND i.off = ?`, id, string(of), false).Changeable("r", access.Cascade))
}

// Mine returns the sessions that the viewer signed in to, the latest first.
func (Store) Mine(ctx context.Context, tx *store.Tx) ([]SignIn, error) {
	return store.All[SignIn](ctx, tx, store.SQL(`SELECT i.id, i.session_id, i.cascade_id, i.person, i.account_id, i.name, i.title, i.how, i.signed_at FROM training_cascade_sign_in i JOIN access_record r ON r.id = i.id
		WHERE i.account_id = ? AND i.off = ?`, tx.Viewer.Account, false).Visible("r", access.Cascade).Add(`ORDER BY i.signed_at DESC, i.id DESC LIMIT 30`))
}

// insertReach counts one person at one session. It returns false where they are counted there already.
func (Store) insertReach(ctx context.Context, tx *store.Tx, s Session, mark, org string) (bool, error) {
	n, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_cascade_reach (session_id, person, district_id, cascade_id, org_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT (session_id, person) DO NOTHING`,
		string(s.ID), mark, tx.Viewer.District, string(s.Cascade), org))
	return n > 0, err
}

// insertSignIn writes who came, as a record of the plan's.
func (Store) insertSignIn(ctx context.Context, tx *store.Tx, i SignIn, org string) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_cascade_sign_in (id, district_id, session_id, cascade_id, person, account_id, name, title, how, signed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, tx.Viewer.District, string(i.Session), string(i.Cascade), i.Mark, i.Account, i.Name, i.Title, i.How, int64(i.At))); err != nil {
		return err
	}
	return tx.AddRecord(ctx, access.Record{ID: i.ID, Kind: access.Cascade, Part: access.PartSignIn, Org: org, Author: i.Account, Parent: string(i.Cascade)})
}

// takeOff takes somebody off a list and out of what is counted.
func (Store) takeOff(ctx context.Context, tx *store.Tx, i SignIn) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE training_cascade_sign_in SET off = ? WHERE id = ?`, true, i.ID)); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`DELETE FROM training_cascade_reach WHERE session_id = ? AND person = ?`, string(i.Session), i.Mark))
}

// Came returns how many came to each session of a plan.
func (Store) Came(ctx context.Context, tx *store.Tx, of ID) (map[SessionID]int, error) {
	rows, err := store.All[Count](ctx, tx, store.SQL(`SELECT h.session_id, COUNT(*) FROM training_cascade_reach h WHERE h.cascade_id = ? GROUP BY h.session_id`, string(of)))
	out := map[SessionID]int{}
	for _, c := range rows {
		out[SessionID(c.Of)] = int(c.N)
	}
	return out, err
}

// Reached returns how many people a plan has reached: each counts once, however often they came (TRU-5).
func (Store) Reached(ctx context.Context, tx *store.Tx, of ID) (int, error) {
	n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT COUNT(DISTINCT h.person) FROM training_cascade_reach h WHERE h.cascade_id = ?`, string(of)))
	return int(n), err
}

// reachRow is one person reached by one plan.
type reachRow struct{ plan, org, person string }

func (r *reachRow) Dest() []any { return []any{&r.plan, &r.org, &r.person} }

// reach returns the ledger of reach of the district, once for each person and plan.
func (Store) reach(ctx context.Context, tx *store.Tx) ([]reachRow, error) {
	return store.All[reachRow](ctx, tx, store.SQL(`SELECT DISTINCT h.cascade_id, h.org_id, h.person FROM training_cascade_reach h WHERE h.district_id = ? ORDER BY h.cascade_id, h.org_id, h.person`, tx.Viewer.District))
}

// ratingRow counts one answer of one plan.
type ratingRow struct {
	plan, rating string
	n            int64
}

func (r *ratingRow) Dest() []any { return []any{&r.plan, &r.rating, &r.n} }

// ratings returns what was answered, by plan: of one, or with "" of every plan of the district.
func (Store) ratings(ctx context.Context, tx *store.Tx, of ID) (map[ID]map[string]int, error) {
	rows, err := store.All[ratingRow](ctx, tx, store.SQL(`SELECT a.cascade_id, a.rating, COUNT(*) FROM training_cascade_answer a WHERE a.district_id = ?`, tx.Viewer.District).
		If(of != "", `AND a.cascade_id = ?`, string(of)).Add(`GROUP BY a.cascade_id, a.rating`))
	out := map[ID]map[string]int{}
	for _, r := range rows {
		if out[ID(r.plan)] == nil {
			out[ID(r.plan)] = map[string]int{}
		}
		out[ID(r.plan)][r.rating] = int(r.n)
	}
	return out, err
}

// counted returns how many came to a session and how many have answered.
func (Store) counted(ctx context.Context, tx *store.Tx, of SessionID) (came, answered int, err error) {
	n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT COUNT(*) FROM training_cascade_reach h WHERE h.session_id = ?`, string(of)))
	if err != nil {
		return 0, 0, err
	}
	m, err := store.Value[int64](ctx, tx, store.SQL(`SELECT COUNT(*) FROM training_cascade_answer a WHERE a.session_id = ?`, string(of)))
	return int(n), int(m), err
}

func (Store) insertAnswer(ctx context.Context, tx *store.Tx, id string, s Session, org, rating string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_cascade_answer (id, district_id, session_id, cascade_id, org_id, rating) VALUES (?, ?, ?, ?, ?, ?)`, id, tx.Viewer.District, string(s.ID), string(s.Cascade), org, rating))
}

// insertWords keeps words under an id of their own, which says neither who wrote them nor what they answered.
func (Store) insertWords(ctx context.Context, tx *store.Tx, p Plan, said string) error {
	id := tx.NewID()
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_cascade_words (id, district_id, cascade_id, words) VALUES (?, ?, ?, ?)`, id, tx.Viewer.District, string(p.ID), said)); err != nil {
		return err
	}
	return tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Cascade, Part: access.PartWords, Org: p.Org, Parent: string(p.ID)})
}

// wordRow is what somebody wrote.
type wordRow struct{ id, words string }

func (w *wordRow) Dest() []any { return []any{&w.id, &w.words} }

// said returns what was written about the sessions of a plan, if the viewer may read it, in the order of the alphabet: that of writing
// would say who wrote it.
func (Store) said(ctx context.Context, tx *store.Tx, of ID) ([]wordRow, error) {
	return store.All[wordRow](ctx, tx, store.SQL(`SELECT w.id, w.words FROM training_cascade_words w JOIN access_record r ON r.id = w.id WHERE w.cascade_id = ?`, string(of)).
		Visible("r", access.Cascade).Add(`ORDER BY w.words, w.id`))
}

// demandRow is a place that is asked or waited for.
type demandRow struct{ course, party, outward, ward, state string }

func (d *demandRow) Dest() []any { return []any{&d.course, &d.party, &d.outward, &d.ward, &d.state} }

// demand returns the places of the district that are asked for, held, offered, given or waited for, and the interest in courses without
// dates, with the course: the ledgers say no name.
func (Store) demand(ctx context.Context, tx *store.Tx) ([]demandRow, error) {
	rows, err := store.All[demandRow](ctx, tx, store.SQL(`SELECT r.course_id, p.party, p.outward, p.ward, p.state FROM training_place p JOIN training_run r ON r.id = CASE WHEN p.run_id <> '' THEN p.run_id ELSE p.first_run END
		WHERE p.district_id = ? AND (p.state IN ('asked', 'placed', 'waiting') OR p.state IN ('held', 'offered') AND p.until_at > ?) ORDER BY p.id`, tx.Viewer.District, int64(tx.Now)))
	if err != nil {
		return nil, err
	}
	wishes, err := store.All[demandRow](ctx, tx, store.SQL(`SELECT w.course_id, w.party, w.outward, w.ward, '`+interested+`' FROM training_wish w WHERE w.district_id = ? AND w.told_at = 0 ORDER BY w.id`, tx.Viewer.District))
	return append(rows, wishes...), err
}

// interested is the state of whoever wants a course that has no dates (TRN-19).
const interested = "interested"
