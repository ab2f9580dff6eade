package adults

import (
	"context"
	"strings"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// receipt is what the writer finds, and a first reader without the right to decide.
func (f *Feature) receipt(ctx context.Context, tx *store.Tx, c Concern) (*receiptView, error) {
	action, own := "adult.own-opened", c.Reporter == tx.Viewer.Account
	if !own {
		action = "adult.first-read"
	}
	if _, _, err := tx.Open(ctx, action, refTo(c.ID)); err != nil {
		return nil, err
	}
	accounts, err := f.store.Accounts(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	feedback, err := f.store.Feedback(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := &receiptView{ID: string(c.ID), Number: c.Number, About: aboutWords(c), Own: own, Steps: stateSteps(c, "", tx.Now), Officer: set.OfficerName, Phone: set.OfficerPhone}
	kids, err := f.store.Children(ctx, tx, string(c.ID))
	if err != nil {
		return nil, err
	}
	var entries []string
	for _, k := range kids {
		entries = append(entries, k.Harm)
	}
	mine, err := f.store.Entries(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	for _, e := range mine {
		v.Children = append(v.Children, e.Words)
	}
	if c.TakenAt == 0 && own {
		w, err := f.watchWords(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		v.Wait = w
	}
	if v.Words, err = f.words(ctx, tx, c, accounts); err != nil {
		return nil, err
	}
	if v.Files, err = f.filesOf(ctx, tx, accounts); err != nil {
		return nil, err
	}
	ids := []string{}
	for _, x := range feedback {
		ids = append(ids, x.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	for _, x := range feedback {
		v.Feedback = append(v.Feedback, [2]string{x.Words, names[x.By].Name + ", " + term.DateTime(x.At, tx.Now)})
	}
	return v, err
}

// watchWords says to a writer whose words nobody has taken what happens next, and when it has gone on for too long whom to ring.
func (f *Feature) watchWords(ctx context.Context, tx *store.Tx, c Concern) (string, error) {
	w, err := f.store.watchOf(ctx, tx, c.ID)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	if w.Step >= 2 || w.Step == 1 && w.DueAt <= tx.Now {
		return "Nobody has taken it yet. Ring the designated officer yourself, now.", err
	}
	if w.Step == 1 {
		return "The stand-in has been told too. If it cannot wait, ring the designated officer yourself.", err
	}
	return "If nobody has read it by " + term.DateTime(w.DueAt, tx.Now) + ", the named stand-in is told. If it cannot wait, ring the designated officer yourself.", err
}

func aboutWords(c Concern) string {
	if c.Self {
		return "About myself"
	}
	if c.Name == "" {
		return "Whom it is about is not said yet"
	}
	parts := []string{c.Name}
	if c.Works != Unsaid {
		parts = append(parts, strings.ToLower(c.Works.Words()[:1])+c.Works.Words()[1:])
	}
	if c.Employer != "" {
		parts = append(parts, c.Employer)
	}
	return strings.Join(parts, ", ")
}

// words makes the sheets on which people's words stand.
func (f *Feature) words(ctx context.Context, tx *store.Tx, c Concern, accounts []Account) ([]ui.Words, error) {
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.AuthorID)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	var out []ui.Words
	for _, a := range accounts {
		x := ui.Words{By: a.Author, Role: names[a.AuthorID].Title, Text: a.Words, Later: a.Later, Place: c.Place}
		if n, ok := names[a.AuthorID]; ok {
			x.By = n.Name
		}
		if a.AuthorID != "" && a.AuthorID == tx.Viewer.Account {
			x.By = "You"
		}
		if a.Later {
			x.Place, x.Meta = "", []string{"added " + term.DateTime(a.At, tx.Now) + ", a further account"}
		} else if c.Activity != "" {
			x.Meta = append(x.Meta, "During: "+c.Activity)
		}
		out = append(out, x)
	}
	return out, err
}
