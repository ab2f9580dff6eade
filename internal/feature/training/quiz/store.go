package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Store asks and changes the database: quizzes, attempts, needs and asks here, the bank in store_bank.go.
type Store struct{}

const quizColumns = `z.id, z.org_id, z.title, z.kind, z.training, z.follows_id, z.themes, z.staff_groups, z.from_day, z.until_day, z.size, z.state, z.by_id, z.closed_at, z.version`

// Quiz returns a quiz of the district. NotFound: none.
func (Store) Quiz(ctx context.Context, tx *store.Tx, id ID) (Quiz, error) {
	return store.One[Quiz](ctx, tx, store.SQL(`SELECT `+quizColumns+` FROM training_quiz z WHERE z.id = ? AND z.district_id = ?`, string(id), tx.Viewer.District))
}

// QuizzesOf returns the quizzes of schools, the latest first; only those in the states, if any are named.
func (Store) QuizzesOf(ctx context.Context, tx *store.Tx, orgs []string, states ...State) ([]Quiz, error) {
	q := store.SQL(`SELECT `+quizColumns+` FROM training_quiz z WHERE z.district_id = ? AND`, tx.Viewer.District).In(`z.org_id`, orgs)
	if len(states) > 0 {
		words := make([]string, len(states))
		for i, s := range states {
			words[i] = string(s)
		}
		q = q.Add(`AND`).In(`z.state`, words)
	}
	return store.All[Quiz](ctx, tx, q.Add(`ORDER BY z.from_day DESC, z.id DESC LIMIT 100`))
}

// Running returns the quizzes of the district that have been given and not closed.
func (Store) Running(ctx context.Context, tx *store.Tx) ([]Quiz, error) {
	return store.All[Quiz](ctx, tx, store.SQL(`SELECT `+quizColumns+` FROM training_quiz z WHERE z.district_id = ? AND z.state = 'given' ORDER BY z.until_day, z.id`, tx.Viewer.District))
}

func (Store) insertQuiz(ctx context.Context, tx *store.Tx, q Quiz) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz (id, district_id, org_id, title, kind, training, follows_id, themes, staff_groups, from_day, until_day, size, state, by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(q.ID), tx.Viewer.District, q.Org, q.Title, string(q.Purpose), q.Training, string(q.Follows), q.Themes.String(), q.Groups.String(), string(q.From), string(q.Until), q.Size, string(q.State), q.By))
}

func (Store) setState(ctx context.Context, tx *store.Tx, q ID, state State, closed clock.Millis) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz SET state = ?, closed_at = ? WHERE id = ?`, string(state), int64(closed), string(q)))
}

func (Store) deleteDraft(ctx context.Context, tx *store.Tx, q ID) error {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM training_quiz_item WHERE quiz_id = ?`, string(q))); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`DELETE FROM training_quiz WHERE id = ? AND state = 'draft'`, string(q)))
}

func (Store) putItem(ctx context.Context, tx *store.Tx, q ID, n int, x QuestionID) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_item (quiz_id, n, district_id, question_id) VALUES (?, ?, ?, ?)
		ON CONFLICT (quiz_id, n) DO UPDATE SET question_id = excluded.question_id`, string(q), n, tx.Viewer.District, string(x)))
}

// Items returns the questions of a quiz in their order.
func (s Store) Items(ctx context.Context, tx *store.Tx, q ID) ([]Question, error) {
	all, err := store.All[Question](ctx, tx, store.SQL(`SELECT `+questionColumns+` FROM training_quiz_item i JOIN training_quiz_question q ON q.id = i.question_id
		JOIN training_quiz_document d ON d.district_id = q.district_id AND d.key = q.document_key WHERE i.quiz_id = ? ORDER BY i.n`, string(q)))
	if err != nil {
		return nil, err
	}
	return s.withOptions(ctx, tx, all, store.SQL(`WHERE o.question_id IN (SELECT i.question_id FROM training_quiz_item i WHERE i.quiz_id = ?)`, string(q)))
}

// usedIn returns the questions that stood in quizzes of the school that were given.
func (Store) usedIn(ctx context.Context, tx *store.Tx, org string) (map[QuestionID]bool, error) {
	ids, err := store.Values[QuestionID](ctx, tx, store.SQL(`SELECT DISTINCT i.question_id FROM training_quiz_item i JOIN training_quiz z ON z.id = i.quiz_id WHERE z.org_id = ? AND z.state <> 'draft'`, org))
	out := map[QuestionID]bool{}
	for _, x := range ids {
		out[x] = true
	}
	return out, err
}

// call is somebody who is asked to take a quiz.
type call struct {
	Account, Group string
	Told, Reminded clock.Millis
}

func (c *call) Dest() []any {
	return []any{&c.Account, &c.Group, (*int64)(&c.Told), (*int64)(&c.Reminded)}
}

func (Store) insertCall(ctx context.Context, tx *store.Tx, q ID, m Member) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_call (quiz_id, account_id, district_id, staff_group) VALUES (?, ?, ?, ?) ON CONFLICT (quiz_id, account_id) DO NOTHING`,
		string(q), m.Account, tx.Viewer.District, m.Group))
}

// setCalled keeps the day on which everybody was last asked, so that those who came later are looked for once a day.
func (Store) setCalled(ctx context.Context, tx *store.Tx, q ID) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz SET called_on = ? WHERE id = ?`, string(clock.DayOf(tx.Now.Time())), string(q)))
}

// uncalled returns the running quizzes for which newcomers have not been looked for on a day.
func (Store) uncalled(ctx context.Context, tx *store.Tx, day clock.Day) ([]Quiz, error) {
	return store.All[Quiz](ctx, tx, store.SQL(`SELECT `+quizColumns+` FROM training_quiz z WHERE z.district_id = ? AND z.state = 'given' AND z.called_on < ? ORDER BY z.id`, tx.Viewer.District, string(day)))
}

func (Store) calls(ctx context.Context, tx *store.Tx, q ID) ([]call, error) {
	return store.All[call](ctx, tx, store.SQL(`SELECT c.account_id, c.staff_group, c.told_at, c.reminded_at FROM training_quiz_call c WHERE c.quiz_id = ? ORDER BY c.account_id`, string(q)))
}

// called returns how one person is asked to take a quiz. NotFound: they are not.
func (Store) called(ctx context.Context, tx *store.Tx, q ID, account string) (call, error) {
	return store.One[call](ctx, tx, store.SQL(`SELECT c.account_id, c.staff_group, c.told_at, c.reminded_at FROM training_quiz_call c WHERE c.quiz_id = ? AND c.account_id = ?`, string(q), account))
}

func (Store) setTold(ctx context.Context, tx *store.Tx, q ID, account string) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz_call SET told_at = ? WHERE quiz_id = ? AND account_id = ?`, int64(tx.Now), string(q), account))
}

func (Store) setReminded(ctx context.Context, tx *store.Tx, q ID, account string) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz_call SET reminded_at = ? WHERE quiz_id = ? AND account_id = ?`, int64(tx.Now), string(q), account))
}

// asking returns the quizzes that the viewer is asked to take and that are not closed, the one that ends first first.
func (Store) asking(ctx context.Context, tx *store.Tx) ([]Quiz, error) {
	return store.All[Quiz](ctx, tx, store.SQL(`SELECT `+quizColumns+` FROM training_quiz z JOIN training_quiz_call c ON c.quiz_id = z.id
		WHERE c.account_id = ? AND z.district_id = ? AND z.state = 'given' ORDER BY z.until_day, z.id`, tx.Viewer.Account, tx.Viewer.District))
}

const attemptColumns = `a.id, a.quiz_id, a.org_id, a.account_id, a.staff_group, a.started_at, a.sent_at`

// Mine returns the viewer's own attempt at a quiz. NotFound: none.
func (Store) Mine(ctx context.Context, tx *store.Tx, q ID) (Attempt, error) {
	return store.One[Attempt](ctx, tx, store.SQL(`SELECT `+attemptColumns+` FROM training_quiz_attempt a JOIN access_record r ON r.id = a.id WHERE a.quiz_id = ? AND a.account_id = ?`,
		string(q), tx.Viewer.Account).Visible("r", access.Quiz))
}

// AllMine returns the viewer's own attempts that were sent, the latest first.
func (Store) AllMine(ctx context.Context, tx *store.Tx) ([]Attempt, error) {
	return store.All[Attempt](ctx, tx, store.SQL(`SELECT `+attemptColumns+` FROM training_quiz_attempt a JOIN access_record r ON r.id = a.id WHERE a.account_id = ? AND a.sent_at > 0`,
		tx.Viewer.Account).Visible("r", access.Quiz).Add(`ORDER BY a.sent_at DESC LIMIT 20`))
}

// Attempts returns the attempts at a quiz that the viewer may read.
func (Store) Attempts(ctx context.Context, tx *store.Tx, q ID) ([]Attempt, error) {
	return store.All[Attempt](ctx, tx, store.SQL(`SELECT `+attemptColumns+` FROM training_quiz_attempt a JOIN access_record r ON r.id = a.id WHERE a.quiz_id = ?`, string(q)).
		Visible("r", access.Quiz).Add(`ORDER BY a.account_id`))
}

// last is when somebody last sent a quiz.
type last struct {
	account string
	at      clock.Millis
}

func (l *last) Dest() []any { return []any{&l.account, (*int64)(&l.at)} }

// LastSent returns when each person of a school last sent a quiz, of those whom the viewer may read.
func (Store) LastSent(ctx context.Context, tx *store.Tx, org string) (map[string]clock.Day, error) {
	rows, err := store.All[last](ctx, tx, store.SQL(`SELECT a.account_id, max(a.sent_at) FROM training_quiz_attempt a JOIN access_record r ON r.id = a.id WHERE a.org_id = ? AND a.sent_at > 0`, org).
		Visible("r", access.Quiz).Add(`GROUP BY a.account_id`))
	out := map[string]clock.Day{}
	for _, r := range rows {
		out[r.account] = clock.DayOf(r.at.Time())
	}
	return out, err
}

func (Store) insertAttempt(ctx context.Context, tx *store.Tx, a Attempt) error {
	if err := tx.AddRecord(ctx, access.Record{ID: string(a.ID), Kind: access.Quiz, Part: access.PartAnswers, Org: a.Org, Author: a.Account}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_attempt (id, district_id, quiz_id, org_id, account_id, staff_group, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(a.ID), tx.Viewer.District, string(a.Quiz), a.Org, a.Account, a.Group, int64(a.StartedAt)))
}

func (Store) setSent(ctx context.Context, tx *store.Tx, a AttemptID) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz_attempt SET sent_at = ? WHERE id = ?`, int64(tx.Now), string(a)))
}

// Answers returns the answers of an attempt that the viewer may read, in order.
func (Store) Answers(ctx context.Context, tx *store.Tx, a AttemptID) ([]Answer, error) {
	return store.All[Answer](ctx, tx, store.SQL(`SELECT x.attempt_id, x.n, x.choice, x.is_right FROM training_quiz_answer x JOIN access_record r ON r.id = x.attempt_id WHERE x.attempt_id = ?`, string(a)).
		Visible("r", access.Quiz).Add(`ORDER BY x.n`))
}

// Wrong returns the answers of sent attempts at a quiz that were not right, of those that the viewer may read.
func (Store) Wrong(ctx context.Context, tx *store.Tx, q ID) ([]Answer, error) {
	return store.All[Answer](ctx, tx, store.SQL(`SELECT x.attempt_id, x.n, x.choice, x.is_right FROM training_quiz_answer x JOIN training_quiz_attempt a ON a.id = x.attempt_id
		JOIN access_record r ON r.id = a.id WHERE a.quiz_id = ? AND a.sent_at > 0 AND x.is_right = ?`, string(q), false).Visible("r", access.Quiz).Add(`ORDER BY x.attempt_id, x.n`))
}

// insertAnswer keeps an answer. One that is there already stays as it is.
func (Store) insertAnswer(ctx context.Context, tx *store.Tx, a Answer) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_answer (attempt_id, n, district_id, choice, is_right, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (attempt_id, n) DO NOTHING`,
		string(a.Attempt), a.N, tx.Viewer.District, a.Choice.String(), a.Right, int64(tx.Now)))
}

// count adds one person's answers to the ledger.
func (Store) count(ctx context.Context, tx *store.Tx, q ID, group string, n int, right bool) error {
	one := 0
	if right {
		one = 1
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_tally (quiz_id, n, staff_group, district_id, took, rights) VALUES (?, ?, ?, ?, 1, ?)
		ON CONFLICT (quiz_id, n, staff_group) DO UPDATE SET took = training_quiz_tally.took + 1, rights = training_quiz_tally.rights + excluded.rights`, string(q), n, group, tx.Viewer.District, one))
}

// Tallies returns the ledger of a quiz.
func (Store) Tallies(ctx context.Context, tx *store.Tx, q ID) ([]Tally, error) {
	return store.All[Tally](ctx, tx, store.SQL(`SELECT t.n, t.staff_group, t.took, t.rights FROM training_quiz_tally t WHERE t.quiz_id = ? ORDER BY t.n, t.staff_group`, string(q)))
}

const needColumns = `n.id, n.org_id, n.theme, n.staff_groups, n.source, n.quiz_id, n.state, n.owner_id, n.by_day, n.mode, n.words, n.met_on, n.checked_id, n.made_at, n.version`

// Need returns a training need of the district. NotFound: none.
func (Store) Need(ctx context.Context, tx *store.Tx, id NeedID) (Need, error) {
	return store.One[Need](ctx, tx, store.SQL(`SELECT `+needColumns+` FROM training_quiz_need n WHERE n.id = ? AND n.district_id = ?`, string(id), tx.Viewer.District))
}

// NeedsOf returns the training needs of schools, the oldest first.
func (Store) NeedsOf(ctx context.Context, tx *store.Tx, orgs ...string) ([]Need, error) {
	return store.All[Need](ctx, tx, store.SQL(`SELECT `+needColumns+` FROM training_quiz_need n WHERE n.district_id = ? AND`, tx.Viewer.District).In(`n.org_id`, orgs).Add(`ORDER BY n.made_at, n.id`))
}

func (Store) insertNeed(ctx context.Context, tx *store.Tx, n Need) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_need (id, district_id, org_id, theme, staff_groups, source, quiz_id, state, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(n.ID), tx.Viewer.District, n.Org, n.Theme, n.Groups.String(), n.Origin, string(n.Quiz), string(n.State), int64(tx.Now)))
}

func (Store) updateNeed(ctx context.Context, tx *store.Tx, n Need) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz_need SET state = ?, owner_id = ?, by_day = ?, mode = ?, words = ?, met_on = ?, checked_id = ? WHERE id = ?`,
		string(n.State), n.Owner, string(n.By), string(n.Way), n.Words, string(n.MetOn), string(n.Checked), string(n.ID)))
}

const askColumns = `k.id, k.org_id, k.account_id, k.staff_group, k.theme, k.asked_at, k.answer, k.answered_by_id, k.answered_at`

// Ask returns an ask that the viewer may read. NotFound: none.
func (Store) Ask(ctx context.Context, tx *store.Tx, id AskID) (Ask, error) {
	return store.One[Ask](ctx, tx, store.SQL(`SELECT `+askColumns+` FROM training_quiz_ask k JOIN access_record r ON r.id = k.id WHERE k.id = ?`, string(id)).Visible("r", access.Quiz))
}

// MyAsks returns what the viewer asked for, the latest first.
func (Store) MyAsks(ctx context.Context, tx *store.Tx) ([]Ask, error) {
	return store.All[Ask](ctx, tx, store.SQL(`SELECT `+askColumns+` FROM training_quiz_ask k JOIN access_record r ON r.id = k.id WHERE k.account_id = ?`, tx.Viewer.Account).Visible("r", access.Quiz).
		Add(`ORDER BY k.asked_at DESC, k.id DESC LIMIT 20`))
}

// AsksAt returns what was asked for at schools, the oldest first: only what nobody has answered, where open.
func (Store) AsksAt(ctx context.Context, tx *store.Tx, orgs []string, open bool) ([]Ask, error) {
	return store.All[Ask](ctx, tx, store.SQL(`SELECT `+askColumns+` FROM training_quiz_ask k JOIN access_record r ON r.id = k.id WHERE`).In(`k.org_id`, orgs).
		If(open, `AND k.answered_at = 0`).Visible("r", access.Quiz).Add(`ORDER BY k.asked_at, k.id LIMIT 200`))
}

func (Store) insertAsk(ctx context.Context, tx *store.Tx, k Ask) error {
	if err := tx.AddRecord(ctx, access.Record{ID: string(k.ID), Kind: access.Quiz, Part: access.PartAsk, Org: k.Org, Author: k.Account}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO training_quiz_ask (id, district_id, org_id, account_id, staff_group, theme, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(k.ID), tx.Viewer.District, k.Org, k.Account, k.Group, k.Theme, int64(tx.Now)))
}

// changeableAsk says whether the viewer may answer an ask. NotFound: they may not.
func (Store) changeableAsk(ctx context.Context, tx *store.Tx, id AskID) (Ask, error) {
	return store.One[Ask](ctx, tx, store.SQL(`SELECT `+askColumns+` FROM training_quiz_ask k JOIN access_record r ON r.id = k.id WHERE k.id = ?`, string(id)).Changeable("r", access.Quiz))
}

func (Store) setAnswered(ctx context.Context, tx *store.Tx, id AskID, words string) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_quiz_ask SET answer = ?, answered_by_id = ?, answered_at = ? WHERE id = ?`, words, tx.Viewer.Account, int64(tx.Now), string(id)))
}

// Items returns the questions of a quiz that the viewer leads. NotFound: none.
func (f *Feature) Items(ctx context.Context, v access.Viewer, id ID) (out []Question, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.own(ctx, tx, id); err != nil {
			return err
		}
		out, err = f.store.Items(ctx, tx, id)
		return err
	})
	return out, err
}

// Needs returns the training needs of a school that the viewer leads. NotFound: another's.
func (f *Feature) Needs(ctx context.Context, v access.Viewer, org string) (out []Need, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := leads(tx.Viewer, org); err != nil {
			return err
		}
		out, err = f.store.NeedsOf(ctx, tx, org)
		return err
	})
	return out, err
}
