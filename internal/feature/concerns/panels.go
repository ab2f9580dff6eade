package concerns

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// Panels are what this slice shows on the page after sign-in: to a lead what nobody has taken, what comes back today and what
// others owe; to everybody their own concerns.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	v := tx.Viewer
	orgs := f.leadOrgs(v)
	if len(orgs) == 0 || v.Strength < access.SecondFactor {
		return f.ownPanels(ctx, tx)
	}
	today := clock.DayOf(tx.Now.Time())
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return nil, err
	}
	untaken, err := f.store.Untaken(ctx, tx, orgs)
	if err != nil {
		return nil, err
	}
	rows, err := f.rows(ctx, tx, untaken)
	if err != nil {
		return nil, err
	}
	unread := ui.TodayPanel{Order: 10, Write: "/concerns/new", Head: ui.HeadCount{Title: "Unread"}, Rows: rows, Waiting: len(rows), None: "Nothing unread."}
	if len(untaken) > 0 {
		oldest := untaken[0].RecordedAt
		for _, c := range untaken {
			oldest = min(oldest, c.RecordedAt)
		}
		unread.Head.Count = strconv.Itoa(len(untaken)) + ", oldest since " + term.DateTime(oldest, tx.Now)
	}
	for i, c := range untaken {
		unread.Rows[i].Right = clocks(cals.Of(c.Org), c, tx.Now)
		unread.Rows[i].First = c.Urgent && i == 0
		if c.Urgent {
			unread.Rows[i].Filled = true
		}
		if c.Source == Police {
			due := NoticeDue(cals.Of(c.Org), c.RecordedAt)
			unread.Rows[i].Filled = true
			if clock.DayOf(due.Time()) == today && due > tx.Now {
				unread.Day = append(unread.Day, ui.DayItem{Time: term.Time(due), Text: "Police notice due", Kind: ui.DayBell})
			}
		}
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	back, err := f.backPanel(ctx, tx, cals, set, orgs, today)
	if err != nil {
		return nil, err
	}
	rail, err := f.railPanels(ctx, tx, cals.Of(orgs[0]), set, orgs, today)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(untaken))
	for i, c := range untaken {
		ids[i] = string(c.ID)
	}
	tx.SawList("concern.today", "", ids)
	return append([]ui.TodayPanel{unread, back}, rail...), nil
}

// clocks are what stands at the end of an unread line: how long there is, or how urgent it is, and since when.
func clocks(cal term.Calendar, c listed, now clock.Millis) []templ.Component {
	var out []templ.Component
	switch {
	case c.Source == Police:
		due := NoticeDue(cal, c.RecordedAt)
		left := cal.Remaining(c.RecordedAt, now, due)
		out = append(out, ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: clock.DayOf(due.Time()) == clock.DayOf(now.Time()) || left.Over})
	case c.Reply:
		left := cal.Remaining(c.RecordedAt, now, c.ReplyDue)
		word := "reply "
		if c.Source == Box {
			word = "talk "
		}
		out = append(out, ui.ClockTag{Fraction: left.Elapsed, Text: word + left.Words})
	default:
		out = append(out, stateChip(c.Concern, c.ReviewOn))
	}
	return append(out, ui.Soft{Text: "sent " + term.DateTime(c.RecordedAt, now)})
}

// backPanel is what was to be seen again today: watches that end, decisions to look at again, colleagues who have heard
// nothing, tellers who wait for an answer (CON-14, CON-19, CON-22).
func (f *Feature) backPanel(ctx context.Context, tx *store.Tx, cals term.Calendars, set Settings, orgs []string, today clock.Day) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 20, Head: ui.HeadCount{Title: "Comes back today"}, None: "Nothing comes back today."}
	back, err := f.store.Back(ctx, tx, orgs, today)
	if err != nil {
		return p, err
	}
	rows, err := f.rows(ctx, tx, back)
	if err != nil {
		return p, err
	}
	for i, c := range back {
		r := &rows[i]
		r.Kind, r.Filled = picture.Decision, c.State == Watching
		switch c.State {
		case Watching:
			r.What = "Monitoring ends"
		case Referred:
			r.What = "Referred, look again"
		default:
			r.What = "Decided not to refer"
			if c.Decision == EarlyHelp {
				r.What = "Early help, look again"
			}
		}
		r.Voice, r.Sub = "", c.Title
		r.Right = []templ.Component{ui.LevelTag{Level: c.Level}, ui.Soft{Text: "since " + term.ShortDate(c.ReviewOn)}}
		p.Rows = append(p.Rows, *r)
	}
	owing, err := f.store.Owing(ctx, tx, orgs)
	if err != nil {
		return p, err
	}
	for _, c := range owing {
		left := cals.Of(c.Org).Remaining(c.RecordedAt, tx.Now, c.ReplyDue)
		what, who := "Reply owed", "to whoever told it"
		if c.Source == Box {
			what, who = "Talk with a pupil", "who asked for an adult"
		}
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Contact, Href: "/concerns/" + string(c.ID), What: what, Who: who, Right: []templ.Component{ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: left.Over}}})
	}
	silent, err := f.silent(ctx, tx, cals, set.Silent, orgs, today)
	if err != nil {
		return p, err
	}
	if len(silent) > 0 {
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Meeting, Href: "/concerns/silent", What: "No feedback given", Who: text.Plural(len(silent), "colleague is waiting", "colleagues are waiting"),
			Sub: "Read more than " + text.Plural(set.Silent, "school day", "school days") + " ago, and nothing was said since.", Right: []templ.Component{linkLine("/concerns/silent", "Send a phrase")}})
	}
	mine, err := f.store.MyActions(ctx, tx)
	if err != nil {
		return p, err
	}
	for _, a := range mine {
		left := cals.Of(a.Org).Remaining(a.DueAt.Add(-24*time.Hour), tx.Now, a.DueAt)
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, Href: "/concerns/" + string(a.Concern), What: a.What, Right: []templ.Component{ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: left.Over || clock.DayOf(a.DueAt.Time()) == today}}})
	}
	if len(p.Rows) > 0 {
		p.Head.Count = text.Plural(len(p.Rows), "thing you asked to see again", "things you asked to see again")
	}
	return p, nil
}

// silent are the concerns whose reporters have heard nothing for so many school days of their own school (CON-22).
func (f *Feature) silent(ctx context.Context, tx *store.Tx, cals term.Calendars, days int, orgs []string, today clock.Day) ([]listed, error) {
	by := silentSince(cals, days, orgs, today) // schools that count alike are asked for together
	var out []listed
	for _, since := range slices.Sorted(maps.Keys(by)) {
		some, err := f.store.Silent(ctx, tx, by[since], clock.Of(since.Start()))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// railPanels are cover, gaps, who looks a lot, and what is being dealt with.
func (f *Feature) railPanels(ctx context.Context, tx *store.Tx, cal term.Calendar, set Settings, orgs []string, today clock.Day) ([]ui.TodayPanel, error) {
	org := orgs[0]
	duties, err := f.store.Rota(ctx, tx, org, today, today.Add(6))
	if err != nil {
		return nil, err
	}
	cover := ui.TodayPanel{Order: 40, Rail: true, Head: ui.HeadCount{Title: "Cover this week"}, None: "Nobody is on the rota."}
	gaps := Gaps(cal, duties, today, today.Add(6))
	for day := today; day <= today.Add(6); day = day.Add(1) {
		var who []string
		for _, d := range duties {
			if d.Day != day {
				continue
			}
			name := d.Name
			if d.Account == tx.Viewer.Account {
				name = "you"
			}
			if len(who) == 0 || who[len(who)-1] != name {
				who = append(who, name)
			}
			if day == today {
				cover.Day = append(cover.Day, ui.DayItem{Time: clockTime(d.From), Text: "Duty: " + name})
			}
		}
		gap := ""
		for _, g := range gaps {
			if g.Day == day {
				gap = "gap " + clockTime(g.From) + " to " + clockTime(g.Until)
			}
		}
		if len(who) > 0 || gap != "" {
			cover.Lines = append(cover.Lines, coverLine(term.ShortDate(day), then(who), gap))
		}
	}
	if cal.IsSchoolDay(today) {
		_, closes := cal.Hours()
		cover.Day = append(cover.Day, ui.DayItem{Time: clockTime(closes), Text: "Clocks stop", Kind: ui.DayBell})
	}
	busy, err := f.busyPanel(ctx, tx, orgs)
	if err != nil {
		return nil, err
	}
	since, err := f.sincePanel(ctx, tx, cal, set, orgs, today)
	if err != nil {
		return nil, err
	}
	out := []ui.TodayPanel{cover, busy, since}
	looked, err := f.store.lookers(ctx, tx, orgs, tx.Now.Add(-7*24*time.Hour))
	if err != nil {
		return nil, err
	}
	if len(looked) > 0 {
		names, err := f.People.Names(ctx, tx, looked...)
		if err != nil {
			return nil, err
		}
		many := ui.TodayPanel{Order: 60, Rail: true, Head: ui.HeadCount{Title: "Looked for many children"}}
		for _, id := range looked {
			many.Lines = append(many.Lines, ui.Soft{Text: names[id].Name + ", more than " + strconv.Itoa(PickerLooks) + " in an hour this week"})
		}
		out = append(out, many)
	}
	return out, nil
}

func then(who []string) string {
	out := ""
	for i, w := range who {
		if i > 0 {
			out += ", then "
		}
		out += w
	}
	return out
}

// ownPanels are what whoever writes concerns finds: their own, and what was written back.
func (f *Feature) ownPanels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	if !tx.Viewer.Holds(access.Member) {
		return nil, nil
	}
	_, _, err := f.school(ctx, tx)
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.NotFound) {
		return nil, nil // nobody would read what they write here
	}
	if err != nil {
		return nil, err
	}
	mine, err := f.store.Mine(ctx, tx, 5)
	if err != nil {
		return nil, err
	}
	p := ui.TodayPanel{Order: 10, Write: "/concerns/new", Head: ui.HeadCount{Title: "What you wrote", Href: "/concerns/mine", Link: "All of it"}, None: "Nothing yet. What you write about a child is kept here for you, with when it was read and what was written back."}
	for _, c := range mine {
		accounts, err := f.store.Accounts(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		feedback, err := f.store.Feedback(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		row := ui.RowItem{Kind: picture.Concern, Href: "/concerns/" + string(c.ID), What: "Sent " + term.DateTime(c.RecordedAt, tx.Now), Right: []templ.Component{ui.Chip{Text: ReporterState(c.State), Tone: ui.ToneSky}}}
		if len(accounts) > 0 {
			row.Voice = text.FirstWords(accounts[0].Words, 110)
		}
		if n := len(feedback); n > 0 {
			row.Sub = "Written back to you: “" + feedback[n-1].Words + "”"
		}
		p.Rows = append(p.Rows, row)
	}
	ways := ui.TodayPanel{Order: 20, Rail: true, Head: ui.HeadCount{Title: "Other ways"}, Lines: []templ.Component{
		linkLine("/concerns/gate", "Somebody told me in person"), linkLine("/adults/new", "It is about an adult who works here")}}
	tx.SawList("concern.own-listed", "", len(mine))
	return []ui.TodayPanel{p, ways}, nil
}
