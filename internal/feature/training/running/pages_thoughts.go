package running

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// thoughtsView is what people thought of a run.
type thoughtsView struct {
	Title, When     string
	Over            bool
	Answers         int
	Useful          string
	Before, After   string
	Said            ui.Table // how many said what
	WillDo, Changes []string
}

func (f *Feature) thoughtsPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathRun(r)
	if err != nil {
		return err
	}
	var v thoughtsView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.keep(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := f.rows.Evaluations(ctx, tx, id)
		if err != nil {
			return err
		}
		v = thoughtsOf(all)
		v.Title, v.When, v.Over = k.course.Title, training.DayWords(k.run.Days), k.last().On <= clock.DayOf(tx.Now.Time())
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("What people thought", "/training/office", web.Page{Crumb: &ui.Link{Text: "The register", Href: registerPath(id)}, Body: thoughtsBody(v)}))
}

// thoughtsOf sums up what people thought: means to one place, how many said what, and their words.
func thoughtsOf(all []Evaluation) (v thoughtsView) {
	var useful, before, after int64
	var said [3][5]int
	for _, e := range all {
		useful, before, after = useful+e.Useful, before+e.SureBefore, after+e.SureAfter
		for i, n := range []int64{e.Useful, e.SureBefore, e.SureAfter} {
			said[i][n-1]++
		}
		if s := strings.TrimSpace(e.WillDo); s != "" {
			v.WillDo = append(v.WillDo, s)
		}
		if s := strings.TrimSpace(e.WouldChange); s != "" {
			v.Changes = append(v.Changes, s)
		}
	}
	v.Answers = len(all)
	mean := func(n int64) string {
		if v.Answers == 0 {
			return "–"
		}
		return strconv.FormatFloat(float64(n)/float64(v.Answers), 'f', 1, 64)
	}
	v.Useful, v.Before, v.After = mean(useful), mean(before), mean(after)
	v.Said = ui.Table{Caption: "How many said what", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "From 1, not at all, to 5, very"}}}
	for n := range 5 {
		v.Said.Head = append(v.Said.Head, ui.TableCell{Text: strconv.Itoa(n + 1), Format: "numeric"})
	}
	for i, words := range []string{"Useful", "Sure before", "Sure now"} {
		row := []ui.TableCell{{Text: words}}
		for _, n := range said[i] {
			row = append(row, ui.TableCell{Text: strconv.Itoa(n), Format: "numeric"})
		}
		v.Said.Rows = append(v.Said.Rows, row)
	}
	return v
}
