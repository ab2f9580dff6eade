package concerns

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// busyPanel is what is half done, and who is on it: taken and not decided yet (CON-23).
func (f *Feature) busyPanel(ctx context.Context, tx *store.Tx, orgs []string) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 50, Rail: true, Head: ui.HeadCount{Title: "Being dealt with"}, None: "Nothing is half done."}
	dealing, err := f.store.InState(ctx, tx, orgs, []State{Deciding}, 0, 5)
	if err != nil {
		return p, err
	}
	ids, people := make([]ID, len(dealing)), make([]string, len(dealing))
	for i, c := range dealing {
		ids[i], people[i] = c.ID, c.TakenBy
	}
	kids, err := f.store.ChildrenOf(ctx, tx, ids)
	if err != nil {
		return p, err
	}
	names, err := f.People.Names(ctx, tx, people...)
	for _, c := range dealing {
		who := strings.Fields(names[c.TakenBy].Name + " A colleague")[0] + " is on"
		if c.TakenBy == tx.Viewer.Account {
			who = "You are on"
		}
		about := "a concern"
		if len(kids[c.ID]) > 0 {
			about += " about " + kidNames(kids[c.ID])
		}
		p.Lines = append(p.Lines, dealLine(who, "/concerns/"+string(c.ID), about, term.DateTime(c.TakenAt, tx.Now)))
	}
	return p, err
}

// since is what came in from an instant on, as the viewer may see it.
type since struct{ Concerns, Notices, Read, Late int }

func (s *since) Dest() []any { return []any{&s.Concerns, &s.Notices, &s.Read, &s.Late} }

// Since counts what came in to the schools from the instant on: concerns, police notices, how many were opened, and how many
// urgent ones nobody had opened within the first step of the rota (CON-11).
func (Store) Since(ctx context.Context, tx *store.Tx, orgs []string, from clock.Millis, step time.Duration) (since, error) {
	return store.One[since](ctx, tx, store.SQL(`SELECT coalesce(sum(CASE WHEN c.source = 'notice' THEN 0 ELSE 1 END), 0), coalesce(sum(CASE WHEN c.source = 'notice' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN c.read_at > 0 THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN c.urgent = TRUE AND (c.read_at > c.recorded_at + ? OR c.read_at = 0 AND c.recorded_at + ? < ?) THEN 1 ELSE 0 END), 0)
		FROM concerns_concern c JOIN concerns_triage t ON t.concern_id = c.id JOIN access_record r ON r.id = t.id WHERE `, step.Milliseconds(), step.Milliseconds(), int64(tx.Now)).
		In("c.org_id", orgs).Add(`AND c.recorded_at >= ?`, int64(from)).Visible("r", access.Concern))
}

// sincePanel says what came in since the last school day began. Its totals are of what the viewer may see (CHR-3).
func (f *Feature) sincePanel(ctx context.Context, tx *store.Tx, cal term.Calendar, set Settings, orgs []string, today clock.Day) (ui.TodayPanel, error) {
	last := cal.AddSchoolDays(today, -1)
	p := ui.TodayPanel{Order: 70, Rail: true, Head: ui.HeadCount{Title: "Since " + weekday(last, today)}}
	n, err := f.store.Since(ctx, tx, orgs, clock.Of(last.Start()), set.UrgentStep())
	if err != nil {
		return p, err
	}
	if n.Concerns+n.Notices == 0 {
		p.None = "Nothing came in."
		return p, nil
	}
	var came []string
	if n.Concerns > 0 {
		came = append(came, text.Plural(n.Concerns, "concern", "concerns"))
	}
	if n.Notices > 0 {
		came = append(came, text.Plural(n.Notices, "police notice", "police notices"))
	}
	urgent := "Nothing"
	if n.Late > 0 {
		urgent = strconv.Itoa(n.Late)
	}
	urgent += " urgent went unread for more than " + strconv.Itoa(set.Urgent) + " minutes."
	read := "None of them has been opened yet."
	switch {
	case n.Read == n.Concerns+n.Notices:
		read = "All have been opened."
	case n.Read > 0:
		read = strconv.Itoa(n.Read) + " of them opened."
	}
	p.Lines = append(p.Lines, ui.Soft{Text: text.Join(came) + " came in. " + urgent + " " + read})
	tx.SawList("concern.counted", "", n)
	return p, nil
}

// weekday is a day within the last week by its name, an earlier one by its date.
func weekday(d, today clock.Day) string {
	if d.Add(7) > today {
		return d.Weekday().String()
	}
	return term.Date(d)
}

// silentRow is one colleague who was read and has heard nothing, with the phrases that can be sent in one press (CON-22).
type silentRow struct {
	Href, Who, Words, Read string
	Phrases                ui.Phrases
}

// silentPage lists the colleagues who were read and have heard nothing since, each with the phrases of one press (CON-22).
func (f *Feature) silentPage(w http.ResponseWriter, r *http.Request) error {
	var rows []silentRow
	days, v := 0, web.Viewer(r)
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		rows = nil
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		days = set.Silent
		list, err := f.silent(ctx, tx, cals, days, f.leadOrgs(v), clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		ids, people := make([]string, len(list)), make([]string, len(list))
		for i, c := range list {
			ids[i], people[i] = string(c.ID), c.Reporter
		}
		names, err := f.People.Names(ctx, tx, people...)
		if err != nil {
			return err
		}
		for _, c := range list {
			row := silentRow{Href: "/concerns/" + string(c.ID), Who: names[c.Reporter].Name, Words: text.FirstWords(c.Words, 160), Read: term.DateTime(c.ReadAt, tx.Now),
				Phrases: ui.Phrases{Action: "/concerns/" + string(c.ID) + "/feedback", Name: "words", Hidden: []ui.FormField{{Name: "from", Value: "silent"}}}}
			for _, p := range phrases {
				row.Phrases.Items = append(row.Phrases.Items, ui.Phrase{Value: p, Text: p})
			}
			rows = append(rows, row)
		}
		rows = slices.Clip(rows)
		tx.SawList("concern.silent-listed", "", ids)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Colleagues who wait to hear", Class: "p-today", At: "/concerns", Crumb: &ui.Link{Text: "Today", Href: "/today"}, Body: silentPage(rows, text.Plural(days, "school day", "school days"))})
}
