package directory

import (
	"context"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Listed is a school as the register lists it, with the numbers by which other systems know it.
type Listed struct {
	ID, Name, URN     string
	Authority, Number string
	Status            string
}

func (l *Listed) Dest() []any {
	return []any{&l.ID, &l.Name, &l.URN, &l.Authority, &l.Number, &l.Status}
}

// Numbers are all by which a file may name the school: URN, DfE number (LAESTAB) with and without a stroke, and our own id.
func (l Listed) Numbers() []string {
	out := []string{l.URN, l.ID}
	if l.Authority != "" && l.Number != "" {
		out = append(out, l.Authority+l.Number, l.Authority+"/"+l.Number)
	}
	return out
}

// SchoolByURN returns a school. Rule: the register does not hold it, or it is closed; the sentence names the school that took its
// place, where there is one (ROL-7).
func (s Store) SchoolByURN(ctx context.Context, tx *store.Tx, urn string) (Listed, error) {
	l, err := store.One[Listed](ctx, tx, store.SQL(`SELECT o.id, o.name, o.urn, o.la_code, o.number, o.status FROM directory_organisation o WHERE o.district_id = ? AND o.urn <> '' AND o.urn = ?`, tx.Viewer.District, urn))
	if err == nil && l.Status != StatusClosed {
		return l, nil
	}
	if err != nil && !errs.Is(err, errs.NotFound) {
		return l, err
	}
	r, err := s.Successor(ctx, tx, urn)
	if err != nil {
		return l, err
	}
	if r.URN != "" {
		return l, errs.Refusef("School %s is closed. School %s took its place.", urn, r.URN)
	}
	return l, errs.Refuse(r.Reason)
}
