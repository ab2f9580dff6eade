package directory

import (
	"context"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// Find returns the organisation of the district that an operator means: by id, by URN or by its whole name. Rule: none, or
// several of that name.
func (Store) Find(ctx context.Context, tx *store.Tx, text string) (ref.Organisation, error) {
	found, err := store.All[orgRow](ctx, tx, store.SQL(`SELECT o.id, o.name, o.kind FROM directory_organisation o
		WHERE o.district_id = ? AND (o.id = ? OR o.urn <> '' AND o.urn = ? OR o.name = ?) LIMIT 2`, tx.Viewer.District, text, text, text))
	switch {
	case err != nil:
		return ref.Organisation{}, err
	case text == "" || len(found) == 0:
		return ref.Organisation{}, errs.Refuse("There is no such organisation in this district. Give its URN or its whole name.")
	case len(found) > 1:
		return ref.Organisation{}, errs.Refuse("Several organisations have this name. Give the URN.")
	}
	return found[0].Organisation, nil
}

// OnlyPartnership returns the id of the safeguarding partnership of a district that has one. Rule: it has none, or several.
func (Store) OnlyPartnership(ctx context.Context, tx *store.Tx) (string, error) {
	found, err := store.Values[string](ctx, tx, store.SQL(`SELECT o.id FROM directory_organisation o WHERE o.district_id = ? AND o.kind = ? LIMIT 2`, tx.Viewer.District, Partnership))
	switch {
	case err != nil:
		return "", err
	case len(found) != 1:
		return "", errs.Refuse("Say whose courses these are with --organiser: its whole name or its URN.")
	}
	return found[0], nil
}

// Called returns the id of the one organisation of the district that has the name, "" where there is none or several.
func (Store) Called(ctx context.Context, tx *store.Tx, name string) (string, error) {
	found, err := store.Values[string](ctx, tx, store.SQL(`SELECT o.id FROM directory_organisation o WHERE o.district_id = ? AND o.name = ? LIMIT 2`, tx.Viewer.District, name))
	if err != nil || len(found) != 1 {
		return "", err
	}
	return found[0], nil
}

// PutAgency returns the id of the organisation of that name. Where no register lists one it is made, an agency; of several, the first
// counts. Rule: it has no name.
func (s Store) PutAgency(ctx context.Context, tx *store.Tx, name, postcode string) (string, error) {
	if name == "" {
		return "", errs.Refuse("Write the name of the organisation")
	}
	found, err := store.Values[string](ctx, tx, store.SQL(`SELECT o.id FROM directory_organisation o WHERE o.district_id = ? AND o.name = ? ORDER BY o.id LIMIT 1`, tx.Viewer.District, name))
	switch {
	case err != nil:
		return "", err
	case len(found) > 0:
		return found[0], nil
	}
	o := Organisation{ID: tx.NewID(), Kind: Agency, Name: name, Postcode: postcode}
	return o.ID, s.Insert(ctx, tx, o)
}
