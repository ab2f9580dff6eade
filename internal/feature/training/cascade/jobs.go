package cascade

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Write writes to whoever attended that they have a plan, or that its day is near.
type Write struct {
	Plan   ID   `json:"plan"`
	Remind bool `json:"remind"`
}

// Kind names the work in the queue.
func (Write) Kind() string { return "training.cascade_write" }

// write is the work of Write. It may run twice: the letter has the same number.
func (f *Feature) write(ctx context.Context, v access.Viewer, a Write) error {
	var m mail.Message
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = mail.Message{}
		p, err := f.store.ledger(ctx, tx, a.Plan)
		if err != nil || p.State == Complete {
			return err
		}
		l, err := f.store.Lead(ctx, tx, a.Plan)
		if err != nil {
			return err
		}
		to := l.Email
		if l.Account != "" {
			if to, err = f.People.Email(ctx, tx, l.Account); errs.Is(err, errs.NotFound) {
				return nil
			}
		}
		if err != nil || to == "" {
			return err
		}
		title, err := f.inMail(ctx, tx, p)
		if err != nil {
			return err
		}
		m = mail.Message{To: to, At: tx.Now, Subject: "Pass it on: " + title, MessageID: mail.IDAt(f.PublicURL, string(p.ID)+"-cascade")}
		first := fmt.Sprintf("You were at %s. A few go, and everybody learns: it is yours to pass on to your colleagues by %s.", title, term.LongDate(p.Due))
		was, err := f.store.was(ctx, tx, p)
		if err != nil {
			return err
		}
		if was == Unclosed {
			first = fmt.Sprintf("You had a place on %s, which is over. A few go, and everybody learns: if you were there, it is yours to pass on to your colleagues by %s. The register is not closed yet; it counts as attended once it is.", title, term.LongDate(p.Due))
		}
		if a.Remind {
			m.Subject, m.MessageID = "Still to pass on: "+title, mail.IDAt(f.PublicURL, string(p.ID)+"-cascade-reminder")
			first = fmt.Sprintf("%s: it is to be passed on to your colleagues by %s.", strings.ToUpper(title[:1])+title[1:], term.LongDate(p.Due))
		}
		m.Text = first + "\n\nPlan a session, and see whom it reached:\n" + f.PublicURL + planPath(p.ID) + "\n\nColleagues sign in on their phones, or you tick them on a list.\n\n" + f.Publisher + "\n"
		return nil
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

// inMail names training in a letter: a course as the catalogue does, anything else without what somebody typed (SEC-16).
func (f *Feature) inMail(ctx context.Context, tx *store.Tx, p Plan) (string, error) {
	if p.Run == "" {
		return "training that you attended", nil
	}
	r, err := f.courses.Run(ctx, tx, training.RunID(p.Run))
	if err != nil {
		return "", err
	}
	c, err := f.courses.Course(ctx, tx, r.Course)
	return c.Title + ", " + c.Format.Words(), err
}
