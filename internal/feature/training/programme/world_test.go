package programme_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/programme"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

const district, office = trainingtest.District, trainingtest.Office

var refused, missing = testkit.Refused, testkit.Missing

// world is programmes on one database, with a list of agencies, and the pages.
type world struct {
	*trainingtest.World
	trainingtest.Unlimited
	f    *programme.Feature
	site http.Handler

	mu     sync.Mutex
	listed map[string]string
	tries  map[string]int64

	admin, other, head access.Viewer
	asking             access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) { trainingtest.OnBoth(t, newWorld, fn) }

func newWorld(base *trainingtest.World) *world {
	w := &world{World: base, listed: map[string]string{}, tries: map[string]int64{}, asking: access.Public(district)}
	w.Rooms["weavers"] = training.Venue{ID: "weavers", Name: "Weavers House", Building: "one"}
	w.admin, w.other, w.head = person("gareth", office, access.TrainingAdmin), person("olive", trainingtest.Trust, access.TrainingAdmin), person("helen", trainingtest.Oak, access.Head)
	w.Training.People, w.Training.Organisations = w, places{w: w}
	w.f = programme.New(programme.Deps{Feature: w.Training, Limits: w, Listing: w})
	w.site = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: w.Clock, IDs: id.Random(), Sessions: w, District: func(string) string { return district }, PublicURL: trainingtest.URL,
		Frame: func(_ context.Context, v access.Viewer, _ string) (ui.Page, error) {
			return ui.Page{Place: "Haverdale", Person: v.Account, SignedIn: v.Account != ""}, nil
		}}, w.f.Routes())
	return w
}

func person(name, org string, role access.Role) access.Viewer {
	return testkit.Person(name, district, org, role, access.SteppedUp)
}

// Viewer makes the world its own sign-in.
func (w *world) Viewer(context.Context, *http.Request, string) (access.Viewer, error) {
	return w.asking, nil
}

// as is the browser of somebody.
func (w *world) as(v access.Viewer) *testkit.Browser {
	w.asking = v
	return testkit.NewBrowser(w.T, w.site, "kith.example", v.Account)
}

func (w *world) PutAgency(_ context.Context, _ *store.Tx, name, _ string) (string, error) {
	w.listed[name] = "agency " + name
	return w.listed[name], nil
}

func (w *world) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, i := range ids {
		out[i] = ref.Person{ID: i, Name: "Person " + i, Title: "Head"}
	}
	return out, nil
}

// Try counts and refuses as the house does.
func (w *world) Try(_ context.Context, _, what string, free int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tries[what]++; w.tries[what] > free {
		return errs.Refuse("Too many tries. Try again after 09:00.")
	}
	return nil
}

func (w *world) Succeeded(_ context.Context, _, what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries[what]--
	return nil
}

// places are the organisations of the district: schools, and agencies once they are listed.
type places struct {
	trainingtest.Places
	w *world
}

func (p places) Called(_ context.Context, _ *store.Tx, name string) (string, error) {
	return p.w.listed[name], nil
}

const threeBoards = "Safeguarding children partnership\nSafeguarding adults board\nDomestic abuse and sexual violence board"

// week makes a safeguarding week of the partnership, from Monday 14 to Friday 18 December 2026.
func (w *world) week(change func(*programme.Programme)) programme.Programme {
	w.T.Helper()
	p := programme.Programme{ID: programme.ID(w.ID()), Org: office, Kind: programme.Week, Title: "Safeguarding Week", First: "2026-12-14", Last: "2026-12-18", Boards: threeBoards, ProposeUntil: "2026-12-04"}
	if change != nil {
		change(&p)
	}
	testkit.OK(w.T, w.f.Make(w.T.Context(), w.admin, p))
	return p
}

// session is a whole session of a programme, of the partnership's own.
func (w *world) session(p programme.Programme, change func(*programme.Session)) programme.Session {
	s := programme.Session{ID: programme.SessionID(w.ID()), Programme: p.ID, By: "Haverdale Safeguarding Partnership", Title: "Listening to children", Board: strings.Split(threeBoards, "\n")[0], Venue: "Millrace Centre",
		On: p.First, Starts: "09:30", Ends: "11:00", Booking: programme.JustGo}
	if p.Boards == "" {
		s.Board = ""
	}
	if change != nil {
		change(&s)
	}
	return s
}

func (w *world) add(s programme.Session) programme.Session {
	w.T.Helper()
	testkit.OK(w.T, w.f.Add(w.T.Context(), w.admin, s))
	return s
}

func (w *world) publish(p programme.Programme) {
	w.T.Helper()
	testkit.OK(w.T, w.f.Publish(w.T.Context(), w.admin, p.ID))
}

// sweep does what the program does each minute.
func (w *world) sweep() {
	w.T.Helper()
	testkit.OK(w.T, w.f.Sweep(w.T.Context(), access.System(district, "a test sweeps")))
}

var linkIn = regexp.MustCompile(`/training/(?:propose|places)/([A-Za-z0-9_-]+)`)

// letter is the one letter that was sent, with the secret of its link.
func (w *world) letter() (mail.Message, string) {
	w.T.Helper()
	sent := w.Drain()
	if len(sent) != 1 {
		w.T.Fatalf("%d letters: %+v", len(sent), sent)
	}
	m := linkIn.FindStringSubmatch(sent[0].Text)
	if m == nil {
		return sent[0], ""
	}
	return sent[0], m[1]
}

// partner makes a partner known and returns the secret of its link for the programme.
func (w *world) partner(p programme.Programme, name string) string {
	w.T.Helper()
	_, err := w.f.TakePartners(w.T.Context(), w.admin, office, strings.NewReader("name,kind,contact,email\n"+name+",GP surgery,Bea Lark,bea@example.org\n"))
	testkit.OK(w.T, err)
	w.invite(p, name)
	_, secret := w.letter()
	return secret
}

func (w *world) invite(p programme.Programme, name string) {
	w.T.Helper()
	n, err := w.f.Invite(w.T.Context(), w.admin, p.ID, programme.PartnerID(w.text(`SELECT id FROM training_partner WHERE name = '`+name+`'`)))
	if err != nil || n != 1 {
		w.T.Fatal(n, err)
	}
}

// text is the one text that a statement finds.
func (w *world) text(statement string) (out string) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Write(w.T.Context(), access.System(district, "a test looks"), func(ctx context.Context, tx *store.Tx) (err error) {
		tx.Unaudited("a test")
		out, err = store.Value[string](ctx, tx, store.SQL(statement))
		return err
	}))
	return out
}

func (w *world) stateOf(s programme.SessionID) string {
	w.T.Helper()
	return w.text(`SELECT state FROM training_session WHERE id = '` + string(s) + `'`)
}

func (w *world) revision(s programme.SessionID) int64 {
	w.T.Helper()
	var n int64
	_, err := fmt.Sscan(w.text(`SELECT revision FROM training_session WHERE id = '`+string(s)+`'`), &n)
	testkit.OK(w.T, err)
	return n
}

// exec changes the database behind the program's back.
func (w *world) exec(statement string) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Write(w.T.Context(), access.System(district, "a test changes"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		return tx.Put(ctx, store.SQL(statement))
	}))
}
