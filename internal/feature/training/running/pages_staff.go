package running

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/document"
	"kith/internal/platform/sheet"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// schools are those whose training record the viewer reads.
func schools(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head)
}

// school is the one a page is about: the one that was asked for, else the viewer's first. NotFound: not the viewer's.
func school(r *http.Request) (string, error) {
	all := schools(web.Viewer(r))
	asked := r.FormValue("school")
	switch {
	case len(all) == 0 || asked != "" && !slices.Contains(all, asked):
		return "", errs.Missing()
	case asked != "":
		return asked, nil
	}
	return all[0], nil
}

type matrixView struct {
	Matrix
	School, Query string
	Others        []ui.Link
	Show          string // "" for everybody, "due" for those of whom something is due
}

// cell is a standing as the matrix shows it.
func cell(s Standing, ok bool) (words string, tone ui.Tone) {
	switch {
	case !ok:
		return "", ui.ToneLine
	case s.On == "":
		return "Not yet", ui.ToneBrick
	case s.State == Due:
		return "Due since " + term.YearDate(s.Until.Add(1)), ui.ToneBrick
	case s.State == Soon:
		return "Until " + term.YearDate(s.Until), ui.ToneLamp
	case s.Until == "":
		return "Done " + term.YearDate(s.On), ui.ToneLeaf
	}
	return "Until " + term.YearDate(s.Until), ui.ToneLeaf
}

func (f *Feature) matrixOf(r *http.Request, action string) (m Matrix, org string, err error) {
	if org, err = school(r); err != nil {
		return m, "", err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		m, err = f.matrix(ctx, tx, org, action)
		return err
	})
	return m, org, err
}

func (f *Feature) matrixPage(w http.ResponseWriter, r *http.Request) error {
	m, org, err := f.matrixOf(r, "training.matrix_seen")
	if err != nil {
		return err
	}
	v := matrixView{Matrix: m, School: org, Query: "?school=" + org}
	if r.URL.Query().Get("show") == "due" {
		v.Show = "due"
		for i, g := range v.Groups {
			v.Groups[i].Rows = slices.DeleteFunc(slices.Clone(g.Rows), func(x Row) bool { return x.State() == Current })
		}
		v.Groups = slices.DeleteFunc(v.Groups, func(g Group) bool { return len(g.Rows) == 0 })
	}
	if all := schools(web.Viewer(r)); len(all) > 1 {
		if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
			names, err := f.Organisations.Names(ctx, tx, all...)
			v.Others = nil
			for _, o := range all {
				v.Others = append(v.Others, ui.Link{Text: names[o].Name, Href: "/training/staff?school=" + o})
			}
			return err
		}); err != nil {
			return err
		}
	}
	return web.Show(w, r, working("Training of the school", "/training", web.Page{Body: matrixBody(v, m)}))
}

// matrixTable is the matrix as a sheet: a row a person, a column a duty with the day it was done and the day until which it is current.
func matrixTable(m Matrix) sheet.Table {
	t := sheet.Table{Name: "Training", Columns: []string{"Staff group", "Name", "Post", "State"}}
	for _, d := range m.Duties.Duties {
		t.Columns = append(t.Columns, d.Short+": last", d.Short+": current until")
	}
	var rows [][]sheet.Cell
	for _, g := range m.Groups {
		for _, r := range g.Rows {
			row := []sheet.Cell{sheet.Text(g.Words), sheet.Text(r.Name), sheet.Text(r.Title), sheet.Text(stateWords[r.State()])}
			for _, d := range m.Duties.Duties {
				s, ok := r.Standings[d.Key]
				switch {
				case !ok:
					row = append(row, sheet.Text("not owed"), sheet.Cell{})
				case s.On == "":
					row = append(row, sheet.Text("not yet"), sheet.Cell{})
				case s.Until == "":
					row = append(row, sheet.Day(s.On), sheet.Text("for ever"))
				default:
					row = append(row, sheet.Day(s.On), sheet.Day(s.Until))
				}
			}
			rows = append(rows, row)
		}
	}
	t.Rows = sheet.Rows(rows)
	return t
}

// stateWords name the states of a person.
var stateWords = map[string]string{Current: "current", Soon: "due soon", Due: "due"}

func (f *Feature) matrixSheet(w http.ResponseWriter, r *http.Request) error {
	m, _, err := f.matrixOf(r, "training.matrix_taken")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := matrixTable(m).WriteXLSX(&out); err != nil {
		return err
	}
	return sent(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "training.xlsx", out.Bytes())
}

// matrixDocument is the matrix on paper, for an inspector.
func matrixDocument(m Matrix, by string, at clock.Millis) document.Document {
	all, due, soon := m.Tally()
	d := document.Document{Title: "Safeguarding training of staff", Subtitle: m.School, Classification: "Confidential: staff", MadeBy: by, MadeAt: at, Purpose: "The school's training record",
		Blocks: []document.Block{document.KeyValues{Pairs: []document.Pair{{Key: "On", Value: term.YearDate(m.Today)}, {Key: "People", Value: strconv.Itoa(all)}, {Key: "Something is due", Value: strconv.Itoa(due)}, {Key: "Due within " + strconv.Itoa(m.Duties.SoonDays) + " days", Value: strconv.Itoa(soon)}}}}}
	for _, g := range m.Groups {
		t := document.Table{Caption: g.Words, Head: []string{"Name", "Post"}}
		var owed []Duty
		for _, x := range m.Duties.Duties {
			if _, n := g.Count(x.Key); n > 0 {
				owed = append(owed, x)
				t.Head = append(t.Head, x.Short)
			}
		}
		for _, r := range g.Rows {
			row := []string{r.Name, r.Title}
			for _, x := range owed {
				s, ok := r.Standings[x.Key]
				words, _ := cell(s, ok)
				row = append(row, words)
			}
			t.Rows = append(t.Rows, row)
		}
		d.Blocks = append(d.Blocks, t)
	}
	var sources []string
	for _, x := range m.Duties.Duties {
		sources = append(sources, x.Short+": "+x.Words+". "+x.Source)
	}
	d.Blocks = append(d.Blocks, document.Heading{Level: 2, Text: "What is owed, edition " + m.Duties.Edition}, document.List{Items: sources})
	return d
}

func (f *Feature) matrixPaper(w http.ResponseWriter, r *http.Request) error {
	m, _, err := f.matrixOf(r, "training.matrix_taken")
	if err != nil {
		return err
	}
	by := ""
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		me, err := f.People.Names(ctx, tx, tx.Viewer.Account)
		by = strings.Join(nonEmpty(me[tx.Viewer.Account].Name, me[tx.Viewer.Account].Title), ", ")
		return err
	}); err != nil {
		return err
	}
	pdf, err := document.PDF(matrixDocument(m, by, web.Now(r)))
	if err != nil {
		return err
	}
	return sent(w, "application/pdf", "training.pdf", pdf)
}

type recordView struct {
	Member
	Standings []Standing
	Lines     []lineView
	Back      string
}

func (f *Feature) personPage(w http.ResponseWriter, r *http.Request) error {
	account, err := web.PathID(r, "person")
	if err != nil {
		return err
	}
	var v recordView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, m, err := f.colleague(ctx, tx, account)
		if err != nil {
			return err
		}
		all, err := f.rows.LearntBy(ctx, tx, account)
		if err != nil {
			return err
		}
		leads, err := f.Staff.Leads(ctx, tx, org)
		if err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		v = recordView{Member: m, Back: "/training/staff?school=" + org}
		seen := []string{}
		for _, l := range all {
			seen = append(seen, string(l.ID))
			x := l.view(today)
			if l.Booking == "" && l.Org == org {
				x.TakeOut = "/training/staff/lines/" + string(l.ID) + "/take-out"
			}
			v.Lines = append(v.Lines, x)
		}
		for _, d := range Owed().Duties {
			if Owes(d, m, accounts(leads)) {
				v.Standings = append(v.Standings, Stand(d, all, today, Owed().SoonDays))
			}
		}
		tx.SawList("training.record_seen", org, append([]string{account}, seen...))
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("A training record", "/training", web.Page{Crumb: &ui.Link{Text: "Training of the school", Href: v.Back}, Body: recordBody(v)}))
}

// colleague returns somebody who works at one of the viewer's schools, and at which. NotFound: nobody there.
func (f *Feature) colleague(ctx context.Context, tx *store.Tx, account string) (org string, m Member, err error) {
	for _, org := range schools(tx.Viewer) {
		m, err := f.member(ctx, tx, org, account)
		if !errs.Is(err, errs.NotFound) {
			return org, m, err
		}
	}
	return "", m, errs.Missing()
}

type lineFormView struct {
	Form   *lineForm
	School string
}

func (f *Feature) lineFormView(r *http.Request) (v lineFormView, err error) {
	if v.School, err = school(r); err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		staff, err := f.Staff.Staff(ctx, tx, v.School)
		v.Form = newLineForm(staff)
		return err
	})
	return v, err
}

func lineShown(v lineFormView) web.Page {
	return working("Write training down", "/training", web.Page{Crumb: &ui.Link{Text: "Training of the school", Href: "/training/staff?school=" + v.School}, Body: lineFormBody(v)})
}

func (f *Feature) beginLine(w http.ResponseWriter, r *http.Request) error {
	v, err := f.lineFormView(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return web.Show(w, r, lineShown(v))
}

func (f *Feature) enterLine(w http.ResponseWriter, r *http.Request) error {
	v, err := f.lineFormView(r)
	if err != nil {
		return err
	}
	ok := v.Form.Parse(r)
	if v.Form.ID == "" {
		return errs.New(errs.Invalid, "The form came without its number. Open it again")
	}
	line := Line{ID: v.Form.ID, Org: v.School, Duty: strings.TrimPrefix(v.Form.Duty.Value, "none"), Title: v.Form.Title.Value, On: v.Form.On.Value, Minutes: v.Form.minutes(), People: v.Form.People.Values}
	if !ok || v.Form.Wrong() {
		return web.Invalid(w, r, lineShown(v))
	}
	err = f.Enter(r.Context(), web.Viewer(r), line)
	if errs.Is(err, errs.Rule) {
		v.Form.Refuse(err)
		return web.Invalid(w, r, lineShown(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/training/staff?school="+v.School, "Written down.")
}

func (f *Feature) takeOut(w http.ResponseWriter, r *http.Request) error {
	id, err := pathLine(r)
	if err != nil {
		return err
	}
	var account string
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.rows.Learnt(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, _, err := tx.Open(ctx, "training.learnt_opened", id.Ref()); err != nil {
			return err
		}
		account = l.Account
		return nil
	}); err != nil {
		return err
	}
	if err := f.TakeOut(r.Context(), web.Viewer(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/training/staff/people/"+account, "Taken out.")
}
