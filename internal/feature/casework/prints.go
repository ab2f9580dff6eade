package casework

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
)

// order is what paper somebody asks for.
type order struct {
	ID            string // the form's; "" for a look on the screen, which is made anew each time
	Child         string
	View, Purpose string
	Action        string // as the log calls it
	Names         string // where the names to be replaced beside those that are known were kept; "" none
	Seen          string // digest of what the maker looked over before; "" asks for none
	PDF           bool
}

// made is a paper with what its maker is told of it.
type made struct {
	Paper  document.Document
	PDF    []byte
	Review review // of a paper without names
}

// onScreen is the purpose of a paper that is only looked at; it has a check code all the same, because it can be printed.
const onScreen = "Shown on the screen; nobody gave a purpose"

// Make makes a chronology as the viewer may see it now, writes down that it was made, and keeps its check code, all before
// anything of it is shown (CHR-5). The same order sent twice gives the same paper and is kept once (SEC-15).
//
// NotFound: no such child, or not for this viewer; an order of somebody else's. Rule: the chronology has changed since the same
// order was sent first, or since it was looked over; the names to be replaced are no longer kept.
func (f *Feature) Make(ctx context.Context, v access.Viewer, o order) (m made, err error) {
	for range 2 {
		if m, err = f.make(ctx, v, o); !store.IsDuplicate(err) {
			break // sent twice at once: the other one has been kept meanwhile
		}
	}
	return m, err
}

func (f *Feature) make(ctx context.Context, v access.Viewer, o order) (m made, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = made{}
		x, err := f.open(ctx, tx, o.Child, o.Action+"_opened")
		if err != nil {
			return err
		}
		at, before, err := f.before(ctx, tx, o)
		if err != nil {
			return err
		}
		if m.Paper, m.Review, err = f.paper(ctx, tx, x, o, at); err != nil {
			return err
		}
		if o.Seen != "" && o.Seen != digest(m.Paper) {
			return errs.Refuse("The chronology has changed since you looked it over. Look it over again before you hand it on")
		}
		code := document.Hash(m.Paper)
		p := Print{ID: o.ID, File: x.child.File, Child: o.Child, Code: code.Short(), SHA256: code.Full(), By: v.Account, At: at, Purpose: o.Purpose, View: o.View}
		if o.PDF {
			if m.PDF, err = document.PDF(m.Paper); err != nil {
				return err
			}
			p.FileSHA256 = document.FileHash(m.PDF)
		}
		if before != nil {
			if before.SHA256 != p.SHA256 {
				return errs.Refusef("You made this at %s, and the chronology has changed since. Go back and make another", term.Time(before.At))
			}
			return nil
		}
		org := x.child.Org
		tx.Along(func(ctx context.Context, tx *store.Tx) error { return f.keep(ctx, tx, p, org, o.Action) })
		return nil
	})
	return m, err
}

// before returns the instant a paper is of, and the print that the same order left when it was sent before, nil for the first.
func (f *Feature) before(ctx context.Context, tx *store.Tx, o order) (clock.Millis, *Print, error) {
	if o.ID == "" {
		return tx.Now, nil, nil
	}
	p, err := f.store.printed(ctx, tx, o.ID)
	switch {
	case errs.Is(err, errs.NotFound):
		return tx.Now, nil, nil
	case err != nil:
		return 0, nil, err
	case p.By != tx.Viewer.Account || p.Child != o.Child:
		return 0, nil, errs.Missing()
	}
	return p.At, &p, nil
}

// keep writes a print down, with its hashes where an export of the log can confirm them.
func (f *Feature) keep(ctx context.Context, tx *store.Tx, p Print, org, action string) error {
	if p.ID == "" {
		p.ID = tx.NewID()
	}
	if err := f.store.insertPrint(ctx, tx, p); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, action, ref.To(access.Child, p.File), audit.Org(org), audit.Detail(p)); err != nil {
		return err
	}
	return audit.DocumentMade(ctx, tx, p.SHA256, p.FileSHA256, audit.Org(org))
}
