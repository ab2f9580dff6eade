package newsletters

import (
	"context"
	"net/http"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Routes are the addresses of this slice: what anybody reads here, what the staff do in pages_editing.go.
func (f *Feature) Routes() []web.Route {
	return append(f.editing(),
		web.Get("/newsletters", access.Anybody, f.list),
		web.Get("/newsletters/atom.xml", access.Anybody, f.feed),
		web.Get("/newsletters/{issue}", access.Anybody, f.public),
		web.Post("/newsletters/sign-up", access.Anybody, f.signUp),
		web.Get("/newsletters/sign-up/sent", access.Anybody, f.signUpSent),
		web.Get("/newsletters/confirm/{token}", access.Anybody, f.askConfirm).Secret(),
		web.Post("/newsletters/confirm/{token}", access.Anybody, f.confirm).Secret(),
		web.Get("/newsletters/unsubscribe/{token}", access.Anybody, f.askUnsubscribe).Secret(),
		web.Post("/newsletters/unsubscribe/{token}", access.Anybody, f.unsubscribe).Secret(),
	)
}

// pathIssue returns the id of the issue in the address. NotFound: malformed.
func pathIssue(r *http.Request, name string) (ID, error) {
	s, err := web.PathID(r, name)
	return ID(s), err
}

// before returns the issue after which a page of a list begins, "" for the first page.
func before(r *http.Request) ID {
	if s := r.URL.Query().Get("before"); id.Valid(s) {
		return ID(s)
	}
	return ""
}

// older is the address of the next page of a list, "" at the end.
func older(path string, issues []Issue, more bool) string {
	if !more {
		return ""
	}
	return path + "?before=" + string(issues[len(issues)-1].ID)
}

func (f *Feature) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{Form: newSignUpForm("")}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		issues, more, err := f.store.listed(ctx, tx, before(r))
		for _, i := range issues {
			v.Issues = append(v.Issues, viewListed(i))
		}
		v.Older = older("/newsletters", issues, more)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Newsletter", Class: "p-newsletters", At: "/newsletters", Mode: ui.Public, Wide: true, Body: listPage(v),
		Mast: &ui.Mast{Heading: "Newsletter", Text: "What is new in safeguarding here, and what is coming: for schools, nurseries, agencies, parents and anybody who wants to know."}})
}

func (f *Feature) public(w http.ResponseWriter, r *http.Request) error {
	issue, err := pathIssue(r, "issue")
	if err != nil {
		return err
	}
	var i Issue
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		i, err = f.store.onTheWeb(ctx, tx, issue)
		return err
	}); err != nil {
		return err
	}
	v := viewIssue(i, clock.DayOf(web.Now(r).Time()))
	v.Share, v.Form = web.PublicURL(r, publicPath(i.ID)), newSignUpForm(i.ID)
	v.MailTo = "mailto:?subject=" + url.PathEscape(i.Title) + "&body=" + url.PathEscape(v.Share)
	return web.Show(w, r, f.publicPage(i, v))
}

// publicPage is an issue as anybody sees it; the preview is the same page.
func (f *Feature) publicPage(i Issue, v issueView) web.Page {
	said := f.Publisher
	if !i.SentAt.IsZero() {
		d := clock.DayOf(i.SentAt.Time())
		said = term.LongDate(d) + " " + string(d[:4]) + ". " + f.Publisher
	}
	return web.Page{Title: "Newsletter", Class: "p-newsletters", At: "/newsletters", Mode: ui.Public, Wide: true, Body: issuePage(v),
		Mast: &ui.Mast{Heading: i.Title, Text: said}}
}

// message is a page that says one thing.
func message(v messageView) web.Page {
	return web.Page{Title: "Newsletter", Class: "p-newsletters", At: "/newsletters", Mode: ui.Public, Wide: true, Body: messagePage(v),
		Mast: &ui.Mast{Heading: v.Heading, Text: v.Text}}
}

func (f *Feature) signUp(w http.ResponseWriter, r *http.Request) error {
	form := newSignUpForm("")
	ok := form.Parse(r)
	if from := r.PostFormValue("from"); id.Valid(from) {
		form.From = ID(from)
	}
	if !ok {
		return web.Invalid(w, r, message(messageView{Heading: "Newsletter", Form: form}))
	}
	err := f.SignUp(r.Context(), web.Viewer(r), form.Email.Value, form.From)
	if errs.Is(err, errs.Rule) {
		form.Email.Problem = errs.Sentence(err)
		return web.Invalid(w, r, message(messageView{Heading: "Newsletter", Form: form}))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/newsletters/sign-up/sent", "")
}

func (f *Feature) signUpSent(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, message(messageView{Heading: "Look into your mail",
		Text: "A letter is on its way to that address. Open the page it names, within seven days, and press the button there. Nothing there after ten minutes? Look among unwanted mail, or sign up again."}))
}

// lapsed is shown for a link that does not work, whatever the reason.
func lapsed(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, message(messageView{Heading: "This link does not work any more", Form: newSignUpForm(""),
		Text: "It was used already, or it is more than seven days old. If you have confirmed, there is nothing to do. If not, sign up again."}))
}

// askConfirm changes nothing: mail programs open links before people do.
func (f *Feature) askConfirm(w http.ResponseWriter, r *http.Request) error {
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, err := f.store.subscriberByLink(ctx, tx, r.PathValue("token"), toConfirm)
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return lapsed(w, r)
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, message(messageView{Heading: "One press, and it comes", Text: "Confirm that you want the newsletter. One press in any issue stops it again.",
		Action: r.URL.Path, Button: "Yes, send me the newsletter"}))
}

func (f *Feature) confirm(w http.ResponseWriter, r *http.Request) error {
	err := f.Confirm(r.Context(), web.Viewer(r), r.PathValue("token"))
	if errs.Is(err, errs.NotFound) {
		return lapsed(w, r)
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, message(messageView{Heading: "You are on the list", Text: "The next issue comes to you by itself."}))
}

func (f *Feature) askUnsubscribe(w http.ResponseWriter, r *http.Request) error {
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, err := f.store.subscriberByLink(ctx, tx, r.PathValue("token"), toStop)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, message(messageView{Heading: "Stop the newsletter?", Text: "No more issues will come to this address.", Action: r.URL.Path, Button: "Stop it"}))
}

// unsubscribe answers the button on the page and the one in mail programs alike: no cookie, no redirect (RFC 8058).
func (f *Feature) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	if err := f.Unsubscribe(r.Context(), web.Viewer(r), r.PathValue("token")); err != nil {
		return err
	}
	return web.Show(w, r, message(messageView{Heading: "It has stopped", Text: "No more issues will come to this address. You can still read every issue here, and sign up again."}))
}
