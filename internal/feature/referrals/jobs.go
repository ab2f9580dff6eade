package referrals

import (
	"context"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// news is the job that mails one person that something waits for them. It holds ids and a kind only.
type news struct {
	Referral string `json:"referral"`
	To       string `json:"to"`
	What     string `json:"what"`
	At       int64  `json:"at"`
}

// Kind names the job.
func (news) Kind() string { return "referrals.mail" }

// What is told.
const (
	newsSent      = "sent"
	newsAsked     = "asked"
	newsInformed  = "informed"
	newsDecided   = "decided"
	newsWithdrawn = "withdrawn"
	newsDue       = "due"
	newsHead      = "head"
)

// newsWords say that there is something, and nothing of anybody (CON-9, SEC-16).
var newsWords = map[string]string{
	newsSent:      "A school sent something to your service",
	newsAsked:     "A service you wrote to has a question",
	newsInformed:  "A school answered your service’s question",
	newsDecided:   "A service you wrote to has answered",
	newsWithdrawn: "A school has taken back something that it sent to your service",
	newsDue:       "An answer that your school waits for is past due",
	newsHead:      "An answer that your school waits for is past due, and has been asked for",
}

// mailNews sends one mail. Sent again after a fault it has the same message id: twice is better than never. Whoever has lost
// their post by then gets none (SEC-7).
func (f *Feature) mailNews(ctx context.Context, v access.Viewer, n news) error {
	to := ""
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		names, err := f.People.Names(ctx, tx, n.To)
		if err != nil || names[n.To].Title == "" {
			return err
		}
		to, err = f.People.Email(ctx, tx, n.To)
		return err
	})
	if err != nil || to == "" {
		return err
	}
	at := clock.Millis(n.At)
	return f.Mail.Send(ctx, mail.Waiting(to, newsWords[n.What]+", at "+term.Time(at), f.URL+"/referrals", at,
		"referral-"+n.Referral+"-"+n.What+"-"+strconv.FormatInt(n.At, 36)+"-"+n.To+"@kith"))
}

// Sweep tells the leads of answers that are past due, and after the district's further days the head (REF-1). What is due is
// known from its date, so a late sweep is late and never wrong; the lists show it without any sweep.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	var due []Referral
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		due, err = f.store.overdue(ctx, tx, 100)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range due {
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.chase(ctx, tx, r.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// chase tells whoever has not been told yet that an answer is past due.
func (f *Feature) chase(ctx context.Context, tx *store.Tx, id ID) error {
	if _, err := tx.Lock(ctx, "referrals_referral", string(id)); err != nil {
		return err
	}
	r, err := f.store.Referral(ctx, tx, id)
	if err != nil {
		return err
	}
	p, err := f.store.edition(ctx, tx, r.Edition)
	if err != nil {
		return err
	}
	cal, err := f.calendar(ctx, tx, r.Org)
	if err != nil {
		return err
	}
	head := tx.Now >= HeadDue(cal, p, r.ExpectedAt)
	if !r.PastDue(tx.Now) || r.Told > 1 || r.Told == 1 && !head {
		tx.Unaudited("somebody was quicker")
		return nil
	}
	people, what := f.People.Leads, newsDue
	r.Told = 1
	if head {
		people, what, r.Told = f.People.Heads, newsHead, 2
	}
	to, err := people(ctx, tx, r.Org)
	if err != nil {
		return err
	}
	if err := f.tell(ctx, tx, Referral{ID: r.ID, To: "school"}, news{What: what}, []Service{{ID: "school", People: to}}); err != nil {
		return err
	}
	if err := f.store.save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "referral.past-due", refTo(id), audit.Org(r.Org), audit.Detail(map[string]any{"told": what}))
}
