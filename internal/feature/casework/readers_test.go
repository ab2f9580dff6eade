package casework_test

import (
	"context"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// Above says nothing: who else reads a file is the slice sharing's matter.
func (t *town) Above(context.Context, *store.Tx, string, string) (templ.Component, error) {
	return nil, nil
}

func (a adults) ViewersOf(_ context.Context, tx *store.Tx, accounts ...string) (out []access.Viewer, err error) {
	for _, account := range accounts {
		if v, ok := a.t.people[account]; ok {
			v.Now = tx.Now
			out = append(out, v)
		}
	}
	return out, nil
}
