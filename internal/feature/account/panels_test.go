package account

import (
	"context"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/testkit"
)

func TestTheDayShowsTheAdministratorWhoHasNotComeAndWhoLeaves(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		me, _ := h.admin()
		rows := func(v access.Viewer) (out []ui.RowItem) {
			testkit.OK(t, h.World.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
				all, err := h.Panels(ctx, tx)
				out = nil
				for _, p := range all {
					out = append(out, p.Rows...)
				}
				return err
			}))
			return out
		}
		admin := access.Viewer{Account: string(me.ID), District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{access.Admin: {oak}}}
		h.at("Ann Staying", oak, access.Member)
		if got := rows(admin); len(got) != 0 {
			t.Fatalf("nobody is awaited, nobody leaves: %+v", got)
		}
		leaver := h.posts(h.at("Ben Leaving", oak, access.Member).ID)[0]
		elsewhere := h.posts(h.at("Cy Elsewhere", elm, access.Member).ID)[0]
		for _, p := range []Post{leaver, elsewhere} {
			h.write(func(ctx context.Context, tx *store.Tx) error {
				return h.store.endPost(ctx, tx, p.ID, tx.Now.Add(3*24*time.Hour))
			})
		}
		_, err := h.Invite(t.Context(), admin, Invitation{ID: ID(newID(h)), Name: "Di Awaited", Email: "di@oak.example", Post: Post{ID: newID(h), Org: oak, Role: access.Member, Title: "Teacher", From: h.World.DB.Now(), Until: NoEnd}})
		testkit.OK(t, err)
		got := rows(admin)
		if len(got) != 2 || got[0].What != "Ben Leaving" || got[1].What != "Di Awaited" {
			t.Errorf("%+v", got)
		}
		weak := admin
		weak.Strength = access.FirstFactor
		if got := rows(weak); got != nil {
			t.Error("shown with a first factor")
		}
		if got := rows(access.Viewer{Account: string(me.ID), District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{access.DSL: {oak}}}); got != nil {
			t.Error("shown to somebody who administers nobody")
		}
	})
}
