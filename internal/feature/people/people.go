package people

import (
	"context"
	"embed"
	"slices"
	"strings"
	"unicode/utf8"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "people", Files: files}

// Child is a child's card.
type Child struct {
	ID, Org, File string
	Given, Family string
	Class, Year   string
	State         string // on_roll, left
}

func (c *Child) Dest() []any {
	return []any{&c.ID, &c.Org, &c.File, &c.Given, &c.Family, &c.Class, &c.Year, &c.State}
}

// Name returns the name as people say it.
func (c Child) Name() string { return c.Given + " " + c.Family }

// Detail is what only the file's readers see.
type Detail struct {
	File, Child   string
	Born          clock.Day
	Sex, UPN      string
	FormerUPN     string
	Source        string // the id in the system that the roll came from
	Language      string
	Address       string
	Postcode      string
	Entered, Left clock.Day
	SourceHash    string
}

func (d *Detail) Dest() []any {
	return []any{&d.File, &d.Child, (*string)(&d.Born), &d.Sex, &d.UPN, &d.FormerUPN, &d.Source, &d.Language, &d.Address, &d.Postcode, (*string)(&d.Entered), (*string)(&d.Left), &d.SourceHash}
}

// Contact is an adult around a child, as the roll gives them.
type Contact struct {
	ID, Record         string
	Name, Relationship string
	Phone              string
	Priority           int
	Parental           bool // has parental responsibility
	CourtOrder         bool // an order is in force: shown before any telephone number (ROL-6)
}

func (c *Contact) Dest() []any {
	return []any{&c.ID, &c.Record, &c.Name, &c.Relationship, &c.Phone, &c.Priority, &c.Parental, &c.CourtOrder}
}

// Flag is a dated status, such as child in need. Until is "" while it lasts.
type Flag struct {
	ID, Record, Kind, Who string
	From, Until           clock.Day
}

func (f *Flag) Dest() []any {
	return []any{&f.ID, &f.Record, &f.Kind, &f.Who, (*string)(&f.From), (*string)(&f.Until)}
}

// Store holds every SQL statement of this slice.
type Store struct{}

const (
	cardColumns   = `c.id, c.org_id, c.file_id, c.given, c.family, c.class, c.year, c.state`
	detailColumns = `d.id, d.child_id, d.born_on, d.sex, d.upn, d.former_upn, d.source_id, d.language, d.address, d.postcode, d.entered_on, d.left_on, d.source_hash`
)

// Card returns a child's card. NotFound: no such child, or not one the viewer may see.
func (Store) Card(ctx context.Context, tx *store.Tx, id string) (Child, error) {
	return store.One[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM people_child c JOIN access_record r ON r.id = c.id WHERE c.id = ?`, id).Visible("r", access.Child))
}

// Cards returns the cards of those children that the viewer may see, by id.
func (Store) Cards(ctx context.Context, tx *store.Tx, ids ...string) (map[string]Child, error) {
	out := map[string]Child{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := store.All[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM people_child c JOIN access_record r ON r.id = c.id WHERE `).In("c.id", ids).Visible("r", access.Child))
	for _, c := range rows {
		out[c.ID] = c
	}
	return out, err
}

// Detail returns what the file holds. NotFound: no such file, or not one the viewer may see.
func (Store) Detail(ctx context.Context, tx *store.Tx, file string) (Detail, error) {
	return store.One[Detail](ctx, tx, store.SQL(`SELECT `+detailColumns+` FROM people_detail d JOIN access_record r ON r.id = d.id WHERE d.id = ?`, file).Visible("r", access.Child))
}

// Contacts returns the adults around a child, the first to ring first.
func (Store) Contacts(ctx context.Context, tx *store.Tx, file string) ([]Contact, error) {
	return store.All[Contact](ctx, tx, store.SQL(`SELECT c.id, c.record_id, c.name, c.relationship, c.phone, c.priority, c.parental, c.court_order
		FROM people_contact c JOIN access_record r ON r.id = c.record_id WHERE c.record_id = ?`, file).Visible("r", access.Child).Add(`ORDER BY c.priority, c.name`))
}

// Flags returns the dated statuses of a child, newest first.
func (Store) Flags(ctx context.Context, tx *store.Tx, file string) ([]Flag, error) {
	return store.All[Flag](ctx, tx, store.SQL(`SELECT f.id, f.record_id, f.kind, f.who, f.from_on, f.until_on
		FROM people_flag f JOIN access_record r ON r.id = f.record_id WHERE f.record_id = ?`, file).Visible("r", access.Child).Add(`ORDER BY f.from_on DESC`))
}

// Insert puts a child on a school's roll: card, file and the index, in one transaction. It fills in the ids.
func (s Store) Insert(ctx context.Context, tx *store.Tx, c *Child, d *Detail, contacts ...Contact) error {
	a := Arrival{Child: *c, Detail: *d}
	for _, x := range contacts {
		a.Contacts = append(a.Contacts, RollContact{Contact: x})
	}
	if err := s.BulkInsert(ctx, tx, []*Arrival{&a}); err != nil {
		return err
	}
	*c, *d = a.Child, a.Detail
	return nil
}

// InsertContact adds an adult around a child.
func (Store) InsertContact(ctx context.Context, tx *store.Tx, c Contact) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO people_contact (id, district_id, record_id, name, relationship, phone, priority, parental, court_order) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, c.Record, c.Name, c.Relationship, c.Phone, c.Priority, c.Parental, c.CourtOrder))
}

// InsertFlag gives a child a dated status.
func (Store) InsertFlag(ctx context.Context, tx *store.Tx, f Flag) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO people_flag (id, district_id, record_id, kind, who, from_on, until_on) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, f.Record, f.Kind, f.Who, string(f.From), string(f.Until)))
}

// PickLetters and PickAtMost keep the picker from being a directory (CON-21).
const (
	PickLetters = 3
	PickAtMost  = 5
)

// Pick returns at most five children of the organisations whose names begin with what was typed, in the order of their names.
// Fewer than three letters give none.
func (s Store) Pick(ctx context.Context, tx *store.Tx, orgs []string, typed string) ([]Child, error) {
	if utf8.RuneCountInString(strings.TrimSpace(typed)) < PickLetters {
		return nil, nil
	}
	return s.find(ctx, tx, orgs, typed, PickAtMost)
}

// Find returns at most 20 children whose names begin with what was typed, within the scopes: for those who live in the search.
func (s Store) Find(ctx context.Context, tx *store.Tx, scopes []string, typed string) ([]Child, error) {
	return s.find(ctx, tx, scopes, typed, search.Limit)
}

func (s Store) find(ctx context.Context, tx *store.Tx, scopes []string, typed string, limit int) ([]Child, error) {
	ids, err := search.Names(ctx, tx, scopes, typed, limit, access.Child)
	if err != nil {
		return nil, err
	}
	cards, err := s.Cards(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	var out []Child
	for _, c := range cards {
		if c.State == "on_roll" || limit == search.Limit {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Child) int {
		return strings.Compare(a.Family+"\x00"+a.Given+"\x00"+a.ID, b.Family+"\x00"+b.Given+"\x00"+b.ID)
	})
	return out, nil
}

// Ref returns the child as other slices show one.
func (c Child) Ref() ref.Child { return ref.Child{ID: c.ID, Name: c.Name(), Class: c.Class} }

// Children answers other slices' questions about children, within their own transactions.
type Children struct{ Store }

// Child returns a child as other slices show one, and the school. NotFound: not one the viewer may see.
func (c Children) Child(ctx context.Context, tx *store.Tx, id string) (ref.Child, string, error) {
	card, err := c.Card(ctx, tx, id)
	return card.Ref(), card.Org, err
}

// Named returns those children that the viewer may see, by id.
func (c Children) Named(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Child, error) {
	cards, err := c.Cards(ctx, tx, ids...)
	out := map[string]ref.Child{}
	for id, card := range cards {
		out[id] = card.Ref()
	}
	return out, err
}

// PickNamed is the picker for other slices' forms.
func (c Children) PickNamed(ctx context.Context, tx *store.Tx, orgs []string, typed string) ([]ref.Child, error) {
	cards, err := c.Pick(ctx, tx, orgs, typed)
	out := make([]ref.Child, len(cards))
	for i, card := range cards {
		out[i] = card.Ref()
	}
	return out, err
}

// SiblingsOf returns the brothers and sisters of a child that the viewer may see.
func (c Children) SiblingsOf(ctx context.Context, tx *store.Tx, child string) ([]ref.Child, error) {
	cards, err := c.Siblings(ctx, tx, child)
	out := make([]ref.Child, len(cards))
	for i, card := range cards {
		out[i] = card.Ref()
	}
	return out, err
}
