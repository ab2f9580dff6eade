package people

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"

	"kith/internal/feature/people/roll"
	"kith/internal/feature/people/upn"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
)

// arrival is what a row of a roll makes of a child.
func arrival(org string, p *roll.Pupil) *Arrival {
	given, family := p.Name()
	a := &Arrival{
		Child: Child{Org: org, Given: given, Family: family, Class: p.Form, Year: p.YearGroup},
		Detail: Detail{Born: p.DOB, Sex: p.Sex, UPN: p.UPN, FormerUPN: p.FormerUPN, Source: p.SourceID, Language: p.Language,
			Address: p.Address, Postcode: p.Postcode, Entered: p.EntryDate, Left: p.LeavingDate},
		Said: Said{LegalGiven: p.Forename, LegalFamily: p.Surname, Middle: p.MiddleNames, PreferredGiven: p.PreferredForename, PreferredFamily: p.PreferredSurname,
			FormerFamily: p.FormerSurname, ULN: p.ULN, Admission: p.AdmissionNumber, House: p.House, Ethnicity: p.Ethnicity, SEN: p.SEN, FreeMeals: string(p.FSM),
			Premium: string(p.PupilPremium), InCare: string(p.InCare), ServiceChild: string(p.ServiceChild), Phone: p.Phone, Email: p.Email},
	}
	for _, c := range plain(p.Contacts) {
		a.Contacts = append(a.Contacts, RollContact{
			Contact: Contact{Name: c.Name, Relationship: c.Relationship, Phone: strings.Join(c.Phones, ", "), Priority: c.Priority,
				Parental: c.ParentalResponsibility == roll.Yes, CourtOrder: c.CourtOrder == roll.Yes},
			Email: c.Email, Address: c.Address, Postcode: c.Postcode, OrderWords: c.CourtOrderText})
	}
	return a
}

// plain returns contacts as a record keeps them, in an order that does not depend on the source's.
func plain(contacts []roll.Contact) []roll.Contact {
	var out []roll.Contact
	for _, c := range contacts {
		out = append(out, c.Plain())
	}
	slices.SortFunc(out, func(a, b roll.Contact) int {
		return cmp.Or(a.Priority-b.Priority, strings.Compare(a.Name, b.Name), strings.Compare(a.Relationship, b.Relationship),
			strings.Compare(strings.Join(a.Phones, ""), strings.Join(b.Phones, "")), strings.Compare(a.Email, b.Email), strings.Compare(a.Address, b.Address))
	})
	return out
}

// rollChild is a child with all that a roll can say, as it stands.
type rollChild struct {
	Child
	Detail
	Said
}

func (r *rollChild) Dest() []any {
	return slices.Concat(r.Child.Dest(), r.Detail.Dest(), r.Said.Dest())
}

// unnamed says that the child came by another way than a roll, so that only the card has a name, which stands for the legal one.
func (r *rollChild) unnamed() bool {
	return r.LegalGiven+r.LegalFamily+r.PreferredGiven+r.PreferredFamily == ""
}

// known is the child as the comparison takes one.
func (r *rollChild) known(contacts []RollContact) roll.Known {
	k := roll.Known{ID: r.Child.ID, OnRoll: r.State == "on_roll", Pupil: roll.Pupil{
		SourceID: r.Source, UPN: r.UPN, FormerUPN: r.FormerUPN, ULN: r.ULN, AdmissionNumber: r.Admission,
		Forename: r.LegalGiven, MiddleNames: r.Middle, Surname: r.LegalFamily, PreferredForename: r.PreferredGiven,
		PreferredSurname: r.PreferredFamily, FormerSurname: r.FormerFamily, DOB: r.Born, Sex: r.Sex, YearGroup: r.Year, Form: r.Class, House: r.House,
		Ethnicity: r.Ethnicity, Language: r.Language, SEN: r.SEN, FSM: roll.Flag(r.FreeMeals), PupilPremium: roll.Flag(r.Premium), InCare: roll.Flag(r.InCare),
		ServiceChild: roll.Flag(r.ServiceChild), EntryDate: r.Entered, LeavingDate: r.Left, Address: r.Address, Postcode: r.Postcode, Phone: r.Phone, Email: r.Email}}
	yes := func(b bool) roll.Flag {
		if b {
			return roll.Yes
		}
		return roll.NotSaid
	}
	for _, c := range contacts {
		x := roll.Contact{Priority: c.Priority, Name: c.Name, Relationship: c.Relationship, ParentalResponsibility: yes(c.Parental), CourtOrder: yes(c.CourtOrder),
			CourtOrderText: c.OrderWords, Email: c.Email, Address: c.Address, Postcode: c.Postcode}
		if c.Phone != "" {
			x.Phones = []string{c.Phone}
		}
		k.Contacts = append(k.Contacts, x)
	}
	k.Contacts = plain(k.Contacts)
	if r.unnamed() {
		k.Forename, k.Surname = r.Given, r.Family
	}
	return k
}

const (
	saidColumns = `d.legal_given, d.legal_family, d.middle, d.preferred_given, d.preferred_family, d.former_family, d.uln, d.admission, d.house,
		d.ethnicity, d.sen, d.free_meals, d.premium, d.in_care, d.service_child, d.phone, d.email`
	rollColumns        = cardColumns + `, ` + detailColumns + `, ` + saidColumns
	rollContactColumns = `x.id, x.record_id, x.name, x.relationship, x.phone, x.priority, x.parental, x.court_order, x.email, x.address, x.postcode, x.order_words`
)

// rollOf returns the children of a school as the comparison takes them, those who left included; only those with the ids, when
// some are given. It is the program's question, and shows nothing to anybody.
func (Store) rollOf(ctx context.Context, tx *store.Tx, org string, ids ...string) ([]rollChild, map[string][]RollContact, error) {
	q := store.SQL(`SELECT `+rollColumns+` FROM people_child c JOIN people_detail d ON d.child_id = c.id WHERE c.org_id = ? AND c.district_id = ?`, org, tx.Viewer.District)
	of := store.SQL(`SELECT `+rollContactColumns+` FROM people_contact x JOIN people_child c ON c.file_id = x.record_id WHERE c.org_id = ? AND c.district_id = ?`, org, tx.Viewer.District)
	if len(ids) > 0 {
		q, of = q.Add("AND").In("c.id", ids), of.Add("AND").In("c.id", ids)
	}
	children, err := store.All[rollChild](ctx, tx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, err := store.All[RollContact](ctx, tx, of.Add(`ORDER BY x.record_id, x.priority, x.id`))
	contacts := map[string][]RollContact{}
	for _, c := range rows {
		contacts[c.Record] = append(contacts[c.Record], c)
	}
	return children, contacts, err
}

// work is one row of a roll to be taken.
type work struct {
	Act     string // actAdd, actChange, actLeave
	Child   string // whom it is about; "" to add
	Decided bool   // a person said so
	Pupil   roll.Pupil
}

// What is done with a row.
const (
	actAdd    = "add"
	actChange = "change"
	actLeave  = "leave"
)

// take does rows of a roll in the caller's transaction: children are added, changed, brought back and taken off the roll. It
// reads what is there first, so that a row which has been taken before changes nothing. Names that change are found at once.
func (s Store) take(ctx context.Context, tx *store.Tx, org string, rows []work) (t bulk.Tally, gone int, err error) {
	if err := s.recognise(ctx, tx, org, rows); err != nil {
		return t, 0, err
	}
	var add []*Arrival
	var ids []string
	for i := range rows {
		if rows[i].Act == actAdd {
			add = append(add, arrival(org, &rows[i].Pupil))
		} else {
			ids = append(ids, rows[i].Child)
		}
	}
	if len(add) > 0 {
		if err := s.BulkInsert(ctx, tx, add); err != nil {
			return t, 0, err
		}
		t.Created = len(add)
	}
	var touched []string
	if len(ids) > 0 {
		children, contacts, err := s.rollOf(ctx, tx, org, ids...)
		if err != nil {
			return t, 0, err
		}
		at := map[string]*rollChild{}
		for i := range children {
			at[children[i].Child.ID] = &children[i]
		}
		for i := range rows {
			c := at[rows[i].Child]
			if rows[i].Act == actAdd || c == nil {
				continue // a child who was moved to another school meanwhile is not this file's business
			}
			changed, left, err := s.change(ctx, tx, c, contacts[c.Child.File], &rows[i])
			if err != nil {
				return t, 0, err
			}
			switch {
			case left:
				gone++
			case changed:
				t.Updated++
			default:
				t.Unchanged++
				continue
			}
			touched = append(touched, c.Child.ID)
		}
	}
	for _, a := range add {
		touched = append(touched, a.Child.ID)
	}
	if len(touched) == 0 {
		return t, gone, nil
	}
	return t, gone, audit.Record(ctx, tx, "roll.taken", ref.To("school", org), audit.Org(org), audit.Detail(touched))
}

type numbers struct{ child, org, upn, source string }

const numberColumns = `d.child_id, (SELECT c.org_id FROM people_child c WHERE c.id = d.child_id), d.upn, d.source_id`

func (n *numbers) Dest() []any { return []any{&n.child, &n.org, &n.upn, &n.source} }

// recognise turns an addition into a change where a child with that UPN or id has come to the school since the file was
// compared. A person's decision stands.
func (s Store) recognise(ctx context.Context, tx *store.Tx, org string, rows []work) error {
	var upns, sources []string
	for _, w := range rows {
		if w.Act != actAdd || w.Decided {
			continue
		}
		if upn.Check(w.Pupil.UPN).Valid {
			upns = append(upns, w.Pupil.UPN)
		}
		if w.Pupil.SourceID != "" {
			sources = append(sources, w.Pupil.SourceID)
		}
	}
	// Asked from the number, by its own index: asked from the school, each step would read the whole roll.
	byUPN := store.SQL(`SELECT `+numberColumns+` FROM people_detail d WHERE d.district_id = ? AND d.upn <> '' AND `, tx.Viewer.District).In("d.upn", upns)
	bySource := store.SQL(`SELECT `+numberColumns+` FROM people_detail d WHERE d.district_id = ? AND d.source_id <> '' AND `, tx.Viewer.District).In("d.source_id", sources)
	for _, q := range []*store.Query{byUPN, bySource} {
		found, err := store.All[numbers](ctx, tx, q)
		if err != nil {
			return err
		}
		for _, n := range found {
			for i := range rows {
				if w := &rows[i]; n.org == org && w.Act == actAdd && !w.Decided && (n.upn != "" && n.upn == w.Pupil.UPN || n.source != "" && n.source == w.Pupil.SourceID) {
					w.Act, w.Child = actChange, n.child
				}
			}
		}
	}
	return nil
}

// change makes one child what the row says, on the roll or off it.
func (s Store) change(ctx context.Context, tx *store.Tx, c *rollChild, contacts []RollContact, w *work) (changed, left bool, err error) {
	k := c.known(contacts)
	p := k.Pupil
	p.Has = 0
	p.Take(&w.Pupil, w.Pupil.Has)
	leaving := w.Act == actLeave
	if leaving && p.LeavingDate == "" {
		p.LeavingDate = clock.DayOf(tx.Now.Time())
	}
	if !leaving && !k.OnRoll && !w.Pupil.Has.Has(roll.LeavingDate) {
		p.LeavingDate = "" // back on the roll
	}
	a := arrival(c.Org, &p)
	a.Child.ID, a.Child.File, a.State = c.Child.ID, c.Child.File, "on_roll"
	if leaving {
		a.State = "left"
	}
	a.Detail.File, a.Detail.Child, a.SourceHash = c.Detail.File, c.Detail.Child, c.SourceHash
	is := rollChild{a.Child, a.Detail, a.Said}
	if c.unnamed() && is.LegalGiven == c.Given && is.LegalFamily == c.Family && is.PreferredGiven+is.PreferredFamily == "" {
		is.LegalGiven, is.LegalFamily = "", ""
	}
	left = leaving && k.OnRoll
	if is != *c {
		changed = true
		if err := s.rewrite(ctx, tx, &is); err != nil {
			return false, false, err
		}
		if was := searchNames(c.Child, c.Said); !slices.Equal(was, searchNames(is.Child, is.Said)) {
			if err := search.DropName(ctx, tx, c.Child.ID); err != nil {
				return false, false, err
			}
			if err := bulk.Names(ctx, tx, []bulk.Named{{Record: c.Child.ID, Scope: c.Org, Names: searchNames(is.Child, is.Said)}}); err != nil {
				return false, false, err
			}
		}
	}
	if w.Pupil.Has.Has(roll.Contacts) && !reflect.DeepEqual(k.Contacts, plain(w.Pupil.Contacts)) {
		changed = true
		if err := tx.Put(ctx, store.SQL(`DELETE FROM people_contact WHERE record_id = ? AND district_id = ?`, c.Child.File, tx.Viewer.District)); err != nil {
			return false, false, err
		}
		var values []any
		for i := range a.Contacts {
			a.Contacts[i].Record = c.Child.File
			values = append(values, a.Contacts[i].values(tx.NewID(), tx.Viewer.District)...)
		}
		if err := insertContacts(ctx, tx, values); err != nil {
			return false, false, err
		}
	}
	return changed, left, nil
}

// rewrite puts the card and the file in the place of what is there.
func (Store) rewrite(ctx context.Context, tx *store.Tx, r *rollChild) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE people_child SET given = ?, family = ?, class = ?, year = ?, state = ?, version = version + 1 WHERE id = ? AND district_id = ?`,
		r.Given, r.Family, r.Class, r.Year, r.State, r.Child.ID, tx.Viewer.District)); err != nil {
		return err
	}
	d := &r.Detail
	return tx.Put(ctx, store.SQL(`UPDATE people_detail SET born_on = ?, sex = ?, upn = ?, former_upn = ?, source_id = ?, language = ?, address = ?, postcode = ?, entered_on = ?, left_on = ?, 
		legal_given = ?, legal_family = ?, middle = ?, preferred_given = ?, preferred_family = ?, former_family = ?, uln = ?, admission = ?, house = ?,
		ethnicity = ?, sen = ?, free_meals = ?, premium = ?, in_care = ?, service_child = ?, phone = ?, email = ? WHERE id = ? AND district_id = ?`,
		append(append([]any{string(d.Born), d.Sex, d.UPN, d.FormerUPN, d.Source, d.Language, d.Address, d.Postcode, string(d.Entered), string(d.Left)},
			r.Said.values()...), r.Child.File, tx.Viewer.District)...))
}

// forChore is the viewer of the import's own steps: comparing and applying show nothing to anybody.
func forChore(district string) access.Viewer { return access.System(district, "roll import") }
