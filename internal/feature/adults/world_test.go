package adults_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/adults"
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

const district, oak, elm, council = "haverdale", "oak", "elm", "council"

type post struct {
	id, name, org string
	role          access.Role
}

// staff are the people of a school, its neighbour and the council.
var staff = []post{
	{"ellen", "Ellen Booth", oak, access.Member}, {"grace", "Grace Ito", oak, access.Member}, {"amina", "Amina Sesay", oak, access.DSL}, {"tom", "Tom Hartley", oak, access.DSL},
	{"helen", "Helen Brandt", oak, access.Head}, {"ravi", "Ravi Anand", oak, access.Chair}, {"marek", "Marek Nowak", oak, access.Admin},
	{"eve", "Eve Elm", elm, access.Head}, {"maud", "Maud Ferris", council, access.LADO}, {"carys", "Carys Pugh", council, access.Auditor}, {"sid", "Sid Cole", council, access.LAOfficer},
}

// town answers for other slices.
type town struct {
	children map[string]ref.Child
	sent     []mail.Message
}

func (t *town) People(_ context.Context, _ *store.Tx, org string, role access.Role) (out []ref.Person, _ error) {
	for _, p := range staff {
		if p.org == org && (role == "" || p.role == role) {
			out = append(out, ref.Person{ID: p.id, Name: p.name})
		}
	}
	return out, nil
}

func (t *town) Holding(_ context.Context, _ *store.Tx, role access.Role) (out [][2]string, _ error) {
	for _, p := range staff {
		if p.role == role {
			out = append(out, [2]string{p.id, p.org})
		}
	}
	return out, nil
}

func (t *town) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, p := range staff {
		if slices.Contains(ids, p.id) {
			out[p.id] = ref.Person{ID: p.id, Name: p.name}
		}
	}
	return out, nil
}

func (t *town) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	for _, p := range staff {
		if p.id == account {
			return p.org, nil
		}
	}
	return "", errs.Missing()
}

func (t *town) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (t *town) Child(_ context.Context, _ *store.Tx, id string) (ref.Child, string, error) {
	c, ok := t.children[id]
	if !ok {
		return c, "", errs.Missing()
	}
	return c, oak, nil
}

func (t *town) PickNamed(context.Context, *store.Tx, []string, string) ([]ref.Child, error) {
	return nil, nil
}

func (t *town) Send(_ context.Context, m mail.Message) error {
	t.sent = append(t.sent, m)
	return nil
}

// places answers for organisations.
type places struct{}

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "School " + id}
	}
	return out, nil
}

func (places) TrustsOf(context.Context, *store.Tx, string, clock.Day) ([]string, error) {
	return nil, nil
}

// as is somebody with a second factor.
func as(id string) access.Viewer {
	v := access.Viewer{Account: id, District: district, Strength: access.SteppedUp, Roles: map[access.Role][]string{}}
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

type world struct {
	*testkit.World
	*town
	f     *adults.Feature
	terms *terms.Fixed
	queue *jobs.Queue
	store adults.Store
	ivy   string
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, []store.Slice{search.Migrations, files.Migrations, adults.Migrations}, func(t *testing.T, tw *testkit.World) {
		w := &world{World: tw, town: &town{children: map[string]ref.Child{}}, queue: jobs.New(tw.DB, slog.New(slog.DiscardHandler)), terms: &terms.Fixed{Now: term.Calendars{District: terms.Calendar()}}}
		w.ivy = w.id()
		w.children[w.ivy] = ref.Child{ID: w.ivy, Name: "Ivy Marsden", Class: "4 Harrier"}
		w.f = adults.New(adults.Deps{DB: tw.DB, Calendars: w.terms, Queue: w.queue, URL: "https://kith.example", People: w.town, Children: w.town, Schools: places{}, Mail: w.town, Files: files.Store{DB: tw.DB, Key: testkit.Key}})
		s := adults.Shipped
		s.OfficerName, s.OfficerPhone = "the officer", "01632 960 310"
		testkit.OK(t, tw.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error { tx.Unaudited("a test"); return w.f.Prepare(ctx, tx, s) }))
		testkit.OK(t, w.f.SetCover(t.Context(), as("helen"), oak, adults.Cover{StandIn: "tom"}))
		fn(t, w)
	})
}

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

// draft is a worry about Grace Ito as Ellen would write it.
func (w *world) draft() adults.Draft {
	return adults.Draft{ID: adults.ID(w.id()), Org: oak, When: story.When{Mode: "today"}, Place: "Hall", Activity: "Choir", About: "grace", Words: "She shouted zqword at the choir."}
}

func (w *world) send(t *testing.T, d adults.Draft) adults.ID {
	t.Helper()
	id, err := w.f.Send(t.Context(), as("ellen"), d)
	testkit.OK(t, err)
	return id
}

func (w *world) read(t *testing.T, v access.Viewer, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), v, fn))
}

// readers are those of everybody who can open the header of a worry, and those who can change what is decided.
func (w *world) readers(t *testing.T, id adults.ID) (reads, decides []string) {
	t.Helper()
	for _, p := range staff {
		w.read(t, as(p.id), func(ctx context.Context, tx *store.Tx) error {
			if _, err := w.store.Concern(ctx, tx, id); err == nil {
				reads = append(reads, p.id)
			}
			k, err := w.store.Case(ctx, tx, id)
			if err == nil {
				r, err := tx.Record(ctx, k.ID)
				testkit.OK(t, err)
				if ok, _ := access.Rules.Decide(tx.Viewer, true, r); ok {
					decides = append(decides, p.id)
				}
			}
			return nil
		})
	}
	slices.Sort(reads)
	slices.Sort(decides)
	return slices.Compact(reads), slices.Compact(decides)
}

func (w *world) sweep(t *testing.T) {
	t.Helper()
	testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
}

// told are those who were told of a worry, in order.
func (w *world) told(t *testing.T, id adults.ID) (out []string) {
	t.Helper()
	w.read(t, access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
		all, err := w.store.Alerts(ctx, tx, id)
		for _, a := range all {
			out = append(out, a.To)
		}
		return err
	})
	return out
}

func (w *world) concern(t *testing.T, id adults.ID) (c adults.Concern, k adults.Case) {
	t.Helper()
	w.read(t, access.System(district, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
		if c, err = w.store.Concern(ctx, tx, id); err == nil {
			k, err = w.store.Case(ctx, tx, id)
		}
		return err
	})
	return c, k
}

func (w *world) judge(t *testing.T, who string, id adults.ID, kind adults.Kind, criteria ...string) {
	t.Helper()
	c, _ := w.concern(t, id)
	testkit.OK(t, w.f.Judge(t.Context(), as(who), id, adults.Judgement{ID: w.id(), Version: c.Version, Kind: kind, Criteria: criteria, Reasons: "As it was written.", Consulted: "The officer"}))
}

// line is the chronology of a child as somebody sees it, as text.
func (w *world) line(t *testing.T, who string) string {
	t.Helper()
	var b strings.Builder
	w.read(t, as(who), func(ctx context.Context, tx *store.Tx) error {
		all, err := story.Of(ctx, tx, w.ivy, 0, 0)
		for _, e := range all {
			b.WriteString(e.Line + " | " + e.Detail + " | " + e.Voice + "\n")
		}
		return err
	})
	return b.String()
}
