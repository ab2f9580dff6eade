package running

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

type keepingView struct {
	Form        *keepingForm
	Action      string
	Title, Back string
	Wait        bool     // the venue is to be confirmed
	Others      []string // who from elsewhere stands in front of it, and whether they keep the register
}

func (f *Feature) keepingView(r *http.Request) (v keepingView, g Register, err error) {
	id, err := pathRun(r)
	if err != nil {
		return v, g, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if !tx.Viewer.HoldsAt(access.TrainingAdmin, k.block.Org) {
			return errs.Missing()
		}
		staff, err := f.Staff.Staff(ctx, tx, k.block.Org)
		if err != nil {
			return err
		}
		g = k.g
		v = keepingView{Form: newKeepingForm(staff), Title: k.course.Title + ", " + training.DayWords(k.run.Days), Back: "/training/office/dates/" + string(id), Wait: !known(k.run)}
		v.Action = v.Back + "/keeping"
		v.Form.Version, v.Form.Joining.Value, v.Form.Before.Value, v.Form.Remind.Value = g.Version, g.Joining, showDays(g.Before), showDays(g.Remind)
		if v.Form.Trainers.Values, err = f.rows.trainers(ctx, tx, id); err != nil {
			return err
		}
		v.Form.Outside.Value, v.Others, err = f.elsewhere(ctx, tx, id, staff)
		return err
	})
	return v, g, err
}

// elsewhere are those in front of a run who are not of its organiser's staff: as they are written down, and whether they keep the register.
func (f *Feature) elsewhere(ctx context.Context, tx *store.Tx, id training.RunID, staff []Member) (lines string, said []string, err error) {
	all, err := f.rows.fronts(ctx, tx, id)
	if err != nil {
		return "", nil, err
	}
	for _, x := range all {
		if x.Gone || slices.ContainsFunc(staff, func(m Member) bool { return m.Account == x.Account }) {
			continue
		}
		keeps := " has no account, and gets letters"
		if x.Account != "" {
			names, err := f.People.Names(ctx, tx, x.Account)
			if err != nil {
				return "", nil, err
			}
			if x.Email, err = f.People.Email(ctx, tx, x.Account); err != nil && !errs.Is(err, errs.NotFound) {
				return "", nil, err
			}
			x.Name, keeps = names[x.Account].Name, " has an account, and keeps the register"
		}
		lines += x.Name + ", " + x.Email + "\n"
		said = append(said, x.Name+keeps+".")
	}
	return lines, said, nil
}

func keepingShown(v keepingView) web.Page {
	return working("Letters and trainers", "/training/office", web.Page{Crumb: &ui.Link{Text: "The date", Href: v.Back}, Body: keepingBody(v)})
}

func (f *Feature) beginKeeping(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.keepingView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, keepingShown(v))
}

func (f *Feature) saveKeeping(w http.ResponseWriter, r *http.Request) error {
	v, g, err := f.keepingView(r)
	if err != nil {
		return err
	}
	v.Form.Trainers.Values = nil
	ok := v.Form.Parse(r)
	g.Joining, g.Before, g.Remind, g.Version = v.Form.Joining.Value, days(v.Form.Before, "Joining instructions"), days(v.Form.Remind, "Reminder"), v.Form.Version
	outside, bad := ReadOutside(v.Form.Outside.Value)
	if bad != nil {
		v.Form.Outside.Problem = errs.Sentence(bad)
	}
	if !ok || v.Form.Wrong() {
		return web.Invalid(w, r, keepingShown(v))
	}
	err = f.Keep(r.Context(), web.Viewer(r), g, v.Form.Trainers.Values, outside...)
	switch {
	case errs.Is(err, errs.Rule):
		v.Form.Refuse(err)
		return web.Invalid(w, r, keepingShown(v))
	case errs.Is(err, errs.Conflict):
		v.Form.Refuse(err)
		return web.Conflicting(w, r, keepingShown(v))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, v.Back, "Saved.")
}

type awardView struct {
	Form         *awardForm
	Title        string
	Back, Action string
}

func (f *Feature) awardView(r *http.Request) (v awardView, a Award, err error) {
	s, err := web.PathID(r, "course")
	if err != nil {
		return v, a, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		c, err := f.Store.Course(ctx, tx, training.CourseID(s))
		if err != nil {
			return err
		}
		if !slices.Contains(training.Offices(tx.Viewer), c.Org) {
			return errs.Missing()
		}
		if a, err = f.rows.Award(ctx, tx, c.ID); err != nil {
			return err
		}
		v = awardView{Form: newAwardForm(), Title: c.Title, Back: "/training/office/courses/" + s}
		v.Action = v.Back + "/award"
		v.Form.Version, v.Form.Duties.Values = a.Version, a.Duties
		if a.Evaluation {
			v.Form.Evaluation.Values = []string{"yes"}
		}
		return nil
	})
	return v, a, err
}

func awardShown(v awardView) web.Page {
	return working("Certificate and duties", "/training/office", web.Page{Crumb: &ui.Link{Text: "The course", Href: v.Back}, Body: awardBody(v)})
}

func (f *Feature) beginAward(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.awardView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, awardShown(v))
}

func (f *Feature) saveAward(w http.ResponseWriter, r *http.Request) error {
	v, a, err := f.awardView(r)
	if err != nil {
		return err
	}
	v.Form.Duties.Values, v.Form.Evaluation.Values = nil, nil
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, awardShown(v))
	}
	a.Evaluation, a.Duties, a.Version = v.Form.Evaluation.Has("yes"), v.Form.Duties.Values, v.Form.Version
	err = f.SetAward(r.Context(), web.Viewer(r), a)
	switch {
	case errs.Is(err, errs.Rule):
		v.Form.Refuse(err)
		return web.Invalid(w, r, awardShown(v))
	case errs.Is(err, errs.Conflict):
		v.Form.Refuse(err)
		return web.Conflicting(w, r, awardShown(v))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, v.Back, "Saved. It counts for registers that are closed from now on.")
}
