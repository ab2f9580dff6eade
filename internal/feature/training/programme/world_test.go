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
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const district, office = "haverdale", "partnership"

// world is programmes on one database, with a directory, people and a post office of their own.
type world struct {
	*testkit.World
	t     *testing.T
	f     *programme.Feature
	queue *jobs.Queue
	site  http.Handler

	mu     sync.Mutex
	sent   []mail.Message
	venues map[string]training.Venue
	listed map[string]string
	tries  map[string]int64

	admin, other, head access.Viewer
	asking             access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, []store.Slice{training.Migrations}, func(t *testing.T, base *testkit.World) { fn(t, newWorld(t, base)) })
}

func newWorld(t *testing.T, base *testkit.World) *world {
	w := &world{World: base, t: t, queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), listed: map[string]string{}, tries: map[string]int64{},
		venues: map[string]training.Venue{"mill": {ID: "mill", Name: "Millrace Centre", Building: "one"}, "weavers": {ID: "weavers", Name: "Weavers House", Building: "one"}, "small": {ID: "small", Name: "Small Room", Building: "two", Capacity: 2}}}
	core := training.New(training.Deps{DB: base.DB, Queue: w.queue, Calendars: &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}, PublicURL: "https://kith.example",
		Publisher: "Haverdale Safeguarding Partnership", Venues: w, Organisations: places{w}, People: w, Mailer: w})
	w.f = programme.New(programme.Deps{Feature: core, Limits: w, Listing: w})
	w.admin, w.other, w.head = person("gareth", access.TrainingAdmin, office), person("olive", access.TrainingAdmin, "trust"), person("helen", access.Head, "oak")
	w.asking = access.Public(district)
	w.site = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: base.Clock, IDs: id.Random(), Sessions: w, District: func(string) string { return district }, PublicURL: "https://kith.example",
		Frame: func(_ context.Context, v access.Viewer, _ string) (ui.Page, error) {
			return ui.Page{Place: "Haverdale", Person: v.Account, SignedIn: v.Account != ""}, nil
		}}, w.f.Routes())
	return w
}

func person(name string, r access.Role, org string) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: access.SteppedUp, Roles: map[access.Role][]string{r: {org}, access.Member: {org}}}
}

// Viewer makes the world its own sign-in.
func (w *world) Viewer(context.Context, *http.Request, string) (access.Viewer, error) {
	return w.asking, nil
}

// as is the browser of somebody.
func (w *world) as(v access.Viewer) *testkit.Browser {
	w.asking = v
	return testkit.NewBrowser(w.t, w.site, "kith.example", v.Account)
}

func (w *world) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) {
	return w.venues, nil
}

func (w *world) VenueNamed(_ context.Context, _ *store.Tx, name string) (training.Venue, error) {
	for _, v := range w.venues {
		if fold.Key(v.Name) == fold.Key(name) {
			return v, nil
		}
	}
	return training.Venue{}, errs.Missing()
}

func (w *world) PutVenue(ctx context.Context, tx *store.Tx, v training.Venue) (training.Venue, error) {
	if have, err := w.VenueNamed(ctx, tx, v.Name); err == nil {
		return have, nil
	}
	v.ID, v.Building = v.Name, v.Name
	w.venues[v.ID] = v
	return v, nil
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

func (w *world) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (w *world) OrgOf(context.Context, *store.Tx, string) (string, error) { return "oak", nil }

func (w *world) Send(_ context.Context, m mail.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, m)
	return nil
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

func (w *world) Address(*http.Request) string { return "192.0.2.1" }

// places are the organisations of the district: schools, and agencies once they are listed.
type places struct{ w *world }

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, i := range ids {
		out[i] = ref.Organisation{ID: i, Name: "School " + i, Kind: "school"}
	}
	return out, nil
}

func (p places) Called(_ context.Context, _ *store.Tx, name string) (string, error) {
	return p.w.listed[name], nil
}

func (places) Where(context.Context, *store.Tx, string) (postcode, ward string, err error) {
	return "", "", nil
}

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

const threeBoards = "Safeguarding children partnership\nSafeguarding adults board\nDomestic abuse and sexual violence board"

// week makes a safeguarding week of the partnership, from Monday 14 to Friday 18 December 2026.
func (w *world) week(change func(*programme.Programme)) programme.Programme {
	w.t.Helper()
	p := programme.Programme{ID: programme.ID(w.id()), Org: office, Kind: programme.Week, Title: "Safeguarding Week", First: "2026-12-14", Last: "2026-12-18", Boards: threeBoards, ProposeUntil: "2026-12-04"}
	if change != nil {
		change(&p)
	}
	testkit.OK(w.t, w.f.Make(w.t.Context(), w.admin, p))
	return p
}

// session is a whole session of a programme, of the partnership's own.
func (w *world) session(p programme.Programme, change func(*programme.Session)) programme.Session {
	s := programme.Session{ID: programme.SessionID(w.id()), Programme: p.ID, By: "Haverdale Safeguarding Partnership", Title: "Listening to children", Board: strings.Split(threeBoards, "\n")[0], Venue: "Millrace Centre",
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
	w.t.Helper()
	testkit.OK(w.t, w.f.Add(w.t.Context(), w.admin, s))
	return s
}

func (w *world) publish(p programme.Programme) {
	w.t.Helper()
	testkit.OK(w.t, w.f.Publish(w.t.Context(), w.admin, p.ID))
}

// drain does what is queued and returns the letters since the last call.
func (w *world) drain() []mail.Message {
	w.t.Helper()
	_, err := w.queue.Drain(w.t.Context())
	testkit.OK(w.t, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}

// sweep does what the program does each minute.
func (w *world) sweep() {
	w.t.Helper()
	testkit.OK(w.t, w.f.Sweep(w.t.Context(), access.System(district, "a test sweeps")))
}

var linkIn = regexp.MustCompile(`/training/(?:propose|places)/([A-Za-z0-9_-]+)`)

// letter is the one letter that was sent, with the secret of its link.
func (w *world) letter() (mail.Message, string) {
	w.t.Helper()
	sent := w.drain()
	if len(sent) != 1 {
		w.t.Fatalf("%d letters: %+v", len(sent), sent)
	}
	m := linkIn.FindStringSubmatch(sent[0].Text)
	if m == nil {
		return sent[0], ""
	}
	return sent[0], m[1]
}

// partner makes a partner known and returns the secret of its link for the programme.
func (w *world) partner(p programme.Programme, name string) string {
	w.t.Helper()
	_, err := w.f.TakePartners(w.t.Context(), w.admin, office, strings.NewReader("name,kind,contact,email\n"+name+",GP surgery,Bea Lark,bea@example.org\n"))
	testkit.OK(w.t, err)
	w.invite(p, name)
	_, secret := w.letter()
	return secret
}

func (w *world) invite(p programme.Programme, name string) {
	w.t.Helper()
	n, err := w.f.Invite(w.t.Context(), w.admin, p.ID, programme.PartnerID(w.text(`SELECT id FROM training_partner WHERE name = '`+name+`'`)))
	if err != nil || n != 1 {
		w.t.Fatal(n, err)
	}
}

// text is the one text that a statement finds.
func (w *world) text(statement string) (out string) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Write(w.t.Context(), access.System(district, "a test looks"), func(ctx context.Context, tx *store.Tx) (err error) {
		tx.Unaudited("a test")
		out, err = store.Value[string](ctx, tx, store.SQL(statement))
		return err
	}))
	return out
}

func (w *world) stateOf(s programme.SessionID) string {
	w.t.Helper()
	return w.text(`SELECT state FROM training_session WHERE id = '` + string(s) + `'`)
}

func (w *world) revision(s programme.SessionID) int64 {
	w.t.Helper()
	var n int64
	_, err := fmt.Sscan(w.text(`SELECT revision FROM training_session WHERE id = '`+string(s)+`'`), &n)
	testkit.OK(w.t, err)
	return n
}

// refused fails unless err is a rule's sentence that contains the words.
func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), words) {
		t.Errorf("%v, want a refusal with %q", err, words)
	}
}

func missing(t *testing.T, err error) {
	t.Helper()
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("%v, want not found", err)
	}
}

// exec changes the database behind the program's back.
func (w *world) exec(statement string) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Write(w.t.Context(), access.System(district, "a test changes"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		return tx.Put(ctx, store.SQL(statement))
	}))
}
