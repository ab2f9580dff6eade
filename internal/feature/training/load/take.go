package load

import (
	"context"
	"io"
	"slices"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// Options of a loading.
type Options struct {
	Org    string // the organiser whose courses they become
	DryRun bool   // read and compare, and write nothing
	Alone  bool   // nobody else uses the database
}

// Take loads a file. New blocks are drafts, whose rules somebody looks at before they are published; dates that are added to a
// published block are published (TRN-16). What people set by hand stays, but for days, hours and a venue that is named now.
// NotFound: the viewer does not run the organiser's courses. Rule: the file is no list of dates.
func Take(ctx context.Context, f *training.Feature, v access.Viewer, in io.Reader, o Options) (res bulk.Result, err error) {
	if _, system := v.IsSystem(); !system && !v.HoldsAt(access.TrainingAdmin, o.Org) {
		return res, errs.Missing()
	}
	rows, rep, err := read(ctx, in)
	if err != nil {
		return res, err
	}
	t := taker{f: f, org: o.Org, groups: groups(rows)}
	w := bulk.Writer[row]{Pace: bulk.Pace{DB: f.DB, Viewer: v, Alone: o.Alone, DryRun: o.DryRun, Cost: 4},
		Put: func(ctx context.Context, tx *store.Tx, rows []row) (bulk.Tally, error) {
			return t.put(ctx, tx, o.DryRun, rows)
		}}
	for _, r := range rows {
		if err := w.Add(ctx, r); err != nil {
			return res, err
		}
	}
	err = w.Flush(ctx)
	res.Took(rep, w.Tally)
	return res, err
}

// groups are the titles that come in several formats of which a school takes one: two days, one day, half a day.
func groups(rows []row) map[string]string {
	found := map[string]map[training.Format]bool{}
	for _, r := range rows {
		if f := r.course.Format; f == training.TwoDay || f == training.OneDay || f == training.HalfDay {
			k := fold.Key(r.course.Title)
			if found[k] == nil {
				found[k] = map[training.Format]bool{}
			}
			found[k][f] = true
		}
	}
	out := map[string]string{}
	for title, f := range found {
		if len(f) > 1 {
			out[title] = title
		}
	}
	return out
}

type taker struct {
	f      *training.Feature
	org    string
	groups map[string]string
}

func (t taker) put(ctx context.Context, tx *store.Tx, dry bool, rows []row) (n bulk.Tally, err error) {
	for _, r := range rows {
		made, changed, err := t.one(ctx, tx, dry, r)
		if err != nil {
			return n, err
		}
		n.Count(made, changed)
	}
	if n.Created+n.Updated == 0 && !dry {
		tx.Unaudited("nothing was changed")
		return n, nil
	}
	if dry {
		return n, nil
	}
	return n, audit.Record(ctx, tx, "training.loaded", ref.To("training_programme", t.org), audit.Org(t.org), audit.Detail(n))
}

// one takes a row: its course, its block and its run, each known by its own key.
func (t taker) one(ctx context.Context, tx *store.Tx, dry bool, r row) (made, changed bool, err error) {
	s := t.f.Store
	course, err := s.CourseSourced(ctx, tx, t.org+"|"+r.courseKey())
	if errs.Is(err, errs.NotFound) {
		course, err = r.course, nil
		course.ID, course.Org, course.Source = training.CourseID(tx.NewID()), t.org, t.org+"|"+r.courseKey()
		course.Group, course.UsesPlace, course.Cascades = t.groups[fold.Key(course.Title)], course.Format != training.Briefing, course.Format == training.TwoDay
		if course.Format == training.Event {
			course.UsesPlace = false
		}
		if !dry {
			err = s.InsertCourse(ctx, tx, course)
		}
	}
	if err != nil {
		return false, false, err
	}
	block, err := s.BlockSourced(ctx, tx, t.org+"|"+fold.Key(r.block))
	if errs.Is(err, errs.NotFound) {
		block, err = training.Block{ID: training.BlockID(tx.NewID()), Org: t.org, Title: r.block, OpenTo: r.openTo, Way: training.FirstCome, State: training.Draft, PerSchool: 1, Second: training.RefuseSecond,
			Additional: r.extra, HoldHours: 48, OfferHours: 72, RunCloses: 2, CancelInWork: true, Source: t.org + "|" + fold.Key(r.block)}, nil
		if course.Format == training.Event {
			block.PerSchool = 0
		}
		if !dry {
			err = s.InsertBlock(ctx, tx, block)
		}
	}
	if err != nil {
		return false, false, err
	}
	run, err := s.RunSourced(ctx, tx, t.org+"|"+r.key())
	fresh := errs.Is(err, errs.NotFound)
	if err != nil && !fresh {
		return false, false, err
	}
	next := run
	next.Days, next.First = r.days, r.first()
	if r.trainer != "" {
		next.Trainer = r.trainer
	}
	if r.venue.Name != "" {
		if next.Venue, err = t.venue(ctx, tx, dry, r.venue); err != nil {
			return false, false, err
		}
	}
	if !fresh {
		changed = next.Venue != run.Venue || next.Trainer != run.Trainer || !slices.Equal(next.Days, run.Days)
		if !changed || dry {
			return false, changed, nil
		}
		return false, true, s.UpdateRun(ctx, tx, next)
	}
	next.ID, next.Block, next.Course, next.Capacity, next.State, next.Source = training.RunID(tx.NewID()), block.ID, course.ID, r.capacity, training.Draft, t.org+"|"+r.key()
	if block.State == training.Published {
		next.State = training.Published
	}
	if dry {
		return true, false, nil
	}
	return true, false, s.InsertRun(ctx, tx, next)
}

// venue returns the id of the venue, which a dry run does not make.
func (t taker) venue(ctx context.Context, tx *store.Tx, dry bool, v training.Venue) (string, error) {
	if dry {
		known, err := t.f.Venues.VenueNamed(ctx, tx, v.Name)
		if errs.Is(err, errs.NotFound) {
			return "", nil
		}
		return known.ID, err
	}
	made, err := t.f.Venues.PutVenue(ctx, tx, v)
	return made.ID, err
}
