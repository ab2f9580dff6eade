package programme

import (
	"context"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// stored holds the SQL statements of this package.
type stored struct{}

const columns = `p.id, p.org_id, p.kind, p.title, p.summary, p.open_to, p.boards, p.aims, p.contact, p.first_on, p.last_on, p.additional, p.propose_until, p.block_id, p.state, p.published_at, p.withdrawn_at, p.withdrawn_why, p.changed_at, p.revision`

// Programme returns a programme of the district. NotFound: none.
func (stored) Programme(ctx context.Context, tx *store.Tx, i ID) (Programme, error) {
	return store.One[Programme](ctx, tx, store.SQL(`SELECT `+columns+` FROM training_programme p WHERE p.id = ? AND p.district_id = ?`, string(i), tx.Viewer.District))
}

// Programmes returns programmes: those of the organisers, the latest first; or where none is named the published ones that are not over.
func (stored) Programmes(ctx context.Context, tx *store.Tx, orgs ...string) ([]Programme, error) {
	q := store.SQL(`SELECT `+columns+` FROM training_programme p WHERE p.district_id = ?`, tx.Viewer.District)
	if len(orgs) > 0 {
		return store.All[Programme](ctx, tx, q.Add(`AND`).In(`p.org_id`, orgs).Add(`ORDER BY p.first_on DESC, p.id DESC`))
	}
	return store.All[Programme](ctx, tx, q.Add(`AND p.state = 'published' AND p.last_on >= ? ORDER BY p.first_on, p.id`, string(clock.DayOf(tx.Now.Time()))))
}

func (stored) insert(ctx context.Context, tx *store.Tx, p Programme) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_programme (id, district_id, org_id, kind, title, summary, open_to, boards, aims, contact, first_on, last_on, additional, propose_until, state, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(p.ID), tx.Viewer.District, p.Org, string(p.Kind), p.Title, p.Summary, p.OpenTo, p.Boards, p.Aims, p.Contact, string(p.First), string(p.Last),
		p.Additional, string(p.ProposeUntil), string(p.State), int64(tx.Now)))
}

// update puts a programme as it is now in the place of what it was. Its organiser stays.
func (stored) update(ctx context.Context, tx *store.Tx, p Programme) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_programme SET kind = ?, title = ?, summary = ?, open_to = ?, boards = ?, aims = ?, contact = ?, first_on = ?, last_on = ?, additional = ?, propose_until = ?,
		block_id = ?, state = ?, published_at = ?, withdrawn_at = ?, withdrawn_why = ?, changed_at = ?, revision = revision + 1 WHERE id = ?`, string(p.Kind), p.Title, p.Summary, p.OpenTo, p.Boards, p.Aims, p.Contact, string(p.First), string(p.Last), p.Additional,
		string(p.ProposeUntil), string(p.Block), string(p.State), int64(p.Published), int64(p.Ended), p.Why, int64(tx.Now), string(p.ID)))
}

const sessionColumns = `s.id, s.programme_id, s.partner_id, s.partner_name, s.title, s.summary, s.speaker, s.board, s.audience, s.open_to, s.online, s.venue_id, s.venue, s.venue_address, s.venue_postcode,
	s.on_day, s.starts, s.ends, s.places, s.booking, s.booking_to, s.run_id, s.state, s.reply, s.why, s.source_key, s.sequence, s.changed_at, s.revision`

// Session returns a session of the district. NotFound: none.
func (stored) Session(ctx context.Context, tx *store.Tx, i SessionID) (Session, error) {
	return store.One[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_session s WHERE s.id = ? AND s.district_id = ?`, string(i), tx.Viewer.District))
}

// Sessions returns the sessions of a programme by day and time.
func (stored) Sessions(ctx context.Context, tx *store.Tx, p ID) ([]Session, error) {
	return store.All[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_session s WHERE s.programme_id = ? AND s.district_id = ? ORDER BY s.on_day, s.starts, s.ends, s.title, s.id`, string(p), tx.Viewer.District))
}

// ofRun returns the session whose places a date of a course is. NotFound: none.
func (stored) ofRun(ctx context.Context, tx *store.Tx, r training.RunID) (Session, error) {
	return store.One[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_session s WHERE s.district_id = ? AND s.run_id <> '' AND s.run_id = ?`, tx.Viewer.District, string(r)))
}

// ofPartner returns the sessions of a partner, in every programme, the next first.
func (stored) ofPartner(ctx context.Context, tx *store.Tx, t PartnerID) ([]Session, error) {
	return store.All[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_session s WHERE s.partner_id = ? AND s.partner_id <> '' AND s.district_id = ? ORDER BY s.on_day, s.starts, s.id`, string(t), tx.Viewer.District))
}

// sourced returns the session that was loaded under the key. NotFound: none.
func (stored) sourced(ctx context.Context, tx *store.Tx, p ID, key string) (Session, error) {
	return store.One[Session](ctx, tx, store.SQL(`SELECT `+sessionColumns+` FROM training_session s WHERE s.programme_id = ? AND s.source_key <> '' AND s.source_key = ?`, string(p), key))
}

// waitingOf counts the proposals that wait for each programme of the organisers.
func (stored) waitingOf(ctx context.Context, tx *store.Tx, orgs []string) (map[ID]int, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	rows, err := store.All[counted](ctx, tx, store.SQL(`SELECT s.programme_id, COUNT(*) FROM training_session s JOIN training_programme p ON p.id = s.programme_id WHERE s.state = 'proposed' AND p.district_id = ? AND`, tx.Viewer.District).
		In(`p.org_id`, orgs).Add(`GROUP BY s.programme_id`))
	out := map[ID]int{}
	for _, r := range rows {
		out[r.of] = int(r.n)
	}
	return out, err
}

// standing counts the sessions that stand in each published programme of the district.
func (stored) standing(ctx context.Context, tx *store.Tx) (map[ID]int, error) {
	rows, err := store.All[counted](ctx, tx, store.SQL(`SELECT s.programme_id, COUNT(*) FROM training_session s JOIN training_programme p ON p.id = s.programme_id
		WHERE s.state = 'accepted' AND p.state = 'published' AND p.district_id = ? AND p.last_on >= ? GROUP BY s.programme_id`, tx.Viewer.District, string(clock.DayOf(tx.Now.Time()))))
	out := map[ID]int{}
	for _, r := range rows {
		out[r.of] = int(r.n)
	}
	return out, err
}

type counted struct {
	of ID
	n  int64
}

func (c *counted) Dest() []any { return []any{(*string)(&c.of), &c.n} }

func (stored) insertSession(ctx context.Context, tx *store.Tx, s Session) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_session (id, district_id, programme_id, partner_id, partner_name, title, summary, speaker, board, audience, open_to, online, venue_id, venue, venue_address, venue_postcode,
		on_day, starts, ends, places, booking, booking_to, run_id, state, source_key, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.ID), tx.Viewer.District, string(s.Programme), string(s.Partner), s.By, s.Title, s.Summary, s.Speaker, s.Board, s.Audience, s.OpenTo, s.Online, s.VenueID, s.Venue, s.Address, s.Postcode, string(s.On),
		s.Starts, s.Ends, s.Places, string(s.Booking), s.To, string(s.Run), string(s.State), s.Source, int64(tx.Now)))
}

// updateSession puts a session as it is now in the place of what it was. Its programme and its partner stay.
func (stored) updateSession(ctx context.Context, tx *store.Tx, s Session) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_session SET partner_name = ?, title = ?, summary = ?, speaker = ?, board = ?, audience = ?, open_to = ?, online = ?, venue_id = ?, venue = ?, venue_address = ?, venue_postcode = ?,
		on_day = ?, starts = ?, ends = ?, places = ?, booking = ?, booking_to = ?, run_id = ?, state = ?, reply = ?, why = ?, sequence = ?, changed_at = ?, revision = revision + 1 WHERE id = ?`,
		s.By, s.Title, s.Summary, s.Speaker, s.Board, s.Audience, s.OpenTo, s.Online, s.VenueID, s.Venue, s.Address, s.Postcode, string(s.On), s.Starts, s.Ends, s.Places, string(s.Booking), s.To, string(s.Run),
		string(s.State), s.Reply, s.Why, s.Sequence, int64(tx.Now), string(s.ID)))
}

const partnerColumns = `t.id, t.org_id, t.name, t.kind, t.postcode, t.offers, t.source, t.state, t.asked_for, t.listed_id, t.asked_at, t.ends_on, t.ends_why, t.ended_at, t.version`

// Partner returns a partner of the district. NotFound: none.
func (stored) Partner(ctx context.Context, tx *store.Tx, i PartnerID) (Partner, error) {
	return store.One[Partner](ctx, tx, store.SQL(`SELECT `+partnerColumns+` FROM training_partner t WHERE t.id = ? AND t.district_id = ?`, string(i), tx.Viewer.District))
}

// Partners returns the partners of an organiser by name.
func (stored) Partners(ctx context.Context, tx *store.Tx, org string) ([]Partner, error) {
	return store.All[Partner](ctx, tx, store.SQL(`SELECT `+partnerColumns+` FROM training_partner t WHERE t.org_id = ? AND t.district_id = ? ORDER BY t.name, t.id`, org, tx.Viewer.District))
}

// partnersNamed returns the partners of an organiser that go by the name, the known one first.
func (stored) partnersNamed(ctx context.Context, tx *store.Tx, org, name string) ([]Partner, error) {
	return store.All[Partner](ctx, tx, store.SQL(`SELECT `+partnerColumns+` FROM training_partner t WHERE t.org_id = ? AND t.district_id = ? AND t.name_key = ?
		ORDER BY CASE WHEN t.state = 'known' AND t.ends_on = '' THEN 0 WHEN t.state = 'asking' THEN 1 WHEN t.state = 'known' THEN 2 ELSE 3 END, t.id`, org, tx.Viewer.District, fold.Key(name)))
}

func (stored) asking(ctx context.Context, tx *store.Tx, orgs []string) (int64, error) {
	return store.Value[int64](ctx, tx, store.SQL(`SELECT COUNT(*) FROM training_partner t WHERE t.district_id = ? AND t.state = 'asking' AND`, tx.Viewer.District).In(`t.org_id`, orgs))
}

// insertPartner adds a partner, with who answers for it as a record.
func (stored) insertPartner(ctx context.Context, tx *store.Tx, p Partner, c Contact) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_partner (id, district_id, org_id, name, name_key, kind, postcode, offers, source, state, asked_for, listed_id, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(p.ID), tx.Viewer.District, p.Org, p.Name, fold.Key(p.Name), p.Kind, p.Postcode, p.Offers, p.Source, string(p.State), string(p.AskedFor), p.Listed, int64(tx.Now))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`INSERT INTO training_contact (id, district_id, name, email) VALUES (?, ?, ?, ?)`, string(p.ID), tx.Viewer.District, c.Name, c.Email)); err != nil {
		return err
	}
	return tx.AddRecord(ctx, access.Record{ID: string(p.ID), Kind: access.Training, Part: access.PartPartner, Org: p.Org})
}

func (stored) updatePartner(ctx context.Context, tx *store.Tx, p Partner) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_partner SET kind = ?, postcode = ?, state = ?, listed_id = ?, asked_for = ?, ends_on = ?, ends_why = ?, ended_at = ? WHERE id = ?`, p.Kind, p.Postcode, string(p.State), p.Listed, string(p.AskedFor), string(p.EndsOn), p.EndsWhy, int64(p.Ended), string(p.ID)))
}

func (stored) updateContact(ctx context.Context, tx *store.Tx, c Contact) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_contact SET name = ?, email = ?, version = version + 1 WHERE id = ?`, c.Name, c.Email, string(c.ID)))
}

// Contact returns who answers for a partner, if the viewer may see it. NotFound: none, or not for this viewer.
func (stored) Contact(ctx context.Context, tx *store.Tx, i PartnerID) (Contact, error) {
	return store.One[Contact](ctx, tx, store.SQL(`SELECT c.id, c.name, c.email FROM training_contact c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, string(i)).Visible("r", access.Training))
}

// Contacts returns who answers for the partners of an organiser, as far as the viewer may see it.
func (stored) Contacts(ctx context.Context, tx *store.Tx, org string) (map[PartnerID]Contact, error) {
	rows, err := store.All[Contact](ctx, tx, store.SQL(`SELECT c.id, c.name, c.email FROM training_contact c JOIN access_record r ON r.id = c.id JOIN training_partner t ON t.id = c.id
		WHERE t.org_id = ? AND t.district_id = ?`, org, tx.Viewer.District).Visible("r", access.Training))
	out := map[PartnerID]Contact{}
	for _, c := range rows {
		out[c.ID] = c
	}
	return out, err
}

// Purposes of a link.
const (
	toPropose  = "propose"
	toGiveBack = "give_back"
)

// link is what a secret opens.
type link struct {
	Subject   string // a partner, or a booking
	Programme ID
	Until     clock.Millis
}

func (l *link) Dest() []any { return []any{&l.Subject, (*string)(&l.Programme), (*int64)(&l.Until)} }

// linked returns what a secret opens. NotFound: no such link, or its time has ended.
func (stored) linked(ctx context.Context, tx *store.Tx, secret, purpose string) (link, error) {
	return store.One[link](ctx, tx, store.SQL(`SELECT l.subject_id, l.programme_id, l.until_at FROM training_programme_link l WHERE l.hash = ? AND l.purpose = ? AND l.until_at > ? AND l.district_id = ?`,
		id.Hash(secret), purpose, int64(tx.Now), tx.Viewer.District))
}

// relink is addLink after the earlier links for the same have been ended.
func (d stored) relink(ctx context.Context, tx *store.Tx, purpose string, l link) (string, error) {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM training_programme_link WHERE subject_id = ? AND purpose = ? AND programme_id = ?`, l.Subject, purpose, string(l.Programme))); err != nil {
		return "", err
	}
	return d.addLink(ctx, tx, purpose, l)
}

// addLink makes a link and returns its secret of 128 bits, which is kept nowhere.
func (stored) addLink(ctx context.Context, tx *store.Tx, purpose string, l link) (string, error) {
	secret := id.Secret(16)
	err := tx.Put(ctx, store.SQL(`INSERT INTO training_programme_link (hash, district_id, purpose, subject_id, programme_id, until_at) VALUES (?, ?, ?, ?, ?, ?)`, id.Hash(secret), tx.Viewer.District, purpose, l.Subject,
		string(l.Programme), int64(l.Until)))
	return secret, err
}

// invitedTo returns which partners have a link to propose for the programme.
func (stored) invitedTo(ctx context.Context, tx *store.Tx, p ID) (map[PartnerID]bool, error) {
	rows, err := store.Values[string](ctx, tx, store.SQL(`SELECT l.subject_id FROM training_programme_link l WHERE l.programme_id = ? AND l.purpose = ? AND l.district_id = ?`, string(p), toPropose, tx.Viewer.District))
	out := map[PartnerID]bool{}
	for _, r := range rows {
		out[PartnerID(r)] = true
	}
	return out, err
}
