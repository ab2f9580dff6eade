package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// leads says whether the viewer is a lead of the school. NotFound: they are not.
func leads(v access.Viewer, org string) error {
	if _, system := v.IsSystem(); system || v.HoldsAt(access.DSL, org) {
		return nil
	}
	return errs.Missing()
}

// Staff returns everybody of a school with their staff groups, by name.
func (f *Feature) Staff(ctx context.Context, tx *store.Tx, org string) ([]Member, error) {
	all, err := f.People.Staff(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	put, err := f.store.groupsPut(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		if all[i].Group = put[m.Account]; all[i].Group == "" {
			all[i].Group = GroupOf(m.Title)
		}
	}
	return all, nil
}

// groupOf is the staff group of one person at a school.
func (f *Feature) groupOf(ctx context.Context, tx *store.Tx, org, account string) (string, error) {
	all, err := f.Staff(ctx, tx, org)
	for _, m := range all {
		if m.Account == account {
			return m.Group, nil
		}
	}
	return "teachers", err
}

// Make drafts a quiz and chooses its questions. A second call with the same id changes nothing.
// NotFound: the school is not one that the viewer leads. Rule: it cannot be made so.
func (f *Feature) Make(ctx context.Context, v access.Viewer, q Quiz) (err error) {
	defer errs.Wrap(&err, "quiz.Make(%s)", q.ID)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := leads(tx.Viewer, q.Org); err != nil {
			return err
		}
		if have, err := f.store.Quiz(ctx, tx, q.ID); err == nil {
			if have.Org != q.Org || have.By != tx.Viewer.Account {
				return errs.Missing()
			}
			tx.Unaudited("it was made before")
			return nil
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := CheckQuiz(q, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if q.Follows != "" {
			before, err := f.own(ctx, tx, q.Follows)
			if err != nil {
				return err
			}
			if before.Org != q.Org || before.State != Closed {
				return errs.Refuse("Close the first quiz before you give the one that looks again")
			}
		}
		bank, used, err := f.bankFor(ctx, tx, q.Org)
		if err != nil {
			return err
		}
		chosen, err := Pick(bank, q, used)
		if err != nil {
			return err
		}
		q.State, q.By = Draft, tx.Viewer.Account
		if err := f.store.insertQuiz(ctx, tx, q); err != nil {
			return err
		}
		for i, x := range chosen {
			if err := f.store.putItem(ctx, tx, q.ID, i+1, x.ID); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "quiz.made", q.ID.Ref(), audit.Org(q.Org))
	})
	if store.IsDuplicate(err) {
		return errs.Missing()
	}
	return err
}

func (f *Feature) bankFor(ctx context.Context, tx *store.Tx, org string) ([]Question, map[QuestionID]bool, error) {
	bank, err := f.store.LiveQuestions(ctx, tx, org)
	if err != nil {
		return nil, nil, err
	}
	used, err := f.store.usedIn(ctx, tx, org)
	return bank, used, err
}

// own returns a quiz of a school that the viewer leads. NotFound: none.
func (f *Feature) own(ctx context.Context, tx *store.Tx, id ID) (Quiz, error) {
	q, err := f.store.Quiz(ctx, tx, id)
	if err != nil {
		return q, err
	}
	return q, leads(tx.Viewer, q.Org)
}

// change runs do with a quiz of the viewer's, locked.
func (f *Feature) change(ctx context.Context, v access.Viewer, id ID, action string, do func(context.Context, *store.Tx, Quiz, []Question) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.own(ctx, tx, id); err != nil {
			return err
		}
		if err := f.lock(ctx, tx, id); err != nil {
			return err
		}
		q, err := f.store.Quiz(ctx, tx, id)
		if err != nil {
			return err
		}
		items, err := f.store.Items(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, q, items); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, id.Ref(), audit.Org(q.Org))
	})
}

// SwapQuestion puts another question of the same theme in the place of the nth. Rule: there is none, or the quiz is no draft.
func (f *Feature) SwapQuestion(ctx context.Context, v access.Viewer, id ID, n int) (err error) {
	defer errs.Wrap(&err, "quiz.SwapQuestion(%s, %d)", id, n)
	return f.change(ctx, v, id, "quiz.swapped", func(ctx context.Context, tx *store.Tx, q Quiz, items []Question) error {
		if n < 1 || n > len(items) {
			return errs.Missing()
		}
		if q.State != Draft {
			return errs.Refuse("This quiz has been given: its questions stay as they are")
		}
		bank, used, err := f.bankFor(ctx, tx, q.Org)
		if err != nil {
			return err
		}
		x, err := Swap(bank, items, items[n-1], q, used)
		if err != nil {
			return err
		}
		return f.store.putItem(ctx, tx, id, n, x.ID)
	})
}

// Give gives a draft to everybody of its staff groups. They are written to when it begins. Rule: it cannot be given.
func (f *Feature) Give(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "quiz.Give(%s)", id)
	return f.change(ctx, v, id, "quiz.given", func(ctx context.Context, tx *store.Tx, q Quiz, items []Question) error {
		if err := CanGive(q, items, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		n, err := f.callAll(ctx, tx, q)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Refuse("Nobody at the school is in these staff groups. Look at who is in which")
		}
		if err := f.store.setState(ctx, tx, id, Given, 0); err != nil {
			return err
		}
		if q.From > clock.DayOf(tx.Now.Time()) {
			return nil
		}
		return jobs.Add(ctx, tx, Write{Quiz: id})
	})
}

// callAll asks everybody of a quiz's staff groups who is not asked yet, and returns how many that are in all.
func (f *Feature) callAll(ctx context.Context, tx *store.Tx, q Quiz) (n int, err error) {
	staff, err := f.Staff(ctx, tx, q.Org)
	if err != nil {
		return 0, err
	}
	for _, m := range staff {
		if q.For(m.Group) {
			n++
			if err := f.store.insertCall(ctx, tx, q.ID, m); err != nil {
				return 0, err
			}
		}
	}
	return n, f.store.setCalled(ctx, tx, q.ID)
}

// Discard throws a draft away. Rule: it has been given.
func (f *Feature) Discard(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "quiz.Discard(%s)", id)
	return f.change(ctx, v, id, "quiz.discarded", func(ctx context.Context, tx *store.Tx, q Quiz, _ []Question) error {
		if q.State != Draft {
			return errs.Refuse("This quiz has been given. Close it instead")
		}
		return f.store.deleteDraft(ctx, tx, id)
	})
}

// Close ends a quiz: from now on nobody sends answers, others than the leads see the figures, the gaps become needs, and needs that
// were met are closed or open again (QUI-3). Rule: nobody is taking it.
func (f *Feature) Close(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "quiz.Close(%s)", id)
	return f.change(ctx, v, id, "quiz.closed", func(ctx context.Context, tx *store.Tx, q Quiz, items []Question) error {
		if err := CanClose(q); err != nil {
			return err
		}
		if err := f.store.setState(ctx, tx, id, Closed, tx.Now); err != nil {
			return err
		}
		tallies, err := f.store.Tallies(ctx, tx, id)
		if err != nil {
			return err
		}
		needs, err := f.store.NeedsOf(ctx, tx, q.Org)
		if err != nil {
			return err
		}
		exact, below := Exact(tallies, len(items)), Starter().GapBelow
		for i, n := range needs {
			right, of := resultFor(exact, items, n)
			to := Looked(n, right, of, below)
			if to == n.State {
				continue
			}
			n.State, n.Checked = to, id
			needs[i] = n
			if err := f.store.updateNeed(ctx, tx, n); err != nil {
				return err
			}
		}
		for _, n := range GapsOf(exact, items, below) {
			if covered(n, needs) {
				continue
			}
			n.ID, n.Org, n.Quiz = NeedID(tx.NewID()), q.Org, id
			if err := f.store.insertNeed(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// covered says whether somebody is at work on the need already: the same theme, for the same people or more.
func covered(n Need, needs []Need) bool {
	for _, have := range needs {
		if have.Theme != n.Theme || have.State != NeedOpen && have.State != NeedPlanned {
			continue
		}
		if len(have.Groups) == 0 || len(n.Groups) > 0 && !missing(n.Groups, have.Groups) {
			return true
		}
	}
	return false
}

// missing says whether a key stands in one list and not in the other.
func missing(keys, in store.Keys) bool {
	for _, k := range keys {
		if !contains(in, k) {
			return true
		}
	}
	return false
}

// PutGroup puts somebody into a staff group. What they have sent stays with the group they were in. NotFound: not at a school of the viewer's.
func (f *Feature) PutGroup(ctx context.Context, v access.Viewer, org string, groups map[string]string) (err error) {
	defer errs.Wrap(&err, "quiz.PutGroup(%s)", org)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := leads(tx.Viewer, org); err != nil {
			return err
		}
		staff, err := f.Staff(ctx, tx, org)
		if err != nil {
			return err
		}
		changed := map[string]string{}
		for _, m := range staff {
			g := groups[m.Account]
			if g == "" || g == m.Group {
				continue
			}
			if GroupWords(g) == "" {
				return errs.Refuse("Choose staff groups from the list")
			}
			changed[m.Account] = g
			if err := f.store.putGroup(ctx, tx, org, m.Account, g); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "quiz.groups_put", ref.To("organisation", org), audit.Org(org), audit.Detail(changed))
	})
}
