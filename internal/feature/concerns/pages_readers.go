package concerns

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// caseReaders puts on the page who can read the concern as it stands, by the table that decides, and whether the viewer may do more
// than read. Somebody who only reads, such as a lead of another school with whom it is shared, gets no form that would lead nowhere.
func (f *Feature) caseReaders(ctx context.Context, tx *store.Tx, view *caseView, c Concern, t Triage) error {
	whole, err := tx.Whole(ctx, string(c.ID))
	if err != nil {
		return err
	}
	all, err := readers.Of(ctx, tx, f.People, whole...)
	if err != nil {
		return err
	}
	for _, x := range all {
		view.Readers = append(view.Readers, ui.Reader{Who: x.Name, Why: x.Why})
	}
	v := tx.Viewer
	decides := false
	for _, r := range whole {
		if r.ID == t.ID {
			decides, _ = access.Rules.Decide(v, true, r)
		}
	}
	if view.ReadOnly = !decides || !v.Holds(access.DSL) && !v.Holds(access.Head); view.ReadOnly {
		if err := f.onlyRead(ctx, tx, view); err != nil {
			return err
		}
	}
	view.Above, err = f.Sharing.Above(ctx, tx, string(c.ID), "")
	return err
}

// onlyRead takes from the page the links to children whose cards the viewer may not see.
func (f *Feature) onlyRead(ctx context.Context, tx *store.Tx, view *caseView) error {
	var ids []string
	for _, k := range view.Kids {
		if k.Href != "" {
			ids = append(ids, k.Href[len("/children/"):])
		}
	}
	cards, err := f.Deps.Children.Named(ctx, tx, ids...)
	for i, k := range view.Kids {
		if k.Href != "" && cards[k.Href[len("/children/"):]].ID == "" {
			view.Kids[i].Href = ""
		}
	}
	return err
}

// deciders returns who may decide a concern as it stands, out of those of its school: whoever else is told of it learns that
// there is something, which is not for them where it is restricted or locked (SEC-3).
func (f *Feature) deciders(ctx context.Context, tx *store.Tx, c Concern) ([]string, error) {
	whole, err := tx.Whole(ctx, string(c.ID))
	if err != nil {
		return nil, err
	}
	viewers, err := f.People.Viewers(ctx, tx, c.Org)
	if err != nil {
		return nil, err
	}
	lead := whole[0]
	lead.Part, lead.Author = access.PartLead, "" // its flags and relations are those of the leads' part
	var out []string
	for _, v := range viewers {
		v.Now = tx.Now
		if ok, _ := access.Rules.Decide(v.Confirmed(), true, lead); ok {
			out = append(out, v.Account)
		}
	}
	slices.Sort(out)
	return out, nil
}
