package concerns

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of this slice but those of the rota and the categories (store_rota.go).
type Store struct{}

const concernColumns = `c.id, c.org_id, c.number, c.source, c.reporter_id, c.recorded_at, c.happened_at, c.precision, c.place, c.told, c.urgent, c.state, c.read_at, c.taken_at, c.taken_by, c.version`

// Concern returns a concern's header. NotFound: no such concern, or not one the viewer may see.
func (Store) Concern(ctx context.Context, tx *store.Tx, id ID) (_ Concern, err error) {
	defer errs.Wrap(&err, "concerns.Concern(%s)", id)
	return store.One[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM concerns_concern c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, string(id)).Visible("r", access.Concern))
}

// Mine returns the concerns that the viewer wrote, newest first.
func (Store) Mine(ctx context.Context, tx *store.Tx, limit int) ([]Concern, error) {
	return store.All[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM concerns_concern c JOIN access_record r ON r.id = c.id WHERE c.reporter_id <> '' AND c.reporter_id = ?`, tx.Viewer.Account).
		Visible("r", access.Concern).Add(`ORDER BY c.recorded_at DESC LIMIT ?`, limit))
}

// Accounts returns the accounts of a concern that the viewer may see, in the order they were written, with their marks.
func (Store) Accounts(ctx context.Context, tx *store.Tx, concern ID) ([]Account, error) {
	accounts, err := store.All[Account](ctx, tx, store.SQL(`SELECT a.id, a.concern_id, a.author_id, a.author, a.said_by, a.done, a.words, a.later, a.at
		FROM concerns_account a JOIN access_record r ON r.id = a.id WHERE a.concern_id = ?`, string(concern)).Visible("r", access.Concern).Add(`ORDER BY a.at, a.id`))
	if err != nil {
		return nil, err
	}
	marks, err := store.All[Mark](ctx, tx, store.SQL(`SELECT m.record_id, m.number, m.zone, m.note FROM concerns_mark m JOIN concerns_account a ON a.id = m.record_id
		JOIN access_record r ON r.id = a.id WHERE a.concern_id = ?`, string(concern)).Visible("r", access.Concern).Add(`ORDER BY m.record_id, m.number`))
	for i := range accounts {
		for _, m := range marks {
			if m.Record == accounts[i].ID {
				accounts[i].Marks = append(accounts[i].Marks, m)
			}
		}
	}
	return accounts, err
}

const childColumns = `k.id, k.concern_id, k.child_id, k.name, k.role, k.words, k.by_id, k.at`

// Children returns the children of a concern that the viewer may see.
func (Store) Children(ctx context.Context, tx *store.Tx, concern ID) ([]Child, error) {
	return store.All[Child](ctx, tx, store.SQL(`SELECT `+childColumns+` FROM concerns_child k JOIN access_record r ON r.id = k.id WHERE k.concern_id = ?`, string(concern)).
		Visible("r", access.Concern).Add(`ORDER BY k.at, k.id`))
}

const triageColumns = `t.id, t.concern_id, t.title, t.level, t.decision, t.review_on, t.reply, t.reply_due, t.replied_at, t.together`

// Triage returns the leads' part of a concern. NotFound: not for this viewer.
func (Store) Triage(ctx context.Context, tx *store.Tx, concern ID) (Triage, error) {
	return store.One[Triage](ctx, tx, store.SQL(`SELECT `+triageColumns+` FROM concerns_triage t JOIN access_record r ON r.id = t.id WHERE t.concern_id = ?`, string(concern)).Visible("r", access.Concern))
}

// partsOf is a query over the rows that hang on the leads' part.
func partsOf(columns, table, record, order string) *store.Query {
	return store.SQL(`SELECT `+columns+` FROM `+table+` x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, record).Visible("r", access.Concern).Add(`ORDER BY ` + order)
}

// Levels returns the settings of the level, oldest first.
func (Store) Levels(ctx context.Context, tx *store.Tx, triage string) ([]Level, error) {
	return store.All[Level](ctx, tx, partsOf(`x.level, x.reason, x.by_id, x.at`, `concerns_level`, triage, `x.at, x.id`))
}

// Actions returns what is to be done, oldest first.
func (Store) Actions(ctx context.Context, tx *store.Tx, triage string) ([]Action, error) {
	return store.All[Action](ctx, tx, partsOf(`x.id, x.record_id, x.what, x.owner_id, x.due_at, x.done_at`, `concerns_action`, triage, `x.due_at, x.id`))
}

// Parents returns the contacts with the parents, oldest first.
func (Store) Parents(ctx context.Context, tx *store.Tx, triage string) ([]Parent, error) {
	return store.All[Parent](ctx, tx, partsOf(`x.informed, x.words, x.by_id, x.at`, `concerns_parent`, triage, `x.at, x.id`))
}

// Advice returns what services advised and who was told to handle with care, oldest first.
func (Store) Advice(ctx context.Context, tx *store.Tx, triage string) ([]Advice, error) {
	return store.All[Advice](ctx, tx, partsOf(`x.kind, x.who, x.words, x.by_id, x.at`, `concerns_advice`, triage, `x.at, x.id`))
}

// Codes returns the categories of a concern, in the words of the edition it was categorised under (CON-7).
func (Store) Codes(ctx context.Context, tx *store.Tx, triage string) ([]Category, error) {
	return store.All[Category](ctx, tx, store.SQL(`SELECT g.edition, g.code, g.name, g.family, g.stop FROM concerns_code x JOIN concerns_category g ON g.district_id = x.district_id AND g.edition = x.edition AND g.code = x.code
		JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, triage).Visible("r", access.Concern).Add(`ORDER BY g.position`))
}

const decisionFrom = `SELECT d.id, d.concern_id, d.kind, d.threshold, d.consulted, d.reasons, d.review_on, d.to_name, d.expected_at, d.answer, d.answered_at, d.by_id, d.at
	FROM concerns_decision d JOIN access_record r ON r.id = d.id WHERE `

// Decisions returns the decisions that the viewer may see, oldest first.
func (Store) Decisions(ctx context.Context, tx *store.Tx, concern ID) ([]Decision, error) {
	return store.All[Decision](ctx, tx, store.SQL(decisionFrom+`d.concern_id = ?`, string(concern)).Visible("r", access.Concern).Add(`ORDER BY d.at, d.id`))
}

// Feedback returns what was written back to the reporter, oldest first.
func (Store) Feedback(ctx context.Context, tx *store.Tx, concern ID) ([]Feedback, error) {
	return store.All[Feedback](ctx, tx, store.SQL(`SELECT f.words, f.by_id, f.at FROM concerns_feedback f JOIN access_record r ON r.id = f.id WHERE f.concern_id = ?`, string(concern)).
		Visible("r", access.Concern).Add(`ORDER BY f.at, f.id`))
}

func (Store) insertConcern(ctx context.Context, tx *store.Tx, c Concern) error {
	if err := tx.AddRecord(ctx, access.Record{ID: string(c.ID), Kind: access.Concern, Part: access.PartHeader, Org: c.Org, Author: c.Reporter}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_concern (id, district_id, org_id, number, source, reporter_id, recorded_at, happened_at, precision, place, told, urgent, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(c.ID), tx.Viewer.District, c.Org, c.Number, string(c.Source), c.Reporter, int64(c.RecordedAt), int64(c.HappenedAt),
		string(c.Precision), c.Place, c.Told, c.Urgent, string(c.State)))
}

func (Store) insertAccount(ctx context.Context, tx *store.Tx, org string, a Account) error {
	if err := tx.AddRecord(ctx, access.Record{ID: a.ID, Kind: access.Concern, Part: access.PartAccount, Org: org, Author: a.AuthorID, Parent: string(a.Concern)}); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_account (id, district_id, concern_id, author_id, author, said_by, done, words, later, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, tx.Viewer.District, string(a.Concern), a.AuthorID, a.Author, a.SaidBy, a.Done, a.Words, a.Later, int64(a.At))); err != nil {
		return err
	}
	for i, m := range a.Marks {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_mark (district_id, record_id, number, zone, note) VALUES (?, ?, ?, ?, ?)`, tx.Viewer.District, a.ID, i+1, m.Zone, m.Note)); err != nil {
			return err
		}
	}
	return nil
}

func (Store) insertChild(ctx context.Context, tx *store.Tx, org string, k Child) error {
	if err := tx.AddRecord(ctx, access.Record{ID: k.ID, Kind: access.Concern, Part: access.PartChild, Org: org, Child: k.Child, Parent: string(k.Concern)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_child (id, district_id, concern_id, child_id, name, role, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.ID, tx.Viewer.District, string(k.Concern), k.Child, k.Name, string(k.Role), k.Words, k.By, int64(k.At)))
}

func (Store) insertTriage(ctx context.Context, tx *store.Tx, org string, t Triage) error {
	if err := tx.AddRecord(ctx, access.Record{ID: t.ID, Kind: access.Concern, Part: access.PartLead, Org: org, Parent: string(t.Concern)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_triage (id, district_id, org_id, concern_id, reply, reply_due) VALUES (?, ?, ?, ?, ?, ?)`,
		t.ID, tx.Viewer.District, org, string(t.Concern), t.Reply, int64(t.ReplyDue)))
}

func (Store) setState(ctx context.Context, tx *store.Tx, id ID, s State) error {
	return tx.Put(ctx, store.SQL(`UPDATE concerns_concern SET state = ? WHERE id = ?`, string(s), string(id)))
}

func (Store) setTaken(ctx context.Context, tx *store.Tx, id ID) error {
	return tx.Put(ctx, store.SQL(`UPDATE concerns_concern SET taken_at = ?, taken_by = ?, read_at = CASE WHEN read_at = 0 THEN ? ELSE read_at END,
		state = CASE WHEN state IN ('sent', 'read') THEN 'deciding' ELSE state END WHERE id = ? AND taken_at = 0`, int64(tx.Now), tx.Viewer.Account, int64(tx.Now), string(id)))
}

// setOpened writes down the first opening by a lead; a later one changes nothing.
func (Store) setOpened(ctx context.Context, tx *store.Tx, id ID) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_opening (record_id, account_id, district_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, string(id), tx.Viewer.Account, tx.Viewer.District, int64(tx.Now))); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`UPDATE concerns_concern SET read_at = ?, state = CASE WHEN state = 'sent' THEN 'read' ELSE state END WHERE id = ? AND read_at = 0`, int64(tx.Now), string(id)))
}

func (Store) setTriage(ctx context.Context, tx *store.Tx, t Triage) error {
	return tx.Put(ctx, store.SQL(`UPDATE concerns_triage SET title = ?, level = ?, decision = ?, review_on = ?, together = ? WHERE id = ?`,
		t.Title, t.Level, string(t.Decision), string(t.ReviewOn), t.Together, t.ID))
}

func (Store) setReplied(ctx context.Context, tx *store.Tx, triage string) error {
	return tx.Put(ctx, store.SQL(`UPDATE concerns_triage SET replied_at = ? WHERE id = ? AND replied_at = 0`, int64(tx.Now), triage))
}

// wasSent says whether the form with this id has been recorded: as a decision, or as a level alone.
func (Store) wasSent(ctx context.Context, tx *store.Tx, id string) (bool, error) {
	for _, q := range []*store.Query{
		store.SQL(`SELECT d.id FROM concerns_decision d JOIN access_record r ON r.id = d.id WHERE d.id = ?`, id),
		store.SQL(`SELECT x.id FROM concerns_level x JOIN access_record r ON r.id = x.record_id WHERE x.id = ?`, id),
	} {
		if found, err := store.Exists(ctx, tx, q.Visible("r", access.Concern)); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func (Store) insertLevel(ctx context.Context, tx *store.Tx, id, triage string, level int, reason string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_level (id, district_id, record_id, level, reason, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, tx.Viewer.District, triage, level, reason, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) setCodes(ctx context.Context, tx *store.Tx, triage, edition string, codes []string) error {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM concerns_code WHERE record_id = ?`, triage)); err != nil {
		return err
	}
	for _, c := range codes {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO concerns_code (district_id, record_id, edition, code) VALUES (?, ?, ?, ?)`, tx.Viewer.District, triage, edition, c)); err != nil {
			return err
		}
	}
	return nil
}

func (Store) insertDecision(ctx context.Context, tx *store.Tx, org string, d Decision) error {
	if err := tx.AddRecord(ctx, access.Record{ID: d.ID, Kind: access.Concern, Part: access.PartDecision, Org: org, Parent: string(d.Concern)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_decision (id, district_id, concern_id, kind, threshold, consulted, reasons, review_on, to_name, expected_at, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, tx.Viewer.District, string(d.Concern), string(d.Kind), d.Threshold, d.Consulted, d.Reasons, string(d.ReviewOn), d.To, int64(d.ExpectedAt), d.By, int64(d.At)))
}

func (Store) insertAction(ctx context.Context, tx *store.Tx, a Action) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_action (id, district_id, record_id, what, owner_id, due_at, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, tx.Viewer.District, a.Record, a.What, a.Owner, int64(a.DueAt), tx.Viewer.Account, int64(tx.Now)))
}

func (Store) finishAction(ctx context.Context, tx *store.Tx, triage, action string) (int64, error) {
	return tx.Exec(ctx, store.SQL(`UPDATE concerns_action SET done_at = ?, done_by = ? WHERE id = ? AND record_id = ? AND done_at = 0`, int64(tx.Now), tx.Viewer.Account, action, triage))
}

func (Store) insertParent(ctx context.Context, tx *store.Tx, triage string, p Parent) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_parent (id, district_id, record_id, informed, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, triage, p.Informed, p.Words, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertAdvice(ctx context.Context, tx *store.Tx, triage string, a Advice) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_advice (id, district_id, record_id, kind, who, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, triage, a.Kind, a.Who, a.Words, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertFeedback(ctx context.Context, tx *store.Tx, org, to string, concern ID, words string) error {
	id := tx.NewID()
	if err := tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Concern, Part: access.PartFeedback, Org: org, Parent: string(concern)}); err != nil {
		return err
	}
	if to != "" {
		if err := tx.AddGrant(ctx, store.Grant{Record: id, Kind: access.Told, To: to, From: tx.Now, Until: clock.ForEver}); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_feedback (id, district_id, concern_id, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?)`, id, tx.Viewer.District, string(concern), words, tx.Viewer.Account, int64(tx.Now)))
}

type claim struct {
	By string
	At clock.Millis
}

func (c *claim) Dest() []any { return []any{&c.By, (*int64)(&c.At)} }

// claimOf returns who said they are on it, whether or not that still holds.
func (Store) claimOf(ctx context.Context, tx *store.Tx, id ID) (claim, error) {
	c, err := store.One[claim](ctx, tx, store.SQL(`SELECT x.account_id, x.at FROM concerns_claim x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, string(id)).Visible("r", access.Concern))
	if errs.Is(err, errs.NotFound) {
		return claim{}, nil
	}
	return c, err
}

func (Store) setClaim(ctx context.Context, tx *store.Tx, id ID) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_claim (record_id, district_id, account_id, at) VALUES (?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET account_id = excluded.account_id, at = excluded.at`,
		string(id), tx.Viewer.District, tx.Viewer.Account, int64(tx.Now)))
}

// listed is a concern as a list shows it to a lead.
type listed struct {
	Concern
	Title    string
	Level    int
	Decision Outcome
	ReviewOn clock.Day
	Reply    bool
	ReplyDue clock.Millis
	Replied  clock.Millis
	Words    string // the first account
	Author   string
}

func (l *listed) Dest() []any {
	return append(l.Concern.Dest(), &l.Title, &l.Level, (*string)(&l.Decision), (*string)(&l.ReviewOn), &l.Reply, (*int64)(&l.ReplyDue), (*int64)(&l.Replied), &l.Words, &l.Author)
}

const listedFrom = `SELECT ` + concernColumns + `, t.title, t.level, t.decision, t.review_on, t.reply, t.reply_due, t.replied_at,
	coalesce((SELECT a.words FROM concerns_account a WHERE a.concern_id = c.id AND a.later = FALSE LIMIT 1), ''),
	coalesce((SELECT a.author FROM concerns_account a WHERE a.concern_id = c.id AND a.later = FALSE LIMIT 1), '')
	FROM concerns_concern c JOIN concerns_triage t ON t.concern_id = c.id JOIN access_record r ON r.id = t.id WHERE `

// Untaken returns the concerns of the schools that nobody has taken: the urgent first, then police notices, then the oldest.
func (Store) Untaken(ctx context.Context, tx *store.Tx, orgs []string) ([]listed, error) {
	return store.All[listed](ctx, tx, store.SQL(listedFrom).In("c.org_id", orgs).Add(`AND c.state IN ('sent', 'read')`).Visible("r", access.Concern).
		Add(`ORDER BY c.urgent DESC, CASE WHEN c.source = 'notice' THEN 0 ELSE 1 END, c.recorded_at LIMIT 50`))
}

// InState returns the concerns of the schools in the states, newest first, older than before (0: all).
func (Store) InState(ctx context.Context, tx *store.Tx, orgs []string, states []State, before clock.Millis, limit int) ([]listed, error) {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return store.All[listed](ctx, tx, store.SQL(listedFrom).In("c.org_id", orgs).Add(`AND `).In("c.state", names).If(before > 0, `AND c.recorded_at < ?`, int64(before)).
		Visible("r", access.Concern).Add(`ORDER BY c.recorded_at DESC LIMIT ?`, limit))
}

// Back returns the concerns of the schools that were to be seen again by the day, the longest due first.
func (Store) Back(ctx context.Context, tx *store.Tx, orgs []string, by clock.Day) ([]listed, error) {
	return store.All[listed](ctx, tx, store.SQL(listedFrom).In("t.org_id", orgs).Add(`AND t.review_on <> '' AND t.review_on <= ? AND c.state IN ('watching', 'support', 'referred')`, string(by)).
		Visible("r", access.Concern).Add(`ORDER BY t.review_on, c.recorded_at LIMIT 50`))
}

// Silent returns the concerns of the schools that a lead has read before the instant and whose reporter has heard nothing since.
func (Store) Silent(ctx context.Context, tx *store.Tx, orgs []string, readBefore clock.Millis) ([]listed, error) {
	return store.All[listed](ctx, tx, store.SQL(listedFrom).In("c.org_id", orgs).Add(`AND c.read_at > 0 AND c.read_at < ? AND c.reporter_id <> '' AND c.state IN ('sent', 'read', 'deciding', 'watching', 'support', 'referred')
		AND NOT EXISTS (SELECT 1 FROM concerns_feedback f WHERE f.concern_id = c.id)`, int64(readBefore)).Visible("r", access.Concern).Add(`ORDER BY c.read_at DESC LIMIT 20`))
}

// Owing returns the concerns of the schools whose teller wants to hear back and has not.
func (Store) Owing(ctx context.Context, tx *store.Tx, orgs []string) ([]listed, error) {
	return store.All[listed](ctx, tx, store.SQL(listedFrom).In("t.org_id", orgs).Add(`AND t.reply = TRUE AND t.replied_at = 0 AND c.state NOT IN ('sent', 'read')`).
		Visible("r", access.Concern).Add(`ORDER BY t.reply_due LIMIT 20`))
}

// myAction is an action that waits for the viewer.
type myAction struct {
	Action
	Concern ID
	Org     string
}

func (m *myAction) Dest() []any { return append(m.Action.Dest(), (*string)(&m.Concern), &m.Org) }

// MyActions returns what the viewer has to do, the first due first.
func (Store) MyActions(ctx context.Context, tx *store.Tx) ([]myAction, error) {
	return store.All[myAction](ctx, tx, store.SQL(`SELECT x.id, x.record_id, x.what, x.owner_id, x.due_at, x.done_at, t.concern_id, t.org_id FROM concerns_action x JOIN concerns_triage t ON t.id = x.record_id JOIN access_record r ON r.id = t.id
		WHERE x.owner_id = ? AND x.done_at = 0`, tx.Viewer.Account).Visible("r", access.Concern).Add(`ORDER BY x.due_at LIMIT 20`))
}

// ChildrenOf returns the children of several concerns, for a list.
func (Store) ChildrenOf(ctx context.Context, tx *store.Tx, concerns []ID) (map[ID][]Child, error) {
	ids := make([]string, len(concerns))
	for i, c := range concerns {
		ids[i] = string(c)
	}
	rows, err := store.All[Child](ctx, tx, store.SQL(`SELECT `+childColumns+` FROM concerns_child k JOIN access_record r ON r.id = k.id WHERE `).In("k.concern_id", ids).Visible("r", access.Concern).Add(`ORDER BY k.at, k.id`))
	out := map[ID][]Child{}
	for _, k := range rows {
		out[k.Concern] = append(out[k.Concern], k)
	}
	return out, err
}
