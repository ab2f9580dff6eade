package app

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/account"
	"kith/internal/feature/account/password"
	"kith/internal/feature/adults"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

// haverdale is the invented district, made once for all tests of this package.
var haverdale testkit.Folder

// TestMain lets the tests of this package make recovery codes cheaply; the real cost has its tests in package password.
func TestMain(m *testing.M) {
	password.Cheaply()
	code := m.Run()
	if err := haverdale.Remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const host = "kith.haverdale.example"

// world is the whole program over a copy of the invented district, on a clock that stands still a minute after the district's
// own now.
type world struct {
	*App
	clock    *clock.Manual
	log      *logged
	data     string
	accounts map[string]string // who: account id
	home     string            // the id of Haverdale

	t        testing.TB
	settings Settings
	door     http.Handler
	sessions map[string]*testkit.Browser
	dumped   map[string]string // by table: what makes a line of a row (dump)
}

// logged is a log that a test reads while the program writes.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func settingsAt(dir string, clk clock.Clock, ids *id.Source, log *logged) Settings {
	return Settings{Place: Place{Data: filepath.Join(dir, "data")}, Clock: clk, IDs: ids, Log: logTo(log), PublicURL: "https://" + host, Unflushed: true,
		Mail: mail.Outbox{Dir: filepath.Join(dir, "outbox"), FromName: "Kith", FromAddress: "kith@haverdale.example"}}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := haverdale.Copy(t, func(dir string) error {
		return MakeDemo(context.Background(), settingsAt(dir, nil, nil, &logged{}), 60, testkit.Monday)
	})
	w := &world{t: t, clock: clock.NewManual(testkit.Monday.Add(time.Minute)), log: &logged{}, data: dir, accounts: map[string]string{}, sessions: map[string]*testkit.Browser{}}
	w.settings = settingsAt(dir, w.clock, id.NewSource(rand.NewChaCha8([32]byte{'t', 'e', 's', 't'})), w.log)
	a, err := New(t.Context(), w.settings)
	testkit.OK(t, err)
	t.Cleanup(func() {
		testkit.OK(t, a.Close())
		if t.Failed() && strings.Contains(w.log.String(), `"level":"ERROR"`) {
			t.Log(w.log.String())
		}
	})
	w.App = a
	w.home = a.districts[0].ID
	for _, row := range w.rows(t, `SELECT a.email, a.id FROM account a`) {
		w.accounts[who(row[0])] = row[1]
	}
	w.makeDoor()
	return w
}

// cast gives the people of the tests short names: the personas of the demonstration by their keys, the staff of the second
// school by what they are.
var cast = map[string]string{
	"ellen.booth": "reporter", "grace.ito": "teacher", "amina.sesay": "dsl", "tom.hartley": "deputy-dsl", "joan.okafor": "deputy-2", "helen.brandt": "headteacher", "ravi.anand": "chair-of-governors", "maud.ferris": "lado",
	"marek.nowak": "account-admin", "dele.adeyemi": "partnership-manager", "ruth.ansell": "editor", "alison.grady": "strategic-manager", "carys.pugh": "auditor", "siobhan.daly": "trust-lead", "malcolm.reid": "lead-governor", "nadia.rahman": "training-admin", "priya.nair": "social-worker", "callum.reid": "officer-2",
	"staff2.1": "dsl-millrace", "staff2.2": "deputy-millrace", "staff2.3": "head-millrace", "staff2.4": "teacher-millrace",
}

func who(email string) string {
	name, _, _ := strings.Cut(email, "@")
	if key, ok := cast[name]; ok {
		return key
	}
	return name
}

// makeDoor is a way in for tests, through the program's own SignIn: with or without a second factor.
func (w *world) makeDoor() {
	in := func(rw http.ResponseWriter, r *http.Request) error {
		return w.Account.SignIn(r.Context(), rw, r, account.ID(r.PostFormValue("account")), r.PostFormValue("second") == "yes", "test")
	}
	w.door = web.New(web.Config{Log: w.settings.Log, Clock: w.clock, IDs: w.DB.IDs(), Sessions: w.Account, District: directory.ByHost(w.districts),
		Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }}, []web.Route{web.Post("/door", access.Anybody, in)})
}

// nobody is a visitor who has not signed in.
func (w *world) nobody(t testing.TB) *testkit.Browser {
	return testkit.NewBrowser(t, w.Handler, host, "nobody")
}

// as is somebody with a second factor given just now; first is the same person without one.
func (w *world) as(t testing.TB, who string) *testkit.Browser {
	t.Helper()
	return w.signedIn(t, who, true, host)
}

func (w *world) first(t testing.TB, who string) *testkit.Browser {
	t.Helper()
	return w.signedIn(t, who, false, host)
}

func (w *world) signedIn(t testing.TB, who string, second bool, host string) *testkit.Browser {
	t.Helper()
	key := fmt.Sprint(who, second)
	if b, ok := w.sessions[key]; ok {
		return b.For(t)
	}
	if w.accounts[who] == "" {
		t.Fatalf("nobody is called %s", who)
	}
	b := testkit.NewBrowser(t, w.door, host, who)
	b.Post("/door", url.Values{"account": {w.accounts[who]}, "second": {map[bool]string{true: "yes"}[second]}}).Status(http.StatusOK)
	b.Handler = w.Handler
	if !second {
		b.Who += " (first factor)"
	}
	w.sessions[key] = b
	return b.For(t)
}

// raw runs fn on the bare database, for what only tests may look at or change.
func (w *world) raw(t testing.TB, fn func(*sql.Tx) error) {
	t.Helper()
	testkit.OK(t, w.DB.Write(t.Context(), access.System(w.home, "test"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		bare, err := tx.Raw(ctx)
		if err != nil {
			return err
		}
		return fn(bare)
	}))
}

// rows returns what a statement finds, as text.
func (w *world) rows(t testing.TB, statement string, args ...any) (out [][]string) {
	t.Helper()
	w.raw(t, func(tx *sql.Tx) error {
		out = nil
		rows, err := tx.QueryContext(t.Context(), statement, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			cells := make([]sql.NullString, len(names))
			ptrs := make([]any, len(names))
			for i := range cells {
				ptrs[i] = &cells[i]
			}
			if err := rows.Scan(ptrs...); err != nil {
				return err
			}
			line := make([]string, len(names))
			for i, c := range cells {
				line[i] = c.String
			}
			out = append(out, line)
		}
		return rows.Err()
	})
	return out
}

// value is the one text that a statement finds.
func (w *world) value(t testing.TB, statement string, args ...any) string {
	t.Helper()
	rows := w.rows(t, statement, args...)
	if len(rows) == 0 {
		t.Fatalf("nothing found by %s %v", statement, args)
	}
	return rows[0][0]
}

// exec runs a statement.
func (w *world) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	w.raw(t, func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), statement, args...); return err })
}

// the records that the tests speak of.
func (w *world) school(t testing.TB, name string) string {
	return w.value(t, `SELECT id FROM directory_organisation WHERE name = ?`, name)
}

func (w *world) child(t testing.TB, given string) string {
	return w.value(t, `SELECT c.id FROM people_child c WHERE c.given = ?`, given)
}

// urgent is the concern of this morning: Ellen Booth wrote it about Ivy, and nobody has taken it.
func (w *world) urgent(t testing.TB) string {
	return w.value(t, `SELECT id FROM concerns_concern WHERE urgent AND reporter_id = ? ORDER BY recorded_at DESC`, w.accounts["reporter"])
}

// viewer is somebody with everything that their posts give them.
func (w *world) viewer(t testing.TB, who string) access.Viewer {
	t.Helper()
	v := access.Viewer{Account: w.accounts[who], District: w.home, Now: clock.Of(w.clock.Now()), Strength: access.SteppedUp, Roles: map[access.Role][]string{}}
	for _, r := range w.rows(t, `SELECT district_id, role, org_id FROM account_post WHERE account_id = ?`, v.Account) {
		v.District = r[0]
		for _, role := range []access.Role{access.Role(r[1]), access.Member} {
			if !slices.Contains(v.Roles[role], r[2]) {
				v.Roles[role] = append(v.Roles[role], r[2])
			}
		}
	}
	return v
}

// send records a concern as its writer would.
func (w *world) send(t testing.TB, writer, org, words string, children ...string) string {
	t.Helper()
	d := concerns.Draft{ID: concerns.ID(w.DB.IDs().New(clock.Of(w.clock.Now()))), Org: org, Source: concerns.Seen, Words: words, When: concerns.When{Mode: "today"}}
	for _, c := range children {
		d.Children = append(d.Children, concerns.DraftChild{Child: c, Role: concerns.Harmed})
	}
	sent, err := w.Concerns.Send(t.Context(), w.viewer(t, writer), d)
	testkit.OK(t, err)
	return string(sent)
}

// attach puts a file on the words of a concern.
func (w *world) attach(t testing.TB, writer, concern, name, body string) string {
	t.Helper()
	v := w.viewer(t, writer)
	f, err := w.Files.Receive(t.Context(), v, name, strings.NewReader(body))
	testkit.OK(t, err)
	words := w.value(t, `SELECT id FROM concerns_account WHERE concern_id = ? ORDER BY at`, concern)
	testkit.OK(t, w.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Record(ctx, words)
		if err != nil {
			return err
		}
		return w.Files.Claim(ctx, tx, ref.To(access.Concern, words), r.Org, f.ID)
	}))
	return f.ID
}

// secondHost is the name under which the second district is reached.
const secondHost = "kith.overmoor.example"

// withOvermoor adds a second district to the database, with a school, its people, a child and a concern, and joins the
// program anew: each district is now reached by its own name, and nobody signs in with one click.
func (w *world) withOvermoor(t testing.TB) {
	t.Helper()
	district := w.DB.IDs().New(clock.Of(w.clock.Now()))
	sys := access.System(district, "test")
	org := ""
	testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
		if err := (directory.Store{}).InsertDistrict(ctx, tx, directory.District{ID: district, Name: "Overmoor", Host: secondHost}); err != nil {
			return err
		}
		o := directory.Organisation{ID: tx.NewID(), Kind: directory.School, Name: "Moor End Primary", URN: "910001", Phase: "Primary"}
		if err := (directory.Store{}).Insert(ctx, tx, o); err != nil {
			return err
		}
		org = o.ID
		for name, role := range map[string]access.Role{"dsl-overmoor": access.DSL, "head-overmoor": access.Head, "teacher-overmoor": access.Member, "account-admin-overmoor": access.Admin, "partnership-overmoor": access.Partnership} {
			a := account.Account{ID: account.ID(tx.NewID()), Email: name + "@overmoor.example", Name: "Moor " + string(role), State: account.Active}
			if err := (account.Store{}).InsertAccount(ctx, tx, a); err != nil {
				return err
			}
			if err := (account.Store{}).InsertPost(ctx, tx, account.Post{ID: tx.NewID(), Account: string(a.ID), Org: org, Role: role, Title: "Staff", From: tx.Now - 1, Until: account.NoEnd}); err != nil {
				return err
			}
			w.accounts[name] = string(a.ID)
		}
		c, d := people.Child{Org: org, Given: "Merrin", Family: "Overmoor", Class: "1", Year: "1", State: "on_roll"}, people.Detail{Born: "2020-02-02"}
		if err := (people.Store{}).Insert(ctx, tx, &c, &d); err != nil {
			return err
		}
		if err := w.Adults.Prepare(ctx, tx, adults.Shipped); err != nil {
			return err
		}
		if err := w.Concerns.Prepare(ctx, tx, concerns.Service{Name: "the Overmoor front door", Phone: "01632 960 900"}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "district.made", ref.To("district", district))
	}))
	w.exec(t, `UPDATE directory_district SET host = ? WHERE id = ?`, host, w.home)
	a, err := Join(t.Context(), w.DB, w.Root, "", w.settings)
	testkit.OK(t, err)
	w.App, w.sessions = a, map[string]*testkit.Browser{}
	w.makeDoor()
}

// version is that of a concern, as a form would carry it.
func (w *world) version(concern string) string {
	rows := w.rows(w.t, `SELECT version FROM concerns_concern WHERE id = ?`, concern)
	if len(rows) == 0 {
		return "0"
	}
	return rows[0][0]
}

// outbox returns the mails that were sent, by the names of their files.
func (w *world) outbox(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.data, "outbox", "*.eml"))
	testkit.OK(t, err)
	out := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		testkit.OK(t, err)
		out[filepath.Base(f)] = string(b)
	}
	return out
}

// inZone puts the process into another time zone for one test.
func inZone(t testing.TB, zone string) {
	t.Helper()
	l, err := time.LoadLocation(zone)
	testkit.OK(t, err)
	was := time.Local
	time.Local = l
	t.Cleanup(func() { time.Local = was })
}
