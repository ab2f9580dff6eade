package auditing

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// atOnce is how many entries a page gives away in one file at most.
const atOnce = 50_000

// keptSizes is how many of the checkpoints that were mailed a file is cut for: the newest, more than a year of days.
const keptSizes = 400

type entriesView struct {
	Form           *filterForm
	Days           []entryDay
	Narrowed       bool
	Since          string // the first day that is looked at, when no day was asked for
	Next, Previous string
}

type entryDay struct {
	Date string
	Rows []entryRow
}

type entryRow struct {
	Href, Time, What, Where, Who, WhoHref, Acting, Record, Number string
	After                                                         string // what stands after who: the role, the place, the rule
	Look, Waiting                                                 bool
}

func (f *Feature) entries(w http.ResponseWriter, r *http.Request) error {
	var v entriesView
	ok := true
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = entriesView{}
		l, err := f.allowed(ctx, tx)
		if err != nil {
			return err
		}
		l.From = clock.Of(clock.DayOf(tx.Now.Time()).Add(-lookBack).Start())
		if day, err := clock.ParseDay(r.URL.Query().Get("day")); err == nil { // what there is to choose from is that of the day
			l.From, l.Until = clock.Of(day.Start()), clock.Of(day.Add(1).Start())
		}
		if v.Form, err = f.filter(ctx, tx, l.Filter); err != nil {
			return err
		}
		if ok = v.Form.fill(r); !ok {
			tx.SawList("audit.listed", l.org, map[string]any{"count": 0})
			return nil
		}
		v.Form.apply(&l.Filter)
		q := v.Form.query()
		v.Narrowed = len(q) > 0
		if v.Form.Day.Value == "" {
			v.Since = l.From.London().Format("2 January")
		}
		page, err := audit.Lines(ctx, tx, l.Filter, r.URL.Query().Get("page"))
		if err != nil {
			return err
		}
		step := func(cursor string) string {
			if cursor == "" {
				return ""
			}
			q.Set("page", cursor)
			return "/audit/entries?" + q.Encode()
		}
		v.Next, v.Previous = step(page.Next), step(page.Previous)
		if v.Days, err = f.rows(ctx, tx, page.Items); err != nil {
			return err
		}
		shown := make([]string, len(page.Items))
		for i, e := range page.Items {
			shown[i] = e.ID
		}
		q.Del("page")
		tx.SawList("audit.listed", l.org, map[string]any{"count": len(shown), "filter": q.Encode(), "entries": shown})
		return nil
	})
	if err != nil {
		return err
	}
	p := page("Entries of the audit log", toOverview)
	p.Body = entriesPage(v)
	if !ok {
		return web.Invalid(w, r, p)
	}
	return web.Show(w, r, p)
}

// filter returns the form with what there is to choose from: what was done, and where, in the last days.
func (f *Feature) filter(ctx context.Context, tx *store.Tx, within audit.Filter) (*filterForm, error) {
	done, err := audit.Actions(ctx, tx, within)
	if err != nil {
		return nil, err
	}
	var actions []forms.Option
	for _, d := range done {
		actions = append(actions, forms.Option{Value: d.Action, Text: ActionWords(d.Action)})
	}
	slices.SortFunc(actions, func(a, b forms.Option) int { return strings.Compare(a.Text+a.Value, b.Text+b.Value) })
	orgs, err := f.places(ctx, tx, within)
	return newFilterForm(orgs, actions), err
}

// places returns the organisations that the entries belong to.
func (f *Feature) places(ctx context.Context, tx *store.Tx, within audit.Filter) ([]forms.Option, error) {
	ids, err := audit.Orgs(ctx, tx, within)
	if err != nil {
		return nil, err
	}
	known, err := f.Organisations.Names(ctx, tx, ids...)
	names := map[string]string{}
	for id, o := range known {
		names[id] = o.Name
	}
	var out []forms.Option
	for _, id := range sortedNames(names) {
		out = append(out, forms.Option{Value: id, Text: names[id]})
	}
	return out, err
}

// rows shows entries by the day, the newest first.
func (f *Feature) rows(ctx context.Context, tx *store.Tx, lines []audit.Line) (out []entryDay, err error) {
	var orgs []string
	for _, l := range lines {
		orgs = append(orgs, l.Org)
	}
	slices.Sort(orgs)
	names, err := f.Organisations.Names(ctx, tx, slices.Compact(orgs)...)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		date := l.At.London().Format("Monday 2 January 2006")
		if len(out) == 0 || out[len(out)-1].Date != date {
			out = append(out, entryDay{Date: date})
		}
		d := &out[len(out)-1]
		d.Rows = append(d.Rows, f.row(tx.Viewer, l.Entry, names))
	}
	return out, nil
}

func (f *Feature) row(v access.Viewer, e audit.Entry, names map[string]ref.Organisation) entryRow {
	row := entryRow{Href: "/audit/entries/" + e.ID, Time: e.At.London().Format("15:04:05"), What: ActionWords(e.Action), Where: names[e.Org].Name, Acting: f.actingWords(e.Acting),
		Look: IsLook(e), Waiting: e.Seq < 0}
	if e.Seq >= 0 {
		row.Number = "No. " + number(e.Seq)
	}
	if s := Short(e.Record); s != "" {
		row.Record = strings.ReplaceAll(e.Kind, "_", " ") + " " + s
	}
	row.Who, row.WhoHref = who(v, e)
	for _, more := range []string{row.Acting, row.Where} {
		if more != "" {
			row.After += ", " + more
		}
	}
	if row.Look {
		row.After += ", by the rule " + e.Rule
	}
	return row
}

// who says who did it, without a name.
func who(v access.Viewer, e audit.Entry) (words, href string) {
	reason, system := strings.CutPrefix(e.Actor, "system: ")
	switch {
	case system:
		return "The program (" + reason + ")", ""
	case e.Actor == "":
		return "Somebody not signed in", ""
	case e.Actor == v.Account:
		return "You", "/audit/entries?actor=" + e.Actor
	}
	return "Account " + Short(e.Actor), "/audit/entries?actor=" + e.Actor[max(0, len(e.Actor)-8):]
}

// actingWords are the roles of an entry, as people say them.
func (f *Feature) actingWords(acting string) string {
	if acting == "" {
		return ""
	}
	var out []string
	for _, r := range strings.Split(acting, ",") {
		out = append(out, f.Role(access.Role(r)))
	}
	return text.Join(out)
}

// entryView is one entry, whole.
type entryView struct {
	Row         entryRow
	When        string
	Rows        []ui.SummaryRow
	Proof       string // address of the file; "" while it has no number
	Since       string // the first checkpoint that left the machine and speaks for it
	Unproved    bool   // no checkpoint speaks for it yet
	Org, OrgSeq string
	Leaf        string
}

func (f *Feature) entry(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	state, err := f.Log.State(r.Context())
	if err != nil {
		return err
	}
	var v entryView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.allowed(ctx, tx)
		if err != nil {
			return err
		}
		e, err := audit.LineOf(ctx, tx, l.Filter, id)
		if err != nil {
			return err
		}
		names, err := f.Organisations.Names(ctx, tx, e.Org)
		if err != nil {
			return err
		}
		v = entryView{Row: f.row(tx.Viewer, e.Entry, names), When: stamp(e.At), Unproved: e.Seq < 0 || e.Seq >= state.NoteSize, Leaf: string(e.Leaf())}
		if e.Seq >= 0 {
			v.Proof = "/audit/entries/" + id + "/proof"
			v.OrgSeq = number(e.OrgSeq)
			day := ""
			if day, err = f.store.firstOver(ctx, tx, e.Seq, e.At); err != nil {
				return err
			}
			v.Since = term.LongDate(clock.Day(day))
		}
		v.Rows = f.summary(v, e.Entry)
		tx.Saw("audit.entry_opened", ref.To("audit_entry", id), l.org, l.rule)
		return nil
	})
	if err != nil {
		return err
	}
	p := page("An entry of the audit log", &ui.Link{Text: "Entries", Href: "/audit/entries"})
	p.Body = entryPage(v)
	return web.Show(w, r, p)
}

func (f *Feature) summary(v entryView, e audit.Entry) []ui.SummaryRow {
	var out []ui.SummaryRow
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}})
		}
	}
	add("When", v.When+", in London")
	add("Where", v.Row.Where)
	who := v.Row.Who
	if v.Row.WhoHref != "" {
		who = "Account " + e.Actor
	}
	add("Who", who)
	add("In the role of", v.Row.Acting)
	add("By which rule", RuleWords(e))
	record := ""
	if Short(e.Record) != "" {
		record = strings.ReplaceAll(e.Kind, "_", " ") + " " + e.Record
	}
	add("Record", record)
	add("Request", e.Request)
	add("Number", v.Row.Number)
	if v.OrgSeq != "" && v.Row.Where != "" {
		add("Number at "+v.Row.Where, v.OrgSeq)
	}
	return out
}

// proof gives one entry with its proof as a file.
func (f *Feature) proof(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	state, err := f.Log.State(r.Context())
	if err != nil {
		return err
	}
	var body []byte
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.allowed(ctx, tx)
		if err != nil {
			return err
		}
		sizes, err := f.store.sizes(ctx, tx, keptSizes)
		if err != nil {
			return err
		}
		if body, err = audit.ExcerptOf(ctx, tx, l.Filter, id, append(sizes, state.NoteSize)); err != nil {
			return err
		}
		tx.Saw("audit.entry_taken", ref.To("audit_entry", id), l.org, l.rule)
		return nil
	})
	if err != nil {
		return err
	}
	return attach(w, "kith-audit-entry-"+id[len(id)-8:]+".jsonl", "application/jsonl", body)
}

func (f *Feature) askExport(w http.ResponseWriter, r *http.Request) error {
	p, err := f.exportPage(r, nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// exportPage shows the form, with what was typed once it was sent.
func (f *Feature) exportPage(r *http.Request, sent *exportForm) (web.Page, error) {
	var form *exportForm
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		form, _, err = f.exportForm(ctx, tx)
		return err
	})
	if sent != nil {
		form = sent
	}
	p := page("Take entries away", toOverview)
	p.Body = exportPage(form)
	return p, err
}

func (f *Feature) exportForm(ctx context.Context, tx *store.Tx) (*exportForm, look, error) {
	l, err := f.allowed(ctx, tx)
	if err != nil {
		return nil, l, err
	}
	orgs, err := f.places(ctx, tx, l.Filter)
	return newExportForm(orgs), l, err
}

// export gives the entries that were asked for, with their proof, as a file.
func (f *Feature) export(w http.ResponseWriter, r *http.Request) error {
	state, err := f.Log.State(r.Context())
	if err != nil {
		return err
	}
	var form *exportForm
	var body []byte
	var name string
	ok := true
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		var l look
		if form, l, err = f.exportForm(ctx, tx); err != nil {
			return err
		}
		if ok = form.parse(r); !ok {
			return nil
		}
		form.apply(&l.Filter)
		sizes, err := f.store.sizes(ctx, tx, keptSizes)
		if err != nil {
			return err
		}
		shown := 0
		if body, shown, err = audit.Excerpt(ctx, tx, l.Filter, append(sizes, state.NoteSize), atOnce); err != nil {
			return err
		}
		name = "kith-audit-" + tx.Now.London().Format("2006-01-02-1504") + ".jsonl"
		tx.SawList("audit.exported", l.org, map[string]any{"from": form.From.Value, "until": form.Until.Value, "org": form.Org.Value, "count": shown})
		return nil
	})
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		ok = false
	} else if err != nil {
		return err
	}
	if !ok {
		p, err := f.exportPage(r, form)
		if err != nil {
			return err
		}
		return web.Invalid(w, r, p)
	}
	return attach(w, name, "application/jsonl", body)
}
