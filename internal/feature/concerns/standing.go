package concerns

import (
	"context"
	"maps"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// Standing is how many concerns of a school wait for something, without those that are restricted or locked. The program counts it for
// those who read none; it is theirs to make it safe to show.
type Standing struct {
	Org                                string
	Unread, Late, Owed, Silent, Follow int
}

// Dest is where a row of the query goes.
func (s *Standing) Dest() []any { return []any{&s.Org, &s.Unread, &s.Late, &s.Follow} }

type orgCount struct {
	org string
	n   int
}

func (c *orgCount) Dest() []any { return []any{&c.org, &c.n} }

// Standing counts, as the program, what waits at the schools and has stood since before the instant, which is the beginning of a day:
// what no lead has opened; what ran past a clock, so that the next person was told (CON-11); answers that are overdue (CON-19); what was read
// and left the reporter without a word for as many school days as the district says (CON-22); and actions or looks again that are overdue.
// A school with nothing may be absent.
func (f *Feature) Standing(ctx context.Context, tx *store.Tx, cals term.Calendars, orgs []string, before clock.Millis) (map[string]Standing, error) {
	out := map[string]Standing{}
	if len(orgs) == 0 {
		return out, nil
	}
	today := clock.DayOf(before.Time())
	open, err := f.store.standing(ctx, tx, orgs, before, today)
	if err != nil {
		return nil, err
	}
	for _, s := range open {
		out[s.Org] = s
	}
	owed, err := f.store.owed(ctx, tx, orgs, before)
	if err != nil {
		return nil, err
	}
	for _, c := range owed {
		s := out[c.org]
		s.Org, s.Owed = c.org, c.n
		out[c.org] = s
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	by := silentSince(cals, set.Silent, orgs, today)
	for _, since := range slices.Sorted(maps.Keys(by)) {
		silent, err := f.store.silentCount(ctx, tx, by[since], clock.Of(since.Start()))
		if err != nil {
			return nil, err
		}
		for _, c := range silent {
			s := out[c.org]
			s.Org, s.Silent = c.org, c.n
			out[c.org] = s
		}
	}
	return out, nil
}

// silentSince are the days before which a reporter has heard nothing for so many school days, with the schools that count alike.
func silentSince(cals term.Calendars, days int, orgs []string, today clock.Day) map[clock.Day][]string {
	by := map[clock.Day][]string{}
	for _, org := range orgs {
		since := cals.Of(org).AddSchoolDays(today, -days)
		by[since] = append(by[since], org)
	}
	return by
}

// openly leaves out what only a few may read.
const openly = ` AND r.restricted = FALSE AND r.locked = FALSE`

func (Store) standing(ctx context.Context, tx *store.Tx, orgs []string, before clock.Millis, today clock.Day) ([]Standing, error) {
	return store.All[Standing](ctx, tx, store.SQL(`SELECT c.org_id, sum(CASE WHEN c.state = 'sent' AND c.recorded_at < ? THEN 1 ELSE 0 END),
		sum(CASE WHEN c.recorded_at < ? AND EXISTS (SELECT 1 FROM concerns_watch w WHERE w.concern_id = c.id AND (w.step > 0 OR w.due_at < ?)) THEN 1 ELSE 0 END),
		sum(CASE WHEN t.review_on <> '' AND t.review_on < ? AND c.state IN ('watching', 'support', 'referred')
			OR EXISTS (SELECT 1 FROM concerns_action x WHERE x.record_id = t.id AND x.done_at = 0 AND x.due_at < ?) THEN 1 ELSE 0 END)
		FROM concerns_concern c JOIN access_record r ON r.id = c.id JOIN concerns_triage t ON t.concern_id = c.id
		WHERE c.state IN ('sent', 'read', 'deciding', 'watching', 'support', 'referred') AND `, int64(before), int64(before), int64(before), string(today), int64(before)).
		In("c.org_id", orgs).Add(openly).Visible("r", access.Concern).Add(`GROUP BY c.org_id`))
}

func (Store) owed(ctx context.Context, tx *store.Tx, orgs []string, before clock.Millis) ([]orgCount, error) {
	return store.All[orgCount](ctx, tx, store.SQL(`SELECT t.org_id, count(*) FROM concerns_triage t JOIN access_record r ON r.id = t.id WHERE t.reply = TRUE AND t.replied_at = 0 AND t.reply_due < ? AND `, int64(before)).
		In("t.org_id", orgs).Add(openly).Visible("r", access.Concern).Add(`GROUP BY t.org_id`))
}

func (Store) silentCount(ctx context.Context, tx *store.Tx, orgs []string, readBefore clock.Millis) ([]orgCount, error) {
	return store.All[orgCount](ctx, tx, store.SQL(`SELECT c.org_id, count(*) FROM concerns_concern c JOIN access_record r ON r.id = c.id WHERE c.read_at > 0 AND c.read_at < ? AND c.reporter_id <> ''
		AND c.state IN ('sent', 'read', 'deciding', 'watching', 'support', 'referred') AND NOT EXISTS (SELECT 1 FROM concerns_feedback f WHERE f.concern_id = c.id) AND `, int64(readBefore)).
		In("c.org_id", orgs).Add(openly).Visible("r", access.Concern).Add(`GROUP BY c.org_id`))
}

// Rotas returns who is on duty at the schools from a day to a day, by school, in order.
func (Store) Rotas(ctx context.Context, tx *store.Tx, orgs []string, from, to clock.Day) (map[string][]Duty, error) {
	out := map[string][]Duty{}
	if len(orgs) == 0 {
		return out, nil
	}
	all, err := store.All[Duty](ctx, tx, store.SQL(dutyFrom+`d.on_day >= ? AND d.on_day <= ? AND `, string(from), string(to)).In("d.org_id", orgs).Add(`ORDER BY d.on_day, d.from_min`))
	for _, d := range all {
		out[d.Org] = append(out[d.Org], d)
	}
	return out, err
}
