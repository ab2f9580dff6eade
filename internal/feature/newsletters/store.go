package newsletters

import (
	"context"
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "newsletters", Files: files}

// Store holds every SQL statement of this slice.
type Store struct{}

// pageSize is how many issues one page lists.
const pageSize = 25

const issueColumns = `i.id, i.kind, i.roles, i.title, i.opening, i.state, i.changed_by, i.changed_at, i.approver_id, i.send_at, i.sent_at, i.version`

// issue returns an issue with its items. NotFound: none in the district.
func (Store) issue(ctx context.Context, tx *store.Tx, id ID) (Issue, error) {
	i, err := store.One[Issue](ctx, tx, store.SQL(`SELECT `+issueColumns+` FROM newsletters_issue i WHERE i.id = ? AND i.district_id = ?`, string(id), tx.Viewer.District))
	if err != nil {
		return i, err
	}
	i.Items, err = store.All[Item](ctx, tx, store.SQL(`SELECT heading, text, link, on_day, starts, place, extra FROM newsletters_item WHERE issue_id = ? ORDER BY position`, string(id)))
	return i, err
}

// onTheWeb returns an issue that anybody may read. NotFound: none, or not sent yet, or a briefing.
func (s Store) onTheWeb(ctx context.Context, tx *store.Tx, id ID) (Issue, error) {
	i, err := s.issue(ctx, tx, id)
	if err == nil && !OnTheWeb(i) {
		return Issue{}, errs.Missing()
	}
	return i, err
}

// all returns the issues that were begun before the given one ("" for the newest), without their items, and whether there
// are more.
func (Store) all(ctx context.Context, tx *store.Tx, before ID) ([]Issue, bool, error) {
	rows, err := store.All[Issue](ctx, tx, store.SQL(`SELECT `+issueColumns+` FROM newsletters_issue i WHERE i.district_id = ?`, tx.Viewer.District).
		If(before != "", `AND i.id < ?`, string(before)).Add(`ORDER BY i.id DESC LIMIT ?`, pageSize+1))
	return rows[:min(len(rows), pageSize)], len(rows) > pageSize, err
}

// underWay returns the issues that were begun and have not all gone out, the latest change first, without their items.
func (Store) underWay(ctx context.Context, tx *store.Tx) ([]Issue, error) {
	return store.All[Issue](ctx, tx, store.SQL(`SELECT `+issueColumns+` FROM newsletters_issue i WHERE i.district_id = ? AND i.state IN ('draft', 'review', 'scheduled', 'sending')
		ORDER BY i.changed_at DESC, i.id DESC LIMIT ?`, tx.Viewer.District, pageSize))
}

// listed returns the newsletters that the public list shows, the latest first, those sent before the given one ("" for all).
func (Store) listed(ctx context.Context, tx *store.Tx, before ID) ([]Issue, bool, error) {
	rows, err := store.All[Issue](ctx, tx, store.SQL(`SELECT `+issueColumns+` FROM newsletters_issue i WHERE i.district_id = ? AND i.kind = 'newsletter' AND i.state IN ('sending', 'sent')`, tx.Viewer.District).
		If(before != "", `AND (i.sent_at, i.id) < (SELECT b.sent_at, b.id FROM newsletters_issue b WHERE b.id = ?)`, string(before)).
		Add(`ORDER BY i.sent_at DESC, i.id DESC LIMIT ?`, pageSize+1))
	return rows[:min(len(rows), pageSize)], len(rows) > pageSize, err
}

// due returns the issues that are to start now, and those that are being sent.
func (Store) due(ctx context.Context, tx *store.Tx) (start, sending []ID, err error) {
	if start, err = store.Values[ID](ctx, tx, store.SQL(`SELECT id FROM newsletters_issue WHERE district_id = ? AND state = 'scheduled' AND send_at <= ? ORDER BY send_at, id`, tx.Viewer.District, int64(tx.Now))); err != nil {
		return nil, nil, err
	}
	sending, err = store.Values[ID](ctx, tx, store.SQL(`SELECT id FROM newsletters_issue WHERE district_id = ? AND state = 'sending' ORDER BY id`, tx.Viewer.District))
	return start, sending, err
}

func (s Store) insertIssue(ctx context.Context, tx *store.Tx, i Issue) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO newsletters_issue (id, district_id, kind, roles, title, opening, state, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(i.ID), tx.Viewer.District, string(i.Kind), i.Roles.String(), i.Title, i.Opening, string(i.State), tx.Viewer.Account, int64(tx.Now))); err != nil {
		return err
	}
	return s.insertWords(ctx, tx, i)
}

// insertWords writes the items and who wrote them.
func (Store) insertWords(ctx context.Context, tx *store.Tx, i Issue) error {
	for n, x := range i.Items {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO newsletters_item (issue_id, district_id, position, heading, text, link, on_day, starts, place, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(i.ID), tx.Viewer.District, n, x.Heading, x.Text, x.Link, string(x.On), x.Starts, x.Place, x.Extra)); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO newsletters_writer (issue_id, district_id, account_id) VALUES (?, ?, ?) ON CONFLICT (issue_id, account_id) DO NOTHING`, string(i.ID), tx.Viewer.District, tx.Viewer.Account))
}

// updateWords puts new words in place of the old.
func (s Store) updateWords(ctx context.Context, tx *store.Tx, i Issue) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE newsletters_issue SET kind = ?, roles = ?, title = ?, opening = ?, changed_by = ?, changed_at = ? WHERE id = ?`,
		string(i.Kind), i.Roles.String(), i.Title, i.Opening, tx.Viewer.Account, int64(tx.Now), string(i.ID))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`DELETE FROM newsletters_item WHERE issue_id = ?`, string(i.ID))); err != nil {
		return err
	}
	return s.insertWords(ctx, tx, i)
}

// updateState moves an issue on.
func (Store) updateState(ctx context.Context, tx *store.Tx, i Issue) error {
	return tx.Put(ctx, store.SQL(`UPDATE newsletters_issue SET state = ?, approver_id = ?, send_at = ?, sent_at = ? WHERE id = ?`,
		string(i.State), i.Approver, int64(i.SendAt), int64(i.SentAt), string(i.ID)))
}

// writers returns the accounts of everybody who has written in an issue.
func (Store) writers(ctx context.Context, tx *store.Tx, id ID) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT account_id FROM newsletters_writer WHERE issue_id = ? ORDER BY account_id`, string(id)))
}

const subscriberColumns = `s.id, s.email, s.state, s.source, s.asked_at`

// subscriber returns a subscriber. NotFound: none.
func (Store) subscriber(ctx context.Context, tx *store.Tx, id string) (Subscriber, error) {
	return store.One[Subscriber](ctx, tx, store.SQL(`SELECT `+subscriberColumns+` FROM newsletters_subscriber s WHERE s.id = ? AND s.district_id = ?`, id, tx.Viewer.District))
}

// subscriberByEmail returns the subscriber with the folded address. NotFound: none.
func (Store) subscriberByEmail(ctx context.Context, tx *store.Tx, email string) (Subscriber, error) {
	return store.One[Subscriber](ctx, tx, store.SQL(`SELECT `+subscriberColumns+` FROM newsletters_subscriber s WHERE s.district_id = ? AND s.email = ?`, tx.Viewer.District, email))
}

// What a link opens.
const (
	toConfirm = "confirm"
	toStop    = "stop"
)

// subscriberByLink returns whom a secret is about. NotFound: no such link, or lapsed.
func (Store) subscriberByLink(ctx context.Context, tx *store.Tx, secret, purpose string) (Subscriber, error) {
	return store.One[Subscriber](ctx, tx, store.SQL(`SELECT `+subscriberColumns+` FROM newsletters_subscriber s JOIN newsletters_link l ON l.subscriber_id = s.id
		WHERE l.hash = ? AND l.purpose = ? AND l.until_at > ? AND l.district_id = ?`, id.Hash(secret), purpose, int64(tx.Now), tx.Viewer.District))
}

// insertLink makes a link and returns its secret, which is kept nowhere.
func (Store) insertLink(ctx context.Context, tx *store.Tx, subscriber, purpose string, until clock.Millis) (string, error) {
	secret := id.Secret(16)
	err := tx.Put(ctx, store.SQL(`INSERT INTO newsletters_link (hash, district_id, subscriber_id, purpose, until_at) VALUES (?, ?, ?, ?, ?)`, id.Hash(secret), tx.Viewer.District, subscriber, purpose, int64(until)))
	return secret, err
}

// deleteLinks takes away the links of a subscriber that serve a purpose.
func (Store) deleteLinks(ctx context.Context, tx *store.Tx, subscriber, purpose string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM newsletters_link WHERE subscriber_id = ? AND purpose = ?`, subscriber, purpose))
}

func (Store) insertSubscriber(ctx context.Context, tx *store.Tx, s Subscriber) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO newsletters_subscriber (id, district_id, email, state, source, asked_at) VALUES (?, ?, ?, ?, ?, ?)`,
		s.ID, tx.Viewer.District, s.Email, string(s.State), s.Source, int64(s.AskedAt)))
}

func (Store) updateSubscriber(ctx context.Context, tx *store.Tx, s Subscriber) error {
	return tx.Put(ctx, store.SQL(`UPDATE newsletters_subscriber SET state = ?, asked_at = ? WHERE id = ?`, string(s.State), int64(s.AskedAt), s.ID))
}

// forget deletes what nobody confirmed in time: links that have lapsed, and addresses that were only ever typed into the form.
func (Store) forget(ctx context.Context, tx *store.Tx) error {
	const lapsed = `state = 'pending' AND asked_at <= ? AND NOT EXISTS (SELECT 1 FROM newsletters_delivery d WHERE d.recipient_id = newsletters_subscriber.id)`
	since := int64(tx.Now.Add(-ConfirmFor))
	if err := tx.Put(ctx, store.SQL(`DELETE FROM newsletters_link WHERE district_id = ? AND until_at <= ?`, tx.Viewer.District, int64(tx.Now))); err != nil {
		return err
	}
	if err := tx.Put(ctx, store.SQL(`DELETE FROM newsletters_link WHERE subscriber_id IN (SELECT id FROM newsletters_subscriber WHERE district_id = ? AND `+lapsed+`)`, tx.Viewer.District, since)); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`DELETE FROM newsletters_subscriber WHERE district_id = ? AND `+lapsed, tx.Viewer.District, since))
}

// askedSince counts the addresses that asked since an instant.
func (Store) askedSince(ctx context.Context, tx *store.Tx, since clock.Millis) (int, error) {
	return store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM newsletters_subscriber WHERE district_id = ? AND asked_at > ?`, tx.Viewer.District, int64(since)))
}

// confirmed returns the ids of everybody who gets the newsletter.
func (Store) confirmed(ctx context.Context, tx *store.Tx) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT id FROM newsletters_subscriber WHERE district_id = ? AND state = 'confirmed' ORDER BY id`, tx.Viewer.District))
}

// readers counts the subscribers by state.
func (Store) readers(ctx context.Context, tx *store.Tx) ([]Count, error) {
	return store.All[Count](ctx, tx, store.SQL(`SELECT state, count(*) FROM newsletters_subscriber WHERE district_id = ? GROUP BY state`, tx.Viewer.District))
}

// signedUpFrom counts who signed up on the page of an issue and confirmed.
func (Store) signedUpFrom(ctx context.Context, tx *store.Tx, issue ID) (int, error) {
	return store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM newsletters_subscriber WHERE district_id = ? AND source = ? AND state = 'confirmed'`, tx.Viewer.District, string(issue)))
}

// A subscriber's address stands with the subscriber; that of a post's holder is kept as it was when the issue started.
const (
	deliveryColumns = `d.id, d.issue_id, d.batch, d.recipient_id, d.org_id, d.org_name, d.role, coalesce(s.email, d.email), d.state, d.why`
	deliveryTables  = ` FROM newsletters_delivery d LEFT JOIN newsletters_subscriber s ON s.id = d.recipient_id`
)

func (Store) insertDelivery(ctx context.Context, tx *store.Tx, d Delivery) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO newsletters_delivery (id, district_id, issue_id, batch, recipient_id, org_id, org_name, role, email, state, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, tx.Viewer.District, string(d.Issue), d.Batch, d.Recipient, d.Post.Org, d.Post.OrgName, string(d.Post.Role), d.Email, string(d.State), int64(tx.Now)))
}

// delivery returns one letter. NotFound: none.
func (Store) delivery(ctx context.Context, tx *store.Tx, id string) (Delivery, error) {
	return store.One[Delivery](ctx, tx, store.SQL(`SELECT `+deliveryColumns+deliveryTables+` WHERE d.id = ? AND d.district_id = ?`, id, tx.Viewer.District))
}

// queued returns the ids of the letters of a batch that are still to be sent.
func (Store) queued(ctx context.Context, tx *store.Tx, issue ID, batch int) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT id FROM newsletters_delivery WHERE issue_id = ? AND batch = ? AND state = 'queued' ORDER BY id`, string(issue), batch))
}

// undelivered returns the letters that did not arrive, or of which nobody knows, and the posts that nobody held.
func (Store) undelivered(ctx context.Context, tx *store.Tx, issue ID) ([]Delivery, error) {
	return store.All[Delivery](ctx, tx, store.SQL(`SELECT `+deliveryColumns+deliveryTables+` WHERE d.issue_id = ? AND d.state IN ('failed', 'unknown', 'vacant') ORDER BY d.org_name, d.role, d.id LIMIT 500`, string(issue)))
}

// moveDelivery changes the state of a letter if it is in one of the given ones, and says whether it was.
func (Store) moveDelivery(ctx context.Context, tx *store.Tx, id string, to DeliveryState, why string, from ...DeliveryState) (bool, error) {
	states := make([]string, len(from))
	for n, s := range from {
		states[n] = string(s)
	}
	changed, err := tx.Exec(ctx, store.SQL(`UPDATE newsletters_delivery SET state = ?, why = ?, changed_at = ? WHERE id = ? AND `, string(to), why, int64(tx.Now), id).In("state", states))
	return changed == 1, err
}

// lose marks the letters that are being sent since before the instant: whoever sent them is gone.
func (Store) lose(ctx context.Context, tx *store.Tx, since clock.Millis) error {
	return tx.Put(ctx, store.SQL(`UPDATE newsletters_delivery SET state = 'unknown', changed_at = ? WHERE district_id = ? AND state = 'sending' AND changed_at < ?`, int64(tx.Now), tx.Viewer.District, int64(since)))
}

// letters counts the deliveries of an issue by state.
func (Store) letters(ctx context.Context, tx *store.Tx, issue ID) (map[DeliveryState]int, error) {
	rows, err := store.All[Count](ctx, tx, store.SQL(`SELECT state, count(*) FROM newsletters_delivery WHERE issue_id = ? GROUP BY state`, string(issue)))
	out := map[DeliveryState]int{}
	for _, c := range rows {
		out[DeliveryState(c.State)] = c.N
	}
	return out, err
}

func (Store) insertShowing(ctx context.Context, tx *store.Tx, issue ID, s Showing) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO newsletters_showing (id, district_id, issue_id, channel, on_day, who, note) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		s.ID, tx.Viewer.District, string(issue), s.Channel, string(s.On), s.Who, s.Note))
}

// showings returns where an issue was shown, the latest first.
func (Store) showings(ctx context.Context, tx *store.Tx, issue ID) ([]Showing, error) {
	return store.All[Showing](ctx, tx, store.SQL(`SELECT id, channel, on_day, who, note FROM newsletters_showing WHERE issue_id = ? ORDER BY on_day DESC, id DESC`, string(issue)))
}
