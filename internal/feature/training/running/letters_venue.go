package running

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// VenueLetter is a letter to the house in which a run takes place: when a date there is published, when it moves, when it is called off, and a
// week before, with how many come.
//
// What stands in it was decided so. It names nobody who comes, nobody who teaches and no school: a house needs chairs, not names, and its
// letter is read at a front desk. What people need is a number and never their words: they wrote them for the organiser and the trainer, they often tell of
// their health, and no program can say whom words of one's own name. Whoever may read them is rung, and says what the house has to do. Food is not
// in it: the organiser orders that. There is no calendar entry: a house keeps its rooms in a book of its own, and an entry that puts itself beside
// it is a second truth. The letter says that a course takes place, and does not book the room, which somebody did before.
//
// It goes only where the office wrote down an address for the venue and said whom venues ring: a letter that nobody can answer by telephone helps
// no house. A session of a programme is told like every other date where its places are booked here; elsewhere its partner has the room.
type VenueLetter struct {
	Run      training.RunID `json:"run"`
	Venue    string         `json:"venue"`
	What     string         `json:"what"`
	Sequence int            `json:"sequence"`
}

// Kind names the work in the queue.
func (VenueLetter) Kind() string { return "training.running_venue" }

// housed is a run at a venue, with what that was last told.
type housed struct {
	Run   training.RunID
	Venue string
	Entry string // days and hours as they were told last
	Was   string // those before, where they moved
	Org   string // the organiser
	heard
}

// Dest lists where the columns go.
func (h *housed) Dest() []any {
	return []any{(*string)(&h.Run), &h.Venue, &h.Mark, &h.Entry, &h.Was, &h.Sequence, &h.Sent, (*int64)(&h.At), &h.Off, &h.Numbers, &h.Org}
}

const housedColumns = `h.run_id, h.venue_id, h.mark, h.entry, h.was, h.sequence, h.sent, h.told_at, h.off, h.numbers, b.org_id FROM training_venue_told h JOIN training_run r ON r.id = h.run_id JOIN training_block b ON b.id = r.block_id`

// housedFrom are the venues that were told something of runs that begin on a day or later.
func (Store) housedFrom(ctx context.Context, tx *store.Tx, from clock.Day) ([]housed, error) {
	return store.All[housed](ctx, tx, store.SQL(`SELECT `+housedColumns+` WHERE h.district_id = ? AND r.first_on >= ? ORDER BY h.run_id, h.venue_id`, tx.Viewer.District, string(from)))
}

func (Store) housed(ctx context.Context, tx *store.Tx, run training.RunID, venue string) (housed, error) {
	return store.One[housed](ctx, tx, store.SQL(`SELECT `+housedColumns+` WHERE h.district_id = ? AND h.run_id = ? AND h.venue_id = ?`, tx.Viewer.District, string(run), venue))
}

func (Store) putHoused(ctx context.Context, tx *store.Tx, h housed) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_venue_told (run_id, venue_id, district_id, mark, entry, was, sequence, sent, told_at, off, numbers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run_id, venue_id) DO UPDATE SET mark = excluded.mark, entry = excluded.entry, was = excluded.was, sequence = excluded.sequence, sent = excluded.sent, told_at = excluded.told_at, off = excluded.off, numbers = excluded.numbers`,
		string(h.Run), h.Venue, tx.Viewer.District, h.Mark, h.Entry, h.Was, h.Sequence, h.Sent, int64(h.At), h.Off, h.Numbers))
}

func (Store) setHousedSent(ctx context.Context, tx *store.Tx, a VenueLetter) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_venue_told SET sent = ? WHERE run_id = ? AND venue_id = ? AND sequence = ?`, a.Sequence, string(a.Run), a.Venue, a.Sequence))
}

// venuesAtOnce is how many venues one sweep has written to; the next minute goes on.
const venuesAtOnce = 50

// sweepVenues has those houses written to that have to hear something of the coming runs.
func (f *Feature) sweepVenues(ctx context.Context, tx *store.Tx, coming []training.Run, venues map[string]training.Venue) error {
	rings, err := f.Store.Rings(ctx, tx)
	if err != nil || len(rings) == 0 {
		return err
	}
	all, err := f.rows.housedFrom(ctx, tx, clock.DayOf(tx.Now.Time()))
	if err != nil {
		return err
	}
	told := map[[2]string]bool{}
	for _, h := range all {
		told[[2]string{string(h.Run), h.Venue}] = true
	}
	runs, orgs := map[training.RunID]training.Run{}, map[training.BlockID]string{}
	for _, r := range coming {
		runs[r.ID] = r
		if r.Online || venues[r.Venue].Email == "" || told[[2]string{string(r.ID), r.Venue}] {
			continue
		}
		if _, ok := orgs[r.Block]; !ok {
			b, err := f.Store.Block(ctx, tx, r.Block)
			if err != nil {
				return err
			}
			orgs[r.Block] = b.Org
		}
		all = append(all, housed{Run: r.ID, Venue: r.Venue, Org: orgs[r.Block], heard: heard{Sequence: -1, Sent: -1}})
	}
	left := venuesAtOnce
	for _, h := range all {
		if left == 0 {
			return nil
		}
		venue := venues[h.Venue]
		if venue.Email == "" || rings[h.Org].Words == "" {
			continue
		}
		r, on := runs[h.Run]
		on = on && !r.Online && r.Venue == h.Venue
		wrote, err := f.houseHears(ctx, tx, h, r, on, venue)
		if err != nil {
			return err
		}
		if wrote {
			left--
		}
	}
	return nil
}

// houseHears has written what a venue has to hear of a run now, and says whether that was anything.
func (f *Feature) houseHears(ctx context.Context, tx *store.Tx, h housed, r training.Run, on bool, venue training.Venue) (bool, error) {
	mark, entry, begins, due := "", "", clock.Millis(0), false
	if on {
		mark, entry, begins = MarkOf(training.Booking{Email: venue.Email}, r, venue), entryOf(r), r.Begins()
		due = tx.Now >= clock.Of(r.First.Add(-int(Posted().Venue)).At(Posted().PostHour, 0))
	}
	what := h.hears(on, mark, begins, due, tx.Now)
	switch what {
	case hearsNothing:
		return false, nil
	case hearsNumbers:
		h.Numbers = true
	case hearsOff:
		h.Off, h.Sequence, h.At = true, h.Sequence+1, tx.Now
	case hearsPlace:
		switch {
		case h.Off || h.Sequence < 0: // for the first time
			h.Sent, h.Was = -1, ""
		case h.Sent == h.Sequence: // else the last letter did not go, and what it spoke of stays the former
			if h.Was = ""; h.Entry != entry {
				h.Was = h.Entry
			}
		}
		h.Off, h.Sequence, h.At, h.Mark, h.Entry = false, h.Sequence+1, tx.Now, mark, entry
		h.Numbers = due // within the week the letter itself says how many come
	}
	if err := f.rows.putHoused(ctx, tx, h); err != nil {
		return false, err
	}
	return true, jobs.Add(ctx, tx, VenueLetter{Run: h.Run, Venue: h.Venue, What: what, Sequence: h.Sequence})
}

// entryOf are the days of a run with their hours, a line each.
func entryOf(r training.Run) string {
	lines := make([]string, len(r.Days))
	for i, d := range r.Days {
		lines[i] = hours(d)
	}
	return strings.Join(lines, "\n")
}

// writeVenue is the work of VenueLetter. It may run twice: the letter has the same id then.
func (f *Feature) writeVenue(ctx context.Context, v access.Viewer, a VenueLetter) error {
	system := access.System(v.District, "letters to venues")
	var m mail.Message
	err := f.DB.Read(ctx, system, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = f.venueLetter(ctx, tx, a)
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return nil // the date, or the house, is there no longer
	}
	if err != nil {
		return err
	}
	if err := f.send(ctx, m); err != nil {
		return err
	}
	return f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter has gone")
		return f.rows.setHousedSent(ctx, tx, a)
	})
}

// venueLetter composes a letter to a venue; none where a later one is on its way, or it cannot be written to any more.
func (f *Feature) venueLetter(ctx context.Context, tx *store.Tx, a VenueLetter) (m mail.Message, err error) {
	h, err := f.rows.housed(ctx, tx, a.Run, a.Venue)
	if err != nil || h.Sequence != a.Sequence || a.What == hearsNumbers && h.Off {
		return mail.Message{}, err
	}
	venues, err := f.Venues.Venues(ctx, tx)
	if err != nil {
		return m, err
	}
	rings, err := f.Store.Rings(ctx, tx)
	if err != nil {
		return m, err
	}
	venue, ring := venues[a.Venue], rings[h.Org].Words
	if venue.Email == "" || ring == "" {
		return m, nil
	}
	k, err := f.load(ctx, tx, a.Run)
	if err != nil {
		return m, err
	}
	counts, err := f.Store.Counts(ctx, tx, k.block.ID)
	if err != nil {
		return m, err
	}
	needs, err := f.Store.NeedsOf(ctx, tx, a.Run)
	if err != nil {
		return m, err
	}
	n := houseNumbers{taken: counts[a.Run].Taken, seats: training.Seats(k.run, venue.Capacity)}
	for _, x := range needs {
		if strings.TrimSpace(x.Access) != "" {
			n.needs++
		}
	}
	m = mail.Message{To: venue.Email, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, fmt.Sprintf("%s-%s-venue-%s-%d", a.Run, a.Venue, a.What, h.Sequence))}
	m.Subject, m.Text = wording{f: f, run: k.run, course: k.course, venue: venue}.toVenue(a.What, h, n, ring)
	return m, nil
}

// houseNumbers are all that a venue learns of the people: how many, of how many places (0: no limit), and how many of them need something to get in.
type houseNumbers struct{ taken, seats, needs int64 }

// toVenue are the subject and the text of a letter to the house.
func (x wording) toVenue(what string, h housed, n houseNumbers, ring string) (subject, body string) {
	first, _, _ := strings.Cut(h.Entry, "\n")
	course, at := x.course.Title+" ("+x.course.Format.Words()+")", ": "+x.course.Title+", "+first
	call := "Is something not right, or is there a question? Ring " + ring + "."
	if what == hearsOff {
		return "Not with you any more" + at, strings.Join([]string{course + " does not take place at " + x.venue.Name + ": it was called off, or moved to another house. This was when:\n" + h.Entry,
			"From us, nobody needs the room then.", call, x.f.Publisher}, "\n\n") + "\n"
	}
	people := text.Plural(int(n.taken), "person has", "people have") + " a place"
	if n.seats > 0 {
		people += fmt.Sprintf(", of %d places", n.seats)
	}
	need := "Nobody has told us so far of something they need to get in or to take part."
	if n.needs > 0 {
		need = text.Plural(int(n.needs), "of them has", "of them have") + " told us what they need to get in or to take part. We do not write it here. Ring us, and we go through it with you."
	}
	facts := "When: " + strings.ReplaceAll(h.Entry, "\n", "\nand: ") + "\nWhere: " + x.where() + "\nPeople: " + people + "."
	begin, then := "", "You hear again if something changes, and in the week before how many come."
	switch {
	case what == hearsNumbers:
		subject, begin, then = "Soon with you"+at, "This is how it stands for "+course+", at "+x.venue.Name+".", "You hear again only if something changes."
	case h.Sent < 0:
		subject, begin = "With you"+at, course+" takes place at "+x.venue.Name+"."
	default:
		subject, begin = "Changed, with you"+at, "Something has changed for "+course+", at "+x.venue.Name+". This is how it stands now."
	}
	if h.Numbers {
		then = "You hear again only if something changes."
	}
	was := ""
	if h.Was != "" && what == hearsPlace {
		was = "Before:\n" + h.Was
	}
	known := ""
	if x.venue.Access != "" {
		known = "What we tell people about getting in: " + strings.TrimRight(x.venue.Access, ". ") + "."
	}
	return subject, strings.Join(nonEmpty(begin, facts, was, need, known, then, call, x.f.Publisher), "\n\n") + "\n"
}
