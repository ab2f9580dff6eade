package people

import (
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// Said is what else a roll says of a child, kept in the row of the Detail. Flags are "yes", "no" or "" where the roll does
// not say.
type Said struct {
	LegalGiven, LegalFamily, Middle string
	PreferredGiven, PreferredFamily string
	FormerFamily                    string
	ULN, Admission, House           string
	Ethnicity, SEN                  string
	FreeMeals, Premium              string
	InCare, ServiceChild            string
	Phone, Email                    string
}

func (s *Said) Dest() []any {
	return []any{&s.LegalGiven, &s.LegalFamily, &s.Middle, &s.PreferredGiven, &s.PreferredFamily, &s.FormerFamily, &s.ULN, &s.Admission, &s.House,
		&s.Ethnicity, &s.SEN, &s.FreeMeals, &s.Premium, &s.InCare, &s.ServiceChild, &s.Phone, &s.Email}
}

const (
	saidNames   = `legal_given, legal_family, middle, preferred_given, preferred_family, former_family, uln, admission, house, ethnicity, sen, free_meals, premium, in_care, service_child, phone, email`
	detailNames = `id, child_id, born_on, sex, upn, former_upn, source_id, language, address, postcode, entered_on, left_on, source_hash`
)

// RollContact is a Contact with what a roll says beyond.
type RollContact struct {
	Contact
	Email, Address, Postcode string
	OrderWords               string // what the source says of a court order beyond a yes
}

func (c *RollContact) Dest() []any {
	return append(c.Contact.Dest(), &c.Email, &c.Address, &c.Postcode, &c.OrderWords)
}

const contactNames = `id, record_id, name, relationship, phone, priority, parental, court_order, email, address, postcode, order_words`

// Arrival is a child to be put on a school's roll. Ids are filled in, and State when empty.
type Arrival struct {
	Child
	Detail
	Said
	Contacts []RollContact
	Flags    []Flag
}

// names are all by which the child is found.
func (a *Arrival) names() []string { return searchNames(a.Child, a.Said) }

func searchNames(c Child, s Said) []string {
	out := []string{c.Name()}
	pair := func(given, family string) {
		if given != "" || family != "" {
			out = append(out, or(given, c.Given)+" "+or(family, c.Family))
		}
	}
	pair(s.LegalGiven, s.LegalFamily)
	pair(s.PreferredGiven, s.PreferredFamily)
	pair("", s.FormerFamily)
	return out
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// ArrivalRows is what one arrival costs, in plain rows, for the size of closures: it makes about twelve, most of them short.
const ArrivalRows = 5

// BulkInsert puts many children on rolls, as Insert does one: cards, files, contacts, flags and the index, in the caller's
// transaction. Keep to bulk.Writer with Cost ArrivalRows; children of one school one after another are fastest.
func (Store) BulkInsert(ctx context.Context, tx *store.Tx, arrivals []*Arrival) error {
	var records []access.Record
	var cards, details, contacts, flags []any
	var names []bulk.Named
	district := tx.Viewer.District
	for _, a := range arrivals {
		a.Child.ID, a.Child.File = tx.NewID(), tx.NewID()
		a.Detail.Child, a.Detail.File = a.Child.ID, a.Child.File
		a.State = or(a.State, "on_roll")
		records = append(records,
			access.Record{ID: a.Child.ID, Kind: access.Child, Part: access.PartCard, Org: a.Org, Child: a.Child.ID},
			access.Record{ID: a.Child.File, Kind: access.Child, Part: access.PartFile, Org: a.Org, Child: a.Child.ID})
		c, d, s := &a.Child, &a.Detail, &a.Said
		cards = append(cards, c.ID, district, c.Org, c.File, c.Given, c.Family, c.Class, c.Year, c.State)
		details = append(details, d.File, d.Child, string(d.Born), d.Sex, d.UPN, d.FormerUPN, d.Source, d.Language, d.Address, d.Postcode, string(d.Entered), string(d.Left), d.SourceHash)
		details = append(append(details, s.values()...), district)
		for i := range a.Contacts {
			a.Contacts[i].Record = c.File
			contacts = append(contacts, a.Contacts[i].values(tx.NewID(), district)...)
		}
		for _, f := range a.Flags {
			flags = append(flags, tx.NewID(), district, c.File, f.Kind, f.Who, string(f.From), string(f.Until))
		}
		names = append(names, bulk.Named{Record: c.ID, Scope: c.Org, Names: a.names()})
	}
	if err := bulk.Records(ctx, tx, records); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO people_child (id, district_id, org_id, file_id, given, family, class, year, state) VALUES`, 9, cards, ""); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO people_detail (`+detailNames+`, `+saidNames+`, district_id) VALUES`, count(detailNames)+count(saidNames)+1, details, ""); err != nil {
		return err
	}
	if err := insertContacts(ctx, tx, contacts); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO people_flag (id, district_id, record_id, kind, who, from_on, until_on) VALUES`, 7, flags, ""); err != nil {
		return err
	}
	return bulk.Names(ctx, tx, names)
}

func insertContacts(ctx context.Context, tx *store.Tx, values []any) error {
	return bulk.Insert(ctx, tx, `INSERT INTO people_contact (`+contactNames+`, district_id) VALUES`, count(contactNames)+1, values, "")
}

func count(columns string) int { return strings.Count(columns, ",") + 1 }

func (s *Said) values() []any {
	return []any{s.LegalGiven, s.LegalFamily, s.Middle, s.PreferredGiven, s.PreferredFamily, s.FormerFamily, s.ULN, s.Admission, s.House,
		s.Ethnicity, s.SEN, s.FreeMeals, s.Premium, s.InCare, s.ServiceChild, s.Phone, s.Email}
}

func (c *RollContact) values(id, district string) []any {
	return []any{id, c.Record, c.Name, c.Relationship, c.Phone, c.Priority, c.Parental, c.CourtOrder, c.Email, c.Address, c.Postcode, c.OrderWords, district}
}
