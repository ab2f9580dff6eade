package adults

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// settle runs fn on what a school has settled about worries about adults, for its head or its chair of governors, and writes it into
// the log. NotFound: the viewer is neither.
func (f *Feature) settle(ctx context.Context, v access.Viewer, org, action string, fn func(ctx context.Context, tx *store.Tx, s School) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !v.HoldsAt(access.Head, org) && !v.HoldsAt(access.Chair, org) {
			return errs.Missing()
		}
		s, err := f.school(ctx, tx, org)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, ref.To("organisation", org), audit.Org(org))
	})
}

// SetCover says who stands in for the viewer, and until which day the viewer is away ("" here). Nobody sets it for another: a head
// must not choose who reads about the head in the chair's place.
// Rule: the stand-in is the viewer, holds no post there, or the day is over.
func (f *Feature) SetCover(ctx context.Context, v access.Viewer, org string, c Cover) error {
	return f.settle(ctx, v, org, "adults.cover-set", func(ctx context.Context, tx *store.Tx, s School) error {
		switch {
		case c.StandIn == v.Account:
			return errs.Refuse("Choose somebody else than yourself")
		case c.StandIn != "" && !slices.Contains(s.Present, c.StandIn):
			return errs.Refuse("Choose one of the people shown")
		case c.Away != "" && c.StandIn == "":
			return errs.Refuse("Choose who stands in for you before you say that you are away")
		case c.Away != "" && c.Away < clock.DayOf(tx.Now.Time()):
			return errs.Refuse("The last day away is over already")
		}
		return f.store.setCover(ctx, tx, org, v.Account, c)
	})
}

// SetFirst names the lead who reads low-level concerns first, or with "" nobody (LLC-1). The head does it alone.
func (f *Feature) SetFirst(ctx context.Context, v access.Viewer, org, lead string) error {
	return f.settle(ctx, v, org, "adults.first-reader-set", func(ctx context.Context, tx *store.Tx, s School) error {
		if !v.HoldsAt(access.Head, org) {
			return errs.Missing()
		}
		leads, err := f.People.People(ctx, tx, org, access.DSL)
		if err != nil {
			return err
		}
		if lead != "" && !slices.ContainsFunc(leads, func(p ref.Person) bool { return p.ID == lead }) {
			return errs.Refuse("Choose one of the school’s safeguarding leads")
		}
		return f.store.setFirst(ctx, tx, org, lead)
	})
}

// SetProprietor says whether the headteacher is the proprietor too. Then what is about the head goes to the designated officer at
// once, so the head may say so, and only the chair may take it back.
func (f *Feature) SetProprietor(ctx context.Context, v access.Viewer, org string, yes bool) error {
	return f.settle(ctx, v, org, "adults.proprietor-set", func(ctx context.Context, tx *store.Tx, s School) error {
		if !yes && s.Proprietor && !v.HoldsAt(access.Chair, org) {
			return errs.Refuse("Only the chair of governors takes this back")
		}
		return f.store.setProprietor(ctx, tx, org, yes)
	})
}

// SetHousehold says that two people of the school live together, or no longer do. Neither then reads what is about the other
// (LLC-2). Rule: the same person twice, or somebody who holds no post there.
func (f *Feature) SetHousehold(ctx context.Context, v access.Viewer, org, one, other string, together bool) error {
	return f.settle(ctx, v, org, "adults.household-set", func(ctx context.Context, tx *store.Tx, s School) error {
		if one == other || together && (!slices.Contains(s.Present, one) || !slices.Contains(s.Present, other)) {
			return errs.Refuse("Choose two people who live together")
		}
		if !together {
			if v.Account == one || v.Account == other {
				return errs.Refuse("You cannot take this back for yourself. The other of head and chair of governors can")
			}
			n, err := f.store.dropHousehold(ctx, tx, org, one, other)
			if err == nil && n == 0 {
				return errs.Missing()
			}
			return err
		}
		_, err := f.store.addHousehold(ctx, tx, org, one, other)
		return err
	})
}
