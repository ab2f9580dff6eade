package adults

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// holding returns an office as it is held now, without those who may not learn of it.
func (s School) holding(o Office, a About) Way {
	barred := s.Barred(a)
	w := Way{Office: o, Org: s.Org}
	all := map[Office][]string{Head: s.Heads, Chair: s.Chairs}[o]
	for _, h := range map[Office][]Holder{Trust: s.Trusts, Officer: s.Officers}[o] {
		w.Org = h.Org
		all = append(all, h.Account)
	}
	for _, x := range all {
		if !slices.Contains(barred, x) {
			w.People = append(w.People, x)
		}
	}
	return w
}

// tell tells people that something waits for them: by mail, with no word of what (SEC-16). It gives nobody a right.
func (f *Feature) tell(ctx context.Context, tx *store.Tx, id ID, step int, to ...string) error {
	slices.Sort(to)
	for _, p := range slices.Compact(to) {
		alert, err := f.store.insertAlert(ctx, tx, id, p, step)
		if err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, mailAlert{Alert: alert}); err != nil {
			return err
		}
	}
	return nil
}

// Sweep does what has come due: what nobody has taken goes to the stand-in (LLC-2).
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	var due []watch
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		due, err = f.store.dueWatches(ctx, tx, 200)
		return err
	})
	if err != nil {
		return err
	}
	for _, w := range due {
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.escalate(ctx, tx, w.Concern) }); err != nil {
			return err
		}
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("counts of looks age out")
		return f.store.sweepLooks(ctx, tx)
	})
}

func (f *Feature) escalate(ctx context.Context, tx *store.Tx, id ID) error {
	if _, err := tx.Lock(ctx, "adults_concern", string(id)); err != nil {
		return err
	}
	w, err := f.store.watchOf(ctx, tx, id)
	if errs.Is(err, errs.NotFound) || err == nil && w.DueAt > tx.Now {
		tx.Unaudited("somebody was quicker: nothing is changed")
		return nil
	}
	if err != nil {
		return err
	}
	c, err := f.store.Concern(ctx, tx, id)
	if err != nil {
		return err
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return err
	}
	barred, err := f.store.closeTo(ctx, tx, id)
	if err != nil {
		return err
	}
	s, err := f.school(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	about := About{Account: c.About, Head: c.Office != Head, Close: barred}
	way := s.holding(c.Office, about)
	records, err := f.records(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	w.Step++
	to, err := f.stand(ctx, tx, s.StandIn(way, about), records)
	if err != nil {
		return err
	}
	cal, err := f.calendar(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	w.DueAt = StandInDue(cal, set, c.Harm, tx.Now)
	if w.Step > 1 {
		to = append(slices.Clone(to), way.People...) // said again, to those who have it already
		w.DueAt = AgainDue(cal, c.Harm, tx.Now)
	}
	if (w.Step == 2 || len(to) == 0) && c.Reporter != "" {
		to = append(to, c.Reporter) // their page says that nobody has read it, and whom to ring
	}
	if err := f.tell(ctx, tx, id, w.Step, to...); err != nil {
		return err
	}
	if err := f.store.setWatch(ctx, tx, w); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "adult.escalated", refTo(id), audit.Org(c.Org), audit.Detail(map[string]any{"step": w.Step, "to": to}))
}

// records are the header and the entries of children that hang together with it.
func (f *Feature) records(ctx context.Context, tx *store.Tx, id ID) ([]string, error) {
	out := []string{string(id)}
	k, err := f.store.Case(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{string(id), k.ID} {
		kids, err := f.store.Children(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		for _, x := range kids {
			if x.Harm != "" {
				out = append(out, x.Harm)
			}
		}
	}
	return out, nil
}

// recount is the job that sets running clocks anew after a change of the calendar.
type recount struct {
	Org string `json:"org"` // "" for every school of the district
}

// Kind names the job.
func (recount) Kind() string { return "adults.recount" }

// Recount sees to it that the clocks that run at a school, "" for all of them, are set anew: its calendar has changed in this
// transaction.
func (f *Feature) Recount(ctx context.Context, tx *store.Tx, org string) error {
	return jobs.Add(ctx, tx, recount{org})
}

// recount counts the hour of school time until the stand-in from when each was sent, by the calendar as it now is. What runs at any
// hour, or has gone to the stand-in already, stays.
func (f *Feature) recount(ctx context.Context, v access.Viewer, args recount) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a clock that does not move says nothing; one that does is audited")
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		running, err := f.store.watches(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range running {
			c, err := f.store.Concern(ctx, tx, w.Concern)
			if err != nil {
				return err
			}
			if c.Harm || w.Step > 0 || args.Org != "" && c.Org != args.Org {
				continue
			}
			cal, err := f.calendar(ctx, tx, c.Org)
			if err != nil {
				return err
			}
			if due := StandInDue(cal, set, false, c.RecordedAt); due != w.DueAt {
				w.DueAt = due
				if err := f.store.setWatch(ctx, tx, w); err != nil {
					return err
				}
				if err := audit.Record(ctx, tx, "adult.recounted", refTo(c.ID), audit.Org(c.Org)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// mailAlert is the job that mails one telling.
type mailAlert struct {
	Alert string `json:"alert"`
}

// Kind names the job.
func (mailAlert) Kind() string { return "adults.mail-alert" }

// mailAlert sends a mail that says that there is something, since when, and where to read it. It does not say that it is about an
// adult, so that it says nothing to whoever else reads that mailbox (SEC-16). Sent twice is better than never; the second has the
// same Message-ID.
func (f *Feature) mailAlert(ctx context.Context, v access.Viewer, args mailAlert) error {
	var a alerted
	var to string
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		if a, err = f.store.alert(ctx, tx, args.Alert); err != nil {
			return err
		}
		to, err = f.People.Email(ctx, tx, a.To)
		return err
	})
	if err != nil || a.Mailed != 0 {
		return err
	}
	if err := f.Mail.Send(ctx, mail.Waiting(to, "Something waits for you in Kith, since "+term.Time(a.At), f.URL+"/today", a.At, "alert-"+a.ID+"@kith")); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("the telling is audited; this is when its mail left")
		return f.store.setMailed(ctx, tx, a.ID)
	})
}
