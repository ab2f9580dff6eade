package catalogue

import (
	"context"
	"net/http"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// offer shows what a link in a letter offers. It changes nothing: mail programs open links before people do.
func (f Pages) offer(w http.ResponseWriter, r *http.Request) error { return f.offerPage(w, r, "") }

func (f Pages) offerPage(w http.ResponseWriter, r *http.Request, problem string) error {
	v := offerView{Action: r.URL.Path, Problem: problem}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		p, x, c, err := f.Linked(ctx, tx, r.PathValue("token"))
		v.Title, v.Date, v.Until = titleOf(c), training.DayWords(x.Days), term.DateTime(p.Until, tx.Now)
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return web.Show(w, r, public("An offer", ui.Mast{Heading: "This link does not work any more", Text: "It was used, or its time has ended and the place has gone to the next in line."}, web.Page{Body: lapsedPage()}))
	}
	if err != nil {
		return err
	}
	show := web.Show
	if problem != "" {
		show = web.Invalid
	}
	return show(w, r, public("An offer", ui.Mast{Heading: "A place has come free", Text: v.Title + ", " + v.Date}, web.Page{Body: offerBody(v)}))
}

type offerView struct{ Action, Title, Date, Until, Problem string }

func (f Pages) answer(w http.ResponseWriter, r *http.Request) error {
	do := r.PostFormValue("do")
	if do != "take" && do != "leave" {
		return f.offerPage(w, r, "Say whether you take the place")
	}
	err := f.Answer(r.Context(), web.Viewer(r), r.PathValue("token"), do == "take")
	switch {
	case errs.Is(err, errs.NotFound):
		return f.offerPage(w, r, "")
	case errs.Is(err, errs.Rule):
		return f.offerPage(w, r, errs.Sentence(err))
	case err != nil:
		return err
	}
	head, words := "The place is yours", "Joining instructions come by e-mail. If you cannot come after all, give the place back in time."
	if do == "leave" {
		head, words = "Thank you for saying so", "The place goes to the next in line."
	}
	return web.Show(w, r, public("An offer", ui.Mast{Heading: head, Text: words}, web.Page{Body: lapsedPage()}))
}
