package adults

import (
	"context"
	_ "embed"
	"encoding/csv"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

//go:embed criteria.csv
var shippedCriteria string

// Prepare gives a new district the shipped criteria and its settings. Both are the district's to change.
func (f *Feature) Prepare(ctx context.Context, tx *store.Tx, s Settings) error {
	rows, err := shipped()
	if err != nil {
		return err
	}
	for i, r := range rows {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO adults_listed (district_id, edition, from_on, list, code, words, position) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			tx.Viewer.District, r[0], r[1], r[2], r[3], r[4], i)); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_setting (district_id, officer_name, officer_phone, low_minutes, allegation_minutes, pattern_count, pattern_months) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (district_id) DO UPDATE SET officer_name = excluded.officer_name, officer_phone = excluded.officer_phone`,
		tx.Viewer.District, s.OfficerName, s.OfficerPhone, s.LowMinutes, s.AllegationMinutes, s.PatternCount, s.PatternMonths))
}

// shipped are the lists that come with the program: edition, first day, list, code, words.
func shipped() ([][]string, error) {
	rows, err := csv.NewReader(strings.NewReader(shippedCriteria)).ReadAll()
	if err != nil {
		return nil, err
	}
	return rows[1:], nil
}

// Settings returns the district's settings, or those that are shipped.
func (Store) Settings(ctx context.Context, tx *store.Tx) (Settings, error) {
	s, err := store.One[Settings](ctx, tx, store.SQL(`SELECT s.officer_name, s.officer_phone, s.low_minutes, s.allegation_minutes, s.pattern_count, s.pattern_months FROM adults_setting s WHERE s.district_id = ?`, tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return Shipped, nil
	}
	return s, err
}

// Listed returns a list of the edition in force on the day. A district that was made before there were any has those that are shipped.
func (Store) Listed(ctx context.Context, tx *store.Tx, list string, on clock.Day) ([]Listed, error) {
	all, err := store.All[Listed](ctx, tx, store.SQL(`SELECT g.edition, g.code, g.words FROM adults_listed g WHERE g.district_id = ? AND g.list = ?
		AND g.edition = (SELECT h.edition FROM adults_listed h WHERE h.district_id = ? AND h.from_on <= ? ORDER BY h.from_on DESC LIMIT 1) ORDER BY g.position`,
		tx.Viewer.District, list, tx.Viewer.District, string(on)))
	if err != nil || len(all) > 0 {
		return all, err
	}
	rows, err := shipped()
	for _, r := range rows {
		if r[2] == list {
			all = append(all, Listed{Edition: r[0], Code: r[3], Words: r[4]})
		}
	}
	return all, err
}

// Spoken returns the words of a code as its own edition has them, "" when it is not listed.
func (Store) Spoken(ctx context.Context, tx *store.Tx, edition, code string) (string, error) {
	w, err := store.Value[string](ctx, tx, store.SQL(`SELECT g.words FROM adults_listed g WHERE g.district_id = ? AND g.edition = ? AND g.code = ? LIMIT 1`, tx.Viewer.District, edition, code))
	if !errs.Is(err, errs.NotFound) {
		return w, err
	}
	rows, err := shipped()
	for _, r := range rows {
		if r[0] == edition && r[3] == code {
			return r[4], nil
		}
	}
	return "", err
}

type schoolRow struct {
	proprietor bool
	first      string
}

func (s *schoolRow) Dest() []any { return []any{&s.proprietor, &s.first} }

func (Store) school(ctx context.Context, tx *store.Tx, org string) (schoolRow, error) {
	s, err := store.One[schoolRow](ctx, tx, store.SQL(`SELECT s.proprietor, s.first_id FROM adults_school s WHERE s.org_id = ? AND s.district_id = ?`, org, tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return s, nil
	}
	return s, err
}

func (Store) setProprietor(ctx context.Context, tx *store.Tx, org string, yes bool) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_school (org_id, district_id, proprietor) VALUES (?, ?, ?) ON CONFLICT (org_id) DO UPDATE SET proprietor = excluded.proprietor`, org, tx.Viewer.District, yes))
}

func (Store) setFirst(ctx context.Context, tx *store.Tx, org, first string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_school (org_id, district_id, first_id) VALUES (?, ?, ?) ON CONFLICT (org_id) DO UPDATE SET first_id = excluded.first_id`, org, tx.Viewer.District, first))
}

type coverRow struct {
	account string
	Cover
}

func (c *coverRow) Dest() []any { return []any{&c.account, &c.StandIn, (*string)(&c.Away)} }

func (Store) covers(ctx context.Context, tx *store.Tx, org string) (map[string]Cover, error) {
	rows, err := store.All[coverRow](ctx, tx, store.SQL(`SELECT c.account_id, c.stand_in_id, c.away_until FROM adults_cover c WHERE c.org_id = ? AND c.district_id = ?`, org, tx.Viewer.District))
	out := map[string]Cover{}
	for _, r := range rows {
		out[r.account] = r.Cover
	}
	return out, err
}

func (Store) setCover(ctx context.Context, tx *store.Tx, org, account string, c Cover) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_cover (org_id, account_id, district_id, stand_in_id, away_until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (org_id, account_id) DO UPDATE SET stand_in_id = excluded.stand_in_id, away_until = excluded.away_until`, org, account, tx.Viewer.District, c.StandIn, string(c.Away)))
}

type pairRow struct{ one, other string }

func (p *pairRow) Dest() []any { return []any{&p.one, &p.other} }

func (Store) households(ctx context.Context, tx *store.Tx, org string) ([][2]string, error) {
	rows, err := store.All[pairRow](ctx, tx, store.SQL(`SELECT h.one_id, h.other_id FROM adults_household h WHERE h.org_id = ? AND h.district_id = ? ORDER BY h.at, h.one_id`, org, tx.Viewer.District))
	out := make([][2]string, len(rows))
	for i, r := range rows {
		out[i] = [2]string{r.one, r.other}
	}
	return out, err
}

func (Store) addHousehold(ctx context.Context, tx *store.Tx, org, one, other string) (int64, error) {
	return tx.Exec(ctx, store.SQL(`INSERT INTO adults_household (org_id, one_id, other_id, district_id, by_id, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		org, min(one, other), max(one, other), tx.Viewer.District, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) dropHousehold(ctx context.Context, tx *store.Tx, org, one, other string) (int64, error) {
	return tx.Exec(ctx, store.SQL(`DELETE FROM adults_household WHERE org_id = ? AND one_id = ? AND other_id = ?`, org, min(one, other), max(one, other)))
}

func (Store) insertAlert(ctx context.Context, tx *store.Tx, id ID, to string, step int) (string, error) {
	alert := tx.NewID()
	err := tx.Put(ctx, store.SQL(`INSERT INTO adults_alert (id, district_id, record_id, to_id, step, at) VALUES (?, ?, ?, ?, ?, ?)`, alert, tx.Viewer.District, string(id), to, step, int64(tx.Now)))
	return alert, err
}

// alerted is one telling.
type alerted struct {
	ID, To     string
	Step       int
	At, Mailed clock.Millis
}

func (a *alerted) Dest() []any {
	return []any{&a.ID, &a.To, &a.Step, (*int64)(&a.At), (*int64)(&a.Mailed)}
}

// Alerts returns who was told and when, in order.
func (Store) Alerts(ctx context.Context, tx *store.Tx, id ID) ([]alerted, error) {
	return store.All[alerted](ctx, tx, store.SQL(`SELECT x.id, x.to_id, x.step, x.at, x.mailed_at FROM adults_alert x JOIN adults_case k ON k.concern_id = x.record_id JOIN access_record r ON r.id = k.id WHERE x.record_id = ?`, string(id)).
		Visible("r", access.Adult).Add(`ORDER BY x.at, x.id`))
}

func (Store) alert(ctx context.Context, tx *store.Tx, id string) (alerted, error) {
	return store.One[alerted](ctx, tx, store.SQL(`SELECT x.id, x.to_id, x.step, x.at, x.mailed_at FROM adults_alert x JOIN access_record r ON r.id = x.record_id WHERE x.id = ?`, id).Visible("r"))
}

func (Store) setMailed(ctx context.Context, tx *store.Tx, id string) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_alert SET mailed_at = ? WHERE id = ?`, int64(tx.Now), id))
}

type watch struct {
	Concern ID
	DueAt   clock.Millis
	Step    int
}

func (w *watch) Dest() []any { return []any{(*string)(&w.Concern), (*int64)(&w.DueAt), &w.Step} }

func (Store) setWatch(ctx context.Context, tx *store.Tx, w watch) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_watch (concern_id, district_id, due_at, step) VALUES (?, ?, ?, ?) ON CONFLICT (concern_id) DO UPDATE SET due_at = excluded.due_at, step = excluded.step`,
		string(w.Concern), tx.Viewer.District, int64(w.DueAt), w.Step))
}

func (Store) dropWatch(ctx context.Context, tx *store.Tx, id ID) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM adults_watch WHERE concern_id = ?`, string(id)))
}

func (Store) dueWatches(ctx context.Context, tx *store.Tx, limit int) ([]watch, error) {
	return store.All[watch](ctx, tx, store.SQL(`SELECT w.concern_id, w.due_at, w.step FROM adults_watch w WHERE w.district_id = ? AND w.due_at <= ? ORDER BY w.due_at LIMIT ?`, tx.Viewer.District, int64(tx.Now), limit))
}

// watches returns the clocks of all that nobody has taken.
func (Store) watches(ctx context.Context, tx *store.Tx) ([]watch, error) {
	return store.All[watch](ctx, tx, store.SQL(`SELECT w.concern_id, w.due_at, w.step FROM adults_watch w WHERE w.district_id = ? ORDER BY w.concern_id`, tx.Viewer.District))
}

// watchOf returns the clock of one that nobody has taken. NotFound: it was taken.
func (Store) watchOf(ctx context.Context, tx *store.Tx, id ID) (watch, error) {
	return store.One[watch](ctx, tx, store.SQL(`SELECT w.concern_id, w.due_at, w.step FROM adults_watch w WHERE w.concern_id = ? AND w.district_id = ?`, string(id), tx.Viewer.District))
}

// look writes down a look in a picker and says how many this account had in the last hour.
func (Store) look(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO adults_look (id, district_id, account_id, at) VALUES (?, ?, ?, ?)`, tx.NewID(), tx.Viewer.District, tx.Viewer.Account, int64(tx.Now))); err != nil {
		return 0, err
	}
	return store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM adults_look l WHERE l.account_id = ? AND l.at > ?`, tx.Viewer.Account, int64(tx.Now.Add(-time.Hour))))
}

func (Store) sweepLooks(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM adults_look WHERE district_id = ? AND at < ?`, tx.Viewer.District, int64(tx.Now.Add(-24*time.Hour))))
}

// closeTo returns those who may not learn of it: it decides whom it may go to.
func (s Store) closeTo(ctx context.Context, tx *store.Tx, id ID) ([]string, error) {
	return s.related(ctx, tx, string(id), access.Excluded)
}

// related returns who stands in the relation to a record now.
func (Store) related(ctx context.Context, tx *store.Tx, record, kind string) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT g.to_id FROM access_grant g WHERE g.record_id = ? AND g.kind = ? AND g.from_at <= ? AND g.until_at > ? ORDER BY g.to_id`,
		record, kind, int64(tx.Now), int64(tx.Now)))
}

// copyGrants opens a child's entry to those who decide about the adult, now, and to nobody else.
func (s Store) copyGrants(ctx context.Context, tx *store.Tx, from, to string) error {
	for _, kind := range []string{access.HeadReceives, access.ChairReceives, access.TrustReceives, access.Referral, access.StandsIn, access.Excluded} {
		all, err := s.related(ctx, tx, from, kind)
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := tx.AddGrant(ctx, store.Grant{Record: to, Kind: kind, To: x, From: tx.Now, Until: clock.ForEver}); err != nil {
				return err
			}
		}
	}
	return nil
}

// decided says whether the form with this id was recorded.
func (Store) decided(ctx context.Context, tx *store.Tx, id string) (bool, error) {
	return store.Exists(ctx, tx, store.SQL(`SELECT d.id FROM adults_decision d JOIN access_record r ON r.id = d.id WHERE d.id = ?`, id).Visible("r", access.Adult))
}
