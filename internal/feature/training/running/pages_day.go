package running

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// dayView is one person's page of a course, for whoever holds the link. It names nobody.
type dayView struct {
	Path               string
	Title, When        string
	Facts              []ui.SummaryRow
	Today, Is          bool
	Code               *codeForm
	Thoughts           *thoughtsForm // nil while nobody can say anything yet, or they have
	Answered           bool
	Joining, GettingIn string
}

func (f *Feature) dayView(r *http.Request) (v dayView, err error) {
	secret := r.PathValue("token")
	sys := access.System(web.Viewer(r).District, "somebody opens the link of their joining instructions")
	k, err := f.linked(r.Context(), sys, secret)
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
		p, x, err := f.placed(ctx, tx, k)
		if err != nil {
			return err
		}
		v = dayView{Path: "/training/days/" + url.PathEscape(secret), Title: x.course.Title, When: training.DayWords(x.run.Days), Facts: x.facts(), Joining: x.g.Joining, GettingIn: strings.Join(nonEmpty(x.venue.Access, x.run.Access), ". "), Code: newCodeForm()}
		marks, err := f.marksBy(ctx, tx, p.Run)
		if err != nil {
			return err
		}
		if n, ok := DayOfRun(x.run.Days, clock.DayOf(tx.Now.Time())); ok {
			v.Today, v.Is = true, marks[k][n].Kind != ""
		}
		at, err := f.rows.evaluatedAt(ctx, tx, k)
		if err != nil {
			return err
		}
		v.Answered = !at.IsZero()
		if !v.Answered && CanEvaluate(x.last(), marks[k], tx.Now) == nil {
			v.Thoughts = newThoughtsForm()
		}
		return nil
	})
	return v, err
}

// facts are when and where a run is, for a page: its days with their times, and the whole address.
func (k kept) facts() (out []ui.SummaryRow) {
	key := "When"
	for _, d := range k.run.Days {
		out = append(out, fact(key, hours(d)))
		key = "and"
	}
	return append(out, fact("Where", capital(wording{run: k.run, venue: k.venue}.where())))
}

func dayShown(v dayView) web.Page {
	return public("A course", ui.Mast{Heading: v.Title, Text: v.When}, web.Page{Body: dayBody(v)})
}

// ended is what somebody finds whose link no longer works.
func ended(w http.ResponseWriter, r *http.Request, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	return web.Show(w, r, public("A course", ui.Mast{Heading: "This link does not work any more", Text: "The place was given back, the date was moved, or the course is some weeks ago. A newer e-mail has a newer link."}, web.Page{Body: endedBody()}))
}

func (f *Feature) dayPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.dayView(r)
	if err != nil {
		return ended(w, r, err)
	}
	return web.Show(w, r, dayShown(v))
}

func (f *Feature) dayHere(w http.ResponseWriter, r *http.Request) error {
	v, err := f.dayView(r)
	if err != nil {
		return ended(w, r, err)
	}
	if v.Code.Parse(r) {
		err := f.HereByLink(r.Context(), web.Viewer(r).District, r.PathValue("token"), v.Code.Code.Value)
		if err == nil {
			return web.Redirect(w, r, v.Path, "You are on the register.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		v.Code.Code.Problem = errs.Sentence(err)
	}
	return web.Invalid(w, r, dayShown(v))
}

func (f *Feature) dayThoughts(w http.ResponseWriter, r *http.Request) error {
	v, err := f.dayView(r)
	if err != nil {
		return ended(w, r, err)
	}
	if v.Answered {
		return web.Redirect(w, r, v.Path, "You have answered already.")
	}
	form := newThoughtsForm()
	if form.Parse(r) {
		err := f.EvaluateByLink(r.Context(), web.Viewer(r).District, r.PathValue("token"), form.evaluation())
		if err == nil {
			return web.Redirect(w, r, v.Path, "Sent, without your name.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	v.Thoughts = form
	return web.Invalid(w, r, dayShown(v))
}
