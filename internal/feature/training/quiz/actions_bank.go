package quiz

import (
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// TakeBank takes the shipped bank into the viewer's district, once for each edition: its documents, and its questions in the place of
// those that they replace. Questions that the district changed for itself stay, and so does what was asked.
func (f *Feature) TakeBank(ctx context.Context, tx *store.Tx) (err error) {
	defer errs.Wrap(&err, "quiz.TakeBank")
	s := Starter()
	have, err := f.store.hasBank(ctx, tx, s.Edition)
	if err != nil || have {
		return err
	}
	for _, d := range s.Documents {
		if err := f.store.putDocument(ctx, tx, Document{Key: d.Key, Title: d.Title, By: d.By, Edition: d.Edition}); err != nil {
			return err
		}
	}
	live, err := f.store.LiveQuestions(ctx, tx)
	if err != nil {
		return err
	}
	before := map[string]Question{}
	for _, q := range live {
		if q.Key != "" {
			before[q.Key] = q
		}
	}
	for _, q := range StarterQuestions() {
		q.ID = QuestionID(tx.NewID())
		if old, ok := before[q.Key]; ok {
			q.Replaces = old.ID
			if err := f.store.endQuestion(ctx, tx, old.ID, Replaced); err != nil {
				return err
			}
		}
		if err := f.store.insertQuestion(ctx, tx, q); err != nil {
			return err
		}
	}
	if err := f.store.insertBank(ctx, tx, s.Edition); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "quiz.bank_taken", ref.To("training_quiz_bank", s.Edition))
}

// SaveQuestion keeps a new question, or one in the place of another (q.Replaces). The edition is the one that its document has now:
// whoever saves it has held it against that. A second call with the same id changes nothing.
// NotFound: the question is not the viewer's to change. Rule: it is not whole. Conflict: somebody else has replaced it.
func (f *Feature) SaveQuestion(ctx context.Context, v access.Viewer, q Question) (err error) {
	defer errs.Wrap(&err, "quiz.SaveQuestion(%s)", q.ID)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		orgs := tx.Viewer.Roles[access.DSL]
		if have, err := f.store.Question(ctx, tx, q.ID, orgs...); err == nil {
			if have.Replaces != q.Replaces || have.Text != q.Text {
				return errs.Missing()
			}
			tx.Unaudited("it was saved before")
			return nil
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
		if q.Replaces != "" {
			old, err := f.store.Question(ctx, tx, q.Replaces, orgs...)
			if err != nil {
				return err
			}
			q.Org, q.Key = old.Org, old.Key
		}
		if err := CanKeep(tx.Viewer, q.Org); err != nil {
			return err
		}
		docs, err := f.store.Documents(ctx, tx)
		if err != nil {
			return err
		}
		q.Edition = ""
		for _, d := range docs {
			if d.Key == q.Document {
				q.Edition = d.Edition
			}
		}
		if err := CheckQuestion(q); err != nil {
			return err
		}
		action := "quiz.question_made"
		if q.Replaces != "" {
			action = "quiz.question_replaced"
			if err := f.store.endQuestion(ctx, tx, q.Replaces, Replaced); err != nil {
				return err
			}
		}
		q.State = Live
		if err := f.store.insertQuestion(ctx, tx, q); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, q.ID.Ref(), audit.Org(q.Org), audit.Detail(string(q.Replaces)))
	})
	if store.IsDuplicate(err) { // an id that somebody else's school has used
		return errs.Missing()
	}
	return err
}

// Retire takes a question out of use. Errors as SaveQuestion.
func (f *Feature) Retire(ctx context.Context, v access.Viewer, id QuestionID) (err error) {
	defer errs.Wrap(&err, "quiz.Retire(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		q, err := f.store.Question(ctx, tx, id, tx.Viewer.Roles[access.DSL]...)
		if err != nil {
			return err
		}
		if err := CanKeep(tx.Viewer, q.Org); err != nil {
			return err
		}
		if err := f.store.endQuestion(ctx, tx, id, Retired); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "quiz.question_retired", id.Ref(), audit.Org(q.Org))
	})
}

// NewEdition says that a document has a new edition: every question that cites the old one is stale from now on (QUI-1).
// NotFound: the viewer is no training administrator, or there is no such document. Rule: nothing is new.
func (f *Feature) NewEdition(ctx context.Context, v access.Viewer, key, edition, changes string) (err error) {
	defer errs.Wrap(&err, "quiz.NewEdition(%s)", key)
	edition = strings.TrimSpace(edition)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := CanKeep(tx.Viewer, ""); err != nil {
			return err
		}
		docs, err := f.store.Documents(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if d.Key != key {
				continue
			}
			if edition == "" || edition == d.Edition {
				return errs.Refuse("Write the new edition, such as 2027: it differs from the one that is in force")
			}
			old := d.Edition
			d.Edition, d.Changes = edition, changes
			if err := f.store.putDocument(ctx, tx, d); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "quiz.new_edition", ref.To("training_quiz_document", key), audit.Detail([]string{old, edition}))
		}
		return errs.Missing()
	})
}
