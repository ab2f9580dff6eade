package concerns

import (
	"context"
	_ "embed"
	"encoding/csv"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

//go:embed categories.csv
var shippedCategories string

// Prepare gives a new district the shipped categories and the service to ask first. Both are the district's to change.
func (f *Feature) Prepare(ctx context.Context, tx *store.Tx, service Service) error {
	rows, err := csv.NewReader(strings.NewReader(shippedCategories)).ReadAll()
	if err != nil {
		return err
	}
	for i, r := range rows[1:] {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_category (district_id, edition, from_on, code, family, stop, name, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			tx.Viewer.District, r[0], r[1], r[2], r[3], r[4] == "yes", r[5], i)); err != nil {
			return err
		}
	}
	s, err := f.store.Settings(ctx, tx)
	if err != nil {
		return err
	}
	s.Service = service
	return f.store.setSettings(ctx, tx, s)
}

// Categories returns the list of the edition in force on the day (CON-7).
func (Store) Categories(ctx context.Context, tx *store.Tx, on clock.Day) ([]Category, error) {
	return store.All[Category](ctx, tx, store.SQL(`SELECT g.edition, g.code, g.name, g.family, g.stop FROM concerns_category g WHERE g.district_id = ? AND g.off = FALSE
		AND g.edition = (SELECT h.edition FROM concerns_category h WHERE h.district_id = ? AND h.from_on <= ? ORDER BY h.from_on DESC LIMIT 1) ORDER BY g.position`,
		tx.Viewer.District, tx.Viewer.District, string(on)))
}

// Service returns whom to ask before the family is told.
func (s Store) Service(ctx context.Context, tx *store.Tx) (Service, error) {
	all, err := s.Settings(ctx, tx)
	return all.Service, err
}

const dutyFrom = `SELECT d.id, d.org_id, d.account_id, d.on_day, d.from_min, d.until_min, d.place, d.phone, a.name FROM concerns_rota d JOIN account a ON a.id = d.account_id WHERE a.state = 'active' AND `

// Rota returns who is on duty at a school from a day to a day, in order.
func (Store) Rota(ctx context.Context, tx *store.Tx, org string, from, to clock.Day) ([]Duty, error) {
	return store.All[Duty](ctx, tx, store.SQL(dutyFrom+`d.org_id = ? AND d.on_day >= ? AND d.on_day <= ? ORDER BY d.on_day, d.from_min`, org, string(from), string(to)))
}

// SetDuty puts somebody on duty.
func (Store) SetDuty(ctx context.Context, tx *store.Tx, d Duty) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_rota (id, district_id, org_id, on_day, from_min, until_min, account_id, place, phone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, d.Org, string(d.Day), d.From, d.Until, d.Account, d.Place, d.Phone))
}

func (Store) dropDuty(ctx context.Context, tx *store.Tx, org, id string) (int64, error) {
	return tx.Exec(ctx, store.SQL(`DELETE FROM concerns_rota WHERE id = ? AND org_id = ?`, id, org))
}

func (Store) insertAlert(ctx context.Context, tx *store.Tx, concern ID, to string, step int, why string) (string, error) {
	id := tx.NewID()
	err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_alert (id, district_id, record_id, to_id, step, why, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, tx.Viewer.District, string(concern), to, step, why, int64(tx.Now)))
	return id, err
}

// alerted is one telling of a lead.
type alerted struct {
	ID, To, Why string
	Concern     ID
	Step        int
	At, Mailed  clock.Millis
}

func (a *alerted) Dest() []any {
	return []any{&a.ID, &a.To, &a.Why, (*string)(&a.Concern), &a.Step, (*int64)(&a.At), (*int64)(&a.Mailed)}
}

// Alerts returns who was told of a concern and when, in order.
func (Store) Alerts(ctx context.Context, tx *store.Tx, concern ID) ([]alerted, error) {
	return store.All[alerted](ctx, tx, store.SQL(`SELECT x.id, x.to_id, x.why, x.record_id, x.step, x.at, x.mailed_at FROM concerns_alert x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, string(concern)).
		Visible("r", access.Concern).Add(`ORDER BY x.at, x.id`))
}

func (Store) alert(ctx context.Context, tx *store.Tx, id string) (alerted, error) {
	return store.One[alerted](ctx, tx, store.SQL(`SELECT x.id, x.to_id, x.why, x.record_id, x.step, x.at, x.mailed_at FROM concerns_alert x JOIN access_record r ON r.id = x.record_id WHERE x.id = ?`, id).Visible("r", access.Concern))
}

func (Store) setMailed(ctx context.Context, tx *store.Tx, id string) error {
	return tx.Put(ctx, store.SQL(`UPDATE concerns_alert SET mailed_at = ? WHERE id = ?`, int64(tx.Now), id))
}

// Kinds of watch.
const (
	watchUnread = "unread" // nobody has taken it
	watchHigh   = "high"   // a high level without a first action
)

type watch struct {
	Concern ID
	Kind    string
	DueAt   clock.Millis
	Step    int
	Since   clock.Millis // when the count of this step began; 0 for what was brought in
}

func (w *watch) Dest() []any {
	return []any{(*string)(&w.Concern), &w.Kind, (*int64)(&w.DueAt), &w.Step, (*int64)(&w.Since)}
}

func (Store) setWatch(ctx context.Context, tx *store.Tx, w watch) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_watch (concern_id, kind, district_id, due_at, step, since_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (concern_id, kind) DO UPDATE SET due_at = excluded.due_at, step = excluded.step, since_at = excluded.since_at`,
		string(w.Concern), w.Kind, tx.Viewer.District, int64(w.DueAt), w.Step, int64(w.Since)))
}

func (Store) dropWatch(ctx context.Context, tx *store.Tx, concern ID, kind string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM concerns_watch WHERE concern_id = ? AND kind = ?`, string(concern), kind))
}

// dueWatches returns what has come due.
func (Store) dueWatches(ctx context.Context, tx *store.Tx, limit int) ([]watch, error) {
	return store.All[watch](ctx, tx, store.SQL(`SELECT w.concern_id, w.kind, w.due_at, w.step, w.since_at FROM concerns_watch w WHERE w.district_id = ? AND w.due_at <= ? ORDER BY w.due_at LIMIT ?`, tx.Viewer.District, int64(tx.Now), limit))
}

// running returns the concerns of a school, "" for all of the district, with a clock that counts in school days: nobody has taken
// them, or whoever told waits for an answer.
func (Store) running(ctx context.Context, tx *store.Tx, org string) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT c.id FROM concerns_concern c JOIN access_record r ON r.id = c.id
		WHERE c.id IN (SELECT w.concern_id FROM concerns_watch w WHERE w.district_id = ? AND w.kind = ?
			UNION SELECT t.concern_id FROM concerns_triage t WHERE t.district_id = ? AND t.reply = TRUE AND t.replied_at = 0)`, tx.Viewer.District, watchUnread, tx.Viewer.District).
		If(org != "", `AND c.org_id = ?`, org).
		Visible("r", access.Concern).Add(`ORDER BY c.recorded_at`))
}

// moveReply sets when an answer is due that is still owed, and says whether that was another time.
func (Store) moveReply(ctx context.Context, tx *store.Tx, concern ID, due clock.Millis) (int64, error) {
	return tx.Exec(ctx, store.SQL(`UPDATE concerns_triage SET reply_due = ? WHERE concern_id = ? AND reply = TRUE AND replied_at = 0 AND reply_due <> ?`, int64(due), string(concern), int64(due)))
}

func (Store) watchOf(ctx context.Context, tx *store.Tx, concern ID, kind string) (watch, error) {
	return store.One[watch](ctx, tx, store.SQL(`SELECT w.concern_id, w.kind, w.due_at, w.step, w.since_at FROM concerns_watch w WHERE w.concern_id = ? AND w.kind = ?`, string(concern), kind))
}

// look writes down a look in the picker and says how many this account had in the last hour.
func (Store) look(ctx context.Context, tx *store.Tx, org string) (int64, error) {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_look (id, district_id, account_id, org_id, at) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), tx.Viewer.District, tx.Viewer.Account, org, int64(tx.Now))); err != nil {
		return 0, err
	}
	return store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM concerns_look WHERE account_id = ? AND at > ?`, tx.Viewer.Account, int64(tx.Now.Add(-time.Hour))))
}

// lookers returns who looked for children more than the limit in an hour since the instant, for the leads' page.
func (Store) lookers(ctx context.Context, tx *store.Tx, orgs []string, since clock.Millis) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT x.account_id FROM concerns_look x WHERE `).In("x.org_id", orgs).Add(`AND x.at > ? GROUP BY x.account_id, x.at / 3600000 HAVING count(*) > ?`, int64(since), PickerLooks))
}

func (Store) sweepLooks(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM concerns_look WHERE district_id = ? AND at < ?`, tx.Viewer.District, int64(tx.Now.Add(-30*24*time.Hour))))
}
