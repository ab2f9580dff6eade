package quiz

import (
	"context"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

const questionColumns = `q.id, q.org_id, q.source_key, q.theme, q.kind, q.staff_groups, q.scene, q.words, q.explain, q.document_key, q.edition, q.para, q.state, q.replaces_id, d.edition, d.title`

const fromQuestion = ` FROM training_quiz_question q JOIN training_quiz_document d ON d.district_id = q.district_id AND d.key = q.document_key `

// Question returns a question of the district, or of a school of the viewer's. NotFound: none.
func (s Store) Question(ctx context.Context, tx *store.Tx, id QuestionID, orgs ...string) (Question, error) {
	q, err := store.One[Question](ctx, tx, store.SQL(`SELECT `+questionColumns+fromQuestion+`WHERE q.id = ? AND q.district_id = ? AND`, string(id), tx.Viewer.District).In(`q.org_id`, append(orgs, "")))
	if err != nil {
		return q, err
	}
	all, err := s.withOptions(ctx, tx, []Question{q}, store.SQL(`WHERE o.question_id = ?`, string(id)))
	if err != nil {
		return q, err
	}
	return all[0], nil
}

// LiveQuestions returns the questions in use of the district and of schools, by theme.
func (s Store) LiveQuestions(ctx context.Context, tx *store.Tx, orgs ...string) ([]Question, error) {
	all, err := store.All[Question](ctx, tx, store.SQL(`SELECT `+questionColumns+fromQuestion+`WHERE q.district_id = ? AND q.state = 'live' AND`, tx.Viewer.District).In(`q.org_id`, append(orgs, "")).
		Add(`ORDER BY q.theme, q.org_id, q.source_key, q.id`))
	if err != nil {
		return nil, err
	}
	return s.withOptions(ctx, tx, all, store.SQL(`JOIN training_quiz_question q ON q.id = o.question_id WHERE q.district_id = ? AND q.state = 'live'`, tx.Viewer.District))
}

type optionRow struct {
	question QuestionID
	Option
}

func (o *optionRow) Dest() []any { return []any{(*string)(&o.question), &o.Text, &o.Right} }

func (Store) withOptions(ctx context.Context, tx *store.Tx, all []Question, where *store.Query) ([]Question, error) {
	rows, err := store.All[optionRow](ctx, tx, store.SQL(`SELECT o.question_id, o.words, o.is_right FROM training_quiz_option o`).Append(where).Add(`ORDER BY o.question_id, o.n`))
	if err != nil {
		return nil, err
	}
	of := map[QuestionID][]Option{}
	for _, r := range rows {
		of[r.question] = append(of[r.question], r.Option)
	}
	for i := range all {
		all[i].Options = of[all[i].ID]
	}
	return all, nil
}

func (Store) insertQuestion(ctx context.Context, tx *store.Tx, q Question) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_question (id, district_id, org_id, source_key, theme, kind, staff_groups, scene, words, explain, document_key, edition, para, state, replaces_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(q.ID), tx.Viewer.District, q.Org, q.Key, q.Theme, string(q.Kind), q.Groups.String(), q.Scene, q.Text, q.Explain, q.Document, q.Edition, q.Para, string(q.State), string(q.Replaces))); err != nil {
		return err
	}
	for n, o := range q.Options {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_option (question_id, n, district_id, words, is_right) VALUES (?, ?, ?, ?, ?)`, string(q.ID), n, tx.Viewer.District, o.Text, o.Right)); err != nil {
			return err
		}
	}
	return nil
}

// endQuestion takes a question out of use. Conflict: somebody has done so already.
func (Store) endQuestion(ctx context.Context, tx *store.Tx, id QuestionID, to QuestionState) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE training_quiz_question SET state = ?, version = version + 1 WHERE id = ? AND state = 'live'`, string(to), string(id)))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "Somebody else has changed this question since you opened it. Look at the bank again")
	}
	return err
}

// Documents returns what questions rest on, by title.
func (Store) Documents(ctx context.Context, tx *store.Tx) ([]Document, error) {
	return store.All[Document](ctx, tx, store.SQL(`SELECT d.key, d.title, d.publisher, d.edition, d.changes, d.since_at, d.version FROM training_quiz_document d WHERE d.district_id = ? ORDER BY d.title`, tx.Viewer.District))
}

// putDocument makes a document, or gives one its new edition.
func (Store) putDocument(ctx context.Context, tx *store.Tx, d Document) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_document (district_id, key, title, publisher, edition, changes, since_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (district_id, key) DO UPDATE SET title = excluded.title, edition = excluded.edition, changes = excluded.changes, since_at = excluded.since_at, version = training_quiz_document.version + 1`,
		tx.Viewer.District, d.Key, d.Title, d.By, d.Edition, d.Changes, int64(tx.Now)))
}

// hasBank says whether the district has taken in an edition of the shipped bank.
func (Store) hasBank(ctx context.Context, tx *store.Tx, edition string) (bool, error) {
	return store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM training_quiz_bank b WHERE b.district_id = ? AND b.edition = ?`, tx.Viewer.District, edition))
}

func (Store) insertBank(ctx context.Context, tx *store.Tx, edition string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_bank (district_id, edition, at) VALUES (?, ?, ?)`, tx.Viewer.District, edition, int64(tx.Now)))
}

// groupsPut returns the staff groups that the lead put people of a school into.
func (Store) groupsPut(ctx context.Context, tx *store.Tx, org string) (map[string]string, error) {
	rows, err := store.All[groupRow](ctx, tx, store.SQL(`SELECT g.account_id, g.staff_group FROM training_quiz_staff g WHERE g.org_id = ? AND g.district_id = ?`, org, tx.Viewer.District))
	out := map[string]string{}
	for _, r := range rows {
		out[r.account] = r.group
	}
	return out, err
}

type groupRow struct{ account, group string }

func (g *groupRow) Dest() []any { return []any{&g.account, &g.group} }

func (Store) putGroup(ctx context.Context, tx *store.Tx, org, account, group string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_staff (org_id, account_id, district_id, staff_group) VALUES (?, ?, ?, ?)
		ON CONFLICT (org_id, account_id) DO UPDATE SET staff_group = excluded.staff_group`, org, account, tx.Viewer.District, group))
}
