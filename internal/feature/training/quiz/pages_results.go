package quiz

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

type draftItem struct {
	Theme, Text, Scene, Source string
	Options                    []optionView
	Stale, Swap                string
}

type resultView struct {
	Finding   string
	Took      string
	Nobody    bool
	Heat      picture.HeatMap
	HeatTable ui.Table
	Questions ui.Table
	Change    *picture.Change
	Changed   ui.Table
	Note      string
	Hidden    string
}

type quizView struct {
	Quiz
	Path, What, When, Problem string
	Chip                      ui.Chip
	Lead, Open                bool
	Items                     []draftItem
	Steps                     ui.StateLine
	Results                   *resultView
	Minutes                   string
	Sent                      string
	Again                     string
}

func (f *Feature) quizPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathQuiz(r)
	if err != nil {
		return err
	}
	p, err := f.quizView(r, id, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// quizView is a quiz as its reader may see it: the leads everything; the head and the lead governor nothing before it has closed, and
// then what Publish makes of the ledger.
func (f *Feature) quizView(r *http.Request, id ID, problem string) (web.Page, error) {
	v := quizView{Path: givenPath(id), Problem: problem}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		q, err := f.store.Quiz(ctx, tx, id)
		if err != nil {
			return err
		}
		v.Lead = tx.Viewer.HoldsAt(access.DSL, q.Org)
		other := tx.Viewer.HoldsAt(access.Head, q.Org) || tx.Viewer.HoldsAt(access.Governor, q.Org)
		if !v.Lead && (!other || q.State != Closed) {
			return errs.Missing()
		}
		items, err := f.store.Items(ctx, tx, id)
		if err != nil {
			return err
		}
		v.Quiz, v.What, v.Chip, v.Open = q, purposeWords(q), chip(q, tx.Now), q.State == Given
		v.When = term.LongDate(q.From) + " to " + term.LongDate(q.Until) + ". " + GroupsWords(q.Groups) + "."
		v.Minutes = text.Plural(len(items), "question", "questions") + ", about " + text.Plural(Minutes(len(items)), "minute", "minutes")
		v.Items, v.Results = nil, nil
		for i, x := range items {
			d := draftItem{Theme: ThemeWords(x.Theme), Text: x.Text, Scene: x.Scene, Source: x.Source()}
			if q.State == Draft {
				d.Swap = v.Path + "/swap/" + strconv.Itoa(i+1)
				if x.Stale() {
					d.Stale = "rests on an old edition"
				}
			}
			for _, o := range x.Options {
				d.Options = append(d.Options, optionView{Text: o.Text, Right: o.Right})
			}
			v.Items = append(v.Items, d)
		}
		if q.State == Draft {
			return nil
		}
		if v.Lead {
			attempts, err := f.store.Attempts(ctx, tx, id)
			if err != nil {
				return err
			}
			calls, err := f.store.calls(ctx, tx, id)
			if err != nil {
				return err
			}
			n := 0
			for _, a := range attempts {
				if !a.SentAt.IsZero() {
					n++
				}
			}
			tx.SawList("quiz.results_seen", q.Org, string(id))
			v.Sent = strconv.Itoa(n) + " of " + text.Plural(len(calls), "person has", "people have") + " sent it"
			if q.State == Closed {
				v.Again = home + "/new?again=" + string(id)
			}
		}
		v.Results, err = f.results(ctx, tx, q, items, v.Lead)
		return err
	})
	return page("A quiz", web.Page{Crumb: toList, Body: quizPage(v), Wide: true}), err
}

// published is what of a quiz's ledger may be shown: exact to its leads, and to others what Publish makes of it.
func (f *Feature) published(ctx context.Context, tx *store.Tx, q Quiz, questions int, lead bool) (Published, error) {
	tallies, err := f.store.Tallies(ctx, tx, q.ID)
	if lead {
		return Exact(tallies, questions), err
	}
	return Publish(tallies, questions), err
}

func (f *Feature) results(ctx context.Context, tx *store.Tx, q Quiz, items []Question, lead bool) (*resultView, error) {
	p, err := f.published(ctx, tx, q, len(items), lead)
	if err != nil {
		return nil, err
	}
	v := viewResults(p, items, lead)
	if q.Follows == "" || p.Nobody {
		return v, nil
	}
	first, err := f.store.Quiz(ctx, tx, q.Follows)
	if err != nil {
		return nil, err
	}
	before, err := f.store.Items(ctx, tx, first.ID)
	if err != nil {
		return nil, err
	}
	was, err := f.published(ctx, tx, first, len(before), lead)
	if err != nil || was.Nobody {
		return v, err
	}
	v.addChange(was, before, p, items)
	return v, nil
}

func className(c Class) string {
	if len(c.Groups) > 1 {
		return "Together"
	}
	return groupShort(c.Groups[0])
}

// viewResults draws what is published. It takes nothing else, so that what others than the leads see is a function of it.
func viewResults(p Published, items []Question, lead bool) *resultView {
	below := Starter().GapBelow
	v := &resultView{Nobody: p.Nobody}
	if p.Nobody {
		return v
	}
	v.Took = text.Plural(p.Took(), "person", "people")
	themes := ThemesOf(items)
	heat := picture.HeatMap{Below: below}
	table := ui.Table{Caption: "Per cent right, by theme and staff group", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Theme"}}}
	var hidden []string
	for _, c := range p.Classes {
		heat.Columns = append(heat.Columns, className(c))
		table.Head = append(table.Head, ui.TableCell{Text: className(c) + ", " + strconv.Itoa(c.Took), Format: "numeric"})
	}
	for _, g := range p.Hidden {
		heat.Columns = append(heat.Columns, groupShort(g))
		table.Head = append(table.Head, ui.TableCell{Text: groupShort(g), Format: "numeric"})
		hidden = append(hidden, GroupWords(g))
	}
	table.Head = append(table.Head, ui.TableCell{Text: "All", Format: "numeric"})
	if len(hidden) > 0 {
		v.Hidden = text.Join(hidden) + ": fewer than five people in a group, so they are counted together."
	}
	var gaps []string
	for _, theme := range themes {
		row := picture.HeatRow{Name: ThemeWords(theme)}
		cells := []ui.TableCell{{Text: ThemeWords(theme)}}
		for i := range p.Classes {
			share := Share(p.Theme(theme, items, &p.Classes[i]))
			row.Cells = append(row.Cells, picture.HeatCell{Share: share})
			cells = append(cells, ui.TableCell{Text: percent(share), Format: "numeric"})
		}
		for range p.Hidden {
			row.Cells = append(row.Cells, picture.HeatCell{Hidden: true})
			cells = append(cells, ui.TableCell{Text: "not shown", Format: "numeric"})
		}
		right, of := p.Theme(theme, items, nil)
		cells = append(cells, ui.TableCell{Text: percent(Share(right, of)), Format: "numeric"})
		if Gap(right, of, below) {
			gaps = append(gaps, ThemeWords(theme))
		}
		heat.Rows, table.Rows = append(heat.Rows, row), append(table.Rows, cells)
	}
	v.Finding = "No theme is below " + percent(below) + " over all."
	if len(gaps) > 0 {
		v.Finding = "Below " + percent(below) + ": " + strings.ToLower(text.Join(gaps)) + "."
	}
	heat.Finding = v.Finding + " The table has every figure."
	v.Heat, v.HeatTable = heat, table
	v.Questions = ui.Table{Caption: "By question, of all who took it", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Question"}, {Text: "Theme"}, {Text: "Right", Format: "numeric"}}}
	for i, x := range items {
		right, of := p.Question(i + 1)
		v.Questions.Rows = append(v.Questions.Rows, []ui.TableCell{{Text: x.Text}, {Text: ThemeWords(x.Theme)}, {Text: strconv.Itoa(right) + " of " + strconv.Itoa(of), Format: "numeric"}})
	}
	if !lead {
		v.Note = "Groups of five people or more, and no name. Where everybody or nobody of a group was right, one fewer or one more is shown, so that nobody’s own answer can be read from it."
	}
	return v
}

func percent(n int) string {
	if n < 0 {
		return "–"
	}
	return strconv.Itoa(n) + "%"
}

// addChange compares a quiz with the one whose gaps it looks at again, by the themes that both ask about (QUI-3).
func (v *resultView) addChange(was Published, before []Question, is Published, after []Question) {
	c := &picture.Change{Below: Starter().GapBelow}
	t := ui.Table{Caption: "Per cent right, before and after", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Theme"}, {Text: "Before", Format: "numeric"}, {Text: "After", Format: "numeric"}, {Text: "The gap"}}}
	closed := 0
	for _, theme := range ThemesOf(after) {
		b, a := Share(was.Theme(theme, before, nil)), Share(is.Theme(theme, after, nil))
		if b < 0 || a < 0 {
			continue
		}
		words := "There was none"
		switch {
		case b < c.Below && a >= c.Below:
			words = "Closed"
			closed++
		case a < c.Below:
			words = "Still open"
		}
		c.Rows = append(c.Rows, picture.ChangeRow{Name: ThemeWords(theme), Before: b, After: a})
		t.Rows = append(t.Rows, []ui.TableCell{{Text: ThemeWords(theme)}, {Text: percent(b), Format: "numeric"}, {Text: percent(a), Format: "numeric"}, {Text: words}})
	}
	if len(c.Rows) == 0 {
		return
	}
	c.Finding = text.Plural(closed, "gap has", "gaps have") + " closed, of " + text.Plural(len(c.Rows), "theme", "themes") + " that were asked about again."
	v.Change, v.Changed = c, t
}
