package directory

import (
	"context"
	"strings"

	"kith/internal/feature/directory/register"
	"kith/internal/kernel/errs"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// Venue is where people meet: a name in a building. Two names at one address are one building (TRN-17).
type Venue struct {
	ID, Name          string
	Building          string // id
	Address, Postcode string
	Capacity          int64  // 0: not known
	Access            string // how to get in: steps, lift, parking, hearing loop
	Email             string // where the house reads what is to happen there; "" for nowhere
	Version           int64
}

func (v *Venue) Dest() []any {
	return []any{&v.ID, &v.Name, &v.Building, &v.Address, &v.Postcode, &v.Capacity, &v.Access, &v.Email, &v.Version}
}

const venueSelect = `SELECT v.id, v.name, v.building_id, b.address, b.postcode, v.capacity, v.access, v.email, v.version FROM directory_venue v JOIN directory_building b ON b.id = v.building_id WHERE v.district_id = ?`

// Venue returns a venue of the district. NotFound: none.
func (Store) Venue(ctx context.Context, tx *store.Tx, id string) (Venue, error) {
	return store.One[Venue](ctx, tx, store.SQL(venueSelect+` AND v.id = ?`, tx.Viewer.District, id))
}

// Venues returns the venues of the district by name.
func (Store) Venues(ctx context.Context, tx *store.Tx) ([]Venue, error) {
	return store.All[Venue](ctx, tx, store.SQL(venueSelect+` ORDER BY v.name, v.id`, tx.Viewer.District))
}

// VenueNamed returns the venue that goes by the name or one of its other spellings. NotFound: none.
func (Store) VenueNamed(ctx context.Context, tx *store.Tx, name string) (Venue, error) {
	return store.One[Venue](ctx, tx, store.SQL(venueSelect+` AND v.id = (SELECT x.venue_id FROM directory_venue_spelling x WHERE x.district_id = ? AND x.key = ?)`,
		tx.Viewer.District, tx.Viewer.District, VenueKey(name)))
}

// PutVenue returns the venue of that name, making it, and its building, where they are not known yet. What is known of it
// already stays; an address is written once. Rule: it has no name.
func (s Store) PutVenue(ctx context.Context, tx *store.Tx, v Venue) (Venue, error) {
	if VenueKey(v.Name) == "" {
		return v, errs.Refuse("Give the venue a name")
	}
	have, err := s.VenueNamed(ctx, tx, v.Name)
	if !errs.Is(err, errs.NotFound) {
		return have, err
	}
	if v.Building, err = s.building(ctx, tx, v.Address, v.Postcode); err != nil {
		return v, err
	}
	if v.ID == "" {
		v.ID = tx.NewID()
	}
	if err := tx.Put(ctx, store.SQL(`INSERT INTO directory_venue (id, district_id, building_id, name, capacity, access) VALUES (?, ?, ?, ?, ?, ?)`,
		v.ID, tx.Viewer.District, v.Building, v.Name, v.Capacity, v.Access)); err != nil {
		return v, err
	}
	return v, s.SpellVenue(ctx, tx, v.ID, v.Name)
}

// SetVenueMail says where a venue reads what is to happen there, "" for nowhere. NotFound: none. Conflict: somebody changed it since the version
// that was shown.
func (s Store) SetVenueMail(ctx context.Context, tx *store.Tx, id, email string, version int64) error {
	if _, err := s.Venue(ctx, tx, id); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, store.SQL(`UPDATE directory_venue SET email = ?, version = version + 1 WHERE id = ? AND district_id = ? AND version = ?`, email, id, tx.Viewer.District, version))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "Somebody else changed this venue since you opened it. Look at it again")
	}
	return err
}

// SpellVenue makes another spelling lead to the venue. A spelling that leads to one already is left as it is.
func (Store) SpellVenue(ctx context.Context, tx *store.Tx, venue, spelling string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_venue_spelling (district_id, key, spelling, venue_id) VALUES (?, ?, ?, ?) ON CONFLICT (district_id, key) DO NOTHING`,
		tx.Viewer.District, VenueKey(spelling), spelling, venue))
}

// building returns the building at an address. One with a postcode is known by the number or first line and the postcode, so that
// "1 Forster Square, Bradford" and "1 Forster Square" at BD1 4TY are one; one without is known by its whole address.
func (Store) building(ctx context.Context, tx *store.Tx, address, postcode string) (string, error) {
	key := BuildingKey(address, postcode)
	if key == "" {
		key = "?" + tx.NewID() // an address that nobody has given is no address in common
	}
	id, err := store.Value[string](ctx, tx, store.SQL(`SELECT b.id FROM directory_building b WHERE b.district_id = ? AND b.key = ?`, tx.Viewer.District, key))
	if !errs.Is(err, errs.NotFound) {
		return id, err
	}
	id = tx.NewID()
	err = tx.Put(ctx, store.SQL(`INSERT INTO directory_building (id, district_id, address, postcode, key) VALUES (?, ?, ?, ?, ?)`, id, tx.Viewer.District, address, postcode, key))
	return id, err
}

// BuildingKey is what makes two addresses one building.
func BuildingKey(address, postcode string) string {
	if p, ok := register.NormalPostcode(postcode); ok {
		first, _, _ := strings.Cut(address, ",")
		return fold.Key(first) + "|" + strings.ReplaceAll(p, " ", "")
	}
	return fold.Key(address)
}

// VenueKey is what makes two spellings one name: letters and digits, Mac as Mc, without a plural's s. A published programme wrote one house
// "Margaret McMillan Tower", "Margaret Macmillan Tower" and "Margaret Macmillan Towers".
func VenueKey(name string) string {
	words := strings.Fields(fold.Fold(name))
	for i, w := range words {
		w = fold.Key(w)
		if rest, ok := strings.CutPrefix(w, "mac"); ok && len(rest) > 2 {
			w = "mc" + rest
		}
		if len(w) > 4 {
			w = strings.TrimSuffix(w, "s")
		}
		words[i] = w
	}
	return strings.Join(words, "")
}
