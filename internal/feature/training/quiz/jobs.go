package quiz

import (
	"context"
	"errors"
	"fmt"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Write writes to those who are asked to take a quiz: first that it is there, later to those who have not sent.
type Write struct {
	Quiz   ID   `json:"quiz"`
	Remind bool `json:"remind"`
}

// Kind names the work in the queue.
func (Write) Kind() string { return "training.quiz_write" }

// postHour is the hour of the day from which letters go: nobody is written to at night.
const postHour = 8

// begins is when people are told, reminds when those are reminded who have not sent.
func begins(q Quiz) clock.Millis { return clock.Of(q.From.At(postHour, 0)) }

func reminds(q Quiz) clock.Millis {
	return clock.Of(max(q.Until.Add(-Starter().RemindDays), q.From.Add(1)).At(postHour, 0))
}

// batch is how many letters one job sends.
const batch = 100

// Sweep does what has come due: takes in the shipped bank where a district has it not yet, asks newcomers, has people told and
// reminded, and closes what is over.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "quiz.Sweep")
	var over []ID
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		over = nil
		tx.Unaudited("looking for what has come due")
		if err := f.TakeBank(ctx, tx); err != nil {
			return err
		}
		fresh, err := f.store.uncalled(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		for _, q := range fresh {
			if tx.Now < q.Ends() {
				if _, err := f.callAll(ctx, tx, q); err != nil {
					return err
				}
			}
		}
		running, err := f.store.Running(ctx, tx)
		if err != nil {
			return err
		}
		for _, q := range running {
			if tx.Now >= q.Ends() {
				over = append(over, q.ID)
				continue
			}
			for _, w := range []Write{{q.ID, false}, {q.ID, true}} {
				to, err := f.unwritten(ctx, tx, q, w.Remind)
				if err != nil {
					return err
				}
				if len(to) > 0 {
					if err := jobs.Add(ctx, tx, w); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	for _, q := range over {
		e := f.Close(ctx, v, q)
		if errs.Is(e, errs.Rule) {
			continue // a lead has just closed it
		}
		err = errors.Join(err, e)
	}
	return err
}

// unwritten are those whom a letter about a quiz is due to, now. It runs as the program.
func (f *Feature) unwritten(ctx context.Context, tx *store.Tx, q Quiz, remind bool) (out []string, err error) {
	if !q.Open(tx.Now) || !remind && tx.Now < begins(q) || remind && tx.Now < reminds(q) {
		return nil, nil
	}
	calls, err := f.store.calls(ctx, tx, q.ID)
	if err != nil {
		return nil, err
	}
	sent := map[string]bool{}
	if remind {
		attempts, err := f.store.Attempts(ctx, tx, q.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range attempts {
			sent[a.Account] = !a.SentAt.IsZero()
		}
	}
	for _, c := range calls {
		if remind && c.Reminded == 0 && c.Told != 0 && c.Told < reminds(q) && !sent[c.Account] || !remind && c.Told == 0 {
			out = append(out, c.Account)
		}
	}
	return out, nil
}

// write is the work of Write. It may run twice: a letter is marked once it has gone, so that the second run goes on where the
// first stopped.
func (f *Feature) write(ctx context.Context, v access.Viewer, w Write) error {
	system := access.System(v.District, "letters about a quiz")
	var q Quiz
	var to []string
	err := f.DB.Read(ctx, system, func(ctx context.Context, tx *store.Tx) (err error) {
		if q, err = f.store.Quiz(ctx, tx, w.Quiz); err != nil {
			return err
		}
		to, err = f.unwritten(ctx, tx, q, w.Remind)
		return err
	})
	if err != nil {
		return err
	}
	for _, account := range to[:min(len(to), batch)] {
		if err := f.writeOne(ctx, system, q, account, w.Remind); err != nil {
			return err
		}
	}
	return nil // the sweep finds whoever is left
}

func (f *Feature) writeOne(ctx context.Context, v access.Viewer, q Quiz, account string, remind bool) error {
	var m mail.Message
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		email, err := f.People.Email(ctx, tx, account)
		m = f.letter(q, email, account, remind, tx.Now)
		return err
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if m.To != "" {
		if err := f.Mailer.Send(ctx, m); err != nil {
			return err
		}
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter has gone")
		if remind {
			return f.store.setReminded(ctx, tx, q.ID, account)
		}
		return f.store.setTold(ctx, tx, q.ID, account)
	})
}

// letter says that there is a quiz, and nothing about any child or anybody's answers.
func (f *Feature) letter(q Quiz, email, account string, remind bool, now clock.Millis) mail.Message {
	minutes := fmt.Sprintf("%d minutes", Minutes(q.Size))
	subject, first := "Your safeguarding quiz: "+minutes+", by "+term.LongDate(q.Until), "There is a short safeguarding quiz for you."
	kind := "quiz"
	if remind {
		subject, first, kind = "Still open: your safeguarding quiz, by "+term.LongDate(q.Until), "Your safeguarding quiz is still open.", "reminder"
	}
	return mail.Message{To: email, Subject: subject, At: now, MessageID: mail.IDAt(f.PublicURL, string(q.ID)+"-"+account+"-"+kind),
		Text: fmt.Sprintf("%s It has %d questions and takes about %s, on a phone too. It is open until %s.\n\n%s/training/quizzes/take/%s\n\nYou can stop and go on later. It is there to find out what training would help. Your own answers are read by you and the safeguarding leads, and by nobody else.\n",
			first, q.Size, minutes, term.LongDate(q.Until), f.PublicURL, q.ID)}
}
