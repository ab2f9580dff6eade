package referrals

import (
	"context"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// Disagreement is a school's way up the district's ladder (REF-2).
type Disagreement struct {
	ID       string
	Referral ID
	Edition  string
	Rung     int // from 0
	DueAt    clock.Millis
	End      End
	EndedAt  clock.Millis
	By       string
	At       clock.Millis
	Version  int64
}

// Dest is where a row of the query goes.
func (d *Disagreement) Dest() []any {
	return []any{&d.ID, (*string)(&d.Referral), &d.Edition, &d.Rung, (*int64)(&d.DueAt), (*string)(&d.End), (*int64)(&d.EndedAt), &d.By, (*int64)(&d.At), &d.Version}
}

// End is how a disagreement ended.
type End string

// The ends.
const (
	Changed  End = "changed"  // they changed what they decided
	Accepted End = "accepted" // it stands, and the school accepts it
	Stands   End = "stands"   // the last step decided that it stands
)

// EndWords say an end.
var EndWords = map[End]string{Changed: "They changed their decision", Accepted: "The decision stands and we accept it", Stands: "The last step decided: it stands"}

// Climb is one step or answer on the ladder.
type Climb struct {
	ID, Record string
	Rung       int
	Kind       string // opened, next, changed, accepted, stands
	Words      string // what we disagree with, or what was answered
	Who        string // who answered
	Safe       bool   // nobody could be hurt before the next step
	Safety     string // what keeps the child safe until then
	By         string
	At         clock.Millis
}

// Dest is where a row of the query goes.
func (c *Climb) Dest() []any {
	return []any{&c.ID, &c.Record, &c.Rung, &c.Kind, &c.Words, &c.Who, &c.Safe, &c.Safety, &c.By, (*int64)(&c.At)}
}

// Kinds of climb besides the ends.
const (
	climbOpened = "opened"
	climbNext   = "next"
)

// CanDisagree says whether the school may open the ladder: there is an answer, or one is past due.
func CanDisagree(r Referral, now clock.Millis) error {
	if r.State == Decided || r.PastDue(now) {
		return nil
	}
	return errs.Refuse("There is nothing to disagree with yet. An answer is expected by " + term.DateTime(r.ExpectedAt, now))
}

// CanStep says whether a step on the ladder is whole. The child's safety until the next one cannot be left out (REF-2). asked:
// "yes" or "no" to whether the child is safe until then.
func CanStep(p Practice, rung int, c Climb, asked string) error {
	if strings.TrimSpace(c.Words) == "" {
		if c.Kind == climbOpened {
			return errs.Refuse("Write what you disagree with, and what you ask for instead")
		}
		return errs.Refuse("Write what they answered")
	}
	switch c.Kind {
	case climbOpened:
	case climbNext:
		if rung+1 >= len(p.Rungs) {
			return errs.Refuse("This is the last step. Say how it ended")
		}
	case string(Changed), string(Accepted):
	case string(Stands):
		if rung+1 < len(p.Rungs) {
			return errs.Refuse("There is a further step. Go on to it, or accept the decision")
		}
	default:
		return errs.Refuse("Say how this step ended")
	}
	if c.Kind != climbOpened && strings.TrimSpace(c.Who) == "" {
		return errs.Refuse("Write who answered")
	}
	if asked != "yes" && asked != "no" {
		return errs.Refuse("Say whether the child is safe until the next step. This cannot be left out")
	}
	if strings.TrimSpace(c.Safety) == "" {
		return errs.Refuse("Write what keeps the child safe until then. This cannot be left out")
	}
	return nil
}

const disagreementColumns = `d.id, d.referral_id, d.edition, d.rung, d.due_at, d.end_kind, d.ended_at, d.by_id, d.at, d.version`

// Disagreements returns the school's ways up the ladder about a referral that the viewer may see, the latest first.
func (Store) Disagreements(ctx context.Context, tx *store.Tx, id ID) ([]Disagreement, error) {
	return store.All[Disagreement](ctx, tx, store.SQL(`SELECT `+disagreementColumns+` FROM referrals_disagreement d JOIN access_record r ON r.id = d.id WHERE d.referral_id = ?`, string(id)).
		Visible("r", access.ReferralKind).Add(`ORDER BY d.at DESC, d.id DESC`))
}

// OpenDisagreements returns the ways up the ladder of the schools that have not ended, the first due first.
func (Store) OpenDisagreements(ctx context.Context, tx *store.Tx, orgs []string) ([]Disagreement, error) {
	return store.All[Disagreement](ctx, tx, store.SQL(`SELECT `+disagreementColumns+` FROM referrals_disagreement d JOIN access_record r ON r.id = d.id WHERE d.end_kind = '' AND `).In("r.org_id", orgs).
		Visible("r", access.ReferralKind).Add(`ORDER BY d.due_at, d.id LIMIT 20`))
}

// Climbs returns the steps of a disagreement, oldest first.
func (Store) Climbs(ctx context.Context, tx *store.Tx, id string) ([]Climb, error) {
	return store.All[Climb](ctx, tx, store.SQL(`SELECT x.id, x.record_id, x.rung, x.kind, x.words, x.who, x.safe, x.safety, x.by_id, x.at FROM referrals_climb x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, id).
		Visible("r", access.ReferralKind).Add(`ORDER BY x.at, x.id`))
}

func (Store) insertDisagreement(ctx context.Context, tx *store.Tx, r Referral, d Disagreement) error {
	if err := tx.AddRecord(ctx, access.Record{ID: d.ID, Kind: access.ReferralKind, Part: access.PartDisagreement, Org: r.Org, Parent: r.Concern}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO referrals_disagreement (id, district_id, referral_id, edition, rung, due_at, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, tx.Viewer.District, string(d.Referral), d.Edition, d.Rung, int64(d.DueAt), tx.Viewer.Account, int64(tx.Now)))
}

func (Store) saveDisagreement(ctx context.Context, tx *store.Tx, d Disagreement) error {
	return tx.Put(ctx, store.SQL(`UPDATE referrals_disagreement SET rung = ?, due_at = ?, end_kind = ?, ended_at = ? WHERE id = ?`, d.Rung, int64(d.DueAt), string(d.End), int64(d.EndedAt), d.ID))
}

func (Store) insertClimb(ctx context.Context, tx *store.Tx, c Climb) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO referrals_climb (id, district_id, record_id, rung, kind, words, who, safe, safety, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, tx.Viewer.District, c.Record, c.Rung, c.Kind, c.Words, c.Who, c.Safe, c.Safety, tx.Viewer.Account, int64(tx.Now)))
}

// Disagree opens the ladder at its first step. Rule: CanDisagree, CanStep, or it is open already.
func (f *Feature) Disagree(ctx context.Context, v access.Viewer, id ID, c Climb, asked string) error {
	err := f.change(ctx, v, id, "referral.disagreed", Step{}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if who != school {
			return errs.Missing()
		}
		if err := CanDisagree(*r, tx.Now); err != nil {
			return err
		}
		have, err := f.store.Disagreements(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(have) > 0 && have[0].End == "" && have[0].ID != c.Record {
			return errs.Refuse("The ladder is open already")
		}
		p, err := f.store.Practice(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		c.Kind, c.Rung, c.Safe = climbOpened, 0, asked == "yes"
		if err := CanStep(p, 0, c, asked); err != nil {
			return err
		}
		cal, err := f.calendar(ctx, tx, r.Org)
		if err != nil {
			return err
		}
		d := Disagreement{ID: c.Record, Referral: id, Edition: p.Edition, DueAt: rungDue(cal, p, 0, tx.Now)}
		if err := f.store.insertDisagreement(ctx, tx, *r, d); err != nil {
			return err
		}
		c.ID = tx.NewID()
		if err := f.store.insertClimb(ctx, tx, c); err != nil {
			return err
		}
		return f.line(ctx, tx, *r, m, story.Entry{Record: d.ID, Kind: story.Decision, Line: "We disagree with " + r.ToName, Detail: text.FirstWords(c.Words, 160)})
	})
	if store.IsDuplicate(err) {
		return nil // the same form, sent twice
	}
	return err
}

// rungDue is when the answer at a step is due: the close of the day after so many working days.
func rungDue(cal term.Calendar, p Practice, rung int, now clock.Millis) clock.Millis {
	return clock.Of(cal.AddWorkingDays(clock.DayOf(now.Time()), p.Rungs[rung].Days).At(16, 30))
}

// sentBefore says whether a step is kept already: the same form, sent twice.
func (f *Feature) sentBefore(ctx context.Context, tx *store.Tx, disagreement, climb string) (bool, error) {
	climbs, err := f.store.Climbs(ctx, tx, disagreement)
	again := slices.ContainsFunc(climbs, func(x Climb) bool { return x.ID == climb })
	if again {
		tx.Unaudited("the same form, sent twice: nothing is changed")
	}
	return again, err
}

// Step records the answer at the present step of the ladder, and goes on to the next or ends it. c.ID is the form's, so that a
// form sent twice is one step; c.Rung is the step that the form was made for.
func (f *Feature) Step(ctx context.Context, v access.Viewer, id ID, c Climb, asked string) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		r, err := f.mine(ctx, tx, id)
		if err != nil {
			return err
		}
		have, err := f.store.Disagreements(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(have) == 0 {
			return errs.Missing()
		}
		if again, err := f.sentBefore(ctx, tx, have[0].ID, c.ID); again || err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "referrals_disagreement", have[0].ID); err != nil {
			return err
		}
		if have, err = f.store.Disagreements(ctx, tx, id); err != nil {
			return err
		}
		d := have[0]
		if again, err := f.sentBefore(ctx, tx, d.ID, c.ID); again || err != nil {
			return err
		}
		switch {
		case d.End != "":
			return errs.Refuse("This has ended. What was answered stays")
		case c.Rung != d.Rung:
			return errs.New(errs.Conflict, "A colleague has recorded this step since you opened it. Read what they wrote")
		}
		p, err := f.store.edition(ctx, tx, d.Edition)
		if err != nil {
			return err
		}
		if err := CanStep(p, d.Rung, c, asked); err != nil {
			return err
		}
		c.Record, c.Safe = d.ID, asked == "yes"
		if err := f.store.insertClimb(ctx, tx, c); err != nil {
			return err
		}
		line := "Disagreement: " + EndWords[End(c.Kind)]
		if c.Kind == climbNext {
			d.Rung++
			cal, err := f.calendar(ctx, tx, r.Org)
			if err != nil {
				return err
			}
			d.DueAt = rungDue(cal, p, d.Rung, tx.Now)
			line = "Disagreement goes on to “" + p.Rungs[d.Rung].Name + "”"
		} else {
			d.End, d.EndedAt = End(c.Kind), tx.Now
		}
		if err := f.store.saveDisagreement(ctx, tx, d); err != nil {
			return err
		}
		m, err := f.Concerns.Matter(ctx, tx, r.Concern)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := f.line(ctx, tx, r, m, story.Entry{Record: d.ID, Kind: story.Decision, Line: line, Detail: text.FirstWords(c.Who+": "+c.Words, 160)}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "referral.ladder-step", ref.To(access.ReferralKind, d.ID), audit.Org(r.Org), audit.Detail(map[string]any{"rung": c.Rung, "kind": c.Kind, "safe": c.Safe}))
	})
	return err
}
