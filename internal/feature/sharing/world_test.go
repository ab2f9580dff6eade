package sharing_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"kith/internal/feature/sharing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

const district, oak, elm = "haverdale", "oak", "elm"

// town is two schools, one child with a file and two concerns, and the slice over a real database.
type town struct {
	*testkit.World
	f     *sharing.Feature
	queue *jobs.Queue
	posts map[string]map[access.Role][]string // whoever leaves is taken out
	sent  []mail.Message

	child, file     string
	concern, triage string // about the child alone
	both            string // about another child, too
}

func member(org string, more ...access.Role) map[access.Role][]string {
	out := map[access.Role][]string{access.Member: {org}}
	for _, r := range more {
		out[r] = []string{org}
	}
	return out
}

func each(t *testing.T, fn func(t *testing.T, w *town)) {
	testkit.DBs(t, []store.Slice{sharing.Migrations}, func(t *testing.T, tw *testkit.World) {
		w := &town{World: tw, queue: jobs.New(tw.DB, slog.New(slog.DiscardHandler)), posts: map[string]map[access.Role][]string{
			"ellen": member(oak), "amina": member(oak, access.DSL), "tom": member(oak, access.DSL), "helen": member(oak, access.Head), "omar": member(elm, access.DSL), "hana": member(elm, access.Head)}}
		w.f = sharing.New(sharing.Deps{DB: tw.DB, Queue: w.queue, URL: "https://kith.example", People: w, Schools: schools{}, Things: w, Mail: w})
		testkit.OK(t, tw.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			w.child, w.file = tx.NewID(), tx.NewID()
			for id, part := range map[string]string{w.child: access.PartCard, w.file: access.PartFile} {
				if err := tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Child, Part: part, Org: oak, Child: w.child}); err != nil {
					return err
				}
			}
			for i, head := range []*string{&w.concern, &w.both} {
				*head = tx.NewID()
				lead := tx.NewID()
				if i == 0 {
					w.triage = lead
				}
				for _, r := range []access.Record{{ID: *head, Part: access.PartHeader, Author: "ellen"}, {ID: tx.NewID(), Part: access.PartAccount, Author: "ellen", Parent: *head}, {ID: lead, Part: access.PartLead, Parent: *head}} {
					r.Kind, r.Org = access.Concern, oak
					if err := tx.AddRecord(ctx, r); err != nil {
						return err
					}
				}
				if _, err := story.Add(ctx, tx, story.Entry{Child: w.child, At: tx.Now, Record: lead, Kind: story.Concern, Line: "Something"}); err != nil {
					return err
				}
			}
			return nil
		}))
		fn(t, w)
	})
}

// as is somebody with what they hold now and a second factor given just now.
func (w *town) as(id string) access.Viewer {
	return access.Viewer{Account: id, District: district, Now: w.DB.Now(), Strength: access.SteppedUp, Roles: w.posts[id]}
}

func (w *town) Viewers(_ context.Context, _ *store.Tx, org string) (out []access.Viewer, _ error) {
	for id, roles := range w.posts {
		if slices.Contains(roles[access.Member], org) {
			v := w.as(id)
			v.Strength = access.SecondFactor
			out = append(out, v)
		}
	}
	return out, nil
}

func (w *town) ViewersOf(_ context.Context, _ *store.Tx, accounts ...string) (out []access.Viewer, _ error) {
	for _, id := range accounts {
		if w.posts[id] != nil {
			out = append(out, w.as(id))
		}
	}
	return out, nil
}

func (w *town) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, id := range ids {
		out[id] = ref.Person{ID: id, Name: "Name of " + id}
	}
	return out, nil
}

func (w *town) People(_ context.Context, _ *store.Tx, org string, role access.Role) (out []ref.Person, _ error) {
	if role == "" {
		role = access.Member
	}
	for id, roles := range w.posts {
		if slices.Contains(roles[role], org) {
			out = append(out, ref.Person{ID: id})
		}
	}
	return out, nil
}

func (w *town) Email(_ context.Context, _ *store.Tx, id string) (string, error) {
	return id + "@school.example", nil
}

func (w *town) Send(_ context.Context, m mail.Message) error { w.sent = append(w.sent, m); return nil }

// Thing is a concern or the file, for whoever reads the leads' part or the file.
func (w *town) Thing(ctx context.Context, tx *store.Tx, record string) (sharing.Thing, error) {
	out := sharing.Thing{Record: record, Kind: access.Concern, Org: oak, Steps: w.triage, Title: "A concern", Children: []string{w.child}}
	if record == w.file {
		out.Kind, out.Steps = access.Child, w.file
	} else if record != w.concern {
		return out, errs.Missing()
	}
	_, err := tx.Record(ctx, out.Steps)
	return out, err
}

func (w *town) Behind(context.Context, *store.Tx, string) ([]sharing.Behind, error) {
	return []sharing.Behind{{Record: w.concern, Alone: true}, {Record: w.both}}, nil
}

func (w *town) Match(context.Context, string, string, string, clock.Day) (string, error) {
	return "", nil
}

type schools struct{}

func (schools) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "School " + id}
	}
	return out, nil
}

func (schools) Schools(context.Context, *store.Tx) ([]ref.Organisation, error) {
	return []ref.Organisation{{ID: oak}, {ID: elm}}, nil
}

// KeepsDistrict lets everybody: who may keep the lists is tested with them.
func (schools) KeepsDistrict(context.Context, *store.Tx) error { return nil }

func (schools) Phone(context.Context, *store.Tx, string) (string, error) { return "01632 960 120", nil }

// make takes a step after its readers were shown.
func (w *town) make(t *testing.T, who string, c sharing.Change) error {
	t.Helper()
	if c.Reason == "" {
		c.Reason = "Need to know"
	}
	shown, err := w.f.Preview(t.Context(), w.as(who), c)
	if err != nil {
		return err
	}
	return w.f.Make(t.Context(), w.as(who), w.id(), c, shown)
}

func (w *town) id() string { return w.DB.IDs().New(w.DB.Now()) }

// read are who read a record, by a query as every list makes one, and who by Decide: they are the same (SEC-2).
func (w *town) read(t *testing.T, record string) (out []string) {
	t.Helper()
	for _, id := range []string{"amina", "ellen", "hana", "helen", "omar", "tom"} {
		if w.posts[id] == nil {
			continue
		}
		testkit.OK(t, w.DB.Read(t.Context(), w.as(id), func(ctx context.Context, tx *store.Tx) error {
			ok, err := store.Exists(ctx, tx, store.SQL(`SELECT r.id FROM access_record r WHERE r.id = ?`, record).Visible("r"))
			if ok {
				out = append(out, id)
			}
			return err
		}))
	}
	return out
}

func (w *town) want(t *testing.T, what, record string, who ...string) {
	t.Helper()
	if got := w.read(t, record); !slices.Equal(got, who) {
		t.Errorf("%s: read by %v, want %v", what, got, who)
	}
}
