package directory

import (
	"context"
	"net"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// District is one district of the database. Demo is for the invented one.
type District struct {
	ID, Name, Host string
	Demo           bool
}

func (d *District) Dest() []any { return []any{&d.ID, &d.Name, &d.Host, &d.Demo} }

// Districts returns the districts of the database, oldest first.
func (Store) Districts(ctx context.Context, db *store.DB) (out []District, err error) {
	err = db.Read(ctx, access.System("*", "list districts"), func(ctx context.Context, tx *store.Tx) error {
		out, err = store.All[District](ctx, tx, store.SQL(`SELECT d.id, d.name, d.host, d.demo FROM directory_district d ORDER BY d.made_at, d.id`))
		return err
	})
	return out, err
}

// InsertDistrict makes a district.
func (Store) InsertDistrict(ctx context.Context, tx *store.Tx, d District) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_district (id, name, host, demo, made_at) VALUES (?, ?, ?, ?, ?)`, d.ID, d.Name, d.Host, d.Demo, int64(tx.Now)))
}

// ByHost returns how to tell which district a host name is for: the one that names it, or the only one there is. A host name
// that belongs to nobody in a database of several districts gives "", which holds nothing.
func ByHost(all []District) func(host string) string {
	return func(host string) string {
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		for _, d := range all {
			if d.Host != "" && strings.EqualFold(d.Host, host) {
				return d.ID
			}
		}
		if len(all) == 1 {
			return all[0].ID
		}
		return ""
	}
}

// KeepsDistrict refuses whoever does not administer the whole district: the authority, or the partnership. What all schools share, such as
// clocks and the rules of referrals, is theirs to set. NotFound: not the viewer.
func (s Store) KeepsDistrict(ctx context.Context, tx *store.Tx) error {
	names, err := s.Names(ctx, tx, tx.Viewer.Roles[access.Admin]...)
	if err != nil {
		return err
	}
	for _, o := range names {
		if o.Kind == Authority || o.Kind == Partnership {
			return nil
		}
	}
	return errs.Missing()
}
