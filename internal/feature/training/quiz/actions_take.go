package quiz

import (
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// asked returns a quiz that the viewer is asked to take. NotFound: they are not.
func (f *Feature) asked(ctx context.Context, tx *store.Tx, id ID) (Quiz, call, error) {
	q, err := f.store.Quiz(ctx, tx, id)
	if err != nil {
		return q, call{}, err
	}
	if q.State == Draft {
		return q, call{}, errs.Missing()
	}
	c, err := f.store.called(ctx, tx, id, tx.Viewer.Account)
	return q, c, err
}

// Answer keeps the viewer's answer to the nth question of a quiz, and says whether it was right. What was answered stays: a second answer
// to the same question changes nothing, because the first was followed by the explanation.
// NotFound: the viewer is not asked. Rule: the quiz is over, or the choice answers nothing.
func (f *Feature) Answer(ctx context.Context, v access.Viewer, id ID, n int, c Choice) (err error) {
	defer errs.Wrap(&err, "quiz.Answer(%s, %d)", id, n)
	once := func() error {
		return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.answer(ctx, tx, id, n, c) })
	}
	if err = once(); store.IsDuplicate(err) { // the first two answers, sent at once, both began the attempt
		err = once()
	}
	return err
}

func (f *Feature) answer(ctx context.Context, tx *store.Tx, id ID, n int, c Choice) error {
	q, called, err := f.asked(ctx, tx, id)
	if err != nil {
		return err
	}
	items, err := f.store.Items(ctx, tx, id)
	if err != nil {
		return err
	}
	if n < 1 || n > len(items) {
		return errs.Missing()
	}
	a, err := f.store.Mine(ctx, tx, id)
	fresh := errs.Is(err, errs.NotFound)
	if err != nil && !fresh {
		return err
	}
	if err := CanAnswer(q, a, tx.Now); err != nil {
		return err
	}
	if err := CheckChoice(items[n-1], c); err != nil {
		return err
	}
	if fresh {
		group, err := f.groupOf(ctx, tx, q.Org, tx.Viewer.Account)
		if err != nil {
			return err
		}
		if !q.For(group) { // put into another group since; they were asked as one of this
			group = called.Group
		}
		a = Attempt{ID: AttemptID(tx.NewID()), Quiz: id, Org: q.Org, Account: tx.Viewer.Account, Group: group, StartedAt: tx.Now}
		if err := f.store.insertAttempt(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := f.store.insertAnswer(ctx, tx, Answer{Attempt: a.ID, N: n, Choice: c, Right: Right(items[n-1], c)}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "quiz.answered", a.ID.Ref(), audit.Org(q.Org), audit.Rule("quiz-own"))
}

// Send sends the viewer's answers, once, and counts them in the ledger. A second call changes nothing.
// NotFound: the viewer has no attempt. Rule: something is not answered, or the quiz is over.
func (f *Feature) Send(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "quiz.Send(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, _, err := f.asked(ctx, tx, id); err != nil {
			return err
		}
		if err := f.lock(ctx, tx, id); err != nil {
			return err
		}
		q, err := f.store.Quiz(ctx, tx, id)
		if err != nil {
			return err
		}
		a, err := f.store.Mine(ctx, tx, id)
		if errs.Is(err, errs.NotFound) {
			return CanSend(q, Attempt{}, 0, tx.Now)
		}
		if err != nil {
			return err
		}
		if !a.SentAt.IsZero() {
			tx.Unaudited("they were sent before")
			return nil
		}
		answers, err := f.store.Answers(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if err := CanSend(q, a, len(answers), tx.Now); err != nil {
			return err
		}
		for _, x := range answers {
			if err := f.store.count(ctx, tx, id, a.Group, x.N, x.Right); err != nil {
				return err
			}
		}
		if err := f.store.setSent(ctx, tx, a.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "quiz.sent", a.ID.Ref(), audit.Org(q.Org), audit.Rule("quiz-own"))
	})
}

// AskFor says that the viewer would like training on a theme (QUI-4). Whoever has asked and not been answered yet asks no second time; a
// second call with the same id changes nothing. NotFound: the viewer works nowhere. Rule: there is no such theme.
func (f *Feature) AskFor(ctx context.Context, v access.Viewer, id AskID, theme string) (err error) {
	defer errs.Wrap(&err, "quiz.AskFor(%s)", id)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if ThemeWords(theme) == "" {
			return errs.Refuse("Choose what you would like to learn")
		}
		mine, err := f.store.MyAsks(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range mine {
			if k.ID == id || k.Theme == theme && k.AnsweredAt.IsZero() {
				tx.Unaudited("it was asked before")
				return nil
			}
		}
		org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		group, err := f.groupOf(ctx, tx, org, tx.Viewer.Account)
		if err != nil {
			return err
		}
		if err := f.store.insertAsk(ctx, tx, Ask{ID: id, Org: org, Account: tx.Viewer.Account, Group: group, Theme: theme}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "quiz.training_asked", id.Ref(), audit.Org(org), audit.Rule("quiz-own"))
	})
	if store.IsDuplicate(err) {
		return errs.Missing() // somebody else's id
	}
	return err
}

// AnswerAsk answers somebody who asked for training, and with plan makes a need of it. The first answer stays.
// NotFound: it is not the viewer's to answer. Rule: no words.
func (f *Feature) AnswerAsk(ctx context.Context, v access.Viewer, id AskID, words string, plan bool) (err error) {
	defer errs.Wrap(&err, "quiz.AnswerAsk(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		k, err := f.store.changeableAsk(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "training_quiz_ask", string(id)); err != nil {
			return err
		}
		if k, err = f.store.changeableAsk(ctx, tx, id); err != nil {
			return err
		}
		if strings.TrimSpace(words) == "" {
			return errs.Refuse("Write what you answer")
		}
		if !k.AnsweredAt.IsZero() {
			tx.Unaudited("it was answered before")
			return nil
		}
		if plan {
			if err := f.addNeed(ctx, tx, Need{ID: NeedID(tx.NewID()), Org: k.Org, Theme: k.Theme, Groups: store.Keys{k.Group}, Origin: FromAsk}); err != nil {
				return err
			}
		}
		if err := f.store.setAnswered(ctx, tx, id, words); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "quiz.ask_answered", id.Ref(), audit.Org(k.Org), audit.Rule("quiz-ask"))
	})
}
