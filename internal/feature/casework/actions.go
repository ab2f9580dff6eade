package casework

import (
	"context"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// Mark marks an entry of a child's chronology significant, or with mark false takes the mark away, with a reason. Each marking
// is kept and shown (CHR-4). id is the form's: sent twice, it marks once (SEC-15). NotFound: no such entry, or not one the
// viewer may change; a form of somebody else's. Rule: see CanMark.
func (f *Feature) Mark(ctx context.Context, v access.Viewer, id, child, entry string, mark bool, reason string) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		e, err := story.One(ctx, tx, child, entry)
		if err != nil {
			return err
		}
		marks, err := f.store.marks(ctx, tx, child)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(marks, func(m Mark) bool { return m.ID == id }); i >= 0 {
			if marks[i].By != v.Account || marks[i].Entry != entry {
				return errs.Missing()
			}
			tx.Unaudited("the same form, sent twice: the first is in the log")
			return nil
		}
		if err := CanMark(e.Significant != "", mark, reason); err != nil {
			return err
		}
		stands, action := strings.TrimSpace(reason), "casework.marked"
		if !mark {
			stands, action = "", "casework.unmarked"
		}
		if err := story.Mark(ctx, tx, child, entry, stands); err != nil {
			return err
		}
		m := Mark{ID: id, Entry: entry, Reason: strings.TrimSpace(reason), Was: e.Significant, By: v.Account, Marked: mark, At: tx.Now}
		if err := f.store.insertMark(ctx, tx, child, e.Record, m); err != nil {
			return err
		}
		r, err := tx.Record(ctx, e.Record)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, ref.To(r.Kind, e.Record), audit.Org(r.Org), audit.Detail(m))
	})
	if store.IsDuplicate(err) {
		return nil // the same form, sent twice at once
	}
	return err
}

// keepSearch keeps what the viewer typed for an hour and returns under which id.
func (f *Feature) keepSearch(ctx context.Context, v access.Viewer, typed string) (id string, err error) {
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("what was typed is nobody's record; looking at what it finds is written down")
		id = tx.NewID()
		return f.store.insertSearch(ctx, tx, id, typed)
	})
	return id, err
}

// BreakGlass opens a child's file in an emergency: the card, the file and every record in the chronology that is there now, for
// BreakGlassFor. It returns the child. The school that keeps the file is told at once. Every asking is written down, right or
// wrong (SEC-11).
//
// id is the form's: sent twice, it opens once. Rule: see CanBreakGlass; nobody of that name and date of birth, always in the
// same words; too many askings within the hour.
func (f *Feature) BreakGlass(ctx context.Context, v access.Viewer, id, name string, born clock.Day, reason string) (child string, err error) {
	if err := CanBreakGlass(reason, nil, f.DB.Now()); err != nil {
		return "", err
	}
	reason = strings.TrimSpace(reason)
	asked := map[string]string{"name": name, "born": string(born), "reason": reason}
	again, tries := "", 0
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if e, err := f.store.emergency(ctx, tx, id); err == nil && e.By == v.Account {
			again = e.Child
		}
		if tries, err = f.store.tried(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "casework.emergency_asked", ref.To("emergency", id), audit.Detail(asked))
	})
	switch {
	case err != nil:
		return "", err
	case again != "":
		return again, nil
	case tries > TriesAtMost:
		return "", errs.Refusef("You have asked %d times within the hour. Ring the school, or children’s social care, and speak to somebody", TriesAtMost)
	}
	found, earlier, err := f.match(ctx, v, name, born)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			return audit.Record(ctx, tx, "casework.emergency_unmatched", ref.To("emergency", id))
		}); err != nil {
			return "", err
		}
		return "", errs.Refuse(noMatch)
	}
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := CanBreakGlass(reason, earlier, tx.Now); err != nil {
			return err
		}
		for i, x := range found {
			e := Emergency{ID: id, Org: x.child.Org, File: x.child.File, Child: x.child.ID, By: v.Account, Reason: reason, At: tx.Now, Until: tx.Now.Add(BreakGlassFor)}
			if i > 0 {
				e.ID = tx.NewID()
			}
			if err := f.store.insertEmergency(ctx, tx, e, x.records); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "casework.emergency_opened", ref.To(access.Child, e.File), audit.Org(e.Org), audit.Rule("break-glass-file"), audit.Detail(e)); err != nil {
				return err
			}
			if err := jobs.Add(ctx, tx, tellOwner{Emergency: e.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return found[0].child.ID, nil
}

// matched is a child with the records that there are now.
type matched struct {
	child   Child
	records []string
}

// match finds, as the program, the child of the name and date of birth: on a roll before anywhere else, and in each school
// where a child is on two rolls. earlier are the viewer's earlier openings of any of them.
func (f *Feature) match(ctx context.Context, v access.Viewer, name string, born clock.Day) (found []matched, earlier []Emergency, err error) {
	err = f.DB.Read(ctx, access.System(v.District, "emergency opening"), func(ctx context.Context, tx *store.Tx) error {
		found, earlier = nil, nil
		all, err := f.Children.Born(ctx, tx, born)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(c Child) bool { return !SameChild(name, c) })
		if here := slices.DeleteFunc(slices.Clone(all), func(c Child) bool { return c.Left }); len(here) > 0 {
			all = here
		}
		slices.SortFunc(all, func(a, b Child) int { return strings.Compare(a.ID, b.ID) })
		for _, c := range all {
			records, err := story.Records(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			mine, err := f.store.emergenciesBy(ctx, tx, v.Account, c.ID)
			if err != nil {
				return err
			}
			found, earlier = append(found, matched{c, append([]string{c.ID, c.File}, records...)}), append(earlier, mine...)
		}
		return nil
	})
	return found, earlier, err
}

// leadsAt are the schools whose files the viewer answers for.
func leadsAt(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head)
}

// Unsigned returns what of the viewer's schools was opened in an emergency and is not signed off yet, the oldest first: for the
// review list and for the page of the day.
func (f *Feature) Unsigned(ctx context.Context, tx *store.Tx) ([]Emergency, error) {
	return f.store.unsigned(ctx, tx, leadsAt(tx.Viewer))
}

// SignOff ends the review of an emergency opening with what was found; an opening that still lasts ends with it.
// NotFound: none such, or not of a school the viewer answers for. Rule: see CanSignOff.
func (f *Feature) SignOff(ctx context.Context, v access.Viewer, id, comment string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "casework_break_glass", id); err != nil {
			return err
		}
		e, err := f.store.emergency(ctx, tx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(leadsAt(v), e.Org) {
			return errs.Missing()
		}
		if err := CanSignOff(e, v.Account, comment); err != nil {
			return err
		}
		if err := f.store.endGrants(ctx, tx, e); err != nil {
			return err
		}
		if err := f.store.signOff(ctx, tx, id, strings.TrimSpace(comment)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "casework.emergency_signed_off", ref.To(access.Child, e.File), audit.Org(e.Org), audit.Detail(strings.TrimSpace(comment)))
	})
}
