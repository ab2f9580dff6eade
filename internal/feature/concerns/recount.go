package concerns

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// look says when the rota looks at a concern that nobody has taken: a police notice first by its own clock (ENC-1), everything
// else by that of CON-11.
func (s Settings) look(c Concern, cal term.Calendar, step int, since clock.Millis) clock.Millis {
	if c.Source == Police && step == 0 {
		return NoticeDue(cal, since)
	}
	return s.NextLook(cal, c.Urgent, since)
}

// ReplyDue is when whoever told us is to have an answer: 15:30 on the last of the school days that the district gives for it, fewer
// where a pupil asked for an adult (CON-19).
func (s Settings) ReplyDue(c term.Calendar, source Source, told clock.Millis) clock.Millis {
	days := s.Reply
	if source == Box {
		days = s.Box
	}
	return clock.Of(c.AddSchoolDays(clock.DayOf(told.Time()), days).At(15, 30))
}

// Clocks says in the strip above every page when clocks run, or why they stand still today.
func Clocks(c term.Calendar, today clock.Day) string {
	opens, closes := c.Hours()
	if name := c.HolidayName(today); name != "" {
		return name + ". Clocks run again " + term.ShortDate(c.NextSchoolDay(today)) + ", " + clockTime(opens)
	}
	return "Clocks run " + clockTime(opens) + " to " + clockTime(closes) + " on school days"
}

// recount is the job that sets running clocks anew after a change of the calendar.
type recount struct {
	Org string `json:"org"` // "" for every school of the district
}

// Kind names the job.
func (recount) Kind() string { return "concerns.recount" }

// recountAtOnce is how many concerns are set anew in one transaction.
const recountAtOnce = 50

// Recount sees to it that the clocks that run at a school, "" for all of them, are set anew: its calendar, or the
// district's settings, have changed in this transaction.
func (f *Feature) Recount(ctx context.Context, tx *store.Tx, org string) error {
	return jobs.Add(ctx, tx, recount{org})
}

// recount counts from when each clock began, by the calendar and the settings as they now are. So it may run again, and a clock that has run out by
// the new count is found by the next sweep.
func (f *Feature) recount(ctx context.Context, v access.Viewer, args recount) error {
	var ids []string
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		ids, err = f.store.running(ctx, tx, args.Org)
		return err
	})
	for len(ids) > 0 && err == nil {
		n := min(len(ids), recountAtOnce)
		some := ids[:n]
		err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited("a clock that does not move says nothing; one that does is audited")
			cals, err := f.Calendars.Calendars(ctx, tx)
			if err != nil {
				return err
			}
			set, err := f.store.Settings(ctx, tx)
			if err != nil {
				return err
			}
			for _, id := range some {
				if err := f.recountOne(ctx, tx, cals, set, ID(id)); err != nil {
					return err
				}
			}
			return nil
		})
		ids = ids[n:]
	}
	return err
}

func (f *Feature) recountOne(ctx context.Context, tx *store.Tx, cals term.Calendars, set Settings, id ID) error {
	if _, err := tx.Lock(ctx, "concerns_concern", string(id)); err != nil {
		return err
	}
	c, err := f.store.Concern(ctx, tx, id)
	if err != nil {
		return err
	}
	cal, moved := cals.Of(c.Org), map[string]any{}
	w, err := f.store.watchOf(ctx, tx, id, watchUnread)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if w.Since == 0 && w.Step == 0 {
		w.Since = c.RecordedAt
	}
	if err == nil && w.Since != 0 && !c.Urgent {
		if due := set.look(c, cal, w.Step, w.Since); due != w.DueAt {
			moved["look"], w.DueAt = due, due
			if err := f.store.setWatch(ctx, tx, w); err != nil {
				return err
			}
		}
	}
	reply := set.ReplyDue(cal, c.Source, c.RecordedAt)
	n, err := f.store.moveReply(ctx, tx, id, reply)
	if err != nil {
		return err
	}
	if n > 0 {
		moved["reply"] = reply
	}
	if len(moved) == 0 {
		return nil
	}
	return audit.Record(ctx, tx, "concern.recounted", refTo(id), audit.Org(c.Org), audit.Detail(moved))
}
