package training

import (
	"cmp"
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"

	"kith/internal/kernel/access"
)

// Venue is where a run takes place, as the directory knows it.
type Venue struct {
	ID, Name, Building, Address, Postcode string
	Capacity                              int64 // 0: not known
	Access                                string
	Email                                 string // where the house reads what is to happen there; "" for nowhere
	Version                               int64
}

// Deps is what the slice needs from the rest of the program.
type Deps struct {
	DB        *store.DB
	Queue     *jobs.Queue
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	PublicURL string // https://kith.example, for links in mail
	Publisher string // who writes: Haverdale Safeguarding Partnership

	Venues interface {
		// Venues returns the venues of the district by id.
		Venues(ctx context.Context, tx *store.Tx) (map[string]Venue, error)
		// VenueNamed returns the venue of that name, however it is spelt. NotFound: none.
		VenueNamed(ctx context.Context, tx *store.Tx, name string) (Venue, error)
		// PutVenue returns the venue of that name, making it where it is not known.
		PutVenue(ctx context.Context, tx *store.Tx, v Venue) (Venue, error)
	}
	VenueMail interface {
		// SetVenueMail says where a venue reads what is to happen there, "" for nowhere. NotFound: none. Conflict: changed since that version.
		SetVenueMail(ctx context.Context, tx *store.Tx, id, email string, version int64) error
	}
	Organisations interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		// Called returns the id of the one organisation of that name, "" where there is none or several.
		Called(ctx context.Context, tx *store.Tx, name string) (string, error)
		// Where returns the postcode and the ward of an organisation, "" where they are not known.
		Where(ctx context.Context, tx *store.Tx, id string) (postcode, ward string, err error)
	}
	People interface {
		Names(ctx context.Context, tx *store.Tx, accounts ...string) (map[string]ref.Person, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
		// OrgOf returns the organisation that somebody mainly works for. NotFound: they hold no post.
		OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Mailer interface {
		Send(context.Context, mail.Message) error
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	Store Store
	lock  func(ctx context.Context, tx *store.Tx, b BlockID) error
}

// New returns the slice and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d, lock: lockBlock}
	jobs.Handle(d.Queue, f.writeOffer)
	jobs.Handle(d.Queue, f.writeResults)
	jobs.Handle(d.Queue, f.writeReceipt)
	jobs.Handle(d.Queue, f.writeDates)
	return f
}

// lockBlock takes the block, the parent of every limit, before anything is counted in it.
func lockBlock(ctx context.Context, tx *store.Tx, b BlockID) error {
	return tx.Hold(ctx, "training_block", string(b))
}

// runs says whether the viewer runs what belongs to the organiser. NotFound: they do not.
func runs(v access.Viewer, org string) error {
	if _, system := v.IsSystem(); system || v.HoldsAt(access.TrainingAdmin, org) {
		return nil
	}
	return errs.Missing()
}

// Offices are the organisers whose training the viewer runs.
func Offices(v access.Viewer) []string { return v.Roles[access.TrainingAdmin] }

// OwnBlock returns a block that the viewer runs. NotFound: none, or another's.
func (f *Feature) OwnBlock(ctx context.Context, tx *store.Tx, id BlockID) (Block, error) {
	b, err := f.Store.Block(ctx, tx, id)
	if err != nil {
		return b, err
	}
	return b, runs(tx.Viewer, b.Org)
}

// MakeCourse makes a course. A second call with the same id changes nothing. NotFound: it is another organiser's.
func (f *Feature) MakeCourse(ctx context.Context, v access.Viewer, c Course) (err error) {
	defer errs.Wrap(&err, "training.MakeCourse(%s)", c.ID)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := cmp.Or(runs(tx.Viewer, c.Org), CheckCourse(c)); err != nil {
			return err
		}
		if err := f.Store.InsertCourse(ctx, tx, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.course_made", c.ID.Ref(), audit.Org(c.Org))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		have, err := f.Store.Course(ctx, tx, c.ID)
		return cmp.Or(err, runs(tx.Viewer, have.Org))
	})
}

// SaveCourse puts what a course says in the place of what it said. NotFound: it is another organiser's. Conflict: somebody else saved since
// c.Version.
func (f *Feature) SaveCourse(ctx context.Context, v access.Viewer, c Course) (err error) {
	defer errs.Wrap(&err, "training.SaveCourse(%s)", c.ID)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		have, err := f.Store.Course(ctx, tx, c.ID)
		if err := cmp.Or(err, runs(tx.Viewer, have.Org), CheckCourse(c)); err != nil {
			return err
		}
		version, err := tx.Lock(ctx, "training_course", string(c.ID))
		if err != nil {
			return err
		}
		if version != c.Version {
			return errs.New(errs.Conflict, "Somebody else changed this course since you opened it. Look at it again")
		}
		if err := f.Store.UpdateCourse(ctx, tx, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.course_changed", c.ID.Ref(), audit.Org(have.Org), audit.Detail([]Course{have, c}))
	})
}

// MakeBlock makes a block, a draft. Errors as MakeCourse.
func (f *Feature) MakeBlock(ctx context.Context, v access.Viewer, b Block) (err error) {
	defer errs.Wrap(&err, "training.MakeBlock(%s)", b.ID)
	b.State = Draft
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := cmp.Or(runs(tx.Viewer, b.Org), CheckBlock(b)); err != nil {
			return err
		}
		if err := f.Store.InsertBlock(ctx, tx, b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.block_made", b.ID.Ref(), audit.Org(b.Org))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		_, err := f.OwnBlock(ctx, tx, b.ID)
		return err
	})
}

// SaveBlock puts the rules of a block in the place of what they were. What was allocated stays allocated. Errors as SaveCourse.
func (f *Feature) SaveBlock(ctx context.Context, v access.Viewer, b Block) (err error) {
	defer errs.Wrap(&err, "training.SaveBlock(%s)", b.ID)
	return f.inBlock(ctx, v, b.ID, func(ctx context.Context, tx *store.Tx, have Block) error {
		if err := CheckBlock(b); err != nil {
			return err
		}
		if have.Version != b.Version {
			return errs.New(errs.Conflict, "Somebody else changed this block since you opened it. Look at it again")
		}
		b.State, b.AllocatedAt, b.Asked = have.State, have.AllocatedAt, have.Asked
		if err := f.Store.UpdateBlock(ctx, tx, b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.block_changed", b.ID.Ref(), audit.Org(have.Org), audit.Detail([]Block{have, b}))
	})
}

// Publish shows a block, with its draft runs, to everybody. Rule: it has no run.
func (f *Feature) Publish(ctx context.Context, v access.Viewer, id BlockID) (err error) {
	defer errs.Wrap(&err, "training.Publish(%s)", id)
	return f.inBlock(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block) error {
		all, err := f.Store.RunsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errs.Refuse("Add a date first")
		}
		for _, r := range all {
			if r.State == Draft {
				r.State = Published
				if err := f.Store.UpdateRun(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		b.State = Published
		if err := f.Store.UpdateBlock(ctx, tx, b); err != nil {
			return err
		}
		if err := f.tellOfDates(ctx, tx, all); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.block_published", id.Ref(), audit.Org(b.Org))
	})
}

// AddRuns adds dates to a block, a running one too, without disturbing what was given (TRN-16). In a published block they are published.
func (f *Feature) AddRuns(ctx context.Context, v access.Viewer, id BlockID, more ...Run) (err error) {
	defer errs.Wrap(&err, "training.AddRuns(%s)", id)
	return f.inBlock(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block) error {
		for _, r := range more {
			c, err := f.Store.Course(ctx, tx, r.Course)
			if err != nil {
				return err
			}
			if err := runs(tx.Viewer, c.Org); err != nil {
				return err
			}
			if err := CheckDays(c.Format, r.Days); err != nil {
				return err
			}
			if err := CanResize(r.Capacity, 0, false); err != nil {
				return err
			}
			r.Block, r.State, r.First = id, Draft, r.Days[0].On
			if b.State == Published {
				r.State = Published
			}
			if err := f.Store.InsertRun(ctx, tx, r); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "training.run_added", r.ID.Ref(), audit.Org(b.Org)); err != nil {
				return err
			}
		}
		if b.State != Published {
			return nil
		}
		return f.tellOfDates(ctx, tx, more)
	})
}

// inBlock runs do with a block of the viewer's, locked. NotFound: none, or another organiser's.
func (f *Feature) inBlock(ctx context.Context, v access.Viewer, id BlockID, do func(context.Context, *store.Tx, Block) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.OwnBlock(ctx, tx, id); err != nil {
			return err
		}
		if err := f.lock(ctx, tx, id); err != nil {
			return err
		}
		b, err := f.Store.Block(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, b)
	})
}

// inRun is inBlock for one run.
func (f *Feature) inRun(ctx context.Context, v access.Viewer, id RunID, do func(context.Context, *store.Tx, Block, Run) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		r, err := f.Store.Run(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := f.OwnBlock(ctx, tx, r.Block); err != nil {
			return err
		}
		if err := f.lock(ctx, tx, r.Block); err != nil {
			return err
		}
		b, err := f.Store.Block(ctx, tx, r.Block)
		if err != nil {
			return err
		}
		if r, err = f.Store.Run(ctx, tx, id); err != nil {
			return err
		}
		c, err := f.Store.Course(ctx, tx, r.Course)
		if err != nil {
			return err
		}
		if err := CanChangeDate(c); err != nil {
			return err
		}
		return do(ctx, tx, b, r)
	})
}

// Resize changes how many places a run has, 0 for no limit. Seats that it opens go to the line at once. Rule: fewer than are taken,
// and keep does not say that the run may be overbooked (TRN-B4).
func (f *Feature) Resize(ctx context.Context, v access.Viewer, id RunID, capacity int64, keep bool) (err error) {
	defer errs.Wrap(&err, "training.Resize(%s)", id)
	return f.inRun(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block, r Run) error {
		counts, err := f.Store.Counts(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		if err := CanResize(capacity, counts[id].Taken, keep); err != nil {
			return err
		}
		before := r.Capacity
		r.Capacity = capacity
		if err := f.Store.UpdateRun(ctx, tx, r); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.run_resized", id.Ref(), audit.Org(b.Org), audit.Detail([]int64{before, capacity})); err != nil {
			return err
		}
		return f.fill(ctx, tx, b)
	})
}

// CheckCourse says whether a course is whole.
func CheckCourse(c Course) error {
	switch {
	case c.Title == "":
		return errs.Refuse("Give the course a title")
	case c.Format.Words() == "":
		return errs.Refuse("Choose how long it takes")
	case c.Validity < 0 || c.CPD < 0:
		return errs.Refuse("Months and hours are 0 or more")
	}
	return nil
}

// CheckBlock says whether the rules of a block agree with one another.
func CheckBlock(b Block) error {
	switch {
	case b.Title == "":
		return errs.Refuse("Give the block a title")
	case b.Way != Preferences && b.Way != FirstCome:
		return errs.Refuse("Choose how places are given")
	case b.Way == Preferences && b.Closes == 0:
		return errs.Refuse("Where people state preferences, say until when")
	case b.Closes > 0 && b.Opens >= b.Closes:
		return errs.Refuse("It closes before it opens")
	case b.TellsOn != "" && b.Closes > 0 && b.TellsOn < clock.DayOf((b.Closes-1).Time()):
		return errs.Refuse("People cannot hear before the closing date")
	case b.PerSchool < 0 || b.Places < 0 || b.HoldHours < 1 || b.OfferHours < 1 || b.RunCloses < 0 || b.CancelDays < 0:
		return errs.Refuse("Numbers are 0 or more; a hold and an offer stand for an hour at least")
	}
	return nil
}
