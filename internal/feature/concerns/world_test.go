package concerns_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/files"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const district, oak, elm, authority = "haverdale", "oak", "elm", "authority"

// school is one school's people and children, as the other slices would tell of them.
type school struct {
	posts    []post
	children map[string]ref.Child
	sent     []mail.Message
}

type post struct {
	id, name, org string
	role          access.Role
}

var staff = []post{
	{"ellen", "Ellen Booth", oak, access.Member}, {"amina", "Amina Sesay", oak, access.DSL}, {"tom", "Tom Hartley", oak, access.DSL},
	{"joan", "Joan Okafor", oak, access.DSL}, {"helen", "Helen Brandt", oak, access.Head}, {"eve", "Eve Elm", elm, access.DSL}, {"alison", "Alison Grady", authority, access.Admin},
}

func (s *school) holding(org string, role access.Role) (out []ref.Person) {
	for _, p := range s.posts {
		if p.org == org && p.role == role {
			out = append(out, ref.Person{ID: p.id, Name: p.name})
		}
	}
	return out
}

func (s *school) Leads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return s.holding(org, access.DSL), nil
}

func (s *school) Heads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return s.holding(org, access.Head), nil
}

func (s *school) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, p := range s.posts {
		if slices.Contains(ids, p.id) {
			out[p.id] = ref.Person{ID: p.id, Name: p.name}
		}
	}
	return out, nil
}

func (s *school) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	for _, p := range s.posts {
		if p.id == account {
			return p.org, nil
		}
	}
	return "", errs.Missing()
}

func (s *school) Viewers(_ context.Context, _ *store.Tx, org string) (out []access.Viewer, _ error) {
	for _, p := range s.posts {
		if p.org == org {
			out = append(out, as(p.id))
		}
	}
	return out, nil
}

func (s *school) ViewersOf(_ context.Context, _ *store.Tx, accounts ...string) (out []access.Viewer, _ error) {
	for _, p := range s.posts {
		if slices.Contains(accounts, p.id) {
			out = append(out, as(p.id))
		}
	}
	return out, nil
}

func (s *school) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (s *school) Child(_ context.Context, _ *store.Tx, id string) (ref.Child, string, error) {
	c, ok := s.children[id]
	if !ok {
		return c, "", errs.Missing()
	}
	return c, oak, nil
}

func (s *school) Named(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Child, error) {
	out := map[string]ref.Child{}
	for _, id := range ids {
		if c, ok := s.children[id]; ok {
			out[id] = c
		}
	}
	return out, nil
}

func (s *school) PickNamed(_ context.Context, _ *store.Tx, _ []string, typed string) (out []ref.Child, _ error) {
	for _, c := range s.children {
		if strings.HasPrefix(strings.ToLower(c.Name), strings.ToLower(typed)) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (s *school) SiblingsOf(context.Context, *store.Tx, string) ([]ref.Child, error) { return nil, nil }

// Above says nothing: who else reads a concern is the slice sharing's matter.
func (s *school) Above(context.Context, *store.Tx, string, string) (templ.Component, error) {
	return nil, nil
}

// place answers for organisations.
type place struct{}

func (place) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "School " + id}
	}
	return out, nil
}

func (place) Schools(context.Context, *store.Tx) ([]ref.Organisation, error) {
	return []ref.Organisation{{ID: oak, Name: "School oak"}, {ID: elm, Name: "School elm"}}, nil
}

func (place) Phone(context.Context, *store.Tx, string) (string, error) { return "01632 960 110", nil }

// KeepsDistrict is for whoever administers the authority.
func (place) KeepsDistrict(_ context.Context, tx *store.Tx) error {
	if !tx.Viewer.HoldsAt(access.Admin, authority) {
		return errs.Missing()
	}
	return nil
}

// Send keeps what would be mailed.
func (s *school) Send(_ context.Context, m mail.Message) error {
	s.sent = append(s.sent, m)
	return nil
}

// as is somebody of the staff with a second factor.
func as(id string) access.Viewer {
	v := access.Viewer{Account: id, District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{}}
	for _, p := range staff {
		if p.id == id {
			v.Roles[p.role] = append(v.Roles[p.role], p.org)
			if p.role != access.Member {
				v.Roles[access.Member] = append(v.Roles[access.Member], p.org)
			}
		}
	}
	return v
}

// world is a school with a concerns slice over a real database.
type world struct {
	*testkit.World
	*school
	f     *concerns.Feature
	queue *jobs.Queue
	store concerns.Store
	terms *terms.Fixed
}

// accounts is the table that the rota reads names from; in the program the slice account makes it.
var slices_ = []store.Slice{search.Migrations, files.Migrations, concerns.Migrations, accountTable}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, slices_, func(t *testing.T, tw *testkit.World) {
		s := &school{posts: staff, children: map[string]ref.Child{}}
		for _, n := range []string{"Ivy Marsden", "Rowan Marsden", "Declan Ashby", "Kacper Nowicki"} {
			id := tw.DB.IDs().New(tw.DB.Now())
			s.children[id] = ref.Child{ID: id, Name: n, Class: "4 Harrier"}
		}
		w := &world{World: tw, school: s, queue: jobs.New(tw.DB, slog.New(slog.DiscardHandler)), terms: &terms.Fixed{Now: term.Calendars{District: terms.Calendar()}}}
		w.f = concerns.New(concerns.Deps{DB: tw.DB, Calendars: w.terms, Queue: w.queue, URL: "https://kith.example", People: s, Children: s, Schools: place{}, Mail: s, Sharing: s, Files: files.Store{DB: tw.DB, Key: testkit.Key}})
		testkit.OK(t, tw.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			for _, p := range staff {
				if err := tx.Put(ctx, store.SQL(`INSERT INTO account (id, district_id, name, state) VALUES (?, ?, ?, 'active')`, p.id, district, p.name)); err != nil {
					return err
				}
			}
			return w.f.Prepare(ctx, tx, concerns.Service{Name: "the front door", Phone: "01632 960 300"})
		}))
		fn(t, w)
	})
}

func (w *world) child(name string) string {
	for id, c := range w.children {
		if c.Name == name {
			return id
		}
	}
	panic(name)
}

// draft is a concern about Ivy as Ellen would write it.
func (w *world) draft() concerns.Draft {
	return concerns.Draft{ID: concerns.ID(w.DB.IDs().New(w.DB.Now())), Org: oak, Source: concerns.Seen, When: concerns.When{Mode: "today"}, Words: "She said “it was the door again”.",
		Place: "Dining hall", Children: []concerns.DraftChild{{Child: w.child("Ivy Marsden"), Role: concerns.Harmed}}}
}

func (w *world) send(t *testing.T, d concerns.Draft) concerns.ID {
	t.Helper()
	id, err := w.f.Send(t.Context(), as("ellen"), d)
	testkit.OK(t, err)
	return id
}

// read runs fn as a viewer.
func (w *world) read(t *testing.T, v access.Viewer, fn func(ctx context.Context, tx *store.Tx) error) error {
	t.Helper()
	return w.DB.Read(t.Context(), v, fn)
}

// story returns the chronology of a child as the viewer sees it.
func (w *world) storyOf(t *testing.T, v access.Viewer, child string) (out []story.Entry) {
	t.Helper()
	testkit.OK(t, w.read(t, v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = story.Of(ctx, tx, child, 0, 0)
		return err
	}))
	return out
}

// alerts returns who was told of a concern, in order.
func (w *world) alerts(t *testing.T, id concerns.ID) (out []string) {
	t.Helper()
	testkit.OK(t, w.read(t, as("helen"), func(ctx context.Context, tx *store.Tx) error {
		rows, err := w.store.Alerts(ctx, tx, id)
		for _, r := range rows {
			out = append(out, r.To)
		}
		return err
	}))
	return out
}

func (w *world) concern(t *testing.T, id concerns.ID) (c concerns.Concern) {
	t.Helper()
	testkit.OK(t, w.read(t, as("helen"), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = w.store.Concern(ctx, tx, id)
		return err
	}))
	return c
}

func (w *world) onDuty(t *testing.T, day clock.Day, who string, from, until int) {
	t.Helper()
	testkit.OK(t, w.f.PutOnDuty(t.Context(), as("amina"), concerns.Duty{Org: oak, Account: who, Day: day, From: from * 60, Until: until * 60, Place: "Room 4"}))
}
