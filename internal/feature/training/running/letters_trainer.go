package running

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// FrontLetter is a letter to somebody who stands in front of a run. It holds numbers and no name but theirs.
type FrontLetter struct {
	Front    string `json:"front"`
	What     string `json:"what"`
	Sequence int    `json:"sequence"`
}

// Kind names the work in the queue.
func (FrontLetter) Kind() string { return "training.running_front" }

// sweepFronts has those written to who stand in front of coming runs and have to hear something; so many at once.
func (f *Feature) sweepFronts(ctx context.Context, tx *store.Tx, coming map[training.RunID]training.Run, venues map[string]training.Venue, registers map[training.RunID]Register, cal term.Calendar, left int) error {
	all, err := f.rows.frontsFrom(ctx, tx, clock.DayOf(tx.Now.Time()))
	if err != nil {
		return err
	}
	for _, x := range all {
		if left == 0 {
			return nil
		}
		r, on := coming[x.Run]
		g, ok := registers[x.Run]
		if !ok {
			g = Register{Run: x.Run, Before: -1, Remind: -1}
		}
		mark := ""
		if on {
			mark = MarkOf(training.Booking{}, r, venues[r.Venue])
		}
		what := x.Hears(on, mark, r.Begins(), on && JoiningDue(g, r, cal, tx.Now), tx.Now)
		switch what {
		case hearsNothing:
			continue
		case hearsNumbers:
			x.Numbers = true
		case hearsOff:
			x.Off, x.Sequence, x.At = true, x.Sequence+1, tx.Now
		case hearsPlace:
			if x.Off || x.Sequence < 0 { // they hear of it for the first time
				x.Sent, x.Numbers = -1, false
			}
			x.Off, x.Sequence, x.At, x.Mark, x.Days = false, x.Sequence+1, tx.Now, mark, max(x.Days, len(r.Days))
		}
		left--
		if err := f.rows.putFront(ctx, tx, x); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, FrontLetter{Front: x.ID, What: what, Sequence: x.Sequence}); err != nil {
			return err
		}
	}
	return nil
}

// writeFront is the work of FrontLetter. It may run twice: the letter has the same id then.
func (f *Feature) writeFront(ctx context.Context, v access.Viewer, a FrontLetter) error {
	system := access.System(v.District, "letters to trainers")
	var m mail.Message
	err := f.DB.Read(ctx, system, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = f.frontLetter(ctx, tx, a)
		return err
	})
	if err != nil {
		return err
	}
	if err := f.send(ctx, m); err != nil {
		return err
	}
	return f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter has gone")
		return f.rows.setFrontSent(ctx, tx, a.Front, a.Sequence)
	})
}

// frontLetter composes a letter to somebody who stands in front of a run; none where a later one is on its way, or they cannot be written to.
func (f *Feature) frontLetter(ctx context.Context, tx *store.Tx, a FrontLetter) (m mail.Message, err error) {
	x, err := f.rows.front(ctx, tx, a.Front)
	if err != nil || x.Sequence != a.Sequence || a.What == hearsNumbers && (x.Off || x.Gone) {
		return m, err
	}
	to := x.Email
	if x.Account != "" {
		if to, err = f.People.Email(ctx, tx, x.Account); errs.Is(err, errs.NotFound) {
			return m, nil
		}
	}
	if err != nil || to == "" {
		return m, err
	}
	k, err := f.load(ctx, tx, x.Run)
	if err != nil {
		return m, err
	}
	counts, err := f.Store.Counts(ctx, tx, k.block.ID)
	if err != nil {
		return m, err
	}
	w := wording{f: f, told: Told{Email: to, At: x.At, Sequence: x.Sequence, Days: x.Days, Off: x.Off}, run: k.run, course: k.course, venue: k.venue, register: k.g}
	m = mail.Message{To: to, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, fmt.Sprintf("%s-%s-%d", x.ID, a.What, x.Sequence))}
	m.Subject, m.Text = w.toTrainer(a.What, x, counts[x.Run].Taken, training.Seats(k.run, k.venue.Capacity))
	if a.What != hearsNumbers {
		m.Files, err = w.trainerEntries(x)
	}
	return m, err
}

// toTrainer are the subject and the text of a letter to somebody who stands in front of a run of which so many places are taken, of so many; 0: no
// limit.
func (x wording) toTrainer(what string, who Front, taken, seats int64) (subject, body string) {
	date := training.DayWords(x.run.Days)
	course := x.course.Title + " (" + x.course.Format.Words() + ")"
	numbers := fmt.Sprintf("Places taken: %d", taken)
	if seats > 0 {
		numbers += fmt.Sprintf(" of %d", seats)
	}
	facts := x.whenWhere() + "\n" + numbers
	if !known(x.run) {
		facts += "\nYou hear as soon as the venue is known."
	}
	var parts []string
	switch {
	case what == hearsOff:
		return "Off: you no longer give " + x.course.Title + ", " + date, strings.Join([]string{"You no longer stand in front of " + course + ", " + date + ": somebody else does, or the date was called off.", "The attached entry takes it out of your calendar.", x.f.Publisher}, "\n\n") + "\n"
	case what == hearsNumbers:
		subject, parts = "How many come: "+x.course.Title+", "+date, []string{"Joining instructions for " + course + " go out now. This is how it stands.", facts, x.access()}
	case who.Sent < 0:
		subject, parts = "You give: "+x.course.Title+", "+date, []string{"You stand in front of " + course + ".", facts, x.access(), x.attached()}
	default:
		subject, parts = "Changed: "+x.course.Title+", "+date, []string{"Something has changed about " + course + ", in front of which you stand. This is how it stands now.", facts, x.access(), x.attached()}
	}
	if who.Account != "" {
		parts = append(parts, "Its register, with who is booked and what people need. It opens on the day:\n"+x.f.PublicURL+registerPath(x.run.ID))
	} else {
		parts = append(parts, "You have no account here, so the organiser keeps the register.")
	}
	return subject, strings.Join(nonEmpty(append(parts, "Cannot come? Tell whoever asked you, in good time.", x.f.Publisher)...), "\n\n") + "\n"
}

// trainerEntries are the calendar files of somebody who stands in front of the run.
func (x wording) trainerEntries(who Front) ([]mail.File, error) {
	return x.days("trainer-"+who.ID, "/training/courses/"+string(x.course.ID))
}
