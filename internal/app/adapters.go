package app

import (
	"context"

	"kith/internal/feature/account"
	"kith/internal/feature/casework"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/newsletters"
	"kith/internal/feature/people"
	"kith/internal/feature/training"
	"kith/internal/feature/training/quiz"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
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
	accounts account.Store
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
	var ids []string
	for _, t := range told {
		ids = append(ids, t.By)
	}
	names, err := f.accounts.Names(ctx, tx, ids...)
	out := map[string][]casework.Words{}
	for _, t := range told {
		by := t.Author
		if p, ok := names[t.By]; ok {
			by = p.Name
		}
		out[t.Record] = append(out[t.Record], casework.Words{By: by, At: t.At, Text: t.Words})
	}
	return out, err
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
	return training.Venue{ID: v.ID, Name: v.Name, Building: v.Building, Address: v.Address, Postcode: v.Postcode, Capacity: v.Capacity, Access: v.Access}
}

func (c courseVenues) Venues(ctx context.Context, tx *store.Tx) (map[string]training.Venue, error) {
	all, err := c.Store.Venues(ctx, tx)
	out := map[string]training.Venue{}
	for _, v := range all {
		out[v.ID] = courseVenue(v)
	}
	return out, err
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
