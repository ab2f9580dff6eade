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
		WHERE o.district_id = ? AND (o.id = ? OR o.urn = ? OR o.name = ?) LIMIT 2`, tx.Viewer.District, text, text, text))
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
