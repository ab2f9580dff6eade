package training

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"kith/internal/feature/training/allocate"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Plan is an allocation that has not been sent.
type Plan struct {
	Block    Block
	Places   map[BookingID]Place // those it decides
	Requests map[string]allocate.Request
	Outcomes []allocate.Outcome
	Runs     map[RunID]Facts
	Before   map[RunID]Count // how the seats stand before it
	Words    allocate.Words
	Mark     string // of everything it goes by: another one means that something has changed
}

// Sentence is what a requester will read.
func (p Plan) Sentence(o allocate.Outcome) string {
	return p.Words.Sentence(p.Requests[o.Request], o)
}

// Told is what is kept with a booking: the sentence, then a step a line, its title and its text apart.
func (p Plan) Told(o allocate.Outcome) string {
	lines := []string{p.Sentence(o)}
	for _, s := range p.Words.Steps(p.Requests[o.Request], o) {
		lines = append(lines, s.Title+"\t"+s.Text)
	}
	return strings.Join(lines, "\n")
}

// Explanation reads what Told wrote: the sentence and the steps. ok is false where nothing has been told.
func (b Booking) Explanation() (sentence string, steps []allocate.Step, ok bool) {
	lines := strings.Split(b.Told, "\n")
	for _, l := range lines[1:] {
		title, words, _ := strings.Cut(l, "\t")
		steps = append(steps, allocate.Step{Title: title, Text: words})
	}
	return lines[0], steps, b.Told != ""
}

// CanAllocate says whether the seats of a block can be given out now.
func CanAllocate(b Block, now clock.Millis) error {
	switch {
	case b.Way != Preferences:
		return errs.Refuse("Places of this block go to whoever asks first")
	case b.State != Published:
		return errs.Refuse("This block is not open")
	case now < b.Closes:
		return errs.Refusef("Requests are taken until the end of %s. Until then nobody knows who else will ask", longDay(b.Closes-1))
	}
	return nil
}

// plan allocates a block as it stands in this transaction.
func (f *Feature) plan(ctx context.Context, tx *store.Tx, b Block) (p Plan, err error) {
	if err := CanAllocate(b, tx.Now); err != nil {
		return p, err
	}
	s, err := f.seat(ctx, tx, b)
	if err != nil {
		return p, err
	}
	all, err := f.Store.Places(ctx, tx, b.ID, Asked, Waiting, Placed, Held, Offered)
	if err != nil {
		return p, err
	}
	p = Plan{Block: b, Places: map[BookingID]Place{}, Requests: map[string]allocate.Request{}, Runs: s.runs, Before: s.counts}
	var seats []allocate.Seat
	var requests []allocate.Request
	for _, x := range all {
		x.Tier, _ = TierOf(b.Tiers, x)
		if x.State != Asked && x.State != Waiting {
			if x.Live(tx.Now) {
				seats = append(seats, allocate.Seat{Party: x.Party, Person: x.Person, Run: string(x.Run)})
			}
			continue
		}
		q := allocate.Request{ID: string(x.ID), Party: x.Party, Person: x.Person, Tier: x.Tier, Arrived: int64(x.Arrived), First: string(x.First), Second: string(x.Second)}
		if x.State == Waiting {
			q.First, q.Second = string(x.Run), "" // the line is for one run
		}
		p.Places[x.ID], p.Requests[q.ID] = x, q
		requests = append(requests, q)
	}
	var list []allocate.Run
	for id, x := range s.runs {
		list = append(list, allocate.Run{ID: string(id), Group: x.Course.Group, Seats: s.limit(id), Uses: x.Course.UsesPlace, Shut: CanTake(b, x.Run, tx.Now) != nil})
	}
	slices.SortFunc(list, func(x, y allocate.Run) int { return strings.Compare(x.ID, y.ID) })
	p.Outcomes = allocate.Give(allocate.Rules{PerParty: b.PerSchool, Places: b.Places}, list, seats, requests)
	p.Words = allocate.Words{Asked: int64(len(requests)), Order: Order(b.Tiers), Date: func(run string) string { return DayWords(s.runs[RunID(run)].Run.Days) }}
	p.Mark, err = markOf(list, seats, requests, b.PerSchool, b.Places)
	return p, err
}

// Order says who goes first by the priorities of a block: "schools in BD3, then child-protection staff"; "" where it goes by time alone.
func Order(tiers []Tier) string {
	var words []string
	for _, t := range tiers {
		if w := strings.TrimSpace(t.Words); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for i, w := range words {
		words[i] = strings.ToLower(w[:1]) + w[1:]
	}
	return strings.Join(words, ", then ")
}

func markOf(parts ...any) (string, error) {
	b, err := json.Marshal(parts)
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8]), err
}

// Preview allocates without sending. Rule: the block has not closed.
func (f *Feature) Preview(ctx context.Context, tx *store.Tx, id BlockID) (Plan, error) {
	b, err := f.OwnBlock(ctx, tx, id)
	if err != nil {
		return Plan{}, err
	}
	return f.plan(ctx, tx, b)
}

// lettersAJob is how many requesters one job writes to.
const lettersAJob = 100

// Allocate sends what the preview with that mark showed: seats are given, the others stand in line, and each hears why. Seats given before
// stay (TRN-16). Conflict: something has changed since the preview, and another look is needed.
func (f *Feature) Allocate(ctx context.Context, v access.Viewer, id BlockID, mark string) (err error) {
	defer errs.Wrap(&err, "training.Allocate(%s)", id)
	return f.inBlock(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block) error {
		p, err := f.plan(ctx, tx, b)
		if err != nil {
			return err
		}
		if p.Mark != mark {
			return errs.New(errs.Conflict, "Something has changed since this was shown: a request, a date or a rule. Look at it again, and then send it")
		}
		if err := f.apply(ctx, tx, p); err != nil {
			return err
		}
		if b.AllocatedAt == 0 {
			b.Asked = int64(len(p.Outcomes))
		}
		b.AllocatedAt = tx.Now
		if err := f.Store.UpdateBlock(ctx, tx, b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.allocated", id.Ref(), audit.Org(b.Org), audit.Detail(p.Outcomes))
	})
}

// apply writes the outcomes down and queues the letters. Somebody who waits and goes on waiting hears nothing again.
func (f *Feature) apply(ctx context.Context, tx *store.Tx, p Plan) error {
	used := map[RunID]map[int64]bool{}
	told := 0
	for _, o := range p.Outcomes {
		x := p.Places[BookingID(o.Request)]
		was := x.State
		x.Run = RunID(o.Run)
		if was == Asked || o.Choice > 0 {
			x.Turn = o.Turn
		}
		switch {
		case o.Choice > 0:
			if used[x.Run] == nil {
				numbers, err := f.seatsOf(ctx, tx, x.Run)
				if err != nil {
					return err
				}
				used[x.Run] = numbers
			}
			x.State, x.Choice, x.Seat = Placed, o.Choice, 1
			if was == Waiting && x.Run == x.Second {
				x.Choice = 2
			}
			for used[x.Run][x.Seat] {
				x.Seat++
			}
			used[x.Run][x.Seat] = true
		case o.First.Why == allocate.Shut:
			x.State, x.Run = Refused, ""
		default:
			x.State = Waiting
		}
		if err := f.Store.updatePlace(ctx, tx, x); err != nil {
			return err
		}
		if was == Waiting && x.State == Waiting {
			continue
		}
		if err := f.Store.tell(ctx, tx, x.ID, p.Told(o)); err != nil {
			return err
		}
		told++
	}
	for i := 0; i < told; i += lettersAJob {
		if err := jobs.Add(ctx, tx, WriteResults{Block: p.Block.ID}); err != nil {
			return err
		}
	}
	return nil
}

// seatsOf returns the numbers of the seats of a run that somebody has.
func (f *Feature) seatsOf(ctx context.Context, tx *store.Tx, r RunID) (map[int64]bool, error) {
	numbers, err := store.Values[int64](ctx, tx, store.SQL(`SELECT p.seat FROM training_place p WHERE p.run_id = ? AND (p.state = 'placed' OR p.state IN ('held', 'offered') AND p.until_at > ?)`, string(r), int64(tx.Now)))
	out := map[int64]bool{}
	for _, n := range numbers {
		out[n] = true
	}
	return out, err
}

// tell keeps what a requester is told; the letter goes by a job.
func (Store) tell(ctx context.Context, tx *store.Tx, id BookingID, words string) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_booking SET told = ?, told_at = 0 WHERE id = ?`, words, string(id)))
}

// untold returns bookings of a block that were decided and not written about yet.
func (Store) untold(ctx context.Context, tx *store.Tx, block BlockID, n int) ([]Booking, error) {
	return store.All[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.block_id = ? AND k.told <> '' AND k.told_at = 0`, string(block)).
		Visible("r", training).Add(`ORDER BY k.id LIMIT ?`, n))
}

// Invitation says until when to ask and when people hear: "Ask for a first and a second choice by Friday 27 November. You hear by
// Wednesday 2 December, with the reason."
func (b Block) Invitation() string {
	var parts []string
	if b.AllocatedAt > 0 {
		return "Places were given out on " + longDay(b.AllocatedAt) + ". What is left goes to whoever asks first."
	}
	switch {
	case b.Closes > 0 && b.Way == Preferences:
		parts = append(parts, "Ask for a first and a second choice by "+longDay(b.Closes-1)+".")
	case b.Closes > 0:
		parts = append(parts, "Book by "+longDay(b.Closes-1)+".")
	}
	if b.TellsOn != "" {
		parts = append(parts, "You hear by "+term.LongDate(b.TellsOn)+", with the reason.")
	}
	return strings.Join(parts, " ")
}
