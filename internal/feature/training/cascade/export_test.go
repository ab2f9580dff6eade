package cascade

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// NamesOn are the names on the list of a session that somebody may read.
func (f *Feature) NamesOn(v access.Viewer, s SessionID) (out []string, err error) {
	err = f.signIns(v, s, func(i SignIn) { out = append(out, i.Name) })
	return out, err
}

// OnList is the id under which a name stands on a list.
func (f *Feature) OnList(v access.Viewer, s SessionID, name string) (id string, err error) {
	err = f.signIns(v, s, func(i SignIn) {
		if i.Name == name {
			id = i.ID
		}
	})
	return id, err
}

func (f *Feature) signIns(v access.Viewer, s SessionID, each func(SignIn)) error {
	return f.DB.Read(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		all, err := f.store.SignIns(ctx, tx, s)
		for _, i := range all {
			each(i)
		}
		tx.SawList("test.seen", "", len(all))
		return err
	})
}

// AnswersOf are the words that the page of a plan shows.
func (f *Feature) AnswersOf(v access.Viewer, id ID) (out []string, err error) {
	err = f.DB.Read(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		p, err := f.store.Plan(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.Saw("test.seen", id.Ref(), p.Org, "a test")
		view := planView{Plan: p}
		ratings, err := f.store.ratings(ctx, tx, id)
		if err != nil {
			return err
		}
		err = f.answers(ctx, tx, &view, ratings[id])
		out = view.Said
		return err
	})
	return out, err
}

// RegisterOf is what the page of a plan says of its register.
func (f *Feature) RegisterOf(v access.Viewer, id ID) (words string, err error) {
	err = f.DB.Read(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		p, err := f.store.Plan(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.Saw("test.seen", id.Ref(), p.Org, "a test")
		words, err = f.register(ctx, tx, p)
		return err
	})
	return words, err
}

// Coverage is what the page of coverage is made of, about a training.
func (f *Feature) Coverage(v access.Viewer, subject string) (c Coverage, err error) {
	err = f.DB.Read(context.Background(), v, func(ctx context.Context, tx *store.Tx) error {
		facts, _, err := f.ledger(ctx, tx)
		if err != nil {
			return err
		}
		courses, err := f.courses.Courses(ctx, tx)
		if err != nil {
			return err
		}
		if subjects(courses, facts.Plans) == nil {
			return errs.Missing()
		}
		if _, err = f.about(ctx, tx, &facts, courses, subject); err != nil {
			return err
		}
		c = Cover(facts)
		return nil
	})
	return c, err
}

// Wanting are facts of demand: interest of these parties in a course without dates.
func (x Facts) Wanting(course string, parties ...string) Facts {
	for _, p := range parties {
		x.demand = append(x.demand, demandRow{course: course, party: p, state: interested})
	}
	return x
}

// Reaching are facts of reach: by plan and school, so many people.
func (x Facts) Reaching(plan ID, org string, people ...string) Facts {
	for _, p := range people {
		x.reach = append(x.reach, reachRow{string(plan), org, p})
	}
	return x
}
