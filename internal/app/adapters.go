package app

import (
	"context"

	"kith/internal/feature/account"
	"kith/internal/feature/adults"
	"kith/internal/feature/casework"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/directory/register"
	"kith/internal/feature/newsletters"
	"kith/internal/feature/people"
	"kith/internal/feature/referrals"
	"kith/internal/feature/talk"
	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/feature/training/quiz"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
)

// The adapters let slices ask each other's facts without knowing each other: each turns one slice's types into another's.

// fileChildren tells casework of children.
type fileChildren struct{ people.Store }

func fileChild(c people.Child) casework.Child {
	return casework.Child{ID: c.ID, Org: c.Org, File: c.File, Given: c.Given, Family: c.Family, Class: c.Class, Year: c.Year, Left: c.State == "left"}
}

func mapped[A, B any](in []A, fn func(A) B) []B {
	out := make([]B, len(in))
	for i, x := range in {
		out[i] = fn(x)
	}
	return out
}

func (f fileChildren) Card(ctx context.Context, tx *store.Tx, id string) (casework.Child, error) {
	c, err := f.Store.Card(ctx, tx, id)
	return fileChild(c), err
}

func (f fileChildren) Cards(ctx context.Context, tx *store.Tx, ids ...string) (map[string]casework.Child, error) {
	cards, err := f.Store.Cards(ctx, tx, ids...)
	out := map[string]casework.Child{}
	for id, c := range cards {
		out[id] = fileChild(c)
	}
	return out, err
}

func (f fileChildren) Detail(ctx context.Context, tx *store.Tx, file string) (casework.Detail, error) {
	d, err := f.Store.Detail(ctx, tx, file)
	return casework.Detail{Born: d.Born, UPN: d.UPN, Language: d.Language, Address: d.Address}, err
}

func (f fileChildren) Contacts(ctx context.Context, tx *store.Tx, file string) ([]casework.Contact, error) {
	all, err := f.Store.Contacts(ctx, tx, file)
	return mapped(all, func(c people.Contact) casework.Contact {
		return casework.Contact{Name: c.Name, Relationship: c.Relationship, Phone: c.Phone, Parental: c.Parental, CourtOrder: c.CourtOrder}
	}), err
}

func (f fileChildren) Flags(ctx context.Context, tx *store.Tx, file string) ([]casework.Flag, error) {
	all, err := f.Store.Flags(ctx, tx, file)
	return mapped(all, func(x people.Flag) casework.Flag {
		return casework.Flag{Kind: x.Kind, Who: x.Who, From: x.From, Until: x.Until}
	}), err
}

func (f fileChildren) Siblings(ctx context.Context, tx *store.Tx, child string) ([]casework.Child, error) {
	all, err := f.Store.Siblings(ctx, tx, child)
	return mapped(all, fileChild), err
}

func (f fileChildren) Ties(ctx context.Context, tx *store.Tx, child string) ([]casework.Tie, error) {
	all, err := f.Store.Ties(ctx, tx, child)
	return mapped(all, func(t people.Tie) casework.Tie { return casework.Tie(t) }), err
}

func (f fileChildren) LikelySiblings(ctx context.Context, tx *store.Tx, c casework.Child) ([]casework.Likely, error) {
	all, err := f.Store.LikelySiblings(ctx, tx, people.Child{ID: c.ID, Org: c.Org, File: c.File})
	return mapped(all, func(l people.Likely) casework.Likely {
		return casework.Likely{Child: fileChild(l.Child), SameAddress: l.SameAddress}
	}), err
}

func (f fileChildren) Roll(ctx context.Context, tx *store.Tx, orgs []string, cursor string) (store.Page[casework.Child], error) {
	page, err := f.Store.Roll(ctx, tx, orgs, cursor)
	return store.Page[casework.Child]{Items: mapped(page.Items, fileChild), Next: page.Next, Previous: page.Previous}, err
}

func (f fileChildren) Born(ctx context.Context, tx *store.Tx, day clock.Day) ([]casework.Child, error) {
	all, err := f.Store.Born(ctx, tx, day)
	return mapped(all, fileChild), err
}

// fileTeller tells casework what stands behind the entries of concerns.
type fileTeller struct {
	concerns concerns.Store
	adults   adults.Store
	accounts account.Store
	files    files.Store
}

func (fileTeller) Link(kind, head string) string {
	if kind == access.Concern {
		return "/concerns/" + head
	}
	return ""
}

func (f fileTeller) Numbers(ctx context.Context, tx *store.Tx, records ...string) ([]casework.Numbered, error) {
	found, err := f.concerns.Numbers(ctx, tx, records...)
	return mapped(found, func(x concerns.Found) casework.Numbered { return casework.Numbered(x) }), err
}

func (f fileTeller) Full(ctx context.Context, tx *store.Tx, records ...string) (map[string][]casework.Words, error) {
	told, err := f.concerns.Behind(ctx, tx, records...)
	if err != nil {
		return nil, err
	}
	harm, err := f.adults.Behind(ctx, tx, records...)
	if err != nil {
		return nil, err
	}
	for _, h := range harm {
		told = append(told, concerns.Told{Record: h.Record, By: h.By, At: h.At, Words: h.Words})
	}
	var ids []string
	for _, t := range told {
		ids = append(ids, t.By)
	}
	names, err := f.accounts.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	attached, err := f.attached(ctx, tx, told)
	out := map[string][]casework.Words{}
	for _, t := range told {
		w := casework.Words{By: t.Author, What: t.What, At: t.At, Text: t.Words, Exactly: t.Exactly, Files: attached[t.Files],
			Facts: mapped(t.Facts, func(x concerns.Fact) casework.Fact { return casework.Fact(x) })}
		if p, ok := names[t.By]; ok {
			w.By, w.Post = p.Name, p.Title
		}
		out[t.Record] = append(out[t.Record], w)
	}
	return out, err
}

// attached returns the files that go with what was told, by the record they belong to.
func (f fileTeller) attached(ctx context.Context, tx *store.Tx, told []concerns.Told) (map[string][]casework.Attached, error) {
	var records []string
	for _, t := range told {
		if t.Files != "" {
			records = append(records, t.Files)
		}
	}
	out := map[string][]casework.Attached{}
	if len(records) == 0 {
		return out, nil
	}
	all, err := f.files.Of(ctx, tx, records...)
	for _, x := range all {
		out[x.Record] = append(out[x.Record], casework.Attached{Name: x.Name, Facts: x.Facts(), SHA256: x.SHA256})
	}
	return out, err
}

func (f fileTeller) People(ctx context.Context, tx *store.Tx, heads ...string) ([]casework.Named, error) {
	all, err := f.concerns.PeopleOf(ctx, tx, heads...)
	return mapped(all, func(p concerns.Person) casework.Named { return casework.Named(p) }), err
}

// referredConcerns tells referrals what of a concern stands in one.
type referredConcerns struct{ *concerns.Feature }

func (c referredConcerns) Matter(ctx context.Context, tx *store.Tx, concern string) (referrals.Matter, error) {
	s, err := c.Shown(ctx, tx, concerns.ID(concern))
	if err != nil {
		return referrals.Matter{}, err
	}
	m := referrals.Matter{Concern: concern, Org: s.Concern.Org, Number: s.Concern.Number, Happened: s.Happened, Place: s.Concern.Place, Urgent: s.Concern.Urgent, Words: s.Words, Files: s.Files}
	for _, k := range s.Children {
		x := referrals.Child{ID: k.Child, Name: k.Name, Part: k.Role.Words(), Own: k.Words, Harmed: k.Role == concerns.Harmed}
		if x.Own == "" && x.Harmed {
			x.Own = "The whole account"
		}
		m.Children = append(m.Children, x)
	}
	for _, d := range s.Decisions {
		m.Decisions = append(m.Decisions, referrals.Decision{ID: d.ID, Kind: d.Line(), Reasons: d.Reasons, Threshold: d.Threshold, Consulted: d.Consulted, By: s.Names[d.By].Name, To: d.To,
			Refer: d.Kind == concerns.Refer, At: d.At, ExpectedAt: d.ExpectedAt})
	}
	return m, nil
}

func (c referredConcerns) Wanted(ctx context.Context, tx *store.Tx, orgs []string) ([]referrals.Wanted, error) {
	all, err := concerns.Store{}.Referring(ctx, tx, orgs)
	if err != nil {
		return nil, err
	}
	kids, err := concerns.Store{}.ChildrenOf(ctx, tx, mapped(all, func(x concerns.Referring) concerns.ID { return x.Concern }))
	return mapped(all, func(x concerns.Referring) referrals.Wanted {
		return referrals.Wanted{Decision: x.Decision, Concern: string(x.Concern), At: x.At, Children: mapped(kids[x.Concern], func(k concerns.Child) string { return k.Name })}
	}), err
}

func (c referredConcerns) ConcernOf(ctx context.Context, tx *store.Tx, decision string) (string, error) {
	d, err := concerns.Store{}.Decision(ctx, tx, decision)
	return string(d.Concern), err
}

// frontDoor is whom a school rings, and the number.
func frontDoor(ctx context.Context, tx *store.Tx) (string, string, error) {
	s, err := concerns.Store{}.Service(ctx, tx)
	return s.Name, s.Phone, err
}

// askingConcerns makes a concern of what a pupil asks, and tells where it stands.
type askingConcerns struct {
	*concerns.Feature
	accounts account.Store
}

func (askingConcerns) Dangerous(words string) bool { return concerns.SoundsDangerous(words) }

func (c askingConcerns) Ask(ctx context.Context, tx *store.Tx, d talk.Draft) error {
	x := concerns.Draft{ID: concerns.ID(d.ID), Org: d.Org, Source: concerns.Box, Words: d.Words, Author: d.Author, Urgent: d.Urgent, Reply: true, When: concerns.When{Mode: "today"}}
	if d.Name != "" {
		x.Children = []concerns.DraftChild{{Name: d.Name, Role: concerns.Other}}
	}
	return c.SendIn(ctx, tx, x)
}

func (c askingConcerns) Standing(ctx context.Context, tx *store.Tx, concern string) (s talk.Standing, err error) {
	by, at, err := concerns.Store{}.FirstOpened(ctx, tx, concerns.ID(concern))
	if err != nil || at == 0 {
		return s, err
	}
	names, err := c.accounts.Names(ctx, tx, by)
	return talk.Standing{ReadAt: at, ReadBy: names[by].Name}, err
}

// clocks are those of slices that run by the calendar, and are set anew when it changes.
type clocks []interface {
	Recount(ctx context.Context, tx *store.Tx, org string) error
}

func (all clocks) Recount(ctx context.Context, tx *store.Tx, org string) error {
	for _, c := range all {
		if err := c.Recount(ctx, tx, org); err != nil {
			return err
		}
	}
	return nil
}

// aboutAdults takes from concerns what is about an adult.
type aboutAdults struct{ *adults.Feature }

func (a aboutAdults) Receive(ctx context.Context, tx *store.Tx, m concerns.Misplaced) (string, error) {
	d := adults.SentOn{From: string(m.ID), Org: m.Org, Reporter: m.Reporter, RecordedAt: m.RecordedAt, HappenedAt: m.HappenedAt, Precision: m.Precision, Place: m.Place, Harm: m.Harm, AboutHead: m.AboutHead,
		Accounts: mapped(m.Accounts, func(x concerns.Account) adults.SentWords {
			words := x.Words
			if x.SaidBy != "" {
				words += "\n\nTold by: " + x.SaidBy
			}
			if x.Done != "" {
				words += "\n\nDone at once: " + x.Done
			}
			return adults.SentWords{Record: x.ID, AuthorID: x.AuthorID, Author: x.Author, Words: words, Later: x.Later, At: x.At}
		}),
		Children: mapped(m.Children, func(k concerns.Child) adults.DraftChild { return adults.DraftChild{Child: k.Child, Name: k.Name} })}
	return a.Feature.Receive(ctx, tx, d)
}

// letterPosts tells newsletters who holds a post at every school.
type letterPosts struct {
	accounts      account.Directory
	organisations directory.Store
}

func (l letterPosts) Holding(ctx context.Context, tx *store.Tx, roles ...access.Role) ([]newsletters.Holder, error) {
	schools, err := l.organisations.Schools(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []newsletters.Holder
	for _, s := range schools {
		for _, role := range roles {
			people, err := l.accounts.People(ctx, tx, s.ID, role)
			if err != nil {
				return nil, err
			}
			h := newsletters.Holder{Org: s.ID, OrgName: s.Name, Role: role}
			if len(people) == 0 {
				out = append(out, h)
			}
			for _, p := range people {
				h.Account = p.ID
				if h.Email, err = l.accounts.Email(ctx, tx, p.ID); err != nil {
					return nil, err
				}
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// letterNames keeps the names of children on a roll out of newsletters.
type letterNames struct {
	db            *store.DB
	children      people.Store
	organisations directory.Store
}

func (l letterNames) NamesChild(ctx context.Context, district string, texts []string) (n int, err error) {
	err = l.db.Read(ctx, access.System(district, "newsletter name check"), func(ctx context.Context, tx *store.Tx) error {
		schools, err := l.organisations.Schools(ctx, tx)
		if err != nil {
			return err
		}
		var orgs []string
		for _, s := range schools {
			orgs = append(orgs, s.ID)
		}
		n, err = l.children.InFull(ctx, tx, orgs, texts)
		return err
	})
	return n, err
}

// courseVenues tells training of the directory's venues.
type courseVenues struct{ directory.Store }

func courseVenue(v directory.Venue) training.Venue {
	return training.Venue{ID: v.ID, Name: v.Name, Building: v.Building, Address: v.Address, Postcode: v.Postcode, Capacity: v.Capacity, Access: v.Access, Email: v.Email, Version: v.Version}
}

func (c courseVenues) Venues(ctx context.Context, tx *store.Tx) (map[string]training.Venue, error) {
	all, err := c.Store.Venues(ctx, tx)
	out := map[string]training.Venue{}
	for _, v := range all {
		out[v.ID] = courseVenue(v)
	}
	return out, err
}

func (c courseVenues) VenueNamed(ctx context.Context, tx *store.Tx, name string) (training.Venue, error) {
	v, err := c.Store.VenueNamed(ctx, tx, name)
	return courseVenue(v), err
}

func (c courseVenues) PutVenue(ctx context.Context, tx *store.Tx, v training.Venue) (training.Venue, error) {
	made, err := c.Store.PutVenue(ctx, tx, directory.Venue{ID: v.ID, Name: v.Name, Address: v.Address, Postcode: v.Postcode, Capacity: v.Capacity, Access: v.Access})
	return courseVenue(made), err
}

// quizPeople tells quizzes who works at a school.
type quizPeople struct{ account.Directory }

func (q quizPeople) Staff(ctx context.Context, tx *store.Tx, org string) ([]quiz.Member, error) {
	all, err := q.TitlesAt(ctx, tx, org)
	return mapped(all, func(p ref.Person) quiz.Member { return quiz.Member{Account: p.ID, Name: p.Name, Title: p.Title} }), err
}

// coveredPlaces tell the cascade where schools stand, and of the areas of the district.
type coveredPlaces struct{ directory.Store }

func (c coveredPlaces) Sites(ctx context.Context, tx *store.Tx) ([]cascade.Site, error) {
	all, err := c.Store.Sites(ctx, tx)
	return mapped(all, func(s directory.Site) cascade.Site {
		return cascade.Site{ID: s.ID, Name: s.Name, Postcode: s.Postcode, Ward: s.Ward, Lat: s.Latitude, Lon: s.Longitude}
	}), err
}

// Wards are drawn to some fifty metres: a map of a district shows no more.
func (c coveredPlaces) Wards(ctx context.Context, tx *store.Tx) ([]cascade.Area, error) {
	all, err := c.Areas(ctx, tx, "ward")
	return mapped(all, func(a register.Area) cascade.Area {
		out := cascade.Area{Code: a.Code, Name: a.Name, Label: [2]float64{a.Label.Lon, a.Label.Lat}}
		for _, polygon := range a.Simplify(50).Polygons {
			for _, ring := range polygon {
				var points [][2]float64
				for _, p := range ring {
					points = append(points, [2]float64{p.Lon, p.Lat})
				}
				out.Rings = append(out.Rings, points)
			}
		}
		return out
	}), err
}

// schoolStaff tells the training record who works at a school, in the staff groups that its leads put them into.
type schoolStaff struct {
	account.Directory
	quizzes *quiz.Feature
}

func (s schoolStaff) AccountAt(ctx context.Context, tx *store.Tx, email string) (string, error) {
	a, err := account.Store{}.ByEmail(ctx, tx, email)
	if errs.Is(err, errs.NotFound) || err == nil && a.State != account.Active {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if _, err = s.OrgOf(ctx, tx, string(a.ID)); errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return string(a.ID), err
}

func (s schoolStaff) Staff(ctx context.Context, tx *store.Tx, org string) ([]running.Member, error) {
	all, err := s.quizzes.Staff(ctx, tx, org)
	return mapped(all, func(m quiz.Member) running.Member {
		return running.Member{Account: m.Account, Name: m.Name, Title: m.Title, Group: quiz.GroupWords(m.Group), Governor: m.Group == "governors"}
	}), err
}
