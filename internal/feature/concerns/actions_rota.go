package concerns

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// onDuty returns who is on duty at a school at the instant of the transaction, and who comes next. The zero Duty is nobody.
func (f *Feature) onDuty(ctx context.Context, tx *store.Tx, org string) (now, next Duty, err error) {
	today := clock.DayOf(tx.Now.Time())
	rota, err := f.store.Rota(ctx, tx, org, today, today.Add(7))
	if err != nil {
		return now, next, err
	}
	local := tx.Now.London()
	minute := local.Hour()*60 + local.Minute()
	for _, d := range rota {
		switch {
		case d.Day == today && d.From <= minute && minute < d.Until && now.Account == "":
			now = d
		case (d.Day > today || d.From > minute) && next.Account == "" && d.Account != now.Account:
			next = d
		}
	}
	return now, next, nil
}

// Duty is the strip above every page: whom to speak to, where, until when, and who comes next.
func (f *Feature) Duty(ctx context.Context, tx *store.Tx, org string) (*ui.Duty, error) {
	now, next, err := f.onDuty(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	cal, err := f.calendar(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	out := &ui.Duty{Now: now.Name, NowPlace: now.Place, Until: clockTime(now.Until), Then: next.Name, ThenPlace: next.Place, Clocks: Clocks(cal, clock.DayOf(tx.Now.Time()))}
	if now.Account == "" {
		out.Until = ""
		phone, err := f.Schools.Phone(ctx, tx, org)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if cal.InHours(tx.Now) {
			out.Gap = "Nobody is on duty now. Ring the school office, " + phone + ". In danger: 999"
		} else {
			out.Gap = "Out of school hours. In danger: 999"
			if next.Account != "" {
				out.Gap += ". Next on duty: " + next.Name + ", " + term.ShortDate(next.Day) + " " + clockTime(next.From)
			}
		}
		out.Then, out.ThenPlace = "", ""
	}
	return out, nil
}

func clockTime(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// begin tells the first readers of a new concern and sets the clock that tells the next (CON-5, CON-11).
func (f *Feature) begin(ctx context.Context, tx *store.Tx, c Concern) error {
	if err := f.tellSome(ctx, tx, c, 0, "A colleague sent something to the safeguarding leads"); err != nil {
		return err
	}
	cal, err := f.calendar(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return err
	}
	return f.store.setWatch(ctx, tx, watch{Concern: c.ID, Kind: watchUnread, DueAt: set.look(c, cal, 0, tx.Now), Since: tx.Now})
}

// tellSome tells, at step 0, the whole lead team of what is urgent and whoever is on duty of the rest; at each later step
// somebody who was not told yet: the next on the rota, then all leads, then the head. It tells nobody that they may read it:
// alerting gives no right (CON-10).
func (f *Feature) tellSome(ctx context.Context, tx *store.Tx, c Concern, step int, why string) error {
	leads, err := f.People.Leads(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	now, next, err := f.onDuty(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	isLead := func(id string) bool {
		return slices.ContainsFunc(leads, func(p ref.Person) bool { return p.ID == id })
	}
	var to []string
	add := func(id string) {
		if id != "" && id != c.Reporter && !slices.Contains(to, id) {
			to = append(to, id)
		}
	}
	switch {
	case step == 0 && !c.Urgent && isLead(now.Account) && now.Account != c.Reporter:
		add(now.Account)
	case step == 1 && isLead(next.Account):
		add(next.Account)
		if c.Urgent {
			add(now.Account)
		}
	default:
		for _, p := range leads {
			add(p.ID)
		}
		if step > 1 {
			heads, err := f.People.Heads(ctx, tx, c.Org)
			if err != nil {
				return err
			}
			for _, p := range heads {
				add(p.ID)
			}
		}
	}
	may, err := f.deciders(ctx, tx, c)
	if err != nil {
		return err
	}
	if to = slices.DeleteFunc(to, func(id string) bool { return !slices.Contains(may, id) }); len(to) == 0 {
		to = slices.DeleteFunc(may, func(id string) bool { return id == c.Reporter }) // only a few may read it: they are told
	}
	for _, id := range to {
		alert, err := f.store.insertAlert(ctx, tx, c.ID, id, step, why)
		if err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, mailAlert{Alert: alert}); err != nil {
			return err
		}
	}
	return nil
}

// Sweep finds what nobody has taken in time and tells the next person (CON-11). It is run every minute; what is due is known
// from its date, so a late sweep is late and never wrong.
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
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.escalate(ctx, tx, w) }); err != nil {
			return err
		}
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("counts of looks age out")
		return f.store.sweepLooks(ctx, tx)
	})
}

func (f *Feature) escalate(ctx context.Context, tx *store.Tx, w watch) error {
	if _, err := tx.Lock(ctx, "concerns_concern", string(w.Concern)); err != nil {
		return err
	}
	w, err := f.store.watchOf(ctx, tx, w.Concern, w.Kind)
	if errs.Is(err, errs.NotFound) || err == nil && w.DueAt > tx.Now {
		return nil // somebody was quicker
	}
	if err != nil {
		return err
	}
	c, err := f.store.Concern(ctx, tx, w.Concern)
	if err != nil {
		return err
	}
	switch w.Kind {
	case watchUnread:
		if c.TakenAt != 0 {
			return f.store.dropWatch(ctx, tx, w.Concern, w.Kind)
		}
		w.Step++
		if err := f.tellSome(ctx, tx, c, w.Step, "Nobody has taken it yet"); err != nil {
			return err
		}
		cal, err := f.calendar(ctx, tx, c.Org)
		if err != nil {
			return err
		}
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		w.DueAt, w.Since = set.look(c, cal, w.Step, tx.Now), tx.Now
		if w.Step >= 3 && c.Urgent {
			w.DueAt = tx.Now.Add(time.Hour) // everybody has been told; it is said again, not shouted
		}
		if err := f.store.setWatch(ctx, tx, w); err != nil {
			return err
		}
	case watchHigh:
		if err := f.tellSome(ctx, tx, c, 2, "A decision waits for its first action"); err != nil {
			return err
		}
		if err := f.store.dropWatch(ctx, tx, w.Concern, w.Kind); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, "concern.escalated", refTo(c.ID), audit.Org(c.Org), audit.Detail(map[string]any{"kind": w.Kind, "step": w.Step}))
}

// mailAlert is the job that mails one telling.
type mailAlert struct {
	Alert string `json:"alert"`
}

// Kind names the job.
func (mailAlert) Kind() string { return "concerns.mail-alert" }

// mailAlert sends a mail that holds no name, initial, category or class: that there is something, since when, and where to
// read it (CON-9, SEC-16). Sent twice is better than never; the second has the same Message-ID.
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
	if err := f.Mail.Send(ctx, mail.Waiting(to, a.Why+", at "+term.Time(a.At), f.URL+"/today", a.At, "alert-"+a.ID+"@kith")); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("the telling is audited; this is when its mail left")
		return f.store.setMailed(ctx, tx, a.ID)
	})
}

// PutOnDuty writes somebody into the rota. Rule: the times make no sense, or the person is not a lead of the school.
func (f *Feature) PutOnDuty(ctx context.Context, v access.Viewer, d Duty) error {
	if d.Until <= d.From {
		return errs.Refuse("The end must be after the beginning")
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !v.HoldsAt(access.DSL, d.Org) && !v.HoldsAt(access.Head, d.Org) {
			return errs.Missing()
		}
		leads, err := f.People.Leads(ctx, tx, d.Org)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(leads, func(p ref.Person) bool { return p.ID == d.Account }) {
			return errs.Refuse("Choose one of the school’s safeguarding leads")
		}
		there, err := f.store.Rota(ctx, tx, d.Org, d.Day, d.Day)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(there, func(x Duty) bool { return x.Account == d.Account && x.From == d.From && x.Until == d.Until }) {
			tx.Unaudited("the same form, sent twice: nothing is changed")
			return nil
		}
		if err := f.store.SetDuty(ctx, tx, d); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "rota.added", ref.To("account", d.Account), audit.Org(d.Org), audit.Detail(map[string]any{"day": d.Day, "from": d.From, "until": d.Until}))
	})
}

// TakeOffDuty takes a stretch out of the rota.
func (f *Feature) TakeOffDuty(ctx context.Context, v access.Viewer, org, id string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !v.HoldsAt(access.DSL, org) && !v.HoldsAt(access.Head, org) {
			return errs.Missing()
		}
		n, err := f.store.dropDuty(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Missing()
		}
		return audit.Record(ctx, tx, "rota.removed", ref.To("rota", id), audit.Org(org))
	})
}
