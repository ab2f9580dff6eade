package training

import (
	"context"
	"strings"
	"unicode"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Rings is whom venues ring about the dates of an organiser.
type Rings struct {
	Org     string
	Words   string // a name or a role, and a telephone number; "" where nobody has said
	Version int64
}

// Dest lists where the columns go.
func (r *Rings) Dest() []any { return []any{&r.Org, &r.Words, &r.Version} }

// CheckRings says whether somebody can be rung by what is written.
func CheckRings(words string) error {
	digits := 0
	for _, c := range words {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	if digits < 5 || strings.IndexFunc(words, unicode.IsLetter) < 0 {
		return errs.Refuse("Write who answers and the telephone number, such as Training office, 01632 960 123")
	}
	return nil
}

// CheckVenueMail says whether a venue can be written to at an address; none is an answer, too.
func CheckVenueMail(email string) error {
	if email != "" && !mail.IsAddress(email) {
		return errs.Refuse("Write an e-mail address, such as bookings@example.org, or leave it empty")
	}
	return nil
}

// Rings returns whom venues ring, by organiser; an organiser who has not said is not among them.
func (Store) Rings(ctx context.Context, tx *store.Tx) (map[string]Rings, error) {
	all, err := store.All[Rings](ctx, tx, store.SQL(`SELECT o.org_id, o.rings, o.version FROM training_office o WHERE o.district_id = ? ORDER BY o.org_id`, tx.Viewer.District))
	out := map[string]Rings{}
	for _, r := range all {
		out[r.Org] = r
	}
	return out, err
}

// SetRings says whom venues ring about an organiser's dates. NotFound: the viewer does not run its training. Rule: nobody can be rung by it.
// Conflict: somebody else saved since.
func (f *Feature) SetRings(ctx context.Context, v access.Viewer, r Rings) (err error) {
	defer errs.Wrap(&err, "training.SetRings(%s)", r.Org)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := runs(tx.Viewer, r.Org); err != nil {
			return err
		}
		if err := CheckRings(r.Words); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_office (org_id, district_id, rings, version) VALUES (?, ?, ?, 1)
			ON CONFLICT (org_id) DO UPDATE SET rings = excluded.rings, version = training_office.version + 1 WHERE training_office.version = ?`, r.Org, tx.Viewer.District, r.Words, r.Version))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "Somebody else changed this since you opened it. Look at it again")
		}
		return audit.Record(ctx, tx, "training.rings_set", ref.To("organisation", r.Org), audit.Org(r.Org), audit.Detail(r.Words))
	})
}

// SetVenueMail says where a venue reads what is to happen there, "" for nowhere. A venue is the district's: whoever runs anybody's training may.
// NotFound: none, or the viewer runs nobody's. Rule: it is no address. Conflict: somebody else saved since.
func (f *Feature) SetVenueMail(ctx context.Context, v access.Viewer, id, email string, version int64) (err error) {
	defer errs.Wrap(&err, "training.SetVenueMail(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if len(Offices(tx.Viewer)) == 0 {
			return errs.Missing()
		}
		if err := CheckVenueMail(email); err != nil {
			return err
		}
		if err := f.VenueMail.SetVenueMail(ctx, tx, id, email, version); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.venue_mail_set", ref.To("venue", id), audit.Org(Offices(tx.Viewer)[0]), audit.Detail(email))
	})
}
