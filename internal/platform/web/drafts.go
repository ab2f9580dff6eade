package web

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the table of drafts.
var Migrations = store.Slice{Name: "web", Files: files}

// formName is how long the name of a form may be: what it asks, and the record that it asks about.
const formName = 64

// draftLife is how long a draft is kept after it was last touched.
const draftLife = 30 * 24 * time.Hour

// Draft is a form that was begun and not sent: it survives a lost connection and a closed browser, on this device and on
// another, and belongs to its author alone (CON-15).
type Draft struct {
	ID     string // the id of the record that the form would make
	Form   string
	Values url.Values
	At     clock.Millis
	body   string
}

func (d *Draft) Dest() []any { return []any{&d.ID, &d.Form, &d.body, (*int64)(&d.At)} }

// DraftOf returns the author's newest draft of a form. NotFound: none.
func DraftOf(ctx context.Context, tx *store.Tx, form string) (Draft, error) {
	d, err := store.One[Draft](ctx, tx, store.SQL(`SELECT id, form, body, at FROM web_draft WHERE account_id = ? AND form = ? AND at > ? ORDER BY at DESC LIMIT 1`,
		tx.Viewer.Account, form, int64(tx.Now.Add(-draftLife))))
	if err != nil {
		return d, err
	}
	d.Values, err = url.ParseQuery(d.body)
	return d, err
}

// Resume goes on with the author's draft of a form, where there is one, and returns when it was last kept, in words; "" without
// one. What is sent then takes the draft with it.
func Resume(ctx context.Context, tx *store.Tx, name string, form interface {
	Resume(id string, values url.Values)
}) (kept string, err error) {
	d, err := DraftOf(ctx, tx, name)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	form.Resume(d.ID, d.Values)
	return term.DateTime(d.At, tx.Now), nil
}

// KeepDraft keeps a form for its author. NotFound: the id is that of somebody else's draft.
func KeepDraft(ctx context.Context, tx *store.Tx, d Draft) error {
	n, err := tx.Exec(ctx, store.SQL(`INSERT INTO web_draft (id, district_id, account_id, form, body, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, at = excluded.at WHERE web_draft.account_id = excluded.account_id`,
		d.ID, tx.Viewer.District, tx.Viewer.Account, d.Form, d.Values.Encode(), int64(tx.Now)))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

// DropDraft removes the author's draft, in the transaction that makes the record it was for.
func DropDraft(ctx context.Context, tx *store.Tx, draft string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM web_draft WHERE id = ? AND account_id = ?`, draft, tx.Viewer.Account))
}

// Drafts keeps what is being typed.
type Drafts struct{ DB *store.DB }

// Routes are the one address for all forms: every few keystrokes the page sends the whole form here.
func (d Drafts) Routes() []Route {
	return []Route{
		Post("/drafts/{id}", access.SignedIn, d.keep),
		Post("/drafts/{id}/discard", access.SignedIn, d.discard),
	}
}

func (d Drafts) keep(w http.ResponseWriter, r *http.Request) error {
	draft, err := PathID(r, "id")
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart { // #nosec G120 -- the site bounds every body before a handler sees it
		return errs.Of(errs.Invalid, err, "The draft could not be read")
	}
	form := r.PostFormValue("form")
	if len(form) > formName || form == "" {
		return errs.New(errs.Invalid, "The draft does not say which form it is of")
	}
	kept := url.Values{}
	for name, values := range r.PostForm {
		if name != "form" && name != "id" {
			kept[name] = values
		}
	}
	v := Viewer(r)
	var at clock.Millis
	err = d.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a draft is nobody's record yet")
		at = tx.Now
		return KeepDraft(ctx, tx, Draft{ID: draft, Form: form, Values: kept})
	})
	if err != nil {
		return err
	}
	return Fragment(w, r, draftKept(term.Time(at)))
}

func (d Drafts) discard(w http.ResponseWriter, r *http.Request) error {
	draft, err := PathID(r, "id")
	if err != nil {
		return err
	}
	err = d.DB.Write(r.Context(), Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a draft is nobody's record yet")
		return DropDraft(ctx, tx, draft)
	})
	if err != nil {
		return err
	}
	to := "/"
	if back := r.Referer(); back != "" {
		if u, err := url.Parse(back); err == nil && strings.HasPrefix(u.Path, "/") {
			to = u.Path
		}
	}
	return Redirect(w, r, to, "The draft was discarded.")
}

// SweepDrafts removes drafts that nobody has touched for 30 days.
func (d Drafts) Sweep(ctx context.Context, v access.Viewer) error {
	return d.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`DELETE FROM web_draft WHERE at < ?`, int64(tx.Now.Add(-draftLife))))
	})
}

// DraftForm is the attributes that make a form keep itself as a draft while it is typed in. The answer replaces the line
// with the id draft-state. Without scripts the form works as it is. form names which form it is; it is no field of the form, since
// a field called form hides the form itself from the script.
func DraftForm(id, form string) templ.Attributes {
	return templ.Attributes{"data-hx-post": "/drafts/" + id, "data-hx-vals": `{"form":"` + form + `"}`, "data-hx-trigger": "input delay:800ms, change delay:800ms", "data-hx-target": "#draft-state",
		"data-hx-swap": "innerHTML", "data-hx-sync": "this:replace"}
}
