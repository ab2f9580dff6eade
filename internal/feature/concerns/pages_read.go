package concerns

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/files"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// concernPage shows a concern: to a lead the page on which they decide, to whoever wrote it their own words.
func (f *Feature) concernPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	err = f.showConcern(w, r, ID(id), nil, http.StatusOK)
	if errs.Is(err, errs.NotFound) {
		return f.wentOn(w, r, id, err)
	}
	return err
}

// wentOn leads whoever may read what a concern became that was sent on to it; for everybody else there is nothing (CON-17).
func (f *Feature) wentOn(w http.ResponseWriter, r *http.Request, id string, missing error) error {
	to := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		to, err = f.Adults.Found(ctx, tx, id)
		return err
	})
	switch {
	case errs.Is(err, errs.NotFound):
		return missing
	case err != nil:
		return err
	}
	return web.Redirect(w, r, to, "")
}

// showConcern shows a concern with the lead's form as it was sent, or an empty one.
func (f *Feature) showConcern(w http.ResponseWriter, r *http.Request, id ID, form *decideForm, status int) error {
	v := web.Viewer(r)
	var lead *caseView
	var own *receiptView
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := f.store.Triage(ctx, tx, id)
		switch {
		case errs.Is(err, errs.NotFound):
			if c.Reporter != v.Account {
				return errs.Missing() // a service reads it in the referral that was made to it
			}
			if own, err = f.receipt(ctx, tx, c); err == nil {
				own.NewAccount = web.NewID(r)
			}
			return err
		case err != nil:
			return err
		}
		if lead, err = f.caseOf(ctx, tx, c, t, form); err != nil {
			return err
		}
		lead.NewAccount = web.NewID(r)
		if lead.Form.ID == "" {
			lead.Form.ID = web.NewID(r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if own != nil {
		return web.Show(w, r, web.Page{Title: "What you sent", Class: "p-decide", At: "/concerns/mine", Crumb: &ui.Link{Text: "My concerns", Href: "/concerns/mine"}, Body: receiptPage(*own)})
	}
	page := web.Page{Title: "Decide a concern", Class: "p-decide", At: "/concerns", Crumb: &ui.Link{Text: "Today", Href: "/today"}, Body: casePage(*lead)}
	switch status {
	case http.StatusConflict:
		return web.Conflicting(w, r, page)
	case http.StatusUnprocessableEntity:
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

// receipt is what the writer finds (CON-2, CON-18).
func (f *Feature) receipt(ctx context.Context, tx *store.Tx, c Concern) (*receiptView, error) {
	if _, _, err := tx.Open(ctx, "concern.own-opened", refTo(c.ID)); err != nil {
		return nil, err
	}
	accounts, err := f.store.Accounts(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	feedback, err := f.store.Feedback(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	ids := []string{c.TakenBy}
	for _, x := range feedback {
		ids = append(ids, x.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	v := &receiptView{ID: string(c.ID), Number: c.Number, Closed: c.State == Closed}
	v.Steps = []ui.Step{{Text: "Happened", Detail: happened(c, tx.Now), State: ui.StepDone}, {Text: "Sent", Detail: term.DateTime(c.RecordedAt, tx.Now), State: ui.StepDone}}
	read, dealt, closed := ui.Step{Text: "Read by a lead", Detail: "not yet", State: ui.StepAt}, ui.Step{Text: "Being dealt with", Detail: "not yet", State: ui.StepNext}, ui.Step{Text: "Closed", State: ui.StepNext}
	if c.ReadAt != 0 {
		read = ui.Step{Text: "Read by a lead", Detail: term.DateTime(c.ReadAt, tx.Now), State: ui.StepDone}
		dealt.State = ui.StepAt
	}
	if c.TakenAt != 0 {
		dealt.Detail, dealt.State = names[c.TakenBy].Name+", since "+term.DateTime(c.TakenAt, tx.Now), ui.StepAt
	}
	if c.State == Closed {
		dealt.State, closed.State, closed.Detail = ui.StepDone, ui.StepDone, "dealt with"
	}
	v.Steps = append(v.Steps, read, dealt, closed)
	if c.TakenAt == 0 {
		_, find, err := f.speakFirst(ctx, tx, c.Org)
		if err != nil {
			return nil, err
		}
		if c.Urgent {
			v.Wait = "Do not wait for this message. Find " + find + " now. In danger: 999."
		} else if !c.Told {
			v.Wait = "Tell " + find + " in person when you can. If it becomes urgent, do not wait for this page."
		}
	}
	v.Words = f.words(accounts, names, c, tx.Now)
	if v.Files, err = f.filesOf(ctx, tx, accounts); err != nil {
		return nil, err
	}
	for i := range v.Words {
		v.Words[i].By = "You"
	}
	for _, x := range feedback {
		v.Feedback = append(v.Feedback, feedbackRow{x.Words, names[x.By].Name + ", " + term.DateTime(x.At, tx.Now)})
	}
	if c.Place != "" {
		v.About = append(v.About, "Where: "+c.Place)
	}
	return v, nil
}

// words makes the sheets on which people's words stand.
func (f *Feature) words(accounts []Account, names map[string]ref.Person, c Concern, now clock.Millis) []ui.Words {
	var out []ui.Words
	for _, a := range accounts {
		by := a.Author
		if p, ok := names[a.AuthorID]; ok {
			by = p.Name
		}
		x := ui.Words{By: by, Role: names[a.AuthorID].Title, Text: a.Words, Later: a.Later}
		if a.Later {
			x.Meta = []string{"added " + term.DateTime(a.At, now) + ", a further account"}
		} else {
			x.Place = c.Place
			if c.Told {
				x.Meta = append(x.Meta, "Told a lead in person")
			} else {
				x.Meta = append(x.Meta, "Not told in person")
			}
			if a.SaidBy != "" {
				x.Meta = append(x.Meta, "Told by "+a.SaidBy)
			}
		}
		if a.Done != "" {
			x.Meta = append(x.Meta, "Done at once: "+a.Done)
		}
		if len(a.Marks) > 0 {
			body := picture.BodyMap{}
			list := ui.MarkList{}
			views := map[picture.View]bool{}
			for _, m := range a.Marks {
				z, _ := picture.ZoneByID(m.Zone)
				views[z.View] = true
				body.Marks = append(body.Marks, picture.BodyMark{Number: m.Number, Zone: m.Zone})
				list.Items = append(list.Items, ui.MarkItem{Number: m.Number, Place: z.Name, Text: m.Note})
			}
			if len(views) == 1 {
				for only := range views {
					body.View = only
				}
			}
			x.Body, x.Below = body, list
		}
		out = append(out, x)
	}
	return out
}

// filesOf returns the files of accounts.
func (f *Feature) filesOf(ctx context.Context, tx *store.Tx, accounts []Account) ([]files.File, error) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	return f.Files.Of(ctx, tx, ids...)
}

// happened says when it happened as surely as it is known.
func happened(c Concern, now clock.Millis) string {
	switch c.Precision {
	case "minute":
		return term.DateTime(c.HappenedAt, now)
	case "around":
		return "around " + term.ShortDate(clock.DayOf(c.HappenedAt.Time()))
	}
	if day := clock.DayOf(c.HappenedAt.Time()); day == clock.DayOf(now.Time()) {
		return "today"
	}
	return term.ShortDate(clock.DayOf(c.HappenedAt.Time()))
}

func (f *Feature) minePage(w http.ResponseWriter, r *http.Request) error {
	var rows []mineRow
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		mine, err := f.store.Mine(ctx, tx, 50)
		if err != nil {
			return err
		}
		var ids []string
		for _, c := range mine {
			accounts, err := f.store.Accounts(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			feedback, err := f.store.Feedback(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			row := mineRow{Href: "/concerns/" + string(c.ID), When: "Sent " + term.DateTime(c.RecordedAt, tx.Now), State: ReporterState(c.State), Feedback: len(feedback) > 0}
			if len(accounts) > 0 {
				row.Words = text.FirstWords(accounts[0].Words, 120)
			}
			rows = append(rows, row)
			ids = append(ids, string(c.ID))
		}
		tx.SawList("concern.own-listed", "", ids)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "My concerns", Class: "p-today", At: "/concerns/mine", Body: minePage(rows)})
}

// tabs are the ways to look at the list.
var tabs = []struct {
	Key, Text, None string
	States          []State
}{
	{"open", "Open", "Nothing is open.", Open},
	{"unread", "Not taken", "Everything has been read and taken.", []State{Sent, Read}},
	{"watching", "Watched", "Nothing is being watched.", []State{Watching}},
	{"referred", "Referred", "Nothing is with another body.", []State{Referred}},
	{"closed", "Closed", "Nothing has been closed yet.", []State{Closed}},
}

const perPage = 25

func (f *Feature) listPage(w http.ResponseWriter, r *http.Request) error {
	at := 0
	for i, t := range tabs {
		if r.URL.Query().Get("show") == t.Key {
			at = i
		}
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	view := listView{Head: "Concerns: " + tabs[at].Text, None: tabs[at].None}
	for i, t := range tabs {
		view.Tabs = append(view.Tabs, ui.NavItem{Text: t.Text, Href: "/concerns?show=" + t.Key, Current: i == at})
	}
	v := web.Viewer(r)
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		rows, err := f.store.InState(ctx, tx, f.leadOrgs(v), tabs[at].States, clock.Millis(before), perPage+1)
		if err != nil {
			return err
		}
		if len(rows) > perPage {
			rows = rows[:perPage]
			view.More = "/concerns?show=" + tabs[at].Key + "&before=" + strconv.FormatInt(int64(rows[perPage-1].RecordedAt), 10)
		}
		view.Rows, err = f.rows(ctx, tx, rows)
		if err != nil {
			return err
		}
		ids := make([]string, len(rows))
		for i, c := range rows {
			ids[i] = string(c.ID)
		}
		tx.SawList("concern.listed", "", map[string]any{"show": tabs[at].Key, "ids": ids})
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Concerns", Class: "p-today", At: "/concerns", Body: listPage(view)})
}

// leadOrgs are the schools where the viewer leads or is head.
func (f *Feature) leadOrgs(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head)
}

// rows makes the lines of a list of concerns.
func (f *Feature) rows(ctx context.Context, tx *store.Tx, list []listed) ([]ui.RowItem, error) {
	ids := make([]ID, len(list))
	var people []string
	for i, c := range list {
		ids[i] = c.ID
		people = append(people, c.Reporter)
	}
	kids, err := f.store.ChildrenOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	names, err := f.People.Names(ctx, tx, people...)
	if err != nil {
		return nil, err
	}
	out := make([]ui.RowItem, 0, len(list))
	for _, c := range list {
		row := ui.RowItem{Kind: picture.Concern, Href: "/concerns/" + string(c.ID), What: sourceWords(c.Source), Who: kidNames(kids[c.ID])}
		if c.Source == Police {
			row.Kind = picture.Notice
		}
		if c.Source == Gate || c.Source == Box {
			row.Kind = picture.Contact
		}
		if c.Title != "" {
			row.What = c.Title
		}
		row.Voice = text.FirstWords(c.Words, 110)
		author := c.Author
		if p, ok := names[c.Reporter]; ok {
			author = p.Name
		}
		row.Sub = author
		if c.Told {
			row.Sub += ", told in person"
		}
		if c.Level > 0 {
			row.Right = append(row.Right, ui.LevelTag{Level: c.Level})
		}
		row.Right = append(row.Right, stateChip(c.Concern, c.ReviewOn))
		row.Right = append(row.Right, ui.Soft{Text: "sent " + term.DateTime(c.RecordedAt, tx.Now)})
		out = append(out, row)
	}
	return out, nil
}

func sourceWords(s Source) string {
	switch s {
	case Gate:
		return "Told at the gate"
	case Code:
		return "From a visitor"
	case Box:
		return "A pupil asks for an adult"
	case Police:
		return "Police notice"
	}
	return "Concern"
}

func kidNames(kids []Child) string {
	var names []string
	for _, k := range kids {
		names = append(names, k.Name)
	}
	if len(names) == 0 {
		return "no child named yet"
	}
	return text.Join(names)
}

func stateChip(c Concern, reviewOn clock.Day) ui.Chip {
	switch c.State {
	case Sent:
		if c.Urgent {
			return ui.Chip{Text: "Urgent, not read", Tone: ui.ToneBrick}
		}
		return ui.Chip{Text: "Not read", Tone: ui.ToneLamp}
	case Read:
		if c.Urgent {
			return ui.Chip{Text: "Urgent, not taken", Tone: ui.ToneBrick}
		}
		return ui.Chip{Text: "Read, not taken", Tone: ui.ToneLamp}
	case Deciding:
		return ui.Chip{Text: "Being decided", Tone: ui.TonePlum}
	case Watching:
		return ui.Chip{Text: "Watched until " + term.ShortDate(reviewOn), Tone: ui.ToneSky}
	case Support:
		return ui.Chip{Text: "Supported in school", Tone: ui.ToneSky}
	case Referred:
		return ui.Chip{Text: "Referred", Tone: ui.ToneSky}
	}
	return ui.Chip{Text: "Closed", Tone: ui.TonePlain}
}
