package concerns

import (
	"context"
	"net/http"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/web"
)

// Misplaced is a concern that was written as one about a child and is about an adult (CON-17).
type Misplaced struct {
	ID                     ID
	Org, Reporter          string
	RecordedAt, HappenedAt clock.Millis
	Precision              story.Precision
	Place                  string
	Harm                   bool // a child could be hurt, or may have been
	AboutHead              bool
	Accounts               []Account
	Children               []Child
}

// SendOn gives a concern that is about an adult to those who read about adults, with the writer's words, files and the children as
// they were. From then on nobody finds the concern: not the leads, not whoever sends it on; the writer finds their words among what
// they wrote about adults. It says to which office it went. Whoever sends it on has read what the page showed them, and no more.
// NotFound: no such concern, or not for this viewer. Rule: nobody in Kith could read it.
func (f *Feature) SendOn(ctx context.Context, v access.Viewer, id ID, aboutHead bool) (office string, err error) {
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Source == Police {
			return errs.Refuse("This is a notice from the police. Ring them if it was sent to the wrong school")
		}
		if _, err := f.store.Triage(ctx, tx, id); err != nil && (!errs.Is(err, errs.NotFound) || c.Reporter != v.Account) {
			return err
		}
		if _, err := tx.Lock(ctx, "concerns_concern", string(id)); err != nil {
			return err
		}
		m := Misplaced{ID: id, Org: c.Org, Reporter: c.Reporter, RecordedAt: c.RecordedAt, HappenedAt: c.HappenedAt, Precision: c.Precision, Place: c.Place, Harm: c.Urgent, AboutHead: aboutHead}
		if m.Accounts, err = f.store.moveWords(ctx, tx, id); err != nil {
			return err
		}
		if m.Children, err = f.store.moveChildren(ctx, tx, id); err != nil {
			return err
		}
		if office, err = f.Adults.Receive(ctx, tx, m); err != nil {
			return err
		}
		if err := tx.Rekind(ctx, string(id), access.SentOn); err != nil {
			return err
		}
		for _, kind := range []string{watchUnread, watchHigh} {
			if err := f.store.dropWatch(ctx, tx, id, kind); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "concern.sent-on", refTo(id), audit.Org(c.Org))
	})
	return office, err
}

// moveWords takes the accounts out of the concern, whoever wrote them: they go to those who read about adults, and whoever sends
// them on does not read them by it.
func (Store) moveWords(ctx context.Context, tx *store.Tx, id ID) ([]Account, error) {
	return store.All[Account](ctx, tx, store.SQL(`UPDATE concerns_account SET later = later WHERE concern_id = ? RETURNING id, concern_id, author_id, author, said_by, done, words, later, at`, string(id)))
}

// moveChildren takes the children of the list who may have been harmed out of the concern.
func (Store) moveChildren(ctx context.Context, tx *store.Tx, id ID) ([]Child, error) {
	return store.All[Child](ctx, tx, store.SQL(`UPDATE concerns_child SET role = role WHERE concern_id = ? AND child_id <> '' AND role = 'harmed' RETURNING id, concern_id, child_id, name, role, words, by_id, at`, string(id)))
}

// sendOnForm is the button of whoever finds a worry about an adult among the concerns: a lead, or its writer.
func (f *Feature) sendOnForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, err := f.store.Concern(ctx, tx, ID(id))
		return err
	}); err != nil {
		return err
	}
	head := r.PostFormValue("head")
	if head != "yes" && head != "no" && head != "unsure" {
		return errs.Refuse("Say whether it is about the headteacher. If you do not know, say so. Go back to answer")
	}
	office, err := f.SendOn(r.Context(), web.Viewer(r), ID(id), head != "no")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/mine", "Sent on to the "+office+". It is no longer among the concerns. Speak to nobody about it.")
}

// toAdult carries what was typed into the form about a child over to the form about an adult, as the writer's draft there.
func (f *Feature) toAdult(w http.ResponseWriter, r *http.Request, form *writeForm) error {
	kept := url.Values{}
	for _, name := range []string{"words", "when", "day", "time", "place", "kid"} {
		if v := r.PostForm[name]; len(v) > 0 {
			kept[name] = v
		}
	}
	if form.Urgent.Value == "yes" {
		kept.Set("harm", "yes")
	}
	if ids := form.Files.IDs(); len(ids) > 0 {
		kept["file"] = ids
	}
	err := f.DB.Write(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a draft is nobody's record yet")
		if form.ID != "" {
			if err := web.DropDraft(ctx, tx, form.ID); err != nil {
				return err
			}
		}
		if len(kept["words"]) == 0 || kept.Get("words") == "" {
			return nil // nothing is typed yet: the form about an adult begins empty, or where it was left
		}
		return web.KeepDraft(ctx, tx, web.Draft{ID: tx.NewID(), Form: "adult", Values: kept})
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/adults/new", "")
}
