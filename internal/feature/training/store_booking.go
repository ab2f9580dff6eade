package training

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

const placeColumns = `p.id, p.block_id, p.party, p.person, p.outward, p.ward, p.staff_group, p.first_run, p.second_run, p.arrived_at, p.state, p.run_id, p.until_at, p.tier, p.choice, p.turn, p.seat, p.approved_at, p.late, p.version`

// Place returns a booking's row in the ledger. NotFound: none. It names nobody; whoever is shown a booking opens its record.
func (Store) Place(ctx context.Context, tx *store.Tx, id BookingID) (Place, error) {
	return store.One[Place](ctx, tx, store.SQL(`SELECT `+placeColumns+` FROM training_place p WHERE p.id = ? AND p.district_id = ?`, string(id), tx.Viewer.District))
}

// PlacesNamed returns rows of the ledger by booking.
func (Store) PlacesNamed(ctx context.Context, tx *store.Tx, ids []string) (map[BookingID]Place, error) {
	all, err := store.All[Place](ctx, tx, store.SQL(`SELECT `+placeColumns+` FROM training_place p WHERE p.district_id = ? AND`, tx.Viewer.District).In(`p.id`, ids))
	out := map[BookingID]Place{}
	for _, p := range all {
		out[p.ID] = p
	}
	return out, err
}

// Places returns the ledger of a block: the bookings that are in one of the states, all of them where none is named, by arrival.
func (Store) Places(ctx context.Context, tx *store.Tx, block BlockID, states ...PlaceState) ([]Place, error) {
	q := store.SQL(`SELECT `+placeColumns+` FROM training_place p WHERE p.block_id = ? AND p.district_id = ?`, string(block), tx.Viewer.District)
	if len(states) > 0 {
		words := make([]string, len(states))
		for i, x := range states {
			words[i] = string(x)
		}
		q = q.Add(`AND`).In(`p.state`, words)
	}
	return store.All[Place](ctx, tx, q.Add(`ORDER BY p.arrived_at, p.id`))
}

// openPlaces is a condition: the booking has a seat at an instant, or asks for one.
const openPlaces = `(p.state IN ('asked', 'placed', 'waiting') OR p.state IN ('held', 'offered') AND p.until_at > ?)`

// OfParty returns what a school has in a block at this instant: seats, holds, offers and requests.
func (s Store) OfParty(ctx context.Context, tx *store.Tx, block BlockID, party string) (out []Place, err error) {
	err = tx.Together(ctx, s.ofParty(tx, block, party, &out))
	return out, err
}

// ofParty asks for what a school has in a block. Nobody knows what belongs together of those whose organisation is not known.
func (Store) ofParty(tx *store.Tx, block BlockID, party string, to *[]Place) store.Question {
	return store.Each(to, store.SQL(`SELECT `+placeColumns+` FROM training_place p WHERE p.block_id = ? AND p.party = ? AND p.party <> '' AND `+openPlaces+` ORDER BY p.arrived_at, p.id`, string(block), party, int64(tx.Now)))
}

// OfPerson returns what a person has at this instant, in every block.
func (s Store) OfPerson(ctx context.Context, tx *store.Tx, person string) (out []Place, err error) {
	err = tx.Together(ctx, s.ofPerson(tx, person, &out))
	return out, err
}

func (Store) ofPerson(tx *store.Tx, person string, to *[]Place) store.Question {
	return store.Each(to, store.SQL(`SELECT `+placeColumns+` FROM training_place p WHERE p.district_id = ? AND p.person = ? AND `+openPlaces+` ORDER BY p.arrived_at, p.id`, tx.Viewer.District, person, int64(tx.Now)))
}

const counting = `SELECT p.run_id, SUM(CASE WHEN p.state <> 'waiting' THEN 1 ELSE 0 END), SUM(CASE WHEN p.state = 'waiting' THEN 1 ELSE 0 END) FROM training_place p
	WHERE (p.state IN ('placed', 'waiting') OR p.state IN ('held', 'offered') AND p.until_at > ?)`

func byRun(rows []Count) map[RunID]Count {
	out := map[RunID]Count{}
	for _, c := range rows {
		out[c.Run] = c
	}
	return out
}

// Counts returns how the seats of the runs of a block stand at this instant.
func (s Store) Counts(ctx context.Context, tx *store.Tx, block BlockID) (map[RunID]Count, error) {
	var rows []Count
	err := tx.Together(ctx, s.counts(tx, block, &rows))
	return byRun(rows), err
}

// counts asks how the seats of the runs of a block stand.
func (Store) counts(tx *store.Tx, block BlockID, to *[]Count) store.Question {
	return store.Each(to, store.SQL(counting+` AND p.block_id = ? GROUP BY p.run_id`, int64(tx.Now), string(block)))
}

// taken asks for the numbers of the seats of a run that somebody has, in their order.
func (Store) taken(tx *store.Tx, run RunID, to *[]int64) store.Question {
	return store.EachValue(to, store.SQL(`SELECT p.seat FROM training_place p WHERE p.run_id = ? AND (p.state = 'placed' OR p.state IN ('held', 'offered') AND p.until_at > ?) ORDER BY p.seat`, string(run), int64(tx.Now)))
}

// CountsFrom returns how the seats of all runs of the district that begin on a day or later stand at this instant.
func (Store) CountsFrom(ctx context.Context, tx *store.Tx, from clock.Day) (map[RunID]Count, error) {
	rows, err := store.All[Count](ctx, tx, store.SQL(counting+` AND p.run_id IN (SELECT r.id FROM training_run r WHERE r.district_id = ? AND r.first_on >= ?) GROUP BY p.run_id`, int64(tx.Now), tx.Viewer.District, string(from)))
	return byRun(rows), err
}

// lapse ends the holds and offers of a block whose hour has come, and asks which they were.
func (Store) lapse(tx *store.Tx, block BlockID, ended *[]BookingID) store.Question {
	return store.EachValue(ended, store.SQL(`UPDATE training_place SET state = 'lapsed', seat = 0 WHERE block_id = ? AND state IN ('held', 'offered') AND until_at <= ? RETURNING id`, string(block), int64(tx.Now)))
}

// due returns the blocks in which a hold or an offer has ended.
func (Store) due(ctx context.Context, tx *store.Tx) ([]BlockID, error) {
	return store.Values[BlockID](ctx, tx, store.SQL(`SELECT DISTINCT p.block_id FROM training_place p WHERE p.district_id = ? AND p.state IN ('held', 'offered') AND p.until_at <= ? ORDER BY p.block_id`, tx.Viewer.District, int64(tx.Now)))
}

func (Store) insertPlace(ctx context.Context, tx *store.Tx, p Place) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_place (id, block_id, party, person, outward, ward, staff_group, first_run, second_run, arrived_at, state, run_id, until_at, tier, choice, turn, seat, approved_at, late, district_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(p.ID), string(p.Block), p.Party, p.Person, p.Outward, p.Ward, p.Group, string(p.First), string(p.Second), int64(p.Arrived),
		string(p.State), string(p.Run), int64(p.Until), p.Tier, p.Choice, p.Turn, p.Seat, int64(p.Approved), p.Late, tx.Viewer.District))
}

// updatePlace saves where a booking stands. Its block and its arrival stay.
func (Store) updatePlace(ctx context.Context, tx *store.Tx, p Place) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_place SET party = ?, person = ?, outward = ?, ward = ?, staff_group = ?, first_run = ?, second_run = ?, state = ?, run_id = ?, until_at = ?, tier = ?, choice = ?, turn = ?, seat = ?, approved_at = ?, late = ? WHERE id = ?`,
		p.Party, p.Person, p.Outward, p.Ward, p.Group, string(p.First), string(p.Second), string(p.State), string(p.Run), int64(p.Until), p.Tier, p.Choice, p.Turn, p.Seat, int64(p.Approved), p.Late, string(p.ID)))
}

const bookingColumns = `k.id, k.block_id, k.org_id, k.org_name, k.name, k.title, k.account_id, k.email, k.manager_name, k.manager_email, k.one_day_why, k.by_id, k.channel, k.sender, k.sender_email, k.entered_at, k.told, k.version`

// Booking returns who a booking is for, if the viewer may see it. NotFound: none, or not for this viewer. Whoever shows it opens
// its record with tx.Open.
func (Store) Booking(ctx context.Context, tx *store.Tx, id BookingID) (Booking, error) {
	return store.One[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.id = ?`, string(id)).Visible("r", training))
}

// ChangeableBooking is Booking for whoever may change it.
func (Store) ChangeableBooking(ctx context.Context, tx *store.Tx, id BookingID) (Booking, error) {
	return store.One[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.id = ?`, string(id)).Changeable("r", training))
}

// BookingsOf returns the bookings of a block that the viewer may see.
func (Store) BookingsOf(ctx context.Context, tx *store.Tx, block BlockID) ([]Booking, error) {
	return store.All[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.block_id = ?`, string(block)).Visible("r", training).Add(`ORDER BY k.id`))
}

// BookedOn returns the bookings that have a place on a run, as far as the viewer may see them, by name.
func (Store) BookedOn(ctx context.Context, tx *store.Tx, run RunID) ([]Booking, error) {
	return store.All[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id JOIN training_place p ON p.id = k.id WHERE p.run_id = ? AND p.state = 'placed'`, string(run)).
		Visible("r", training).Add(`ORDER BY k.name, k.id`))
}

// BookingPage returns a page of the bookings of a block that the viewer may see, the latest first.
func (Store) BookingPage(ctx context.Context, tx *store.Tx, block BlockID, cursor string) (store.Page[Booking], error) {
	return store.PageOf[Booking](ctx, tx, store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.block_id = ?`, string(block)).Visible("r", training),
		store.By[Booking]{Columns: []string{"k.id"}, Newest: true, Of: func(k Booking) []any { return []any{string(k.ID)} }}, cursor)
}

// Mine returns the bookings that the viewer asked for or that are for them, and those of their schools, as far as they may see them,
// the latest first.
func (Store) Mine(ctx context.Context, tx *store.Tx, orgs []string) ([]Booking, error) {
	q := store.SQL(`SELECT `+bookingColumns+` FROM training_booking k JOIN access_record r ON r.id = k.id WHERE k.district_id = ? AND (k.by_id = ? OR k.account_id = ?`, tx.Viewer.District, tx.Viewer.Account, tx.Viewer.Account)
	if len(orgs) > 0 {
		q = q.Add(`OR`).In(`k.org_id`, orgs)
	}
	return store.All[Booking](ctx, tx, q.Add(`)`).Visible("r", training).Add(`ORDER BY k.id DESC`))
}

func (Store) insertBooking(ctx context.Context, tx *store.Tx, b Booking) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_booking (id, block_id, org_id, org_name, name, title, account_id, email, manager_name, manager_email, one_day_why, by_id, channel, sender, sender_email, entered_at, told, district_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(b.ID), string(b.Block), b.Org, b.OrgName, b.Name, b.Title, b.Account, b.Email, b.ManagerName, b.ManagerMail, b.OneDayWhy,
		b.By, b.Channel, b.Sender, b.SenderMail, int64(b.Entered), b.Told, tx.Viewer.District))
}

// updateBooking saves who a booking is for. Whoever asked, the block and the school stay.
func (Store) updateBooking(ctx context.Context, tx *store.Tx, b Booking) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_booking SET name = ?, title = ?, account_id = ?, email = ?, manager_name = ?, manager_email = ?, one_day_why = ?, version = version + 1 WHERE id = ?`,
		b.Name, b.Title, b.Account, b.Email, b.ManagerName, b.ManagerMail, b.OneDayWhy, string(b.ID)))
}

// Need returns what is needed for a booking, if the viewer may see it. NotFound: nothing, or not for this viewer.
func (Store) Need(ctx context.Context, tx *store.Tx, booking BookingID) (Need, error) {
	return store.One[Need](ctx, tx, store.SQL(`SELECT n.id, n.booking_id, n.access, n.diet, n.version FROM training_need n JOIN access_record r ON r.id = n.id WHERE n.booking_id = ?`, string(booking)).Visible("r", training))
}

// NeedsOf returns what is needed on a run by whoever has a seat there, as far as the viewer may see it.
func (Store) NeedsOf(ctx context.Context, tx *store.Tx, run RunID) ([]Need, error) {
	return store.All[Need](ctx, tx, store.SQL(`SELECT n.id, n.booking_id, n.access, n.diet, n.version FROM training_need n JOIN access_record r ON r.id = n.id
		JOIN training_place p ON p.id = n.booking_id WHERE p.run_id = ? AND p.state = 'placed'`, string(run)).Visible("r", training).Add(`ORDER BY n.id`))
}

// Meet says whose account somebody is that was booked by name: they find the place on their own page from now on.
func (Store) Meet(ctx context.Context, tx *store.Tx, id BookingID, account string) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE training_booking SET account_id = ? WHERE id = ?`, account, string(id))); err != nil {
		return err
	}
	return tx.AddGrant(ctx, store.Grant{Record: string(id), Kind: access.Booked, To: account, From: tx.Now, Until: far})
}

func (Store) insertNeed(ctx context.Context, tx *store.Tx, n Need) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_need (id, district_id, booking_id, access, diet) VALUES (?, ?, ?, ?, ?)`, n.ID, tx.Viewer.District, string(n.Booking), n.Access, n.Diet))
}

func (Store) updateNeed(ctx context.Context, tx *store.Tx, n Need) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_need SET access = ?, diet = ?, version = version + 1 WHERE booking_id = ?`, n.Access, n.Diet, string(n.Booking)))
}
