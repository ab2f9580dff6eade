package adults

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Store holds every SQL statement about the records of this slice; those about schools and districts are in store_school.go.
type Store struct{}

const concernColumns = `c.id, c.org_id, c.number, c.reporter_id, c.recorded_at, c.happened_at, c.precision, c.place, c.activity, c.about_id, c.about_name, c.works_kind, c.employer, c.self, c.harm,
	c.office_kind, c.state, c.read_at, c.taken_at, c.taken_by, c.version`

// Concern returns a header. NotFound: no such worry, or not one the viewer may see.
func (Store) Concern(ctx context.Context, tx *store.Tx, id ID) (_ Concern, err error) {
	defer errs.Wrap(&err, "adults.Concern(%s)", id)
	return store.One[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, string(id)).Visible("r", access.Adult))
}

// Mine returns what the viewer wrote, newest first.
func (Store) Mine(ctx context.Context, tx *store.Tx, limit int) ([]Concern, error) {
	return store.All[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN access_record r ON r.id = c.id WHERE c.reporter_id <> '' AND c.reporter_id = ?`, tx.Viewer.Account).
		Visible("r", access.Adult).Add(`ORDER BY c.recorded_at DESC, c.id DESC LIMIT ?`, limit))
}

// From returns what the viewer may see of a worry that was sent on from a concern about a child. NotFound: none such.
func (Store) From(ctx context.Context, tx *store.Tx, concern string) (Concern, error) {
	return store.One[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN access_record r ON r.id = c.id WHERE c.origin_id <> '' AND c.origin_id = ?`, concern).Visible("r", access.Adult))
}

// received is what came to somebody by post or by name. Lists begin with it, and not with all of the district; who may see which of it
// is not decided here.
const received = `SELECT g.record_id FROM access_grant g WHERE g.kind IN (?, ?, ?, ?, ?) AND`

var byPost = []any{access.HeadReceives, access.ChairReceives, access.TrustReceives, access.StandsIn, access.Referral}

func receivers(tx *store.Tx) []string {
	return append(tx.Viewer.Orgs(), tx.Viewer.Account)
}

// ToDecide returns those that the viewer may decide, newest first: all, or those that are not decided yet.
func (Store) ToDecide(ctx context.Context, tx *store.Tx, undecided bool, limit int) ([]Concern, error) {
	return store.All[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN adults_case k ON k.concern_id = c.id JOIN access_record r ON r.id = k.id WHERE c.id IN (`+received, byPost...).In("g.to_id", receivers(tx)).Add(`)`).
		If(undecided, `AND c.state IN ('sent', 'read', 'deciding')`).Changeable("r", access.Adult).Add(`ORDER BY c.recorded_at DESC, c.id DESC LIMIT ?`, limit))
}

// FirstRead returns those whose words the viewer may read as first reader and that are not closed, newest first.
func (Store) FirstRead(ctx context.Context, tx *store.Tx, limit int) ([]Concern, error) {
	return store.All[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN access_record r ON r.id = c.id WHERE c.state <> 'closed' AND c.reporter_id <> ?
		AND c.id IN (SELECT g.record_id FROM access_grant g WHERE g.kind = 'first_reads' AND g.to_id = ?)`, tx.Viewer.Account, tx.Viewer.Account).
		Visible("r", access.Adult).Add(`ORDER BY c.recorded_at DESC, c.id DESC LIMIT ?`, limit))
}

// Accounts returns the accounts that the viewer may see, in the order they were written.
func (Store) Accounts(ctx context.Context, tx *store.Tx, id ID) ([]Account, error) {
	return store.All[Account](ctx, tx, store.SQL(`SELECT a.id, a.author_id, a.author, a.words, a.later, a.at FROM adults_account a JOIN access_record r ON r.id = a.id WHERE a.concern_id = ?`, string(id)).
		Visible("r", access.Adult).Add(`ORDER BY a.at, a.id`))
}

const caseColumns = `k.id, r.org_id, k.concern_id, k.kind, k.due_at, k.told_at, k.outcome_code, k.decided_at`

// Case returns the decision maker's part. NotFound: not for this viewer.
func (Store) Case(ctx context.Context, tx *store.Tx, id ID) (Case, error) {
	return store.One[Case](ctx, tx, store.SQL(`SELECT `+caseColumns+` FROM adults_case k JOIN access_record r ON r.id = k.id WHERE k.concern_id = ?`, string(id)).Visible("r", access.Adult))
}

// Owed returns the cases that the viewer may decide of which the designated officer is still to be told, the first due first.
func (Store) Owed(ctx context.Context, tx *store.Tx) ([]Case, error) {
	return store.All[Case](ctx, tx, store.SQL(`SELECT `+caseColumns+` FROM adults_case k JOIN access_record r ON r.id = k.id WHERE k.due_at > 0 AND k.told_at = 0 AND k.concern_id IN (`+received, byPost...).In("g.to_id", receivers(tx)).Add(`)`).
		Changeable("r", access.Adult).Add(`ORDER BY k.due_at LIMIT 20`))
}

// Decisions returns what was decided, oldest first.
func (Store) Decisions(ctx context.Context, tx *store.Tx, id ID) ([]Decision, error) {
	return store.All[Decision](ctx, tx, store.SQL(`SELECT d.id, d.what_kind, d.kind, d.edition, d.criteria_code, d.outcome_code, d.reasons, d.consulted, d.by_id, d.at
		FROM adults_decision d JOIN access_record r ON r.id = d.id WHERE d.concern_id = ?`, string(id)).Visible("r", access.Adult).Add(`ORDER BY d.at, d.id`))
}

// StepsOf returns what was done, oldest first.
func (Store) StepsOf(ctx context.Context, tx *store.Tx, part string) ([]Step, error) {
	return store.All[Step](ctx, tx, store.SQL(`SELECT x.id, x.kind, x.who, x.words, x.by_id, x.at FROM adults_step x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, part).
		Visible("r", access.Adult).Add(`ORDER BY x.at, x.id`))
}

// Actions returns what is to be done, the first due first.
func (Store) Actions(ctx context.Context, tx *store.Tx, part string) ([]Action, error) {
	return store.All[Action](ctx, tx, store.SQL(`SELECT x.id, x.what, x.due_on, x.done_at FROM adults_action x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, part).
		Visible("r", access.Adult).Add(`ORDER BY x.due_on, x.id`))
}

// Children returns the children named in it.
func (Store) Children(ctx context.Context, tx *store.Tx, part string) ([]Child, error) {
	return store.All[Child](ctx, tx, store.SQL(`SELECT x.id, x.child_id, x.name, x.entry_id FROM adults_child x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, part).
		Visible("r", access.Adult).Add(`ORDER BY x.at, x.id`))
}

// Entries returns what happened to children, of the entries that the viewer may see.
func (Store) Entries(ctx context.Context, tx *store.Tx, ids ...string) ([]Entry, error) {
	return store.All[Entry](ctx, tx, store.SQL(`SELECT e.id, e.child_id, e.reference, e.words, e.by_id, e.at FROM adults_entry e JOIN access_record r ON r.id = e.id WHERE `).In("e.id", ids).
		Visible("r", access.Harm).Add(`ORDER BY e.at, e.id`))
}

// Feedback returns what was written back, oldest first.
func (Store) Feedback(ctx context.Context, tx *store.Tx, id ID) ([]Feedback, error) {
	return store.All[Feedback](ctx, tx, store.SQL(`SELECT f.words, f.by_id, f.at FROM adults_feedback f JOIN access_record r ON r.id = f.id WHERE f.concern_id = ?`, string(id)).
		Visible("r", access.Adult).Add(`ORDER BY f.at, f.id`))
}

// Past returns those that the viewer may decide at the school since an instant, for seeing patterns (LLC-5).
func (Store) Past(ctx context.Context, tx *store.Tx, org string, since clock.Millis) ([]Concern, error) {
	return store.All[Concern](ctx, tx, store.SQL(`SELECT `+concernColumns+` FROM adults_concern c JOIN adults_case k ON k.concern_id = c.id JOIN access_record r ON r.id = k.id WHERE c.org_id = ? AND c.recorded_at > ?`, org, int64(since)).
		Visible("r", access.Adult).Add(`ORDER BY c.recorded_at DESC LIMIT 200`))
}

func (Store) insertConcern(ctx context.Context, tx *store.Tx, c Concern, from string) error {
	if err := tx.AddRecord(ctx, access.Record{ID: string(c.ID), Kind: access.Adult, Part: access.PartHeader, Org: c.Org, Author: c.Reporter, Subject: c.subject(access.PartHeader)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_concern (id, district_id, org_id, number, reporter_id, recorded_at, happened_at, precision, place, activity, about_id, about_name, works_kind, employer, self, harm, office_kind, state, origin_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(c.ID), tx.Viewer.District, c.Org, c.Number, c.Reporter, int64(c.RecordedAt), int64(c.HappenedAt), string(c.Precision),
		c.Place, c.Activity, c.About, c.Name, string(c.Works), c.Employer, c.Self, c.Harm, string(c.Office), string(c.State), from))
}

// subject is whom a part is about, for the access table. Whoever wrote about themselves finds their own words, and nothing of what
// others make of them.
func (c Concern) subject(part string) string {
	if c.Self && (part == access.PartHeader || part == access.PartAccount || part == access.PartFeedback) {
		return ""
	}
	return c.About
}

func (Store) insertAccount(ctx context.Context, tx *store.Tx, c Concern, a Account) error {
	if err := tx.AddRecord(ctx, access.Record{ID: a.ID, Kind: access.Adult, Part: access.PartAccount, Org: c.Org, Author: a.AuthorID, Subject: c.subject(access.PartAccount), Parent: string(c.ID)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_account (id, district_id, concern_id, author_id, author, words, later, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, tx.Viewer.District, string(c.ID), a.AuthorID, a.Author, a.Words, a.Later, int64(a.At)))
}

func (Store) insertCase(ctx context.Context, tx *store.Tx, c Concern, part string) error {
	if err := tx.AddRecord(ctx, access.Record{ID: part, Kind: access.Adult, Part: access.PartLead, Org: c.Org, Subject: c.subject(access.PartLead), Parent: string(c.ID)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_case (id, district_id, concern_id) VALUES (?, ?, ?)`, part, tx.Viewer.District, string(c.ID)))
}

func (Store) insertDecision(ctx context.Context, tx *store.Tx, c Concern, d Decision) error {
	if err := tx.AddRecord(ctx, access.Record{ID: d.ID, Kind: access.Adult, Part: access.PartDecision, Org: c.Org, Subject: c.subject(access.PartDecision), Parent: string(c.ID)}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_decision (id, district_id, concern_id, what_kind, kind, edition, criteria_code, outcome_code, reasons, consulted, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, tx.Viewer.District, string(c.ID), d.What, string(d.Kind), d.Edition, d.Criteria, d.Outcome, d.Reasons, d.Consulted, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertStep(ctx context.Context, tx *store.Tx, part string, s Step) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_step (id, district_id, record_id, kind, who, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, tx.Viewer.District, part, string(s.Kind), s.Who, s.Words, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertAction(ctx context.Context, tx *store.Tx, part string, a Action) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_action (id, district_id, record_id, what, due_on, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.ID, tx.Viewer.District, part, a.What, string(a.DueOn), tx.Viewer.Account, int64(tx.Now)))
}

func (Store) finishAction(ctx context.Context, tx *store.Tx, part, action string) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_action SET done_at = ?, done_by = ? WHERE id = ? AND record_id = ? AND done_at = 0`, int64(tx.Now), tx.Viewer.Account, action, part))
}

func (Store) insertFeedback(ctx context.Context, tx *store.Tx, c Concern, id, words string) error {
	if err := tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Adult, Part: access.PartFeedback, Org: c.Org, Subject: c.subject(access.PartFeedback), Parent: string(c.ID)}); err != nil {
		return err
	}
	if err := tx.AddGrant(ctx, store.Grant{Record: id, Kind: access.Told, To: c.Reporter, From: tx.Now, Until: clock.ForEver}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_feedback (id, district_id, concern_id, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?)`, id, tx.Viewer.District, string(c.ID), words, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertChild(ctx context.Context, tx *store.Tx, part string, k Child) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_child (id, district_id, record_id, child_id, name, entry_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, k.ID, tx.Viewer.District, part, k.Child, k.Name, k.Harm, int64(tx.Now)))
}

func (Store) setChildEntry(ctx context.Context, tx *store.Tx, id, entry string) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_child SET entry_id = ? WHERE id = ?`, entry, id))
}

func (Store) insertEntry(ctx context.Context, tx *store.Tx, c Concern, e Entry) error {
	if err := tx.AddRecord(ctx, access.Record{ID: e.ID, Kind: access.Harm, Part: access.PartAccount, Org: c.Org, Child: e.Child, Author: e.By, Subject: c.subject(access.PartLead), Restricted: true}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO adults_entry (id, district_id, child_id, reference, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, e.ID, tx.Viewer.District, e.Child, e.Reference, e.Words, e.By, int64(e.At)))
}

func (Store) setState(ctx context.Context, tx *store.Tx, id ID, s State) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_concern SET state = ? WHERE id = ?`, string(s), string(id)))
}

func (Store) setTaken(ctx context.Context, tx *store.Tx, id ID) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_concern SET taken_at = ?, taken_by = ?, read_at = CASE WHEN read_at = 0 THEN ? ELSE read_at END,
		state = CASE WHEN state IN ('sent', 'read') THEN 'deciding' ELSE state END WHERE id = ? AND taken_at = 0`, int64(tx.Now), tx.Viewer.Account, int64(tx.Now), string(id)))
}

// setOpened writes down the first opening by somebody who may decide; a later one changes nothing.
func (Store) setOpened(ctx context.Context, tx *store.Tx, id ID) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO adults_opening (record_id, account_id, district_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, string(id), tx.Viewer.Account, tx.Viewer.District, int64(tx.Now))); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`UPDATE adults_concern SET read_at = ?, state = CASE WHEN state = 'sent' THEN 'read' ELSE state END WHERE id = ? AND read_at = 0`, int64(tx.Now), string(id)))
}

func (Store) setAbout(ctx context.Context, tx *store.Tx, c Concern) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_concern SET about_id = ?, about_name = ?, works_kind = ?, employer = ?, office_kind = ? WHERE id = ?`,
		c.About, c.Name, string(c.Works), c.Employer, string(c.Office), string(c.ID)))
}

// untake makes it one that nobody has taken, when it goes another way.
func (Store) untake(ctx context.Context, tx *store.Tx, id ID) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_concern SET state = 'sent', taken_at = 0, taken_by = '', read_at = 0 WHERE id = ?`, string(id)))
}

func (Store) setCase(ctx context.Context, tx *store.Tx, k Case) error {
	return tx.Put(ctx, store.SQL(`UPDATE adults_case SET kind = ?, due_at = ?, told_at = ?, outcome_code = ?, decided_at = ? WHERE id = ?`,
		string(k.Kind), int64(k.DueAt), int64(k.ToldAt), k.Outcome, int64(k.DecidedAt), k.ID))
}

type kindRow struct {
	id   ID
	kind Kind
}

func (k *kindRow) Dest() []any { return []any{(*string)(&k.id), (*string)(&k.kind)} }

// kinds says of those that the viewer may decide what they were decided to be.
func (Store) kinds(ctx context.Context, tx *store.Tx) (map[ID]Kind, error) {
	rows, err := store.All[kindRow](ctx, tx, store.SQL(`SELECT k.concern_id, k.kind FROM adults_case k JOIN access_record r ON r.id = k.id WHERE k.district_id = ?`, tx.Viewer.District).
		Changeable("r", access.Adult).Add(`ORDER BY k.id DESC LIMIT 200`))
	out := map[ID]Kind{}
	for _, r := range rows {
		out[r.id] = r.kind
	}
	return out, err
}

// entrusted returns the entries about children whom the viewer was named to look after since an instant.
func (Store) entrusted(ctx context.Context, tx *store.Tx, since clock.Millis) ([]Entry, error) {
	return store.All[Entry](ctx, tx, store.SQL(`SELECT e.id, e.child_id, e.reference, e.words, e.by_id, e.at FROM adults_entry e JOIN access_record r ON r.id = e.id
		WHERE e.id IN (SELECT g.record_id FROM access_grant g WHERE g.kind = 'named' AND g.to_id = ? AND g.from_at > ?)`, tx.Viewer.Account, int64(since)).
		Visible("r", access.Harm).Add(`ORDER BY e.at DESC, e.id DESC LIMIT 20`))
}
