package app

import (
	"context"
	"slices"

	"kith/internal/feature/casework"
	"kith/internal/feature/concerns"
	"kith/internal/feature/people"
	"kith/internal/feature/sharing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// sharedThings tells sharing what a record is: a concern by its header, a child by the file.
type sharedThings struct {
	db       *store.DB
	concerns concerns.Store
	people   people.Store
}

func (s sharedThings) Thing(ctx context.Context, tx *store.Tx, record string) (sharing.Thing, error) {
	r, err := tx.Record(ctx, record)
	if err != nil {
		return sharing.Thing{}, err
	}
	switch {
	case r.Kind == access.Concern && r.Part == access.PartHeader:
		return s.concern(ctx, tx, record)
	case r.Kind == access.Child && r.Part == access.PartFile:
		d, err := s.people.Detail(ctx, tx, record)
		if err != nil {
			return sharing.Thing{}, err
		}
		c, err := s.people.Card(ctx, tx, d.Child)
		return sharing.Thing{Record: record, Kind: r.Kind, Org: r.Org, Steps: record, Title: "The file of " + c.Name(), Href: "/children/" + c.ID, Children: []string{c.ID}}, err
	}
	return sharing.Thing{}, errs.Missing()
}

func (s sharedThings) concern(ctx context.Context, tx *store.Tx, record string) (sharing.Thing, error) {
	c, err := s.concerns.Concern(ctx, tx, concerns.ID(record))
	if err != nil {
		return sharing.Thing{}, err
	}
	t, err := s.concerns.Triage(ctx, tx, c.ID)
	if err != nil {
		return sharing.Thing{}, err
	}
	kids, err := s.concerns.Children(ctx, tx, c.ID)
	out := sharing.Thing{Record: record, Kind: access.Concern, Org: c.Org, Steps: t.ID, Title: "A concern", Number: c.Number, Href: "/concerns/" + record}
	var names []string
	for _, k := range kids {
		names = append(names, k.Name)
		if k.Child != "" && k.Role == concerns.Harmed {
			out.Children = append(out.Children, k.Child)
		}
	}
	if len(names) > 0 {
		out.Title += " about " + text.Join(names)
	}
	return out, err
}

func (s sharedThings) Behind(ctx context.Context, tx *store.Tx, child string) ([]sharing.Behind, error) {
	line, err := story.Line(ctx, tx, child, 0)
	if err != nil {
		return nil, err
	}
	var out []sharing.Behind
	for _, e := range line {
		if e.About != access.Concern || slices.ContainsFunc(out, func(b sharing.Behind) bool { return b.Record == e.Head }) {
			continue
		}
		kids, err := s.concerns.Children(ctx, tx, concerns.ID(e.Head))
		if err != nil {
			return nil, err
		}
		out = append(out, sharing.Behind{Record: e.Head, Alone: len(kids) == 1})
	}
	return out, nil
}

func (s sharedThings) Match(ctx context.Context, district, org, name string, born clock.Day) (found string, err error) {
	err = s.db.Read(ctx, access.System(district, "a brother or sister elsewhere"), func(ctx context.Context, tx *store.Tx) error {
		all, err := s.people.Born(ctx, tx, born)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(c people.Child) bool {
			return c.Org != org || c.State == "left" || !casework.SameChild(name, fileChild(c))
		})
		found = ""
		if len(all) == 1 {
			found = all[0].ID
		}
		return nil
	})
	return found, err
}
